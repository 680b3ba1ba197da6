/* IDX files, raw and compressed: read as they are, and every broken form refused by name. */
#include "digitnet/dataset.h"
#include "expect.h"
#include "folder.h"
#include "own_memory.h"
#include "support.h"

#include <stdbool.h>
#include <sys/file.h>
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

static digitnet_status load_shard(digitnet_dataset **out, size_t shards, size_t shard) {
    return digitnet_dataset_load_idx_ex(out, "images", "labels",
                                        DIGITNET_WITH(digitnet_dataset_load_options, .shards = shards, .shard = shard));
}

/* As a whole, and as a shard. */
static void assert_refused(digitnet_status status, const char *part, const char *path) {
    for (size_t shards = 1; shards <= 2; shards++) {
        digitnet_dataset *dataset = (digitnet_dataset *)1;
        expect_failure(load_shard(&dataset, shards, shards - 1), status, part);
        if (strstr(digitnet_last_error(), path) == NULL)
            fail_msg("\"%s\" does not name %s", digitnet_last_error(), path);
        assert_null(dataset);
    }
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

/* ---- Shards ---- */

/* One behind the other they are all samples, and the first ones have one more. */
static void check_shards(size_t shards) {
    size_t next = 0, last = COUNT;
    for (size_t shard = 0; shard < shards; shard++) {
        float values[COUNT * VALUES];
        int32_t labels[COUNT];
        digitnet_dataset *dataset = NULL;
        expect_ok(load_shard(&dataset, shards, shard));
        size_t count = digitnet_dataset_count(dataset);
        assert_true(count <= last && count >= COUNT / shards && count <= COUNT / shards + 1);
        expect_ok(digitnet_dataset_read(values, COUNT * VALUES, labels, COUNT, dataset, 0, count));
        for (size_t i = 0; i < count * VALUES; i++)
            assert_true(values[i] == (float)(next * VALUES + i) / 255.0f);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(labels[i], 9 - (int)(next + i));
        digitnet_dataset_free(dataset);
        next += count;
        last = count;
    }
    assert_int_equal(next, COUNT);
}

static void shards_are_read(void **state) {
    (void)state;
    content images = images_content(), labels = labels_content();
    put_pair();
    for (int pass = 0; pass < 3; pass++) {
        for (size_t shards = 1; shards <= COUNT; shards++)
            check_shards(shards);
        if (pass == 0)
            images = compressed(&images);
        else
            labels = compressed(&labels);
        put_content("images", &images);
        put_content("labels", &labels);
    }
}

/* Bytes that this process has read so far. */
static size_t count_read_bytes(void) {
    FILE *file = fopen("/proc/self/io", "r");
    size_t count = 0;
    if (!file)
        skip_because("there is no /proc/self/io");
    assert_int_equal(fscanf(file, "rchar: %zu", &count), 1);
    fclose(file);
    return count;
}

static void no_more_is_read_than_a_shard(void **state) {
    (void)state;
    enum { IMAGES = 1000, PIXELS = 1000, SHARDS = 10 };
    static unsigned char zeros[IMAGES * PIXELS];
    digitnet_dataset *data, *shard;
    expect_ok(digitnet_dataset_create_u8(&data, zeros, (const int32_t *)zeros, IMAGES, 10, 100, 1));
    expect_ok(digitnet_dataset_save_idx(data, "images", "labels"));
    size_t before = count_read_bytes();
    expect_ok(load_shard(&shard, SHARDS, 3));
    size_t read = count_read_bytes() - before;
    assert_in_range(read, IMAGES * PIXELS / SHARDS, IMAGES * PIXELS / SHARDS + 2000);
    digitnet_dataset_free(shard);
    digitnet_dataset_free(data);
}

/* What happens to the images' file between its header and the shard's elements, whose memory is the first to be asked
 * for. */
typedef enum change { NO_CHANGE, NO_MEMORY, CUT, REMOVED } change;

static void *change_then_allocate(void *user_data, size_t size, size_t alignment) {
    change *next = user_data, now = *next;
    *next = NO_CHANGE;
    if (now == CUT)
        assert_int_equal(truncate("images", HEADER + VALUES), 0);
    if (now == REMOVED)
        assert_int_equal(unlink("images"), 0);
    return now == NO_MEMORY ? NULL : own_memory(size, alignment);
}

static void files_that_change_while_they_are_read_are_refused(void **state) {
    (void)state;
    static const struct {
        digitnet_status status;
        const char *message;
    } wanted[] = {[NO_CHANGE] = {DIGITNET_OK, ""},
                  [NO_MEMORY] = {DIGITNET_ENOMEM, "out of memory"},
                  [CUT] = {DIGITNET_EFORMAT, "images"},
                  [REMOVED] = {DIGITNET_ENOTFOUND, "images"}};
    for (change each = NO_CHANGE; each <= REMOVED; each++) {
        change next = each;
        digitnet_dataset *dataset = NULL;
        put_pair();
        expect_ok(digitnet_set_allocator(DIGITNET_WITH(digitnet_allocator, .allocate = change_then_allocate,
                                                       .release = give_back, .user_data = &next)));
        digitnet_status status = load_shard(&dataset, 2, 1);
        assert_int_equal(status, wanted[each].status);
        if (status)
            assert_non_null(strstr(digitnet_last_error(), wanted[each].message));
        digitnet_dataset_free(dataset);
        expect_ok(digitnet_set_allocator(NULL));
    }
}

static void wrong_shards_are_refused(void **state) {
    (void)state;
    digitnet_dataset *dataset = NULL;
    content labels = labels_content();
    put_pair();
    expect_failure(load_shard(&dataset, 0, 1), DIGITNET_EINVAL, "shard is 1, but shards is 0");
    expect_failure(load_shard(&dataset, 3, 3), DIGITNET_EINVAL, "shard is 3, but shards is 3");
    expect_failure(load_shard(&dataset, COUNT + 1, 0), DIGITNET_EINVAL, "images: shards is 7, but there are 6 samples");
    labels.bytes[7]--; /* both have three samples in the first half */
    labels.size--;
    put_content("labels", &labels);
    expect_failure(load_shard(&dataset, 2, 0), DIGITNET_EFORMAT, "images has 6 images, but labels 5 labels");
    labels = labels_content();
    labels.bytes[labels.size - 1] = 1;
    put_content("labels", &labels);
    expect_failure(digitnet_dataset_load_idx_ex(
                       &dataset, "images", "labels",
                       DIGITNET_WITH(digitnet_dataset_load_options, .shards = 2, .shard = 1, .label_offset = 2)),
                   DIGITNET_EFORMAT, "labels: label 5 is 1, below label_offset, which is 2");
    assert_null(dataset);
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
    static const struct {
        unsigned char type;
        const char *message;
    } types[] = {
        {0x09, "type 09 (signed bytes); only unsigned bytes (08)"},
        {0x0a, "type 0a (unknown)"},
        {0x0b, "type 0b (16-bit integers)"},
        {0x0c, "type 0c (32-bit integers)"},
        {0x0d, "type 0d (32-bit floats)"},
        {0x0e, "type 0e (64-bit floats)"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; ++i) {
        content images = images_content(), labels = labels_content();
        images.bytes[2] = types[i].type;
        assert_images_refused(&images, DIGITNET_EUNSUPPORTED, types[i].message);
        labels.bytes[2] = types[i].type;
        put_pair();
        put_content("labels", &labels);
        assert_refused(DIGITNET_EUNSUPPORTED, types[i].message, "labels");
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
    expect_failure(
        digitnet_dataset_load_mnist(&train, &test, "."), DIGITNET_ENOTFOUND,
        "neither t10k-images-idx3-ubyte nor t10k-images.idx3-ubyte, with or without .gz, in ., or in MNIST/raw or "
        "raw below it");
    assert_null(train);
    assert_null(test);
    put_mnist("", false);
    remove("train-labels-idx1-ubyte");
    expect_ok(digitnet_dataset_load_mnist(NULL, &test, "."));
    assert_samples(test);
    digitnet_dataset_free(test);
    expect_failure(digitnet_dataset_load_mnist(&train, NULL, "."), DIGITNET_ENOTFOUND,
                   "neither train-labels-idx1-ubyte nor train-labels.idx1-ubyte, with or without .gz, in .");
}

static void empty_folder_is_refused(void **state) {
    (void)state;
    digitnet_dataset *train = NULL, *test = NULL;
    assert_int_equal(mkdir("empty", 0777), 0);
    expect_failure(digitnet_dataset_load_mnist(&train, &test, "empty"), DIGITNET_ENOTFOUND,
                   "with or without .gz, in empty, or in MNIST/raw or raw below it");
    expect_failure(digitnet_dataset_load_mnist(&train, &test, "missing"), DIGITNET_ENOTFOUND,
                   "with or without .gz, in missing, or in MNIST/raw or raw below it");
}

/* Each name that is about, in each folder; the one before it in this order is preferred. */
static void all_names_are_found(void **state) {
    (void)state;
    static const char *const folders[] = {"", "MNIST/raw/", "raw/"};
    char path[96], labels_path[96];
    assert_int_equal(mkdir("MNIST", 0777), 0);
    assert_int_equal(mkdir("MNIST/raw", 0777), 0);
    assert_int_equal(mkdir("raw", 0777), 0);
    for (size_t name = 12; name-- > 0;) {
        digitnet_dataset *train = NULL;
        const char *folder = folders[name / 4], *ending = name % 2 ? ".gz" : "";
        char mark = name / 2 % 2 ? '.' : '-';
        content images = images_content(), labels = labels_content();
        if (name % 2)
            images = compressed(&images);
        snprintf(path, sizeof path, "%strain-images%cidx3-ubyte%s", folder, mark, ending);
        snprintf(labels_path, sizeof labels_path, "%strain-labels%cidx1-ubyte%s", folder, mark, ending);
        put_content(path, &images);
        put_content(labels_path, &labels); /* raw, whatever it is called */
        expect_ok(digitnet_dataset_load_mnist(&train, NULL, "."));
        assert_samples(train);
        digitnet_dataset_free(train);
        put(path, "broken"); /* so that it would be seen if it were preferred to the next one */
    }
}

/* ---- Options ---- */

static void images_are_transposed(void **state) {
    (void)state;
    const digitnet_dataset_load_options *options = DIGITNET_WITH(digitnet_dataset_load_options, .transpose = 1);
    for (int pass = 0; pass < 2; ++pass) {
        digitnet_dataset *dataset = NULL;
        digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
        float values[VALUES];
        content images = images_content();
        put_pair();
        images = pass ? compressed(&images) : images;
        put_content("images", &images);
        expect_ok(digitnet_dataset_load_idx_ex(&dataset, "images", "labels", options));
        expect_ok(digitnet_dataset_describe(&info, dataset));
        assert_int_equal(info.height, WIDTH);
        assert_int_equal(info.width, HEIGHT);
        for (size_t i = 0; i < COUNT; ++i) {
            expect_ok(digitnet_dataset_read(values, VALUES, NULL, 0, dataset, i, 1));
            for (size_t k = 0; k < VALUES; ++k)
                assert_true(values[k] == (float)(i * VALUES + k % HEIGHT * WIDTH + k / HEIGHT) / 255.0f);
        }
        digitnet_dataset_free(dataset);
    }
    /* Channels stay together. */
    digitnet_dataset *dataset = NULL;
    float values[VALUES];
    content images = {.size = 0}, labels = labels_content();
    append_number(&images, 0x00000804);
    append_number(&images, COUNT);
    append_number(&images, 2);
    append_number(&images, 1);
    append_number(&images, 3);
    for (unsigned char i = 0; i < COUNT * VALUES; ++i)
        append(&images, &i, 1);
    put_content("images", &images);
    put_content("labels", &labels);
    expect_ok(digitnet_dataset_load_idx_ex(&dataset, "images", "labels", options));
    expect_ok(digitnet_dataset_read(values, VALUES, NULL, 0, dataset, 1, 1));
    for (size_t k = 0; k < VALUES; ++k)
        assert_true(values[k] == (float)(VALUES + k) / 255.0f);
    digitnet_dataset_free(dataset);
}

static void labels_begin_at_the_offset(void **state) {
    (void)state;
    digitnet_dataset *dataset = NULL;
    int32_t labels[COUNT];
    put_pair(); /* 9 to 4 */
    for (int32_t offset = 0; offset <= 4; ++offset) {
        expect_ok(digitnet_dataset_load_idx_ex(&dataset, "images", "labels",
                                               DIGITNET_WITH(digitnet_dataset_load_options, .label_offset = offset)));
        expect_ok(digitnet_dataset_read(NULL, 0, labels, COUNT, dataset, 0, COUNT));
        for (int32_t i = 0; i < COUNT; ++i)
            assert_int_equal(labels[i], 9 - i - offset);
        digitnet_dataset_free(dataset);
    }
    expect_failure(digitnet_dataset_load_idx_ex(&dataset, "images", "labels",
                                                DIGITNET_WITH(digitnet_dataset_load_options, .label_offset = 5)),
                   DIGITNET_EFORMAT, "labels: label 5 is 4, below label_offset, which is 5");
    assert_null(dataset);
    for (int32_t offset = -1; offset <= 256; offset += 257)
        expect_failure(
            digitnet_dataset_load_idx_ex(&dataset, "images", "labels",
                                         DIGITNET_WITH(digitnet_dataset_load_options, .label_offset = offset)),
            DIGITNET_EINVAL, "it must be in [0, 255]");
    expect_failure(digitnet_dataset_load_idx_ex(&dataset, "images", "labels",
                                                DIGITNET_WITH(digitnet_dataset_load_options, .transpose = 2)),
                   DIGITNET_EINVAL, "transpose is 2");
}

/* ---- Writing ---- */

static content get_content(const char *path) {
    content file = {.size = 0};
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    file.size = fread(file.bytes, 1, sizeof file.bytes, in);
    fclose(in);
    return file;
}

static void written_files_are_the_same(void **state) {
    (void)state;
    digitnet_dataset *dataset = NULL, *part = NULL;
    put_pair();
    expect_ok(digitnet_dataset_load_idx(&dataset, "images", "labels"));
    expect_ok(digitnet_dataset_save_idx(dataset, "new-images", "new-labels"));
    content images = images_content(), labels = labels_content();
    content new_images = get_content("new-images"), new_labels = get_content("new-labels");
    assert_int_equal(images.size, new_images.size);
    assert_memory_equal(images.bytes, new_images.bytes, images.size);
    assert_int_equal(labels.size, new_labels.size);
    assert_memory_equal(labels.bytes, new_labels.bytes, labels.size);
    /* Compressed ones begin as gzip files do, and are read back; the originals are replaced. */
    expect_ok(digitnet_dataset_save_idx(dataset, "images.gz", "labels.gz"));
    new_images = get_content("images.gz");
    assert_memory_equal(new_images.bytes, "\x1f\x8b", 2);
    digitnet_dataset_free(dataset);
    expect_ok(digitnet_dataset_load_idx(&dataset, "images.gz", "labels.gz"));
    assert_samples(dataset);
    expect_ok(digitnet_dataset_slice(&part, dataset, 2, 3));
    expect_ok(digitnet_dataset_save_idx(part, "images", "labels"));
    digitnet_dataset_free(part);
    expect_ok(digitnet_dataset_load_idx(&part, "images", "labels"));
    float values[3 * VALUES];
    int32_t numbers[3];
    assert_int_equal(digitnet_dataset_count(part), 3);
    expect_ok(digitnet_dataset_read(values, 3 * VALUES, numbers, 3, part, 0, 3));
    for (size_t i = 0; i < 3 * VALUES; ++i)
        assert_true(values[i] == (float)(2 * VALUES + i) / 255.0f);
    assert_true(numbers[0] == 7 && numbers[1] == 6 && numbers[2] == 5);
    digitnet_dataset_free(part);
    digitnet_dataset_free(dataset);
}

static int gather_colours(digitnet_batch *batch, void *user_data) {
    if (user_data)
        return *(int *)user_data;
    for (size_t i = 0; i < batch->count; ++i) {
        for (size_t k = 0; k < 12; ++k)
            batch->images[12 * i + k] = (float)((batch->indices[i] + k) % 256) / 255.0f;
        batch->labels[i] = (int32_t)(batch->indices[i] % 256);
    }
    return 0;
}

static digitnet_dataset *make_colours(int *result) {
    digitnet_dataset *dataset;
    expect_ok(digitnet_dataset_create_source(&dataset, DIGITNET_WITH(digitnet_source_options, .count = 1000,
                                                                     .height = 2, .width = 2, .channels = 3,
                                                                     .gather = gather_colours, .user_data = result)));
    return dataset;
}

static void sources_of_colour_images_are_written(void **state) {
    (void)state;
    digitnet_dataset *colours = make_colours(NULL), *dataset;
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    static float values[12 * 1000];
    static int32_t labels[1000];
    expect_ok(digitnet_dataset_save_idx(colours, "images.gz", "labels"));
    expect_ok(digitnet_dataset_load_idx(&dataset, "images.gz", "labels"));
    expect_ok(digitnet_dataset_describe(&info, dataset));
    assert_true(info.count == 1000 && info.height == 2 && info.width == 2 && info.channels == 3);
    expect_ok(digitnet_dataset_read(values, 12 * 1000, labels, 1000, dataset, 0, 1000));
    for (size_t i = 0; i < 1000; ++i) {
        assert_int_equal(labels[i], i % 256);
        for (size_t k = 0; k < 12; ++k)
            assert_true(values[12 * i + k] == (float)((i + k) % 256) / 255.0f);
    }
    digitnet_dataset_free(dataset);
    digitnet_dataset_free(colours);
}

static void floats_become_the_nearest_bytes(void **state) {
    (void)state;
    const float images[] = {0, 0.4f / 255, 0.6f / 255, 0.5f, 254.4f / 255, 1}, bad[] = {0, 0, 0, 0, 1.5f, 0};
    const float negative[] = {0, 0, -0.5f, 0, 0, 0};
    const int32_t labels[] = {0, 255}, large[] = {0, 256};
    digitnet_dataset *dataset;
    expect_ok(digitnet_dataset_create_f32(&dataset, images, labels, 2, 1, 3, 1));
    expect_ok(digitnet_dataset_save_idx(dataset, "images", "labels"));
    content file = get_content("images");
    const unsigned char expected[] = {0, 0, 1, 128, 254, 255};
    assert_memory_equal(file.bytes + HEADER, expected, sizeof expected);
    digitnet_dataset_free(dataset);
    expect_ok(digitnet_dataset_create_f32(&dataset, bad, labels, 2, 1, 3, 1));
    expect_failure(digitnet_dataset_save_idx(dataset, "images", "labels"), DIGITNET_EINVAL,
                   "image 1, value 1 is 1.5; values must be in [0, 1]");
    digitnet_dataset_free(dataset);
    expect_ok(digitnet_dataset_create_f32(&dataset, negative, labels, 2, 1, 3, 1));
    expect_failure(digitnet_dataset_save_idx(dataset, "images", "labels"), DIGITNET_EINVAL,
                   "image 0, value 2 is -0.5; values must be in [0, 1]");
    digitnet_dataset_free(dataset);
    expect_ok(digitnet_dataset_create_f32(&dataset, images, large, 2, 1, 3, 1));
    expect_failure(digitnet_dataset_save_idx(dataset, "images", "labels"), DIGITNET_EINVAL,
                   "sample 1 has label 256; labels must be at most 255");
    digitnet_dataset_free(dataset);
    /* What was there is still there. */
    content after = get_content("images");
    assert_memory_equal(file.bytes, after.bytes, file.size);
}

static void what_cannot_be_written_is_refused(void **state) {
    (void)state;
    const float values[2] = {0};
    const int32_t labels[] = {0, 1};
    digitnet_dataset *dataset, *lines, *targets, *colours;
    put_pair();
    expect_ok(digitnet_dataset_load_idx(&dataset, "images", "labels"));
    expect_failure(digitnet_dataset_save_idx(NULL, "a", "b"), DIGITNET_EINVAL, "dataset is NULL");
    expect_failure(digitnet_dataset_save_idx(dataset, NULL, "b"), DIGITNET_EINVAL, "images is NULL");
    expect_failure(digitnet_dataset_save_idx(dataset, "a", NULL), DIGITNET_EINVAL, "labels is NULL");
    expect_failure(digitnet_dataset_save_idx(dataset, "", "b"), DIGITNET_EINVAL, "path of the images is empty");
    expect_failure(digitnet_dataset_save_idx(dataset, "a", ""), DIGITNET_EINVAL, "path of the labels is empty");
    expect_failure(digitnet_dataset_save_idx(dataset, "a", "a"), DIGITNET_EINVAL, "both to be written to a");
    expect_failure(digitnet_dataset_save_idx(dataset, "missing/a", "b"), DIGITNET_EIO, "missing/a");
    assert_int_not_equal(access("b", F_OK), 0);
    int writer = open("a.tmp", O_WRONLY | O_CREAT, 0600);
    assert_int_equal(flock(writer, LOCK_EX | LOCK_NB), 0);
    expect_failure(digitnet_dataset_save_idx(dataset, "a", "b"), DIGITNET_ESTATE, "a.tmp");
    close(writer);
    expect_ok(digitnet_dataset_create_f32_ex(&lines, values, labels, 1, 1, 1, 1,
                                             DIGITNET_WITH(digitnet_dataset_options, .max_labels = 2)));
    expect_failure(digitnet_dataset_save_idx(lines, "a", "b"), DIGITNET_EINVAL, "several labels");
    expect_ok(
        digitnet_dataset_create_f32_ex(&targets, values, NULL, 2, 1, 1, 1,
                                       DIGITNET_WITH(digitnet_dataset_options, .targets = values, .target_values = 1)));
    expect_failure(digitnet_dataset_save_idx(targets, "a", "b"), DIGITNET_EINVAL, "no labels");
    int result = 7;
    colours = make_colours(&result);
    expect_failure(digitnet_dataset_save_idx(colours, "a", "b"), DIGITNET_ECALLBACK, "returned 7");
    assert_int_not_equal(access("a", F_OK), 0);
    digitnet_dataset_free(colours);
    digitnet_dataset_free(targets);
    digitnet_dataset_free(lines);
    digitnet_dataset_free(dataset);
    /* More samples than 32 bits count, which no memory could hold. */
    if (sizeof(size_t) == 8) {
        expect_ok(digitnet_dataset_create_source(
            &dataset, DIGITNET_WITH(digitnet_source_options, .count = (size_t)UINT32_MAX + 1, .height = 1, .width = 1,
                                    .channels = 1, .gather = gather_colours)));
        expect_failure(digitnet_dataset_save_idx(dataset, "a", "b"), DIGITNET_ELIMIT,
                       "a dimension is 4294967296; IDX files have 32 bits for it");
        digitnet_dataset_free(dataset);
    }
}

/* Elements that 64 bits do not count; and 2^64 - 1 of them, which leave no room for the header. */
static void images_that_cannot_be_counted_are_not_written(void **state) {
    (void)state;
    static const size_t widths[] = {6700418, 6700417};
    if (sizeof(size_t) < 8)
        skip_because("its sizes have 32 bits");
    for (size_t i = 0; i < 2; i++) {
        digitnet_dataset *dataset;
        expect_ok(digitnet_dataset_create_source(&dataset, DIGITNET_WITH(digitnet_source_options, .count = UINT32_MAX,
                                                                         .height = 641, .width = widths[i],
                                                                         .channels = 1, .gather = gather_colours)));
        expect_failure(digitnet_dataset_save_idx(dataset, "a", "b"), DIGITNET_ELIMIT,
                       "the images have more bytes than can be counted");
        assert_int_not_equal(access("a", F_OK), 0);
        digitnet_dataset_free(dataset);
    }
}

/* More than is compressed at a time. */
static void large_images_are_compressed(void **state) {
    (void)state;
    enum { SIDE = 300, IMAGES = 3, ALL = IMAGES * SIDE * SIDE };
    static uint8_t pixels[ALL];
    static float values[ALL];
    const int32_t labels[IMAGES] = {0};
    digitnet_dataset *dataset;
    for (size_t i = 0; i < ALL; i++)
        pixels[i] = (uint8_t)(127 * noise(4, i) + 127);
    expect_ok(digitnet_dataset_create_u8(&dataset, pixels, labels, IMAGES, SIDE, SIDE, 1));
    expect_ok(digitnet_dataset_save_idx(dataset, "images.gz", "labels.gz"));
    digitnet_dataset_free(dataset);
    expect_ok(digitnet_dataset_load_idx(&dataset, "images.gz", "labels.gz"));
    expect_ok(digitnet_dataset_read(values, ALL, NULL, 0, dataset, 0, IMAGES));
    for (size_t i = 0; i < ALL; i++)
        assert_true(values[i] == (float)pixels[i] / 255.0f);
    digitnet_dataset_free(dataset);
}

/* ---- Without memory ---- */

static digitnet_status load_transposed(digitnet_dataset **out) {
    return digitnet_dataset_load_idx_ex(out, "images", "labels",
                                        DIGITNET_WITH(digitnet_dataset_load_options, .transpose = 1));
}

/* Each allocation fails once: there is no data set, and no file of labels, which are written last. */
static void without_memory_nothing_is_read_or_written(void **state) {
    (void)state;
    allocation_counts counts;
    put_pair();
    begin_counting(&counts);
    digitnet_dataset *dataset = NULL;
    size_t failures[2] = {0};
    for (digitnet_status status = DIGITNET_ENOMEM; status != DIGITNET_OK;) {
        atomic_store(&counts.allocations, 0);
        atomic_store(&counts.fail_at, ++failures[0]);
        status = recorded(load_transposed(&dataset));
        assert_true(status == DIGITNET_OK || status == DIGITNET_ENOMEM);
        assert_int_equal(status == DIGITNET_OK, dataset != NULL);
    }
    for (digitnet_status status = DIGITNET_ENOMEM; status != DIGITNET_OK;) {
        atomic_store(&counts.allocations, 0);
        atomic_store(&counts.fail_at, ++failures[1]);
        status = recorded(digitnet_dataset_save_idx(dataset, "images.gz", "labels.gz"));
        assert_true(status == DIGITNET_OK || status == DIGITNET_ENOMEM);
        assert_int_equal(status == DIGITNET_OK, access("labels.gz", F_OK) == 0);
    }
    atomic_store(&counts.fail_at, 0);
    assert_true(failures[0] > 4 && failures[1] > 7); /* two files, what turns images, the labels; and as many to save */
    digitnet_dataset_free(dataset);
    expect_ok(digitnet_dataset_load_idx(&dataset, "images.gz", "labels.gz"));
    digitnet_dataset_free(dataset);
    end_counting(&counts);
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
        in_folder(shards_are_read),
        in_folder(no_more_is_read_than_a_shard),
        in_folder(files_that_change_while_they_are_read_are_refused),
        in_folder(wrong_shards_are_refused),
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
        in_folder(all_names_are_found),
        in_folder(images_are_transposed),
        in_folder(labels_begin_at_the_offset),
        in_folder(written_files_are_the_same),
        in_folder(sources_of_colour_images_are_written),
        in_folder(floats_become_the_nearest_bytes),
        in_folder(what_cannot_be_written_is_refused),
        in_folder(images_that_cannot_be_counted_are_not_written),
        in_folder(large_images_are_compressed),
        in_folder(without_memory_nothing_is_read_or_written),
        cmocka_unit_test(subset_is_balanced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
