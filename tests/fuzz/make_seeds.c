/* Writes the first inputs of the fuzzers: make_seeds FOLDER fills FOLDER/onnx, idx, idx_gz, image and reader, which
 * must be there. The inputs of fuzz_api are any bytes. */
#include <stdio.h>
/* jpeglib.h needs stdio.h before it. */
#include "content.h"
#include "digitnet/digitnet.h"
#include "onnx_models.h"
#include "sample_layers.h"

#include <jpeglib.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

static const char *folder;

static void put(const char *name, const void *bytes, size_t size) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    require(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0, path);
}

/* ---- Models ---- */

static void put_model(const char *name, const digitnet_model *model) {
    static content file;
    char path[128];
    require(!digitnet_model_save_memory(file.bytes, sizeof file.bytes, &file.size, model), name);
    snprintf(path, sizeof path, "onnx/%s.onnx", name);
    put(path, file.bytes, file.size);
}

/* Each kind of layer alone, as short as a file can be. */
static void put_layers(void) {
    for (size_t i = 0; i < sample_layer_count; i++) {
        if (sample_layers[i].variation)
            continue;
        const char *name = strstr(sample_layers[i].builder->name, "add_") + strlen("add_");
        digitnet_model *model = make_sample_layer(&sample_layers[i]);
        char path[64];
        require(model && !onnx_draw_weights(model, 1), name);
        snprintf(path, sizeof path, "layer-%s", name);
        put_model(path, model);
        digitnet_model_free(model);
    }
}

static void put_models(void) {
    static const char *const names[] = {"tiny",         "pixel",    "kinds",   "softmax-image",
                                        "linear-image", "residual", "branches"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        digitnet_model *model = onnx_sample_create(names[i], 1);
        require(model != NULL, names[i]);
        put_model(names[i], model);
        digitnet_model_free(model);
    }
}

/* ---- IDX ---- */

static content make_images(uint32_t count, uint32_t channels) {
    content file = {.size = 0};
    append_number(&file, channels ? 0x00000804 : 0x00000803);
    append_number(&file, count);
    append_number(&file, 3);
    append_number(&file, 2);
    if (channels)
        append_number(&file, channels);
    for (uint32_t i = 0; i < count * 6 * (channels ? channels : 1); i++)
        append(&file, &(unsigned char){(unsigned char)(7 * i)}, 1);
    return file;
}

/* Labels from `first` on. */
static content make_labels(uint32_t count, uint32_t first) {
    content file = {.size = 0};
    append_number(&file, 0x00000801);
    append_number(&file, count);
    for (uint32_t i = 0; i < count; i++)
        append(&file, &(unsigned char){(unsigned char)(first + i % 10)}, 1);
    return file;
}

/* Of 16 bits each, as some files have them. */
static content make_wide_labels(uint32_t count) {
    content file = {.size = 0};
    append_number(&file, 0x00000b01);
    append_number(&file, count);
    for (uint32_t i = 0; i < count; i++)
        append(&file, (unsigned char[]){0, (unsigned char)i}, 2);
    return file;
}

static void put_pair(const char *name, const content *images, const content *labels) {
    content pair = {.size = 0};
    append(&pair, (unsigned char[]){(unsigned char)images->size, (unsigned char)(images->size >> 8)}, 2);
    append(&pair, images->bytes, images->size);
    append(&pair, labels->bytes, labels->size);
    put(name, pair.bytes, pair.size);
}

static void put_pairs(void) {
    content images = make_images(5, 0), colours = make_images(2, 3), labels = make_labels(5, 0),
            two = make_labels(2, 0);
    content letters = make_labels(5, 1), wide = make_wide_labels(5);
    content packed_images = compress_content(&images), packed_labels = compress_content(&labels);
    put_pair("idx/raw", &images, &labels);
    put_pair("idx/colours", &colours, &two);
    put_pair("idx/mixed", &packed_images, &labels);
    put_pair("idx/packed", &packed_images, &packed_labels);
    put_pair("idx/unequal", &images, &two);
    put_pair("idx/letters", &images, &letters);
    put_pair("idx/wide-labels", &images, &wide);
    put_pair("idx_gz/grey", &images, &labels);
    put_pair("idx_gz/colours", &colours, &two);
    put_pair("idx_gz/unequal", &images, &two);
    images.size--;
    put_pair("idx_gz/cut", &images, &labels);
    images.size += 2;
    put_pair("idx_gz/long", &images, &labels);
}

/* ---- What a reader is asked: each pattern, in pictures of each form, to be read in each way ---- */

static void put_requests(void) {
    static const unsigned sides[][2] = {{1, 1}, {2, 2}, {256, 1}, {1, 256}, {64, 64}, {120, 34}, {34, 120}};
    enum { HEAD = 6, NOISE = 256, PATTERNS = 6 };
    for (unsigned i = 0; i < sizeof sides / sizeof *sides; i++) {
        for (unsigned pattern = 0; pattern < PATTERNS; pattern++) {
            unsigned char request[HEAD + NOISE] = {(unsigned char)(sides[i][0] - 1), (unsigned char)(sides[i][1] - 1),
                                                   (unsigned char)(pattern + 48), 0, (unsigned char)(5 * i + pattern)};
            char path[64];
            for (unsigned k = HEAD; k < sizeof request; k++)
                request[k] = (unsigned char)(k * k * 7 + k / 3);
            snprintf(path, sizeof path, "reader/%ux%u-%u", sides[i][0], sides[i][1], pattern);
            put(path, request, pattern + 1 < PATTERNS ? HEAD : sizeof request);
        }
    }
}

/* ---- Pictures: a cross of ink, so that a digit is found ---- */

enum { WIDTH = 20, HEIGHT = 16 };

static unsigned char grey_at(size_t row, size_t column) {
    return (row > 6 && row < 10 && column > 3 && column < 16) || (column > 8 && column < 12 && row > 2 && row < 14)
               ? 20
               : 230;
}

static void put_png(const char *name, png_uint_32 format) {
    unsigned char pixels[HEIGHT * WIDTH * 4], bytes[1 << 14];
    size_t channels = PNG_IMAGE_SAMPLE_CHANNELS(format);
    png_alloc_size_t size = sizeof bytes;
    png_image image = {.version = PNG_IMAGE_VERSION, .width = WIDTH, .height = HEIGHT, .format = format};
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        memset(pixels + i * channels, grey_at(i / WIDTH, i % WIDTH), channels);
        if (format & PNG_FORMAT_FLAG_ALPHA)
            pixels[i * channels + channels - 1] = i % 7 ? 255 : 100;
    }
    require(png_image_write_to_memory(&image, bytes, &size, 0, pixels, 0, NULL), "PNG");
    put(name, bytes, size);
}

/* With Exif data that says how the camera was held. */
static void put_jpeg(const char *name, int components, J_COLOR_SPACE colours, int orientation, int progressive) {
    static const JOCTET exif[] = "Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0";
    struct jpeg_compress_struct encoder;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL, row[4 * WIDTH];
    unsigned long size = 0;
    encoder.err = jpeg_std_error(&errors);
    jpeg_create_compress(&encoder);
    jpeg_mem_dest(&encoder, &bytes, &size);
    encoder.image_width = WIDTH;
    encoder.image_height = HEIGHT;
    encoder.input_components = components;
    encoder.in_color_space = colours;
    jpeg_set_defaults(&encoder);
    jpeg_set_quality(&encoder, 80, TRUE);
    if (progressive)
        jpeg_simple_progression(&encoder);
    jpeg_start_compress(&encoder, TRUE);
    if (orientation)
        jpeg_write_marker(&encoder, JPEG_APP0 + 1, exif, sizeof exif - 1);
    for (size_t y = 0; y < HEIGHT; y++) {
        JSAMPROW line = row;
        for (size_t x = 0; x < WIDTH; x++)
            memset(row + x * (size_t)components, grey_at(y, x), (size_t)components);
        jpeg_write_scanlines(&encoder, &line, 1);
    }
    jpeg_finish_compress(&encoder);
    jpeg_destroy_compress(&encoder);
    put(name, bytes, size);
    free(bytes);
}

static void put_pgm(const char *name, char kind, unsigned largest) {
    content file = {.size = 0};
    char text[64];
    append(&file, text,
           (size_t)snprintf(text, sizeof text, "P%c\n# a cross\n%d %d\n%u\n", kind, WIDTH, HEIGHT, largest));
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        unsigned sample = grey_at(i / WIDTH, i % WIDTH) * largest / 255;
        unsigned char bytes[] = {(unsigned char)(sample >> 8), (unsigned char)sample};
        if (kind == '2')
            append(&file, text, (size_t)snprintf(text, sizeof text, "%u ", sample));
        else
            append(&file, bytes + (largest < 256), largest < 256 ? 1 : 2);
    }
    put(name, file.bytes, file.size);
}

static void put_pictures(void) {
    put_png("image/grey.png", PNG_FORMAT_GRAY);
    put_png("image/colour.png", PNG_FORMAT_RGB);
    put_png("image/transparent.png", PNG_FORMAT_RGBA);
    put_jpeg("image/grey.jpg", 1, JCS_GRAYSCALE, 0, 0);
    put_jpeg("image/turned.jpg", 3, JCS_RGB, 6, 0);
    put_jpeg("image/progressive.jpg", 3, JCS_RGB, 0, 1);
    put_jpeg("image/inks.jpg", 4, JCS_CMYK, 0, 0);
    put_pgm("image/text.pgm", '2', 15);
    put_pgm("image/binary.pgm", '5', 255);
    put_pgm("image/deep.pgm", '5', 65535);
}

int main(int argc, char **argv) {
    require(argc == 2, "usage: make_seeds FOLDER");
    folder = argv[1];
    put_models();
    put_layers();
    put_pairs();
    put_requests();
    put_pictures();
    return EXIT_SUCCESS;
}
