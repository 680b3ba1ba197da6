/* Operators' nodes in the file: their inputs and their attributes. */
#ifndef DNN_ONNX_NODE_H
#define DNN_ONNX_NODE_H

#include "onnx/wire.h"

enum { DNN_ONNX_INPUTS_MAX = 3, DNN_ONNX_INTEGERS_MAX = 4 };

typedef struct dnn_onnx_node {
    dnn_wire_view message, name, type, output;
    dnn_wire_view inputs[DNN_ONNX_INPUTS_MAX];
    size_t input_count; /* optional ones that are left out at the end not counted */
} dnn_onnx_node;

/* EUNSUPPORTED for a foreign domain, or for more inputs or outputs than any operator here has. */
digitnet_status dnn_onnx_parse_node(dnn_onnx_node *node, dnn_wire_view message);

/* Fails with a message that begins with the node's name, operator and place. */
digitnet_status dnn_onnx_fail_node(digitnet_status status, const dnn_onnx_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold));

/* An attribute that an operator understands, with its default; filled in by dnn_onnx_read_attributes(). */
typedef struct dnn_onnx_attribute {
    const char *name;
    int type;                                /* DNN_ATTRIBUTE_TYPE_* */
    size_t count;                            /* of INTS, exactly */
    int64_t integers[DNN_ONNX_INTEGERS_MAX]; /* INT: the first */
    float number;
    dnn_wire_view text;
    bool present;
} dnn_onnx_attribute;

/* Attributes of the node that is being written. */
void dnn_onnx_write_integer(dnn_wire_writer *writer, const char *name, uint64_t value);
void dnn_onnx_write_integers(dnn_wire_writer *writer, const char *name, const size_t *values, size_t count);

/* EUNSUPPORTED for an attribute that is not in the list, EFORMAT for one of another type or that stands twice. */
digitnet_status dnn_onnx_read_attributes(const dnn_onnx_node *node, dnn_onnx_attribute *attributes, size_t count);

#endif
