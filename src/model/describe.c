/* What a model is, for those who ask. */
#include "core/options.h"
#include "core/status.h"
#include "model/model.h"

static digitnet_status begin(const void *out, size_t first_size, const char *type, const digitnet_model *model) {
    digitnet_status status = dnn_result_check(out, first_size, type);
    if (status != DIGITNET_OK)
        return status;
    if (!model)
        return dnn_fail(DIGITNET_EINVAL, "%s: model is NULL", type);
    return dnn_model_begin_read(model);
}

digitnet_status digitnet_model_describe(digitnet_model_info *out, const digitnet_model *model) {
    digitnet_status status = begin(out, DNN_FIRST_SIZE(digitnet_model_info, reserved), "digitnet_model_info", model);
    if (status != DIGITNET_OK)
        return status;
    const dnn_network *network = &model->network;
    digitnet_model_info info = {.height = network->input.height,
                                .width = network->input.width,
                                .channels = network->input.channels,
                                .outputs = dnn_network_outputs(network),
                                .layers = network->layer_count,
                                .tensors = network->tensor_count,
                                .parameters = network->parameter_count,
                                .compiled = model->training != NULL};
    if (model->training)
        model->training_kind->describe(&info, model->training);
    dnn_model_end_read(model);
    dnn_result_write(out, &info, sizeof info);
    return DIGITNET_OK;
}

digitnet_status digitnet_model_layer(digitnet_layer_info *out, const digitnet_model *model, size_t index) {
    digitnet_status status = begin(out, DNN_FIRST_SIZE(digitnet_layer_info, parameters), "digitnet_layer_info", model);
    if (status != DIGITNET_OK)
        return status;
    if (index < model->network.layer_count) {
        const dnn_layer *layer = &model->network.layers[index];
        digitnet_layer_info info = {.name = layer->name,
                                    .kind = layer->kind->name,
                                    .height = layer->output.flat ? 0 : layer->output.height,
                                    .width = layer->output.flat ? 0 : layer->output.width,
                                    .channels = layer->output.channels,
                                    .parameters = layer->parameters};
        dnn_result_write(out, &info, sizeof info);
    } else {
        status = dnn_fail(DIGITNET_ENOTFOUND, "layer %zu: the model has %zu", index, model->network.layer_count);
    }
    dnn_model_end_read(model);
    return status;
}

digitnet_status digitnet_model_tensor(digitnet_tensor_info *out, const digitnet_model *model, size_t index) {
    digitnet_status status = begin(out, DNN_FIRST_SIZE(digitnet_tensor_info, values), "digitnet_tensor_info", model);
    if (status != DIGITNET_OK)
        return status;
    const dnn_tensor *tensor = dnn_network_tensor(&model->network, index);
    if (tensor) {
        digitnet_tensor_info info = {.name = tensor->name, .rank = tensor->rank, .values = tensor->values};
        for (size_t i = 0; i < 4; i++)
            info.dimensions[i] = tensor->dimensions[i];
        dnn_result_write(out, &info, sizeof info);
    } else {
        status = dnn_fail(DIGITNET_ENOTFOUND, "tensor %zu: the model has %zu", index, model->network.tensor_count);
    }
    dnn_model_end_read(model);
    return status;
}
