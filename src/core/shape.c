#include "core/shape.h"

#include <stdio.h>

digitnet__shape_name digitnet__shape_text(digitnet__shape shape) {
    digitnet__shape_name name;
    if (shape.flat)
        snprintf(name.text, sizeof name.text, "%zu", shape.channels);
    else
        snprintf(name.text, sizeof name.text, "%zux%zux%zu", shape.height, shape.width, shape.channels);
    return name;
}

bool digitnet__shape_equal(digitnet__shape a, digitnet__shape b) {
    return a.height == b.height && a.width == b.width && a.channels == b.channels && a.flat == b.flat;
}

size_t digitnet__shape_values(digitnet__shape shape) {
    return shape.height * shape.width * shape.channels;
}
