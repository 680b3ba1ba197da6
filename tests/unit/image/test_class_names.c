/* Names of classes as the examples show them. */
#include "../../../examples/class_names.h"
#include "expect.h"

#include <stdio.h>
#include <string.h>

#define LONG_NAME "äöüäöüäöüäöüäöüäöüäöüäöü" /* 24 characters */

static void names_are_cut_by_their_width(void **state) {
    (void)state;
    static const struct {
        const char *name, *shown;
        size_t width;
    } names[] = {
        {"cat", "cat", 3},
        {"", "", 0},
        {LONG_NAME, LONG_NAME, 24},
        {LONG_NAME "x", "äöüäöüäöüäöüäöüäöüäöüäö…", 24},
        {"\U0001f408\U0001f415", "\U0001f408\U0001f415", 4},
        {"猫猫猫猫猫猫猫猫猫猫猫猫", "猫猫猫猫猫猫猫猫猫猫猫猫", 24},
        {"猫猫猫猫猫猫猫猫猫猫猫猫x", "猫猫猫猫猫猫猫猫猫猫猫…", 23},
        {"K\xe4se – K\xe4se", "K\xe4se – K\xe4se", 11},
        {"two\nlines\x7f", "two?lines?", 10},
        {"\xc3", "\xc3", 1},
        {"\x80\x80\x80\x80\x80\x80", "\x80\x80\x80\x80\x80\x80", 2}, /* no UTF-8: taken as it is, four bytes at most */
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[NAME_SIZE], *name = (char *)(uintptr_t)names[i].name;
        assert_int_equal(show_class_name(text, &name, 0), names[i].width);
        assert_string_equal(text, names[i].shown);
    }
}

static void numbers_stand_for_names(void **state) {
    (void)state;
    char text[NAME_SIZE], one[] = "a", two[] = "ab", three[] = "abc";
    assert_int_equal(show_class_name(text, NULL, 12), 2);
    assert_string_equal(text, "12");
    assert_int_equal(widest_class_name(NULL, 10), 1);
    assert_int_equal(widest_class_name(NULL, 11), 2);
    assert_int_equal(widest_class_name((char *[]){one, three, two}, 3), 3);
}

static void names_are_quoted_for_gnuplot(void **state) {
    (void)state;
    char written[64] = "", first[] = "a", second[] = "it's 50%", *names[] = {first, second};
    FILE *script = fmemopen(written, sizeof written, "w");
    assert_non_null(script);
    write_class_name(script, names, 1);
    fputc('|', script);
    write_class_tic(script, names, 1);
    assert_int_equal(fclose(script), 0);
    assert_string_equal(written, "it''s 50%|it''s 50%%");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_cut_by_their_width),
        cmocka_unit_test(numbers_stand_for_names),
        cmocka_unit_test(names_are_quoted_for_gnuplot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
