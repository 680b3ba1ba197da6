#include "engine/graph.h"

#include "core/memory.h"
#include "core/status.h"

#include <string.h>

#define INPUT_NAME "input"

digitnet__shape digitnet__graph_value_shape(const digitnet__graph *graph, size_t value) {
    return value ? graph->layers[value - 1].output : graph->input;
}

digitnet__shape digitnet__graph_output(const digitnet__graph *graph) {
    return digitnet__graph_value_shape(graph, graph->layer_count);
}

const char *digitnet__graph_value_name(const digitnet__graph *graph, size_t value) {
    return value ? graph->layers[value - 1].name : INPUT_NAME;
}

bool digitnet__graph_find_value(size_t *value, const digitnet__graph *graph, const char *name) {
    for (size_t i = graph->layer_count + 1; i-- > 0;) {
        if (strcmp(digitnet__graph_value_name(graph, i), name) == 0) {
            *value = i;
            return true;
        }
    }
    return false;
}

bool digitnet__graph_is_sequential(const digitnet__graph *graph) {
    for (size_t i = 0; i < graph->layer_count; i++)
        if (graph->layers[i].input_count != 1 || graph->layers[i].inputs[0].value != i)
            return false;
    return true;
}

static bool is_taken(const digitnet__graph *graph, size_t value) {
    for (size_t i = value; i < graph->layer_count; i++)
        for (size_t k = 0; k < graph->layers[i].input_count; k++)
            if (graph->layers[i].inputs[k].value == value)
                return true;
    return false;
}

digitnet_status digitnet__graph_check_outputs(const digitnet__graph *graph) {
    for (size_t i = 0; i + 1 < graph->layer_count; i++) {
        if (!is_taken(graph, i + 1)) {
            return digitnet__fail(DIGITNET_ESTATE,
                                  "no layer takes the output of layer '%s'; only the last layer's output may be unused",
                                  graph->layers[i].name);
        }
    }
    return DIGITNET_OK;
}

digitnet_activation digitnet__graph_last_activation(const digitnet__graph *graph) {
    if (graph->layer_count == 0)
        return DIGITNET_ACTIVATION_LINEAR;
    const digitnet__layer *last = &graph->layers[graph->layer_count - 1];
    return last->output.flat ? last->attributes.activation : DIGITNET_ACTIVATION_LINEAR;
}

bool digitnet__graph_gives_sequence(const digitnet__graph *graph) {
    digitnet__shape output = digitnet__graph_output(graph);
    return !output.flat && output.height == 1;
}

digitnet_activation digitnet__graph_end_activation(const digitnet__graph *graph) {
    if (graph->layer_count == 0 || !digitnet__graph_gives_sequence(graph))
        return digitnet__graph_last_activation(graph);
    digitnet_activation last = graph->layers[graph->layer_count - 1].attributes.activation;
    return last == DIGITNET_ACTIVATION_SOFTMAX ? last : DIGITNET_ACTIVATION_LINEAR;
}

const digitnet__tensor *digitnet__graph_tensor(const digitnet__graph *graph, size_t index) {
    for (size_t i = 0; i < graph->layer_count; i++) {
        const digitnet__layer *layer = &graph->layers[i];
        if (index < layer->tensor_count)
            return &layer->tensors[index];
        index -= layer->tensor_count;
    }
    return NULL;
}

const digitnet__tensor *digitnet__graph_find_tensor(const digitnet__graph *graph, const char *name) {
    for (size_t i = 0; i < graph->layer_count; i++)
        for (size_t k = 0; k < graph->layers[i].tensor_count; k++)
            if (strcmp(graph->layers[i].tensors[k].name, name) == 0)
                return &graph->layers[i].tensors[k];
    return NULL;
}

const digitnet__layer *digitnet__graph_layer_of(const digitnet__graph *graph, const digitnet__tensor *tensor) {
    const digitnet__layer *layer = graph->layers;
    while (tensor < layer->tensors || tensor >= layer->tensors + layer->tensor_count)
        layer++;
    return layer;
}

static void release_layer(digitnet__layer *layer) {
    digitnet__release(layer->name);
    digitnet__release((void *)layer->inputs);
    for (size_t i = 0; i < DNN_LAYER_TENSORS; i++)
        digitnet__release(layer->tensors[i].name);
}

static char *tensor_name(const char *layer, const char *role) {
    size_t length = strlen(layer);
    char *name = digitnet__allocate(length + 1 + strlen(role) + 1);
    if (name) {
        memcpy(name, layer, length);
        name[length] = '/';
        strcpy(name + length + 1, role);
    }
    return name;
}

/* Gives the layer names and inputs of its own; false, with nothing kept, without memory. */
static bool own(digitnet__layer *layer) {
    const digitnet__layer from = *layer;
    digitnet__layer_input *inputs = digitnet__allocate_array(from.input_count, sizeof *inputs);
    layer->name = digitnet__copy_string(from.name);
    layer->inputs = inputs;
    bool complete = layer->name && inputs;
    for (size_t i = 0; i < DNN_LAYER_TENSORS; i++) {
        layer->tensors[i].name = i < from.tensor_count ? tensor_name(from.name, from.tensors[i].role) : NULL;
        complete = complete && (i >= from.tensor_count || layer->tensors[i].name);
    }
    if (!complete) {
        release_layer(layer);
        return false;
    }
    memcpy(inputs, from.inputs, from.input_count * sizeof *inputs);
    return true;
}

static bool reserve_layer(digitnet__graph *graph) {
    if (graph->layer_count < graph->layer_capacity)
        return true;
    size_t capacity = graph->layer_capacity ? 2 * graph->layer_capacity : 8;
    digitnet__layer *layers = digitnet__allocate_array(capacity, sizeof(digitnet__layer));
    if (!layers)
        return false;
    if (graph->layer_count)
        memcpy(layers, graph->layers, graph->layer_count * sizeof(digitnet__layer));
    digitnet__release(graph->layers);
    graph->layers = layers;
    graph->layer_capacity = capacity;
    return true;
}

/* Kernels decay; biases, and the scales and shifts of normalizations, do not. */
static bool decays(const digitnet__tensor *tensor) {
    const char *last = strrchr(tensor->role, '_'); /* "depthwise_kernel" */
    return !tensor->is_state && strcmp(last ? last + 1 : tensor->role, "kernel") == 0;
}

digitnet_status digitnet__graph_append(digitnet__graph *graph, const digitnet__layer *layer) {
    digitnet__layer copy = *layer;
    if (!reserve_layer(graph) || !own(&copy))
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < copy.tensor_count; i++) {
        size_t *end = copy.tensors[i].is_state ? &graph->state_count : &graph->parameter_count;
        copy.tensors[i].offset = *end;
        copy.tensors[i].decays = decays(&copy.tensors[i]);
        *end += copy.tensors[i].values;
    }
    graph->input_count += copy.input_count;
    graph->tensor_count += copy.tensor_count;
    graph->activation_values += digitnet__shape_values(copy.output);
    graph->multiply_adds += copy.multiply_adds;
    graph->layers[graph->layer_count++] = copy;
    return DIGITNET_OK;
}

digitnet_status digitnet__graph_copy(digitnet__graph *out, const digitnet__graph *graph) {
    *out = (digitnet__graph){.input = graph->input};
    for (size_t i = 0; i < graph->layer_count; i++) {
        digitnet_status status = digitnet__graph_append(out, &graph->layers[i]);
        if (status != DIGITNET_OK) {
            digitnet__graph_release(out);
            return status;
        }
    }
    return DIGITNET_OK;
}

static bool same_tensors(const digitnet__layer *a, const digitnet__layer *b) {
    bool same = a->tensor_count == b->tensor_count;
    for (size_t i = 0; same && i < a->tensor_count; i++)
        same = a->tensors[i].outputs == b->tensors[i].outputs && a->tensors[i].values == b->tensors[i].values &&
               memcmp(a->tensors[i].dimensions, b->tensors[i].dimensions, sizeof a->tensors[i].dimensions) == 0;
    return same;
}

static digitnet_status check_size(digitnet__shape shape, const char *name) {
    size_t bytes;
    if (digitnet__size_product(&bytes, (size_t[]){shape.height, shape.width, shape.channels, sizeof(float)}, 4))
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ELIMIT, "the size of '%s', %s, overflows", name, digitnet__shape_text(shape).text);
}

/* The layer's shapes from those of its inputs. */
static digitnet_status infer_again(digitnet__layer *layer, const digitnet__graph *graph) {
    digitnet__layer_input *inputs = (digitnet__layer_input *)layer->inputs; /* the graph's own */
    for (size_t i = 0; i < layer->input_count; i++)
        inputs[i].shape = digitnet__graph_value_shape(graph, inputs[i].value);
    digitnet__layer inferred = *layer;
    inferred.tensor_count = inferred.parameters = inferred.state_values = 0;
    DNN_TRY(layer->kind->infer_shape(&inferred));
    DNN_TRY(check_size(inferred.output, layer->name));
    if (!same_tensors(layer, &inferred))
        return digitnet__fail(DIGITNET_ESHAPE, "layer '%s': its weights do not suit an input of %s", layer->name,
                              digitnet__shape_text(inputs[0].shape).text);
    layer->output = inferred.output;
    return DIGITNET_OK;
}

digitnet_status digitnet__graph_set_width(digitnet__graph *graph, size_t width) {
    graph->input.width = width;
    DNN_TRY(check_size(graph->input, INPUT_NAME));
    for (size_t i = 0; i < graph->layer_count; i++)
        DNN_TRY(infer_again(&graph->layers[i], graph));
    return DIGITNET_OK;
}

void digitnet__graph_release(digitnet__graph *graph) {
    for (size_t i = 0; i < graph->layer_count; i++)
        release_layer(&graph->layers[i]);
    digitnet__release(graph->layers);
    *graph = (digitnet__graph){0};
}
