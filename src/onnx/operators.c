/* Layers as nodes and nodes as layers: one row for each operator. */
#include "onnx/operators.h"

#include "core/status.h"
#include "onnx/schema.h"
#include "onnx/window.h"

#include <string.h>

/* Longer names cannot be a layer's. */
enum { LAYER_NAME_MAX = 63 };

typedef struct operator_row {
    const char *type;                 /* op_type */
    const digitnet__layer_kind *kind; /* of the layer that it stands for; NULL where it only goes with another node */
    digitnet_activation activation;   /* of an activation's node */
    void (*write)(digitnet__onnx_export *graph, const digitnet__layer *layer, const struct operator_row *row);
    digitnet_status (*read)(digitnet__onnx_import *graph, const digitnet__onnx_node *node,
                            const struct operator_row *row);
} operator_row;

static const operator_row *find_activation(digitnet_activation activation);

/* A node that takes the last one's output and further inputs, NULL where there are less. `more`: another node of the
 * same layer follows. */
static size_t begin_node(digitnet__onnx_export *graph, const digitnet__layer *layer, const char *name, const char *type,
                         const char *const inputs[2], bool more) {
    const digitnet__network *network = graph->network;
    bool last = !more && layer == &network->layers[network->layer_count - 1];
    size_t begin = digitnet__wire_begin(graph->writer, DNN_GRAPH_NODE);
    digitnet__wire_put_string(graph->writer, DNN_NODE_INPUT, graph->value.text);
    for (size_t i = 0; i < 2 && inputs[i]; i++)
        digitnet__wire_put_string(graph->writer, DNN_NODE_INPUT, inputs[i]);
    graph->value = digitnet__onnx_join(name, "output");
    digitnet__wire_put_string(graph->writer, DNN_NODE_OUTPUT, last ? graph->output : graph->value.text);
    digitnet__wire_put_string(graph->writer, DNN_NODE_NAME, name);
    digitnet__wire_put_string(graph->writer, DNN_NODE_OP_TYPE, type);
    return begin;
}

static const char *const no_inputs[2] = {NULL, NULL};

static void write_activation_node(digitnet__onnx_export *graph, const digitnet__layer *layer, const char *name) {
    size_t begin = begin_node(graph, layer, name, find_activation(layer->activation)->type, no_inputs, false);
    if (layer->activation == DIGITNET_ACTIVATION_SOFTMAX)
        digitnet__onnx_write_integer(graph->writer, "axis", 1);
    digitnet__wire_end(graph->writer, begin);
}

static void write_activation(digitnet__onnx_export *graph, const digitnet__layer *layer, const operator_row *row) {
    (void)row;
    write_activation_node(graph, layer, layer->name);
}

/* A layer's own activation is the node "LAYER/relu", which reading takes back into the layer. */
static void write_own_activation(digitnet__onnx_export *graph, const digitnet__layer *layer) {
    if (layer->activation != DIGITNET_ACTIVATION_LINEAR)
        write_activation_node(graph, layer,
                              digitnet__onnx_join(layer->name, digitnet__activation_name(layer->activation)).text);
}

static size_t begin_weighted_node(digitnet__onnx_export *graph, const digitnet__layer *layer, const operator_row *row) {
    const char *inputs[2] = {layer->tensors[DNN_KERNEL].name,
                             layer->tensor_count == 2 ? layer->tensors[DNN_BIAS].name : NULL};
    return begin_node(graph, layer, layer->name, row->type, inputs, layer->activation != DIGITNET_ACTIVATION_LINEAR);
}

static void write_conv2d(digitnet__onnx_export *graph, const digitnet__layer *layer, const operator_row *row) {
    const digitnet__conv2d_attributes *conv = &layer->as.conv2d;
    digitnet__onnx_window window = {.size = {conv->kernel_height, conv->kernel_width},
                                    .stride = {conv->stride_height, conv->stride_width},
                                    .padding = conv->padding};
    size_t begin = begin_weighted_node(graph, layer, row);
    digitnet__onnx_write_window(graph->writer, &window, layer->input);
    digitnet__onnx_write_integer(graph->writer, "group", 1);
    digitnet__wire_end(graph->writer, begin);
    write_own_activation(graph, layer);
}

static void write_max_pool2d(digitnet__onnx_export *graph, const digitnet__layer *layer, const operator_row *row) {
    const digitnet__max_pool2d_attributes *pool = &layer->as.max_pool2d;
    digitnet__onnx_window window = {.size = {pool->pool_height, pool->pool_width},
                                    .stride = {pool->stride_height, pool->stride_width},
                                    .padding = pool->padding};
    size_t begin = begin_node(graph, layer, layer->name, row->type, no_inputs, false);
    digitnet__onnx_write_window(graph->writer, &window, layer->input);
    digitnet__onnx_write_integer(graph->writer, "ceil_mode", 0);
    digitnet__wire_end(graph->writer, begin);
}

/* Whether the order of values depends on where the channels stand. */
static bool order_matters(digitnet__shape shape) {
    return !shape.flat && shape.channels > 1 && shape.height * shape.width > 1;
}

/* Our images are rows x columns x channels, and so is what a flattened one gives. */
static void write_flatten(digitnet__onnx_export *graph, const digitnet__layer *layer, const operator_row *row) {
    if (order_matters(layer->input)) {
        digitnet__onnx_name name = digitnet__onnx_join(layer->name, "transpose");
        size_t begin = begin_node(graph, layer, name.text, "Transpose", no_inputs, true);
        digitnet__onnx_write_integers(graph->writer, "perm", (size_t[]){0, 2, 3, 1}, 4);
        digitnet__wire_end(graph->writer, begin);
    }
    size_t begin = begin_node(graph, layer, layer->name, row->type, no_inputs, false);
    digitnet__onnx_write_integer(graph->writer, "axis", 1);
    digitnet__wire_end(graph->writer, begin);
}

/* Y = X W^T + b */
static void write_dense(digitnet__onnx_export *graph, const digitnet__layer *layer, const operator_row *row) {
    size_t begin = begin_weighted_node(graph, layer, row);
    digitnet__onnx_write_integer(graph->writer, "transB", 1);
    digitnet__wire_end(graph->writer, begin);
    write_own_activation(graph, layer);
}

static digitnet__onnx_name ratio_name(const digitnet__layer *layer) {
    return digitnet__onnx_join(layer->name, "ratio");
}

static void write_dropout(digitnet__onnx_export *graph, const digitnet__layer *layer, const operator_row *row) {
    digitnet__onnx_name ratio = ratio_name(layer);
    digitnet__wire_end(graph->writer, begin_node(graph, layer, layer->name, row->type,
                                                 (const char *const[2]){ratio.text, NULL}, false));
}

void digitnet__onnx_write_constants(digitnet__wire_writer *writer, const digitnet__layer *layer) {
    if (layer->kind == &digitnet__layer_dropout)
        digitnet__onnx_write_scalar(writer, ratio_name(layer).text, layer->as.dropout_rate);
}

/* The shape of the value that the next node takes. */
static digitnet__shape current_shape(const digitnet__onnx_import *graph) {
    return digitnet__network_output(&graph->model->network);
}

/* The initializer that is an input of the node; each may be used once, so that no file makes more weights than it
 * holds. */
static digitnet_status take_initializer(digitnet__onnx_tensor *tensor, digitnet__onnx_import *graph,
                                        const digitnet__onnx_node *node, size_t input) {
    digitnet__onnx_initializer *initializer =
        digitnet__onnx_find_initializer(&graph->initializers, node->inputs[input]);
    if (!initializer || initializer->used) {
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "input '%s' is %s",
                                        digitnet__wire_printable(node->inputs[input]).text,
                                        initializer ? "an initializer that another node uses too" : "no initializer");
    }
    initializer->used = true;
    return digitnet__onnx_parse_tensor(tensor, initializer->message);
}

/* Kernel and, as the node's third input, bias. Returns the kernel as the file has it. */
static digitnet_status take_weights(const digitnet__onnx_tensor **kernel, digitnet__onnx_import *graph,
                                    const digitnet__onnx_node *node, size_t rank) {
    if (node->input_count < 2)
        return digitnet__onnx_fail_node(DIGITNET_EFORMAT, node, "it has no weights");
    digitnet__onnx_tensor *tensors = graph->tensors + graph->tensor_count;
    for (size_t input = 1; input < node->input_count; input++) {
        digitnet_status status = take_initializer(&graph->tensors[graph->tensor_count++], graph, node, input);
        if (status != DIGITNET_OK)
            return status;
    }
    if (tensors[DNN_KERNEL].rank != rank)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "a kernel of %zu dimensions",
                                        tensors[DNN_KERNEL].rank);
    *kernel = &tensors[DNN_KERNEL];
    return DIGITNET_OK;
}

/* The node's name where a layer can have it, NULL for a default one. */
static const char *layer_name(char name[LAYER_NAME_MAX + 1], const digitnet__onnx_import *graph,
                              const digitnet__onnx_node *node) {
    size_t size = node->name.size;
    if (size == 0 || size > LAYER_NAME_MAX || memchr(node->name.bytes, '/', size) || memchr(node->name.bytes, 0, size))
        return NULL;
    memcpy(name, node->name.bytes, size);
    name[size] = '\0';
    const digitnet__network *network = &graph->model->network;
    for (size_t i = 0; i < network->layer_count; i++)
        if (strcmp(network->layers[i].name, name) == 0)
            return NULL;
    return name;
}

/* What a builder came to. What it calls a wrong argument is a wrong file here. */
static digitnet_status built(digitnet_status status, const digitnet__onnx_node *node) {
    if (status == DIGITNET_OK || status == DIGITNET_ENOMEM)
        return status;
    return digitnet__onnx_fail_node(status == DIGITNET_ELIMIT ? status : DIGITNET_EFORMAT, node, "%s",
                                    digitnet_last_error());
}

/* Softmax must run over the channels: axis 1 of N x channels x ..., or counted from the end. */
static digitnet_status check_activation(const digitnet__onnx_import *graph, const digitnet__onnx_node *node,
                                        const operator_row *row) {
    digitnet__onnx_attribute axis = {.name = "axis", .type = DNN_ATTRIBUTE_TYPE_INT, .integers = {-1}};
    digitnet_status status =
        digitnet__onnx_read_attributes(node, &axis, row->activation == DIGITNET_ACTIVATION_SOFTMAX ? 1 : 0);
    if (status != DIGITNET_OK || row->activation != DIGITNET_ACTIVATION_SOFTMAX)
        return status;
    int64_t from_end = current_shape(graph).flat ? -1 : -3;
    if (axis.integers[0] != 1 && axis.integers[0] != from_end)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "attribute 'axis' is not the channels'");
    return DIGITNET_OK;
}

/* Takes the node "LAYER/relu" that belongs to the layer before it, where there is one. */
static digitnet_status take_own_activation(digitnet_activation *activation, digitnet__onnx_import *graph,
                                           const digitnet__onnx_node *node) {
    static const digitnet_activation activations[] = {DIGITNET_ACTIVATION_RELU, DIGITNET_ACTIVATION_SOFTMAX};
    const digitnet__onnx_node *next = &graph->nodes[graph->next];
    *activation = DIGITNET_ACTIVATION_LINEAR;
    if (graph->next == graph->node_count || node->name.size == 0 || node->name.size > LAYER_NAME_MAX ||
        !digitnet__wire_equal(next->inputs[0], node->output))
        return DIGITNET_OK;
    for (size_t i = 0; i < sizeof activations / sizeof *activations; i++) {
        const operator_row *row = find_activation(activations[i]);
        char name[LAYER_NAME_MAX + 1] = "";
        memcpy(name, node->name.bytes, node->name.size);
        if (digitnet__wire_is(next->type, row->type) &&
            digitnet__wire_is(next->name, digitnet__onnx_join(name, digitnet__activation_name(activations[i])).text)) {
            *activation = activations[i];
            graph->next++;
            graph->value = next->output;
            return check_activation(graph, next, row);
        }
    }
    return DIGITNET_OK;
}

static digitnet_status read_activation(digitnet__onnx_import *graph, const digitnet__onnx_node *node,
                                       const operator_row *row) {
    char name[LAYER_NAME_MAX + 1];
    digitnet_layer_options options = DIGITNET_INIT(digitnet_layer_options);
    options.name = layer_name(name, graph, node);
    digitnet_status status = check_activation(graph, node, row);
    return status == DIGITNET_OK
               ? built(digitnet_model_add_activation_ex(graph->model, row->activation, &options), node)
               : status;
}

static digitnet_status read_conv2d(digitnet__onnx_import *graph, const digitnet__onnx_node *node,
                                   const operator_row *row) {
    (void)row;
    enum { GROUP = DNN_WINDOW_ATTRIBUTES, ATTRIBUTES };
    digitnet__onnx_attribute attributes[ATTRIBUTES];
    digitnet__onnx_window_defaults(attributes);
    attributes[GROUP] = (digitnet__onnx_attribute){.name = "group", .type = DNN_ATTRIBUTE_TYPE_INT, .integers = {1}};
    const digitnet__onnx_tensor *kernel;
    digitnet_status status = digitnet__onnx_read_attributes(node, attributes, ATTRIBUTES);
    if (status == DIGITNET_OK)
        status = take_weights(&kernel, graph, node, 4);
    if (status != DIGITNET_OK)
        return status;
    if (attributes[GROUP].integers[0] != 1)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "attribute 'group' is not 1");
    digitnet__onnx_window window = {.size = {kernel->dimensions[2], kernel->dimensions[3]}};
    status = digitnet__onnx_read_window(&window, node, attributes, current_shape(graph));
    digitnet_activation activation;
    if (status == DIGITNET_OK)
        status = take_own_activation(&activation, graph, node);
    if (status != DIGITNET_OK)
        return status;
    char name[LAYER_NAME_MAX + 1];
    digitnet_conv2d_options options = {.struct_size = sizeof options,
                                       .name = layer_name(name, graph, node),
                                       .kernel_width = window.size[1],
                                       .stride_height = window.stride[0],
                                       .stride_width = window.stride[1],
                                       .padding = window.padding,
                                       .no_bias = node->input_count == 2};
    return built(
        digitnet_model_add_conv2d_ex(graph->model, kernel->dimensions[0], window.size[0], activation, &options), node);
}

static digitnet_status read_max_pool2d(digitnet__onnx_import *graph, const digitnet__onnx_node *node,
                                       const operator_row *row) {
    (void)row;
    enum { CEIL_MODE = DNN_WINDOW_ATTRIBUTES, STORAGE_ORDER, ATTRIBUTES };
    digitnet__onnx_attribute attributes[ATTRIBUTES];
    digitnet__onnx_window_defaults(attributes);
    attributes[CEIL_MODE] = (digitnet__onnx_attribute){.name = "ceil_mode", .type = DNN_ATTRIBUTE_TYPE_INT};
    /* Only of consequence for the second output. */
    attributes[STORAGE_ORDER] = (digitnet__onnx_attribute){.name = "storage_order", .type = DNN_ATTRIBUTE_TYPE_INT};
    digitnet_status status = digitnet__onnx_read_attributes(node, attributes, ATTRIBUTES);
    if (status != DIGITNET_OK)
        return status;
    if (!attributes[DNN_WINDOW_KERNEL_SHAPE].present)
        return digitnet__onnx_fail_node(DIGITNET_EFORMAT, node, "it has no attribute 'kernel_shape'");
    if (attributes[CEIL_MODE].integers[0] != 0)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "attribute 'ceil_mode' is not 0");
    digitnet__onnx_window window = {0};
    status = digitnet__onnx_read_window(&window, node, attributes, current_shape(graph));
    if (status != DIGITNET_OK)
        return status;
    char name[LAYER_NAME_MAX + 1];
    digitnet_max_pool2d_options options = {.struct_size = sizeof options,
                                           .name = layer_name(name, graph, node),
                                           .pool_width = window.size[1],
                                           .stride_height = window.stride[0],
                                           .stride_width = window.stride[1],
                                           .padding = window.padding};
    return built(digitnet_model_add_max_pool2d_ex(graph->model, window.size[0], &options), node);
}

static digitnet_status read_transpose(digitnet__onnx_import *graph, const digitnet__onnx_node *node,
                                      const operator_row *row) {
    (void)row;
    static const int64_t channels_last[] = {0, 2, 3, 1};
    digitnet__onnx_attribute permutation = {.name = "perm", .type = DNN_ATTRIBUTE_TYPE_INTS, .count = 4};
    digitnet_status status = digitnet__onnx_read_attributes(node, &permutation, 1);
    if (status != DIGITNET_OK)
        return status;
    if (current_shape(graph).flat || memcmp(permutation.integers, channels_last, sizeof channels_last) != 0)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node,
                                        "only 'perm' 0, 2, 3, 1 of an image, before Flatten");
    graph->channels_last = true;
    return DIGITNET_OK;
}

static digitnet_status read_flatten(digitnet__onnx_import *graph, const digitnet__onnx_node *node,
                                    const operator_row *row) {
    (void)row;
    digitnet__onnx_attribute axis = {.name = "axis", .type = DNN_ATTRIBUTE_TYPE_INT, .integers = {1}};
    digitnet_status status = digitnet__onnx_read_attributes(node, &axis, 1);
    if (status != DIGITNET_OK)
        return status;
    if (axis.integers[0] != 1)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "attribute 'axis' is not 1");
    if (!graph->channels_last && order_matters(current_shape(graph))) {
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node,
                                        "an image of %s, channels first; only after Transpose with 'perm' 0, 2, 3, 1",
                                        digitnet__shape_text(current_shape(graph)).text);
    }
    graph->channels_last = false;
    char name[LAYER_NAME_MAX + 1];
    digitnet_layer_options options = {.struct_size = sizeof options, .name = layer_name(name, graph, node)};
    return built(digitnet_model_add_flatten_ex(graph->model, &options), node);
}

static digitnet_status read_dense(digitnet__onnx_import *graph, const digitnet__onnx_node *node,
                                  const operator_row *row) {
    (void)row;
    enum { ALPHA, BETA, TRANS_A, TRANS_B, ATTRIBUTES };
    digitnet__onnx_attribute attributes[ATTRIBUTES] = {
        [ALPHA] = {.name = "alpha", .type = DNN_ATTRIBUTE_TYPE_FLOAT, .number = 1},
        [BETA] = {.name = "beta", .type = DNN_ATTRIBUTE_TYPE_FLOAT, .number = 1},
        [TRANS_A] = {.name = "transA", .type = DNN_ATTRIBUTE_TYPE_INT},
        [TRANS_B] = {.name = "transB", .type = DNN_ATTRIBUTE_TYPE_INT}};
    const digitnet__onnx_tensor *kernel;
    digitnet_status status = digitnet__onnx_read_attributes(node, attributes, ATTRIBUTES);
    if (status == DIGITNET_OK)
        status = take_weights(&kernel, graph, node, 2);
    if (status != DIGITNET_OK)
        return status;
    if (attributes[ALPHA].number != 1 || attributes[BETA].number != 1 || attributes[TRANS_A].integers[0] != 0 ||
        attributes[TRANS_B].integers[0] != 1)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node,
                                        "only 'alpha' 1, 'beta' 1, 'transA' 0 and 'transB' 1");
    digitnet_activation activation;
    status = take_own_activation(&activation, graph, node);
    if (status != DIGITNET_OK)
        return status;
    char name[LAYER_NAME_MAX + 1];
    digitnet_dense_options options = {
        .struct_size = sizeof options, .name = layer_name(name, graph, node), .no_bias = node->input_count == 2};
    return built(digitnet_model_add_dense_ex(graph->model, kernel->dimensions[0], activation, &options), node);
}

static digitnet_status read_dropout(digitnet__onnx_import *graph, const digitnet__onnx_node *node,
                                    const operator_row *row) {
    (void)row;
    digitnet__onnx_attribute seed = {.name = "seed", .type = DNN_ATTRIBUTE_TYPE_INT}; /* fit's own decides */
    digitnet_status status = digitnet__onnx_read_attributes(node, &seed, 1);
    if (status == DIGITNET_OK && node->input_count > 2)
        status = digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "a third input");
    double rate = 0.5; /* ONNX's default */
    digitnet__onnx_tensor ratio;
    if (status == DIGITNET_OK && node->input_count == 2) {
        status = take_initializer(&ratio, graph, node, 1);
        if (status == DIGITNET_OK)
            status = digitnet__onnx_read_scalar(&rate, &ratio);
    }
    if (status != DIGITNET_OK)
        return status;
    char name[LAYER_NAME_MAX + 1];
    digitnet_layer_options options = {.struct_size = sizeof options, .name = layer_name(name, graph, node)};
    return built(digitnet_model_add_dropout_ex(graph->model, rate, &options), node);
}

static const operator_row rows[] = {
    {"Conv", &digitnet__layer_conv2d, DIGITNET_ACTIVATION_LINEAR, write_conv2d, read_conv2d},
    {"MaxPool", &digitnet__layer_max_pool2d, DIGITNET_ACTIVATION_LINEAR, write_max_pool2d, read_max_pool2d},
    {"Transpose", NULL, DIGITNET_ACTIVATION_LINEAR, NULL, read_transpose},
    {"Flatten", &digitnet__layer_flatten, DIGITNET_ACTIVATION_LINEAR, write_flatten, read_flatten},
    {"Gemm", &digitnet__layer_dense, DIGITNET_ACTIVATION_LINEAR, write_dense, read_dense},
    {"Dropout", &digitnet__layer_dropout, DIGITNET_ACTIVATION_LINEAR, write_dropout, read_dropout},
    {"Identity", &digitnet__layer_activation, DIGITNET_ACTIVATION_LINEAR, write_activation, read_activation},
    {"Relu", &digitnet__layer_activation, DIGITNET_ACTIVATION_RELU, write_activation, read_activation},
    {"Softmax", &digitnet__layer_activation, DIGITNET_ACTIVATION_SOFTMAX, write_activation, read_activation},
};
enum { ROWS = sizeof rows / sizeof *rows };

static const operator_row *find_activation(digitnet_activation activation) {
    const operator_row *row = rows;
    while (row->kind != &digitnet__layer_activation || row->activation != activation)
        row++;
    return row;
}

void digitnet__onnx_write_layer(digitnet__onnx_export *graph, const digitnet__layer *layer) {
    const operator_row *row = rows;
    while (row->kind != layer->kind)
        row++;
    row->write(graph, layer, row);
}

digitnet_status digitnet__onnx_read_layer(digitnet__onnx_import *graph) {
    const digitnet__onnx_node *node = &graph->nodes[graph->next++];
    size_t row = 0;
    while (row < ROWS && !digitnet__wire_is(node->type, rows[row].type))
        row++;
    if (row == ROWS)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "this operator");
    if (node->input_count == 0 || !digitnet__wire_equal(node->inputs[0], graph->value)) {
        return digitnet__onnx_fail_node(
            DIGITNET_EUNSUPPORTED, node,
            "its input '%s' is not the output '%s' of the node before it; only chains are read",
            digitnet__wire_printable(node->inputs[0]).text, digitnet__wire_printable(graph->value).text);
    }
    if (graph->channels_last && rows[row].read != read_flatten)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node, "after a Transpose; only Flatten may follow it");
    graph->value = node->output;
    return rows[row].read(graph, node, &rows[row]);
}
