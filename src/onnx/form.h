/* How kinds of layers stand in an ONNX file: what their files use to write their nodes. */
#ifndef DNN_ONNX_FORM_H
#define DNN_ONNX_FORM_H

#include "onnx/attribute.h"
#include "onnx/tensor.h"

struct digitnet__layer;

/* The nodes of one layer, being written. */
typedef struct digitnet__onnx_nodes {
    digitnet__wire_writer *writer;
    const struct digitnet__layer *layer;
    const char *layer_name;
    /* The names of the values that the layer takes. */
    digitnet__onnx_name (*input_name)(const void *network, const struct digitnet__layer *layer, size_t index);
    const void *network;
    digitnet__onnx_name value; /* the last node's output; at first the layer's first input */
    const char *output;        /* the name of the last node's output where it is the graph's, else NULL */
    bool activation_follows;   /* in a node of its own, behind those of the kind */
} digitnet__onnx_nodes;

/* Begins a node, named after the layer and, unless NULL, a suffix. Its inputs are the last node's output and `extra`
 * further ones. `last`: no other node of the kind follows. What is returned goes to digitnet__wire_end(). */
size_t digitnet__onnx_begin_node(digitnet__onnx_nodes *nodes, const char *type, const char *suffix,
                                 const char *const *inputs, size_t extra, bool last);
/* Likewise with all inputs of the layer. */
size_t digitnet__onnx_begin_joining_node(digitnet__onnx_nodes *nodes, const char *type, size_t input_count);
/* Writes a node that gives one number, named after the layer and a suffix; returns the number's name. The last node
 * stays the last. */
digitnet__onnx_name digitnet__onnx_write_constant(const digitnet__onnx_nodes *nodes, const char *suffix, float number);
/* Writes a node of two inputs, the last node's output and another value. */
void digitnet__onnx_write_binary(digitnet__onnx_nodes *nodes, const char *type, const char *suffix,
                                 digitnet__onnx_name input, bool last);
/* Writes what gives the layer's tensor of this role, a vector over the channels of `shape`, the dimensions in which it
 * meets values of that shape; returns the result's name. The last node stays the last. */
digitnet__onnx_name digitnet__onnx_write_per_channel(const digitnet__onnx_nodes *nodes, const char *role,
                                                     digitnet__shape shape);

/* Writes the node of a layer that passes a part of its input, and what gives it that part's bounds: of `count` axes
 * what begins at `starts` and ends before `ends`. */
void digitnet__onnx_write_slice(digitnet__onnx_nodes *nodes, const struct digitnet__layer *layer);
void digitnet__onnx_write_slice_bounds(digitnet__wire_writer *writer, const char *layer_name, const size_t *axes,
                                       const size_t *starts, const size_t *ends, size_t count);

/* Whether the order of an image's values depends on where the channels stand. */
bool digitnet__onnx_order_matters(digitnet__shape shape);
/* A node that takes N x channels x rows x columns and gives N x rows x columns x channels, or the other way round. */
typedef enum digitnet__onnx_order { DNN_TO_CHANNELS_LAST, DNN_TO_CHANNELS_FIRST } digitnet__onnx_order;
void digitnet__onnx_write_transpose(digitnet__onnx_nodes *nodes, digitnet__onnx_order order, const char *suffix);

/* A kind's answers. Our own files have a list of their layers and are not read by their nodes, so that a kind may write
 * any nodes of the standard. */
typedef struct digitnet__onnx_form {
    void (*write)(digitnet__onnx_nodes *nodes, const struct digitnet__layer *layer);
    /* Initializers beside the tensors; may be NULL. */
    void (*write_constants)(digitnet__wire_writer *writer, const struct digitnet__layer *layer);
} digitnet__onnx_form;

#endif
