/* Models of other tools without memory, cut off, and with bytes that are others: each is refused, or loads, and nothing
 * is lost. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file of models/ in memory. */
typedef struct file {
    char name[64];
    unsigned char *bytes;
    size_t size;
} file;

static bool read_file(file *own, FILE *manifest) {
    char line[256], path[128];
    if (!fgets(line, sizeof line, manifest))
        return false;
    assert_int_equal(sscanf(line, "%*s %63s", own->name), 1);
    snprintf(path, sizeof path, "foreign/models/%s.onnx", own->name);
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, 0, SEEK_END), 0);
    own->size = (size_t)ftell(stream);
    own->bytes = must_allocate(own->size);
    rewind(stream);
    assert_int_equal(fread(own->bytes, 1, own->size, stream), own->size);
    fclose(stream);
    return true;
}

/* Calls it for each model. */
static void try_files(void (*check)(const file *own)) {
    FILE *manifest = fopen("foreign/manifest.txt", "r");
    assert_non_null(manifest);
    size_t count = 0;
    for (file own; read_file(&own, manifest); count++) {
        check(&own);
        free(own.bytes);
    }
    fclose(manifest);
    assert_in_range(count, 107, SIZE_MAX);
}

static digitnet_status load(const unsigned char *bytes, size_t size) {
    digitnet_model *model = NULL;
    digitnet_status status = recorded(digitnet_model_load_memory(&model, bytes, size));
    assert_int_equal(model != NULL, status == DIGITNET_OK);
    digitnet_model_free(model);
    return status;
}

/* Each allocation of a load fails, but for those between that are like their neighbours. */
static void fail_allocations(const file *own) {
    allocation_counts counts;
    begin_counting(&counts);
    digitnet_status whole = load(own->bytes, own->size);
    size_t count = counts.allocations, stride = 1 + count / 100;
    for (size_t i = 0; i < count; i += stride) {
        counts.fail_at = counts.allocations + i + 1;
        digitnet_status status = load(own->bytes, own->size);
        if (status != DIGITNET_ENOMEM && status != whole)
            fail_msg("%s: allocation %zu of %zu: %s", own->name, i, count, digitnet_last_error());
    }
    end_counting(&counts);
}

static void without_memory_nothing_is_lost(void **state) {
    (void)state;
    try_files(fail_allocations);
}

static void assert_tried(const file *own, const unsigned char *bytes, size_t size, size_t place) {
    digitnet_status status = load(bytes, size);
    if (status != DIGITNET_OK && status != DIGITNET_EFORMAT && status != DIGITNET_EUNSUPPORTED &&
        status != DIGITNET_ELIMIT)
        fail_msg("%s, byte %zu: %s", own->name, place, digitnet_last_error());
}

/* Bytes of all parts of the file, each with another value, one at a time. */
static void change_bytes(const file *own) {
    enum { CHANGES = 150 };
    unsigned char *changed = must_allocate(own->size);
    memcpy(changed, own->bytes, own->size);
    uint64_t seed = own->size;
    for (size_t i = 0; i < CHANGES; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        size_t place = (size_t)(seed >> 33) % own->size;
        changed[place] = (unsigned char)(own->bytes[place] ^ (1 + (seed >> 25) % 255));
        assert_tried(own, changed, own->size, place);
        changed[place] = own->bytes[place];
    }
    free(changed);
}

static void changed_bytes_do_no_harm(void **state) {
    (void)state;
    try_files(change_bytes);
}

static void cut_off(const file *own) {
    enum { CUTS = 20 };
    for (size_t i = 0; i < CUTS; i++)
        assert_tried(own, own->bytes, own->size * i / CUTS, own->size * i / CUTS);
}

static void what_is_cut_off_does_no_harm(void **state) {
    (void)state;
    try_files(cut_off);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_memory_nothing_is_lost),
        cmocka_unit_test(changed_bytes_do_no_harm),
        cmocka_unit_test(what_is_cut_off_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
