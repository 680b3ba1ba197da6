#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "model/weights.h"
#include "training/training.h"

#include <math.h>

static digitnet_status check_network(const digitnet__network *network) {
    if (network->layer_count == 0)
        return digitnet__fail(DIGITNET_ESTATE, "digitnet_model_compile: the model has no layers");
    if (!digitnet__network_is_classifier(network)) {
        const digitnet__layer *last = &network->layers[network->layer_count - 1];
        return digitnet__fail(
            DIGITNET_ESHAPE,
            "digitnet_model_compile: the loss needs probabilities, a flat softmax at the end; layer '%s' gives %s "
            "with activation %s",
            last->name, digitnet__shape_text(last->output).text, digitnet__activation_name(last->activation));
    }
    return DIGITNET_OK;
}

/* With exclusive access to the model. Whatever can fail comes before the first change. */
static digitnet_status compile(digitnet_model *model, const digitnet__optimizer_settings *settings, digitnet_loss loss,
                               const digitnet_compile_options *options) {
    digitnet__network *network = &model->network;
    digitnet_status status = digitnet__model_check(model);
    if (status == DIGITNET_OK)
        status = check_network(network);
    digitnet__training *training = NULL;
    if (status == DIGITNET_OK)
        status = digitnet__training_create(&training, settings, loss, options->seed, network->parameter_count);
    bool first = !network->parameters;
    if (status == DIGITNET_OK)
        status = digitnet__model_realize(model);
    if (status != DIGITNET_OK) {
        digitnet__training_free(training);
        return status;
    }
    if (first)
        digitnet__network_draw_weights(network, options->seed);
    if (options->gradient_ranges)
        training->gradient_ranges = options->gradient_ranges;
    digitnet__training_attach(model, training);
    return DIGITNET_OK;
}

digitnet_status digitnet_model_compile(digitnet_model *model, digitnet_optimizer optimizer, digitnet_loss loss) {
    return digitnet_model_compile_ex(model, optimizer, loss, NULL);
}

digitnet_status digitnet_model_compile_ex(digitnet_model *model, digitnet_optimizer optimizer, digitnet_loss loss,
                                          const digitnet_compile_options *options) {
    if (!model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_compile: model is NULL");
    digitnet_compile_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_compile_options, adam);
    if (status == DIGITNET_OK && own.gradient_ranges > DNN_LARGEST_GRADIENT_RANGES)
        status = digitnet__fail(DIGITNET_EINVAL, "digitnet_model_compile: gradient_ranges is %zu; at most %d",
                                own.gradient_ranges, DNN_LARGEST_GRADIENT_RANGES);
    digitnet__optimizer_settings settings;
    if (status == DIGITNET_OK)
        status = digitnet__optimizer_settings_read(&settings, optimizer, &own);
    if (status == DIGITNET_OK && loss != DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY)
        status = digitnet__fail(DIGITNET_EINVAL, "digitnet_model_compile: %d is no loss", (int)loss);
    if (status == DIGITNET_OK)
        status = digitnet__model_begin_write(model);
    if (status == DIGITNET_OK) {
        status = compile(model, &settings, loss, &own);
        digitnet__model_end_write(model);
    }
    return status;
}

static digitnet_status check_compiled(const digitnet_model *model) {
    return model->training ? DIGITNET_OK
                           : digitnet__fail(DIGITNET_ESTATE, "the model is not compiled: it has no learning rate");
}

digitnet_status digitnet_model_set_learning_rate(digitnet_model *model, double learning_rate) {
    if (!model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_set_learning_rate: model is NULL");
    if (!isfinite(learning_rate) || learning_rate <= 0) {
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_set_learning_rate: %s; it must be finite and above 0",
                              digitnet__number_text(learning_rate).text);
    }
    bool in_callback = digitnet__model_in_callback(model); /* the fit around it already has exclusive access */
    digitnet_status status = in_callback ? DIGITNET_OK : digitnet__model_begin_write(model);
    if (status != DIGITNET_OK)
        return status;
    status = check_compiled(model);
    if (status == DIGITNET_OK)
        model->training->settings.learning_rate = learning_rate;
    if (!in_callback)
        digitnet__model_end_write(model);
    return status;
}

digitnet_status digitnet_model_get_learning_rate(double *out, const digitnet_model *model) {
    if (!out || !model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_get_learning_rate: %s is NULL", out ? "model" : "out");
    digitnet_status status = digitnet__model_begin_read(model);
    if (status != DIGITNET_OK)
        return status;
    status = check_compiled(model);
    if (status == DIGITNET_OK)
        *out = model->training->settings.learning_rate;
    digitnet__model_end_read(model);
    return status;
}
