/**
 * @file layers.h  The layers that a model is built from, added one after the other.
 *
 * Builders need not be checked one by one: after the first that fails the later ones do nothing and return its status,
 * and digitnet_model_compile() returns it with its message; digitnet_model_clear_error() goes on with the layers before
 * it. All of them return
 * - EINVAL for NULL, a zero size, an unknown enumerator, or a name that is taken, or that is not 1 to 63
 *   bytes of UTF-8 without '/' and control characters;
 * - ESHAPE where the layer does not fit the shape before it;
 * - ESTATE after the first compile, or while the model is in use;
 * - ELIMIT where a size overflows or exceeds a limit of the model; ENOMEM.
 *
 * Kernels start as Glorot uniform, biases as zero, as in Keras. A layer without a name is called as in Keras: "conv2d",
 * "conv2d_1", "max_pooling2d", "flatten", "dense", "dropout", "activation".
 */
#ifndef DIGITNET_LAYERS_H
#define DIGITNET_LAYERS_H

#include "digitnet/model.h"

DIGITNET_BEGIN_DECLARATIONS

/** What is applied to a layer's output; softmax runs over the channels. */
typedef enum digitnet_activation { DIGITNET_LINEAR = 0, DIGITNET_RELU = 1, DIGITNET_SOFTMAX = 2 } digitnet_activation;

/** VALID: windows stay inside the image. SAME: zeros around it, so that the output has ceil(size / stride) rows and
 * columns; an odd zero goes to the bottom and the right. A pool's padding never wins the maximum. */
typedef enum digitnet_padding { DIGITNET_VALID = 0, DIGITNET_SAME = 1 } digitnet_padding;

typedef struct digitnet_conv2d_options {
    size_t struct_size;
    const char *name;
    /** Zero: as wide as high. */
    size_t kernel_width;
    /** Zero: 1. */
    size_t stride_height;
    /** Zero: as stride_height. */
    size_t stride_width;
    size_t reserved;
    digitnet_padding padding;
    int32_t no_bias;
} digitnet_conv2d_options;

/** A two-dimensional convolution with `filters` kernels of `kernel` x `kernel`. */
DIGITNET_API digitnet_status digitnet_model_add_conv2d(digitnet_model *model, size_t filters, size_t kernel,
                                                       digitnet_activation activation);
/** digitnet_model_add_conv2d() with options (`kernel` is its height); NULL is all defaults. */
DIGITNET_API digitnet_status digitnet_model_add_conv2d_ex(digitnet_model *model, size_t filters, size_t kernel,
                                                          digitnet_activation activation,
                                                          const digitnet_conv2d_options *options);

typedef struct digitnet_max_pool2d_options {
    size_t struct_size;
    const char *name;
    /** Zero: as wide as high. */
    size_t pool_width;
    /** Zero: as the pool's height and width. */
    size_t stride_height, stride_width;
    size_t reserved;
    digitnet_padding padding;
    int32_t reserved_2;
} digitnet_max_pool2d_options;

/** The maximum of each `pool` x `pool` window, moved by `pool`. */
DIGITNET_API digitnet_status digitnet_model_add_max_pool2d(digitnet_model *model, size_t pool);
/** digitnet_model_add_max_pool2d() with options (`pool` is its height); NULL is all defaults. */
DIGITNET_API digitnet_status digitnet_model_add_max_pool2d_ex(digitnet_model *model, size_t pool,
                                                              const digitnet_max_pool2d_options *options);

/** Options of the layers that have nothing but a name. */
typedef struct digitnet_layer_options {
    size_t struct_size;
    const char *name;
} digitnet_layer_options;

/** Height x width x channels into one row of values, in this order. A flat input is passed on. */
DIGITNET_API digitnet_status digitnet_model_add_flatten(digitnet_model *model);
/** digitnet_model_add_flatten() with options; NULL is all defaults. */
DIGITNET_API digitnet_status digitnet_model_add_flatten_ex(digitnet_model *model,
                                                           const digitnet_layer_options *options);

typedef struct digitnet_dense_options {
    size_t struct_size;
    const char *name;
    int32_t no_bias;
    int32_t reserved;
} digitnet_dense_options;

/** A fully connected layer of `units` outputs; its input must be flat. */
DIGITNET_API digitnet_status digitnet_model_add_dense(digitnet_model *model, size_t units,
                                                      digitnet_activation activation);
/** digitnet_model_add_dense() with options; NULL is all defaults. */
DIGITNET_API digitnet_status digitnet_model_add_dense_ex(digitnet_model *model, size_t units,
                                                         digitnet_activation activation,
                                                         const digitnet_dense_options *options);

/** While training, sets each value to zero with probability `rate`, 0 <= rate < 1, and scales the others by 1 / (1 -
 * rate); passes values on in evaluation and prediction. */
DIGITNET_API digitnet_status digitnet_model_add_dropout(digitnet_model *model, double rate);
/** digitnet_model_add_dropout() with options; NULL is all defaults. */
DIGITNET_API digitnet_status digitnet_model_add_dropout_ex(digitnet_model *model, double rate,
                                                           const digitnet_layer_options *options);

/** An activation as a layer of its own. */
DIGITNET_API digitnet_status digitnet_model_add_activation(digitnet_model *model, digitnet_activation activation);
/** digitnet_model_add_activation() with options; NULL is all defaults. */
DIGITNET_API digitnet_status digitnet_model_add_activation_ex(digitnet_model *model, digitnet_activation activation,
                                                              const digitnet_layer_options *options);

DIGITNET_END_DECLARATIONS
#endif
