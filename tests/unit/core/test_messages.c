/* Statuses, messages, the version, and shapes as messages have them. */
#include "core/shape.h"
#include "core/status.h"
#include "digitnet/version.h"
#include "expect.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>

static void statuses_have_sentences(void **state) {
    (void)state;
    assert_string_equal(digitnet_status_string(DIGITNET_OK), "success");
    for (int code = DIGITNET_OK; code >= DIGITNET_ENOTFINITE; --code)
        assert_string_not_equal(digitnet_status_string((digitnet_status)code), "unknown status");
    assert_string_equal(digitnet_status_string((digitnet_status)1), "unknown status");
    assert_string_equal(digitnet_status_string((digitnet_status)-100), "unknown status");
}

static void *fail_elsewhere(void *message) {
    strcpy(message, digitnet_last_error());
    digitnet__fail(DIGITNET_EIO, "elsewhere");
    return NULL;
}

static void other_numbers_are_no_statuses(void **state) {
    (void)state;
#define IS_STATUS(name, value, text) assert_true(digitnet__is_status(DIGITNET_##name));
    DIGITNET_STATUS_MAP(IS_STATUS)
#undef IS_STATUS
    static const int others[] = {1, 2, -15, -99, INT_MAX, INT_MIN};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(digitnet__is_status(others[i]));
}

static void message_belongs_to_its_thread(void **state) {
    (void)state;
    char seen_first[64] = "unset";
    pthread_t thread;
    assert_int_equal(digitnet__fail(DIGITNET_ESHAPE, "here: %d of %s", 3, "four"), DIGITNET_ESHAPE);
    assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, seen_first), 0);
    pthread_join(thread, NULL);
    assert_string_equal(seen_first, "");
    assert_string_equal(digitnet_last_error(), "here: 3 of four");
}

static void message_may_quote_the_last_one(void **state) {
    (void)state;
    digitnet__fail(DIGITNET_EINVAL, "inner");
    digitnet__fail(DIGITNET_EINVAL, "outer: %s", digitnet_last_error());
    assert_string_equal(digitnet_last_error(), "outer: inner");
}

static void long_message_is_cut(void **state) {
    (void)state;
    char text[4000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    digitnet__fail(DIGITNET_EINVAL, "%s", text);
    assert_int_equal(strlen(digitnet_last_error()), 2047);
    /* What the C library cannot print: no character. */
    assert_int_equal(digitnet__fail(DIGITNET_EIO, "no %ls", (const wchar_t[]){0x7fffffff, 0}), DIGITNET_EIO);
    assert_string_equal(digitnet_last_error(), "");
}

static void program_sets_its_own_message(void **state) {
    (void)state;
    digitnet__fail(DIGITNET_EIO, "first");
    digitnet_set_error("second");
    assert_string_equal(digitnet_last_error(), "second");
    digitnet_set_error(NULL);
    assert_string_equal(digitnet_last_error(), "second");
    digitnet_set_error(digitnet_last_error() + 3);
    assert_string_equal(digitnet_last_error(), "ond");
    digitnet_set_error("");
    assert_string_equal(digitnet_last_error(), "");
}

/* A cut never leaves a part of a character: here of 1 to 4 bytes, at each place that the cut can divide. */
static void long_message_is_cut_between_characters(void **state) {
    (void)state;
    static const char *const characters[] = {"x", "\u00df", "\u20ac", "\U0001F600"};
    for (size_t which = 0; which < 4; which++) {
        size_t size = which + 1;
        for (size_t shift = 0; shift < size; shift++) {
            char text[4096];
            memset(text, 'a', shift);
            size_t length = shift;
            for (; length + size < 2400; length += size)
                memcpy(text + length, characters[which], size);
            text[length] = '\0';
            size_t expected = shift + (2047 - shift) / size * size;
            digitnet_set_error(text);
            assert_int_equal(strlen(digitnet_last_error()), expected);
            digitnet__fail(DIGITNET_EIO, "%s", text);
            assert_int_equal(strlen(digitnet_last_error()), expected);
        }
    }
    char broken[4096]; /* no UTF-8: cut where it is full */
    memset(broken, '\x80', sizeof broken);
    broken[sizeof broken - 1] = '\0';
    digitnet_set_error(broken);
    assert_int_equal(strlen(digitnet_last_error()), 2047);
}

static void messages_are_known_by_when_they_came(void **state) {
    (void)state;
    digitnet__fail(DIGITNET_EIO, "old");
    uint64_t before = digitnet__message_count();
    assert_string_equal(digitnet__message_since(before, DIGITNET_EIO), "");
    digitnet__fail(DIGITNET_EIO, "new");
    assert_string_equal(digitnet__message_since(before, DIGITNET_EIO), "new");
    assert_string_equal(digitnet__message_since(before, DIGITNET_EFORMAT), "");
    digitnet_set_error("own");
    assert_string_equal(digitnet__message_since(before, DIGITNET_EFORMAT), "own");
}

static void version_is_that_of_the_headers(void **state) {
    (void)state;
    char numbers[32];
    snprintf(numbers, sizeof numbers, "%d.%d.%d", DIGITNET_VERSION_MAJOR, DIGITNET_VERSION_MINOR,
             DIGITNET_VERSION_PATCH);
    assert_string_equal(digitnet_version(), numbers);
}

static void shapes_have_names(void **state) {
    (void)state;
    digitnet__shape image = {.height = 28, .width = 30, .channels = 3};
    digitnet__shape flat = {.height = 1, .width = 1, .channels = 128, .flat = true};
    digitnet__shape widest = {.height = SIZE_MAX, .width = SIZE_MAX, .channels = SIZE_MAX};
    assert_string_equal(digitnet__shape_text(image).text, "28x30x3");
    assert_string_equal(digitnet__shape_text(flat).text, "128");
    assert_int_equal(strlen(digitnet__shape_text(widest).text), sizeof(size_t) == 8 ? 62 : 32);
    assert_int_equal(digitnet__shape_values(image), 2520);
    assert_int_equal(digitnet__shape_values(flat), 128);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_have_sentences),
        cmocka_unit_test(other_numbers_are_no_statuses),
        cmocka_unit_test(message_belongs_to_its_thread),
        cmocka_unit_test(message_may_quote_the_last_one),
        cmocka_unit_test(long_message_is_cut),
        cmocka_unit_test(program_sets_its_own_message),
        cmocka_unit_test(long_message_is_cut_between_characters),
        cmocka_unit_test(messages_are_known_by_when_they_came),
        cmocka_unit_test(version_is_that_of_the_headers),
        cmocka_unit_test(shapes_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
