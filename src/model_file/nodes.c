#include "model_file/nodes.h"

#include "core/status.h"
#include "layers/activations.h"
#include "onnx/schema.h"

#include <string.h>

/* Longer names cannot be a layer's. */
enum { LAYER_NAME_MAX = 63 };

const char *digitnet__graph_output_name(const digitnet__graph *graph) {
    const digitnet__layer *last = &graph->layers[graph->layer_count - 1];
    return last->attributes.activation == DIGITNET_ACTIVATION_SOFTMAX ? "probabilities" : "output";
}

/* The last node of a layer gives "NODE/output". A layer's own activation is the node "LAYER/relu", which reading takes
 * back into the layer. */
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

static const digitnet__onnx_value *find_value(const digitnet__import *import, digitnet__wire_view name) {
    for (size_t i = import->value_count; i-- > 0;)
        if (digitnet__wire_equal(import->values[i].name, name))
            return &import->values[i];
    return NULL;
}

static digitnet_status add_value(digitnet__import *import, const digitnet__onnx_node *node, digitnet__wire_view name,
                                 size_t value, bool channels_last) {
    if (find_value(import, name) || digitnet__onnx_find_initializer(&import->initializers, name)) {
        return digitnet__onnx_fail_node(DIGITNET_EFORMAT, node, "the name of its output '%s' is already in use",
                                        digitnet__wire_printable(name).text);
    }
    import->values[import->value_count++] =
        (digitnet__onnx_value){.name = name, .value = value, .channels_last = channels_last};
    return DIGITNET_OK;
}

static const digitnet__layer_kind *find_kind(const digitnet__onnx_node *node) {
    for (size_t i = 0; digitnet__layer_kinds[i]; i++)
        for (const char *const *type = digitnet__layer_kinds[i]->onnx.types; type && *type; type++)
            if (digitnet__wire_is(node->type, *type))
                return digitnet__layer_kinds[i];
    return NULL;
}

/* The node's name where a layer can have it, NULL for a default one. */
static const char *layer_name(char name[LAYER_NAME_MAX + 1], const digitnet__import *import,
                              const digitnet__onnx_node *node) {
    size_t size = node->name.size, value;
    if (size == 0 || size > LAYER_NAME_MAX || memchr(node->name.bytes, '/', size) || memchr(node->name.bytes, 0, size))
        return NULL;
    memcpy(name, node->name.bytes, size);
    name[size] = '\0';
    return digitnet__graph_find_value(&value, &import->model->network.graph, name) ? NULL : name;
}

/* The values that a node takes: its first input, or all where the kind joins several. */
static digitnet_status take_values(digitnet__onnx_reader *reader, digitnet__import *import,
                                   const digitnet__layer_kind *kind) {
    const digitnet__onnx_node *node = reader->node;
    size_t count = kind && kind->many_inputs ? node->input_count : 1;
    if (count > node->input_count)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "it has no input");
    for (size_t i = 0; i < count; i++) {
        const digitnet__onnx_value *value = find_value(import, node->inputs[i]);
        if (!value) {
            return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node,
                                            "its input '%s' is neither the graph's nor the output of a node before it",
                                            digitnet__wire_printable(node->inputs[i]).text);
        }
        if (value->channels_last && !(kind && kind->onnx.takes_channels_last))
            return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node,
                                            "it follows a Transpose, which only Flatten may");
        import->layer_values[i] = value->value;
        reader->channels_last = value->channels_last;
    }
    reader->value_count = count;
    reader->shape = digitnet__graph_value_shape(&import->model->network.graph, import->layer_values[0]);
    return DIGITNET_OK;
}

static digitnet_status read_transpose(digitnet__import *import, digitnet__onnx_reader *reader) {
    static const int64_t channels_last[] = {0, 2, 3, 1};
    digitnet__onnx_attribute permutation = {.name = "perm", .type = DNN_ATTRIBUTE_TYPE_INTS, .count = 4};
    DNN_TRY(take_values(reader, import, NULL));
    DNN_TRY(digitnet__onnx_read_attributes(reader->node, &permutation, 1));
    if (reader->shape.flat || memcmp(permutation.integers, channels_last, sizeof channels_last) != 0)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, reader->node,
                                        "only 'perm' 0, 2, 3, 1 of an image before Flatten is supported");
    return add_value(import, reader->node, reader->node->output, import->layer_values[0], true);
}

/* Takes the node "LAYER/relu" that belongs to the layer before it, where there is one. `*output` becomes its own. */
static void take_own_activation(digitnet__layer *layer, digitnet__wire_view *output, digitnet__import *import,
                                const digitnet__onnx_node *node) {
    const digitnet__onnx_node *next = &import->nodes[import->next];
    if (layer->kind == &digitnet__layer_activation || import->next == import->node_count || node->name.size == 0 ||
        node->name.size > LAYER_NAME_MAX || next->input_count != 1 ||
        !digitnet__wire_equal(next->inputs[0], node->output))
        return;
    const digitnet__activation *activation = digitnet__activation_of_node(next);
    char name[LAYER_NAME_MAX + 1] = "";
    memcpy(name, node->name.bytes, node->name.size);
    if (!activation || activation->id == DIGITNET_ACTIVATION_LINEAR ||
        !digitnet__wire_is(next->name, digitnet__onnx_join(name, activation->name).text))
        return;
    layer->attributes.activation = activation->id;
    import->next++;
    *output = next->output;
}

/* The own activation's node can be checked once the layer's shape is known. */
static digitnet_status check_own_activation(const digitnet__import *import, const digitnet__onnx_node *node) {
    const digitnet__onnx_node *last = &import->nodes[import->next - 1];
    if (last == node)
        return DIGITNET_OK;
    const digitnet__graph *graph = &import->model->network.graph;
    const digitnet__activation *activation = digitnet__activation_of_node(last);
    double alpha;
    DNN_TRY(digitnet__activation_read_node(&alpha, activation, last, digitnet__graph_output(graph)));
    if (alpha == 0 || (float)alpha == (float)activation->alpha)
        return DIGITNET_OK;
    return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, last, "attribute 'alpha' of a layer's own activation is %g",
                                    alpha);
}

/* What a builder calls a wrong argument is a wrong file here. */
static digitnet_status built(digitnet_status status, const digitnet__onnx_node *node) {
    if (status == DIGITNET_OK || status == DIGITNET_ENOMEM)
        return status;
    return digitnet__onnx_fail_node(status == DIGITNET_ELIMIT ? status : DIGITNET_EFORMAT, node, "%s",
                                    digitnet_last_error());
}

static digitnet_status add_layer(digitnet__import *import, const digitnet__layer_kind *kind,
                                 digitnet__onnx_reader *reader) {
    const digitnet__onnx_node *node = reader->node;
    digitnet__layer layer = {.kind = kind};
    digitnet__wire_view output = node->output;
    char name[LAYER_NAME_MAX + 1];
    DNN_TRY(kind->onnx.read(&layer, reader));
    import->tensor_count = reader->tensor_count;
    take_own_activation(&layer, &output, import, node);
    DNN_TRY(built(digitnet__model_append(import->model, &layer, layer_name(name, import, node), import->layer_values,
                                         reader->value_count),
                  node));
    DNN_TRY(check_own_activation(import, node));
    return add_value(import, node, output, import->model->network.graph.layer_count, false);
}

digitnet_status digitnet__nodes_read(digitnet__import *import) {
    const digitnet__onnx_node *node = &import->nodes[import->next++];
    digitnet__onnx_reader reader = {.node = node,
                                    .initializers = &import->initializers,
                                    .tensors = import->tensors,
                                    .tensor_count = import->tensor_count};
    if (digitnet__wire_is(node->type, "Transpose"))
        return read_transpose(import, &reader);
    const digitnet__layer_kind *kind = find_kind(node);
    if (!kind)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "this operator is not supported");
    DNN_TRY(take_values(&reader, import, kind));
    if (kind->onnx.most_inputs && node->input_count > kind->onnx.most_inputs) {
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "input '%s' is not supported",
                                        digitnet__wire_printable(node->inputs[node->input_count - 1]).text);
    }
    return add_layer(import, kind, &reader);
}
