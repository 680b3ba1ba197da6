#include "core/memory.h"
#include "core/status.h"
#include "import/importer.h"

#include <string.h>

digitnet__shape digitnet__draft_shape(const digitnet__importer *importer, size_t value) {
    return value ? importer->drafts[value - 1].layer.output : importer->input;
}

/* Sets shapes and tensors from the kind and the attributes. Shapes that do not fit are damage, while what the kind does
 * not have may be right. */
static digitnet_status infer(digitnet__draft *draft, const digitnet__import_node *node) {
    digitnet__layer *layer = &draft->layer;
    layer->tensor_count = layer->parameters = layer->state_values = 0;
    digitnet_status status = digitnet__layer_check_attributes(layer);
    if (status == DIGITNET_OK)
        status = layer->kind->infer_shape(layer);
    if (status == DIGITNET_OK || status == DIGITNET_ENOMEM)
        return status;
    if (status == DIGITNET_ESHAPE)
        status = DIGITNET_EFORMAT;
    else if (status != DIGITNET_ELIMIT)
        status = DIGITNET_EUNSUPPORTED;
    return digitnet__import_fail(status, node, "cannot be built: %s", digitnet_last_error());
}

static digitnet_status allocate_tensors(digitnet__importer *importer, digitnet__draft *draft) {
    for (size_t i = 0; i < draft->layer.tensor_count; i++) {
        void *memory = draft->tensors[i];
        if (!memory)
            DNN_TRY(digitnet__pool_allocate(&memory, importer->pool, draft->layer.tensors[i].values, sizeof(float)));
        draft->tensors[i] = memory;
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__draft_add(size_t *value, digitnet__importer *importer, const digitnet__layer_kind *kind,
                                    const digitnet__attributes *attributes, const size_t *inputs, size_t input_count,
                                    const digitnet__import_node *node) {
    if (importer->draft_count == DNN_IMPORT_DRAFTS_MAX)
        return digitnet__fail(DIGITNET_ELIMIT, "the graph needs more than %d layers", DNN_IMPORT_DRAFTS_MAX);
    void *drafts = importer->drafts, *own_inputs, *layer_inputs;
    DNN_TRY(digitnet__pool_grow(&drafts, &importer->draft_capacity, importer->pool, importer->draft_count,
                                sizeof *importer->drafts));
    importer->drafts = drafts;
    DNN_TRY(digitnet__pool_allocate(&own_inputs, importer->pool, input_count, sizeof *inputs));
    DNN_TRY(digitnet__pool_allocate(&layer_inputs, importer->pool, input_count, sizeof(digitnet__layer_input)));
    memcpy(own_inputs, inputs, input_count * sizeof *inputs);
    digitnet__layer_input *shapes = layer_inputs;
    for (size_t i = 0; i < input_count; i++)
        shapes[i] = (digitnet__layer_input){inputs[i], digitnet__draft_shape(importer, inputs[i])};
    digitnet__draft draft = {.layer = {.kind = kind,
                                       .name = (char *)kind->name, /* for messages */
                                       .attributes = *attributes,
                                       .inputs = shapes,
                                       .input_count = input_count},
                             .inputs = own_inputs,
                             .name = node->name};
    DNN_TRY(infer(&draft, node));
    DNN_TRY(allocate_tensors(importer, &draft));
    for (size_t i = 0; i < input_count; i++)
        if (inputs[i])
            importer->drafts[inputs[i] - 1].takers++;
    importer->drafts[importer->draft_count++] = draft;
    *value = importer->draft_count;
    return DIGITNET_OK;
}

float *digitnet__draft_tensor(const digitnet__importer *importer, size_t value, const char *role) {
    const digitnet__draft *draft = &importer->drafts[value - 1];
    for (size_t i = 0; i < draft->layer.tensor_count; i++)
        if (strcmp(draft->layer.tensors[i].role, role) == 0)
            return draft->tensors[i];
    return NULL;
}

digitnet__draft *digitnet__draft_own(const digitnet__importer *importer, const digitnet__import_node *node,
                                     size_t input) {
    const digitnet__import_value *taken = &importer->graph->values[node->inputs[input]];
    size_t value = taken->activation->value;
    digitnet__draft *draft = value ? &importer->drafts[value - 1] : NULL;
    return draft && draft->takers == 0 && draft->open == taken->uses ? draft : NULL;
}

digitnet_status digitnet__draft_require_bias(digitnet__importer *importer, digitnet__draft *draft) {
    static const digitnet__import_node nowhere = {0};
    if (!draft->layer.attributes.no_bias)
        return DIGITNET_OK;
    draft->layer.attributes.no_bias = false;
    DNN_TRY(infer(draft, &nowhere));
    return allocate_tensors(importer, draft);
}
