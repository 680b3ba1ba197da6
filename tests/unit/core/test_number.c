/* Numbers as text, in whatever locale. */
#include "core/number.h"
#include "core/random.h"
#include "expect.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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
#define digitnet__number_text exotic_number_text
#define digitnet__number_parse exotic_number_parse
#define digitnet__count_text exotic_count_text
#define digitnet__count_parse exotic_count_parse
digitnet__number exotic_number_text(double value);
bool exotic_number_parse(double *value, const char *text);
digitnet__number exotic_count_text(uint64_t value);
bool exotic_count_parse(uint64_t *value, const char *text);
#include "../src/core/number.c"
#undef snprintf
#undef strtod
#undef digitnet__number_text
#undef digitnet__number_parse
#undef digitnet__count_text
#undef digitnet__count_parse

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
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_string_equal(digitnet__number_text(numbers[i].value).text, numbers[i].text);
        assert_string_equal(exotic_number_text(numbers[i].value).text, numbers[i].text);
    }
    assert_string_equal(digitnet__number_text(NAN).text, "nan");
    assert_string_equal(digitnet__number_text(-(double)NAN).text, "nan");
}

static void text_becomes_the_same_number(void **state) {
    (void)state;
    double value;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_true(digitnet__number_parse(&value, numbers[i].text));
        assert_memory_equal(&value, &numbers[i].value, sizeof value);
        assert_true(exotic_number_parse(&value, numbers[i].text));
        assert_memory_equal(&value, &numbers[i].value, sizeof value);
    }
    assert_true(digitnet__number_parse(&value, "nan"));
    assert_true(isnan(value));
}

static void random_doubles_survive(void **state) {
    (void)state;
    digitnet__random random;
    digitnet__random_seed(&random, 4);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = digitnet__random_next(&random);
        double value, back;
        memcpy(&value, &bits, sizeof value);
        if (isnan(value))
            continue;
        digitnet__number text = digitnet__number_text(value);
        assert_true(digitnet__number_parse(&back, text.text));
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
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value = 7;
        if (digitnet__number_parse(&value, texts[i]) || value != 7)
            fail_msg("\"%s\" was read as %f", texts[i], value);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_become_text),
        cmocka_unit_test(text_becomes_the_same_number),
        cmocka_unit_test(random_doubles_survive),
        cmocka_unit_test(other_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
