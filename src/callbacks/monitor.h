/* The figure by which callbacks tell the better of two epochs. */
#ifndef DNN_CALLBACKS_MONITOR_H
#define DNN_CALLBACKS_MONITOR_H

#include "digitnet/callbacks.h"

#include <stdbool.h>

/* `caller` is for messages. */
digitnet_status digitnet__monitor_check(digitnet_monitor monitor, double baseline, const char *caller);
/* The figure of the epoch that has ended; EINVAL where the fit does not have it. */
digitnet_status digitnet__monitor_read(double *value, digitnet_monitor monitor, const digitnet_event *event);
/* By more than `min_delta`. */
bool digitnet__monitor_is_better(digitnet_monitor monitor, double value, double than, double min_delta);
/* What every figure is better than. */
double digitnet__monitor_worst(digitnet_monitor monitor);

#endif
