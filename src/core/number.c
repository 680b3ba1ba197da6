#include "core/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"

/* What the host's locale writes between the units and the tenths; up to a few bytes long. */
typedef struct decimal_point {
    char text[8];
    size_t length;
} decimal_point;

static decimal_point host_decimal_point(void) {
    decimal_point point = {.length = 0};
    char half[1 + sizeof point.text] = "0.5"; /* so that what stands behind the 0 has room in the point's text */
    snprintf(half, sizeof half, "%.1f", 0.5);
    point.length = strcspn(half + 1, "5");
    memcpy(point.text, half + 1, point.length);
    return point;
}

digitnet__number digitnet__number_text(double value) {
    digitnet__number number = {.text = "nan"};
    if (isnan(value))
        return number;
    if (isinf(value)) {
        strcpy(number.text, value < 0 ? "-inf" : "inf");
        return number;
    }
    int digits = 15;
    do
        snprintf(number.text, sizeof number.text, "%.*g", digits, value);
    while (digits++ < 17 && strtod(number.text, NULL) != value);
    decimal_point point = host_decimal_point();
    char *found = strstr(number.text, point.text);
    if (found) {
        *found = '.';
        memmove(found + 1, found + point.length, strlen(found + point.length) + 1);
    }
    return number;
}

/* The length of -?D+(.D+)?(e[+-]?D+)?, D a digit, or 0 where the text does not begin so; *fraction is where the '.' is,
 * or NULL. */
static size_t match_decimal(const char *text, const char **fraction) {
    const char *place = text + (*text == '-');
    size_t digits = strspn(place, DIGITS);
    *fraction = NULL;
    if (digits == 0)
        return 0;
    place += digits;
    if (*place == '.') {
        *fraction = place;
        digits = strspn(place + 1, DIGITS);
        if (digits == 0)
            return 0;
        place += 1 + digits;
    }
    if (*place == 'e') {
        place++;
        place += *place == '+' || *place == '-';
        digits = strspn(place, DIGITS);
        if (digits == 0)
            return 0;
        place += digits;
    }
    return (size_t)(place - text);
}

static bool parse_special(double *value, const char *text) {
    bool negative = *text == '-';
    if (strcmp(text + negative, "inf") == 0)
        *value = negative ? -HUGE_VAL : HUGE_VAL;
    else if (strcmp(text, "nan") == 0)
        *value = (double)NAN;
    else
        return false;
    return true;
}

bool digitnet__number_parse(double *value, const char *text) {
    char local[sizeof(digitnet__number) + sizeof(decimal_point)]; /* the text with the host's decimal point */
    const char *fraction;
    size_t length = match_decimal(text, &fraction);
    if (length == 0)
        return parse_special(value, text);
    if (length >= sizeof(digitnet__number) || text[length] != '\0')
        return false;
    memcpy(local, text, length + 1);
    if (fraction) {
        decimal_point point = host_decimal_point();
        size_t place = (size_t)(fraction - text);
        memcpy(local + place, point.text, point.length);
        memcpy(local + place + point.length, fraction + 1, length - place);
    }
    double result = strtod(local, NULL);
    if (!isfinite(result))
        return false;
    *value = result;
    return true;
}

digitnet__number digitnet__count_text(uint64_t value) {
    digitnet__number number;
    snprintf(number.text, sizeof number.text, "%" PRIu64, value);
    return number;
}

bool digitnet__count_parse(uint64_t *value, const char *text) {
    uint64_t result = 0;
    if (!*text || (*text == '0' && text[1]))
        return false;
    for (; *text; text++) {
        unsigned digit = (unsigned)(*text - '0');
        if (digit > 9 || result > (UINT64_MAX - digit) / 10)
            return false;
        result = 10 * result + digit;
    }
    *value = result;
    return true;
}
