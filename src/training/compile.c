#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "model/weights.h"
#include "training/training.h"

#include <math.h>

static digitnet_status check_network(const dnn_network *network) {
    if (network->layer_count == 0)
        return dnn_fail(DIGITNET_ESTATE, "digitnet_model_compile: the model has no layers");
    if (!dnn_network_is_classifier(network)) {
        const dnn_layer *last = &network->layers[network->layer_count - 1];
        return dnn_fail(
            DIGITNET_ESHAPE,
            "digitnet_model_compile: the loss needs probabilities, a flat softmax at the end; layer '%s' gives %s "
            "with activation %s",
            last->name, dnn_shape_text(last->output).text, dnn_activation_name(last->activation));
    }
    return DIGITNET_OK;
}

/* With the model to itself. Whatever can fail comes before the first change. */
static digitnet_status compile(digitnet_model *model, const dnn_optimizer_settings *settings, digitnet_loss loss,
                               uint64_t seed) {
    dnn_network *network = &model->network;
    digitnet_status status = dnn_model_check(model);
    if (status == DIGITNET_OK)
        status = check_network(network);
    dnn_training *training = NULL;
    if (status == DIGITNET_OK)
        status = dnn_training_create(&training, settings, loss, seed, network->parameter_count);
    bool first = !network->parameters;
    if (status == DIGITNET_OK)
        status = dnn_model_realize(model);
    if (status != DIGITNET_OK) {
        dnn_training_free(training);
        return status;
    }
    if (first)
        dnn_network_draw_weights(network, seed);
    dnn_training_attach(model, training);
    return DIGITNET_OK;
}

digitnet_status digitnet_model_compile(digitnet_model *model, digitnet_optimizer optimizer, digitnet_loss loss) {
    return digitnet_model_compile_ex(model, optimizer, loss, NULL);
}

digitnet_status digitnet_model_compile_ex(digitnet_model *model, digitnet_optimizer optimizer, digitnet_loss loss,
                                          const digitnet_compile_options *options) {
    if (!model)
        return dnn_fail(DIGITNET_EINVAL, "digitnet_model_compile: model is NULL");
    digitnet_compile_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_compile_options, reserved_2);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK((size_t)own.reserved_2 | own.reserved, digitnet_compile_options);
    dnn_optimizer_settings settings;
    if (status == DIGITNET_OK)
        status = dnn_optimizer_settings_read(&settings, optimizer, &own);
    if (status == DIGITNET_OK && loss != DIGITNET_SPARSE_CATEGORICAL_CROSSENTROPY)
        status = dnn_fail(DIGITNET_EINVAL, "digitnet_model_compile: %d is no loss", (int)loss);
    if (status == DIGITNET_OK)
        status = dnn_model_begin_write(model);
    if (status == DIGITNET_OK) {
        status = compile(model, &settings, loss, own.seed);
        dnn_model_end_write(model);
    }
    return status;
}

static digitnet_status check_compiled(const digitnet_model *model) {
    return model->training ? DIGITNET_OK
                           : dnn_fail(DIGITNET_ESTATE, "the model is not compiled: it has no learning rate");
}

digitnet_status digitnet_model_set_learning_rate(digitnet_model *model, double learning_rate) {
    if (!model)
        return dnn_fail(DIGITNET_EINVAL, "digitnet_model_set_learning_rate: model is NULL");
    if (!isfinite(learning_rate) || learning_rate <= 0) {
        return dnn_fail(DIGITNET_EINVAL, "digitnet_model_set_learning_rate: %s; it must be finite and above 0",
                        dnn_number_text(learning_rate).text);
    }
    bool in_callback = dnn_model_in_callback(model); /* the fit around it already has the model to itself */
    digitnet_status status = in_callback ? DIGITNET_OK : dnn_model_begin_write(model);
    if (status != DIGITNET_OK)
        return status;
    status = check_compiled(model);
    if (status == DIGITNET_OK)
        model->training->settings.learning_rate = learning_rate;
    if (!in_callback)
        dnn_model_end_write(model);
    return status;
}

digitnet_status digitnet_model_get_learning_rate(double *out, const digitnet_model *model) {
    if (!out || !model)
        return dnn_fail(DIGITNET_EINVAL, "digitnet_model_get_learning_rate: %s is NULL", out ? "model" : "out");
    digitnet_status status = dnn_model_begin_read(model);
    if (status != DIGITNET_OK)
        return status;
    status = check_compiled(model);
    if (status == DIGITNET_OK)
        *out = model->training->settings.learning_rate;
    dnn_model_end_read(model);
    return status;
}
