/* The shape of one sample. */
#ifndef DNN_CORE_SHAPE_H
#define DNN_CORE_SHAPE_H

#include "core/ieee.h"

#include <stdbool.h>
#include <stddef.h>

/* Rows x columns x channels, or, where `flat`, `channels` values with height and width 1. */
typedef struct digitnet__shape {
    size_t height, width, channels;
    bool flat;
} digitnet__shape;

typedef struct digitnet__shape_name {
    char text[72];
} digitnet__shape_name;

/* "28x28x1", or "128" where flat. */
digitnet__shape_name digitnet__shape_text(digitnet__shape shape);
bool digitnet__shape_equal(digitnet__shape a, digitnet__shape b);
/* Values in one sample; shapes are checked for overflow when they are made. */
size_t digitnet__shape_values(digitnet__shape shape);

#endif
