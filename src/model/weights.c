/* Tensors by name. */

#include "core/call.h"
#include "core/number.h"
#include "core/status.h"
#include "model/model.h"

#include <math.h>
#include <string.h>

/* The tensors that a name stands for: one, or all for NULL. */
typedef struct selection {
    const digitnet__tensor *only; /* NULL: all */
    size_t count, values;
} selection;

static digitnet_status select_tensors(selection *out, const digitnet__network *network, const char *name) {
    *out = (selection){.count = network->graph.tensor_count,
                       .values = network->graph.parameter_count + network->graph.state_count};
    if (!name)
        return DIGITNET_OK;
    const digitnet__tensor *tensor = digitnet__graph_find_tensor(&network->graph, name);
    if (!tensor)
        return digitnet__fail(DIGITNET_ENOTFOUND, "the model has no tensor '%.80s'", name);
    *out = (selection){.only = tensor, .count = 1, .values = tensor->values};
    return DIGITNET_OK;
}

static const digitnet__tensor *selected_tensor(const selection *chosen, const digitnet__network *network,
                                               size_t index) {
    return chosen->only ? chosen->only : digitnet__graph_tensor(&network->graph, index);
}

static digitnet_status read_weights(float *values, size_t capacity, const digitnet_model *model, const char *tensor) {
    const digitnet__network *network = &model->network;
    selection chosen = {0};
    DNN_TRY(digitnet__model_check_weights(model));
    DNN_TRY(select_tensors(&chosen, network, tensor));
    if (capacity < chosen.values) {
        return digitnet__fail(DIGITNET_EBUFFER,
                              "digitnet_model_get_weights: %.80s has %zu values, the buffer has room for %zu",
                              tensor ? tensor : "the model", chosen.values, capacity);
    }
    for (size_t i = 0; i < chosen.count; i++) {
        const digitnet__tensor *each = selected_tensor(&chosen, network, i);
        digitnet__tensor_to_user(values, each, digitnet__network_values(network, each));
        values += each->values;
    }
    return DIGITNET_OK;
}

digitnet_status digitnet_model_get_weights(float *values, size_t capacity, const digitnet_model *model,
                                           const char *tensor) {
    if (!values || !model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_get_weights: %s is NULL", values ? "model" : "values");
    digitnet_status status = digitnet__model_begin_read(model);
    if (status == DIGITNET_OK) {
        status = read_weights(values, capacity, model, tensor);
        digitnet__model_end_read(model);
    }
    return status;
}

static digitnet_status check_finite(const float *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) {
            return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_set_weights: value %zu is %s; it must be finite", i,
                                  digitnet__number_text(values[i]).text);
        }
    }
    return DIGITNET_OK;
}

static digitnet_status write_weights(digitnet_model *model, const char *tensor, const float *values, size_t count) {
    digitnet__network *network = &model->network;
    selection chosen = {0};
    DNN_TRY(digitnet__model_check_weights(model));
    DNN_TRY(select_tensors(&chosen, network, tensor));
    if (count != chosen.values) {
        return digitnet__fail(DIGITNET_ESHAPE, "digitnet_model_set_weights: %.80s has %zu values, but count is %zu",
                              tensor ? tensor : "the model", chosen.values, count);
    }
    DNN_TRY(check_finite(values, count));
    for (size_t i = 0; i < chosen.count; i++) {
        const digitnet__tensor *each = selected_tensor(&chosen, network, i);
        digitnet__tensor_from_user(digitnet__network_values(network, each), each, values);
        values += each->values;
    }
    digitnet__network_pack(network);
    return DIGITNET_OK;
}

digitnet_status digitnet_model_set_weights(digitnet_model *model, const char *tensor, const float *values,
                                           size_t count) {
    if (!values || !model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_set_weights: %s is NULL", values ? "model" : "values");
    digitnet__call call;
    digitnet__call_enter(&call);
    digitnet_status status = digitnet__model_begin_write(model);
    if (status == DIGITNET_OK) {
        status = write_weights(model, tensor, values, count);
        digitnet__model_end_write(model);
    }
    return digitnet__call_leave(&call, status);
}

static digitnet_status set_trainable(digitnet_model *model, const char *layer, bool trainable) {
    digitnet__network *network = &model->network;
    DNN_TRY(digitnet__model_check(model));
    bool found = false;
    for (size_t i = 0; i < network->graph.layer_count; i++) {
        digitnet__layer *each = &network->graph.layers[i];
        if (!layer || strcmp(each->name, layer) == 0) {
            each->frozen = !trainable;
            found = true;
        }
    }
    if (!found && layer)
        return digitnet__fail(DIGITNET_ENOTFOUND, "the model has no layer '%.80s'", layer);
    digitnet__plan_find_gradients(&network->training);
    digitnet__model_drop_kept(model);
    return DIGITNET_OK;
}

digitnet_status digitnet_model_set_trainable(digitnet_model *model, const char *layer, int32_t trainable) {
    if (!model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_set_trainable: model is NULL");
    if (trainable != 0 && trainable != 1) {
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_set_trainable: trainable is %d; it must be 0 or 1",
                              (int)trainable);
    }
    digitnet_status status = digitnet__model_begin_write(model);
    if (status == DIGITNET_OK) {
        status = set_trainable(model, layer, trainable == 1);
        digitnet__model_end_write(model);
    }
    return status;
}
