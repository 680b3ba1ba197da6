/* Statuses, numbers as text, options, memory, random numbers, shapes. */
#include "expect.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/memory.h"
#include "core/number.h"
#include "core/options.h"
#include "core/random.h"
#include "core/shape.h"
#include "core/status.h"
#include "digitnet/version.h"

/* ---- Statuses ---- */

static void statuses_have_sentences(void **state) {
    (void)state;
    assert_string_equal(digitnet_status_string(DIGITNET_OK), "success");
    for (int code = DIGITNET_OK; code >= DIGITNET_ENOTFOUND; --code)
        assert_string_not_equal(digitnet_status_string((digitnet_status)code), "unknown status");
    assert_string_equal(digitnet_status_string((digitnet_status)1), "unknown status");
    assert_string_equal(digitnet_status_string((digitnet_status)-100), "unknown status");
}

static void *fail_elsewhere(void *message) {
    strcpy(message, digitnet_last_error());
    dnn_fail(DIGITNET_EIO, "elsewhere");
    return NULL;
}

static void message_belongs_to_its_thread(void **state) {
    (void)state;
    char seen_first[64] = "unset";
    pthread_t thread;
    assert_int_equal(dnn_fail(DIGITNET_ESHAPE, "here: %d of %s", 3, "four"), DIGITNET_ESHAPE);
    assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, seen_first), 0);
    pthread_join(thread, NULL);
    assert_string_equal(seen_first, "");
    assert_string_equal(digitnet_last_error(), "here: 3 of four");
}

static void message_may_quote_the_last_one(void **state) {
    (void)state;
    dnn_fail(DIGITNET_EINVAL, "inner");
    dnn_fail(DIGITNET_EINVAL, "outer: %s", digitnet_last_error());
    assert_string_equal(digitnet_last_error(), "outer: inner");
}

static void long_message_is_cut(void **state) {
    (void)state;
    char text[2000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    dnn_fail(DIGITNET_EINVAL, "%s", text);
    assert_int_equal(strlen(digitnet_last_error()), 511);
    /* What the C library cannot print: no character. */
    assert_int_equal(dnn_fail(DIGITNET_EIO, "no %ls", (const wchar_t[]){0x7fffffff, 0}), DIGITNET_EIO);
    assert_string_equal(digitnet_last_error(), "");
}

static void version_is_that_of_the_headers(void **state) {
    (void)state;
    char numbers[32];
    snprintf(numbers, sizeof numbers, "%d.%d.%d", DIGITNET_VERSION_MAJOR, DIGITNET_VERSION_MINOR,
             DIGITNET_VERSION_PATCH);
    assert_string_equal(digitnet_version(), numbers);
}

/* ---- Numbers ---- */

/* number.c once more, as it is in a locale whose decimal point is two bytes long. */
#define POINT "\xd9\xab"

static int exotic_snprintf(char *text, size_t size, const char *format, ...) {
    char plain[64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(plain, sizeof plain, format, arguments);
    va_end(arguments);
    char *point = strchr(plain, '.');
    if (point == NULL)
        return snprintf(text, size, "%s", plain);
    *point = '\0';
    return snprintf(text, size, "%s" POINT "%s", plain, point + 1);
}

static double exotic_strtod(const char *text, char **end) {
    char plain[64];
    const char *point = strstr(text, POINT);
    assert_null(end);
    if (point == NULL)
        return strtod(text, NULL);
    snprintf(plain, sizeof plain, "%.*s.%s", (int)(point - text), text, point + strlen(POINT));
    return strtod(plain, NULL);
}

#define snprintf exotic_snprintf
#define strtod exotic_strtod
#define dnn_number_text exotic_number_text
#define dnn_number_parse exotic_number_parse
dnn_number exotic_number_text(double value);
bool exotic_number_parse(double *value, const char *text);
#include "../src/core/number.c"
#undef snprintf
#undef strtod
#undef dnn_number_text
#undef dnn_number_parse

static const struct {
    double value;
    const char *text;
} numbers[] = {
    {0.0, "0"},
    {-0.0, "-0"},
    {1.0, "1"},
    {0.1, "0.1"},
    {0.001, "0.001"},
    {1e-7, "1e-07"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1.0 / 3.0, "0.3333333333333333"},
    {-2.5e300, "-2.5e+300"},
    {DBL_MAX, "1.7976931348623157e+308"},
    {-DBL_MIN, "-2.2250738585072014e-308"},
    {INFINITY, "inf"},
    {-INFINITY, "-inf"},
};

static void numbers_become_text(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i) {
        assert_string_equal(dnn_number_text(numbers[i].value).text, numbers[i].text);
        assert_string_equal(exotic_number_text(numbers[i].value).text, numbers[i].text);
    }
    assert_string_equal(dnn_number_text(NAN).text, "nan");
    assert_string_equal(dnn_number_text(-(double)NAN).text, "nan");
}

static void text_becomes_the_same_number(void **state) {
    (void)state;
    double value;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i) {
        assert_true(dnn_number_parse(&value, numbers[i].text));
        assert_memory_equal(&value, &numbers[i].value, sizeof value);
        assert_true(exotic_number_parse(&value, numbers[i].text));
        assert_memory_equal(&value, &numbers[i].value, sizeof value);
    }
    assert_true(dnn_number_parse(&value, "nan"));
    assert_true(isnan(value));
}

static void random_doubles_survive(void **state) {
    (void)state;
    dnn_random random;
    dnn_random_seed(&random, 4);
    for (int i = 0; i < 20000; ++i) {
        uint64_t bits = dnn_random_next(&random);
        double value, back;
        memcpy(&value, &bits, sizeof value);
        if (isnan(value))
            continue;
        dnn_number text = dnn_number_text(value);
        assert_true(dnn_number_parse(&back, text.text));
        assert_memory_equal(&back, &value, sizeof value);
    }
}

static void other_text_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {"",         " 1",
                                        "1 ",       "+1",
                                        "1,5",      "1.",
                                        ".5",       "-",
                                        "1e",       "1e+",
                                        "0x10",     "--1",
                                        "1.5x",     "1e999",
                                        "infinity", "INF",
                                        "-nan",     "nan(1)",
                                        "1\n",      "1.5.2",
                                        "1e5.5",    "00000000000000000000000000000000000001"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; ++i) {
        double value = 7;
        if (dnn_number_parse(&value, texts[i]) || value != 7)
            fail_msg("\"%s\" was read as %f", texts[i], value);
    }
}

/* ---- Options ---- */

typedef struct first_options {
    size_t struct_size;
    size_t count;
} first_options;

typedef struct second_options {
    size_t struct_size;
    size_t count, added;
} second_options;

static void options_default_to_zero(void **state) {
    (void)state;
    second_options own = {0};
    expect_ok(dnn_options_read(&own, sizeof own, sizeof(first_options), NULL, "options"));
    assert_int_equal(own.struct_size, sizeof own);
    assert_int_equal(own.count, 0);
}

static void options_of_an_older_caller_are_read(void **state) {
    (void)state;
    second_options own = {0};
    first_options theirs = {.struct_size = sizeof theirs, .count = 5};
    expect_ok(dnn_options_read(&own, sizeof own, sizeof theirs, &theirs, "options"));
    assert_int_equal(own.struct_size, sizeof own);
    assert_int_equal(own.count, 5);
    assert_int_equal(own.added, 0);
}

static void options_of_a_newer_caller_need_a_zero_tail(void **state) {
    (void)state;
    first_options own = {0};
    second_options theirs = {.struct_size = sizeof theirs, .count = 5};
    expect_ok(dnn_options_read(&own, sizeof own, sizeof own, &theirs, "options"));
    assert_int_equal(own.count, 5);
    theirs.added = 1;
    own.count = 0;
    expect_failure(dnn_options_read(&own, sizeof own, sizeof own, &theirs, "options"), DIGITNET_EVERSION, "options");
    assert_int_equal(own.count, 0);
}

static void options_with_a_wrong_size_are_refused(void **state) {
    (void)state;
    first_options own = {0};
    static const size_t sizes[] = {0, 1, sizeof own - 1, 4097, SIZE_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i) {
        first_options theirs = {.struct_size = sizes[i], .count = 5};
        expect_failure(dnn_options_read(&own, sizeof own, sizeof own, &theirs, "options"), DIGITNET_EINVAL,
                       "struct_size");
    }
}

static void results_fit_the_caller(void **state) {
    (void)state;
    second_options own = {.struct_size = sizeof own, .count = 3, .added = 4};
    second_options theirs = {.struct_size = sizeof(first_options), .added = 77};
    expect_ok(dnn_result_check(&theirs, sizeof(first_options), "result"));
    dnn_result_write(&theirs, &own, sizeof own);
    assert_int_equal(theirs.struct_size, sizeof(first_options));
    assert_int_equal(theirs.count, 3);
    assert_int_equal(theirs.added, 77);
    theirs.struct_size = sizeof theirs;
    dnn_result_write(&theirs, &own, sizeof own);
    assert_int_equal(theirs.added, 4);
    expect_failure(dnn_result_check(NULL, sizeof own, "result"), DIGITNET_EINVAL, "NULL");
    theirs.struct_size = 3;
    expect_failure(dnn_result_check(&theirs, sizeof own, "result"), DIGITNET_EINVAL, "struct_size");
}

/* ---- Memory ---- */

static void sizes_are_checked(void **state) {
    (void)state;
    size_t result = 7;
    assert_true(dnn_size_add(&result, SIZE_MAX - 1, 1));
    assert_true(result == SIZE_MAX);
    assert_false(dnn_size_add(&result, SIZE_MAX, 1));
    assert_true(result == SIZE_MAX);
    assert_true(dnn_size_multiply(&result, SIZE_MAX, 0));
    assert_int_equal(result, 0);
    assert_true(dnn_size_multiply(&result, 0, SIZE_MAX));
    assert_true(dnn_size_multiply(&result, SIZE_MAX / 2, 2));
    assert_true(result == SIZE_MAX - 1);
    assert_false(dnn_size_multiply(&result, SIZE_MAX / 2 + 1, 2));
    assert_true(dnn_size_product(&result, (size_t[]){2, 3, 5}, 3));
    assert_int_equal(result, 30);
    assert_false(dnn_size_product(&result, (size_t[]){SIZE_MAX, 1, 2}, 3));
    assert_int_equal(result, 30);
    assert_true(dnn_size_product(&result, NULL, 0));
    assert_int_equal(result, 1);
}

static void memory_is_aligned(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 63, 64, 65, 1000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i) {
        unsigned char *memory = dnn_allocate_zeroed(sizes[i]);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % DNN_ALIGNMENT, 0);
        for (size_t at = 0; at < sizes[i]; ++at)
            assert_int_equal(memory[at], 0);
        memset(memory, 0xff, sizes[i]);
        dnn_release(memory);
    }
    dnn_release(NULL);
}

static void too_much_memory_is_an_error(void **state) {
    (void)state;
    volatile size_t wanted = SIZE_MAX; /* the compiler warns of constants */
    dnn_fail(DIGITNET_EINVAL, "before");
    assert_null(dnn_allocate(wanted));
    assert_non_null(strstr(digitnet_last_error(), "out of memory"));
    assert_null(dnn_allocate_zeroed(wanted - 10));
    assert_null(dnn_allocate_array(wanted / 4 + 2, 4));
    assert_null(dnn_allocate_zeroed_array(4, wanted / 4 + 2));
}

static void strings_are_copied(void **state) {
    (void)state;
    char text[] = "conv2d";
    char *copy = dnn_copy_string(text);
    assert_ptr_not_equal(copy, text);
    assert_string_equal(copy, text);
    dnn_release(copy);
}

static void arena_gives_places(void **state) {
    (void)state;
    dnn_arena arena = {0};
    size_t first = dnn_arena_book(&arena, 3, sizeof(float));
    size_t second = dnn_arena_book(&arena, 100, 1);
    size_t empty = dnn_arena_book(&arena, 0, 8);
    size_t last = dnn_arena_book(&arena, 1, sizeof(double));
    assert_int_equal(first, 0);
    assert_int_equal(second, 64);
    assert_int_equal(empty, 192);
    assert_int_equal(last, 192);
    assert_true(dnn_arena_allocate(&arena));
    assert_ptr_equal((unsigned char *)dnn_arena_at(&arena, second) - 64, dnn_arena_at(&arena, first));
    assert_int_equal((uintptr_t)dnn_arena_at(&arena, last) % DNN_ALIGNMENT, 0);
    assert_true(*(double *)dnn_arena_at(&arena, last) == 0.0);
    dnn_arena_release(&arena);
    assert_null(arena.memory);
}

static void arena_keeps_an_overflow(void **state) {
    (void)state;
    dnn_arena arena = {0};
    dnn_arena_book(&arena, SIZE_MAX / 2, 4);
    dnn_arena_book(&arena, 1, 1);
    assert_false(dnn_arena_allocate(&arena));
    dnn_arena_release(&arena);
    dnn_arena_book(&arena, SIZE_MAX - 10, 1); /* rounded up to the alignment it overflows */
    assert_false(dnn_arena_allocate(&arena));
    dnn_arena_release(&arena);
    dnn_arena_book(&arena, 1, 1);
    dnn_arena_book(&arena, SIZE_MAX, 1); /* behind what is booked already */
    assert_false(dnn_arena_allocate(&arena));
    dnn_arena_release(&arena);
}

/* An allocator that counts, checks what it is given back, and fails on demand. */
typedef struct counting {
    size_t live, bytes;
    bool failing;
} counting;

static void *counting_allocate(void *user_data, size_t size, size_t alignment) {
    counting *counts = user_data;
    void *memory = NULL;
    assert_true(size > 0);
    if (counts->failing || posix_memalign(&memory, alignment, size) != 0)
        return NULL;
    memset(memory, 0xa5, size);
    ++counts->live;
    counts->bytes += size;
    return memory;
}

static void counting_release(void *user_data, void *memory, size_t size, size_t alignment) {
    counting *counts = user_data;
    assert_int_equal(alignment, DNN_ALIGNMENT);
    --counts->live;
    counts->bytes -= size;
    free(memory);
}

static void allocator_can_be_replaced(void **state) {
    (void)state;
    counting counts = {0};
    digitnet_allocator hook = {
        .struct_size = sizeof hook, .user_data = &counts, .allocate = counting_allocate, .release = counting_release};
    expect_ok(digitnet_set_allocator(&hook));
    char *memory = dnn_allocate_zeroed(100);
    char *string = dnn_copy_string("text");
    assert_int_equal(counts.live, 2);
    assert_true(counts.bytes >= 105);
    assert_int_equal(memory[99], 0);
    expect_failure(digitnet_set_allocator(NULL), DIGITNET_ESTATE, "2 allocations");
    dnn_release(memory);
    dnn_release(string);
    assert_int_equal(counts.live, 0);
    assert_int_equal(counts.bytes, 0);
    counts.failing = true;
    assert_null(dnn_allocate(10));
    expect_ok(digitnet_set_allocator(NULL));
    memory = dnn_allocate(10);
    assert_non_null(memory);
    assert_int_equal(counts.live, 0);
    dnn_release(memory);
}

static void incomplete_allocators_are_refused(void **state) {
    (void)state;
    digitnet_allocator hook = {.struct_size = sizeof hook, .allocate = counting_allocate};
    expect_failure(digitnet_set_allocator(&hook), DIGITNET_EINVAL, "release is NULL");
    hook.release = counting_release;
    hook.allocate = NULL;
    expect_failure(digitnet_set_allocator(&hook), DIGITNET_EINVAL, "allocate is NULL");
    hook.struct_size = 8;
    expect_failure(digitnet_set_allocator(&hook), DIGITNET_EINVAL, "struct_size");
}

/* ---- Random numbers ---- */

static uint64_t rotate(uint64_t bits, int count) {
    return bits << count | bits >> (64 - count);
}

/* The generators as their authors write them. */
static uint64_t reference_splitmix(uint64_t *place) {
    uint64_t z = (*place += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void generator_is_xoshiro(void **state) {
    (void)state;
    uint64_t place = 1234567;
    uint64_t s[4];
    dnn_random random;
    /* Published first output of splitmix64 for this seed. */
    uint64_t first = place;
    assert_true(reference_splitmix(&first) == UINT64_C(6457827717110365317));
    for (int i = 0; i < 4; ++i)
        s[i] = reference_splitmix(&place);
    dnn_random_seed(&random, 1234567);
    for (int i = 0; i < 1000; ++i) {
        uint64_t expected = rotate(s[1] * 5, 7) * 9;
        uint64_t t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = rotate(s[3], 45);
        assert_true(dnn_random_next(&random) == expected);
    }
}

static void floats_are_uniform(void **state) {
    (void)state;
    enum { COUNT = 200000 };
    dnn_random random;
    double sum = 0, squares = 0;
    dnn_random_seed(&random, 5);
    for (int i = 0; i < COUNT; ++i) {
        float value = dnn_random_float(&random);
        assert_true(value >= 0.0f && value < 1.0f);
        sum += value;
        squares += (double)value * value;
    }
    assert_true(fabs(sum / COUNT - 0.5) < 0.005);
    assert_true(fabs(squares / COUNT - 1.0 / 3.0) < 0.005);
}

static void bounded_numbers_are_uniform(void **state) {
    (void)state;
    enum { COUNT = 70000, BOUND = 7 };
    int counts[BOUND] = {0};
    dnn_random random;
    dnn_random_seed(&random, 6);
    for (int i = 0; i < COUNT; ++i) {
        uint64_t number = dnn_random_below(&random, BOUND);
        assert_true(number < BOUND);
        ++counts[number];
    }
    for (int i = 0; i < BOUND; ++i)
        assert_in_range(counts[i], 9600, 10400); /* four standard deviations */
    assert_int_equal(dnn_random_below(&random, 1), 0);
    /* Half of all numbers are in the excess of this bound: a plain remainder would give the low half twice as often. */
    int low = 0;
    uint64_t bound = (UINT64_C(1) << 63) + (UINT64_C(1) << 62);
    for (int i = 0; i < 10000; ++i) {
        uint64_t number = dnn_random_below(&random, bound);
        assert_true(number < bound);
        low += number < bound / 2;
    }
    assert_in_range(low, 4800, 5200);
}

static void mixed_seeds_differ(void **state) {
    (void)state;
    enum { SEEDS = 64 };
    static uint64_t mixed[SEEDS * SEEDS];
    uint64_t changed_bits = 0;
    for (uint64_t seed = 0; seed < SEEDS; ++seed)
        for (uint64_t place = 0; place < SEEDS; ++place)
            mixed[seed * SEEDS + place] = dnn_seed_mix(seed, place);
    for (size_t i = 0; i < SEEDS * SEEDS; ++i)
        for (size_t j = 0; j < i; ++j)
            assert_true(mixed[i] != mixed[j]);
    for (size_t i = 1; i < SEEDS * SEEDS; ++i)
        changed_bits += (uint64_t)__builtin_popcountll(mixed[i] ^ mixed[i - 1]);
    double mean = (double)changed_bits / (SEEDS * SEEDS - 1);
    assert_true(mean > 31.5 && mean < 32.5);
}

/* ---- Shapes ---- */

static void shapes_have_names(void **state) {
    (void)state;
    dnn_shape image = {.height = 28, .width = 30, .channels = 3};
    dnn_shape flat = {.height = 1, .width = 1, .channels = 128, .flat = true};
    dnn_shape widest = {.height = SIZE_MAX, .width = SIZE_MAX, .channels = SIZE_MAX};
    assert_string_equal(dnn_shape_text(image).text, "28x30x3");
    assert_string_equal(dnn_shape_text(flat).text, "128");
    assert_int_equal(strlen(dnn_shape_text(widest).text), sizeof(size_t) == 8 ? 62 : 32);
    assert_int_equal(dnn_shape_values(image), 2520);
    assert_int_equal(dnn_shape_values(flat), 128);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_have_sentences),
        cmocka_unit_test(message_belongs_to_its_thread),
        cmocka_unit_test(message_may_quote_the_last_one),
        cmocka_unit_test(long_message_is_cut),
        cmocka_unit_test(version_is_that_of_the_headers),
        cmocka_unit_test(numbers_become_text),
        cmocka_unit_test(text_becomes_the_same_number),
        cmocka_unit_test(random_doubles_survive),
        cmocka_unit_test(other_text_is_refused),
        cmocka_unit_test(options_default_to_zero),
        cmocka_unit_test(options_of_an_older_caller_are_read),
        cmocka_unit_test(options_of_a_newer_caller_need_a_zero_tail),
        cmocka_unit_test(options_with_a_wrong_size_are_refused),
        cmocka_unit_test(results_fit_the_caller),
        cmocka_unit_test(sizes_are_checked),
        cmocka_unit_test(memory_is_aligned),
        cmocka_unit_test(too_much_memory_is_an_error),
        cmocka_unit_test(strings_are_copied),
        cmocka_unit_test(arena_gives_places),
        cmocka_unit_test(arena_keeps_an_overflow),
        cmocka_unit_test(allocator_can_be_replaced),
        cmocka_unit_test(incomplete_allocators_are_refused),
        cmocka_unit_test(generator_is_xoshiro),
        cmocka_unit_test(floats_are_uniform),
        cmocka_unit_test(bounded_numbers_are_uniform),
        cmocka_unit_test(mixed_seeds_differ),
        cmocka_unit_test(shapes_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
