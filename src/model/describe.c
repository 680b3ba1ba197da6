/* What a model is, for those who ask. */
#include "core/options.h"
#include "core/status.h"
#include "model/model.h"

static digitnet_status begin(const void *out, size_t first_size, const char *type, const digitnet_model *model) {
    digitnet_status status = digitnet__result_check(out, first_size, type);
    if (status != DIGITNET_OK)
        return status;
    if (!model)
        return digitnet__fail(DIGITNET_EINVAL, "%s: model is NULL", type);
    return digitnet__model_begin_read(model);
}

digitnet_status digitnet_model_describe(digitnet_model_info *out, const digitnet_model *model) {
    digitnet_status status = begin(out, DNN_FIRST_SIZE(digitnet_model_info, reserved), "digitnet_model_info", model);
    if (status != DIGITNET_OK)
        return status;
    const digitnet__network *network = &model->network;
    digitnet_model_info info = {.height = network->input.height,
                                .width = network->input.width,
                                .channels = network->input.channels,
                                .outputs = digitnet__network_outputs(network),
                                .layers = network->layer_count,
                                .tensors = network->tensor_count,
                                .parameters = network->parameter_count,
                                .compiled = model->training != NULL};
    if (model->training)
        model->training_kind->describe(&info, model->training);
    digitnet__model_end_read(model);
    digitnet__result_write(out, &info, sizeof info);
    return DIGITNET_OK;
}

digitnet_status digitnet_model_describe_layer(digitnet_layer_info *out, const digitnet_model *model, size_t index) {
    digitnet_status status = begin(out, DNN_FIRST_SIZE(digitnet_layer_info, parameters), "digitnet_layer_info", model);
    if (status != DIGITNET_OK)
        return status;
    if (index < model->network.layer_count) {
        const digitnet__layer *layer = &model->network.layers[index];
        digitnet_layer_info info = {.name = layer->name,
                                    .kind = layer->kind->name,
                                    .height = layer->output.flat ? 0 : layer->output.height,
                                    .width = layer->output.flat ? 0 : layer->output.width,
                                    .channels = layer->output.channels,
                                    .parameters = layer->parameters};
        digitnet__result_write(out, &info, sizeof info);
    } else {
        status = digitnet__fail(DIGITNET_ENOTFOUND, "layer %zu: the model has %zu", index, model->network.layer_count);
    }
    digitnet__model_end_read(model);
    return status;
}

digitnet_status digitnet_model_describe_tensor(digitnet_tensor_info *out, const digitnet_model *model, size_t index) {
    digitnet_status status = begin(out, DNN_FIRST_SIZE(digitnet_tensor_info, values), "digitnet_tensor_info", model);
    if (status != DIGITNET_OK)
        return status;
    const digitnet__tensor *tensor = digitnet__network_tensor(&model->network, index);
    if (tensor) {
        digitnet_tensor_info info = {.name = tensor->name, .rank = tensor->rank, .values = tensor->values};
        for (size_t i = 0; i < 4; i++)
            info.dimensions[i] = tensor->dimensions[i];
        digitnet__result_write(out, &info, sizeof info);
    } else {
        status =
            digitnet__fail(DIGITNET_ENOTFOUND, "tensor %zu: the model has %zu", index, model->network.tensor_count);
    }
    digitnet__model_end_read(model);
    return status;
}
