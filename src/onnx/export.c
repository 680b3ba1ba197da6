#include "onnx/export.h"

#include <math.h>

#include "core/status.h"
#include "digitnet/version.h"
#include "onnx/marks.h"
#include "onnx/operators.h"
#include "onnx/schema.h"

#define GRAPH_INPUT "image"

static digitnet_status check_finite(const char *what, const dnn_network *network, const float *values) {
    for (size_t i = 0; i < network->tensor_count; i++) {
        const dnn_tensor *tensor = dnn_network_tensor(network, i);
        for (size_t j = 0; j < tensor->values; j++)
            if (!isfinite(values[tensor->offset + j]))
                return dnn_fail(DIGITNET_ESTATE, "the %s of '%s' hold a value that is not finite", what, tensor->name);
    }
    return DIGITNET_OK;
}

/* What is saved can be loaded: a model that has diverged must not take the place of a good file. */
static digitnet_status check_values(const digitnet_model *model) {
    const dnn_network *network = &model->network;
    const dnn_training *training = model->training;
    digitnet_status status = check_finite("weights", network, network->parameters);
    size_t slots = training ? dnn_optimizer_slots(&training->settings) : 0;
    for (size_t slot = 0; status == DIGITNET_OK && slot < slots; slot++)
        status = check_finite("optimizer's moments", network, training->state + slot * network->parameter_count);
    return status;
}

static void write_dimension(dnn_wire_writer *writer, size_t value) {
    size_t begin = dnn_wire_begin(writer, DNN_SHAPE_DIM);
    dnn_wire_put_varint(writer, DNN_DIM_VALUE, value);
    dnn_wire_end(writer, begin);
}

/* N x values, or N x channels x rows x columns. */
static void write_shape(dnn_wire_writer *writer, dnn_shape shape) {
    size_t begin = dnn_wire_begin(writer, DNN_SHAPE_DIM);
    dnn_wire_put_string(writer, DNN_DIM_PARAM, "N");
    dnn_wire_end(writer, begin);
    write_dimension(writer, shape.channels);
    if (!shape.flat) {
        write_dimension(writer, shape.height);
        write_dimension(writer, shape.width);
    }
}

static void write_value(dnn_wire_writer *writer, uint32_t number, const char *name, dnn_shape shape) {
    size_t value = dnn_wire_begin(writer, number);
    dnn_wire_put_string(writer, DNN_VALUE_NAME, name);
    size_t type = dnn_wire_begin(writer, DNN_VALUE_TYPE);
    size_t tensor = dnn_wire_begin(writer, DNN_TYPE_TENSOR);
    dnn_wire_put_varint(writer, DNN_TENSOR_TYPE_ELEMENT, DNN_DATA_FLOAT);
    size_t dimensions = dnn_wire_begin(writer, DNN_TENSOR_TYPE_SHAPE);
    write_shape(writer, shape);
    dnn_wire_end(writer, dimensions);
    dnn_wire_end(writer, tensor);
    dnn_wire_end(writer, type);
    dnn_wire_end(writer, value);
}

static void write_graph(dnn_wire_writer *writer, const dnn_network *network) {
    const dnn_layer *last = &network->layers[network->layer_count - 1];
    const char *output = last->activation == DIGITNET_SOFTMAX ? "probabilities" : "output";
    dnn_onnx_export graph = {.writer = writer, .network = network, .value = {GRAPH_INPUT}, .output = output};
    size_t begin = dnn_wire_begin(writer, DNN_MODEL_GRAPH);
    for (size_t i = 0; i < network->layer_count; i++)
        dnn_onnx_write_layer(&graph, &network->layers[i]);
    dnn_wire_put_string(writer, DNN_GRAPH_NAME, "digitnet");
    for (size_t i = 0; i < network->layer_count; i++) {
        const dnn_layer *layer = &network->layers[i];
        for (size_t j = 0; j < layer->tensor_count; j++) {
            const dnn_tensor *tensor = &layer->tensors[j];
            dnn_onnx_write_tensor(writer, tensor->name, tensor, network->parameters + tensor->offset);
        }
        dnn_onnx_write_constants(writer, layer);
    }
    write_value(writer, DNN_GRAPH_INPUT, GRAPH_INPUT, network->input);
    write_value(writer, DNN_GRAPH_OUTPUT, output, dnn_network_output(network));
    dnn_wire_end(writer, begin);
}

static void write_opset(dnn_wire_writer *writer) {
    size_t begin = dnn_wire_begin(writer, DNN_MODEL_OPSET_IMPORT);
    dnn_wire_put_string(writer, DNN_OPSET_DOMAIN, "");
    dnn_wire_put_varint(writer, DNN_OPSET_VERSION, DNN_ONNX_OPSET);
    dnn_wire_end(writer, begin);
}

/* The optimizer's state as initializers of the training algorithm's graph: "m/dense/kernel" has the shape of
 * "dense/kernel". */
static void write_training_state(dnn_wire_writer *writer, const dnn_network *network, const dnn_training *training) {
    const dnn_optimizer_rule *rule = dnn_optimizer_find(training->settings.kind);
    size_t slots = dnn_optimizer_slots(&training->settings);
    if (slots == 0)
        return;
    size_t info = dnn_wire_begin(writer, DNN_MODEL_TRAINING_INFO);
    size_t graph = dnn_wire_begin(writer, DNN_TRAINING_ALGORITHM);
    dnn_wire_put_string(writer, DNN_GRAPH_NAME, rule->name);
    for (size_t slot = 0; slot < slots; slot++) {
        for (size_t i = 0; i < network->tensor_count; i++) {
            const dnn_tensor *tensor = dnn_network_tensor(network, i);
            dnn_onnx_write_tensor(writer, dnn_onnx_join(rule->slot_names[slot], tensor->name).text, tensor,
                                  training->state + slot * network->parameter_count + tensor->offset);
        }
    }
    dnn_wire_end(writer, graph);
    dnn_wire_end(writer, info);
}

/* Fields in the order of their numbers, as other writers of the format have them. Returns where the checksum's digits
 * stand. */
static size_t write_model(dnn_wire_writer *writer, const digitnet_model *model) {
    dnn_wire_put_varint(writer, DNN_MODEL_IR_VERSION, DNN_ONNX_IR_VERSION);
    dnn_wire_put_string(writer, DNN_MODEL_PRODUCER_NAME, DNN_ONNX_PRODUCER);
    dnn_wire_put_string(writer, DNN_MODEL_PRODUCER_VERSION, DIGITNET_VERSION_STRING);
    write_graph(writer, &model->network);
    write_opset(writer);
    size_t digits = dnn_onnx_write_marks(writer, model->training);
    if (model->training)
        write_training_state(writer, &model->network, model->training);
    return digits;
}

digitnet_status dnn_onnx_export_size(size_t *size, const digitnet_model *model) {
    if (model->error != DIGITNET_OK)
        return dnn_fail(DIGITNET_ESTATE, "a builder failed: %s", model->error_message);
    digitnet_status status = dnn_model_check_weights(model);
    if (status == DIGITNET_OK)
        status = check_values(model);
    if (status != DIGITNET_OK)
        return status;
    if (model->network.layer_count > DNN_ONNX_LAYERS_MAX) {
        return dnn_fail(DIGITNET_ELIMIT, "%zu layers; a file holds at most %d", model->network.layer_count,
                        DNN_ONNX_LAYERS_MAX);
    }
    dnn_wire_writer counter = {.bytes = NULL};
    write_model(&counter, model);
    if (counter.position > INT32_MAX) {
        return dnn_fail(DIGITNET_ELIMIT,
                        "%zu weights and their training take more than the 2 GiB that an ONNX file can have",
                        model->network.parameter_count);
    }
    *size = counter.position;
    return DIGITNET_OK;
}

void dnn_onnx_export_model(unsigned char *file, const digitnet_model *model) {
    dnn_wire_writer writer = {.bytes = file};
    size_t digits = write_model(&writer, model);
    dnn_onnx_write_checksum(file, writer.position, digits);
}
