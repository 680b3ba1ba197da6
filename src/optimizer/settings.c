/* The user's options of an optimizer, read and checked. */
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "optimizer/optimizer.h"
#include "optimizer/plateau.h"
#include "optimizer/schedule.h"

#include <math.h>

/* The options of optimizers, each read over its defaults. */
typedef struct own_options {
    digitnet_sgd_options sgd;
    digitnet_adam_options adam;
    digitnet_nadam_options nadam;
    digitnet_rmsprop_options rmsprop;
    digitnet_lion_options lion;
} own_options;

/* Settings of an optimizer that is not compiled with would be lost without a word. */
static digitnet_status check_kind(digitnet_optimizer kind, const digitnet_compile_options *options) {
    bool is_adam = kind == DIGITNET_OPTIMIZER_ADAM || kind == DIGITNET_OPTIMIZER_ADAMW;
    const struct {
        const char *name;
        bool given, fits;
    } cases[] = {
        {"SGD", options->sgd, kind == DIGITNET_OPTIMIZER_SGD},
        {"Adam", options->adam, is_adam},
        {"Nadam", options->nadam, kind == DIGITNET_OPTIMIZER_NADAM},
        {"RMSprop", options->rmsprop, kind == DIGITNET_OPTIMIZER_RMSPROP},
        {"Lion", options->lion, kind == DIGITNET_OPTIMIZER_LION},
    };
    if (!digitnet__optimizer_find(kind))
        return digitnet__fail(DIGITNET_EINVAL, "optimizer is %d, which is not an optimizer", (int)kind);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (cases[i].given && !cases[i].fits)
            return digitnet__fail(DIGITNET_EINVAL, "optimizer: options of %s are given for another optimizer",
                                  cases[i].name);
    return DIGITNET_OK;
}

static digitnet_status read_sgd(digitnet_sgd_options *own, const digitnet_sgd_options *options) {
    DNN_TRY(DNN_OPTIONS_READ(own, options, digitnet_sgd_options, reserved_2));
    DNN_TRY(DNN_RESERVED_CHECK((size_t)own->reserved_2 | own->reserved, digitnet_sgd_options));
    return DNN_FLAG_CHECK(own, digitnet_sgd_options, nesterov);
}

static digitnet_status read_adam(digitnet_adam_options *own, const digitnet_adam_options *options) {
    DNN_TRY(DNN_OPTIONS_READ(own, options, digitnet_adam_options, reserved_2));
    DNN_TRY(DNN_RESERVED_CHECK((size_t)own->reserved_2 | own->reserved, digitnet_adam_options));
    return DNN_FLAG_CHECK(own, digitnet_adam_options, pytorch_epsilon);
}

static digitnet_status read_nadam(digitnet_nadam_options *own, const digitnet_nadam_options *options) {
    DNN_TRY(DNN_OPTIONS_READ(own, options, digitnet_nadam_options, momentum_decay));
    return DNN_RESERVED_CHECK(own->reserved, digitnet_nadam_options);
}

static digitnet_status read_rmsprop(digitnet_rmsprop_options *own, const digitnet_rmsprop_options *options) {
    DNN_TRY(DNN_OPTIONS_READ(own, options, digitnet_rmsprop_options, pytorch_epsilon));
    DNN_TRY(DNN_RESERVED_CHECK(own->reserved, digitnet_rmsprop_options));
    DNN_TRY(DNN_FLAG_CHECK(own, digitnet_rmsprop_options, centered));
    return DNN_FLAG_CHECK(own, digitnet_rmsprop_options, pytorch_epsilon);
}

static digitnet_status read_lion(digitnet_lion_options *own, const digitnet_lion_options *options) {
    DNN_TRY(DNN_OPTIONS_READ(own, options, digitnet_lion_options, beta_2));
    return DNN_RESERVED_CHECK(own->reserved, digitnet_lion_options);
}

/* The settings that only some optimizers have; the other ones have values that are never used. */
static void take(digitnet__optimizer_settings *settings, const own_options *own) {
    settings->momentum = own->sgd.momentum;
    settings->nesterov = own->sgd.nesterov;
    settings->beta_1 = own->adam.beta_1;
    settings->beta_2 = own->adam.beta_2;
    settings->epsilon = own->adam.epsilon;
    settings->pytorch_epsilon = own->adam.pytorch_epsilon;
    settings->rho = own->rmsprop.rho;
    settings->centered = own->rmsprop.centered;
    settings->momentum_decay = own->nadam.momentum_decay;
    if (settings->kind == DIGITNET_OPTIMIZER_NADAM) {
        settings->beta_1 = own->nadam.beta_1;
        settings->beta_2 = own->nadam.beta_2;
        settings->epsilon = own->nadam.epsilon;
    } else if (settings->kind == DIGITNET_OPTIMIZER_RMSPROP) {
        settings->momentum = own->rmsprop.momentum;
        settings->epsilon = own->rmsprop.epsilon;
        settings->pytorch_epsilon = own->rmsprop.pytorch_epsilon;
    } else if (settings->kind == DIGITNET_OPTIMIZER_LION) {
        settings->beta_1 = own->lion.beta_1;
        settings->beta_2 = own->lion.beta_2;
    }
}

static digitnet_status read_own_options(digitnet__optimizer_settings *settings,
                                        const digitnet_compile_options *options) {
    own_options own = {DIGITNET_SGD_INIT, DIGITNET_ADAM_INIT, DIGITNET_NADAM_INIT, DIGITNET_RMSPROP_INIT,
                       DIGITNET_LION_INIT};
    DNN_TRY(read_sgd(&own.sgd, options->sgd));
    DNN_TRY(read_adam(&own.adam, options->adam));
    DNN_TRY(read_nadam(&own.nadam, options->nadam));
    DNN_TRY(read_rmsprop(&own.rmsprop, options->rmsprop));
    DNN_TRY(read_lion(&own.lion, options->lion));
    take(settings, &own);
    return DIGITNET_OK;
}

/* One of: a constant rate, a schedule; and a constant rate that is lowered. */
static digitnet_status read_learning_rate(digitnet__optimizer_settings *settings,
                                          const digitnet_compile_options *options) {
    double fallback = digitnet__optimizer_find(settings->kind)->learning_rate;
    settings->schedule = digitnet__schedule_constant(options->learning_rate != 0 ? options->learning_rate : fallback);
    if (options->schedule && options->learning_rate != 0)
        return digitnet__fail(DIGITNET_EINVAL, "optimizer: learning_rate and schedule are both given");
    if (options->schedule && options->reduce_on_plateau)
        return digitnet__fail(DIGITNET_EINVAL, "optimizer: schedule and reduce_on_plateau are both given");
    if (options->schedule)
        DNN_TRY(digitnet__schedule_read(&settings->schedule, options->schedule));
    settings->reduces_on_plateau = options->reduce_on_plateau != NULL;
    settings->plateau = (digitnet_reduce_on_plateau)DIGITNET_REDUCE_ON_PLATEAU_INIT;
    if (options->reduce_on_plateau)
        DNN_TRY(digitnet__plateau_read(&settings->plateau, options->reduce_on_plateau));
    return DIGITNET_OK;
}

digitnet_status digitnet__optimizer_settings_read(digitnet__optimizer_settings *settings, digitnet_optimizer kind,
                                                  const digitnet_compile_options *options) {
    DNN_TRY(check_kind(kind, options));
    double decay = options->weight_decay;
    size_t batches = options->gradient_accumulation_steps;
    *settings = (digitnet__optimizer_settings){
        .kind = kind,
        .weight_decay = decay != 0 ? decay : digitnet__optimizer_find(kind)->weight_decay,
        .clipvalue = options->clipvalue,
        .clipnorm = options->clipnorm,
        .global_clipnorm = options->global_clipnorm,
        .ema_momentum = options->ema_momentum,
        .ema_overwrite_frequency = options->ema_overwrite_frequency,
        .gradient_accumulation_steps = batches ? batches : 1,
    };
    DNN_TRY(read_own_options(settings, options));
    DNN_TRY(read_learning_rate(settings, options));
    return digitnet__optimizer_settings_check(settings);
}

static digitnet_status fail_value(const char *name, double value, const char *wanted) {
    return digitnet__fail(DIGITNET_EINVAL, "optimizer: %s is %s; it must be %s", name,
                          digitnet__number_text(value).text, wanted);
}

static digitnet_status check_positive(const char *name, double value) {
    return isfinite(value) && value > 0 ? DIGITNET_OK : fail_value(name, value, "finite and above 0");
}

static digitnet_status check_not_negative(const char *name, double value) {
    return isfinite(value) && value >= 0 ? DIGITNET_OK : fail_value(name, value, "finite and not below 0");
}

static digitnet_status check_fraction(const char *name, double value) {
    return value >= 0 && value < 1 ? DIGITNET_OK : fail_value(name, value, "at least 0 and below 1");
}

static digitnet_status check_clipping(const digitnet__optimizer_settings *settings) {
    const char *given[3];
    size_t count = 0;
    DNN_TRY(check_not_negative("clipvalue", settings->clipvalue));
    DNN_TRY(check_not_negative("clipnorm", settings->clipnorm));
    DNN_TRY(check_not_negative("global_clipnorm", settings->global_clipnorm));
    if (settings->clipvalue > 0)
        given[count++] = "clipvalue";
    if (settings->clipnorm > 0)
        given[count++] = "clipnorm";
    if (settings->global_clipnorm > 0)
        given[count++] = "global_clipnorm";
    if (count < 2)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL, "optimizer: %s and %s are both given; one way of clipping is possible",
                          given[0], given[1]);
}

static digitnet_status check_steps(const digitnet__optimizer_settings *settings) {
    uint64_t batches = settings->gradient_accumulation_steps;
    DNN_TRY(check_fraction("ema_momentum", settings->ema_momentum));
    if (settings->ema_overwrite_frequency && settings->ema_momentum == 0)
        return digitnet__fail(DIGITNET_EINVAL, "optimizer: ema_overwrite_frequency requires an ema_momentum above 0");
    if (batches < 1 || batches > INT32_MAX)
        return fail_value("gradient_accumulation_steps", (double)batches, "1 to 2147483647");
    return DIGITNET_OK;
}

static digitnet_status check_learning_rate(const digitnet__optimizer_settings *settings) {
    if (digitnet__schedule_is_constant(&settings->schedule))
        DNN_TRY(check_positive("learning_rate", settings->schedule.learning_rate));
    DNN_TRY(digitnet__schedule_check(&settings->schedule));
    return digitnet__plateau_check(&settings->plateau);
}

digitnet_status digitnet__optimizer_settings_check(const digitnet__optimizer_settings *settings) {
    if (!digitnet__optimizer_find(settings->kind))
        return digitnet__fail(DIGITNET_EINVAL, "optimizer is %d, which is not an optimizer", (int)settings->kind);
    DNN_TRY(check_learning_rate(settings));
    DNN_TRY(check_fraction("beta_1", settings->beta_1));
    DNN_TRY(check_fraction("beta_2", settings->beta_2));
    DNN_TRY(check_positive("epsilon", settings->epsilon));
    DNN_TRY(check_fraction("momentum", settings->momentum));
    DNN_TRY(check_fraction("rho", settings->rho));
    DNN_TRY(check_not_negative("momentum_decay", settings->momentum_decay));
    DNN_TRY(check_not_negative("weight_decay", settings->weight_decay));
    if (settings->nesterov && settings->momentum == 0)
        return digitnet__fail(DIGITNET_EINVAL, "optimizer: nesterov requires a momentum above 0");
    DNN_TRY(check_clipping(settings));
    return check_steps(settings);
}
