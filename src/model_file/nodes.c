#include "model_file/nodes.h"

#include "layers/activations.h"

const char *digitnet__graph_output_name(const digitnet__graph *graph) {
    const digitnet__layer *last = &graph->layers[graph->layer_count - 1];
    return last->attributes.activation == DIGITNET_ACTIVATION_SOFTMAX ? "probabilities" : "output";
}

/* The last node of a layer gives "NODE/output". A layer's own activation is the node "LAYER/relu". */
static digitnet__onnx_name value_name(const digitnet__graph *graph, size_t value) {
    if (value == 0)
        return (digitnet__onnx_name){DNN_GRAPH_INPUT_NAME};
    const digitnet__layer *layer = &graph->layers[value - 1];
    if (!digitnet__layer_has_own_activation(layer))
        return digitnet__onnx_join(layer->name, "output");
    const char *activation = digitnet__activation_name(layer->attributes.activation);
    return digitnet__onnx_join(digitnet__onnx_join(layer->name, activation).text, "output");
}

static digitnet__onnx_name input_name(const void *graph, const digitnet__layer *layer, size_t index) {
    return value_name(graph, layer->inputs[index].value);
}

void digitnet__nodes_write(digitnet__wire_writer *writer, const digitnet__graph *graph, const digitnet__layer *layer) {
    bool is_last = layer == &graph->layers[graph->layer_count - 1];
    digitnet__onnx_nodes nodes = {.writer = writer,
                                  .layer = layer,
                                  .layer_name = layer->name,
                                  .input_name = input_name,
                                  .network = graph,
                                  .value = input_name(graph, layer, 0),
                                  .output = is_last ? digitnet__graph_output_name(graph) : NULL,
                                  .activation_follows = digitnet__layer_has_own_activation(layer)};
    layer->kind->onnx.write(&nodes, layer);
    if (nodes.activation_follows) {
        nodes.activation_follows = false;
        digitnet__activation_write(&nodes, layer, digitnet__activation_name(layer->attributes.activation));
    }
}
