/* Depthwise convolution: each channel has kernels of its own, `filters` / `channels` of them, one filter after the
 * other. Every size, stride, dilation and padding; shape->groups is shape->channels. */
#ifndef DNN_KERNELS_DEPTHWISE_CONV2D_H
#define DNN_KERNELS_DEPTHWISE_CONV2D_H

#include "kernels/kernels.h"

/* Sets *bytes to the scratch memory of each function below; false where a size overflows. */
bool digitnet__depthwise_conv2d_scratch(size_t *bytes, const digitnet__conv2d_shape *shape);

/* Filters first .. first + count - 1 of a kernel in memory, filters x taps, as the functions below take it, taps x
 * filters; and a gradient in that order, which is added to one in memory's. */
void digitnet__depthwise_conv2d_pack(float *packed, const float *kernel, const digitnet__conv2d_shape *shape,
                                     size_t first, size_t count);
void digitnet__depthwise_conv2d_add_unpacked(float *kernel_gradient, const float *packed_gradient,
                                             const digitnet__conv2d_shape *shape);

/* Over `samples` images. bias may be NULL. */
void digitnet__depthwise_conv2d(const digitnet__kernels *kernels, float *output, const float *image,
                                const float *packed, const float *bias, bool relu, const digitnet__conv2d_shape *shape,
                                size_t samples, void *scratch);
/* Adds to packed_gradient. */
void digitnet__depthwise_conv2d_kernel_gradient(const digitnet__kernels *kernels, float *packed_gradient,
                                                const float *output_gradient, const float *image,
                                                const digitnet__conv2d_shape *shape, size_t samples, void *scratch);
/* Overwrites image_gradient. */
void digitnet__depthwise_conv2d_image_gradient(const digitnet__kernels *kernels, float *image_gradient,
                                               const float *output_gradient, const float *packed,
                                               const digitnet__conv2d_shape *shape, size_t samples, void *scratch);

#endif
