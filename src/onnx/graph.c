#include "onnx/graph.h"

#include "core/memory.h"
#include "core/status.h"
#include "onnx/operators.h"
#include "onnx/schema.h"

typedef struct graph_parts {
    size_t nodes, initializers, inputs, outputs;
    dnn_wire_view input, output; /* the last of each */
} graph_parts;

static digitnet_status scan_graph(graph_parts *parts, dnn_wire_view graph) {
    dnn_wire_reader reader = dnn_wire_read(graph);
    dnn_wire_field field;
    while (dnn_wire_next(&reader, &field)) {
        switch (field.number) {
        case DNN_GRAPH_NODE:
            parts->nodes++;
            break;
        case DNN_GRAPH_INITIALIZER:
            parts->initializers++;
            break;
        case DNN_GRAPH_INPUT:
            parts->inputs++;
            dnn_wire_get_bytes(&reader, &field, &parts->input);
            break;
        case DNN_GRAPH_OUTPUT:
            parts->outputs++;
            dnn_wire_get_bytes(&reader, &field, &parts->output);
            break;
        default:
            break;
        }
    }
    if (reader.status == DIGITNET_OK &&
        (parts->nodes > DNN_ONNX_NODES_MAX || parts->initializers > DNN_ONNX_INITIALIZERS_MAX)) {
        return dnn_fail(DIGITNET_ELIMIT, "a graph of %zu nodes and %zu initializers; %d and %d are the most",
                        parts->nodes, parts->initializers, DNN_ONNX_NODES_MAX, DNN_ONNX_INITIALIZERS_MAX);
    }
    return reader.status;
}

/* The one message of a number in another one. */
static digitnet_status take_part(dnn_wire_view *part, dnn_wire_view message, uint32_t number, const char *name) {
    *part = (dnn_wire_view){0};
    dnn_wire_reader reader = dnn_wire_read(message);
    dnn_wire_field field;
    while (dnn_wire_next(&reader, &field))
        if (field.number == number)
            dnn_wire_get_message(&reader, &field, part, name);
    if (reader.status == DIGITNET_OK && !part->bytes)
        return dnn_fail(DIGITNET_EFORMAT, "byte %zu: no %s", message.offset, name);
    return reader.status;
}

/* The size of a dimension; 0 where it is symbolic or none that an image has. */
static size_t read_dimension(dnn_wire_reader *reader, const dnn_wire_field *field) {
    uint64_t value = 0;
    dnn_wire_view message = {0};
    dnn_wire_get_bytes(reader, field, &message);
    dnn_wire_reader dimension = dnn_wire_read(message);
    dnn_wire_field part;
    while (dnn_wire_next(&dimension, &part))
        if (part.number == DNN_DIM_VALUE)
            dnn_wire_get_varint(&dimension, &part, &value);
    if (dimension.status != DIGITNET_OK)
        reader->status = dimension.status;
    return value > INT32_MAX ? 0 : (size_t)value;
}

/* N x channels x rows x columns of float, N being anything. */
static digitnet_status read_image_type(dnn_shape *shape, dnn_wire_view tensor) {
    uint64_t element = 0;
    size_t dimensions[DNN_ONNX_RANK_MAX] = {0};
    size_t rank = 0;
    dnn_wire_view message;
    digitnet_status status = take_part(&message, tensor, DNN_TENSOR_TYPE_SHAPE, "shape of the graph's input");
    if (status != DIGITNET_OK)
        return status;
    dnn_wire_reader reader = dnn_wire_read(tensor);
    dnn_wire_field field;
    while (dnn_wire_next(&reader, &field))
        if (field.number == DNN_TENSOR_TYPE_ELEMENT)
            dnn_wire_get_varint(&reader, &field, &element);
    dnn_wire_reader shape_reader = dnn_wire_read(message);
    while (dnn_wire_next(&shape_reader, &field)) {
        if (field.number == DNN_SHAPE_DIM) {
            size_t value = read_dimension(&shape_reader, &field);
            dimensions[rank < DNN_ONNX_RANK_MAX ? rank : 0] = value;
            rank++;
        }
    }
    if (reader.status != DIGITNET_OK || shape_reader.status != DIGITNET_OK)
        return DIGITNET_EFORMAT;
    *shape = (dnn_shape){.height = dimensions[2], .width = dimensions[3], .channels = dimensions[1]};
    if (element != DNN_DATA_FLOAT || rank != 4 || !shape->height || !shape->width || !shape->channels) {
        return dnn_fail(
            DIGITNET_EUNSUPPORTED,
            "the graph's input is not N x channels x rows x columns of float, with sizes known for all but N");
    }
    return DIGITNET_OK;
}

static digitnet_status read_value_name(dnn_wire_view *name, dnn_wire_view value) {
    return take_part(name, value, DNN_VALUE_NAME, "name of the graph's input or output");
}

static digitnet_status read_input(dnn_wire_view *name, dnn_shape *shape, dnn_wire_view value) {
    dnn_wire_view type, tensor;
    digitnet_status status = read_value_name(name, value);
    if (status == DIGITNET_OK)
        status = take_part(&type, value, DNN_VALUE_TYPE, "type of the graph's input");
    if (status == DIGITNET_OK)
        status = take_part(&tensor, type, DNN_TYPE_TENSOR, "tensor type of the graph's input");
    return status == DIGITNET_OK ? read_image_type(shape, tensor) : status;
}

/* Into an array with room for them all. */
static digitnet_status index_nodes(dnn_onnx_node *nodes, dnn_wire_view graph) {
    dnn_wire_reader reader = dnn_wire_read(graph);
    dnn_wire_field field;
    while (dnn_wire_next(&reader, &field)) {
        if (field.number == DNN_GRAPH_NODE) {
            dnn_wire_view message;
            dnn_wire_get_bytes(&reader, &field, &message);
            reader.status = reader.status == DIGITNET_OK ? dnn_onnx_parse_node(nodes++, message) : reader.status;
        }
    }
    return reader.status;
}

static digitnet_status index_initializers(dnn_onnx_initializers *initializers, dnn_wire_view graph) {
    dnn_wire_reader reader = dnn_wire_read(graph);
    dnn_wire_field field;
    while (dnn_wire_next(&reader, &field)) {
        if (field.number == DNN_GRAPH_INITIALIZER) {
            dnn_wire_view message;
            dnn_wire_get_bytes(&reader, &field, &message);
            reader.status =
                reader.status == DIGITNET_OK ? dnn_onnx_add_initializer(initializers, message) : reader.status;
        }
    }
    return reader.status;
}

digitnet_status dnn_onnx_index_initializers(dnn_onnx_initializers *initializers, dnn_wire_view graph) {
    *initializers = (dnn_onnx_initializers){0};
    graph_parts parts = {0};
    digitnet_status status = scan_graph(&parts, graph);
    if (status != DIGITNET_OK)
        return status;
    initializers->entries = dnn_allocate_array(parts.initializers, sizeof *initializers->entries);
    return initializers->entries ? index_initializers(initializers, graph) : DIGITNET_ENOMEM;
}

static digitnet_status create_model(digitnet_model **out, dnn_shape input, const digitnet_model_load_options *options) {
    digitnet_model_options limits = {.struct_size = sizeof limits,
                                     .max_parameters = options->max_parameters,
                                     .max_activation_bytes = options->max_activation_bytes,
                                     .max_multiply_adds = options->max_multiply_adds};
    return digitnet_model_create_ex(out, input.height, input.width, input.channels, &limits);
}

static digitnet_status read_layers(dnn_onnx_import *graph, dnn_wire_view output) {
    while (graph->next < graph->node_count) {
        digitnet_status status = dnn_onnx_read_layer(graph);
        if (status != DIGITNET_OK)
            return status;
        if (graph->model->network.layer_count > DNN_ONNX_LAYERS_MAX)
            return dnn_fail(DIGITNET_ELIMIT, "a graph of more than %d layers", DNN_ONNX_LAYERS_MAX);
    }
    if (graph->node_count == 0 || graph->channels_last || !dnn_wire_equal(graph->value, output)) {
        return dnn_fail(DIGITNET_EUNSUPPORTED, "the graph's output '%s' is not that of its last node",
                        dnn_wire_printable(output).text);
    }
    return DIGITNET_OK;
}

/* Compares all shapes before the weights are allocated: then the file is at least as large as they are. */
static digitnet_status read_weights(const dnn_onnx_import *graph) {
    dnn_network *network = &graph->model->network;
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; status == DIGITNET_OK && i < network->tensor_count; i++)
        status = dnn_onnx_match_tensor(&graph->tensors[i], dnn_network_tensor(network, i));
    if (status == DIGITNET_OK)
        status = dnn_model_realize(graph->model);
    for (size_t i = 0; status == DIGITNET_OK && i < network->tensor_count; i++) {
        const dnn_tensor *tensor = dnn_network_tensor(network, i);
        status = dnn_onnx_read_tensor(network->parameters + tensor->offset, &graph->tensors[i], tensor);
    }
    if (status == DIGITNET_OK)
        dnn_network_pack(network);
    return status;
}

/* All that the graph says, with arrays that have room for its nodes and initializers. */
static digitnet_status build(dnn_onnx_import *graph, dnn_onnx_node *nodes, dnn_wire_view message,
                             const graph_parts *parts, const digitnet_model_load_options *options) {
    dnn_wire_view output;
    dnn_shape input;
    digitnet_status status = index_nodes(nodes, message);
    if (status == DIGITNET_OK)
        status = index_initializers(&graph->initializers, message);
    if (status == DIGITNET_OK)
        status = read_input(&graph->value, &input, parts->input);
    if (status == DIGITNET_OK)
        status = read_value_name(&output, parts->output);
    if (status == DIGITNET_OK)
        status = create_model(&graph->model, input, options);
    if (status == DIGITNET_OK)
        status = read_layers(graph, output);
    return status == DIGITNET_OK ? read_weights(graph) : status;
}

digitnet_status dnn_onnx_read_graph(digitnet_model **out, dnn_wire_view message,
                                    const digitnet_model_load_options *options) {
    *out = NULL;
    graph_parts parts = {0};
    digitnet_status status = scan_graph(&parts, message);
    if (status != DIGITNET_OK)
        return status;
    if (parts.inputs != 1 || parts.outputs != 1) {
        return dnn_fail(DIGITNET_EUNSUPPORTED, "a graph of %zu inputs and %zu outputs, not one of each", parts.inputs,
                        parts.outputs);
    }
    dnn_arena arena = {0};
    size_t nodes = dnn_arena_book(&arena, parts.nodes, sizeof(dnn_onnx_node));
    size_t initializers = dnn_arena_book(&arena, parts.initializers, sizeof(dnn_onnx_initializer));
    size_t tensors = dnn_arena_book(&arena, parts.initializers, sizeof(dnn_onnx_tensor));
    if (!dnn_arena_allocate(&arena))
        return DIGITNET_ENOMEM;
    dnn_onnx_import graph = {.nodes = dnn_arena_at(&arena, nodes),
                             .node_count = parts.nodes,
                             .initializers = {.entries = dnn_arena_at(&arena, initializers)},
                             .tensors = dnn_arena_at(&arena, tensors)};
    status = build(&graph, dnn_arena_at(&arena, nodes), message, &parts, options);
    dnn_arena_release(&arena);
    if (status != DIGITNET_OK) {
        digitnet_model_free(graph.model);
        return status;
    }
    *out = graph.model;
    return DIGITNET_OK;
}
