/**
 * @file layers.h
 * The layers that a model is built from, added one after the other.
 *
 * Builders need not be checked one by one: after the first that fails the later ones do nothing and return its status,
 * and digitnet_model_compile() returns it with its message; digitnet_model_clear_error() goes on with the layers before
 * it. A builder that meets another use of the model, or comes after the first compile, fails without spoiling it.
 *
 * A layer's name is 1 to 63 bytes of UTF-8 without '/' and control characters, and no two layers have the same. A layer
 * without a name is called as in Keras: "conv2d", "conv2d_1", "max_pooling2d", "flatten", "dense", "dropout",
 * "activation". Kernels start as Glorot uniform, biases as zero, as in Keras.
 */
#ifndef DIGITNET_LAYERS_H
#define DIGITNET_LAYERS_H

#include "digitnet/model.h"

DIGITNET_BEGIN_DECLARATIONS

/** What is applied to a layer's output. */
typedef enum digitnet_activation {
    DIGITNET_ACTIVATION_LINEAR = 0, /**< Nothing: y = x. */
    DIGITNET_ACTIVATION_RELU = 1,   /**< y = max(x, 0). */
    DIGITNET_ACTIVATION_SOFTMAX = 2 /**< y = exp(x) / sum of exp(x) over the channels: probabilities. */
} digitnet_activation;

/** What windows do at the image's edges. */
typedef enum digitnet_padding {
    DIGITNET_PADDING_VALID = 0, /**< They stay inside: floor((size - window) / stride) + 1 rows and columns come out. */
    /** Zeros are put around the image so that ceil(size / stride) rows and columns come out; an odd zero goes to the
     * bottom and the right. A pool's padding never wins the maximum. */
    DIGITNET_PADDING_SAME = 1
} digitnet_padding;

/** More about a convolution; zero is the default. */
typedef struct digitnet_conv2d_options {
    size_t struct_size;       /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;         /**< The layer's name, copied; NULL: as in Keras. */
    size_t kernel_width;      /**< Zero: as wide as high. */
    size_t stride_height;     /**< Zero: 1. */
    size_t stride_width;      /**< Zero: as `stride_height`. */
    digitnet_padding padding; /**< Zero: DIGITNET_PADDING_VALID. */
    int32_t no_bias;          /**< 1: without biases. */
} digitnet_conv2d_options;

/**
 * Adds a two-dimensional convolution.
 *
 * Takes rows x columns x channels and gives rows x columns x `filters`, where DIGITNET_PADDING_VALID padding and stride
 * 1, the defaults, leave `kernel` - 1 rows and columns less. As in every such library it is a cross-correlation. Needs
 * the model to itself.
 *
 * @param model       the model; NULL is an error that is not kept
 * @param filters     how many kernels, and so channels of the output
 * @param kernel      rows and columns of each kernel
 * @param activation  what is applied to the sums
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, a size is zero, or the activation is unknown
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before gives no rows and columns, or less than the kernel has
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_conv2d(digitnet_model *model, size_t filters, size_t kernel,
                                                       digitnet_activation activation);
/**
 * digitnet_model_add_conv2d() with options; `kernel` is then the height of the kernels.
 *
 * @copydetails digitnet_model_add_conv2d()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for an unknown padding, a flag that is neither 0 nor
 *                 1, a name that is taken or not allowed, or a wrong `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API digitnet_status digitnet_model_add_conv2d_ex(digitnet_model *model, size_t filters, size_t kernel,
                                                          digitnet_activation activation,
                                                          const digitnet_conv2d_options *options);

/** More about a pooling layer; zero is the default. */
typedef struct digitnet_max_pool2d_options {
    size_t struct_size;       /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;         /**< The layer's name, copied; NULL: as in Keras. */
    size_t pool_width;        /**< Zero: as wide as high. */
    size_t stride_height;     /**< Zero: as the pool's height. */
    size_t stride_width;      /**< Zero: as the pool's width. */
    digitnet_padding padding; /**< Zero: DIGITNET_PADDING_VALID. */
    int32_t reserved;         /**< Zero. */
} digitnet_max_pool2d_options;

/**
 * Adds a layer that takes the maximum of each `pool` x `pool` window, moved by `pool`.
 *
 * Takes rows x columns x channels and gives floor(rows / `pool`) x floor(columns / `pool`) x channels. Needs the model
 * to itself.
 *
 * @param model  the model; NULL is an error that is not kept
 * @param pool   rows and columns of the window
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, or `pool` is zero
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before gives no rows and columns, or less than the window has
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  the window has more than 65,536 places, a size overflows, or the model exceeds a limit
 */
DIGITNET_API digitnet_status digitnet_model_add_max_pool2d(digitnet_model *model, size_t pool);
/**
 * digitnet_model_add_max_pool2d() with options; `pool` is then the height of the window.
 *
 * @copydetails digitnet_model_add_max_pool2d()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for an unknown padding, a name that is taken or not
 *                 allowed, or a wrong `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API digitnet_status digitnet_model_add_max_pool2d_ex(digitnet_model *model, size_t pool,
                                                              const digitnet_max_pool2d_options *options);

/** Options of the layers that have nothing but a name. */
typedef struct digitnet_layer_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
} digitnet_layer_options;

/**
 * Adds a layer that makes rows x columns x channels into one row of values, in this order.
 *
 * A flat input is passed on. Needs the model to itself.
 *
 * @param model  the model; NULL is an error that is not kept
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_flatten(digitnet_model *model);
/**
 * digitnet_model_add_flatten() with options.
 *
 * @copydetails digitnet_model_add_flatten()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API digitnet_status digitnet_model_add_flatten_ex(digitnet_model *model,
                                                           const digitnet_layer_options *options);

/** More about a dense layer; zero is the default. */
typedef struct digitnet_dense_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    int32_t no_bias;    /**< 1: without biases. */
    int32_t reserved;   /**< Zero. */
} digitnet_dense_options;

/**
 * Adds a fully connected layer.
 *
 * Takes one row of values and gives `units` values, each a weighted sum of all inputs and a bias. Needs the model to
 * itself.
 *
 * @param model       the model; NULL is an error that is not kept
 * @param units       how many outputs; in the last layer of a classifier one for each class
 * @param activation  what is applied to the sums
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, `units` is zero, or the activation is unknown
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before does not give one row of values: a flatten layer is missing
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_dense(digitnet_model *model, size_t units,
                                                      digitnet_activation activation);
/**
 * digitnet_model_add_dense() with options.
 *
 * @copydetails digitnet_model_add_dense()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, a flag that
 *                 is neither 0 nor 1, or a wrong `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API digitnet_status digitnet_model_add_dense_ex(digitnet_model *model, size_t units,
                                                         digitnet_activation activation,
                                                         const digitnet_dense_options *options);

/**
 * Adds a dropout layer, which helps against over-fitting.
 *
 * While training it sets each value to zero with probability `rate` and multiplies the others by 1 / (1 - `rate`); in
 * evaluation and prediction it passes values on. The shape stays. Needs the model to itself.
 *
 * @param model  the model; NULL is an error that is not kept
 * @param rate   at least 0 and below 1
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, or `rate` is out of its range
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_dropout(digitnet_model *model, double rate);
/**
 * digitnet_model_add_dropout() with options.
 *
 * @copydetails digitnet_model_add_dropout()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API digitnet_status digitnet_model_add_dropout_ex(digitnet_model *model, double rate,
                                                           const digitnet_layer_options *options);

/**
 * Adds an activation as a layer of its own.
 *
 * The shape stays. Needs the model to itself.
 *
 * @param model       the model; NULL is an error that is not kept
 * @param activation  what is applied to each value, or to the channels of each place
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, or the activation is unknown
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_activation(digitnet_model *model, digitnet_activation activation);
/**
 * digitnet_model_add_activation() with options.
 *
 * @copydetails digitnet_model_add_activation()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API digitnet_status digitnet_model_add_activation_ex(digitnet_model *model, digitnet_activation activation,
                                                              const digitnet_layer_options *options);

DIGITNET_END_DECLARATIONS
#endif
