/* What a fit keeps of each epoch. */
#ifndef DNN_TRAINING_HISTORY_H
#define DNN_TRAINING_HISTORY_H

#include "digitnet/training.h"

enum { DNN_METRIC_COUNT = DIGITNET_METRIC_SECONDS + 1 };

typedef struct dnn_epoch_result {
    double values[DNN_METRIC_COUNT]; /* by digitnet_metric */
} dnn_epoch_result;

/* Empty; its first epoch will have this number. */
digitnet_status dnn_history_create(digitnet_history **out, size_t first_epoch);
/* ENOMEM leaves the history as it was. */
digitnet_status dnn_history_append(digitnet_history *history, const dnn_epoch_result *result);
void dnn_history_set_end(digitnet_history *history, digitnet_end end);

#endif
