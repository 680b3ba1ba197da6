/* The network as the user described it: layers in topological order over values. Value 0 is the model's input, value i
 * + 1 the output of layer i. */
#ifndef DNN_ENGINE_GRAPH_H
#define DNN_ENGINE_GRAPH_H

#include "layers/layer.h"

/* What a model file holds; far more than a small network has. Inputs are those of all layers: looking for the layer of
 * each takes time in proportion to both. */
enum { DNN_LAYERS_MAX = 4096, DNN_INPUTS_MAX = 4 * DNN_LAYERS_MAX };

typedef struct digitnet__graph {
    digitnet__shape input;
    digitnet__layer *layers;
    size_t layer_count, layer_capacity;
    size_t input_count; /* of all layers */
    size_t tensor_count, parameter_count, state_count;
    size_t activation_values, multiply_adds; /* a sample, over all layers */
} digitnet__graph;

/* Appends a layer whose shapes are inferred; all that it points to is copied. ENOMEM leaves the graph as it was. */
digitnet_status digitnet__graph_append(digitnet__graph *graph, const digitnet__layer *layer);
digitnet_status digitnet__graph_copy(digitnet__graph *out, const digitnet__graph *graph);
void digitnet__graph_release(digitnet__graph *graph);

digitnet__shape digitnet__graph_value_shape(const digitnet__graph *graph, size_t value);
/* Of the last layer, or the input of an empty graph. */
digitnet__shape digitnet__graph_output(const digitnet__graph *graph);
/* The name that a value is called by: its layer's, or "input". */
const char *digitnet__graph_value_name(const digitnet__graph *graph, size_t value);
/* False where no layer has this name, and it is not "input". */
bool digitnet__graph_find_value(size_t *value, const digitnet__graph *graph, const char *name);
/* Every layer takes the one before it, and nothing else. */
bool digitnet__graph_is_sequential(const digitnet__graph *graph);
/* ESTATE naming the first layer but the last whose output nobody takes. */
digitnet_status digitnet__graph_check_outputs(const digitnet__graph *graph);
/* Infers all shapes anew for images of another width, without an allocation. ESHAPE naming the layer that does not fit
 * them, or whose tensors would be others; ELIMIT where a size overflows. After a failure the shapes are those of no
 * width, until one is set that fits. */
digitnet_status digitnet__graph_set_width(digitnet__graph *graph, size_t width);
/* The activation at the end, where the output is flat; LINEAR otherwise. */
digitnet_activation digitnet__graph_last_activation(const digitnet__graph *graph);
/* One row of columns, each with scores for the same classes. */
bool digitnet__graph_gives_sequence(const digitnet__graph *graph);
/* The activation that a plan may leave out: a flat one, or a softmax over the classes of each column of a sequence;
 * LINEAR: none. */
digitnet_activation digitnet__graph_end_activation(const digitnet__graph *graph);

/* The tensor at an index over all layers, and by its name; NULL where there is none. */
const digitnet__tensor *digitnet__graph_tensor(const digitnet__graph *graph, size_t index);
const digitnet__tensor *digitnet__graph_find_tensor(const digitnet__graph *graph, const char *name);
/* The layer that a tensor belongs to. */
const digitnet__layer *digitnet__graph_layer_of(const digitnet__graph *graph, const digitnet__tensor *tensor);

#endif
