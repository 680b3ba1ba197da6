/* The examples' image readers: every kind of file, and damaged ones. */
#include <stdio.h>
/* jpeglib.h needs stdio.h before it. */
#include "../../../examples/read_ink.h"
#include "expect.h"
#include "folder.h"

#include <jpeglib.h>
#include <png.h>
#include <stdlib.h>

enum { WIDTH = 48, HEIGHT = 32, MAX_PIXELS = 1 << 20 };

/* Top left black, top right dark, bottom left light, bottom right white: each turn of the picture looks different. */
static uint8_t corner_grey(size_t row, size_t column, size_t height, size_t width) {
    static const uint8_t greys[] = {0, 80, 170, 255};
    return greys[(row >= height / 2) * 2 + (column >= width / 2)];
}

static void write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void expect_corners(const char *path, size_t width, size_t height, const uint8_t expected[4], int tolerance) {
    char message[IMAGE_MESSAGE_SIZE] = "";
    struct picture image;
    if (read_image(&image, path, 1, MAX_PIXELS, message))
        fail_msg("%s: %s", path, message);
    assert_int_equal(image.width, width);
    assert_int_equal(image.height, height);
    for (size_t i = 0; i < 4; i++) {
        size_t row = i / 2 ? height - 4 : 3, column = i % 2 ? width - 4 : 3;
        int difference = abs(image.pixels[row * width + column] - expected[i]);
        if (difference > tolerance)
            fail_msg("%s: corner %zu is %d, not %d", path, i, image.pixels[row * width + column], expected[i]);
    }
    free(image.pixels);
}

static void expect_damage(const char *path, const char *part) {
    char message[IMAGE_MESSAGE_SIZE] = "";
    struct picture image;
    assert_int_equal(read_image(&image, path, 1, MAX_PIXELS, message), -1);
    if (!strstr(message, part))
        fail_msg("%s: \"%s\", not \"... %s ...\"", path, message, part);
}

/* A JPEG file in memory of `components` values a pixel, with Exif data that says how the camera was held (0: none). */
static unsigned char *make_jpeg(unsigned long *size, int components, J_COLOR_SPACE colours, int orientation,
                                int big_endian) {
    struct jpeg_compress_struct encoder;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL, row[4 * WIDTH];
    JOCTET little[] = "Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x01\0\0\0\0\0\0";
    JOCTET big[] = "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x01\0\0\0\0\0\0";
    *size = 0;
    encoder.err = jpeg_std_error(&errors);
    jpeg_create_compress(&encoder);
    jpeg_mem_dest(&encoder, &bytes, size);
    encoder.image_width = WIDTH;
    encoder.image_height = HEIGHT;
    encoder.input_components = components;
    encoder.in_color_space = colours;
    jpeg_set_defaults(&encoder);
    jpeg_set_quality(&encoder, 95, TRUE);
    jpeg_start_compress(&encoder, TRUE);
    little[24] = big[25] = (JOCTET)orientation;
    if (orientation)
        jpeg_write_marker(&encoder, JPEG_APP0 + 1, big_endian ? big : little, sizeof big - 1);
    for (size_t y = 0; y < HEIGHT; y++) {
        JSAMPROW line = row;
        for (size_t x = 0; x < WIDTH; x++) /* inks of Adobe's files are inverted: full light for no ink */
            for (int i = 0; i < components; i++)
                row[x * (size_t)components + (size_t)i] = i == 3 ? 255 : corner_grey(y, x, HEIGHT, WIDTH);
        jpeg_write_scanlines(&encoder, &line, 1);
    }
    jpeg_finish_compress(&encoder);
    jpeg_destroy_compress(&encoder);
    return bytes;
}

static void write_jpeg(const char *path, int components, J_COLOR_SPACE colours, int orientation, int big_endian) {
    unsigned long size;
    unsigned char *bytes = make_jpeg(&size, components, colours, orientation, big_endian);
    write_file(path, bytes, size);
    free(bytes);
}

static void jpeg_of_all_colours(void **state) {
    (void)state;
    const uint8_t corners[4] = {0, 80, 170, 255};
    write_jpeg("grey", 1, JCS_GRAYSCALE, 0, 0);
    expect_corners("grey", WIDTH, HEIGHT, corners, 4);
    write_jpeg("colour", 3, JCS_RGB, 0, 0);
    expect_corners("colour", WIDTH, HEIGHT, corners, 4);
    write_jpeg("adobe", 4, JCS_CMYK, 0, 0); /* libjpeg writes Adobe's marker */
    expect_corners("adobe", WIDTH, HEIGHT, corners, 4);
}

/* What a viewer shows for each way of holding the camera; Exif's values 1 to 8. */
static void jpeg_is_turned_upright(void **state) {
    (void)state;
    static const uint8_t upright[9][4] = {{0},
                                          {0, 80, 170, 255},
                                          {80, 0, 255, 170},
                                          {255, 170, 80, 0},
                                          {170, 255, 0, 80},
                                          {0, 170, 80, 255},
                                          {170, 0, 255, 80},
                                          {255, 80, 170, 0},
                                          {80, 255, 0, 170}};
    for (int orientation = 1; orientation <= 8; orientation++) {
        for (int big_endian = 0; big_endian < 2; big_endian++) {
            write_jpeg("turned", 3, JCS_RGB, orientation, big_endian);
            expect_corners("turned", orientation < 5 ? WIDTH : HEIGHT, orientation < 5 ? HEIGHT : WIDTH,
                           upright[orientation], 4);
        }
    }
    write_jpeg("turned", 3, JCS_RGB, 9, 0); /* there is no such way */
    expect_corners("turned", WIDTH, HEIGHT, upright[1], 4);
}

static void write_png(const char *path, png_uint_32 format, const void *pixels, size_t width, size_t height) {
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = (png_uint_32)width, .height = (png_uint_32)height, .format = format};
    assert_true(png_image_write_to_file(&image, path, 0, pixels, 0, NULL));
}

static void png_of_all_colours(void **state) {
    (void)state;
    const uint8_t corners[4] = {0, 80, 170, 255}, transparent[4] = {0, 80, 255, 255};
    static uint8_t grey[HEIGHT * WIDTH], colour[HEIGHT * WIDTH * 3], with_alpha[HEIGHT * WIDTH * 4];
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        grey[i] = corner_grey(i / WIDTH, i % WIDTH, HEIGHT, WIDTH);
        memset(colour + 3 * i, grey[i], 3);
        memset(with_alpha + 4 * i, grey[i], 3);
        with_alpha[4 * i + 3] = i / WIDTH < HEIGHT / 2 ? 255 : 0; /* the lower half shows the paper behind */
    }
    write_png("grey", PNG_FORMAT_GRAY, grey, WIDTH, HEIGHT);
    expect_corners("grey", WIDTH, HEIGHT, corners, 0);
    write_png("colour", PNG_FORMAT_RGB, colour, WIDTH, HEIGHT);
    expect_corners("colour", WIDTH, HEIGHT, corners, 1);
    write_png("alpha", PNG_FORMAT_RGBA, with_alpha, WIDTH, HEIGHT);
    expect_corners("alpha", WIDTH, HEIGHT, transparent, 1);
}

/* As other programs than libpng's simple interface write them: nothing says how bright the values are. */
static void png_of_16_bits_is_as_bright_as_one_of_8(void **state) {
    (void)state;
    const uint8_t corners[4] = {0, 80, 170, 255};
    uint8_t row[2 * WIDTH];
    FILE *file = fopen("wide", "wb");
    assert_non_null(file);
    png_structp encoder = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(encoder);
    png_init_io(encoder, file);
    png_set_IHDR(encoder, info, WIDTH, HEIGHT, 16, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(encoder, info);
    for (size_t y = 0; y < HEIGHT; y++) {
        for (size_t x = 0; x < WIDTH; x++)
            memset(row + 2 * x, corner_grey(y, x, HEIGHT, WIDTH), 2);
        png_write_row(encoder, row);
    }
    png_write_end(encoder, info);
    png_destroy_write_struct(&encoder, &info);
    assert_int_equal(fclose(file), 0);
    expect_corners("wide", WIDTH, HEIGHT, corners, 0);
}

/* What is drawn on nothing: dark ink is on white paper, white ink on black. */
static void ink_on_nothing_is_seen(void **state) {
    (void)state;
    static uint8_t drawing[HEIGHT * WIDTH * 2];
    char message[IMAGE_MESSAGE_SIZE];
    for (int grey = 0; grey <= 255; grey += 255) {
        struct picture image;
        for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
            drawing[2 * i] = (uint8_t)grey;
            drawing[2 * i + 1] = i == 7 ? 255 : 0;
        }
        write_png("drawing", PNG_FORMAT_GA, drawing, WIDTH, HEIGHT);
        assert_int_equal(read_image(&image, "drawing", 1, MAX_PIXELS, message), 0);
        assert_int_equal(image.pixels[7], grey);
        assert_int_equal(image.pixels[0], 255 - grey);
        assert_int_equal(image.pixels[HEIGHT * WIDTH - 1], 255 - grey);
        free(image.pixels);
        assert_int_equal(read_image(&image, "drawing", 3, MAX_PIXELS, message), 0);
        assert_int_equal(image.pixels[0], 255 - grey);
        free(image.pixels);
    }
}

/* Green looks brighter than red, and red than blue. */
static void colours_become_luma(void **state) {
    (void)state;
    const uint8_t pixels[] = {255, 0, 0, 0, 255, 0, 0, 0, 255};
    char message[IMAGE_MESSAGE_SIZE];
    struct picture image;
    write_png("colours", PNG_FORMAT_RGB, pixels, 3, 1);
    assert_int_equal(read_image(&image, "colours", 1, MAX_PIXELS, message), 0);
    assert_true(image.pixels[1] > image.pixels[0] && image.pixels[0] > image.pixels[2] && image.pixels[2] > 0);
    free(image.pixels);
}

/* Pens of all colours are darker than white paper; shades of grey are what they are, with a lamp's tint too. */
static void ink_of_all_colours_is_dark(void **state) {
    (void)state;
    const uint8_t pens[][3] = {{10, 10, 20}, {255, 60, 70}, {20, 60, 220}, {110, 180, 255}, {20, 160, 60}};
    for (size_t i = 0; i < sizeof pens / sizeof *pens; i++)
        assert_true(ink_grey(pens[i][0], pens[i][1], pens[i][2]) < 150);
    for (int grey = 0; grey <= 255; grey++)
        assert_int_equal(ink_grey(grey, grey, grey), grey);
    assert_int_equal(ink_grey(210, 200, 180), 201);
}

static void ink_is_read_into_one_channel(void **state) {
    (void)state;
    const uint8_t pixels[] = {255, 255, 255, 255, 40, 40, 90, 90, 90};
    char message[IMAGE_MESSAGE_SIZE];
    struct picture image;
    write_png("pens", PNG_FORMAT_RGB, pixels, 3, 1);
    assert_int_equal(read_ink(&image, "pens", MAX_PIXELS, message), 0);
    assert_int_equal(image.channels, 1);
    assert_memory_equal(image.pixels, ((const uint8_t[]){255, 56, 90}), 3);
    free(image.pixels);
    assert_int_equal(read_ink(&image, "missing", MAX_PIXELS, message), -1);
}

/* Every kind of file, read in colour. */
static void colours_are_kept(void **state) {
    (void)state;
    const uint8_t pixels[] = {255, 0, 0, 0, 255, 0, 0, 0, 255};
    char message[IMAGE_MESSAGE_SIZE];
    struct picture image;
    write_png("colours", PNG_FORMAT_RGB, pixels, 3, 1);
    assert_int_equal(read_image(&image, "colours", 3, MAX_PIXELS, message), 0);
    assert_int_equal(image.channels, 3);
    assert_memory_equal(image.pixels, pixels, sizeof pixels);
    free(image.pixels);
    write_file("grey", "P2 2 1 255 7 9", 14);
    assert_int_equal(read_image(&image, "grey", 3, MAX_PIXELS, message), 0);
    assert_memory_equal(image.pixels, ((const uint8_t[]){7, 7, 7, 9, 9, 9}), 6);
    free(image.pixels);
    const J_COLOR_SPACE kinds[] = {JCS_GRAYSCALE, JCS_RGB, JCS_CMYK};
    for (int i = 0; i < 3; i++) {
        write_jpeg("jpeg", i == 0 ? 1 : i + 2, kinds[i], 6, 0);
        assert_int_equal(read_image(&image, "jpeg", 3, MAX_PIXELS, message), 0);
        assert_int_equal(image.width, HEIGHT);
        for (int channel = 0; channel < 3; channel++)
            assert_true(abs(image.pixels[3 * (3 * HEIGHT + HEIGHT - 4) + channel] - 0) < 5);
        free(image.pixels);
    }
}

static void expect_pgm(const char *text, size_t size, uint8_t first, uint8_t second) {
    char message[IMAGE_MESSAGE_SIZE];
    struct picture image;
    write_file("pgm", text, size);
    if (read_image(&image, "pgm", 1, MAX_PIXELS, message))
        fail_msg("%s: %s", text, message);
    assert_int_equal(image.width, 2);
    assert_int_equal(image.height, 1);
    assert_int_equal(image.pixels[0], first);
    assert_int_equal(image.pixels[1], second);
    free(image.pixels);
}

static void pgm_of_both_kinds(void **state) {
    (void)state;
#define expect_text(text, first, second) expect_pgm(text, sizeof text - 1, first, second)
    expect_text("P2 2 1 255 7 255", 7, 255);
    expect_text("P2\n# a comment\n2 # another\n1\n15\n0 15\n", 0, 255);
    expect_text("P5 2 1 255\n\x07\xff", 7, 255);
    expect_text("P5 2 1 100\n\x00\x32", 0, 128);
    expect_text("P5 2 1 65535\n\x80\x00\xff\xff", 128, 255);
    expect_text("P5\t2\r\n1\n#\n1\n\x01\x00", 255, 0);
}

static void damaged_pgm_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *text, *part;
    } files[] = {
        {"P2", "no width"},
        {"P2 2", "no width"},
        {"P2 2 1", "no width"},
        {"P2 2 1 0 0 0", "no width"},
        {"P2 2 1 65536 0 0", "no width"},
        {"P2 -2 1 255 0 0", "no width"},
        {"P2 0 1 255 0", "0 x 1"},
        {"P2 99999999999999999999 1 255 0", "no width"},
        {"P2 200000000 200000000 255 0", "200000000 x 200000000"},
        {"P2 2 1 255 7", "pixel 2 of 2"},
        {"P2 2 1 255 7 256", "pixel 2 of 2"},
        {"P2 2 1 255 7 x", "pixel 2 of 2"},
        {"P5 2 1 255 \x07", "pixel 2 of 2"},
        {"P5 2 1 100 \x07\x65", "pixel 2 of 2"},
        {"P5 2 1 300 \x01\x01\x01", "pixel 2 of 2"},
        {"P6 2 1 255 ", "neither PNG nor JPEG nor PGM"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        write_file("damaged", files[i].text, strlen(files[i].text));
        expect_damage("damaged", files[i].part);
    }
}

static void what_is_no_picture_is_refused(void **state) {
    (void)state;
    expect_damage("missing", "No such file");
    expect_damage(".", "directory");
    write_file("empty", "", 0);
    expect_damage("empty", "empty");
    write_file("text", "hello", 5);
    expect_damage("text", "neither PNG nor JPEG nor PGM");
    write_file("png", "\x89PNG\r\n\x1a\n", 8);
    expect_damage("png", "damaged PNG");
    write_file("jpeg", "\xff\xd8\xff\xe0", 4);
    expect_damage("jpeg", "damaged JPEG");
}

/* Reads the bytes with every byte changed and cut at every length: it may succeed or fail, but must end. Returns how
 * many lengths were read as if the file were whole. */
static size_t batter(const unsigned char *bytes, size_t size,
                     int (*read)(struct picture *, const uint8_t *, size_t, size_t, size_t, char[IMAGE_MESSAGE_SIZE])) {
    char message[IMAGE_MESSAGE_SIZE];
    struct picture image;
    size_t whole = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char *copy = malloc(size);
        assert_non_null(copy);
        memcpy(copy, bytes, size);
        for (int bit = 0; bit < 8; bit += 3) {
            copy[i] = bytes[i] ^ (unsigned char)(1 << bit);
            if (read(&image, copy, size, i % 2 ? 1 : 3, MAX_PIXELS, message) == 0)
                free(image.pixels);
        }
        free(copy);
        unsigned char *part = malloc(i + 1); /* of its own, so that a read past its end is seen */
        assert_non_null(part);
        memcpy(part, bytes, i);
        if (i >= 2 && read(&image, part, i, 1, MAX_PIXELS, message) == 0) {
            whole++;
            free(image.pixels);
        }
        free(part);
    }
    return whole;
}

static void damaged_files_do_no_harm(void **state) {
    (void)state;
    unsigned long size;
    unsigned char *jpeg = make_jpeg(&size, 3, JCS_RGB, 6, 1);
    assert_true(batter(jpeg, size, read_jpeg) <= 2); /* the mark of the end may be missing */
    free(jpeg);

    static uint8_t grey[HEIGHT * WIDTH], png[1 << 16];
    for (size_t i = 0; i < HEIGHT * WIDTH; i++)
        grey[i] = (uint8_t)(i * 37);
    png_image image = {.version = PNG_IMAGE_VERSION, .width = WIDTH, .height = HEIGHT, .format = PNG_FORMAT_GRAY};
    png_alloc_size_t written = sizeof png;
    assert_true(png_image_write_to_memory(&image, png, &written, 0, grey, 0, NULL));
    assert_true(batter(png, written, read_png) <= 16); /* the last chunk, which holds nothing, may be missing */

    const char pgm[] = "P5\n# a comment\n4 3\n1000\n\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\10\0\11\0\12\0\13\0\14";
    assert_int_equal(batter((const unsigned char *)pgm, sizeof pgm - 1, read_pgm), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        in_folder(jpeg_of_all_colours),
        in_folder(jpeg_is_turned_upright),
        in_folder(png_of_all_colours),
        in_folder(png_of_16_bits_is_as_bright_as_one_of_8),
        in_folder(ink_on_nothing_is_seen),
        in_folder(colours_become_luma),
        in_folder(colours_are_kept),
        cmocka_unit_test(ink_of_all_colours_is_dark),
        in_folder(ink_is_read_into_one_channel),
        in_folder(pgm_of_both_kinds),
        in_folder(damaged_pgm_is_refused),
        in_folder(damaged_files_do_no_harm),
        in_folder(what_is_no_picture_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
