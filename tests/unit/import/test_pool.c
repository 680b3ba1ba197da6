#include "core/pool.h"
#include "support.h"

#include <stdint.h>
#include <string.h>

static void memory_is_zeroed_and_kept(void **state) {
    (void)state;
    digitnet__pool pool = {.left = 1000};
    void *array = NULL;
    size_t capacity = 0;
    for (size_t i = 0; i < 50; i++) {
        expect_ok(digitnet__pool_grow(&array, &capacity, &pool, i, sizeof(uint32_t)));
        assert_int_equal(((uint32_t *)array)[i], 0);
        ((uint32_t *)array)[i] = (uint32_t)i;
    }
    for (size_t i = 0; i < 50; i++)
        assert_int_equal(((uint32_t *)array)[i], i);
    assert_true(capacity >= 50);
    digitnet__pool_release(&pool);
    assert_null(pool.last);
}

static void more_than_is_left_is_refused(void **state) {
    (void)state;
    digitnet__pool pool = {.left = 100};
    void *memory = NULL;
    expect_ok(digitnet__pool_allocate(&memory, &pool, 25, 3));
    expect_failure(digitnet__pool_allocate(&memory, &pool, 26, 1), DIGITNET_ELIMIT, "26 elements of 1 bytes");
    expect_failure(digitnet__pool_allocate(&memory, &pool, SIZE_MAX, 16), DIGITNET_ELIMIT, "exceed the limit");
    expect_ok(digitnet__pool_allocate(&memory, &pool, 25, 1));
    expect_ok(digitnet__pool_allocate(&memory, &pool, 0, 1));
    digitnet__pool_release(&pool);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_kept),
        cmocka_unit_test(more_than_is_left_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
