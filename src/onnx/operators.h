/* How each kind of layer stands in the file, and what each operator means as a layer: one table in operators.c. */
#ifndef DNN_ONNX_OPERATORS_H
#define DNN_ONNX_OPERATORS_H

#include "model/model.h"
#include "onnx/node.h"
#include "onnx/tensor.h"

/* Far more than a small network has: what is read is compared with all that was read before. A layer takes at most two
 * nodes, two tensors and a constant, and each tensor two more in the optimizer's state. */
enum {
    DNN_ONNX_LAYERS_MAX = 512,
    DNN_ONNX_NODES_MAX = 2 * DNN_ONNX_LAYERS_MAX,
    DNN_ONNX_INITIALIZERS_MAX = 4 * DNN_ONNX_LAYERS_MAX
};

/* A graph that is being written: a chain of nodes. */
typedef struct digitnet__onnx_export {
    digitnet__wire_writer *writer;
    const digitnet__network *network;
    digitnet__onnx_name value; /* the last node's output, or the graph's input */
    const char *output;        /* the graph's output */
} digitnet__onnx_export;

/* Writes the layer's node, and one more for its activation. */
void digitnet__onnx_write_layer(digitnet__onnx_export *graph, const digitnet__layer *layer);
/* What else than weights the layer's nodes take as input. */
void digitnet__onnx_write_constants(digitnet__wire_writer *writer, const digitnet__layer *layer);

/* A graph that becomes a model. */
typedef struct digitnet__onnx_import {
    digitnet_model *model;
    const digitnet__onnx_node *nodes;
    size_t node_count, next;   /* the next one to be read */
    digitnet__wire_view value; /* the last node's output, or the graph's input */
    bool channels_last;        /* the value is rows x columns x channels, transposed for the Flatten that must follow */
    digitnet__onnx_initializers initializers;
    digitnet__onnx_tensor *tensors; /* the weights, in the model's order; there is room for all initializers */
    size_t tensor_count;
} digitnet__onnx_import;

/* Reads the next node, which must take the last one's output, and adds the layer that it means to the model.
 * EUNSUPPORTED for an operator or attribute that is not understood. */
digitnet_status digitnet__onnx_read_layer(digitnet__onnx_import *graph);

#endif
