/* IDX files, raw and compressed: read as they are, and every broken form refused by name. */
#include "digitnet/dataset.h"
#include "expect.h"
#include "folder.h"

#include <stdbool.h>
#include <sys/stat.h>
#include <zlib.h>

enum { COUNT = 6, HEIGHT = 3, WIDTH = 2, VALUES = HEIGHT * WIDTH, HEADER = 16 };

/* A file in the making. */
typedef struct content {
    unsigned char bytes[4096];
    size_t size;
} content;

static void append(content *file, const void *bytes, size_t size) {
    assert_true(file->size + size <= sizeof file->bytes);
    memcpy(file->bytes + file->size, bytes, size);
    file->size += size;
}

static void append_number(content *file, uint32_t number) {
    unsigned char bytes[4] = {(unsigned char)(number >> 24), (unsigned char)(number >> 16),
                              (unsigned char)(number >> 8), (unsigned char)number};
    append(file, bytes, 4);
}

/* Pixel i of all is i. */
static content images_content(void) {
    content file = {.size = 0};
    append_number(&file, 0x00000803);
    append_number(&file, COUNT);
    append_number(&file, HEIGHT);
    append_number(&file, WIDTH);
    for (unsigned char i = 0; i < COUNT * VALUES; ++i)
        append(&file, &i, 1);
    return file;
}

/* Label i is 9 - i. */
static content labels_content(void) {
    content file = {.size = 0};
    append_number(&file, 0x00000801);
    append_number(&file, COUNT);
    for (unsigned char i = 0; i < COUNT; ++i)
        append(&file, &(unsigned char){(unsigned char)(9 - i)}, 1);
    return file;
}

static content compressed(const content *file) {
    content result = {.size = 0};
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)file->bytes;
    stream.avail_in = (uInt)file->size;
    stream.next_out = result.bytes;
    stream.avail_out = sizeof result.bytes;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    result.size = stream.total_out;
    deflateEnd(&stream);
    return result;
}

static void put_content(const char *path, const content *file) {
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(file->bytes, 1, file->size, out), file->size);
    assert_int_equal(fclose(out), 0);
}

static void put_pair(void) {
    content images = images_content(), labels = labels_content();
    put_content("images", &images);
    put_content("labels", &labels);
}

static void assert_samples(const digitnet_dataset *dataset) {
    float values[COUNT * VALUES];
    int32_t labels[COUNT];
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    expect_ok(digitnet_dataset_describe(&info, dataset));
    assert_int_equal(info.count, COUNT);
    assert_int_equal(info.height, HEIGHT);
    assert_int_equal(info.width, WIDTH);
    assert_int_equal(info.channels, 1);
    assert_int_equal(info.classes, 10);
    expect_ok(digitnet_dataset_read(values, COUNT * VALUES, labels, COUNT, dataset, 0, COUNT));
    for (int i = 0; i < COUNT * VALUES; ++i)
        assert_true(values[i] == (float)i / 255.0f);
    for (int i = 0; i < COUNT; ++i)
        assert_int_equal(labels[i], 9 - i);
}

static void assert_loads(void) {
    digitnet_dataset *dataset = NULL;
    expect_ok(digitnet_dataset_load_idx(&dataset, "images", "labels"));
    assert_samples(dataset);
    digitnet_dataset_free(dataset);
}

static void assert_refused(digitnet_status status, const char *part, const char *path) {
    digitnet_dataset *dataset = (digitnet_dataset *)1;
    expect_failure(digitnet_dataset_load_idx(&dataset, "images", "labels"), status, part);
    if (strstr(digitnet_last_error(), path) == NULL)
        fail_msg("\"%s\" does not name %s", digitnet_last_error(), path);
    assert_null(dataset);
}

/* The images' file as it is given, raw and compressed, beside good labels. */
static void assert_images_refused(const content *images, digitnet_status status, const char *part) {
    content packed = compressed(images);
    put_pair();
    put_content("images", images);
    assert_refused(status, part, "images");
    put_content("images", &packed);
    assert_refused(status, part, "images");
}

/* ---- What is read ---- */

static void raw_and_compressed_files_are_read(void **state) {
    (void)state;
    content images = images_content(), labels = labels_content();
    put_pair();
    assert_loads();
    images = compressed(&images);
    put_content("images", &images);
    assert_loads();
    labels = compressed(&labels);
    put_content("labels", &labels);
    assert_loads();
}

static void channels_are_read(void **state) {
    (void)state;
    content images = {.size = 0};
    digitnet_dataset *dataset = NULL;
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    float values[VALUES];
    append_number(&images, 0x00000804);
    append_number(&images, COUNT);
    append_number(&images, 1);
    append_number(&images, 2);
    append_number(&images, 3);
    for (unsigned char i = 0; i < COUNT * VALUES; ++i)
        append(&images, &i, 1);
    for (int pass = 0; pass < 2; ++pass) {
        put_pair();
        put_content("images", &images);
        expect_ok(digitnet_dataset_load_idx(&dataset, "images", "labels"));
        expect_ok(digitnet_dataset_describe(&info, dataset));
        assert_int_equal(info.height, 1);
        assert_int_equal(info.width, 2);
        assert_int_equal(info.channels, 3);
        expect_ok(digitnet_dataset_read(values, VALUES, NULL, 0, dataset, 5, 1));
        assert_true(values[0] == 30.0f / 255.0f);
        digitnet_dataset_free(dataset);
        images = compressed(&images);
    }
}

/* ---- What is refused, raw or compressed ---- */

static void missing_files_are_named(void **state) {
    (void)state;
    put_pair();
    remove("images");
    assert_refused(DIGITNET_ENOTFOUND, "No such file", "images");
    put_pair();
    remove("labels");
    assert_refused(DIGITNET_ENOTFOUND, "No such file", "labels");
}

static void folders_are_no_files(void **state) {
    (void)state;
    put_pair();
    remove("images");
    assert_int_equal(mkdir("images", 0777), 0);
    assert_refused(DIGITNET_EIO, "folder", "images");
}

static void empty_files_are_refused(void **state) {
    (void)state;
    content nothing = {.size = 0};
    put_pair();
    put_content("images", &nothing);
    assert_refused(DIGITNET_EFORMAT, "empty", "images");
    put_pair();
    put_content("labels", &nothing);
    assert_refused(DIGITNET_EFORMAT, "empty", "labels");
    nothing = compressed(&nothing);
    put_content("labels", &nothing);
    assert_refused(DIGITNET_EFORMAT, "truncated", "labels");
}

static void every_truncation_is_refused(void **state) {
    (void)state;
    content images = images_content();
    size_t whole = images.size;
    for (images.size = 1; images.size < whole; ++images.size)
        assert_images_refused(&images, DIGITNET_EFORMAT, "truncated");
}

static void trailing_bytes_are_refused(void **state) {
    (void)state;
    content images = images_content();
    append(&images, "", 1);
    assert_images_refused(&images, DIGITNET_EFORMAT, "trailing bytes");
    content labels = labels_content();
    append(&labels, "more", 4);
    put_pair();
    put_content("labels", &labels);
    assert_refused(DIGITNET_EFORMAT, "trailing bytes", "labels");
}

static void wrong_magic_is_shown(void **state) {
    (void)state;
    static const struct {
        unsigned char magic[4];
        const char *shown;
    } wrong[] = {
        {{0x00, 0x00, 0x08, 0x01}, "begins with 00 00 08 01"}, {{0x00, 0x00, 0x08, 0x02}, "begins with 00 00 08 02"},
        {{0x00, 0x00, 0x08, 0x05}, "begins with 00 00 08 05"}, {{0x00, 0x00, 0x00, 0x03}, "begins with 00 00 00 03"},
        {{0x03, 0x08, 0x00, 0x00}, "begins with 03 08 00 00"}, {{'P', 'K', 0x03, 0x04}, "begins with 50 4b 03 04"},
        {{0x00, 0x00, 0x0f, 0x03}, "begins with 00 00 0f 03"}, {{0x01, 0x00, 0x08, 0x03}, "begins with 01 00 08 03"},
        {{0x00, 0x00, 0x08, 0xff}, "begins with 00 00 08 ff"}, {{0x1f, 0x00, 0x08, 0x03}, "begins with 1f 00 08 03"},
        {{0x00, 0x8b, 0x08, 0x03}, "begins with 00 8b 08 03"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; ++i) {
        content images = images_content();
        memcpy(images.bytes, wrong[i].magic, 4);
        assert_images_refused(&images, DIGITNET_EFORMAT, wrong[i].shown);
    }
    content images = images_content(), labels = labels_content();
    put_pair();
    put_content("labels", &images);
    assert_refused(DIGITNET_EFORMAT, "not an IDX file of labels", "labels");
    labels.bytes[3] = 0x02;
    put_content("labels", &labels);
    assert_refused(DIGITNET_EFORMAT, "begins with 00 00 08 02", "labels");
}

static void other_element_types_are_not_supported(void **state) {
    (void)state;
    static const unsigned char types[] = {0x09, 0x0b, 0x0c, 0x0d, 0x0e};
    for (size_t i = 0; i < sizeof types; ++i) {
        content images = images_content();
        char message[64];
        images.bytes[2] = types[i];
        snprintf(message, sizeof message, "IDX elements of type %02x; only unsigned bytes", types[i]);
        assert_images_refused(&images, DIGITNET_EUNSUPPORTED, message);
    }
}

static void zero_dimensions_are_refused(void **state) {
    (void)state;
    static const char *const messages[] = {"dimension 1 of 3 is 0", "dimension 2 of 3 is 0", "dimension 3 of 3 is 0"};
    for (size_t i = 0; i < 3; ++i) {
        content images = images_content();
        images.bytes[4 * (i + 1) + 3] = 0;
        assert_images_refused(&images, DIGITNET_EFORMAT, messages[i]);
    }
}

static void huge_dimensions_are_refused(void **state) {
    (void)state;
    content images = images_content();
    memset(images.bytes + 4, 0xff, 12); /* their product overflows */
    assert_images_refused(&images, DIGITNET_ELIMIT, "limit");
    images = images_content();
    images.bytes[4] = 0xff; /* 4,278,190,086 images of 6 bytes */
    assert_images_refused(&images, DIGITNET_ELIMIT, "4278190086 x 3 x 2 x 1 bytes exceed the limit of 4294967296");
    images = images_content();
    images.bytes[5] = 0xff; /* 100 MB, which such a short file cannot hold */
    assert_images_refused(&images, DIGITNET_EFORMAT, "truncated");
}

static void limits_are_kept(void **state) {
    (void)state;
    content images = images_content();
    digitnet_dataset *dataset = NULL;
    digitnet_dataset_load_options options = DIGITNET_INIT(digitnet_dataset_load_options);
    put_pair();
    for (int pass = 0; pass < 2; ++pass) {
        options.max_bytes = HEADER + COUNT * VALUES;
        expect_ok(digitnet_dataset_load_idx_ex(&dataset, "images", "labels", &options));
        digitnet_dataset_free(dataset);
        options.max_bytes = SIZE_MAX;
        expect_ok(digitnet_dataset_load_idx_ex(&dataset, "images", "labels", &options));
        digitnet_dataset_free(dataset);
        options.max_bytes = HEADER + COUNT * VALUES - 1;
        expect_failure(digitnet_dataset_load_idx_ex(&dataset, "images", "labels", &options), DIGITNET_ELIMIT, "images");
        options.max_bytes = 1;
        expect_failure(digitnet_dataset_load_idx_ex(&dataset, "images", "labels", &options), DIGITNET_ELIMIT, "images");
        assert_null(dataset);
        images = compressed(&images);
        put_content("images", &images);
    }
}

/* A file may be a little larger than what it holds, as a compressed one can be. */
static void limits_hold_for_the_file_too(void **state) {
    (void)state;
    content images = images_content();
    digitnet_dataset *dataset = NULL;
    digitnet_dataset_load_options options = DIGITNET_INIT(digitnet_dataset_load_options);
    options.max_bytes = 100;
    put_pair();
    images.size = 100 + 1024;
    put_content("images", &images);
    expect_failure(digitnet_dataset_load_idx_ex(&dataset, "images", "labels", &options), DIGITNET_EFORMAT, "trailing");
    ++images.size;
    put_content("images", &images);
    expect_failure(digitnet_dataset_load_idx_ex(&dataset, "images", "labels", &options), DIGITNET_ELIMIT,
                   "its 1125 bytes exceed the limit of 1124");
}

static void counts_must_agree(void **state) {
    (void)state;
    content labels = labels_content();
    put_pair();
    labels.bytes[7] = COUNT - 1;
    --labels.size;
    put_content("labels", &labels);
    assert_refused(DIGITNET_EFORMAT, "images has 6 images, but labels 5 labels", "labels");
}

/* ---- What is refused of compressed files ---- */

static void every_truncated_gzip_is_refused(void **state) {
    (void)state;
    content images = images_content();
    images = compressed(&images);
    put_pair();
    size_t whole = images.size;
    for (images.size = 2; images.size < whole; ++images.size) {
        put_content("images", &images);
        assert_refused(DIGITNET_EFORMAT, "truncated", "images");
    }
}

/* Whatever byte is changed, the result is a refusal or, where the byte carries no meaning, the same images. */
static void every_corrupt_gzip_is_refused(void **state) {
    (void)state;
    content images = images_content();
    const content good = compressed(&images);
    size_t refused = 0;
    put_pair();
    for (size_t i = 0; i < good.size; ++i) {
        digitnet_dataset *dataset = NULL;
        content bad = good;
        bad.bytes[i] ^= 0x55;
        put_content("images", &bad);
        digitnet_status status = digitnet_dataset_load_idx(&dataset, "images", "labels");
        if (status == DIGITNET_OK) {
            assert_in_range(i, 4, 9); /* time, hints and system in the header */
            assert_samples(dataset);
        } else {
            /* or what the header then says, which is read before the checksum */
            assert_true(status == DIGITNET_EFORMAT || status == DIGITNET_ELIMIT || status == DIGITNET_EUNSUPPORTED);
            assert_non_null(strstr(digitnet_last_error(), "images: "));
            ++refused;
        }
        digitnet_dataset_free(dataset);
    }
    assert_true(refused >= good.size - 6);
}

static void wrong_checksum_is_refused(void **state) {
    (void)state;
    content images = images_content();
    images = compressed(&images);
    images.bytes[images.size - 8] ^= 1;
    put_pair();
    put_content("images", &images);
    assert_refused(DIGITNET_EFORMAT, "corrupt gzip data (incorrect data check)", "images");
}

static void garbage_after_gzip_is_refused(void **state) {
    (void)state;
    content images = images_content();
    content packed = compressed(&images);
    content twice = packed;
    put_pair();
    append(&packed, "x", 1);
    put_content("images", &packed);
    assert_refused(DIGITNET_EFORMAT, "trailing bytes", "images");
    packed = compressed(&images);
    append(&twice, packed.bytes, packed.size);
    put_content("images", &twice);
    assert_refused(DIGITNET_EFORMAT, "trailing bytes", "images");
}

static void gzip_of_something_else_is_refused(void **state) {
    (void)state;
    content text = {.size = 0};
    append(&text, "a letter, not an image", 22);
    text = compressed(&text);
    put_pair();
    put_content("images", &text);
    assert_refused(DIGITNET_EFORMAT, "begins with 61 20 6c 65", "images");
}

/* ---- Arguments, and memory that runs out ---- */

static void wrong_arguments_are_refused(void **state) {
    (void)state;
    digitnet_dataset *out = (digitnet_dataset *)1;
    digitnet_dataset_load_options options = {.struct_size = 1};
    expect_failure(digitnet_dataset_load_idx(NULL, "images", "labels"), DIGITNET_EINVAL, "out is NULL");
    expect_failure(digitnet_dataset_load_idx(&out, NULL, "labels"), DIGITNET_EINVAL, "images is NULL");
    assert_null(out);
    expect_failure(digitnet_dataset_load_idx(&out, "images", NULL), DIGITNET_EINVAL, "labels is NULL");
    expect_failure(digitnet_dataset_load_idx_ex(&out, "images", "labels", &options), DIGITNET_EINVAL, "struct_size");
    expect_failure(digitnet_dataset_load_idx(&out, "", "labels"), DIGITNET_EINVAL, "path is empty");
    expect_failure(digitnet_dataset_load_mnist(NULL, NULL, "."), DIGITNET_EINVAL, "both NULL");
    expect_failure(digitnet_dataset_load_mnist(&out, NULL, NULL), DIGITNET_EINVAL, "folder is NULL");
    expect_failure(digitnet_dataset_load_mnist(&out, NULL, ""), DIGITNET_EINVAL, "empty");
    expect_failure(digitnet_dataset_load_mnist_ex(&out, NULL, ".", &options), DIGITNET_ENOTFOUND, "train-images");
}

/* ---- MNIST's folder ---- */

static void put_mnist(const char *suffix, bool packed) {
    static const char *const names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                                        "t10k-labels-idx1-ubyte"};
    for (size_t i = 0; i < 4; ++i) {
        char path[64];
        content file = i % 2 == 0 ? images_content() : labels_content();
        snprintf(path, sizeof path, "%s%s", names[i], suffix);
        if (packed)
            file = compressed(&file);
        put_content(path, &file);
    }
}

static void folder_is_read_raw_or_compressed(void **state) {
    (void)state;
    for (int packed = 0; packed < 2; ++packed) {
        digitnet_dataset *train = NULL, *test = NULL;
        put_mnist(packed ? ".gz" : "", packed);
        expect_ok(digitnet_dataset_load_mnist(&train, &test, "."));
        assert_samples(train);
        assert_samples(test);
        digitnet_dataset_free(train);
        digitnet_dataset_free(test);
        remove("train-images-idx3-ubyte"); /* then the raw labels go with the compressed images */
    }
}

static void raw_files_are_preferred(void **state) {
    (void)state;
    digitnet_dataset *train = NULL;
    put_mnist("", false);
    put("train-images-idx3-ubyte.gz", "broken");
    expect_ok(digitnet_dataset_load_mnist(&train, NULL, "./"));
    digitnet_dataset_free(train);
    put("train-images-idx3-ubyte", "broken");
    put_mnist(".gz", true);
    expect_failure(digitnet_dataset_load_mnist(&train, NULL, "."), DIGITNET_EFORMAT, "./train-images-idx3-ubyte: ");
}

static void half_of_it_is_enough(void **state) {
    (void)state;
    digitnet_dataset *train = NULL, *test = NULL;
    put_mnist("", false);
    remove("t10k-images-idx3-ubyte");
    expect_ok(digitnet_dataset_load_mnist(&train, NULL, "."));
    assert_samples(train);
    digitnet_dataset_free(train);
    train = test = (digitnet_dataset *)1;
    expect_failure(digitnet_dataset_load_mnist(&train, &test, "."), DIGITNET_ENOTFOUND,
                   "neither ./t10k-images-idx3-ubyte nor ./t10k-images-idx3-ubyte.gz");
    assert_null(train);
    assert_null(test);
    put_mnist("", false);
    remove("train-labels-idx1-ubyte");
    expect_ok(digitnet_dataset_load_mnist(NULL, &test, "."));
    assert_samples(test);
    digitnet_dataset_free(test);
    expect_failure(digitnet_dataset_load_mnist(&train, NULL, "."), DIGITNET_ENOTFOUND,
                   "neither ./train-labels-idx1-ubyte nor ./train-labels-idx1-ubyte.gz");
}

static void empty_folder_is_refused(void **state) {
    (void)state;
    digitnet_dataset *train = NULL, *test = NULL;
    assert_int_equal(mkdir("empty", 0777), 0);
    expect_failure(digitnet_dataset_load_mnist(&train, &test, "empty"), DIGITNET_ENOTFOUND,
                   "empty/train-images-idx3-ubyte.gz");
    expect_failure(digitnet_dataset_load_mnist(&train, &test, "missing"), DIGITNET_ENOTFOUND,
                   "missing/train-images-idx3-ubyte.gz");
}

/* ---- The real thing ---- */

static void subset_is_balanced(void **state) {
    (void)state;
    static float values[28 * 28];
    static int32_t labels[2000];
    digitnet_dataset *parts[2] = {NULL, NULL};
    expect_ok(digitnet_dataset_load_mnist(&parts[0], &parts[1], "data/mnist-subset"));
    for (size_t part = 0; part < 2; ++part) {
        size_t each = part == 0 ? 200 : 100;
        size_t counts[10] = {0};
        double sum = 0;
        digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
        expect_ok(digitnet_dataset_describe(&info, parts[part]));
        assert_int_equal(info.count, 10 * each);
        assert_int_equal(info.height, 28);
        assert_int_equal(info.width, 28);
        assert_int_equal(info.channels, 1);
        assert_int_equal(info.classes, 10);
        expect_ok(digitnet_dataset_read(NULL, 0, labels, 2000, parts[part], 0, info.count));
        for (size_t i = 0; i < info.count; ++i) {
            ++counts[labels[i]];
            expect_ok(digitnet_dataset_read(values, 28 * 28, NULL, 0, parts[part], i, 1));
            for (size_t j = 0; j < 28 * 28; ++j)
                sum += values[j];
        }
        for (size_t i = 0; i < 10; ++i)
            assert_int_equal(counts[i], each);
        double mean = sum / (double)(info.count * 28 * 28); /* 0.1307 over all of MNIST */
        assert_true(mean > 0.12 && mean < 0.14);
        digitnet_dataset_free(parts[part]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        in_folder(raw_and_compressed_files_are_read),
        in_folder(channels_are_read),
        in_folder(missing_files_are_named),
        in_folder(folders_are_no_files),
        in_folder(empty_files_are_refused),
        in_folder(every_truncation_is_refused),
        in_folder(trailing_bytes_are_refused),
        in_folder(wrong_magic_is_shown),
        in_folder(other_element_types_are_not_supported),
        in_folder(zero_dimensions_are_refused),
        in_folder(huge_dimensions_are_refused),
        in_folder(limits_are_kept),
        in_folder(limits_hold_for_the_file_too),
        in_folder(counts_must_agree),
        in_folder(every_truncated_gzip_is_refused),
        in_folder(every_corrupt_gzip_is_refused),
        in_folder(wrong_checksum_is_refused),
        in_folder(garbage_after_gzip_is_refused),
        in_folder(gzip_of_something_else_is_refused),
        in_folder(wrong_arguments_are_refused),
        in_folder(folder_is_read_raw_or_compressed),
        in_folder(raw_files_are_preferred),
        in_folder(half_of_it_is_enough),
        in_folder(empty_folder_is_refused),
        cmocka_unit_test(subset_is_balanced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
