/* How option structs of older and newer programs are read, and results written for them. */
#include "core/options.h"
#include "core/status.h"
#include "expect.h"

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
    expect_ok(digitnet__options_read(&own, sizeof own, sizeof(first_options), NULL, "options"));
    assert_int_equal(own.struct_size, sizeof own);
    assert_int_equal(own.count, 0);
}

static void options_of_an_older_caller_are_read(void **state) {
    (void)state;
    second_options own = {0};
    first_options theirs = {.struct_size = sizeof theirs, .count = 5};
    expect_ok(digitnet__options_read(&own, sizeof own, sizeof theirs, &theirs, "options"));
    assert_int_equal(own.struct_size, sizeof own);
    assert_int_equal(own.count, 5);
    assert_int_equal(own.added, 0);
}

static void options_of_a_newer_caller_need_a_zero_tail(void **state) {
    (void)state;
    first_options own = {0};
    second_options theirs = {.struct_size = sizeof theirs, .count = 5};
    expect_ok(digitnet__options_read(&own, sizeof own, sizeof own, &theirs, "options"));
    assert_int_equal(own.count, 5);
    theirs.added = 1;
    own.count = 0;
    expect_failure(digitnet__options_read(&own, sizeof own, sizeof own, &theirs, "options"), DIGITNET_EVERSION,
                   "options");
    assert_int_equal(own.count, 5); /* what is known is read all the same */
}

static void options_with_a_wrong_size_are_refused(void **state) {
    (void)state;
    first_options own = {0};
    static const size_t sizes[] = {0, 1, sizeof own - 1, 4097, SIZE_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        first_options theirs = {.struct_size = sizes[i], .count = 5};
        expect_failure(digitnet__options_read(&own, sizeof own, sizeof own, &theirs, "options"), DIGITNET_EINVAL,
                       "struct_size");
    }
}

static void results_fit_the_caller(void **state) {
    (void)state;
    second_options own = {.struct_size = sizeof own, .count = 3, .added = 4};
    second_options theirs = {.struct_size = sizeof(first_options), .added = 77};
    expect_ok(digitnet__result_check(&theirs, sizeof(first_options), "result"));
    digitnet__result_write(&theirs, &own, sizeof own);
    assert_int_equal(theirs.struct_size, sizeof(first_options));
    assert_int_equal(theirs.count, 3);
    assert_int_equal(theirs.added, 77);
    theirs.struct_size = sizeof theirs;
    digitnet__result_write(&theirs, &own, sizeof own);
    assert_int_equal(theirs.added, 4);
    expect_failure(digitnet__result_check(NULL, sizeof own, "result"), DIGITNET_EINVAL, "NULL");
    theirs.struct_size = 3;
    expect_failure(digitnet__result_check(&theirs, sizeof own, "result"), DIGITNET_EINVAL, "struct_size");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_default_to_zero),
        cmocka_unit_test(options_of_an_older_caller_are_read),
        cmocka_unit_test(options_of_a_newer_caller_need_a_zero_tail),
        cmocka_unit_test(options_with_a_wrong_size_are_refused),
        cmocka_unit_test(results_fit_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
