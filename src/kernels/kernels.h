/* The seam of instruction sets: what is computed by vectors, one table for each set, chosen at run time. Every function
 * is a pure function of its arguments, works on one thread and allocates nothing. All kernels ("weights") are outputs x
 * inputs, row-major: convolutions filters x rows x columns x channels, dense layers units x inputs. */
#ifndef DNN_KERNELS_KERNELS_H
#define DNN_KERNELS_KERNELS_H

#include "core/ieee.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One convolution, over images height x width x channels; the output's size follows from all the rest but is kept,
 * checked. */
typedef struct digitnet__conv2d_shape {
    size_t height, width, channels;
    size_t kernel_height, kernel_width;
    size_t stride_height, stride_width;
    size_t padding_top, padding_left, padding_bottom, padding_right;
    size_t filters;
    size_t output_height, output_width;
} digitnet__conv2d_shape;

/* One pooling. Windows never lie wholly in the padding. */
typedef struct digitnet__pool2d_shape {
    size_t height, width, channels;
    size_t pool_height, pool_width;
    size_t stride_height, stride_width;
    size_t padding_top, padding_left;
    size_t output_height, output_width;
} digitnet__pool2d_shape;

typedef enum digitnet__transpose { DNN_PLAIN, DNN_TRANSPOSED } digitnet__transpose;

/* C (rows x columns) = op(A) op(B) + beta C; op(A) is rows x depth, op(B) depth x columns, leading dimensions in
 * values. beta is 0 (C is not read) or 1. */
typedef struct digitnet__gemm {
    digitnet__transpose transpose_a, transpose_b;
    size_t rows, columns, depth;
    const float *a, *b;
    size_t a_stride, b_stride;
    float *c;
    size_t c_stride;
    float beta;
} digitnet__gemm;

typedef struct digitnet__adam {
    float step_size; /* learning rate with the bias corrections in it */
    float beta_1, beta_2, epsilon;
} digitnet__adam;

typedef struct digitnet__sgd {
    float learning_rate, momentum;
    bool nesterov;
} digitnet__sgd;

/* Rows that are warped have room for whole blocks of so many values; the border of what they are sampled from; values
 * that a cubic spline takes into account. */
enum { DNN_WARP_BLOCK = 16, DNN_WARP_BORDER = 3, DNN_SPLINE_TAPS = 4 };

/* Values between nodes: block b's are the sums over n of weights[(b x band + n) x DNN_WARP_BLOCK + i] times
 * nodes[first[b] + n]. */
typedef struct digitnet__spline {
    size_t blocks, band;
    const size_t *first;
    const float *weights;
} digitnet__spline;

/* Where the values of an image are taken from: that of row y and column x from the place matrix x (x, y, 1), divided by
 * its third value, which must be positive, plus a displacement. That is given in rows of `stride` values, of which the
 * DNN_SPLINE_TAPS from row_first[y] on are weighted by row_weights[y x DNN_SPLINE_TAPS]. */
typedef struct digitnet__warp {
    size_t height, width;
    size_t stride; /* the width in whole blocks */
    float matrix[9];
    const float *across, *along; /* of columns and of rows; both NULL: none */
    const size_t *row_first;
    const float *row_weights;
} digitnet__warp;

typedef struct digitnet__kernels {
    const char *name; /* "avx512", "avx2", "baseline" */
    size_t width;     /* floats in a vector */

    /* Built-in product; sums over depth in an order that depends on depth alone, so that a row of C does not depend on
     * the others. */
    void (*gemm)(const digitnet__gemm *gemm);

    /* A convolution with ReLU and a max pool with windows side by side (stride = pool, no padding, at most 256 places;
     * 1 x 1 for none), without im2col. `packed` comes from conv2d_pack, which prepares `count` filters from `first` on
     * (different filters at the same time, if need be), and has conv2d_packed_values(); bias may be NULL. image: padded
     * already, that is (height + padding_top + padding_bottom) x (width + padding_left + padding_right) x channels.
     * output: pool->output_height x pool->output_width x filters. argmax (NULL where not wanted; not written where the
     * pool is 1 x 1): for each output the place in its window, row-major from 0, the first of equals. A NaN in a window
     * comes out. Rows and columns that no window reads are not computed. scratch: conv2d_relu_pool_scratch() bytes.
     * Nothing outside these sizes is read or written; only scratch memory needs an alignment (DNN_ALIGNMENT). */
    size_t (*conv2d_packed_values)(const digitnet__conv2d_shape *shape);
    void (*conv2d_pack)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                        size_t count);
    size_t (*conv2d_relu_pool_scratch)(const digitnet__conv2d_shape *shape, const digitnet__pool2d_shape *pool);
    void (*conv2d_relu_pool)(float *output, uint8_t *argmax, const float *image, const float *packed, const float *bias,
                             const digitnet__conv2d_shape *shape, const digitnet__pool2d_shape *pool, void *scratch);

    /* Its gradients. output_gradient, output and argmax (NULL where the pool is 1 x 1) are those of the pooled output;
     * where output is 0 the ReLU let nothing through. A pool lets one value of each window through: the work is done
     * for those alone, the others being exact zeros. Adds to kernel_gradient (and bias_gradient unless NULL);
     * image_gradient (padded size; NULL where not wanted) is overwritten. scratch: conv2d_relu_pool_backward_scratch()
     * bytes. */
    size_t (*conv2d_relu_pool_backward_scratch)(const digitnet__conv2d_shape *shape,
                                                const digitnet__pool2d_shape *pool);
    void (*conv2d_relu_pool_backward)(float *kernel_gradient, float *bias_gradient, float *image_gradient,
                                      const float *output_gradient, const float *output, const uint8_t *argmax,
                                      const float *image, const float *kernel, const digitnet__conv2d_shape *shape,
                                      const digitnet__pool2d_shape *pool, void *scratch);

    /* Elementwise, over `count` values. */
    void (*bytes_to_floats)(float *values, const uint8_t *bytes, size_t count); /* value / 255, correctly rounded */
    void (*add)(float *sum, const float *values, size_t count);
    void (*add_bias_relu)(float *values, const float *bias, size_t rows, size_t columns,
                          bool relu);                                          /* bias may be NULL */
    void (*relu_backward)(float *gradient, const float *output, size_t count); /* zero where the output is zero */

    /* Over rows of channels, a sum for each channel, in double and in the order of the rows: of the values and of their
     * squares; of a gradient and of its products with values. */
    void (*channel_moments)(double *sums, double *squares, const float *values, size_t rows, size_t channels);
    void (*channel_products)(double *sums, double *products, const float *gradient, const float *values, size_t rows,
                             size_t channels);
    /* output = values * scale + shift, by channel, and perhaps ReLU. */
    void (*scale_shift)(float *output, const float *values, const float *scale, const float *shift, size_t rows,
                        size_t channels, bool relu);
    /* output = first * first_scale + second * second_scale + shift, by channel. */
    void (*scale_shift_two)(float *output, const float *first, const float *first_scale, const float *second,
                            const float *second_scale, const float *shift, size_t rows, size_t channels);

    /* Moments below FLT_MIN become 0, so that they never get into the denormals. */
    void (*adam)(float *weights, float *first_moment, float *second_moment, const float *gradient, size_t count,
                 const digitnet__adam *settings);
    void (*sgd)(float *weights, float *velocity, const float *gradient, size_t count, const digitnet__sgd *settings);

    /* Augmentation; the same bits in every set. spline_row writes whole blocks. warp_row writes for each value of a
     * row, in whole blocks, which value of a plane it lies right of and below, and how far (0 to 1). The plane has
     * (height + DNN_WARP_BORDER) x (width + DNN_WARP_BORDER) values, the image's from row and column 1 on and the
     * background around it; sample_row takes `count` values, whole blocks, from such a plane, `width` with its border.
     * thicken_row: v + share (m - v) for share in (0, 1], m being the largest of a value and its four neighbours,
     * `stride` and `next` away; for share in [-1, 0) the smallest. */
    void (*spline_row)(float *values, const float *nodes, const digitnet__spline *spline);
    void (*warp_row)(int32_t *places, float *right, float *down, const digitnet__warp *warp, size_t row);
    void (*sample_row)(float *values, const float *plane, const int32_t *places, const float *right, const float *down,
                       size_t width, size_t count);
    void (*thicken_row)(float *to, const float *from, size_t stride, size_t next, size_t count, float share);
} digitnet__kernels;

/* The widest set that this processor runs. The same at every call. */
const digitnet__kernels *digitnet__kernels_best(void);
/* The sets that this build holds and this processor runs, widest first; NULL past the last. For tests and benchmarks.
 */
const digitnet__kernels *digitnet__kernels_at(size_t index);

#endif
