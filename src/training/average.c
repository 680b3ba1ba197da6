#include "training/average.h"

#include "core/call.h"
#include "core/status.h"

#include <string.h>

static float *average_of(const digitnet_model *model) {
    return digitnet__training_average(model->training, model->network.graph.parameter_count);
}

void digitnet__average_begin(digitnet_model *model) {
    float *average = average_of(model);
    if (average)
        memcpy(average, model->network.parameters, model->network.graph.parameter_count * sizeof *average);
}

void digitnet__average_swap(digitnet_model *model) {
    float *weights = model->network.parameters, *average = average_of(model);
    for (size_t i = 0; i < model->network.graph.parameter_count; i++) {
        float weight = weights[i];
        weights[i] = average[i];
        average[i] = weight;
    }
    digitnet__network_pack(&model->network);
}

/* With exclusive access. */
static digitnet_status finalize(digitnet_model *model) {
    if (!model->training)
        return digitnet__fail(DIGITNET_ESTATE, "digitnet_model_finalize_weights: the model is not compiled");
    const float *average = average_of(model);
    if (!average) {
        return digitnet__fail(DIGITNET_ESTATE,
                              "digitnet_model_finalize_weights: the model is compiled without ema_momentum");
    }
    memcpy(model->network.parameters, average, model->network.graph.parameter_count * sizeof *average);
    digitnet__network_pack(&model->network);
    return DIGITNET_OK;
}

static digitnet_status finalize_weights(digitnet_model *model) {
    if (!model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_finalize_weights: model is NULL");
    DNN_TRY(digitnet__model_begin_write(model));
    digitnet_status status = finalize(model);
    digitnet__model_end_write(model);
    return status;
}

digitnet_status digitnet_model_finalize_weights(digitnet_model *model) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, finalize_weights(model));
}
