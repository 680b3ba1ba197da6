/* An attribute of a node, as it stands in the file. */
#ifndef DNN_IMPORT_ATTRIBUTE_H
#define DNN_IMPORT_ATTRIBUTE_H

#include "core/pool.h"
#include "onnx/wire.h"

typedef struct digitnet__import_attribute {
    digitnet__wire_view name;
    uint64_t type; /* DNN_ATTRIBUTE_TYPE_*, of which the fields below have the value */
    int64_t integer;
    float number;
    digitnet__wire_view text, message; /* of a tensor or a graph */
    const int64_t *integers;           /* INTS */
    const float *numbers;              /* FLOATS */
    size_t count;
} digitnet__import_attribute;

/* `*reference` is the attribute of a function's call that it stands for; empty: none. Numbers are the pool's. EFORMAT;
 * ENOMEM. */
digitnet_status digitnet__import_attribute_read(digitnet__import_attribute *attribute, digitnet__wire_view *reference,
                                                digitnet__pool *pool, digitnet__wire_view message);

#endif
