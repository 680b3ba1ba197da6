#include "optimizer/optimizer.h"

#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "optimizer/rules.h"

#include <math.h>

const digitnet__optimizer_rule *digitnet__optimizer_find(digitnet_optimizer kind) {
    switch (kind) {
    case DIGITNET_OPTIMIZER_SGD:
        return &digitnet__optimizer_sgd;
    case DIGITNET_OPTIMIZER_ADAM:
        return &digitnet__optimizer_adam;
    }
    return NULL;
}

size_t digitnet__optimizer_slots(const digitnet__optimizer_settings *settings) {
    return digitnet__optimizer_find(settings->kind)->slots(settings);
}

/* Settings of an optimizer that is not compiled with would be lost without a word. */
static digitnet_status check_kind(digitnet_optimizer kind, const digitnet_compile_options *options) {
    if (!digitnet__optimizer_find(kind))
        return digitnet__fail(DIGITNET_EINVAL, "optimizer is %d, which is not an optimizer", (int)kind);
    if (options->sgd && kind != DIGITNET_OPTIMIZER_SGD)
        return digitnet__fail(DIGITNET_EINVAL, "optimizer: options of SGD are given for another optimizer");
    if (options->adam && kind != DIGITNET_OPTIMIZER_ADAM)
        return digitnet__fail(DIGITNET_EINVAL, "optimizer: options of Adam are given for another optimizer");
    return DIGITNET_OK;
}

static digitnet_status read_sgd(digitnet_sgd_options *own, const digitnet_sgd_options *options) {
    DNN_TRY(DNN_OPTIONS_READ(own, options, digitnet_sgd_options, reserved_2));
    DNN_TRY(DNN_RESERVED_CHECK((size_t)own->reserved_2 | own->reserved, digitnet_sgd_options));
    return DNN_FLAG_CHECK(own, digitnet_sgd_options, nesterov);
}

static digitnet_status read_adam(digitnet_adam_options *own, const digitnet_adam_options *options) {
    DNN_TRY(DNN_OPTIONS_READ(own, options, digitnet_adam_options, epsilon));
    return DNN_RESERVED_CHECK(own->reserved, digitnet_adam_options);
}

static double default_learning_rate(digitnet_optimizer kind) {
    return kind == DIGITNET_OPTIMIZER_SGD ? 0.01 : 0.001; /* Keras's */
}

digitnet_status digitnet__optimizer_settings_read(digitnet__optimizer_settings *settings, digitnet_optimizer kind,
                                                  const digitnet_compile_options *options) {
    digitnet_sgd_options sgd = DIGITNET_SGD_INIT;
    digitnet_adam_options adam = DIGITNET_ADAM_INIT;
    DNN_TRY(check_kind(kind, options));
    DNN_TRY(read_sgd(&sgd, options->sgd));
    DNN_TRY(read_adam(&adam, options->adam));
    *settings = (digitnet__optimizer_settings){
        .kind = kind,
        .learning_rate = options->learning_rate != 0 ? options->learning_rate : default_learning_rate(kind),
        .momentum = sgd.momentum,
        .nesterov = sgd.nesterov,
        .beta_1 = adam.beta_1,
        .beta_2 = adam.beta_2,
        .epsilon = adam.epsilon,
    };
    return digitnet__optimizer_settings_check(settings);
}

static digitnet_status check_positive(const char *name, double value) {
    if (isfinite(value) && value > 0)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL, "optimizer: %s is %s; it must be finite and above 0", name,
                          digitnet__number_text(value).text);
}

static digitnet_status check_fraction(const char *name, double value) {
    if (value >= 0 && value < 1)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL, "optimizer: %s is %s; it must be at least 0 and below 1", name,
                          digitnet__number_text(value).text);
}

digitnet_status digitnet__optimizer_settings_check(const digitnet__optimizer_settings *settings) {
    if (!digitnet__optimizer_find(settings->kind))
        return digitnet__fail(DIGITNET_EINVAL, "optimizer is %d, which is not an optimizer", (int)settings->kind);
    DNN_TRY(check_positive("learning_rate", settings->learning_rate));
    DNN_TRY(check_fraction("beta_1", settings->beta_1));
    DNN_TRY(check_fraction("beta_2", settings->beta_2));
    DNN_TRY(check_positive("epsilon", settings->epsilon));
    DNN_TRY(check_fraction("momentum", settings->momentum));
    if (settings->nesterov && settings->momentum == 0)
        return digitnet__fail(DIGITNET_EINVAL, "optimizer: nesterov requires a momentum above 0");
    return DIGITNET_OK;
}
