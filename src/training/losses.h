/* The formulas of the losses; each is a digitnet__loss_kind.run. */
#ifndef DNN_TRAINING_LOSSES_H
#define DNN_TRAINING_LOSSES_H

#include "training/loss.h"

typedef void digitnet__loss_run_fn(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                                   const digitnet__loss_settings *settings, float scale);

digitnet__loss_run_fn digitnet__categorical_crossentropy, digitnet__categorical_focal_crossentropy,
    digitnet__binary_crossentropy, digitnet__binary_focal_crossentropy, digitnet__mean_squared_error,
    digitnet__mean_absolute_error, digitnet__huber;

size_t digitnet__index_of_largest(const float *values, size_t count);
/* A row is right whose largest output is its target's, the label or the largest of the targets; with one output, where
 * that is on its target's side of 1/2. */
bool digitnet__row_is_correct(const digitnet__loss_rows *rows, size_t row);

#endif
