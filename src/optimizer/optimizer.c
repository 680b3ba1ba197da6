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

static double or_default(double value, double fallback) {
    return value == 0 ? fallback : value;
}

digitnet_status digitnet__optimizer_settings_read(digitnet__optimizer_settings *settings, digitnet_optimizer kind,
                                                  const digitnet_compile_options *options) {
    /* Keras 3's defaults. */
    *settings = (digitnet__optimizer_settings){
        .kind = kind,
        .nesterov = options->nesterov != 0,
        .learning_rate = or_default(options->learning_rate, kind == DIGITNET_OPTIMIZER_SGD ? 0.01 : 0.001),
        .beta_1 = or_default(options->beta_1, 0.9),
        .beta_2 = or_default(options->beta_2, 0.999),
        .epsilon = or_default(options->epsilon, 1e-7),
        .momentum = options->momentum,
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
        return digitnet__fail(DIGITNET_EINVAL, "optimizer: %d is no optimizer", (int)settings->kind);
    digitnet_status status = check_positive("learning_rate", settings->learning_rate);
    if (status == DIGITNET_OK)
        status = check_fraction("beta_1", settings->beta_1);
    if (status == DIGITNET_OK)
        status = check_fraction("beta_2", settings->beta_2);
    if (status == DIGITNET_OK)
        status = check_positive("epsilon", settings->epsilon);
    if (status == DIGITNET_OK)
        status = check_fraction("momentum", settings->momentum);
    if (status == DIGITNET_OK && settings->nesterov && settings->momentum == 0)
        status = digitnet__fail(DIGITNET_EINVAL, "optimizer: nesterov needs a momentum above 0");
    return status;
}
