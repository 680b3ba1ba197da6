/* How kinds of layers stand in an ONNX file: what their files use to write and to read their nodes. */
#ifndef DNN_ONNX_FORM_H
#define DNN_ONNX_FORM_H

#include "onnx/node.h"
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

/* One node, being read. */
typedef struct digitnet__onnx_reader {
    const digitnet__onnx_node *node;
    size_t value_count;    /* inputs that are values of the graph, and come first */
    digitnet__shape shape; /* of the first one */
    bool channels_last;    /* the first one is rows x columns x channels, by a Transpose before */
    digitnet__onnx_initializers *initializers;
    digitnet__onnx_tensor *tensors; /* all weights read so far, in the model's order; there is room for more */
    size_t tensor_count;
} digitnet__onnx_reader;

/* The initializer that is an input of the node; each may be used once, so that no file makes more weights than it
 * holds. */
digitnet_status digitnet__onnx_take_initializer(digitnet__onnx_tensor *tensor, digitnet__onnx_reader *reader,
                                                size_t input);
/* All further inputs of the node as the layer's tensors, in order: a kernel of `rank` dimensions and perhaps a bias.
 * `*kernel` is as the file has it. */
digitnet_status digitnet__onnx_take_weights(const digitnet__onnx_tensor **kernel, digitnet__onnx_reader *reader,
                                            size_t rank);

/* A kind's answers. Our own files have a list of their layers and are not read by their nodes, so that a kind may write
 * any nodes of the standard, and reads those of other tools where a single one is all of the layer. */
typedef struct digitnet__onnx_form {
    const char *const *types; /* of the nodes that it reads; NULL past the last, and where it reads none */
    size_t most_inputs;       /* that a node may have, initializers among them; 0: any number */
    bool takes_channels_last; /* reads a node behind a Transpose to rows x columns x channels */
    void (*write)(digitnet__onnx_nodes *nodes, const struct digitnet__layer *layer);
    /* Initializers beside the tensors; may be NULL. */
    void (*write_constants)(digitnet__wire_writer *writer, const struct digitnet__layer *layer);
    /* Sets the layer's attributes; NULL where it reads none. */
    digitnet_status (*read)(struct digitnet__layer *layer, digitnet__onnx_reader *reader);
} digitnet__onnx_form;

#endif
