/* Short inputs that ask for much memory or time are refused, and pictures of texture read, in less than a second,
 * within 16 MiB of the limit. */
#include <stdio.h>
/* jpeglib.h needs stdio.h before it. */
#include "../../examples/read_image.h"
#include "folder.h"
#include "onnx/schema.h"
#include "onnx/wire.h"
#include "onnx_bytes.h"
#include "onnx_models.h"
#include "own_memory.h"
#include "processes.h"
#include "reader_models.h"
#include "sanitizer.h"

#include <jpeglib.h>
#include <png.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#if DNN_ADDRESS_SANITIZER || DNN_THREAD_SANITIZER
enum { SANITIZED = 1 }; /* the sanitizer's own time and memory count too */
#else
enum { SANITIZED = 0 };
#endif

/* Of processor time. Where branches are counted the library is slow, though this file is optimized. */
#if defined __OPTIMIZE__ && !defined COUNTING_BRANCHES
enum { MOST_SECONDS = 1 };
#else
enum { MOST_SECONDS = 3 };
#endif

#define MIB ((size_t)1 << 20)
#define ALLOWANCE (16 * MIB)

/* ---- A bomb goes off in a process of its own ---- */

typedef struct damage {
    digitnet_status status;
    char message[256];
    size_t allocated; /* at most at one time, through the allocator hook */
    size_t resident;  /* by so much more at most than before */
    double seconds;   /* of processor time */
} damage;

static size_t live_bytes, most_bytes;

static void *allocate(void *unused, size_t size, size_t alignment) {
    (void)unused;
    live_bytes += size;
    most_bytes = live_bytes > most_bytes ? live_bytes : most_bytes;
    return own_memory(size, alignment);
}

static void release(void *unused, void *memory, size_t size, size_t alignment) {
    (void)unused, (void)alignment;
    live_bytes -= size;
    free(memory);
}

static size_t resident_bytes(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (size_t)usage.ru_maxrss * 1024 : SIZE_MAX;
}

/* Sets the status and the message. */
typedef void (*bomb_fn)(damage *done, const saved_bytes *input, size_t limit);

static void note(damage *done, digitnet_status status) {
    done->status = status;
    snprintf(done->message, sizeof done->message, "%s", digitnet_last_error());
}

static void measure(damage *done, bomb_fn bomb, const saved_bytes *input, size_t limit) {
    size_t before = resident_bytes();
    clock_t begin = clock();
    note(done, digitnet_set_allocator(DIGITNET_WITH(digitnet_allocator, .allocate = allocate, .release = release)));
    if (done->status == DIGITNET_OK)
        bomb(done, input, limit);
    done->seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    done->resident = resident_bytes() - before;
    done->allocated = most_bytes;
}

/* `part` is in the message. */
static void expect_refused(bomb_fn bomb, const saved_bytes *input, size_t limit, digitnet_status wanted,
                           const char *part) {
    damage *done = mmap(NULL, sizeof *done, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(done != MAP_FAILED);
    fflush(NULL); /* what is buffered is written once */
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        measure(done, bomb, input, limit);
        exit(EXIT_SUCCESS); /* not _exit(), which loses what coverage has counted */
    }
    int code = wait_for_child(child);
    assert_true(WIFEXITED(code));
    assert_int_equal(WEXITSTATUS(code), EXIT_SUCCESS);
    if (done->status != wanted || !strstr(done->message, part))
        fail_msg("%s (\"%s\"), not %s (\"... %s ...\")", digitnet_status_string(done->status), done->message,
                 digitnet_status_string(wanted), part);
    if (done->allocated > limit + ALLOWANCE || (!SANITIZED && done->resident > limit + ALLOWANCE))
        fail_msg("\"%s\": %zu bytes allocated, %zu more resident, limit %zu", done->message, done->allocated,
                 done->resident, limit);
    if (!SANITIZED && done->seconds >= MOST_SECONDS)
        fail_msg("\"%s\": %.2f s", done->message, done->seconds);
    munmap(done, sizeof *done);
}

/* ---- Models: made by the library itself where it lets go of its limits ---- */

static void load(damage *done, const saved_bytes *input, size_t limit) {
    digitnet_model *model = NULL;
    (void)limit; /* nothing that grows with it is allocated before the limits are checked */
    note(done, digitnet_model_load_memory(&model, input->data, input->size));
    digitnet_model_free(model);
}

static digitnet_model *create_without_limits(size_t height, size_t width) {
    digitnet_model *model;
    expect_ok(digitnet_model_create_ex(&model, height, width, 1,
                                       DIGITNET_WITH(digitnet_model_options, .max_parameters = SIZE_MAX,
                                                     .max_activation_bytes = SIZE_MAX, .max_multiply_adds = SIZE_MAX)));
    return model;
}

static void expect_model_refused(digitnet_model *model, const char *part) {
    expect_ok(onnx_draw_weights(model, 1));
    saved_bytes file = save_model(model);
    digitnet_model_free(model);
    expect_refused(load, &file, 0, DIGITNET_ELIMIT, part);
    free(file.data);
}

static void images_of_65535_square(void **state) {
    (void)state;
    digitnet_model *model = create_without_limits(65535, 65535);
    digitnet_model_add_conv2d(model, 1, 3, DIGITNET_ACTIVATION_RELU);
    expect_model_refused(model, "65535x65535");
    digitnet_image image = {
        .struct_size = sizeof image, .pixels = (const uint8_t *)"", .width = 65535, .height = 65535};
    float framed[784];
    expect_failure(digitnet_image_frame_digit(framed, 784, &image), DIGITNET_ELIMIT, "65535 x 65535");
}

static void activations(void **state) {
    (void)state;
    digitnet_model *model = create_without_limits(4000, 4000);
    digitnet_model_add_conv2d(model, 6, 1, DIGITNET_ACTIVATION_LINEAR); /* 366 MiB */
    expect_model_refused(model, "bytes of outputs");
}

static void multiply_adds(void **state) {
    (void)state;
    digitnet_model *model = create_without_limits(1000, 1000);
    digitnet_model_add_conv2d(model, 60, 50, DIGITNET_ACTIVATION_RELU); /* 136 thousand million */
    expect_model_refused(model, "multiply-adds");
}

static void comparisons(void **state) {
    (void)state;
    const digitnet_max_pool2d_options options = {
        .struct_size = sizeof options, .stride_height = 1, .stride_width = 1, .padding = DIGITNET_PADDING_SAME};
    digitnet_model *model = create_without_limits(1500, 1500);
    digitnet_model_add_max_pool2d_ex(model, 250, &options); /* 140 thousand million */
    expect_model_refused(model, "multiply-adds");
}

static void parameters(void **state) {
    (void)state;
    digitnet_model *model = create_without_limits(1, 100);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 9, DIGITNET_ACTIVATION_LINEAR);
    expect_ok(onnx_draw_weights(model, 1));
    saved_bytes file = save_model(model);
    digitnet_model_free(model);
    expect_failure(digitnet_model_load_memory_ex(&model, file.data, file.size,
                                                 DIGITNET_WITH(digitnet_model_load_options, .max_parameters = 908)),
                   DIGITNET_ELIMIT, "parameters");
    expect_ok(digitnet_model_load_memory_ex(&model, file.data, file.size,
                                            DIGITNET_WITH(digitnet_model_load_options, .max_parameters = 909)));
    digitnet_model_free(model);
    free(file.data);
}

/* ---- Models: graphs that only look long ---- */

enum { NAME_SIZE = 16000 };

static void put_empty_nodes(digitnet__wire_writer *writer) {
    for (size_t i = 0; i < 4000000; i++)
        digitnet__wire_end(writer, digitnet__wire_begin(writer, DNN_GRAPH_NODE));
}

/* Names that differ in their last bytes alone. */
static void put_long_names(digitnet__wire_writer *writer) {
    char name[NAME_SIZE + 1];
    memset(name, 'n', NAME_SIZE);
    for (size_t i = 0; i < 2048; i++) {
        size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_INITIALIZER);
        snprintf(name + NAME_SIZE - 5, 6, "%05zu", i);
        digitnet__wire_put_string(writer, DNN_TENSOR_NAME, name);
        digitnet__wire_end(writer, begin);
    }
}

/* Layers without names, which all get one. */
static void put_many_layers(digitnet__wire_writer *writer) {
    char input[16] = "x", output[16];
    for (size_t i = 0; i < 8000; i++) {
        size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_NODE);
        snprintf(output, sizeof output, "x%zu", i);
        digitnet__wire_put_string(writer, DNN_NODE_INPUT, input);
        digitnet__wire_put_string(writer, DNN_NODE_OUTPUT, output);
        strcpy(input, output);
        digitnet__wire_put_string(writer, DNN_NODE_OP_TYPE, "Relu");
        digitnet__wire_end(writer, begin);
    }
}

/* One layer with far more inputs than there are layers. */
static void put_many_inputs(digitnet__wire_writer *writer) {
    size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_NODE);
    for (size_t i = 0; i < 1000000; i++)
        digitnet__wire_put_string(writer, DNN_NODE_INPUT, "x");
    digitnet__wire_put_string(writer, DNN_NODE_OUTPUT, "y");
    digitnet__wire_put_string(writer, DNN_NODE_OP_TYPE, "Sum");
    digitnet__wire_end(writer, begin);
}

/* N x 1 x 1 x 1 of float */
static void put_value(digitnet__wire_writer *writer, uint32_t number, const char *name) {
    size_t value = digitnet__wire_begin(writer, number);
    digitnet__wire_put_string(writer, DNN_VALUE_NAME, name);
    size_t type = digitnet__wire_begin(writer, DNN_VALUE_TYPE), tensor = digitnet__wire_begin(writer, DNN_TYPE_TENSOR);
    digitnet__wire_put_varint(writer, DNN_TENSOR_TYPE_ELEMENT, DNN_DATA_FLOAT);
    size_t shape = digitnet__wire_begin(writer, DNN_TENSOR_TYPE_SHAPE);
    for (size_t i = 0; i < 4; i++) {
        size_t dimension = digitnet__wire_begin(writer, DNN_SHAPE_DIM);
        digitnet__wire_put_varint(writer, DNN_DIM_VALUE, 1);
        digitnet__wire_end(writer, dimension);
    }
    digitnet__wire_end(writer, shape);
    digitnet__wire_end(writer, tensor);
    digitnet__wire_end(writer, type);
    digitnet__wire_end(writer, value);
}

static void expect_graph(void (*put_content)(digitnet__wire_writer *writer), const char *output, size_t limit,
                         digitnet_status status, const char *part) {
    saved_bytes file = {NULL, 0};
    for (int pass = 0; pass < 2; pass++) {
        digitnet__wire_writer writer = {.bytes = file.data};
        digitnet__wire_put_varint(&writer, DNN_MODEL_IR_VERSION, 8);
        size_t graph = digitnet__wire_begin(&writer, DNN_MODEL_GRAPH);
        put_content(&writer);
        put_value(&writer, DNN_GRAPH_INPUT, "x");
        put_value(&writer, DNN_GRAPH_OUTPUT, output);
        digitnet__wire_end(&writer, graph);
        size_t opset = digitnet__wire_begin(&writer, DNN_MODEL_OPSET_IMPORT);
        digitnet__wire_put_varint(&writer, DNN_OPSET_VERSION, 13);
        digitnet__wire_end(&writer, opset);
        file.size = writer.position;
        if (!file.data)
            file.data = must_allocate(file.size);
    }
    expect_refused(load, &file, limit, status, part);
    free(file.data);
}

static void long_graphs(void **state) {
    (void)state;
    expect_graph(put_empty_nodes, "x", 0, DIGITNET_ELIMIT, "4000000 nodes");
    expect_graph(put_long_names, "x", 0, DIGITNET_OK, ""); /* as fast as others: names are sorted */
    /* All nodes are read before it is known which of their layers the model needs. */
    expect_graph(put_many_layers, "x7999", 32 * MIB, DIGITNET_ELIMIT, "4096 layers");
    expect_graph(put_many_inputs, "y", 0, DIGITNET_ELIMIT, "has 1000000 inputs");
}

/* A file that is longer than its limit is not even read. */
static void load_sparse_file(damage *done, const saved_bytes *input, size_t limit) {
    digitnet_model *model;
    (void)input;
    note(done,
         digitnet_model_load_ex(&model, "sparse", DIGITNET_WITH(digitnet_model_load_options, .max_bytes = limit)));
    digitnet_model_free(model);
}

static void put_sparse_file(void) {
    put("sparse", "");
    assert_int_equal(truncate("sparse", (off_t)3 << 30), 0);
}

static void long_model_files(void **state) {
    (void)state;
    put_sparse_file();
    expect_refused(load_sparse_file, NULL, MIB, DIGITNET_ELIMIT, "limit");
    expect_refused(load_sparse_file, NULL, 0, DIGITNET_ELIMIT, "limit"); /* 2 GiB - 1 */
}

/* ---- IDX files ---- */

static void put_bytes(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

typedef struct idx_header {
    unsigned char bytes[16];
} idx_header;

static idx_header images_header(uint32_t count, uint32_t height, uint32_t width) {
    idx_header header = {{0, 0, 8, 3}};
    const uint32_t numbers[] = {count, height, width};
    for (size_t i = 0; i < 12; i++)
        header.bytes[4 + i] = (unsigned char)(numbers[i / 4] >> (24 - 8 * (i % 4)));
    return header;
}

/* The header, and so many MiB of zeros behind it. */
static void put_compressed(const char *path, const idx_header *header, size_t mebibytes) {
    static const unsigned char zeros[1 << 20];
    gzFile file = gzopen(path, "wb1");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, header->bytes, sizeof header->bytes), sizeof header->bytes);
    for (size_t i = 0; i < mebibytes; i++)
        assert_int_equal(gzwrite(file, zeros, sizeof zeros), sizeof zeros);
    assert_int_equal(gzclose(file), Z_OK);
}

static void load_idx(damage *done, const saved_bytes *input, size_t limit) {
    digitnet_dataset *dataset = NULL;
    (void)input;
    note(done, digitnet_dataset_load_idx_ex(&dataset, "images", "labels",
                                            DIGITNET_WITH(digitnet_dataset_load_options, .max_bytes = limit)));
    digitnet_dataset_free(dataset);
}

static void idx_headers(void **state) {
    (void)state;
    static const struct {
        uint32_t count, height, width;
        size_t limit; /* 0: 4 GiB */
        digitnet_status status;
        const char *part;
    } cases[] = {
        {1, 65535, 65535, 0, DIGITNET_EFORMAT, "truncated"},
        {1, 65535, 65535, 64 * MIB, DIGITNET_ELIMIT, "65535 x 65535"},
        {65535, 28, 28, 32 * MIB, DIGITNET_ELIMIT, "limit"},
        {UINT32_MAX, 1, 1, 0, DIGITNET_ELIMIT, "limit"},
        {UINT32_MAX, UINT32_MAX, UINT32_MAX, 0, DIGITNET_ELIMIT, "limit"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        idx_header header = images_header(cases[i].count, cases[i].height, cases[i].width);
        /* Without a limit of its own the file may not take more than the allowance either. */
        put_bytes("images", header.bytes, sizeof header.bytes);
        expect_refused(load_idx, NULL, cases[i].limit, cases[i].status, cases[i].part);
        put_compressed("images", &header, 0);
        expect_refused(load_idx, NULL, cases[i].limit, cases[i].status, cases[i].part);
    }
}

/* Far more than the header announces, or the limit allows. */
static void gzip_that_inflates_without_end(void **state) {
    (void)state;
    idx_header small = images_header(1, 1024, 1024), large = images_header(100, 1024, 1024);
    put_compressed("images", &small, 256);
    expect_refused(load_idx, NULL, 2 * MIB, DIGITNET_EFORMAT, "trailing bytes");
    put_compressed("images", &large, 256);
    expect_refused(load_idx, NULL, 2 * MIB, DIGITNET_ELIMIT, "limit");
    expect_refused(load_idx, NULL, 101 * MIB, DIGITNET_EFORMAT, "trailing bytes");
}

static void long_idx_files(void **state) {
    (void)state;
    put_sparse_file();
    assert_int_equal(rename("sparse", "images"), 0);
    expect_refused(load_idx, NULL, MIB, DIGITNET_ELIMIT, "limit");
}

/* ---- Pictures, as the examples read them ---- */

static void read_picture(damage *done, const saved_bytes *input, size_t limit) {
    struct picture image;
    (void)input;
    _Static_assert(sizeof done->message == IMAGE_MESSAGE_SIZE, "a reader's message is the bomb's");
    done->status = read_image(&image, "picture", 1, limit, done->message) == 0 ? DIGITNET_OK : DIGITNET_EFORMAT;
}

static void expect_picture_refused(const void *bytes, size_t size, size_t max_pixels, const char *part) {
    put_bytes("picture", bytes, size);
    expect_refused(read_picture, NULL, max_pixels, DIGITNET_EFORMAT, part);
}

static void store_32(unsigned char *bytes, unsigned long number) {
    for (size_t i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(number >> (24 - 8 * i));
}

static void png_of_65535_square(void **state) {
    (void)state;
    enum { SIZES = 16, CHECKSUM = 29 };
    unsigned char bytes[4096], pixels[64] = {0};
    png_alloc_size_t size = sizeof bytes;
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 8, .height = 8, .format = PNG_FORMAT_GRAY};
    assert_true(png_image_write_to_memory(&image, bytes, &size, 0, pixels, 0, NULL));
    store_32(bytes + SIZES, 65535);
    store_32(bytes + SIZES + 4, 65535);
    store_32(bytes + CHECKSUM, crc32(0, bytes + 12, CHECKSUM - 12));
    expect_picture_refused(bytes, size, MIB, "65535 x 65535");
    expect_picture_refused(bytes, size, (size_t)1 << 28, "65535 x 65535");
}

static void pgm_of_65535_square(void **state) {
    (void)state;
    static const char text[] = "P2 65535 65535 255 0 0 0", binary[] = "P5 65535 65535 65535 abcdef";
    expect_picture_refused(text, sizeof text - 1, (size_t)1 << 28, "65535 x 65535");
    expect_picture_refused(binary, sizeof binary - 1, MIB, "65535 x 65535");
}

/* A white picture. */
static saved_bytes make_jpeg(JDIMENSION side, int progressive) {
    struct jpeg_compress_struct encoder;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL, *row = must_allocate(side);
    unsigned long size = 0;
    encoder.err = jpeg_std_error(&errors);
    jpeg_create_compress(&encoder);
    jpeg_mem_dest(&encoder, &bytes, &size);
    encoder.image_width = encoder.image_height = side;
    encoder.input_components = 1;
    encoder.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&encoder);
    if (progressive)
        jpeg_simple_progression(&encoder);
    jpeg_start_compress(&encoder, TRUE);
    memset(row, 255, side);
    while (encoder.next_scanline < side)
        jpeg_write_scanlines(&encoder, &row, 1);
    jpeg_finish_compress(&encoder);
    jpeg_destroy_compress(&encoder);
    free(row);
    return (saved_bytes){bytes, size};
}

/* Where a marker stands; the last one where it stands several times. */
static size_t find_marker(const saved_bytes *file, unsigned char marker) {
    size_t found = file->size;
    for (size_t i = 0; i + 1 < file->size; i++)
        if (file->data[i] == 0xff && file->data[i + 1] == marker)
            found = i;
    assert_true(found < file->size);
    return found;
}

static void jpeg_of_65535_square(void **state) {
    (void)state;
    enum { START_OF_FRAME = 0xc0, SIZES = 5 };
    saved_bytes file = make_jpeg(16, 0);
    unsigned char *sizes = file.data + find_marker(&file, START_OF_FRAME) + SIZES;
    memset(sizes, 0xff, 4);
    expect_picture_refused(file.data, file.size, (size_t)1 << 28, "65500"); /* libjpeg's own limit, */
    store_32(sizes, 65500ul << 16 | 65500);
    expect_picture_refused(file.data, file.size, (size_t)1 << 28, "65500 x 65500"); /* and ours */
    expect_picture_refused(file.data, file.size, MIB, "65500 x 65500");
    free(file.data);
}

/* Each scan of a progressive file goes over the whole picture, and takes a few bytes. */
static void jpeg_of_endless_scans(void **state) {
    (void)state;
    enum { START_OF_SCAN = 0xda, END = 0xd9, SCANS = 20000, SIDE = 1000 };
    saved_bytes file = make_jpeg(SIDE, 1);
    size_t scan = find_marker(&file, START_OF_SCAN), end = find_marker(&file, END);
    saved_bytes longer = {must_allocate(file.size + SCANS * (end - scan)), end};
    memcpy(longer.data, file.data, end);
    for (size_t i = 0; i < SCANS; i++, longer.size += end - scan)
        memcpy(longer.data + longer.size, file.data + scan, end - scan);
    memcpy(longer.data + longer.size, file.data + end, 2);
    longer.size += 2;
    expect_picture_refused(longer.data, longer.size, (size_t)SIDE * SIDE, "scan");
    free(longer.data);
    free(file.data);
}

/* ---- Pictures of texture, in which a reader has much to look for; they are read ---- */

enum {
    TEXTURE_SIDE = 320,
    READING_BYTES = 64, /* a pixel */
    SCRATCH_BYTES = 24 << 20
};

static void read_texture(damage *done, const saved_bytes *input, size_t limit) {
    static const float logits[11] = {[3] = 2, [10] = 1};
    digitnet_model *digit = make_constant_digit_model(logits, 11), *line = make_stroke_line_model(1);
    digitnet_reader *reader;
    digitnet_reader_scratch *scratch;
    digitnet_reading *table = NULL, *page = NULL;
    digitnet_image image = DIGITNET_INIT(digitnet_image);
    (void)limit;
    image.pixels = input->data;
    image.width = image.height = TEXTURE_SIDE;
    expect_ok(digitnet_reader_create(&reader, digit, line));
    expect_ok(digitnet_reader_scratch_create(&scratch, reader));
    note(done, digitnet_reader_read_table(&table, scratch, &image, NULL));
    if (done->status == DIGITNET_OK)
        note(done, digitnet_reader_read_page(&page, scratch, &image, NULL));
    digitnet_reading_free(page);
    digitnet_reading_free(table);
    digitnet_reader_scratch_free(scratch);
    digitnet_reader_free(reader);
    digitnet_model_free(line);
    digitnet_model_free(digit);
}

static int is_dot(size_t x, size_t y) {
    return x % 4 == 0 && y % 4 == 0;
}

static int is_rule(size_t x, size_t y) {
    return x % 6 == 0 || y % 6 == 0;
}

static int is_square(size_t x, size_t y) {
    return (x / 3 + y / 3) % 2 == 0;
}

static int is_noise(size_t x, size_t y) {
    uint32_t mixed = (uint32_t)(y * TEXTURE_SIDE + x) * 2654435761u;
    mixed = (mixed ^ mixed >> 15) * 2246822519u;
    return (mixed ^ mixed >> 13) % 10 == 0;
}

static void pictures_of_texture(void **state) {
    (void)state;
    int (*const textures[])(size_t, size_t) = {is_dot, is_rule, is_square, is_noise};
    const size_t size = (size_t)TEXTURE_SIDE * TEXTURE_SIDE;
    saved_bytes pixels = {must_allocate(size), size};
    for (size_t i = 0; i < sizeof textures / sizeof *textures; i++) {
        for (size_t k = 0; k < size; k++)
            pixels.data[k] = textures[i](k % TEXTURE_SIDE, k / TEXTURE_SIDE) ? 0 : 255;
        expect_refused(read_texture, &pixels, SCRATCH_BYTES + READING_BYTES * size, DIGITNET_OK, "");
    }
    free(pixels.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_of_65535_square),
        cmocka_unit_test(activations),
        cmocka_unit_test(multiply_adds),
        cmocka_unit_test(comparisons),
        cmocka_unit_test(parameters),
        cmocka_unit_test(long_graphs),
        in_folder(long_model_files),
        in_folder(idx_headers),
        in_folder(gzip_that_inflates_without_end),
        in_folder(long_idx_files),
        in_folder(png_of_65535_square),
        in_folder(pgm_of_65535_square),
        in_folder(jpeg_of_65535_square),
        in_folder(jpeg_of_endless_scans),
        cmocka_unit_test(pictures_of_texture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
