/* Changes of a model's layers: the graph is built anew, and takes the place of the present one with all that stays. */
#include "core/call.h"
#include "core/memory.h"
#include "core/status.h"
#include "model/model.h"

#include <string.h>

/* A graph in the making, which takes layers of a present one. */
typedef struct edit {
    digitnet_model model; /* with nothing but the graph, and what adding layers to it asks for */
    const digitnet__graph *present;
    size_t *values; /* room for the inputs of one layer */
} edit;

static digitnet_status begin(edit *self, const digitnet_model *model) {
    *self = (edit){.model = {.limits = model->limits, .network.graph.input = model->network.graph.input},
                   .present = &model->network.graph};
    self->values = digitnet__allocate_array(self->present->input_count, sizeof *self->values);
    return self->values ? DIGITNET_OK : DIGITNET_ENOMEM;
}

/* Appends a present layer, the values that it takes having moved by `shift`. */
static digitnet_status append(edit *self, size_t index, size_t shift) {
    const digitnet__layer *from = &self->present->layers[index];
    digitnet__layer layer = {.kind = from->kind, .attributes = from->attributes, .frozen = from->frozen};
    for (size_t i = 0; i < from->input_count; i++)
        self->values[i] = from->inputs[i].value + shift;
    return digitnet__model_append(&self->model, &layer, from->name, self->values, from->input_count);
}

/* After a success the new graph takes the present one's place, `training` with its plan. Releases the edit. */
static digitnet_status finish(edit *self, digitnet_model *model, digitnet_status status, bool training) {
    if (status == DIGITNET_OK)
        status = digitnet__network_set_graph(&model->network, &self->model.network.graph, training);
    if (status != DIGITNET_OK)
        digitnet__graph_release(&self->model.network.graph);
    digitnet__release(self->values);
    return status;
}

static digitnet_status build_first(edit *self, size_t count) {
    for (size_t i = 0; i < count; i++)
        DNN_TRY(append(self, i, 0));
    digitnet_status status = digitnet__graph_check_outputs(&self->model.network.graph);
    return status == DIGITNET_OK
               ? status
               : digitnet__fail(status, "digitnet_model_remove_layers_after: %s", digitnet_last_error());
}

/* With exclusive access. */
static digitnet_status keep_first(digitnet_model *model, size_t count) {
    edit self;
    DNN_TRY(begin(&self, model));
    DNN_TRY(finish(&self, model, build_first(&self, count), false));
    digitnet__model_set_training(model, NULL);
    memset(model->next_suffix, 0, sizeof model->next_suffix); /* names are free again */
    return DIGITNET_OK;
}

static digitnet_status remove_behind(digitnet_model *model, const char *layer) {
    size_t value;
    DNN_TRY(digitnet__model_check(model));
    if (!digitnet__graph_find_value(&value, &model->network.graph, layer) || value == 0)
        return digitnet__fail(DIGITNET_ENOTFOUND, "the model has no layer '%.80s'", layer);
    return keep_first(model, value);
}

static digitnet_status remove_layers_after(digitnet_model *model, const char *layer) {
    if (!model || !layer) {
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_remove_layers_after: %s is NULL",
                              model ? "layer" : "model");
    }
    DNN_TRY(digitnet__model_begin_write(model));
    digitnet_status status = remove_behind(model, layer);
    digitnet__model_end_write(model);
    return status;
}

digitnet_status digitnet_model_remove_layers_after(digitnet_model *model, const char *layer) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, remove_layers_after(model, layer));
}
