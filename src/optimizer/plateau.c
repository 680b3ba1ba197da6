#include "optimizer/plateau.h"

#include "core/number.h"
#include "core/options.h"
#include "core/status.h"

#include <math.h>
#include <stdbool.h>

digitnet__plateau digitnet__plateau_begin(void) {
    return (digitnet__plateau){.best = NAN};
}

const char *digitnet__plateau_monitor(digitnet_metric metric) {
    switch (metric) {
    case DIGITNET_METRIC_LOSS:
        return "loss";
    case DIGITNET_METRIC_ACCURACY:
        return "accuracy";
    case DIGITNET_METRIC_VALIDATION_LOSS:
        return "val_loss";
    case DIGITNET_METRIC_VALIDATION_ACCURACY:
        return "val_accuracy";
    default:
        return NULL;
    }
}

digitnet_status digitnet__plateau_read(digitnet_reduce_on_plateau *own, const digitnet_reduce_on_plateau *options) {
    DNN_TRY(DNN_OPTIONS_READ(own, options, digitnet_reduce_on_plateau, reserved_2));
    DNN_TRY(DNN_RESERVED_CHECK((size_t)own->reserved_2 | own->reserved, digitnet_reduce_on_plateau));
    return digitnet__plateau_check(own);
}

static digitnet_status check_not_negative(const char *name, double value) {
    if (isfinite(value) && value >= 0)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL, "reduce_on_plateau: %s is %s; it must be finite and not below 0", name,
                          digitnet__number_text(value).text);
}

digitnet_status digitnet__plateau_check(const digitnet_reduce_on_plateau *options) {
    if (!digitnet__plateau_monitor(options->monitor)) {
        return digitnet__fail(DIGITNET_EINVAL, "reduce_on_plateau: monitor is %d, which is no loss and no accuracy",
                              (int)options->monitor);
    }
    if (!(options->factor > 0 && options->factor < 1)) {
        return digitnet__fail(DIGITNET_EINVAL, "reduce_on_plateau: factor is %s; it must be above 0 and below 1",
                              digitnet__number_text(options->factor).text);
    }
    DNN_TRY(check_not_negative("min_delta", options->min_delta));
    return check_not_negative("min_lr", options->min_lr);
}

static bool is_better(const digitnet_reduce_on_plateau *options, double figure, double best) {
    bool accuracy =
        options->monitor == DIGITNET_METRIC_ACCURACY || options->monitor == DIGITNET_METRIC_VALIDATION_ACCURACY;
    if (isnan(best))
        return true;
    return accuracy ? figure > best + options->min_delta : figure < best - options->min_delta;
}

/* As Keras's ReduceLROnPlateau. */
double digitnet__plateau_rate(digitnet__plateau *plateau, const digitnet_reduce_on_plateau *options,
                              double learning_rate, double figure) {
    if (plateau->cooldown)
        plateau->cooldown--;
    if (is_better(options, figure, plateau->best)) {
        plateau->best = figure;
        plateau->wait = 0;
        return learning_rate;
    }
    if (plateau->cooldown || ++plateau->wait < options->patience || learning_rate <= options->min_lr)
        return learning_rate;
    plateau->cooldown = options->cooldown;
    plateau->wait = 0;
    double lowered = fmax(learning_rate * options->factor, options->min_lr);
    return lowered > 0 ? lowered : learning_rate; /* a file's rate is above 0 */
}
