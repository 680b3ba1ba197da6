#include "model_file/graph.h"

#include "core/memory.h"
#include "core/status.h"
#include "layers/tensor_onnx.h"
#include "model_file/layers.h"
#include "model_file/nodes.h"
#include "onnx/schema.h"

#include <string.h>

typedef struct graph_parts {
    size_t nodes, node_inputs, most_node_inputs, initializers, inputs, outputs;
    digitnet__wire_view input, output; /* the last of each */
} graph_parts;

static void scan_node(digitnet__wire_reader *reader, const digitnet__wire_field *field, graph_parts *parts) {
    digitnet__wire_view message = {0};
    size_t inputs = 0;
    digitnet__wire_get_bytes(reader, field, &message);
    if (reader->status == DIGITNET_OK)
        reader->status = digitnet__onnx_count_inputs(&inputs, message);
    parts->nodes++;
    parts->node_inputs += inputs; /* together no more than the file has bytes */
    parts->most_node_inputs = inputs > parts->most_node_inputs ? inputs : parts->most_node_inputs;
}

static digitnet_status scan_graph(graph_parts *parts, digitnet__wire_view graph) {
    digitnet__wire_reader reader = digitnet__wire_read(graph);
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field)) {
        switch (field.number) {
        case DNN_GRAPH_NODE:
            scan_node(&reader, &field, parts);
            break;
        case DNN_GRAPH_INITIALIZER:
            parts->initializers++;
            break;
        case DNN_GRAPH_INPUT:
            parts->inputs++;
            digitnet__wire_get_bytes(&reader, &field, &parts->input);
            break;
        case DNN_GRAPH_OUTPUT:
            parts->outputs++;
            digitnet__wire_get_bytes(&reader, &field, &parts->output);
            break;
        default:
            break;
        }
    }
    if (reader.status == DIGITNET_OK && parts->initializers > DNN_ONNX_INITIALIZERS_MAX) {
        return digitnet__fail(DIGITNET_ELIMIT, "the graph has %zu initializers; the limit is %d", parts->initializers,
                              DNN_ONNX_INITIALIZERS_MAX);
    }
    return reader.status;
}

/* The one message of a number in another one. */
static digitnet_status take_part(digitnet__wire_view *part, digitnet__wire_view message, uint32_t number,
                                 const char *name) {
    *part = (digitnet__wire_view){0};
    digitnet__wire_reader reader = digitnet__wire_read(message);
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field))
        if (field.number == number)
            digitnet__wire_get_message(&reader, &field, part, name);
    if (reader.status == DIGITNET_OK && !part->bytes)
        return digitnet__fail(DIGITNET_EFORMAT, "byte %zu: no %s", message.offset, name);
    return reader.status;
}

/* The size of a dimension; 0 where it is symbolic or none that an image has. */
static size_t read_dimension(digitnet__wire_reader *reader, const digitnet__wire_field *field) {
    uint64_t value = 0;
    digitnet__wire_view message = {0};
    digitnet__wire_get_bytes(reader, field, &message);
    digitnet__wire_reader dimension = digitnet__wire_read(message);
    digitnet__wire_field part;
    while (digitnet__wire_next(&dimension, &part))
        if (part.number == DNN_DIM_VALUE)
            digitnet__wire_get_varint(&dimension, &part, &value);
    if (dimension.status != DIGITNET_OK)
        reader->status = dimension.status;
    return value > INT32_MAX ? 0 : (size_t)value;
}

/* N x channels x rows x columns of float, N being anything. */
static digitnet_status read_image_type(digitnet__shape *shape, digitnet__wire_view tensor) {
    uint64_t element = 0;
    size_t dimensions[DNN_ONNX_RANK_MAX] = {0};
    size_t rank = 0;
    digitnet__wire_view message;
    digitnet_status status = take_part(&message, tensor, DNN_TENSOR_TYPE_SHAPE, "shape of the graph's input");
    if (status != DIGITNET_OK)
        return status;
    digitnet__wire_reader reader = digitnet__wire_read(tensor);
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field))
        if (field.number == DNN_TENSOR_TYPE_ELEMENT)
            digitnet__wire_get_varint(&reader, &field, &element);
    digitnet__wire_reader shape_reader = digitnet__wire_read(message);
    while (digitnet__wire_next(&shape_reader, &field)) {
        if (field.number == DNN_SHAPE_DIM) {
            size_t value = read_dimension(&shape_reader, &field);
            dimensions[rank < DNN_ONNX_RANK_MAX ? rank : 0] = value;
            rank++;
        }
    }
    if (reader.status != DIGITNET_OK || shape_reader.status != DIGITNET_OK)
        return DIGITNET_EFORMAT;
    *shape = (digitnet__shape){.height = dimensions[2], .width = dimensions[3], .channels = dimensions[1]};
    if (element != DNN_DATA_FLOAT || rank != 4 || !shape->height || !shape->width || !shape->channels) {
        return digitnet__fail(
            DIGITNET_EUNSUPPORTED,
            "the graph's input is not N x channels x rows x columns of float, with sizes known for all but N");
    }
    return DIGITNET_OK;
}

static digitnet_status read_value_name(digitnet__wire_view *name, digitnet__wire_view value) {
    return take_part(name, value, DNN_VALUE_NAME, "name of the graph's input or output");
}

static digitnet_status read_input(digitnet__wire_view *name, digitnet__shape *shape, digitnet__wire_view value) {
    digitnet__wire_view type, tensor;
    DNN_TRY(read_value_name(name, value));
    DNN_TRY(take_part(&type, value, DNN_VALUE_TYPE, "type of the graph's input"));
    DNN_TRY(take_part(&tensor, type, DNN_TYPE_TENSOR, "tensor type of the graph's input"));
    return read_image_type(shape, tensor);
}

/* Into arrays with room for them all, and for all their inputs. */
static digitnet_status index_nodes(digitnet__onnx_node *nodes, digitnet__wire_view *inputs, digitnet__wire_view graph) {
    digitnet__wire_reader reader = digitnet__wire_read(graph);
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field)) {
        if (field.number == DNN_GRAPH_NODE) {
            digitnet__wire_view message = {0};
            size_t count = 0;
            digitnet__wire_get_bytes(&reader, &field, &message); /* as scan_graph() did */
            reader.status = digitnet__onnx_parse_node(nodes++, message, inputs);
            if (reader.status == DIGITNET_OK)
                reader.status = digitnet__onnx_count_inputs(&count, message);
            inputs += count;
        }
    }
    return reader.status;
}

static digitnet_status index_initializers(digitnet__onnx_initializers *initializers, digitnet__wire_view graph) {
    digitnet__wire_reader reader = digitnet__wire_read(graph);
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field)) {
        if (field.number == DNN_GRAPH_INITIALIZER) {
            digitnet__wire_view message;
            digitnet__wire_get_bytes(&reader, &field, &message);
            reader.status =
                reader.status == DIGITNET_OK ? digitnet__onnx_add_initializer(initializers, message) : reader.status;
        }
    }
    return reader.status;
}

digitnet_status digitnet__onnx_index_initializers(digitnet__onnx_initializers *initializers,
                                                  digitnet__wire_view graph) {
    *initializers = (digitnet__onnx_initializers){0};
    graph_parts parts = {0};
    DNN_TRY(scan_graph(&parts, graph));
    initializers->entries = digitnet__allocate_array(parts.initializers, sizeof *initializers->entries);
    return initializers->entries ? index_initializers(initializers, graph) : DIGITNET_ENOMEM;
}

static digitnet_status create_model(digitnet_model **out, digitnet__shape input,
                                    const digitnet_model_load_options *options) {
    digitnet_model_options limits = {.struct_size = sizeof limits,
                                     .max_parameters = options->max_parameters,
                                     .max_activation_bytes = options->max_activation_bytes,
                                     .max_multiply_adds = options->max_multiply_adds};
    return digitnet_model_create_ex(out, input.height, input.width, input.channels, &limits);
}

static digitnet_status read_nodes(digitnet__import *import, digitnet__wire_view output) {
    while (import->next < import->node_count) {
        digitnet_status status = digitnet__nodes_read(import);
        if (status != DIGITNET_OK)
            return status;
    }
    const digitnet__onnx_value *last = &import->values[import->value_count - 1];
    if (import->model->network.graph.layer_count == 0 || last->channels_last ||
        !digitnet__wire_equal(last->name, output)) {
        return digitnet__fail(DIGITNET_EUNSUPPORTED, "the graph's output '%s' is not the output of its last node",
                              digitnet__wire_printable(output).text);
    }
    digitnet_status status = digitnet__graph_check_outputs(&import->model->network.graph);
    return status == DIGITNET_OK ? status : digitnet__fail(DIGITNET_EUNSUPPORTED, "%s", digitnet_last_error());
}

/* The layers' tensors among the initializers, by name. In our own files they stand in the layers' order. */
static digitnet_status find_tensors(digitnet__import *import) {
    const digitnet__graph *graph = &import->model->network.graph;
    for (size_t i = 0; i < graph->tensor_count; i++) {
        const char *name = digitnet__graph_tensor(graph, i)->name;
        const digitnet__onnx_initializer *initializer = digitnet__onnx_find_initializer(
            &import->initializers, (digitnet__wire_view){.bytes = (const unsigned char *)name, .size = strlen(name)});
        if (!initializer)
            return digitnet__fail(DIGITNET_EFORMAT, "the weights '%s' are missing", name);
        DNN_TRY(digitnet__onnx_parse_tensor(&import->tensors[i], initializer->message));
    }
    return DIGITNET_OK;
}

static digitnet_status read_list(digitnet__import *import, digitnet__wire_view layers) {
    DNN_TRY(digitnet__layers_read(import->model, layers));
    digitnet_status status = import->model->network.graph.layer_count
                                 ? digitnet__graph_check_outputs(&import->model->network.graph)
                                 : digitnet__fail(DIGITNET_EFORMAT, "it has no layers");
    if (status != DIGITNET_OK)
        return digitnet__fail(DIGITNET_EFORMAT, "%s", digitnet_last_error());
    return find_tensors(import);
}

/* Compares all shapes before the weights are allocated: then the file is at least as large as they are. */
static digitnet_status read_weights(const digitnet__import *import) {
    digitnet__network *network = &import->model->network;
    size_t count = network->graph.tensor_count;
    for (size_t i = 0; i < count; i++)
        DNN_TRY(digitnet__tensor_match(&import->tensors[i], digitnet__graph_tensor(&network->graph, i)));
    DNN_TRY(digitnet__network_allocate(network));
    for (size_t i = 0; i < count; i++) {
        const digitnet__tensor *tensor = digitnet__graph_tensor(&network->graph, i);
        DNN_TRY(digitnet__tensor_read(digitnet__network_values(network, tensor), &import->tensors[i], tensor));
    }
    digitnet__network_pack(network);
    return DIGITNET_OK;
}

/* The arrays that a graph is read into. */
typedef struct graph_memory {
    digitnet__arena arena;
    size_t nodes, node_inputs, values, layer_values, initializers, tensors;
} graph_memory;

static bool allocate_memory(graph_memory *memory, const graph_parts *parts) {
    digitnet__arena *arena = &memory->arena;
    memory->nodes = digitnet__arena_reserve(arena, parts->nodes, sizeof(digitnet__onnx_node));
    memory->node_inputs = digitnet__arena_reserve(arena, parts->node_inputs, sizeof(digitnet__wire_view));
    memory->values = digitnet__arena_reserve(arena, parts->nodes + 1, sizeof(digitnet__onnx_value));
    memory->layer_values = digitnet__arena_reserve(arena, parts->most_node_inputs + 1, sizeof(size_t));
    memory->initializers = digitnet__arena_reserve(arena, parts->initializers, sizeof(digitnet__onnx_initializer));
    memory->tensors = digitnet__arena_reserve(arena, parts->initializers, sizeof(digitnet__onnx_tensor));
    return digitnet__arena_allocate(arena);
}

/* All that the graph says. Nodes are not looked at where there is a list of layers. */
static digitnet_status build(digitnet__import *import, const graph_memory *memory, digitnet__wire_view message,
                             const graph_parts *parts, digitnet__wire_view layers,
                             const digitnet_model_load_options *options) {
    digitnet__wire_view output;
    digitnet__shape input;
    DNN_TRY(index_initializers(&import->initializers, message));
    DNN_TRY(read_input(&import->values[0].name, &input, parts->input));
    DNN_TRY(read_value_name(&output, parts->output));
    if (!layers.bytes)
        DNN_TRY(index_nodes(digitnet__arena_at(&memory->arena, memory->nodes),
                            digitnet__arena_at(&memory->arena, memory->node_inputs), message));
    DNN_TRY(create_model(&import->model, input, options));
    DNN_TRY(layers.bytes ? read_list(import, layers) : read_nodes(import, output));
    return read_weights(import);
}

digitnet_status digitnet__import_graph(digitnet_model **out, digitnet__wire_view message, digitnet__wire_view layers,
                                       const digitnet_model_load_options *options) {
    *out = NULL;
    graph_parts parts = {0};
    DNN_TRY(scan_graph(&parts, message));
    if (layers.bytes)
        parts.nodes = parts.node_inputs = parts.most_node_inputs = 0;
    if (parts.nodes > DNN_ONNX_NODES_MAX) {
        return digitnet__fail(DIGITNET_ELIMIT, "the graph has %zu nodes; the limit is %d", parts.nodes,
                              DNN_ONNX_NODES_MAX);
    }
    if (parts.node_inputs > DNN_ONNX_NODE_INPUTS_MAX) {
        return digitnet__fail(DIGITNET_ELIMIT, "the graph's nodes have %zu inputs; the limit is %d", parts.node_inputs,
                              DNN_ONNX_NODE_INPUTS_MAX);
    }
    if (parts.inputs != 1 || parts.outputs != 1) {
        return digitnet__fail(DIGITNET_EUNSUPPORTED,
                              "the graph has %zu inputs and %zu outputs; it must have one of each", parts.inputs,
                              parts.outputs);
    }
    graph_memory memory = {.nodes = 0};
    if (!allocate_memory(&memory, &parts))
        return DIGITNET_ENOMEM;
    digitnet__import import = {
        .nodes = digitnet__arena_at(&memory.arena, memory.nodes),
        .node_count = parts.nodes,
        .values = digitnet__arena_at(&memory.arena, memory.values),
        .value_count = 1,
        .layer_values = digitnet__arena_at(&memory.arena, memory.layer_values),
        .initializers = {.entries = digitnet__arena_at(&memory.arena, memory.initializers)},
        .tensors = digitnet__arena_at(&memory.arena, memory.tensors),
    };
    digitnet_status status = build(&import, &memory, message, &parts, layers, options);
    digitnet__arena_release(&memory.arena);
    if (status != DIGITNET_OK) {
        digitnet_model_free(import.model);
        return status;
    }
    *out = import.model;
    return DIGITNET_OK;
}
