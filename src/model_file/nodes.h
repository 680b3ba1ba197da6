/* Layers as nodes of a graph, and nodes as layers, by the forms that their kinds have. */
#ifndef DNN_MODEL_FILE_NODES_H
#define DNN_MODEL_FILE_NODES_H

#include "model/model.h"

/* Far more than a small network has: what is read is compared with all that was read before. So many initializers are
 * the tensors of the most layers, or what an optimizer keeps of them. */
enum {
    DNN_ONNX_NODES_MAX = 2 * DNN_LAYERS_MAX,
    DNN_ONNX_INITIALIZERS_MAX = 3 * DNN_LAYER_TENSORS * DNN_LAYERS_MAX,
    DNN_ONNX_NODE_INPUTS_MAX = DNN_INPUTS_MAX + DNN_ONNX_INITIALIZERS_MAX
};

/* The names of the graph's input and output in our files. */
#define DNN_GRAPH_INPUT_NAME "image"
const char *digitnet__graph_output_name(const digitnet__graph *graph);

/* Writes a layer's nodes, and one more for its activation. */
void digitnet__nodes_write(digitnet__wire_writer *writer, const digitnet__graph *graph, const digitnet__layer *layer);

/* A value of the file's graph: a layer's output, or the graph's input. */
typedef struct digitnet__onnx_value {
    digitnet__wire_view name;
    size_t value;       /* of our graph */
    bool channels_last; /* rows x columns x channels, by a Transpose */
} digitnet__onnx_value;

/* A graph that becomes a model. */
typedef struct digitnet__import {
    digitnet_model *model;
    const digitnet__onnx_node *nodes;
    size_t node_count, next;      /* the next one to be read */
    digitnet__onnx_value *values; /* there is room for the input and all nodes' outputs */
    size_t value_count;
    size_t *layer_values; /* room for the values that one node takes */
    digitnet__onnx_initializers initializers;
    digitnet__onnx_tensor *tensors; /* the weights, in the model's order; there is room for all initializers */
    size_t tensor_count;
} digitnet__import;

/* Reads the next node, and adds the layer that it stands for to the model. EUNSUPPORTED for an operator or attribute
 * that is not understood. */
digitnet_status digitnet__nodes_read(digitnet__import *import);

#endif
