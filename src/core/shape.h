/* The shape of one sample. */
#ifndef DNN_CORE_SHAPE_H
#define DNN_CORE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Rows x columns x channels, or, where `flat`, `channels` values with height and width 1. */
typedef struct dnn_shape {
    size_t height, width, channels;
    bool flat;
} dnn_shape;

typedef struct dnn_shape_name {
    char text[72];
} dnn_shape_name;

/* "28x28x1", or "128" where flat. */
dnn_shape_name dnn_shape_text(dnn_shape shape);
/* Values in one sample; shapes are checked for overflow when they are made. */
size_t dnn_shape_values(dnn_shape shape);

#endif
