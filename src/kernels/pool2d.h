/* Max pooling of any window, stride and padding, by plain loops over channels. */
#ifndef DNN_KERNELS_POOL2D_H
#define DNN_KERNELS_POOL2D_H

#include "kernels/kernels.h"

/* argmax (NULL where not wanted): the place of the maximum in its window, row-major from 0; the first of equals. A
 * window has at most 65536 places. */
void digitnet__max_pool2d(float *output, uint16_t *argmax, const float *image, const digitnet__pool2d_shape *shape);
/* Overwrites image_gradient. */
void digitnet__max_pool2d_backward(float *image_gradient, const float *output_gradient, const uint16_t *argmax,
                                   const digitnet__pool2d_shape *shape);

#endif
