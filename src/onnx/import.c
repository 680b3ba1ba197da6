#include "onnx/import.h"

#include <string.h>

#include "core/memory.h"
#include "core/status.h"
#include "onnx/export.h"
#include "onnx/graph.h"
#include "onnx/marks.h"
#include "onnx/schema.h"

/* Operator sets whose operators mean what the reading functions take them for, and the file format's versions that hold
 * them. */
enum { OPSET_NEWEST = 26, IR_VERSION_NEWEST = 13 };

/* The parts of a file. bytes is NULL where one is missing. */
typedef struct model_parts {
    uint64_t ir_version, opset;
    dnn_wire_view graph, algorithm;
} model_parts;

static void scan_opset(dnn_wire_reader *reader, const dnn_wire_field *field, uint64_t *opset) {
    dnn_wire_view message = {0}, domain = {0};
    uint64_t version = 0;
    dnn_wire_get_bytes(reader, field, &message);
    dnn_wire_reader entry = dnn_wire_read(message);
    dnn_wire_field part;
    while (dnn_wire_next(&entry, &part))
        if (part.number == DNN_OPSET_DOMAIN)
            dnn_wire_get_bytes(&entry, &part, &domain);
        else if (part.number == DNN_OPSET_VERSION)
            dnn_wire_get_varint(&entry, &part, &version);
    if (entry.status != DIGITNET_OK)
        reader->status = entry.status;
    else if (domain.size == 0 || dnn_wire_is(domain, "ai.onnx"))
        *opset = version;
}

static void scan_training(dnn_wire_reader *reader, const dnn_wire_field *field, dnn_wire_view *algorithm) {
    dnn_wire_view message = {0};
    dnn_wire_get_bytes(reader, field, &message);
    dnn_wire_reader entry = dnn_wire_read(message);
    dnn_wire_field part;
    while (dnn_wire_next(&entry, &part))
        if (part.number == DNN_TRAINING_ALGORITHM)
            dnn_wire_get_message(&entry, &part, algorithm, "training algorithm");
    if (entry.status != DIGITNET_OK)
        reader->status = entry.status;
}

static digitnet_status scan_model(model_parts *parts, dnn_wire_view file) {
    dnn_wire_reader reader = dnn_wire_read(file);
    dnn_wire_field field;
    while (dnn_wire_next(&reader, &field)) {
        switch (field.number) {
        case DNN_MODEL_IR_VERSION:
            dnn_wire_get_varint(&reader, &field, &parts->ir_version);
            break;
        case DNN_MODEL_GRAPH:
            dnn_wire_get_message(&reader, &field, &parts->graph, "graph");
            break;
        case DNN_MODEL_OPSET_IMPORT:
            scan_opset(&reader, &field, &parts->opset);
            break;
        case DNN_MODEL_TRAINING_INFO:
            scan_training(&reader, &field, &parts->algorithm);
            break;
        default:
            break;
        }
    }
    return reader.status;
}

static digitnet_status check_model(const model_parts *parts) {
    if (!parts->graph.bytes || parts->ir_version == 0)
        return dnn_fail(DIGITNET_EFORMAT, "no ONNX file: it has no %s", parts->graph.bytes ? "ir_version" : "graph");
    if (parts->ir_version > IR_VERSION_NEWEST) {
        return dnn_fail(DIGITNET_EUNSUPPORTED, "ir_version %llu; this library reads up to %d",
                        (unsigned long long)parts->ir_version, IR_VERSION_NEWEST);
    }
    if (parts->opset < DNN_ONNX_OPSET || parts->opset > OPSET_NEWEST) {
        return dnn_fail(DIGITNET_EUNSUPPORTED, "operator set %llu; this library reads %d to %d",
                        (unsigned long long)parts->opset, DNN_ONNX_OPSET, OPSET_NEWEST);
    }
    return DIGITNET_OK;
}

static digitnet_status read_slot(float *state, const dnn_network *network, const dnn_onnx_initializers *initializers,
                                 const char *slot) {
    for (size_t i = 0; i < network->tensor_count; i++) {
        const dnn_tensor *tensor = dnn_network_tensor(network, i);
        dnn_onnx_name name = dnn_onnx_join(slot, tensor->name);
        dnn_wire_view view = {.bytes = (const unsigned char *)name.text, .size = strlen(name.text)};
        const dnn_onnx_initializer *initializer = dnn_onnx_find_initializer(initializers, view);
        if (!initializer)
            return dnn_fail(DIGITNET_EFORMAT, "the training has no '%s'", name.text);
        dnn_onnx_tensor file;
        digitnet_status status = dnn_onnx_parse_tensor(&file, initializer->message);
        if (status == DIGITNET_OK)
            status = dnn_onnx_match_tensor(&file, tensor);
        if (status == DIGITNET_OK)
            status = dnn_onnx_read_tensor(state + tensor->offset, &file, tensor);
        if (status != DIGITNET_OK)
            return status;
    }
    return DIGITNET_OK;
}

/* The optimizer's state from the training algorithm's graph. */
static digitnet_status read_state(dnn_training *training, const dnn_network *network, dnn_wire_view algorithm) {
    const dnn_optimizer_rule *rule = dnn_optimizer_find(training->settings.kind);
    size_t slots = dnn_optimizer_slots(&training->settings);
    if (slots == 0)
        return DIGITNET_OK;
    if (!algorithm.bytes)
        return dnn_fail(DIGITNET_EFORMAT, "the marks tell of a training, but there is no training_info");
    dnn_onnx_initializers initializers;
    digitnet_status status = dnn_onnx_index_initializers(&initializers, algorithm);
    for (size_t slot = 0; status == DIGITNET_OK && slot < slots; slot++) {
        status = read_slot(training->state + slot * network->parameter_count, network, &initializers,
                           rule->slot_names[slot]);
    }
    dnn_release(initializers.entries);
    return status;
}

static digitnet_status read_training(digitnet_model *model, const dnn_training *marks, dnn_wire_view algorithm) {
    const dnn_network *network = &model->network;
    if (!dnn_network_is_classifier(network))
        return dnn_fail(DIGITNET_EFORMAT, "the marks tell of a training, but the graph does not end in probabilities");
    if (dnn_optimizer_settings_check(&marks->settings) != DIGITNET_OK)
        return DIGITNET_EFORMAT; /* with the message that says which setting */
    dnn_training *training;
    digitnet_status status =
        dnn_training_create(&training, &marks->settings, marks->loss, marks->seed, network->parameter_count);
    if (status != DIGITNET_OK)
        return status;
    training->progress = marks->progress;
    status = read_state(training, network, algorithm);
    if (status != DIGITNET_OK) {
        dnn_training_free(training);
        return status;
    }
    dnn_training_attach(model, training);
    return DIGITNET_OK;
}

digitnet_status dnn_onnx_import_model(digitnet_model **out, const unsigned char *bytes, size_t size,
                                      const digitnet_model_load_options *options) {
    *out = NULL;
    dnn_wire_view file = {.bytes = bytes, .size = size};
    dnn_onnx_marks marks = {0};
    model_parts parts = {0};
    digitnet_model *model = NULL;
    digitnet_status status = options->ignore_marks ? DIGITNET_OK : dnn_onnx_read_marks(&marks, file);
    if (status == DIGITNET_OK)
        status = scan_model(&parts, file);
    if (status == DIGITNET_OK)
        status = check_model(&parts);
    if (status == DIGITNET_OK)
        status = dnn_onnx_read_graph(&model, parts.graph, options);
    if (status == DIGITNET_OK && marks.compiled)
        status = read_training(model, &marks.training, parts.algorithm);
    if (status != DIGITNET_OK) {
        digitnet_model_free(model);
        return status;
    }
    *out = model;
    return DIGITNET_OK;
}
