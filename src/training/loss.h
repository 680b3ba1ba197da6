/* Sparse categorical cross-entropy, fused with the softmax before it. */
#ifndef DNN_TRAINING_LOSS_H
#define DNN_TRAINING_LOSS_H

#include "core/ieee.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one image comes to. */
typedef struct digitnet__score {
    double loss;
    bool correct;
} digitnet__score;

/* For logits z and label y: loss = log(sum_k exp z_k) - z_y, and its gradient by z_j, (softmax(z)_j - [j = y]) x scale.
 * gradient: rows x classes, NULL where not wanted. A value that is not finite gives a loss that is not finite. */
void digitnet__cross_entropy(digitnet__score *scores, float *gradient, const float *logits, const int32_t *labels,
                             size_t rows, size_t classes, float scale);

#endif
