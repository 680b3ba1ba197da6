/* A loss that is a function of the program. */
#ifndef DNN_TRAINING_CUSTOM_LOSS_H
#define DNN_TRAINING_CUSTOM_LOSS_H

#include "kernels/compute.h"
#include "training/loss.h"

/* As digitnet__loss_kind.run, on any thread that works for the caller: the function's status, or ECALLBACK for a number
 * that is none. `losses` is memory for one a row; targets are rows x target_values. */
digitnet_status digitnet__custom_loss_run(digitnet__score *scores, double *losses, float *gradient,
                                          const digitnet__loss *loss, const digitnet__compute *caller,
                                          const digitnet__loss_rows *rows, size_t target_values, float scale);

#endif
