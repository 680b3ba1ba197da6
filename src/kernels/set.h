/* The functions of one set, which its table (set.c) holds. */
#ifndef DNN_KERNELS_SET_H
#define DNN_KERNELS_SET_H

#include "kernels/kernels.h"
#include "kernels/vector.h"

void SET_NAME(gemm)(const digitnet__gemm *gemm);

size_t SET_NAME(conv2d_packed_values)(const digitnet__conv2d_shape *shape);
void SET_NAME(conv2d_pack)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                           size_t count);
size_t SET_NAME(conv2d_relu_pool_scratch)(const digitnet__conv2d_shape *shape, const digitnet__pool2d_shape *pool);
void SET_NAME(conv2d_relu_pool)(float *output, uint8_t *argmax, const float *image, const float *packed,
                                const float *bias, const digitnet__conv2d_shape *shape,
                                const digitnet__pool2d_shape *pool, void *scratch);
size_t SET_NAME(conv2d_relu_pool_backward_scratch)(const digitnet__conv2d_shape *shape,
                                                   const digitnet__pool2d_shape *pool);
void SET_NAME(conv2d_relu_pool_backward)(float *kernel_gradient, float *bias_gradient, float *image_gradient,
                                         const float *output_gradient, const float *output, const uint8_t *argmax,
                                         const float *image, const float *kernel, const digitnet__conv2d_shape *shape,
                                         const digitnet__pool2d_shape *pool, void *scratch);

void SET_NAME(bytes_to_floats)(float *values, const uint8_t *bytes, size_t count);
void SET_NAME(add)(float *sum, const float *values, size_t count);
void SET_NAME(add_bias_relu)(float *values, const float *bias, size_t rows, size_t columns, bool relu);
void SET_NAME(relu_backward)(float *gradient, const float *output, size_t count);
void SET_NAME(channel_moments)(double *sums, double *squares, const float *values, size_t rows, size_t channels);
void SET_NAME(channel_products)(double *sums, double *products, const float *gradient, const float *values, size_t rows,
                                size_t channels);
void SET_NAME(scale_shift)(float *output, const float *values, const float *scale, const float *shift, size_t rows,
                           size_t channels, bool relu);
void SET_NAME(scale_shift_two)(float *output, const float *first, const float *first_scale, const float *second,
                               const float *second_scale, const float *shift, size_t rows, size_t channels);
void SET_NAME(adam)(float *weights, float *first_moment, float *second_moment, const float *gradient, size_t count,
                    const digitnet__adam *settings);
void SET_NAME(sgd)(float *weights, float *velocity, const float *gradient, size_t count, const digitnet__sgd *settings);

void SET_NAME(spline_row)(float *values, const float *nodes, const digitnet__spline *spline);
void SET_NAME(warp_row)(int32_t *places, float *right, float *down, const digitnet__warp *warp, size_t row);
void SET_NAME(sample_row)(float *values, const float *plane, const int32_t *places, const float *right,
                          const float *down, size_t width, size_t count);
void SET_NAME(thicken_row)(float *to, const float *from, size_t stride, size_t next, size_t count, float share);

extern const digitnet__kernels SET_NAME(kernels);

#endif
