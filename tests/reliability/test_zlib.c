/* What zlib may answer, and what it never does on the tests' files: answers of a replaced inflate and deflate. */
#include "folder.h"
#include "own_memory.h"
#include "support.h"

#include <limits.h>
#include <sys/mman.h>
#include <zlib.h>

int __real_inflate(z_streamp stream, int flush);
int __real_deflate(z_streamp stream, int flush);
int __real_inflateInit2_(z_streamp stream, int window, const char *version, int size);
int __real_deflateInit2_(z_streamp stream, int level, int method, int window, int memory, int strategy,
                         const char *version, int size);
int __wrap_deflateInit2_(z_streamp stream, int level, int method, int window, int memory, int strategy,
                         const char *version, int size);
int __wrap_inflate(z_streamp stream, int flush);
int __wrap_deflate(z_streamp stream, int flush);
int __wrap_inflateInit2_(z_streamp stream, int window, const char *version, int size);

/* NULL: zlib's own. */
static int (*answer)(z_streamp stream);
static int init_result;

int __wrap_inflate(z_streamp stream, int flush) {
    return answer != NULL ? answer(stream) : __real_inflate(stream, flush);
}

int __wrap_deflate(z_streamp stream, int flush) {
    return answer != NULL ? answer(stream) : __real_deflate(stream, flush);
}

int __wrap_inflateInit2_(z_streamp stream, int window, const char *version, int size) {
    return init_result != Z_OK ? init_result : __real_inflateInit2_(stream, window, version, size);
}

int __wrap_deflateInit2_(z_streamp stream, int level, int method, int window, int memory, int strategy,
                         const char *version, int size) {
    return init_result != Z_OK ? init_result
                               : __real_deflateInit2_(stream, level, method, window, memory, strategy, version, size);
}

enum { COUNT = 65536, HEIGHT = 256, WIDTH = 257 }; /* together more than 4 GiB */
static const unsigned char header[] = {0, 0, 8, 3, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1};

/* A gzip file of zeros, as long as that many images need, which is only told by its first bytes; and labels 7. */
static void put_files(void) {
    static unsigned char labels[8 + COUNT] = {0, 0, 8, 1, 0, 1, 0, 0};
    FILE *file = fopen("images", "wb");
    assert_non_null(file);
    assert_int_equal(fwrite("\x1f\x8b", 1, 2, file), 2);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(truncate("images", 1 << 23), 0);
    memset(labels + 8, 7, COUNT);
    file = fopen("labels", "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(labels, 1, sizeof labels, file), sizeof labels);
    assert_int_equal(fclose(file), 0);
}

static digitnet_status load(digitnet_dataset **out) {
    return digitnet_dataset_load_idx_ex(out, "images", "labels",
                                        DIGITNET_WITH(digitnet_dataset_load_options, .max_bytes = SIZE_MAX));
}

static void another_version_is_not_used(void **state) {
    (void)state;
    digitnet_dataset *dataset = (digitnet_dataset *)1;
    put_files();
    init_result = Z_VERSION_ERROR;
    digitnet_status status = load(&dataset);
    init_result = Z_OK;
    expect_failure(status, DIGITNET_EUNSUPPORTED, "images: zlib cannot be initialized (error -6)");
    assert_null(dataset);
}

static void compressed_files_are_not_written_either(void **state) {
    (void)state;
    static const int results[] = {Z_VERSION_ERROR, Z_MEM_ERROR};
    static const digitnet_status statuses[] = {DIGITNET_EUNSUPPORTED, DIGITNET_ENOMEM};
    digitnet_dataset *dataset;
    expect_ok(digitnet_dataset_create_u8(&dataset, (const uint8_t[]){1, 2}, (const int32_t[]){0, 1}, 2, 1, 1, 1));
    for (size_t i = 0; i < 2; i++) {
        init_result = results[i];
        digitnet_status status = recorded(digitnet_dataset_save_idx(dataset, "images.gz", "labels.gz"));
        init_result = Z_OK;
        assert_int_equal(status, statuses[i]);
        assert_int_not_equal(access("images.gz", F_OK), 0);
    }
    digitnet_dataset_free(dataset);
}

static int fail_silently(z_streamp stream) {
    stream->msg = NULL;
    return Z_STREAM_ERROR;
}

static void errors_without_a_message_are_told(void **state) {
    (void)state;
    digitnet_dataset *dataset = (digitnet_dataset *)1;
    put_files();
    answer = fail_silently;
    digitnet_status status = load(&dataset);
    answer = NULL;
    expect_failure(status, DIGITNET_EFORMAT, "images: corrupt gzip data (unknown)");
    assert_null(dataset);
}

static void files_that_are_not_compressed_are_not_written(void **state) {
    (void)state;
    digitnet_dataset *dataset;
    expect_ok(digitnet_dataset_create_u8(&dataset, (const uint8_t[]){1, 2}, (const int32_t[]){0, 1}, 2, 1, 1, 1));
    answer = fail_silently;
    digitnet_status status = recorded(digitnet_dataset_save_idx(dataset, "images.gz", "labels.gz"));
    answer = NULL;
    expect_failure(status, DIGITNET_EUNSUPPORTED, "zlib cannot compress");
    assert_int_not_equal(access("images.gz", F_OK), 0);
    assert_int_not_equal(access("labels.gz", F_OK), 0);
    digitnet_dataset_free(dataset);
}

/* ---- More than an unsigned int counts ---- */

static size_t given;
static uInt most_at_once;
static const unsigned char *elements; /* where they begin in memory */

/* The header, then pixels, which are left as they are in memory; behind them the end. */
static int pretend(z_streamp stream) {
    uInt count = stream->avail_out;
    if (given == sizeof header + (size_t)COUNT * HEIGHT * WIDTH) {
        stream->avail_in = 0;
        return Z_STREAM_END;
    }
    if (given < sizeof header)
        memcpy(stream->next_out, header + given, count);
    else if (given == sizeof header)
        elements = stream->next_out;
    else
        assert_ptr_equal(stream->next_out, elements + (given - sizeof header));
    given += count;
    most_at_once = count > most_at_once ? count : most_at_once;
    stream->avail_out = 0;
    return Z_OK;
}

enum { LARGE = 1 << 30 };

/* Pages that nobody has touched take no memory. */
static void *take_pages(void *user_data, size_t size, size_t alignment) {
    void *memory;
    (void)user_data;
    if (size < LARGE)
        return own_memory(size, alignment);
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory != MAP_FAILED ? memory : NULL;
}

static void give_pages_back(void *user_data, void *memory, size_t size, size_t alignment) {
    (void)user_data, (void)alignment;
    if (size < LARGE)
        free(memory);
    else
        munmap(memory, size);
}

static void more_than_4_gib_are_inflated(void **state) {
    (void)state;
    digitnet_dataset *dataset = NULL;
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    static float pixels[HEIGHT * WIDTH];
    int32_t label = 0;
    if (sizeof(size_t) == 4)
        skip_because("4 GiB are more than its addresses reach");
    put_files();
    expect_ok(
        digitnet_set_allocator(DIGITNET_WITH(digitnet_allocator, .allocate = take_pages, .release = give_pages_back)));
    answer = pretend;
    digitnet_status status = load(&dataset);
    answer = NULL;
    expect_ok(status);
    assert_true(given == sizeof header + (size_t)COUNT * HEIGHT * WIDTH);
    assert_true(most_at_once == UINT_MAX);
    expect_ok(digitnet_dataset_describe(&info, dataset));
    assert_int_equal(info.count, COUNT);
    assert_int_equal(info.height, HEIGHT);
    assert_int_equal(info.width, WIDTH);
    expect_ok(digitnet_dataset_read(pixels, HEIGHT * WIDTH, &label, 1, dataset, COUNT - 1, 1));
    assert_true(pixels[HEIGHT * WIDTH - 1] == 0);
    assert_int_equal(label, 7);
    digitnet_dataset_free(dataset);
    expect_ok(digitnet_set_allocator(NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        in_folder(another_version_is_not_used),       in_folder(compressed_files_are_not_written_either),
        in_folder(errors_without_a_message_are_told), in_folder(files_that_are_not_compressed_are_not_written),
        in_folder(more_than_4_gib_are_inflated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
