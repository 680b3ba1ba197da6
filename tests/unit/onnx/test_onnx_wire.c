/* Protocol buffers' encoding: what the writer writes the reader reads, and nothing malformed gets past it. */
#include "expect.h"
#include "onnx/wire.h"

#include <float.h>
#include <stdlib.h>

static digitnet__wire_view view_of(const void *bytes, size_t size) {
    return (digitnet__wire_view){.bytes = bytes, .size = size};
}

/* Reads all fields; returns their number, or -1 where the reader failed. */
static int count_fields(const void *bytes, size_t size) {
    digitnet__wire_reader reader = digitnet__wire_read(view_of(bytes, size));
    digitnet__wire_field field;
    int count = 0;
    while (digitnet__wire_next(&reader, &field))
        count++;
    return reader.status == DIGITNET_OK ? count : -1;
}

static void numbers_come_back(void **state) {
    (void)state;
    static const uint64_t numbers[] = {0, 1, 127, 128, 300, UINT32_MAX, INT64_MAX, UINT64_MAX - 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        unsigned char bytes[16];
        digitnet__wire_writer counter = {.bytes = NULL}, writer = {.bytes = bytes};
        digitnet__wire_put_varint(&counter, 15, numbers[i]);
        digitnet__wire_put_varint(&writer, 15, numbers[i]);
        assert_int_equal(counter.position, writer.position);
        digitnet__wire_reader reader = digitnet__wire_read(view_of(bytes, writer.position));
        digitnet__wire_field field;
        uint64_t value = 42;
        assert_true(digitnet__wire_next(&reader, &field));
        assert_int_equal(field.number, 15);
        digitnet__wire_get_varint(&reader, &field, &value);
        assert_true(value == numbers[i]);
        assert_false(digitnet__wire_next(&reader, &field));
        assert_int_equal(reader.status, DIGITNET_OK);
    }
}

static void known_bytes(void **state) {
    (void)state;
    /* The examples of protobuf's own description: field 1 = 150, field 2 = "testing". */
    unsigned char bytes[16];
    digitnet__wire_writer writer = {.bytes = bytes};
    digitnet__wire_put_varint(&writer, 1, 150);
    digitnet__wire_put_string(&writer, 2, "testing");
    assert_int_equal(writer.position, 12);
    assert_memory_equal(bytes, "\x08\x96\x01\x12\x07testing", 12);
}

/* A message's length takes one byte up to 127, two up to 16383, then three. */
static void messages_move_up_for_their_length(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 124, 125, 126, 127, 200, 16379, 16380, 16381, 20000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *written = NULL;
        digitnet__wire_writer writer = {.bytes = NULL};
        size_t total = 0;
        for (int pass = 0; pass < 2; pass++) {
            writer = (digitnet__wire_writer){.bytes = written};
            size_t outer = digitnet__wire_begin(&writer, 1);
            size_t inner = digitnet__wire_begin(&writer, 2);
            unsigned char *place = digitnet__wire_put_bytes(&writer, 3, sizes[i]);
            assert_true((place != NULL) == (pass == 1));
            if (place)
                memset(place, 'x', sizes[i]);
            digitnet__wire_end(&writer, inner);
            digitnet__wire_put_varint(&writer, 4, 7);
            digitnet__wire_end(&writer, outer);
            if (pass == 0) {
                total = writer.position;
                written = malloc(total);
                assert_non_null(written);
            }
        }
        assert_int_equal(writer.position, total);

        digitnet__wire_view outer = {0}, inner = {0}, bytes = {0};
        digitnet__wire_field field;
        digitnet__wire_reader reader = digitnet__wire_read(view_of(written, total));
        assert_true(digitnet__wire_next(&reader, &field));
        digitnet__wire_get_message(&reader, &field, &outer, "outer message");
        assert_int_equal(outer.size + outer.offset, total);
        reader = digitnet__wire_read(outer);
        assert_true(digitnet__wire_next(&reader, &field));
        digitnet__wire_get_message(&reader, &field, &inner, "inner message");
        assert_true(digitnet__wire_next(&reader, &field));
        assert_int_equal(field.number, 4);
        assert_int_equal(field.varint, 7);
        assert_false(digitnet__wire_next(&reader, &field));
        reader = digitnet__wire_read(inner);
        assert_true(digitnet__wire_next(&reader, &field));
        digitnet__wire_get_bytes(&reader, &field, &bytes);
        assert_int_equal(bytes.size, sizes[i]);
        for (size_t j = 0; j < sizes[i]; j++)
            assert_int_equal(bytes.bytes[j], 'x');
        assert_ptr_equal(bytes.bytes, written + bytes.offset);
        free(written);
    }
}

static void malformed_bytes_fail(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *message;
    } cases[] = {
        {"\x08", 1, "byte 1"},                                                /* no value */
        {"\x08\x80", 2, "byte 1"},                                            /* a value cut off */
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12, "too long"}, /* 11 bytes */
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11, "too long"},     /* 65 bits */
        {"\x80", 1, "tag"},                                                   /* a tag cut off */
        {"\x00\x01", 2, "number"},                                            /* field 0 */
        {"\x80\x80\x80\x80\x10\x01", 6, "number"},                            /* field 2^29 */
        {"\x0b", 1, "wire type"},                                             /* a group begins */
        {"\x0c", 1, "wire type"},                                             /* a group ends */
        {"\x0e", 1, "wire type"},                                             /* 6 is no type */
        {"\x0f", 1, "wire type"},                                             /* nor is 7 */
        {"\x0a\x01", 2, "longer"},                                            /* bytes cut off */
        {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, "longer"},       /* 2^64 - 1 bytes */
        {"\x0a\x80", 2, "length"},                                            /* a length cut off */
        {"\x09\x01\x02\x03\x04\x05\x06\x07", 8, "longer"},                    /* 7 bytes of 8 */
        {"\x0d\x01\x02\x03", 4, "longer"},                                    /* 3 bytes of 4 */
        {"\x08\x01\x0a\x05"
         "abc",
         7, "byte 2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* In memory of exactly this size, so that a sanitizer sees a byte read behind it. */
        unsigned char *bytes = malloc(cases[i].size);
        assert_non_null(bytes);
        memcpy(bytes, cases[i].bytes, cases[i].size);
        digitnet__wire_reader reader = digitnet__wire_read(view_of(bytes, cases[i].size));
        digitnet__wire_field field;
        while (digitnet__wire_next(&reader, &field))
            continue;
        expect_failure(reader.status, DIGITNET_EFORMAT, cases[i].message);
        assert_false(digitnet__wire_next(&reader, &field));
        free(bytes);
    }
}

static void every_cut_of_a_message_is_noticed_or_whole(void **state) {
    (void)state;
    static const char bytes[] = "\x08\x96\x01\x12\x03"
                                "abc\x1d"
                                "abcd\x21"
                                "abcdefgh";
    static const size_t ends[] = {0, 3, 8, 13, 22}; /* of whole fields */
    size_t whole = 0;
    for (size_t size = 0; size <= sizeof bytes - 1; size++)
        if (whole < 5 && size == ends[whole])
            assert_int_equal(count_fields(bytes, size), (int)whole++);
        else
            assert_int_equal(count_fields(bytes, size), -1);
    assert_int_equal(whole, 5);
}

static void a_field_of_the_wrong_type_fails(void **state) {
    (void)state;
    static const char number[] = "\x08\x05", bytes[] = "\x0a\x01x", fixed[] = "\x0d\x00\x00\x80\x3f";
    uint64_t varint = 1;
    float real = 2;
    digitnet__wire_view view = {0};
    digitnet__wire_field field;
    digitnet__wire_reader reader = digitnet__wire_read(view_of(bytes, 3));
    assert_true(digitnet__wire_next(&reader, &field));
    digitnet__wire_get_varint(&reader, &field, &varint);
    expect_failure(reader.status, DIGITNET_EFORMAT, "wrong wire type");
    assert_true(varint == 1);
    reader = digitnet__wire_read(view_of(number, 2));
    assert_true(digitnet__wire_next(&reader, &field));
    digitnet__wire_get_bytes(&reader, &field, &view);
    expect_failure(reader.status, DIGITNET_EFORMAT, "wrong wire type");
    assert_null(view.bytes);
    reader = digitnet__wire_read(view_of(number, 2));
    assert_true(digitnet__wire_next(&reader, &field));
    digitnet__wire_get_float(&reader, &field, &real);
    expect_failure(reader.status, DIGITNET_EFORMAT, "wrong wire type");
    assert_true(real == 2);
    reader = digitnet__wire_read(view_of(fixed, 5));
    assert_true(digitnet__wire_next(&reader, &field));
    digitnet__wire_get_float(&reader, &field, &real);
    expect_ok(reader.status);
    assert_true(real == 1);
}

static void the_last_number_wins_and_a_message_stands_once(void **state) {
    (void)state;
    static const char bytes[] = "\x08\x05\x08\x06\x12\x00\x12\x00";
    uint64_t varint = 0;
    digitnet__wire_view message = {0};
    digitnet__wire_field field;
    digitnet__wire_reader reader = digitnet__wire_read(view_of(bytes, sizeof bytes - 1));
    while (digitnet__wire_next(&reader, &field))
        if (field.number == 1)
            digitnet__wire_get_varint(&reader, &field, &varint);
        else
            digitnet__wire_get_message(&reader, &field, &message, "graph");
    assert_true(varint == 6);
    expect_failure(reader.status, DIGITNET_EFORMAT, "byte 6: graph occurs twice");
}

/* All fields of a message as one list of at most `room` integers. */
static digitnet_status read_integers(int64_t *values, size_t room, size_t *count, const char *bytes, size_t size) {
    digitnet__wire_reader reader = digitnet__wire_read(view_of(bytes, size));
    digitnet__wire_field field;
    *count = 0;
    while (digitnet__wire_next(&reader, &field))
        digitnet__wire_get_integers(&reader, &field, values, room, count);
    return reader.status;
}

static void repeated_integers_may_be_packed(void **state) {
    (void)state;
    /* 3, packed 4 and -1, 5 */
    static const char bytes[] = "\x08\x03\x0a\x0b\x04\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x08\x05";
    int64_t values[3] = {0, 0, 0};
    size_t count;
    expect_ok(read_integers(values, 3, &count, bytes, sizeof bytes - 1));
    assert_int_equal(count, 4); /* one more than there is room for */
    assert_true(values[0] == 3 && values[1] == 4 && values[2] == -1);

    static const char cut[] = "\x0a\x02\x04\xff\x08\x05";
    expect_failure(read_integers(values, 3, &count, cut, sizeof cut - 1), DIGITNET_EFORMAT, "list of numbers");

    static const char fixed[] = "\x0d\x01\x02\x03\x04";
    expect_failure(read_integers(values, 3, &count, fixed, sizeof fixed - 1), DIGITNET_EFORMAT, "wrong wire type");
    assert_int_equal(count, 0);
}

/* Past the room for them, packed or not, they are counted and not kept. */
static void surplus_integers_are_counted(void **state) {
    (void)state;
    static const char bytes[] = "\x0a\x03\x04\x05\x06\x08\x07";
    int64_t values[3] = {0, 0, 42};
    size_t count;
    expect_ok(read_integers(values, 2, &count, bytes, sizeof bytes - 1));
    assert_int_equal(count, 4);
    assert_true(values[0] == 4 && values[1] == 5 && values[2] == 42);
}

static void a_reader_keeps_its_first_failure(void **state) {
    (void)state;
    static const char bytes[] = "\x08\x05";
    uint64_t varint = 0;
    float real = 2;
    digitnet__wire_view view = {0}, message = view_of(bytes, 1);
    digitnet__wire_field field;
    digitnet__wire_reader reader = digitnet__wire_read(view_of(bytes, 2));
    assert_true(digitnet__wire_next(&reader, &field));
    digitnet__wire_get_message(&reader, &field, &message, "graph");
    expect_failure(reader.status, DIGITNET_EFORMAT, "graph occurs twice");
    digitnet__wire_get_message(&reader, &field, &message, "shape");
    digitnet__wire_get_bytes(&reader, &field, &view);
    digitnet__wire_get_float(&reader, &field, &real);
    expect_failure(reader.status, DIGITNET_EFORMAT, "graph occurs twice");
    assert_true(message.size == 1 && view.bytes == NULL && real == 2);
    digitnet__wire_get_varint(&reader, &field, &varint);
    assert_true(varint == 5);
    assert_false(digitnet__wire_next(&reader, &field));
}

/* Of a message within the file, and of the largest number that a field can have. */
static void messages_name_places_in_the_file(void **state) {
    (void)state;
    static const char bytes[] = "\xf8\xff\xff\xff\x0f\x01\x0a\x05";
    digitnet__wire_view inner = {.bytes = (const unsigned char *)bytes, .size = 8, .offset = 100};
    digitnet__wire_field field;
    digitnet__wire_view view = {0};
    digitnet__wire_reader reader = digitnet__wire_read(inner);
    assert_true(digitnet__wire_next(&reader, &field));
    assert_int_equal(field.number, 536870911);
    assert_int_equal(field.offset, 100);
    digitnet__wire_get_bytes(&reader, &field, &view);
    expect_failure(reader.status, DIGITNET_EFORMAT, "byte 100: a field has the wrong wire type");
    reader = digitnet__wire_read(inner);
    assert_true(digitnet__wire_next(&reader, &field));
    assert_false(digitnet__wire_next(&reader, &field));
    expect_failure(reader.status, DIGITNET_EFORMAT, "byte 106: a field is longer than what holds it");
    int64_t values[1];
    size_t count = 0;
    inner = (digitnet__wire_view){.bytes = (const unsigned char *)"\x08\x01\x0a\x01\xff", .size = 5, .offset = 100};
    reader = digitnet__wire_read(inner);
    while (digitnet__wire_next(&reader, &field))
        digitnet__wire_get_integers(&reader, &field, values, 1, &count);
    expect_failure(reader.status, DIGITNET_EFORMAT, "byte 102: a list of numbers is cut off");
}

static void counting_ends_where_numbers_do(void **state) {
    (void)state;
    digitnet__wire_writer counter = {.bytes = NULL};
    size_t begin = digitnet__wire_begin(&counter, 1);
    for (int i = 0; i < 3; i++)
        assert_null(digitnet__wire_put_bytes(&counter, 2, SIZE_MAX / 2));
    assert_true(counter.position == SIZE_MAX);
    digitnet__wire_end(&counter, begin);
    assert_true(counter.position == SIZE_MAX);
}

static void real_numbers_are_little_endian(void **state) {
    (void)state;
    unsigned char bytes[8];
    digitnet__wire_store_float(bytes, 1.0f);
    assert_memory_equal(bytes, "\x00\x00\x80\x3f", 4);
    digitnet__wire_store_double(bytes, 1.0);
    assert_memory_equal(bytes, "\x00\x00\x00\x00\x00\x00\xf0\x3f", 8);
    static const double values[] = {0.0, -0.0, 0.1, -3.5e-30, DBL_MAX, DBL_MIN, 5e-324};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        digitnet__wire_store_double(bytes, values[i]);
        double value = digitnet__wire_load_double(bytes);
        assert_memory_equal(&value, &values[i], sizeof value);
        float narrow = (float)(values[i] > FLT_MAX ? FLT_MAX : values[i]);
        digitnet__wire_store_float(bytes, narrow);
        float loaded = digitnet__wire_load_float(bytes);
        assert_memory_equal(&loaded, &narrow, sizeof narrow);
    }
}

static void text_for_messages_is_harmless(void **state) {
    (void)state;
    assert_string_equal(digitnet__wire_printable(view_of("conv2d", 6)).text, "conv2d");
    assert_string_equal(digitnet__wire_printable(view_of("a\n\0\xff%s", 6)).text, "a???%s");
    assert_string_equal(digitnet__wire_printable((digitnet__wire_view){0}).text, "");
    char longer[200];
    memset(longer, 'y', sizeof longer);
    digitnet__wire_text text = digitnet__wire_printable(view_of(longer, sizeof longer));
    assert_int_equal(strlen(text.text), 67);
    assert_string_equal(text.text + 64, "...");
    assert_true(digitnet__wire_is(view_of("abc", 3), "abc"));
    assert_false(digitnet__wire_is(view_of("abc", 3), "ab"));
    assert_true(digitnet__wire_is((digitnet__wire_view){0}, ""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(known_bytes),
        cmocka_unit_test(messages_move_up_for_their_length),
        cmocka_unit_test(malformed_bytes_fail),
        cmocka_unit_test(every_cut_of_a_message_is_noticed_or_whole),
        cmocka_unit_test(a_field_of_the_wrong_type_fails),
        cmocka_unit_test(the_last_number_wins_and_a_message_stands_once),
        cmocka_unit_test(repeated_integers_may_be_packed),
        cmocka_unit_test(surplus_integers_are_counted),
        cmocka_unit_test(a_reader_keeps_its_first_failure),
        cmocka_unit_test(messages_name_places_in_the_file),
        cmocka_unit_test(counting_ends_where_numbers_do),
        cmocka_unit_test(real_numbers_are_little_endian),
        cmocka_unit_test(text_for_messages_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
