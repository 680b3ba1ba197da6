/* What a fit keeps of each epoch. */
#ifndef DNN_TRAINING_HISTORY_H
#define DNN_TRAINING_HISTORY_H

#include "core/number.h"
#include "digitnet/training.h"
#include "training/validation_split.h"

enum { DNN_METRIC_COUNT = DIGITNET_METRIC_LEARNING_RATE + 1 };

typedef struct digitnet__epoch_result {
    double values[DNN_METRIC_COUNT]; /* by digitnet_metric */
} digitnet__epoch_result;

/* The columns of a table of epochs, and one row of it, without the newline; figures that are not known are left empty.
 * Returns the row's length. */
#define DNN_HISTORY_COLUMNS "epoch,loss,accuracy,val_loss,val_accuracy,train_seconds,learning_rate"
enum { DNN_HISTORY_ROW_CAPACITY = 24 + DNN_METRIC_COUNT * (sizeof(digitnet__number) + 1) };
size_t digitnet__history_row(char text[DNN_HISTORY_ROW_CAPACITY], size_t epoch, const digitnet__epoch_result *result);

/* Empty; its first epoch will have this number. */
digitnet_status digitnet__history_create(digitnet_history **out, size_t first_epoch);
/* ENOMEM leaves the history as it was. */
digitnet_status digitnet__history_append(digitnet_history *history, const digitnet__epoch_result *result);
/* "": there is none. */
void digitnet__history_set_warning(digitnet_history *history, const digitnet__warning *warning);
void digitnet__history_set_stop_reason(digitnet_history *history, digitnet_stop_reason stop_reason);

#endif
