/* What a model is, for those who ask. */
#include "core/options.h"
#include "core/status.h"
#include "layers/activations.h"
#include "model/input_line.h"
#include "model/model.h"

static digitnet_status begin(const void *out, size_t first_size, const char *type, const digitnet_model *model) {
    DNN_TRY(digitnet__result_check(out, first_size, type));
    if (!model)
        return digitnet__fail(DIGITNET_EINVAL, "%s: model is NULL", type);
    return digitnet__model_begin_read(model);
}

digitnet_status digitnet_model_describe(digitnet_model_info *out, const digitnet_model *model) {
    DNN_TRY(begin(out, DNN_FIRST_SIZE(digitnet_model_info, reserved), "digitnet_model_info", model));
    const digitnet__graph *graph = &model->network.graph;
    digitnet__line input = digitnet__input_line(&model->network, 0);
    digitnet_model_info info = {.height = graph->input.height,
                                .width = graph->input.width,
                                .channels = graph->input.channels,
                                .outputs = digitnet__network_outputs(&model->network),
                                .layers = graph->layer_count,
                                .tensors = graph->tensor_count,
                                .parameters = graph->parameter_count + graph->state_count,
                                .compiled = model->training != NULL,
                                .input_scale = input.scale,
                                .input_offset = input.offset};
    if (model->training) {
        info.epochs_done = model->training->progress.epochs_done;
        info.batches_done = model->training->progress.batches_done;
    }
    digitnet__model_end_read(model);
    digitnet__result_write(out, &info, sizeof info);
    return DIGITNET_OK;
}

static digitnet_layer_info layer_info(const digitnet__layer *layer) {
    const digitnet__attributes *attributes = &layer->attributes;
    return (digitnet_layer_info){.name = layer->name,
                                 .kind = layer->kind->name,
                                 .height = layer->output.flat ? 0 : layer->output.height,
                                 .width = layer->output.flat ? 0 : layer->output.width,
                                 .channels = layer->output.channels,
                                 .parameters = layer->parameters + layer->state_values,
                                 .inputs = layer->input_count,
                                 .window_height = attributes->window_height,
                                 .window_width = attributes->window_width,
                                 .stride_height = attributes->stride_height,
                                 .stride_width = attributes->stride_width,
                                 .top = attributes->top,
                                 .bottom = attributes->bottom,
                                 .left = attributes->left,
                                 .right = attributes->right,
                                 .rate = attributes->rate,
                                 .scale = attributes->scale,
                                 .offset = attributes->offset,
                                 .padding = attributes->padding,
                                 .activation = attributes->activation,
                                 .alpha = digitnet__activation_alpha(layer),
                                 .no_bias = attributes->no_bias,
                                 .trainable = !layer->frozen};
}

digitnet_status digitnet_model_describe_layer(digitnet_layer_info *out, const digitnet_model *model, size_t index) {
    digitnet_status status = begin(out, DNN_FIRST_SIZE(digitnet_layer_info, trainable), "digitnet_layer_info", model);
    if (status != DIGITNET_OK)
        return status;
    if (index < model->network.graph.layer_count) {
        digitnet_layer_info info = layer_info(&model->network.graph.layers[index]);
        digitnet__result_write(out, &info, sizeof info);
    } else {
        status = digitnet__fail(DIGITNET_ENOTFOUND, "layer %zu does not exist: the model has %zu layers", index,
                                model->network.graph.layer_count);
    }
    digitnet__model_end_read(model);
    return status;
}

digitnet_status digitnet_model_describe_tensor(digitnet_tensor_info *out, const digitnet_model *model, size_t index) {
    digitnet_status status = begin(out, DNN_FIRST_SIZE(digitnet_tensor_info, reserved), "digitnet_tensor_info", model);
    if (status != DIGITNET_OK)
        return status;
    const digitnet__tensor *tensor = digitnet__graph_tensor(&model->network.graph, index);
    if (tensor) {
        bool frozen = digitnet__graph_layer_of(&model->network.graph, tensor)->frozen;
        digitnet_tensor_info info = {.name = tensor->name,
                                     .rank = tensor->rank,
                                     .values = tensor->values,
                                     .trainable = !tensor->is_state && !frozen};
        for (size_t i = 0; i < 4; i++)
            info.dimensions[i] = tensor->dimensions[i];
        digitnet__result_write(out, &info, sizeof info);
    } else {
        status = digitnet__fail(DIGITNET_ENOTFOUND, "tensor %zu does not exist: the model has %zu tensors", index,
                                model->network.graph.tensor_count);
    }
    digitnet__model_end_read(model);
    return status;
}

digitnet_status digitnet_model_describe_input(const char **out, const digitnet_model *model, size_t layer,
                                              size_t index) {
    if (!out || !model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_describe_input: %s is NULL", out ? "model" : "out");
    digitnet_status status = digitnet__model_begin_read(model);
    if (status != DIGITNET_OK)
        return status;
    const digitnet__graph *graph = &model->network.graph;
    if (layer < graph->layer_count && index < graph->layers[layer].input_count) {
        *out = digitnet__graph_value_name(graph, graph->layers[layer].inputs[index].value);
    } else {
        status =
            digitnet__fail(DIGITNET_ENOTFOUND, "layer %zu with an input %zu does not exist: the model has %zu layers",
                           layer, index, graph->layer_count);
    }
    digitnet__model_end_read(model);
    return status;
}
