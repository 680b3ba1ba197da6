/* A layer as the user described it: attributes, shapes, tensors of weights. How it runs is a step's affair (step.h). */
#ifndef DNN_LAYERS_LAYER_H
#define DNN_LAYERS_LAYER_H

#include "core/shape.h"
#include "digitnet/layers.h"

#include <stdbool.h>

typedef struct digitnet__layer_kind digitnet__layer_kind;

/* One tensor of weights. In memory a kernel is outputs x inputs, row-major (for a convolution filters x rows x columns
 * x channels); the user sees it transposed, as Keras has it. A bias is one row of `outputs`. */
typedef struct digitnet__tensor {
    char *name; /* "LAYER/kernel" */
    size_t rank;
    size_t dimensions[4]; /* as the user sees them, 1 past the rank */
    size_t outputs, inputs;
    size_t values; /* outputs x inputs */
    size_t offset; /* in the flat block of all parameters */
    size_t fan_in, fan_out;
    bool is_kernel;
} digitnet__tensor;

enum { DNN_KERNEL, DNN_BIAS, DNN_LAYER_TENSORS };

typedef struct digitnet__conv2d_attributes {
    size_t filters, kernel_height, kernel_width, stride_height, stride_width;
    digitnet_padding padding;
    bool no_bias;
} digitnet__conv2d_attributes;

typedef struct digitnet__max_pool2d_attributes {
    size_t pool_height, pool_width, stride_height, stride_width;
    digitnet_padding padding;
} digitnet__max_pool2d_attributes;

typedef struct digitnet__dense_attributes {
    size_t units;
    bool no_bias;
} digitnet__dense_attributes;

typedef struct digitnet__layer {
    const digitnet__layer_kind *kind;
    char *name;
    union {
        digitnet__conv2d_attributes conv2d;
        digitnet__max_pool2d_attributes max_pool2d;
        digitnet__dense_attributes dense;
        double dropout_rate;
    } as;
    digitnet_activation activation; /* DIGITNET_ACTIVATION_LINEAR for kinds that have none */
    digitnet__shape input, output;
    digitnet__tensor tensors[DNN_LAYER_TENSORS]; /* adjacent in the flat block */
    size_t tensor_count;
    size_t parameters;
    size_t multiply_adds;
} digitnet__layer;

struct digitnet__step;

struct digitnet__layer_kind {
    const char *name;       /* also the stem of default names, as in Keras */
    const char *class_name; /* for the summary, as in Keras */
    /* Checks the attributes against layer->input, and sets output, tensors (all but names and offsets) and
     * multiply_adds. */
    digitnet_status (*infer_shape)(digitnet__layer *layer);
    /* Fills in the step that runs this layer and perhaps some of the `available` - 1 layers behind it, and returns how
     * many it serves. A step without a kind has nothing to compute. False where a size overflows. */
    bool (*plan)(struct digitnet__step *step, size_t available);
};

extern const digitnet__layer_kind digitnet__layer_conv2d, digitnet__layer_max_pool2d, digitnet__layer_flatten,
    digitnet__layer_dense, digitnet__layer_dropout, digitnet__layer_activation;

/* Books a kernel of these dimensions as the user sees them, the last being the outputs and the one before it the
 * inputs, and, unless `no_bias`, a bias. False where a size overflows. */
bool digitnet__layer_book_tensors(digitnet__layer *layer, const size_t *dimensions, size_t rank, bool no_bias);
/* The multiply-adds of `positions` places to which the whole kernel is applied. False where they overflow. */
bool digitnet__layer_count_multiply_adds(digitnet__layer *layer, size_t positions);
/* ELIMIT for a stride that a model file cannot hold. */
digitnet_status digitnet__layer_check_stride(const digitnet__layer *layer, size_t height, size_t width);

/* The rows or columns that a window of `size` moved by `stride` gives over `input`, and the padding before and after
 * it. 0 where the window does not fit. */
size_t digitnet__window_output(size_t *before, size_t *after, size_t input, size_t size, size_t stride,
                               digitnet_padding padding);

const char *digitnet__activation_name(digitnet_activation activation);

#endif
