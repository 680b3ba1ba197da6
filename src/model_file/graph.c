#include "model_file/graph.h"

#include "core/memory.h"
#include "core/status.h"
#include "layers/tensor_onnx.h"
#include "model/model.h"
#include "model_file/layers.h"
#include "onnx/schema.h"

#include <string.h>

/* So many are the tensors of the most layers, or what an optimizer keeps of them. Each is compared with all others. */
enum { INITIALIZERS_MAX = 3 * DNN_LAYER_TENSORS * DNN_LAYERS_MAX };

typedef struct graph_parts {
    size_t initializers, inputs;
    digitnet__wire_view input; /* the last one */
} graph_parts;

static digitnet_status scan_graph(graph_parts *parts, digitnet__wire_view graph) {
    digitnet__wire_reader reader = digitnet__wire_read(graph);
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field)) {
        switch (field.number) {
        case DNN_GRAPH_INITIALIZER:
            parts->initializers++;
            break;
        case DNN_GRAPH_INPUT:
            parts->inputs++;
            digitnet__wire_get_bytes(&reader, &field, &parts->input);
            break;
        default:
            break;
        }
    }
    if (reader.status == DIGITNET_OK && parts->initializers > INITIALIZERS_MAX) {
        return digitnet__fail(DIGITNET_ELIMIT, "the graph has %zu initializers; the limit is %d", parts->initializers,
                              INITIALIZERS_MAX);
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

static digitnet_status read_input(digitnet__shape *shape, digitnet__wire_view value) {
    digitnet__wire_view type, tensor;
    DNN_TRY(take_part(&type, value, DNN_VALUE_TYPE, "type of the graph's input"));
    DNN_TRY(take_part(&tensor, type, DNN_TYPE_TENSOR, "tensor type of the graph's input"));
    return read_image_type(shape, tensor);
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

static digitnet_status read_list(digitnet_model *model, digitnet__wire_view layers) {
    DNN_TRY(digitnet__layers_read(model, layers));
    digitnet_status status = model->network.graph.layer_count ? digitnet__graph_check_outputs(&model->network.graph)
                                                              : digitnet__fail(DIGITNET_EFORMAT, "it has no layers");
    return status == DIGITNET_OK ? status : digitnet__fail(DIGITNET_EFORMAT, "%s", digitnet_last_error());
}

/* The layers' tensors among the initializers, by name. */
static digitnet_status find_tensors(digitnet__onnx_tensor *tensors, const digitnet__graph *graph,
                                    const digitnet__onnx_initializers *initializers) {
    for (size_t i = 0; i < graph->tensor_count; i++) {
        const char *name = digitnet__graph_tensor(graph, i)->name;
        const digitnet__onnx_initializer *initializer =
            digitnet__onnx_find_initializer(initializers, digitnet__wire_string(name));
        if (!initializer)
            return digitnet__fail(DIGITNET_EFORMAT, "the weights '%s' are missing", name);
        DNN_TRY(digitnet__onnx_parse_tensor(&tensors[i], initializer->message));
    }
    return DIGITNET_OK;
}

/* Compares all shapes before the weights are allocated: then the file is at least as large as they are. */
static digitnet_status read_weights(digitnet__network *network, const digitnet__onnx_tensor *tensors) {
    size_t count = network->graph.tensor_count;
    for (size_t i = 0; i < count; i++)
        DNN_TRY(digitnet__tensor_match(&tensors[i], digitnet__graph_tensor(&network->graph, i)));
    DNN_TRY(digitnet__network_allocate(network));
    for (size_t i = 0; i < count; i++) {
        const digitnet__tensor *tensor = digitnet__graph_tensor(&network->graph, i);
        DNN_TRY(digitnet__tensor_read(digitnet__network_values(network, tensor), &tensors[i], tensor));
    }
    digitnet__network_pack(network);
    return DIGITNET_OK;
}

static digitnet_status restore_weights(digitnet__network *network, digitnet__wire_view message) {
    digitnet__onnx_initializers initializers;
    digitnet_status status = digitnet__onnx_index_initializers(&initializers, message);
    digitnet__onnx_tensor *tensors = digitnet__allocate_array(network->graph.tensor_count, sizeof *tensors);
    if (status == DIGITNET_OK)
        status = tensors ? find_tensors(tensors, &network->graph, &initializers) : DIGITNET_ENOMEM;
    if (status == DIGITNET_OK)
        status = read_weights(network, tensors);
    digitnet__release(initializers.entries);
    digitnet__release(tensors);
    return status;
}

digitnet_status digitnet__restore_model(digitnet_model **out, digitnet__wire_view message, digitnet__wire_view layers,
                                        const digitnet_model_load_options *options) {
    graph_parts parts = {0};
    digitnet__shape input;
    digitnet_model *model;
    *out = NULL;
    DNN_TRY(scan_graph(&parts, message));
    if (parts.inputs != 1)
        return digitnet__fail(DIGITNET_EUNSUPPORTED, "the graph has %zu inputs; it must have one", parts.inputs);
    DNN_TRY(read_input(&input, parts.input));
    DNN_TRY(create_model(&model, input, options));
    digitnet_status status = read_list(model, layers);
    if (status == DIGITNET_OK)
        status = restore_weights(&model->network, message);
    if (status != DIGITNET_OK) {
        digitnet_model_free(model);
        return status;
    }
    *out = model;
    return DIGITNET_OK;
}
