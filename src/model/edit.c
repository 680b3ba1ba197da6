#include "model/edit.h"

#include "core/call.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/status.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define INPUT_SCALING "input_scaling"

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

/* ---- Scaling of the input ---- */

digitnet_status digitnet__input_scaling_check(double scale, double offset, const char *where) {
    if (!(fabs(scale) <= (double)FLT_MAX) || (float)scale == 0) {
        return digitnet__fail(DIGITNET_EINVAL, "%s: the scale is %s; it must be a finite float, and not 0", where,
                              digitnet__number_text(scale).text);
    }
    if (!(fabs(offset) <= (double)FLT_MAX)) {
        return digitnet__fail(DIGITNET_EINVAL, "%s: the offset is %s; it must be a finite float", where,
                              digitnet__number_text(offset).text);
    }
    return DIGITNET_OK;
}

/* 1 where the first layer is the scaling that is to be changed. */
static size_t count_scalings(const digitnet__graph *graph) {
    return graph->layer_count > 0 && graph->layers[0].kind == &digitnet__layer_rescaling &&
           strcmp(graph->layers[0].name, INPUT_SCALING) == 0;
}

static digitnet_status build_scaled(edit *self, double scale, double offset) {
    const size_t input = 0, present = count_scalings(self->present);
    digitnet__layer scaling = {.kind = &digitnet__layer_rescaling,
                               .attributes = {.scale = scale, .offset = offset},
                               .frozen = present && self->present->layers[0].frozen};
    DNN_TRY(digitnet__model_append(&self->model, &scaling, INPUT_SCALING, &input, 1));
    for (size_t i = present; i < self->present->layer_count; i++)
        DNN_TRY(append(self, i, 1 - present));
    return DIGITNET_OK;
}

digitnet_status digitnet__model_scale_input(digitnet_model *model, double scale, double offset) {
    edit self;
    DNN_TRY(begin(&self, model));
    DNN_TRY(finish(&self, model, build_scaled(&self, scale, offset), true));
    digitnet__model_drop_kept(model);
    return DIGITNET_OK;
}

static digitnet_status set_input_scaling(digitnet_model *model, double scale, double offset) {
    if (!model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_set_input_scaling: model is NULL");
    DNN_TRY(digitnet__input_scaling_check(scale, offset, "digitnet_model_set_input_scaling"));
    DNN_TRY(digitnet__model_begin_write(model));
    digitnet_status status = digitnet__model_check(model);
    if (status == DIGITNET_OK)
        status = digitnet__model_scale_input(model, scale, offset);
    digitnet__model_end_write(model);
    return status;
}

digitnet_status digitnet_model_set_input_scaling(digitnet_model *model, double scale, double offset) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, set_input_scaling(model, scale, offset));
}

/* ---- Removal of layers ---- */

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
