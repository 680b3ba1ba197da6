/* The formulas of the losses; each is a digitnet__loss_kind.run. */
#ifndef DNN_TRAINING_LOSSES_H
#define DNN_TRAINING_LOSSES_H

#include "training/loss.h"

typedef void digitnet__loss_run_fn(digitnet__score *scores, float *gradient, const digitnet__loss_rows *rows,
                                   const digitnet__loss_settings *settings, float scale);

digitnet__loss_run_fn digitnet__categorical_crossentropy, digitnet__categorical_focal_crossentropy,
    digitnet__binary_crossentropy, digitnet__binary_focal_crossentropy, digitnet__mean_squared_error,
    digitnet__mean_absolute_error, digitnet__huber, digitnet__ctc;

/* Bytes of memory that the loss of one sequence takes; SIZE_MAX where they cannot be counted. */
size_t digitnet__ctc_scratch(size_t columns, size_t classes, size_t max_labels);

size_t digitnet__index_of_largest(const float *values, size_t count);
/* How many classes there are for so many outputs: one, a probability, stands for two. */
size_t digitnet__classes_of(size_t outputs);
/* The class that targets mean, as Keras has it: the largest; of one, whether it is above 1/2. */
size_t digitnet__class_of_targets(const float *targets, size_t outputs);
/* A row's: its label, or what its targets mean. */
size_t digitnet__row_class(const digitnet__loss_rows *rows, size_t row);
/* A row is right whose largest output is its target's, the label or the largest of the targets; with one output, where
 * that is on its target's side of 1/2. */
bool digitnet__row_is_correct(const digitnet__loss_rows *rows, size_t row);

#endif
