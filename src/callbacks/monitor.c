#include "callbacks/monitor.h"

#include "core/number.h"
#include "core/status.h"

#include <math.h>

static const char *const names[] = {
    [DIGITNET_MONITOR_VALIDATION_LOSS] = "validation loss",
    [DIGITNET_MONITOR_VALIDATION_ACCURACY] = "validation accuracy",
    [DIGITNET_MONITOR_LOSS] = "loss",
    [DIGITNET_MONITOR_ACCURACY] = "accuracy",
};

static bool is_loss(digitnet_monitor monitor) {
    return monitor == DIGITNET_MONITOR_LOSS || monitor == DIGITNET_MONITOR_VALIDATION_LOSS;
}

digitnet_status digitnet__monitor_check(digitnet_monitor monitor, double baseline, const char *caller) {
    if ((size_t)monitor >= sizeof names / sizeof *names)
        return digitnet__fail(DIGITNET_EINVAL, "%s: monitor %d is unknown", caller, (int)monitor);
    if (!isfinite(baseline))
        return digitnet__fail(DIGITNET_EINVAL, "%s: baseline is %s; it must be finite", caller,
                              digitnet__number_text(baseline).text);
    return DIGITNET_OK;
}

digitnet_status digitnet__monitor_read(double *value, digitnet_monitor monitor, const digitnet_event *event) {
    const double values[] = {
        [DIGITNET_MONITOR_VALIDATION_LOSS] = event->validation_loss,
        [DIGITNET_MONITOR_VALIDATION_ACCURACY] = event->validation_accuracy,
        [DIGITNET_MONITOR_LOSS] = event->loss,
        [DIGITNET_MONITOR_ACCURACY] = event->accuracy,
    };
    if (isnan(values[monitor]))
        return digitnet__fail(DIGITNET_EINVAL, "it looks at the %s, but the fit has no validation", names[monitor]);
    *value = values[monitor];
    return DIGITNET_OK;
}

bool digitnet__monitor_is_better(digitnet_monitor monitor, double value, double than, double min_delta) {
    return is_loss(monitor) ? value + min_delta < than : value - min_delta > than;
}

double digitnet__monitor_worst(digitnet_monitor monitor) {
    return is_loss(monitor) ? INFINITY : -INFINITY;
}
