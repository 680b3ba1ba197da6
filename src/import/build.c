#include "import/build.h"

#include "core/status.h"
#include "model/model.h"

#include <math.h>
#include <string.h>

enum { NAME_MAX_BYTES = 63 };

/* Marks what the output depends on; what a pattern has replaced is not. */
static void mark_needed(digitnet__importer *importer, size_t output) {
    importer->drafts[output - 1].needed = true;
    for (size_t i = importer->draft_count; i-- > 0;)
        for (size_t k = 0; importer->drafts[i].needed && k < importer->drafts[i].layer.input_count; k++)
            if (importer->drafts[i].inputs[k])
                importer->drafts[importer->drafts[i].inputs[k] - 1].needed = true;
}

/* The part of a node's name that tells its layer: of "/features/conv1/Conv" it is "conv1". NULL where none can be a
 * layer's. */
static const char *layer_name(char name[NAME_MAX_BYTES + 1], digitnet__wire_view view, const digitnet__graph *graph) {
    size_t end = view.size, begin = 0, value;
    for (size_t i = view.size; i-- > 0;)
        if (view.bytes[i] == '/' && i + 1 < view.size && end == view.size)
            end = i;
    if (end == 0)
        begin = end = view.size;
    for (size_t i = 0; i < end; i++)
        begin = view.bytes[i] == '/' ? i + 1 : begin;
    size_t size = end > begin ? end - begin : 0;
    if (size == 0 || size > NAME_MAX_BYTES)
        return NULL;
    memcpy(name, view.bytes + begin, size);
    name[size] = '\0';
    bool is_name = strlen(name) == size && digitnet__is_layer_name(name);
    return is_name && !digitnet__graph_find_value(&value, graph, name) ? name : NULL;
}

static digitnet_status append(digitnet_model *model, digitnet__importer *importer, size_t *places) {
    void *memory;
    for (size_t i = 0; i < importer->draft_count; i++) {
        digitnet__draft *draft = &importer->drafts[i];
        char name[NAME_MAX_BYTES + 1];
        if (!draft->needed)
            continue;
        size_t count = draft->layer.input_count;
        DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, count, sizeof(size_t)));
        size_t *inputs = memory;
        for (size_t k = 0; k < count; k++)
            inputs[k] = draft->inputs[k] ? places[draft->inputs[k] - 1] : 0;
        digitnet__layer layer = {
            .kind = draft->layer.kind, .attributes = draft->layer.attributes, .frozen = draft->layer.frozen};
        digitnet_status status =
            digitnet__model_append(model, &layer, layer_name(name, draft->name, &model->network.graph), inputs, count);
        if (status == DIGITNET_EINVAL || status == DIGITNET_ESHAPE)
            return digitnet__fail(DIGITNET_EUNSUPPORTED, "%s", digitnet_last_error());
        DNN_TRY(status);
        places[i] = model->network.graph.layer_count;
    }
    return DIGITNET_OK;
}

static digitnet_status copy_weights(digitnet_model *model, const digitnet__importer *importer, const size_t *places) {
    digitnet__network *network = &model->network;
    DNN_TRY(digitnet__network_allocate(network));
    for (size_t i = 0; i < importer->draft_count; i++) {
        const digitnet__draft *draft = &importer->drafts[i];
        if (!draft->needed)
            continue;
        const digitnet__layer *layer = &network->graph.layers[places[i] - 1];
        for (size_t k = 0; k < layer->tensor_count; k++) {
            const digitnet__tensor *tensor = &layer->tensors[k];
            memcpy(digitnet__network_values(network, tensor), draft->tensors[k], tensor->values * sizeof(float));
            for (size_t j = 0; j < tensor->values; j++)
                if (!isfinite(draft->tensors[k][j]))
                    return digitnet__fail(DIGITNET_EFORMAT, "the weights '%s' have a value that is not finite",
                                          tensor->name);
        }
    }
    digitnet__network_pack(network);
    return DIGITNET_OK;
}

digitnet_status digitnet__import_build(digitnet_model **out, digitnet__importer *importer, size_t output) {
    const digitnet_model_load_options *options = importer->options;
    void *places;
    digitnet_model *model;
    digitnet_model_options limits = {.struct_size = sizeof limits,
                                     .max_parameters = options->max_parameters,
                                     .max_activation_bytes = options->max_activation_bytes,
                                     .max_multiply_adds = options->max_multiply_adds};
    *out = NULL;
    mark_needed(importer, output);
    DNN_TRY(digitnet__pool_allocate(&places, importer->pool, importer->draft_count, sizeof(size_t)));
    DNN_TRY(digitnet_model_create_ex(&model, importer->input.height, importer->input.width, importer->input.channels,
                                     &limits));
    digitnet_status status = append(model, importer, places);
    if (status == DIGITNET_OK)
        status = copy_weights(model, importer, places);
    if (status != DIGITNET_OK) {
        digitnet_model_free(model);
        return status;
    }
    *out = model;
    return DIGITNET_OK;
}
