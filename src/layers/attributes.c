#include "layers/attributes.h"

#include <limits.h>
#include <math.h>

typedef enum value_type { COUNT, FLAG, NUMBER, ENUMERATION } value_type;

/* In a file a key means for ever what it means here, and an attribute that a later version adds is zero in the files of
 * this one. Enumerators stand by their numbers, which no version changes. */
static const struct attribute {
    const char *key;
    value_type type;
    size_t offset;
} all[] = {
    {"outputs", COUNT, offsetof(digitnet__attributes, outputs)},
    {"window_height", COUNT, offsetof(digitnet__attributes, window_height)},
    {"window_width", COUNT, offsetof(digitnet__attributes, window_width)},
    {"stride_height", COUNT, offsetof(digitnet__attributes, stride_height)},
    {"stride_width", COUNT, offsetof(digitnet__attributes, stride_width)},
    {"dilation_height", COUNT, offsetof(digitnet__attributes, dilation_height)},
    {"dilation_width", COUNT, offsetof(digitnet__attributes, dilation_width)},
    {"groups", COUNT, offsetof(digitnet__attributes, groups)},
    {"depth_multiplier", COUNT, offsetof(digitnet__attributes, depth_multiplier)},
    {"padding", ENUMERATION, offsetof(digitnet__attributes, padding)},
    {"no_bias", FLAG, offsetof(digitnet__attributes, no_bias)},
    {"kernel_initializer", ENUMERATION, offsetof(digitnet__attributes, kernel_initializer)},
    {"pointwise_initializer", ENUMERATION, offsetof(digitnet__attributes, pointwise_initializer)},
    {"bias_initializer", ENUMERATION, offsetof(digitnet__attributes, bias_initializer)},
    {"activation", ENUMERATION, offsetof(digitnet__attributes, activation)},
    {"alpha", NUMBER, offsetof(digitnet__attributes, alpha)},
    {"rate", NUMBER, offsetof(digitnet__attributes, rate)},
    {"kernel_l1", NUMBER, offsetof(digitnet__attributes, kernel_l1)},
    {"kernel_l2", NUMBER, offsetof(digitnet__attributes, kernel_l2)},
    {"pointwise_l1", NUMBER, offsetof(digitnet__attributes, pointwise_l1)},
    {"pointwise_l2", NUMBER, offsetof(digitnet__attributes, pointwise_l2)},
    {"bias_l1", NUMBER, offsetof(digitnet__attributes, bias_l1)},
    {"bias_l2", NUMBER, offsetof(digitnet__attributes, bias_l2)},
    {"epsilon", NUMBER, offsetof(digitnet__attributes, epsilon)},
    {"momentum", NUMBER, offsetof(digitnet__attributes, momentum)},
    {"no_center", FLAG, offsetof(digitnet__attributes, no_center)},
    {"no_scale", FLAG, offsetof(digitnet__attributes, no_scale)},
    {"unbiased_moving_variance", FLAG, offsetof(digitnet__attributes, unbiased_moving_variance)},
    {"count_include_pad", FLAG, offsetof(digitnet__attributes, count_include_pad)},
    {"keepdims", FLAG, offsetof(digitnet__attributes, keepdims)},
    {"top", COUNT, offsetof(digitnet__attributes, top)},
    {"bottom", COUNT, offsetof(digitnet__attributes, bottom)},
    {"left", COUNT, offsetof(digitnet__attributes, left)},
    {"right", COUNT, offsetof(digitnet__attributes, right)},
    {"output_padding_height", COUNT, offsetof(digitnet__attributes, output_padding_height)},
    {"output_padding_width", COUNT, offsetof(digitnet__attributes, output_padding_width)},
    {"size_height", COUNT, offsetof(digitnet__attributes, size_height)},
    {"size_width", COUNT, offsetof(digitnet__attributes, size_width)},
    {"interpolation", ENUMERATION, offsetof(digitnet__attributes, interpolation)},
    {"per_channel", FLAG, offsetof(digitnet__attributes, per_channel)},
    {"scale", NUMBER, offsetof(digitnet__attributes, scale)},
    {"offset", NUMBER, offsetof(digitnet__attributes, offset)},
    {"first", COUNT, offsetof(digitnet__attributes, first)},
    {"axis_rows", COUNT, offsetof(digitnet__attributes, axis_rows)},
    {"axis_columns", COUNT, offsetof(digitnet__attributes, axis_columns)},
    {"axis_channels", COUNT, offsetof(digitnet__attributes, axis_channels)},
    {"exponent", NUMBER, offsetof(digitnet__attributes, exponent)},
};
enum { ATTRIBUTES = sizeof all / sizeof *all };

const char *digitnet__attribute_key(size_t index) {
    return index < ATTRIBUTES ? all[index].key : NULL;
}

void digitnet__attributes_unsign_zeros(digitnet__attributes *attributes) {
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        void *place = (char *)attributes + all[i].offset;
        if (all[i].type == NUMBER)
            *(double *)place += 0.0; /* -0 + 0 = 0 */
    }
}

bool digitnet__attribute_text(digitnet__number *text, const digitnet__attributes *attributes, size_t index) {
    const void *place = (const char *)attributes + all[index].offset;
    uint64_t count;
    switch (all[index].type) {
    case NUMBER:
        *text = digitnet__number_text(*(const double *)place);
        return *(const double *)place != 0;
    case COUNT:
        count = *(const size_t *)place;
        break;
    case FLAG:
        count = *(const bool *)place;
        break;
    default: /* ENUMERATION: an int, and never negative */
        count = (uint64_t) * (const int *)place;
    }
    *text = digitnet__count_text(count);
    return count != 0;
}

bool digitnet__attribute_parse(digitnet__attributes *attributes, size_t index, const char *text) {
    static const uint64_t most[] = {[COUNT] = SIZE_MAX, [FLAG] = 1, [ENUMERATION] = INT_MAX};
    void *place = (char *)attributes + all[index].offset;
    value_type type = all[index].type;
    uint64_t count;
    if (type == NUMBER)
        return digitnet__number_parse(place, text) && isfinite(*(const double *)place);
    if (!digitnet__count_parse(&count, text) || count == 0 || count > most[type])
        return false;
    if (type == COUNT)
        *(size_t *)place = (size_t)count;
    else if (type == FLAG)
        *(bool *)place = true;
    else
        *(int *)place = (int)count;
    return true;
}
