/* The learning rate of a compiled model. */
#include "core/call.h"
#include "core/number.h"
#include "core/status.h"
#include "model/model.h"
#include "optimizer/schedule.h"

#include <math.h>

static digitnet_status check_compiled(const digitnet_model *model) {
    return model->training ? DIGITNET_OK
                           : digitnet__fail(DIGITNET_ESTATE, "the model is not compiled: it has no learning rate");
}

static digitnet_status set_learning_rate(digitnet_model *model, double learning_rate) {
    if (!model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_set_learning_rate: model is NULL");
    if (!isfinite(learning_rate) || learning_rate <= 0) {
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_model_set_learning_rate: learning_rate is %s; it must be finite and above 0",
                              digitnet__number_text(learning_rate).text);
    }
    bool in_callback = digitnet__model_in_callback(model); /* the fit around it already has exclusive access */
    digitnet_status status = in_callback ? DIGITNET_OK : digitnet__model_begin_write(model);
    if (status != DIGITNET_OK)
        return status;
    status = check_compiled(model);
    if (status == DIGITNET_OK)
        model->training->settings.schedule = digitnet__schedule_constant(learning_rate);
    if (!in_callback)
        digitnet__model_end_write(model);
    return status;
}

digitnet_status digitnet_model_set_learning_rate(digitnet_model *model, double learning_rate) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, set_learning_rate(model, learning_rate));
}

static digitnet_status get_learning_rate(double *out, const digitnet_model *model) {
    if (!out || !model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_get_learning_rate: %s is NULL", out ? "model" : "out");
    DNN_TRY(digitnet__model_begin_read(model));
    digitnet_status status = check_compiled(model);
    if (status == DIGITNET_OK)
        *out = digitnet__schedule_rate(&model->training->settings.schedule, model->training->progress.steps_done);
    digitnet__model_end_read(model);
    return status;
}

digitnet_status digitnet_model_get_learning_rate(double *out, const digitnet_model *model) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, get_learning_rate(out, model));
}
