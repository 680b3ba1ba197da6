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
 * checked. Each of `groups` equal parts of the filters sees its own part of the channels. */
typedef struct digitnet__conv2d_shape {
    size_t height, width, channels;
    size_t kernel_height, kernel_width;
    size_t stride_height, stride_width;
    size_t dilation_height, dilation_width; /* from tap to tap */
    size_t padding_top, padding_left, padding_bottom, padding_right;
    size_t filters, groups;
    size_t output_height, output_width;
} digitnet__conv2d_shape;

/* What the sum of a window is divided by: the places that lie inside the image, all of the window's, or nothing. */
typedef enum digitnet__pool2d_divisor {
    DNN_DIVIDE_BY_PLACES_INSIDE,
    DNN_DIVIDE_BY_WINDOW,
    DNN_DIVIDE_BY_ONE
} digitnet__pool2d_divisor;

/* One pooling. Windows never lie wholly in the padding. */
typedef struct digitnet__pool2d_shape {
    size_t height, width, channels;
    size_t pool_height, pool_width;
    size_t stride_height, stride_width;
    size_t padding_top, padding_left;
    size_t output_height, output_width;
    digitnet__pool2d_divisor divisor; /* of means alone */
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

/* A part of a depthwise convolution: positions rows x columns, at each of which the same taps, tap_rows x tap_columns,
 * lie inside the image. Where the first position and the first tap stand, and from there the steps to the next ones, in
 * values: in the image, in the kernel (taps x channels) and in the output. */
typedef struct digitnet__depthwise_part {
    size_t rows, columns, tap_rows, tap_columns, channels;
    size_t image, kernel, output;
    ptrdiff_t image_row, image_column, image_tap_row, image_tap_column;
    ptrdiff_t kernel_tap_row, kernel_tap_column;
    ptrdiff_t output_row, output_column;
} digitnet__depthwise_part;

/* Winograd's convolution F(2x2, 3x3) (Lavin and Gray 2016): kernels of 3 x 3 that move by 1, with 16 multiplications
 * instead of 36 for each 2 x 2 outputs. Of a tile of 4 x 4 values d of the image, whose neighbours begin 2 values on,
 * and a kernel g the outputs are A^T ((G g G^T) o (B^T d B)) A, o value by value. The 16 values of a tile lie in
 * different planes, each tiles x channels, so that the products over all channels are 16 matrix products of planes. Its
 * gradients are those of these formulas: the one by the image is again such a convolution, with the kernel turned by
 * 180 degrees; with dM = A dy A^T the one by the kernel is G^T (the sum over tiles of dM o (B^T d B)) G. */
enum { DNN_WINOGRAD_PLANES = 16 };

/* The tiles of an image of height x width x channels. Channels are whole vectors of every set: a multiple of 16. */
typedef struct digitnet__winograd {
    size_t height, width, channels;
    size_t top, left; /* zeros before the image; behind it are as many as the last tile needs */
    size_t columns;   /* tiles in a row */
    size_t plane;     /* values from one plane to the next */
} digitnet__winograd;

/* A mean that keeps `beta` of itself and takes the rest, 1 - beta, of a new value. The rest is rounded by itself: 1
 * minus a rounded beta has few true digits where beta is near 1. */
typedef struct digitnet__decay {
    float kept, taken;
} digitnet__decay;

static inline digitnet__decay digitnet__decay_of(double beta) {
    return (digitnet__decay){.kept = (float)beta, .taken = (float)(1 - beta)};
}

typedef struct digitnet__adam {
    float step_size;     /* learning rate with the bias corrections in it */
    float gradient_step; /* of the gradient itself beside its mean: Nadam's; 0: Adam */
    digitnet__decay beta_1, beta_2;
    float epsilon;
} digitnet__adam;

typedef struct digitnet__sgd {
    float learning_rate, momentum;
    bool nesterov;
} digitnet__sgd;

typedef struct digitnet__rmsprop {
    digitnet__decay rho;
    float learning_rate, momentum;
    float epsilon_inside, epsilon_outside; /* of the root; one of them is 0 */
} digitnet__rmsprop;

typedef struct digitnet__lion {
    digitnet__decay beta_1, beta_2;
    float learning_rate;
} digitnet__lion;
/* Activations that work value by value, each the name of a pair of functions in pointwise.c. */
#define DNN_POINTWISE(FUNCTION) \
    FUNCTION(sigmoid)           \
    FUNCTION(tanh)              \
    FUNCTION(leaky_relu)        \
    FUNCTION(elu)               \
    FUNCTION(selu)              \
    FUNCTION(gelu)              \
    FUNCTION(gelu_tanh)         \
    FUNCTION(silu)              \
    FUNCTION(hard_sigmoid)      \
    FUNCTION(hard_swish)        \
    FUNCTION(relu6)             \
    FUNCTION(softplus)
#define DNN_POINTWISE_ENUMERATOR(name) DNN_POINTWISE_##name,
typedef enum digitnet__pointwise_index {
    DNN_POINTWISE(DNN_POINTWISE_ENUMERATOR) DNN_POINTWISE_COUNT
} digitnet__pointwise_index;

/* `alpha` is the slope below 0 or the like, for those that have one. */
typedef struct digitnet__pointwise {
    void (*forward)(float *values, size_t count, float alpha); /* in place */
    /* In place, from the gradient by the outputs to the one by the inputs. `known`: the inputs of gelu, gelu_tanh, silu
     * and hard_swish, the outputs of all others. */
    void (*backward)(float *gradient, const float *known, size_t count, float alpha);
} digitnet__pointwise;

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

    /* Depthwise convolution: at each position of the part and for each channel, the sum of bias (NULL: zeros) and the
     * products of taps and image, through ReLU if `relu`. A channel's sum has one order, that of the taps. */
    void (*depthwise)(float *output, const float *image, const float *kernel, const float *bias, bool relu,
                      const digitnet__depthwise_part *part);
    /* Adds the gradient by the part's taps, from the one by the output. */
    void (*depthwise_kernel_gradient)(float *kernel_gradient, const float *output_gradient, const float *image,
                                      const digitnet__depthwise_part *part);

    /* A convolution, undilated and of one group, with ReLU and a max pool with windows side by side (stride = pool, no
     * padding, at most 256 places; 1 x 1 for none), without im2col. `packed` comes from conv2d_pack, which prepares
     * `count` filters from `first` on (different filters at the same time, if need be), and has conv2d_packed_values();
     * bias may be NULL. image: padded already, that is (height + padding_top + padding_bottom) x (width + padding_left
     * + padding_right) x channels. output: pool->output_height x pool->output_width x filters. argmax (NULL where not
     * wanted; not written where the pool is 1 x 1): for each output the place in its window, row-major from 0, the
     * first of equals. A NaN in a window comes out. Rows and columns that no window reads are not computed. scratch:
     * conv2d_relu_pool_scratch() bytes. Nothing outside these sizes is read or written; only scratch memory needs an
     * alignment (DNN_ALIGNMENT). A size that overflows is SIZE_MAX. */
    size_t (*conv2d_packed_values)(const digitnet__conv2d_shape *shape);
    void (*conv2d_pack)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                        size_t count);
    size_t (*conv2d_relu_pool_scratch)(const digitnet__conv2d_shape *shape, const digitnet__pool2d_shape *pool);
    void (*conv2d_relu_pool)(float *output, uint8_t *argmax, const float *image, const float *packed, const float *bias,
                             const digitnet__conv2d_shape *shape, const digitnet__pool2d_shape *pool, void *scratch);

    /* The same without ReLU and pool; scratch as for a pool of 1 x 1. */
    void (*conv2d)(float *output, const float *image, const float *packed, const float *bias,
                   const digitnet__conv2d_shape *shape, void *scratch);
    /* Prepares the weights of the convolution that goes back, from the gradient by this one's output to the one by its
     * image, where strides are 1: its kernel is this one's, turned by 180 degrees, with channels and filters in each
     * other's place. `count` filters of this one, from `first` on. */
    void (*conv2d_pack_back)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                             size_t count);

    /* Winograd's convolution, a row of tiles at a time: planes of an image, planes of the gradient by an output (2 x 2
     * values a tile), the output from the planes of products, with a bias unless that is NULL. `planes` stands at the
     * row's first tile, the others at the image's beginning. */
    void (*winograd_image)(float *planes, const float *image, const digitnet__winograd *tiles, size_t row);
    void (*winograd_output_gradient)(float *planes, const float *gradient, const digitnet__winograd *tiles, size_t row);
    void (*winograd_output)(float *output, const float *planes, const float *bias, const digitnet__winograd *tiles,
                            size_t row);
    /* With ReLU and the maximum of windows side by side, 1 or 2 values high and wide, as conv2d_relu_pool(). The size
     * of `tiles` is that of what the windows read, the output's is the pool's. */
    void (*winograd_output_relu_pool)(float *output, const float *planes, const float *bias,
                                      const digitnet__winograd *tiles, const digitnet__pool2d_shape *pool, size_t row);
    /* The planes of the kernel, channels x filters, and those of the turned one, filters x channels: for `count`
     * filters from `first` on. Adds the gradient by the kernel, from planes of filters x channels. */
    void (*winograd_pack)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                          size_t count);
    void (*winograd_pack_back)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                               size_t count);
    void (*winograd_kernel_gradient)(float *kernel_gradient, const float *planes, const digitnet__conv2d_shape *shape);

    /* The gradients of conv2d_relu_pool(). output_gradient, output and argmax (NULL where the pool is 1 x 1) are those
     * of the pooled output; where output is 0 the ReLU let nothing through. A pool lets one value of each window
     * through: the work is done for those alone, the others being exact zeros. Adds to kernel_gradient (and
     * bias_gradient unless NULL); image_gradient (padded size; NULL where not wanted) is overwritten. scratch:
     * conv2d_relu_pool_backward_scratch() bytes, or SIZE_MAX where that overflows. */
    size_t (*conv2d_relu_pool_backward_scratch)(const digitnet__conv2d_shape *shape,
                                                const digitnet__pool2d_shape *pool);
    void (*conv2d_relu_pool_backward)(float *kernel_gradient, float *bias_gradient, float *image_gradient,
                                      const float *output_gradient, const float *output, const uint8_t *argmax,
                                      const float *image, const float *kernel, const digitnet__conv2d_shape *shape,
                                      const digitnet__pool2d_shape *pool, void *scratch);

    /* Pooling of one image, of any window. places (NULL where not wanted): for each output where in the image its
     * maximum was, row-major, the first of equals; the image has at most INT32_MAX places. A NaN in a window comes out.
     * Gradients overwrite image_gradient. */
    void (*max_pool2d)(float *output, int32_t *places, const float *image, const digitnet__pool2d_shape *shape);
    void (*max_pool2d_backward)(float *image_gradient, const float *output_gradient, const int32_t *places,
                                const digitnet__pool2d_shape *shape);
    /* Sums in the order of the window's places, and then one division. */
    void (*average_pool2d)(float *output, const float *image, const digitnet__pool2d_shape *shape);
    void (*average_pool2d_backward)(float *image_gradient, const float *output_gradient,
                                    const digitnet__pool2d_shape *shape);

    /* Elementwise, over `count` values. */
    void (*bytes_to_floats)(float *values, const uint8_t *bytes, size_t count); /* value / 255, correctly rounded */
    void (*add)(float *sum, const float *values, size_t count);
    void (*add_scaled)(float *sum, const float *values, float factor, size_t count); /* sum + factor x values */
    /* a + (b - a) x weight */
    void (*interpolate)(float *between, const float *a, const float *b, float weight, size_t count);
    /* product may be a. */
    void (*multiply)(float *product, const float *a, const float *b, size_t count);
    /* Each row of a by `row`; product may be a. */
    void (*multiply_rows)(float *product, const float *a, const float *row, size_t rows, size_t columns);
    /* For each column the sum of a x b over its rows. */
    void (*sum_products)(float *sums, const float *a, const float *b, size_t rows, size_t columns);
    void (*add_rows)(float *sum, const float *values, size_t rows, size_t columns); /* each column, row after row */
    void (*add_bias_relu)(float *values, const float *bias, size_t rows, size_t columns,
                          bool relu);                                          /* bias may be NULL */
    void (*relu_backward)(float *gradient, const float *output, size_t count); /* zero where the output is zero */
    const digitnet__pointwise *pointwise;                                      /* by digitnet__pointwise_index */

    /* Over rows of channels, a sum for each channel, in double and in the order of the rows: of the values and of their
     * squares; of a gradient and of its products with values. */
    void (*channel_moments)(double *sums, double *squares, const float *values, size_t rows, size_t channels);
    void (*channel_products)(double *sums, double *products, const float *gradient, const float *values, size_t rows,
                             size_t channels);
    /* The same of a gradient that has to go back through a ReLU first, as by relu_backward(). */
    void (*channel_products_relu)(double *sums, double *products, float *gradient, const float *values,
                                  const float *output, size_t rows, size_t channels);
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
    /* `momentum` is NULL without momentum, `mean` unless centered. */
    void (*rmsprop)(float *weights, float *mean_square, float *momentum, float *mean, const float *gradient,
                    size_t count, const digitnet__rmsprop *settings);
    void (*lion)(float *weights, float *moment, const float *gradient, size_t count, const digitnet__lion *settings);
    void (*scale)(float *values, float factor, size_t count);
    void (*clip)(float *values, float limit, size_t count); /* to [-limit, limit] */
    /* mean <- momentum mean + (1 - momentum) value */
    void (*average)(float *mean, const float *values, digitnet__decay momentum, size_t count);
    double (*sum_of_squares)(const float *values, size_t count); /* the same bits in every set */

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
