#include "model_file/import.h"

#include "core/memory.h"
#include "core/status.h"
#include "import/import.h"
#include "layers/tensor_onnx.h"
#include "model/edit.h"
#include "model_file/export.h"
#include "model_file/file_kind.h"
#include "model_file/graph.h"
#include "model_file/metadata.h"
#include "model_file/nodes.h"
#include "onnx/schema.h"
#include "training/loss.h"

#include <string.h>

/* Operator sets whose operators mean what the reading functions take them for, and the file format's versions that hold
 * them. */
enum { OPSET_OLDEST = 1, OPSET_NEWEST = 26, IR_VERSION_OLDEST = 3, IR_VERSION_NEWEST = 14 };

/* The parts of a file. bytes is NULL where one is missing. */
typedef struct model_parts {
    uint64_t ir_version, opset;
    digitnet__wire_view graph, algorithm;
} model_parts;

static void scan_opset(digitnet__wire_reader *reader, const digitnet__wire_field *field, uint64_t *opset) {
    digitnet__wire_view message = {0}, domain = {0};
    uint64_t version = 0;
    digitnet__wire_get_bytes(reader, field, &message);
    digitnet__wire_reader entry = digitnet__wire_read(message);
    digitnet__wire_field part;
    while (digitnet__wire_next(&entry, &part))
        if (part.number == DNN_OPSET_DOMAIN)
            digitnet__wire_get_bytes(&entry, &part, &domain);
        else if (part.number == DNN_OPSET_VERSION)
            digitnet__wire_get_varint(&entry, &part, &version);
    if (entry.status != DIGITNET_OK)
        reader->status = entry.status;
    else if (domain.size == 0 || digitnet__wire_is(domain, "ai.onnx"))
        *opset = version;
}

static void scan_training(digitnet__wire_reader *reader, const digitnet__wire_field *field,
                          digitnet__wire_view *algorithm) {
    digitnet__wire_view message = {0};
    digitnet__wire_get_bytes(reader, field, &message);
    digitnet__wire_reader entry = digitnet__wire_read(message);
    digitnet__wire_field part;
    while (digitnet__wire_next(&entry, &part))
        if (part.number == DNN_TRAINING_ALGORITHM)
            digitnet__wire_get_message(&entry, &part, algorithm, "training algorithm");
    if (entry.status != DIGITNET_OK)
        reader->status = entry.status;
}

static digitnet_status scan_model(model_parts *parts, digitnet__wire_view file) {
    digitnet__wire_reader reader = digitnet__wire_read(file);
    digitnet__wire_field field;
    while (digitnet__wire_next(&reader, &field)) {
        switch (field.number) {
        case DNN_MODEL_IR_VERSION:
            digitnet__wire_get_varint(&reader, &field, &parts->ir_version);
            break;
        case DNN_MODEL_GRAPH:
            digitnet__wire_get_message(&reader, &field, &parts->graph, "graph");
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

/* What has no version and no graph is another kind of file: what stands at its first bytes says more than why they are
 * no fields. A file that breaks off behind its version is a damaged one. */
static digitnet_status find_parts(model_parts *parts, digitnet__wire_view file) {
    digitnet_status status = scan_model(parts, file);
    bool complete = parts->ir_version != 0 && parts->graph.bytes;
    const char *kind = complete ? NULL : digitnet__file_kind(file.bytes, file.size);
    if (kind)
        return digitnet__fail(DIGITNET_EFORMAT, "not an ONNX file: it is %s", kind);
    if (status != DIGITNET_OK && parts->ir_version == 0)
        return digitnet__fail(status, "not an ONNX file: %s", digitnet_last_error());
    if (status == DIGITNET_OK && !complete)
        return digitnet__fail(DIGITNET_EFORMAT, "not an ONNX file: it has no %s",
                              parts->graph.bytes ? "ir_version" : "graph");
    return status;
}

static digitnet_status check_versions(const model_parts *parts) {
    if (parts->ir_version < IR_VERSION_OLDEST || parts->ir_version > IR_VERSION_NEWEST) {
        return digitnet__fail(DIGITNET_EUNSUPPORTED, "ir_version %lld; this library reads %d to %d",
                              (long long)parts->ir_version, IR_VERSION_OLDEST, IR_VERSION_NEWEST);
    }
    if (parts->opset < OPSET_OLDEST || parts->opset > OPSET_NEWEST) {
        return digitnet__fail(DIGITNET_EUNSUPPORTED, "operator set %lld; this library reads %d to %d",
                              (long long)parts->opset, OPSET_OLDEST, OPSET_NEWEST);
    }
    return DIGITNET_OK;
}

static digitnet_status read_slot(float *state, const digitnet__network *network,
                                 const digitnet__onnx_initializers *initializers, const char *slot) {
    for (size_t i = 0; i < network->graph.tensor_count; i++) {
        const digitnet__tensor *tensor = digitnet__graph_tensor(&network->graph, i);
        if (tensor->is_state)
            continue;
        digitnet__onnx_name name = digitnet__onnx_join(slot, tensor->name);
        digitnet__wire_view view = digitnet__wire_string(name.text);
        const digitnet__onnx_initializer *initializer = digitnet__onnx_find_initializer(initializers, view);
        if (!initializer)
            return digitnet__fail(DIGITNET_EFORMAT, "the training state '%s' is missing", name.text);
        digitnet__onnx_tensor file;
        DNN_TRY(digitnet__onnx_parse_tensor(&file, initializer->message));
        DNN_TRY(digitnet__tensor_match(&file, tensor));
        DNN_TRY(digitnet__tensor_read(state + tensor->offset, &file, tensor));
    }
    return DIGITNET_OK;
}

/* The optimizer's state from the training algorithm's graph. */
static digitnet_status read_state(digitnet__training *training, const digitnet__network *network,
                                  digitnet__wire_view algorithm) {
    size_t slots = digitnet__optimizer_slots(&training->settings);
    if (slots == 0)
        return DIGITNET_OK;
    if (!algorithm.bytes)
        return digitnet__fail(DIGITNET_EFORMAT, "its metadata describe a training, but there is no training_info");
    digitnet__onnx_initializers initializers;
    digitnet_status status = digitnet__onnx_index_initializers(&initializers, algorithm);
    for (size_t slot = 0; status == DIGITNET_OK && slot < slots; slot++) {
        status = read_slot(training->state + slot * network->graph.parameter_count, network, &initializers,
                           digitnet__optimizer_slot_name(&training->settings, slot));
    }
    digitnet__release(initializers.entries);
    return status;
}

static digitnet_status read_training(digitnet_model *model, const digitnet__training *settings,
                                     digitnet__wire_view algorithm) {
    digitnet__network *network = &model->network;
    const digitnet__loss_kind *loss = digitnet__loss_find(settings->loss.kind);
    if (loss->check(&network->graph, &settings->loss) != DIGITNET_OK ||
        digitnet__loss_settings_check(&settings->loss) != DIGITNET_OK)
        return DIGITNET_EFORMAT; /* with the message that says what */
    digitnet__training *training;
    DNN_TRY(digitnet__training_create(&training, settings, network->graph.parameter_count));
    digitnet_status status = read_state(training, network, algorithm);
    if (status == DIGITNET_OK)
        status = digitnet__network_allocate_training(network, digitnet__loss_fused_activation(loss, &network->graph));
    if (status != DIGITNET_OK) {
        digitnet__training_free(training);
        return status;
    }
    digitnet__model_set_training(model, training);
    return DIGITNET_OK;
}

/* One of our own files, by the list of its layers. */
static digitnet_status restore(digitnet_model **out, digitnet__wire_view graph, digitnet__wire_view layers,
                               const digitnet_model_load_options *options) {
    DNN_TRY(digitnet__restore_model(out, graph, layers, options));
    const char *output = digitnet__graph_output_name(&(*out)->network.graph);
    if (options->output && strcmp(options->output, output) != 0)
        return digitnet__fail(DIGITNET_ENOTFOUND, "the graph has no output '%.80s'; its output is '%s'",
                              options->output, output);
    if (options->input_scale == 1 && options->input_offset == 0)
        return DIGITNET_OK;
    return digitnet__model_scale_input(*out, options->input_scale, options->input_offset);
}

digitnet_status digitnet__import_model(digitnet_model **out, const unsigned char *bytes, size_t size, const char *path,
                                       const digitnet_model_load_options *options) {
    *out = NULL;
    digitnet__wire_view file = {.bytes = bytes, .size = size};
    digitnet__metadata metadata = {0};
    model_parts parts = {0};
    digitnet_model *model = NULL;
    digitnet_status status = find_parts(&parts, file);
    if (status == DIGITNET_OK && !options->ignore_metadata)
        status = digitnet__metadata_read(&metadata, file);
    if (status == DIGITNET_OK)
        status = check_versions(&parts);
    if (status == DIGITNET_OK)
        status = metadata.layers.bytes ? restore(&model, parts.graph, metadata.layers, options)
                                       : digitnet__import_foreign(&model, file, path, options);
    if (status == DIGITNET_OK && metadata.compiled && !options->skip_training)
        status = read_training(model, &metadata.training, parts.algorithm);
    if (status != DIGITNET_OK) {
        digitnet_model_free(model);
        return status;
    }
    *out = model;
    return DIGITNET_OK;
}
