/* The functions of one set, which its table (set.c) holds. */
#ifndef DNN_KERNELS_SET_H
#define DNN_KERNELS_SET_H

#include "kernels/kernels.h"
#include "kernels/vector.h"

void SET_NAME(gemm)(const digitnet__gemm *gemm);

void SET_NAME(depthwise)(float *output, const float *image, const float *kernel, const float *bias, bool relu,
                         const digitnet__depthwise_part *part);
void SET_NAME(depthwise_kernel_gradient)(float *kernel_gradient, const float *output_gradient, const float *image,
                                         const digitnet__depthwise_part *part);

size_t SET_NAME(conv2d_packed_values)(const digitnet__conv2d_shape *shape);
void SET_NAME(conv2d_pack)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                           size_t count);
size_t SET_NAME(conv2d_relu_pool_scratch)(const digitnet__conv2d_shape *shape, const digitnet__pool2d_shape *pool);
void SET_NAME(conv2d_relu_pool)(float *output, uint8_t *argmax, const float *image, const float *packed,
                                const float *bias, const digitnet__conv2d_shape *shape,
                                const digitnet__pool2d_shape *pool, void *scratch);
void SET_NAME(conv2d)(float *output, const float *image, const float *packed, const float *bias,
                      const digitnet__conv2d_shape *shape, void *scratch);
void SET_NAME(conv2d_pack_back)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                                size_t count);
void SET_NAME(winograd_image)(float *planes, const float *image, const digitnet__winograd *tiles, size_t row);
void SET_NAME(winograd_output_gradient)(float *planes, const float *gradient, const digitnet__winograd *tiles,
                                        size_t row);
void SET_NAME(winograd_output)(float *output, const float *planes, const float *bias, const digitnet__winograd *tiles,
                               size_t row);
void SET_NAME(winograd_output_relu_pool)(float *output, const float *planes, const float *bias,
                                         const digitnet__winograd *tiles, const digitnet__pool2d_shape *pool,
                                         size_t row);
void SET_NAME(winograd_pack)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                             size_t count);
void SET_NAME(winograd_pack_back)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                                  size_t count);
void SET_NAME(winograd_kernel_gradient)(float *kernel_gradient, const float *planes,
                                        const digitnet__conv2d_shape *shape);
size_t SET_NAME(conv2d_relu_pool_backward_scratch)(const digitnet__conv2d_shape *shape,
                                                   const digitnet__pool2d_shape *pool);
void SET_NAME(conv2d_relu_pool_backward)(float *kernel_gradient, float *bias_gradient, float *image_gradient,
                                         const float *output_gradient, const float *output, const uint8_t *argmax,
                                         const float *image, const float *kernel, const digitnet__conv2d_shape *shape,
                                         const digitnet__pool2d_shape *pool, void *scratch);

void SET_NAME(max_pool2d)(float *output, int32_t *places, const float *image, const digitnet__pool2d_shape *shape);
void SET_NAME(max_pool2d_backward)(float *image_gradient, const float *output_gradient, const int32_t *places,
                                   const digitnet__pool2d_shape *shape);
void SET_NAME(average_pool2d)(float *output, const float *image, const digitnet__pool2d_shape *shape);
void SET_NAME(average_pool2d_backward)(float *image_gradient, const float *output_gradient,
                                       const digitnet__pool2d_shape *shape);

void SET_NAME(bytes_to_floats)(float *values, const uint8_t *bytes, size_t count);
void SET_NAME(add)(float *sum, const float *values, size_t count);
void SET_NAME(add_scaled)(float *sum, const float *values, float factor, size_t count);
void SET_NAME(interpolate)(float *between, const float *a, const float *b, float weight, size_t count);
void SET_NAME(multiply)(float *product, const float *a, const float *b, size_t count);
void SET_NAME(multiply_rows)(float *product, const float *a, const float *row, size_t rows, size_t columns);
void SET_NAME(sum_products)(float *sums, const float *a, const float *b, size_t rows, size_t columns);
void SET_NAME(add_rows)(float *sum, const float *values, size_t rows, size_t columns);
void SET_NAME(add_bias_relu)(float *values, const float *bias, size_t rows, size_t columns, bool relu);
void SET_NAME(relu_backward)(float *gradient, const float *output, size_t count);
void SET_NAME(channel_moments)(double *sums, double *squares, const float *values, size_t rows, size_t channels);
void SET_NAME(channel_products)(double *sums, double *products, const float *gradient, const float *values, size_t rows,
                                size_t channels);
void SET_NAME(channel_products_relu)(double *sums, double *products, float *gradient, const float *values,
                                     const float *output, size_t rows, size_t channels);
void SET_NAME(scale_shift)(float *output, const float *values, const float *scale, const float *shift, size_t rows,
                           size_t channels, bool relu);
void SET_NAME(scale_shift_two)(float *output, const float *first, const float *first_scale, const float *second,
                               const float *second_scale, const float *shift, size_t rows, size_t channels);
extern const digitnet__pointwise SET_NAME(pointwise)[DNN_POINTWISE_COUNT];
void SET_NAME(adam)(float *weights, float *first_moment, float *second_moment, const float *gradient, size_t count,
                    const digitnet__adam *settings);
void SET_NAME(sgd)(float *weights, float *velocity, const float *gradient, size_t count, const digitnet__sgd *settings);
void SET_NAME(rmsprop)(float *weights, float *mean_square, float *momentum, float *mean, const float *gradient,
                       size_t count, const digitnet__rmsprop *settings);
void SET_NAME(lion)(float *weights, float *moment, const float *gradient, size_t count, const digitnet__lion *settings);
void SET_NAME(scale)(float *values, float factor, size_t count);
void SET_NAME(clip)(float *values, float limit, size_t count);
void SET_NAME(average)(float *mean, const float *values, digitnet__decay momentum, size_t count);
double SET_NAME(sum_of_squares)(const float *values, size_t count);

void SET_NAME(spline_row)(float *values, const float *nodes, const digitnet__spline *spline);
void SET_NAME(warp_row)(int32_t *places, float *right, float *down, const digitnet__warp *warp, size_t row);
void SET_NAME(sample_row)(float *values, const float *plane, const int32_t *places, const float *right,
                          const float *down, size_t width, size_t count);
void SET_NAME(thicken_row)(float *to, const float *from, size_t stride, size_t next, size_t count, float share);

extern const digitnet__kernels SET_NAME(kernels);

#endif
