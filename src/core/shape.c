#include "core/shape.h"

#include <stdio.h>

dnn_shape_name dnn_shape_text(dnn_shape shape) {
    dnn_shape_name name;
    if (shape.flat)
        snprintf(name.text, sizeof name.text, "%zu", shape.channels);
    else
        snprintf(name.text, sizeof name.text, "%zux%zux%zu", shape.height, shape.width, shape.channels);
    return name;
}

size_t dnn_shape_values(dnn_shape shape) {
    return shape.height * shape.width * shape.channels;
}
