/* Softmax over rows, and its logarithm. */
#ifndef DNN_KERNELS_SOFTMAX_H
#define DNN_KERNELS_SOFTMAX_H

#include "core/ieee.h"

#include <stddef.h>
#include <stdint.h>

/* p_j = exp(x_j - max x) / sum_k exp(x_k - max x), in place, for each of `rows` rows of `columns`. */
void digitnet__softmax(float *values, size_t rows, size_t columns);
/* In place: the gradient by the outputs becomes the gradient by the inputs, g_j <- p_j (g_j - sum_k g_k p_k). */
void digitnet__softmax_backward(float *gradient, const float *outputs, size_t rows, size_t columns);
/* y_j = x_j - max x - log(sum_k exp(x_k - max x)), likewise. */
void digitnet__log_softmax(float *values, size_t rows, size_t columns);
/* g_j <- g_j - exp(y_j) sum_k g_k, likewise. */
void digitnet__log_softmax_backward(float *gradient, const float *outputs, size_t rows, size_t columns);

#endif
