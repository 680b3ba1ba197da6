/* Checked sizes, memory through the hook, and arenas. */
#include "core/memory.h"
#include "core/status.h"
#include "expect.h"
#include "own_memory.h"

#include <stdlib.h>

static void sizes_are_checked(void **state) {
    (void)state;
    size_t result = 7;
    assert_true(digitnet__size_add(&result, SIZE_MAX - 1, 1));
    assert_true(result == SIZE_MAX);
    assert_false(digitnet__size_add(&result, SIZE_MAX, 1));
    assert_true(result == SIZE_MAX);
    assert_true(digitnet__size_multiply(&result, SIZE_MAX, 0));
    assert_int_equal(result, 0);
    assert_true(digitnet__size_multiply(&result, 0, SIZE_MAX));
    assert_true(digitnet__size_multiply(&result, SIZE_MAX / 2, 2));
    assert_true(result == SIZE_MAX - 1);
    assert_false(digitnet__size_multiply(&result, SIZE_MAX / 2 + 1, 2));
    assert_true(digitnet__size_product(&result, (size_t[]){2, 3, 5}, 3));
    assert_int_equal(result, 30);
    assert_false(digitnet__size_product(&result, (size_t[]){SIZE_MAX, 1, 2}, 3));
    assert_int_equal(result, 30);
    assert_true(digitnet__size_product(&result, NULL, 0));
    assert_int_equal(result, 1);
}

static void memory_is_aligned(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 63, 64, 65, 1000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *memory = digitnet__allocate_zeroed(sizes[i]);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % DNN_ALIGNMENT, 0);
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(memory[at], 0);
        memset(memory, 0xff, sizes[i]);
        digitnet__release(memory);
    }
    digitnet__release(NULL);
}

static void too_much_memory_is_an_error(void **state) {
    (void)state;
    volatile size_t wanted = SIZE_MAX; /* the compiler warns of constants */
    digitnet__fail(DIGITNET_EINVAL, "before");
    assert_null(digitnet__allocate(wanted));
    assert_non_null(strstr(digitnet_last_error(), "out of memory"));
    assert_null(digitnet__allocate_zeroed(wanted - 10));
    assert_null(digitnet__allocate_array(wanted / 4 + 2, 4));
    assert_null(digitnet__allocate_zeroed_array(4, wanted / 4 + 2));
}

static void strings_are_copied(void **state) {
    (void)state;
    char text[] = "conv2d";
    char *copy = digitnet__copy_string(text);
    assert_ptr_not_equal(copy, text);
    assert_string_equal(copy, text);
    digitnet__release(copy);
}

static void arena_gives_places(void **state) {
    (void)state;
    digitnet__arena arena = {0};
    size_t first = digitnet__arena_reserve(&arena, 3, sizeof(float));
    size_t second = digitnet__arena_reserve(&arena, 100, 1);
    size_t empty = digitnet__arena_reserve(&arena, 0, 8);
    size_t last = digitnet__arena_reserve(&arena, 1, sizeof(double));
    assert_int_equal(first, 0);
    assert_int_equal(second, 64);
    assert_int_equal(empty, 192);
    assert_int_equal(last, 192);
    assert_true(digitnet__arena_allocate(&arena));
    assert_ptr_equal((unsigned char *)digitnet__arena_at(&arena, second) - 64, digitnet__arena_at(&arena, first));
    assert_int_equal((uintptr_t)digitnet__arena_at(&arena, last) % DNN_ALIGNMENT, 0);
    assert_true(*(double *)digitnet__arena_at(&arena, last) == 0.0);
    digitnet__arena_release(&arena);
    assert_null(arena.memory);
}

static void arena_keeps_an_overflow(void **state) {
    (void)state;
    digitnet__arena arena = {0};
    digitnet__arena_reserve(&arena, SIZE_MAX / 2, 4);
    digitnet__arena_reserve(&arena, 1, 1);
    assert_false(digitnet__arena_allocate(&arena));
    digitnet__arena_release(&arena);
    digitnet__arena_reserve(&arena, SIZE_MAX - 10, 1); /* rounded up to the alignment it overflows */
    assert_false(digitnet__arena_allocate(&arena));
    digitnet__arena_release(&arena);
    digitnet__arena_reserve(&arena, 1, 1);
    digitnet__arena_reserve(&arena, SIZE_MAX, 1); /* behind what is booked already */
    assert_false(digitnet__arena_allocate(&arena));
    digitnet__arena_release(&arena);
}

/* An allocator that counts, checks what it is given back, and fails on demand. */
typedef struct counting {
    size_t live, bytes;
    bool failing;
} counting;

static void *counting_allocate(void *user_data, size_t size, size_t alignment) {
    counting *counts = user_data;
    assert_true(size > 0);
    void *memory = counts->failing ? NULL : own_memory(size, alignment);
    if (!memory)
        return NULL;
    memset(memory, 0xa5, size);
    counts->live++;
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
    char *memory = digitnet__allocate_zeroed(100);
    char *string = digitnet__copy_string("text");
    assert_int_equal(counts.live, 2);
    assert_true(counts.bytes >= 105);
    assert_int_equal(memory[99], 0);
    expect_failure(digitnet_set_allocator(NULL), DIGITNET_ESTATE, "2 allocations");
    digitnet__release(memory);
    digitnet__release(string);
    assert_int_equal(counts.live, 0);
    assert_int_equal(counts.bytes, 0);
    counts.failing = true;
    assert_null(digitnet__allocate(10));
    expect_ok(digitnet_set_allocator(NULL));
    memory = digitnet__allocate(10);
    assert_non_null(memory);
    assert_int_equal(counts.live, 0);
    digitnet__release(memory);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_checked),           cmocka_unit_test(memory_is_aligned),
        cmocka_unit_test(too_much_memory_is_an_error), cmocka_unit_test(strings_are_copied),
        cmocka_unit_test(arena_gives_places),          cmocka_unit_test(arena_keeps_an_overflow),
        cmocka_unit_test(allocator_can_be_replaced),   cmocka_unit_test(incomplete_allocators_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
