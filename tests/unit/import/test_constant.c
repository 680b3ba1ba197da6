/* Tensors of a file: as raw and as typed data, of all types, and in a file beside it. */
#include "import/constant.h"
#include "onnx/schema.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { VALUES = 4, BYTES_MOST = 2048 };

/* A message: its dimensions and data, or where these are. */
typedef struct tensor {
    size_t rank, size; /* `size` in each dimension */
    uint64_t type;
    uint32_t field; /* of the data: bytes, or numbers one by one */
    const char *data;
    size_t data_size;
    uint64_t numbers[VALUES];
    size_t number_count;
    const char *entries[3][2]; /* of data in another file */
} tensor;

static digitnet__wire_view write_tensor(unsigned char *bytes, const tensor *what) {
    digitnet__wire_writer writer = {.bytes = bytes};
    for (size_t i = 0; i < what->rank; i++)
        digitnet__wire_put_varint(&writer, DNN_TENSOR_DIMS, what->size);
    digitnet__wire_put_varint(&writer, DNN_TENSOR_DATA_TYPE, what->type);
    digitnet__wire_put_string(&writer, DNN_TENSOR_NAME, "w");
    if (what->data)
        memcpy(digitnet__wire_put_bytes(&writer, what->field, what->data_size), what->data, what->data_size);
    for (size_t i = 0; i < what->number_count; i++)
        digitnet__wire_put_varint(&writer, what->field, what->numbers[i]);
    for (size_t i = 0; i < 3 && what->entries[i][0]; i++) {
        size_t begin = digitnet__wire_begin(&writer, DNN_TENSOR_EXTERNAL_DATA);
        digitnet__wire_put_string(&writer, DNN_ENTRY_KEY, what->entries[i][0]);
        digitnet__wire_put_string(&writer, DNN_ENTRY_VALUE, what->entries[i][1]);
        digitnet__wire_end(&writer, begin);
    }
    if (what->entries[0][0])
        digitnet__wire_put_varint(&writer, DNN_TENSOR_DATA_LOCATION, 1);
    assert_true(writer.position <= BYTES_MOST);
    return (digitnet__wire_view){.bytes = bytes, .size = writer.position};
}

#define RAW(type, bytes)                                                          \
    {                                                                             \
        1, VALUES, type, DNN_TENSOR_RAW_DATA, bytes, sizeof(bytes) - 1, {0}, 0, { \
            { 0 }                                                                 \
        }                                                                         \
    }
#define PACKED(type, field, bytes)                                  \
    {                                                               \
        1, VALUES, type, field, bytes, sizeof(bytes) - 1, {0}, 0, { \
            { 0 }                                                   \
        }                                                           \
    }
#define NUMBERS(type, field, ...)                                 \
    {                                                             \
        1, VALUES, type, field, NULL, 0, {__VA_ARGS__}, VALUES, { \
            { 0 }                                                 \
        }                                                         \
    }

static void all_types_are_read(void **state) {
    (void)state;
    static const struct {
        tensor what;
        bool is_integer;
        double values[VALUES];
    } cases[] = {
        {RAW(DNN_DATA_FLOAT, "\0\0\200\77\0\0\0\300\0\0\0\0\0\0\200\177"), false, {1, -2, 0, (double)INFINITY}},
        {RAW(DNN_DATA_DOUBLE, "\0\0\0\0\0\0\360\77\0\0\0\0\0\0\0\300\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\100"),
         false,
         {1, -2, 0, 2}},
        {RAW(DNN_DATA_HALF, "\0\74\0\300\1\0\0\374"), false, {1, -2, 1.0 / (1 << 24), -(double)INFINITY}},
        {RAW(DNN_DATA_BFLOAT16, "\200\77\0\300\0\0\200\100"), false, {1, -2, 0, 4}},
        {RAW(DNN_DATA_UINT8, "\1\2\377\0"), true, {1, 2, 255, 0}},
        {RAW(DNN_DATA_INT8, "\1\2\377\200"), true, {1, 2, -1, -128}},
        {RAW(DNN_DATA_BOOL, "\1\0\1\0"), true, {1, 0, 1, 0}},
        {RAW(DNN_DATA_UINT16, "\1\0\2\1\377\377\0\0"), true, {1, 258, 65535, 0}},
        {RAW(DNN_DATA_INT16, "\1\0\2\1\377\377\0\200"), true, {1, 258, -1, -32768}},
        {NUMBERS(DNN_DATA_INT32, DNN_TENSOR_INT32_DATA, 1, 300, UINT64_MAX, 0), true, {1, 300, -1, 0}},
        {NUMBERS(DNN_DATA_INT64, DNN_TENSOR_INT64_DATA, 1, 300, UINT64_MAX, 0), true, {1, 300, -1, 0}},
        {NUMBERS(DNN_DATA_UINT32, DNN_TENSOR_UINT64_DATA, 1, 300, UINT32_MAX, 0), true, {1, 300, UINT32_MAX, 0}},
        {NUMBERS(DNN_DATA_HALF, DNN_TENSOR_INT32_DATA, 0x3c00, 0xc000, 1, 0), false, {1, -2, 1.0 / (1 << 24), 0}},
        {PACKED(DNN_DATA_INT64, DNN_TENSOR_INT64_DATA, "\1\254\2\0\5"), true, {1, 300, 0, 5}},
        {PACKED(DNN_DATA_FLOAT, DNN_TENSOR_FLOAT_DATA, "\0\0\200\77\0\0\0\300\0\0\0\0\0\0\0\100"),
         false,
         {1, -2, 0, 2}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char bytes[BYTES_MOST];
        digitnet__pool pool = {.left = 1000};
        digitnet__import_place place = {.path = NULL};
        digitnet__import_constant constant;
        expect_ok(digitnet__constant_read(&constant, &pool, &place, write_tensor(bytes, &cases[i].what)));
        assert_int_equal(constant.is_integer, cases[i].is_integer);
        assert_int_equal(constant.count, VALUES);
        for (size_t k = 0; k < VALUES; k++)
            if (digitnet__constant_number(&constant, k) != cases[i].values[k])
                fail_msg("case %zu: value %zu is %g", i, k, digitnet__constant_number(&constant, k));
        digitnet__pool_release(&pool);
    }
}

static void no_number_is_none(void **state) {
    (void)state;
    static const tensor half = RAW(DNN_DATA_HALF, "\0\176\0\74\0\74\0\74");
    unsigned char bytes[BYTES_MOST];
    digitnet__pool pool = {.left = 1000};
    digitnet__import_place place = {.path = NULL};
    digitnet__import_constant constant;
    expect_ok(digitnet__constant_read(&constant, &pool, &place, write_tensor(bytes, &half)));
    assert_true(isnan(constant.numbers[0]));
    assert_false(digitnet__constant_is_finite(&constant));
    digitnet__pool_release(&pool);
}

/* They are read in pieces, the ends of which lie within a number. */
static void long_lists_are_read(void **state) {
    (void)state;
    char data[900];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i % 3 == 2 ? 1 : 0x80 | (i % 128)); /* three bytes each */
    const tensor list = {1, 300, DNN_DATA_INT64, DNN_TENSOR_INT64_DATA, data, sizeof data, {0}, 0, {{0}}};
    unsigned char bytes[BYTES_MOST];
    digitnet__pool pool = {.left = 10000};
    digitnet__import_place place = {.path = NULL};
    digitnet__import_constant constant;
    expect_ok(digitnet__constant_read(&constant, &pool, &place, write_tensor(bytes, &list)));
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(constant.integers[i], (int64_t)(3 * i % 128 | (3 * i + 1) % 128 << 7 | 1 << 14));
    digitnet__pool_release(&pool);
}

static void damage_is_refused(void **state) {
    (void)state;
    char endless[600];
    memset(endless, 0x80, sizeof endless);
    const struct {
        tensor what;
        digitnet_status status;
        const char *message;
    } cases[] = {
        {{9, 1, DNN_DATA_FLOAT, 0, NULL, 0, {0}, 0, {{0}}}, DIGITNET_EUNSUPPORTED, "it has more than 8 dimensions"},
        {{1, 1, 8, 0, NULL, 0, {0}, 0, {{0}}}, DIGITNET_EUNSUPPORTED, "values of type 8 are not read"},
        {{1, (size_t)INT32_MAX + 1, DNN_DATA_FLOAT, 0, NULL, 0, {0}, 0, {{0}}}, DIGITNET_EFORMAT, "out of range"},
        {{3, INT32_MAX, DNN_DATA_FLOAT, 0, NULL, 0, {0}, 0, {{0}}}, DIGITNET_EFORMAT, "its dimensions overflow"},
        {RAW(DNN_DATA_FLOAT, "\0\0\0\0"), DIGITNET_EFORMAT, "not of its dimensions"},
        {PACKED(DNN_DATA_FLOAT, DNN_TENSOR_FLOAT_DATA, "\0\0\0\0\0"), DIGITNET_EFORMAT, "are not of its type"},
        {PACKED(DNN_DATA_FLOAT, DNN_TENSOR_FLOAT_DATA, "\0\0\0\0"), DIGITNET_EFORMAT, "not of its dimensions"},
        {NUMBERS(DNN_DATA_FLOAT, DNN_TENSOR_FLOAT_DATA, 1, 2, 3, 4), DIGITNET_EFORMAT, "are not of its type"},
        {PACKED(DNN_DATA_INT64, DNN_TENSOR_INT64_DATA, "\1\2\3"), DIGITNET_EFORMAT, "not of its dimensions"},
        {PACKED(DNN_DATA_INT64, DNN_TENSOR_INT64_DATA, "\1\2\3\4\5"), DIGITNET_EFORMAT, "not of its dimensions"},
        {PACKED(DNN_DATA_INT64, DNN_TENSOR_INT64_DATA, "\1\2\3\200"), DIGITNET_EFORMAT, ""},
        {{1, VALUES, DNN_DATA_INT64, DNN_TENSOR_INT64_DATA, endless, sizeof endless, {0}, 0, {{0}}},
         DIGITNET_EFORMAT,
         ""},
        {{1, VALUES, DNN_DATA_FLOAT, 0, NULL, 0, {0}, 0, {{"location", "side"}}},
         DIGITNET_EUNSUPPORTED,
         "load the model by its path"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char bytes[BYTES_MOST];
        digitnet__pool pool = {.left = 1000};
        digitnet__import_place place = {.path = NULL};
        digitnet__import_constant constant;
        expect_failure(digitnet__constant_read(&constant, &pool, &place, write_tensor(bytes, &cases[i].what)),
                       cases[i].status, cases[i].message);
        digitnet__pool_release(&pool);
    }
}

#define BESIDE(...)                                      \
    {                                                    \
        1, VALUES, DNN_DATA_UINT8, 0, NULL, 0, {0}, 0, { \
            __VA_ARGS__                                  \
        }                                                \
    }

static void data_beside_the_file_are_read(void **state) {
    (void)state;
    char long_name[300];
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    const struct {
        tensor what;
        size_t bytes_left, memory;
        digitnet_status status;
        const char *message;
    } cases[] = {
        {BESIDE({"location", "side"}), 4, 100, DIGITNET_OK, ""},
        {BESIDE({"location", "side"}, {"offset", "0"}, {"length", "4"}), 4, 100, DIGITNET_OK, ""},
        {BESIDE({"location", "side"}, {"checksum", "none"}), 4, 100, DIGITNET_OK, ""},
        {BESIDE({"location", "side"}, {"offset", "3"}), 4, 100, DIGITNET_EFORMAT, "initializer 'w'"},
        {BESIDE({"location", "nothing"}), 4, 100, DIGITNET_ENOTFOUND, "initializer 'w'"},
        {BESIDE({"location", "side"}, {"length", "5"}), 4, 100, DIGITNET_EFORMAT, "not of its dimensions"},
        {BESIDE({"location", "side"}, {"length", "4x"}), 4, 100, DIGITNET_EFORMAT, "is no number"},
        {BESIDE({"location", "side"}, {"offset", "18446744073709551616"}), 4, 100, DIGITNET_EFORMAT, "is no number"},
        {BESIDE({"location", "side"}, {"offset", "99999999999999999999"}), 4, 100, DIGITNET_EFORMAT, "is no number"},
        {BESIDE({"offset", "0"}), 4, 100, DIGITNET_EFORMAT, "cannot be one"},
        {BESIDE({"location", long_name}), 4, 100, DIGITNET_EFORMAT, "cannot be one"},
        {BESIDE({"location", "side"}), 3, 100, DIGITNET_ELIMIT, "exceed the limit on the size of a file"},
        {BESIDE({"location", "side"}), 4, SIZE_MAX - 32, DIGITNET_OK, ""},
    };
    temporary_folder folder = make_folder();
    char path[128], side[128];
    snprintf(path, sizeof path, "%s/model.onnx", folder.path);
    snprintf(side, sizeof side, "%s/side", folder.path);
    FILE *file = fopen(side, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite("\1\2\3\4", 1, 4, file), 4);
    fclose(file);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char bytes[BYTES_MOST];
        digitnet__pool pool = {.left = cases[i].memory};
        digitnet__import_place place = {.path = path, .bytes_left = cases[i].bytes_left};
        digitnet__import_constant constant;
        digitnet_status status =
            recorded(digitnet__constant_read(&constant, &pool, &place, write_tensor(bytes, &cases[i].what)));
        if (status != cases[i].status || (status != DIGITNET_OK && !strstr(digitnet_last_error(), cases[i].message)))
            fail_msg("case %zu: %s: %s", i, digitnet_status_string(status), digitnet_last_error());
        for (size_t k = 0; status == DIGITNET_OK && k < VALUES; k++)
            assert_int_equal(constant.integers[k], k + 1);
        digitnet__pool_release(&pool);
    }
    assert_int_equal(remove(side), 0);
    assert_int_equal(remove(folder.path), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_types_are_read),
        cmocka_unit_test(no_number_is_none),
        cmocka_unit_test(long_lists_are_read),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(data_beside_the_file_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
