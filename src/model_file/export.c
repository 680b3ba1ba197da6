#include "model_file/export.h"

#include "core/finite.h"
#include "core/status.h"
#include "digitnet/version.h"
#include "layers/tensor_onnx.h"
#include "model_file/metadata.h"
#include "model_file/nodes.h"
#include "onnx/schema.h"

static digitnet_status check_finite(const char *what, const digitnet__tensor *tensor, const float *values) {
    if (digitnet__all_finite(values, tensor->values))
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ESTATE, "the %s of '%s' hold a value that is not finite", what, tensor->name);
}

/* What is saved can be loaded: a model that has diverged must not take the place of a good file. */
static digitnet_status check_values(const digitnet__network *network, const digitnet__training *training) {
    size_t slots = training ? digitnet__optimizer_slots(&training->settings) : 0;
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; status == DIGITNET_OK && i < network->graph.tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__graph_tensor(&network->graph, i);
        status = check_finite("weights", tensor, digitnet__network_values(network, tensor));
        for (size_t slot = 0; status == DIGITNET_OK && !tensor->is_state && slot < slots; slot++) {
            const float *moments = training->state + slot * network->graph.parameter_count;
            status = check_finite("optimizer's moments", tensor, moments + tensor->offset);
        }
    }
    return status;
}

static void write_dimension(digitnet__wire_writer *writer, size_t value) {
    size_t begin = digitnet__wire_begin(writer, DNN_SHAPE_DIM);
    digitnet__wire_put_varint(writer, DNN_DIM_VALUE, value);
    digitnet__wire_end(writer, begin);
}

/* N x values, or N x channels x rows x columns. */
static void write_shape(digitnet__wire_writer *writer, digitnet__shape shape) {
    size_t begin = digitnet__wire_begin(writer, DNN_SHAPE_DIM);
    digitnet__wire_put_string(writer, DNN_DIM_PARAM, "N");
    digitnet__wire_end(writer, begin);
    write_dimension(writer, shape.channels);
    if (!shape.flat) {
        write_dimension(writer, shape.height);
        write_dimension(writer, shape.width);
    }
}

static void write_value(digitnet__wire_writer *writer, uint32_t number, const char *name, digitnet__shape shape) {
    size_t value = digitnet__wire_begin(writer, number);
    digitnet__wire_put_string(writer, DNN_VALUE_NAME, name);
    size_t type = digitnet__wire_begin(writer, DNN_VALUE_TYPE);
    size_t tensor = digitnet__wire_begin(writer, DNN_TYPE_TENSOR);
    digitnet__wire_put_varint(writer, DNN_TENSOR_TYPE_ELEMENT, DNN_DATA_FLOAT);
    size_t dimensions = digitnet__wire_begin(writer, DNN_TENSOR_TYPE_SHAPE);
    write_shape(writer, shape);
    digitnet__wire_end(writer, dimensions);
    digitnet__wire_end(writer, tensor);
    digitnet__wire_end(writer, type);
    digitnet__wire_end(writer, value);
}

static void write_tensors(digitnet__wire_writer *writer, const digitnet__network *network,
                          const digitnet__layer *layer) {
    for (size_t i = 0; i < layer->tensor_count; i++) {
        const digitnet__tensor *tensor = &layer->tensors[i];
        digitnet__tensor_write(writer, tensor->name, tensor, digitnet__network_values(network, tensor));
    }
    if (layer->kind->onnx.write_constants)
        layer->kind->onnx.write_constants(writer, layer);
}

static void write_graph(digitnet__wire_writer *writer, const digitnet__network *network) {
    const digitnet__graph *graph = &network->graph;
    size_t begin = digitnet__wire_begin(writer, DNN_MODEL_GRAPH);
    for (size_t i = 0; i < graph->layer_count; i++)
        digitnet__nodes_write(writer, graph, &graph->layers[i]);
    digitnet__wire_put_string(writer, DNN_GRAPH_NAME, "digitnet");
    for (size_t i = 0; i < graph->layer_count; i++)
        write_tensors(writer, network, &graph->layers[i]);
    write_value(writer, DNN_GRAPH_INPUT, DNN_GRAPH_INPUT_NAME, graph->input);
    write_value(writer, DNN_GRAPH_OUTPUT, digitnet__graph_output_name(graph), digitnet__graph_output(graph));
    digitnet__wire_end(writer, begin);
}

static void write_opset(digitnet__wire_writer *writer) {
    size_t begin = digitnet__wire_begin(writer, DNN_MODEL_OPSET_IMPORT);
    digitnet__wire_put_string(writer, DNN_OPSET_DOMAIN, "");
    digitnet__wire_put_varint(writer, DNN_OPSET_VERSION, DNN_ONNX_OPSET);
    digitnet__wire_end(writer, begin);
}

/* The optimizer's state as initializers of the training algorithm's graph: "m/dense/kernel" has the shape of
 * "dense/kernel". */
static void write_training_state(digitnet__wire_writer *writer, const digitnet__network *network,
                                 const digitnet__training *training) {
    const digitnet__optimizer_rule *rule = digitnet__optimizer_find(training->settings.kind);
    size_t slots = digitnet__optimizer_slots(&training->settings);
    if (slots == 0)
        return;
    size_t info = digitnet__wire_begin(writer, DNN_MODEL_TRAINING_INFO);
    size_t graph = digitnet__wire_begin(writer, DNN_TRAINING_ALGORITHM);
    digitnet__wire_put_string(writer, DNN_GRAPH_NAME, rule->name);
    for (size_t slot = 0; slot < slots; slot++) {
        for (size_t i = 0; i < network->graph.tensor_count; i++) {
            const digitnet__tensor *tensor = digitnet__graph_tensor(&network->graph, i);
            if (tensor->is_state)
                continue;
            digitnet__tensor_write(
                writer,
                digitnet__onnx_join(digitnet__optimizer_slot_name(&training->settings, slot), tensor->name).text,
                tensor, training->state + slot * network->graph.parameter_count + tensor->offset);
        }
    }
    digitnet__wire_end(writer, graph);
    digitnet__wire_end(writer, info);
}

/* Fields in the order of their numbers, as other writers of the format have them. Returns where the checksum's digits
 * stand. */
static size_t write_model(digitnet__wire_writer *writer, const digitnet__network *network,
                          const digitnet__training *training) {
    digitnet__wire_put_varint(writer, DNN_MODEL_IR_VERSION, DNN_ONNX_IR_VERSION);
    digitnet__wire_put_string(writer, DNN_MODEL_PRODUCER_NAME, DNN_ONNX_PRODUCER);
    digitnet__wire_put_string(writer, DNN_MODEL_PRODUCER_VERSION, DIGITNET_VERSION_STRING);
    write_graph(writer, network);
    write_opset(writer);
    size_t digits = digitnet__metadata_write(writer, &network->graph, training);
    if (training)
        write_training_state(writer, network, training);
    return digits;
}

/* What is written of the training; NULL: nothing. */
static const digitnet__training *written_training(const digitnet_model *model, bool weights_only) {
    return weights_only ? NULL : model->training;
}

digitnet_status digitnet__export_size(size_t *size, const digitnet_model *model, bool weights_only) {
    const digitnet__training *training = written_training(model, weights_only);
    if (model->error != DIGITNET_OK)
        return digitnet__fail(DIGITNET_ESTATE, "adding a layer failed: %s", model->error_message);
    DNN_TRY(digitnet__model_check_weights(model));
    DNN_TRY(check_values(&model->network, training));
    digitnet__wire_writer counter = {.bytes = NULL};
    write_model(&counter, &model->network, training);
    if (counter.position > INT32_MAX) {
        return digitnet__fail(DIGITNET_ELIMIT, "%zu weights%s exceed the 2 GiB limit of ONNX files",
                              model->network.graph.parameter_count, training ? " and their training state" : "");
    }
    *size = counter.position;
    return DIGITNET_OK;
}

void digitnet__export_model(unsigned char *file, const digitnet_model *model, bool weights_only) {
    digitnet__wire_writer writer = {.bytes = file};
    size_t digits = write_model(&writer, &model->network, written_training(model, weights_only));
    digitnet__checksum_write(file, writer.position, digits);
}
