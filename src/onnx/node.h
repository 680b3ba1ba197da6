/* Operators' nodes in the file: their inputs and their attributes. */
#ifndef DNN_ONNX_NODE_H
#define DNN_ONNX_NODE_H

#include "onnx/wire.h"

enum { DNN_ONNX_INTEGERS_MAX = 4 };

typedef struct digitnet__onnx_node {
    digitnet__wire_view message, name, type, output;
    const digitnet__wire_view *inputs;
    size_t input_count; /* optional ones that are left out at the end not counted */
} digitnet__onnx_node;

/* How many inputs the message names, left out ones too. */
digitnet_status digitnet__onnx_count_inputs(size_t *count, digitnet__wire_view message);
/* `inputs` has room for as many. EUNSUPPORTED for a foreign domain, or more outputs than any operator here has. */
digitnet_status digitnet__onnx_parse_node(digitnet__onnx_node *node, digitnet__wire_view message,
                                          digitnet__wire_view *inputs);

/* Fails with a message that begins with the node's name, operator and place. */
digitnet_status digitnet__onnx_fail_node(digitnet_status status, const digitnet__onnx_node *node, const char *format,
                                         ...) __attribute__((format(printf, 3, 4), cold));

/* An attribute that an operator understands, with its default; filled in by digitnet__onnx_read_attributes(). */
typedef struct digitnet__onnx_attribute {
    const char *name;
    int type;                                /* DNN_ATTRIBUTE_TYPE_* */
    size_t count;                            /* of INTS, exactly */
    int64_t integers[DNN_ONNX_INTEGERS_MAX]; /* INT: the first */
    float number;
    digitnet__wire_view text;
    bool present;
} digitnet__onnx_attribute;

/* Attributes of the node that is being written. */
void digitnet__onnx_write_integer(digitnet__wire_writer *writer, const char *name, uint64_t value);
void digitnet__onnx_write_number(digitnet__wire_writer *writer, const char *name, float value);
void digitnet__onnx_write_integers(digitnet__wire_writer *writer, const char *name, const size_t *values, size_t count);

/* EUNSUPPORTED for an attribute that is not in the list, EFORMAT for one of another type or that stands twice. */
digitnet_status digitnet__onnx_read_attributes(const digitnet__onnx_node *node, digitnet__onnx_attribute *attributes,
                                               size_t count);

#endif
