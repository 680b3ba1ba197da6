/**
 * @file layers.h
 * The layers that a model is built from, added one after the other.
 *
 * A layer takes the output of the one before it, or, where its options name another one as `input`, of that. The name
 * `input` stands for the model's own input. digitnet_model_add_add() and digitnet_model_add_concatenate() join several
 * outputs. Only the last layer's output may be left without a taker.
 *
 * Builders need not be checked one by one: after the first that fails the later ones do nothing and return its status,
 * and digitnet_model_compile() returns it with its message; digitnet_model_clear_error() goes on with the layers before
 * it. A builder that meets another use of the model, or comes after the first compile, fails without spoiling it.
 *
 * A layer's name is 1 to 63 bytes of UTF-8 without '/' and control characters, and no two layers have the same. A layer
 * without a name is called as in Keras: "conv2d", "conv2d_1", "max_pooling2d", "flatten", "dense", "dropout",
 * "activation", "add", "concatenate", "batch_normalization"; "input" is no layer's name.
 */
#ifndef DIGITNET_LAYERS_H
#define DIGITNET_LAYERS_H

#include "digitnet/model.h"

DIGITNET_BEGIN_DECLARATIONS

/** Where a tensor's first values come from. fan_in and fan_out are the values that one output sums up and that one
 * input goes into, every tap of a convolution's kernel counted. */
typedef enum digitnet_initializer {
    DIGITNET_INITIALIZER_DEFAULT = 0,        /**< Glorot uniform for kernels, zeros for biases, as in Keras. */
    DIGITNET_INITIALIZER_GLOROT_UNIFORM = 1, /**< Uniform in +-sqrt(6 / (fan_in + fan_out)). */
    /** Normal with variance 2 / (fan_in + fan_out), drawn again beyond two deviations. */
    DIGITNET_INITIALIZER_GLOROT_NORMAL = 2,
    DIGITNET_INITIALIZER_HE_UNIFORM = 3, /**< Uniform in +-sqrt(6 / fan_in). */
    DIGITNET_INITIALIZER_HE_NORMAL = 4,  /**< Normal with variance 2 / fan_in, drawn again beyond two deviations. */
    DIGITNET_INITIALIZER_ZEROS = 5,      /**< All values are 0. */
    DIGITNET_INITIALIZER_ONES = 6        /**< All values are 1. */
} digitnet_initializer;

/** More about a convolution; zero is the default. */
typedef struct digitnet_conv2d_options {
    size_t struct_size;       /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;         /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;        /**< The name of the layer whose output is taken; NULL: the layer before. */
    size_t kernel_width;      /**< Zero: as wide as high. */
    size_t stride_height;     /**< Zero: 1. */
    size_t stride_width;      /**< Zero: as `stride_height`. */
    digitnet_padding padding; /**< Zero: DIGITNET_PADDING_VALID. */
    int32_t no_bias;          /**< 1: without biases. */
    digitnet_initializer kernel_initializer; /**< Zero: Glorot uniform. */
    digitnet_initializer bias_initializer;   /**< Zero: zeros. */
} digitnet_conv2d_options;

/**
 * Adds a two-dimensional convolution.
 *
 * Takes rows x columns x channels and gives rows x columns x `filters`, where DIGITNET_PADDING_VALID padding and stride
 * 1, the defaults, leave `kernel` - 1 rows and columns less. As in every such library it is a cross-correlation.
 * Requires exclusive access to the model.
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
 * @retval DIGITNET_EVERSION   `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_conv2d_ex(digitnet_model *model, size_t filters, size_t kernel,
                                                          digitnet_activation activation,
                                                          const digitnet_conv2d_options *options);

/** More about a pooling layer; zero is the default. */
typedef struct digitnet_max_pool2d_options {
    size_t struct_size;       /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;         /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;        /**< The name of the layer whose output is taken; NULL: the layer before. */
    size_t pool_width;        /**< Zero: as wide as high. */
    size_t stride_height;     /**< Zero: as the pool's height. */
    size_t stride_width;      /**< Zero: as the pool's width. */
    digitnet_padding padding; /**< Zero: DIGITNET_PADDING_VALID. */
    int32_t reserved;         /**< Zero. */
} digitnet_max_pool2d_options;

/**
 * Adds a layer that takes the maximum of each `pool` x `pool` window, moved by `pool`.
 *
 * Takes rows x columns x channels and gives floor(rows / `pool`) x floor(columns / `pool`) x channels. Requires
 * exclusive access to the model.
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
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_max_pool2d_ex(digitnet_model *model, size_t pool,
                                                              const digitnet_max_pool2d_options *options);

/** More about a flatten layer; zero is the default. */
typedef struct digitnet_flatten_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
} digitnet_flatten_options;

/**
 * Adds a layer that makes rows x columns x channels into one row of values, in this order.
 *
 * A flat input is passed on. Requires exclusive access to the model.
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
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_flatten_ex(digitnet_model *model,
                                                           const digitnet_flatten_options *options);

/** More about a dense layer; zero is the default. */
typedef struct digitnet_dense_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
    int32_t no_bias;    /**< 1: without biases. */
    digitnet_initializer kernel_initializer; /**< Zero: Glorot uniform. */
    digitnet_initializer bias_initializer;   /**< Zero: zeros. */
    int32_t reserved;                        /**< Zero. */
} digitnet_dense_options;

/**
 * Adds a fully connected layer.
 *
 * Takes one row of values and gives `units` values, each a weighted sum of all inputs and a bias. Requires exclusive
 * access to the model.
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
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_dense_ex(digitnet_model *model, size_t units,
                                                         digitnet_activation activation,
                                                         const digitnet_dense_options *options);

/** More about a batch normalization; zero is the default. */
typedef struct digitnet_batch_normalization_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
    size_t reserved_2;  /**< Zero. */
    double epsilon;     /**< Added to variances; above 0. Zero: 1e-3, as in Keras (PyTorch: 1e-5). */
    /** What is kept of the moving averages at each step; above 0 and below 1. Zero: 0.99, as in Keras (PyTorch's
     * momentum is 1 - this: 0.9 here). */
    double momentum;
    int32_t no_center; /**< 1: without beta. */
    int32_t no_scale;  /**< 1: without gamma. */
    /** 1: the moving variance follows the batch's variance with divisor n - 1, as in PyTorch; 0: with n, as in Keras.
     */
    int32_t unbiased_moving_variance;
    int32_t reserved; /**< Zero. */
} digitnet_batch_normalization_options;

/**
 * Adds a batch normalization (Ioffe and Szegedy 2015).
 *
 * Makes each channel gamma (x - mean) / sqrt(variance + epsilon) + beta. In training, mean and variance are those of
 * the channel's values in the batch, over all images, rows and columns; moving averages of both follow them. In
 * evaluation and prediction, and in training where the layer is frozen, the moving averages take their place; right
 * behind a convolution or a dense layer it then takes no time, since its numbers go into that layer's weights. The
 * shape stays; a flat value has a channel for each of its values.
 *
 * Tensors, each with a value for each channel: "NAME/gamma" (ones at first) and "NAME/beta" (zeros), which are trained,
 * and "NAME/moving_mean" (zeros) and "NAME/moving_variance" (ones), which are not. Requires exclusive access to the
 * model.
 *
 * @param model  the model; NULL is an error that is not kept
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_batch_normalization(digitnet_model *model);
/**
 * digitnet_model_add_batch_normalization() with options.
 *
 * @copydetails digitnet_model_add_batch_normalization()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a number out of its range, a flag that is neither 0
 *                 nor 1, a name that is taken or not allowed, or a wrong `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status
digitnet_model_add_batch_normalization_ex(digitnet_model *model, const digitnet_batch_normalization_options *options);

/** More about a dropout layer; zero is the default. */
typedef struct digitnet_dropout_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
} digitnet_dropout_options;

/**
 * Adds a dropout layer, which helps against over-fitting.
 *
 * While training it sets each value to zero with probability `rate` and multiplies the others by 1 / (1 - `rate`); in
 * evaluation and prediction it passes values on. The shape stays. Requires exclusive access to the model.
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
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_dropout_ex(digitnet_model *model, double rate,
                                                           const digitnet_dropout_options *options);

/** More about an activation as a layer; zero is the default. */
typedef struct digitnet_activation_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
} digitnet_activation_options;

/**
 * Adds an activation as a layer of its own.
 *
 * The shape stays. Requires exclusive access to the model.
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
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_activation_ex(digitnet_model *model, digitnet_activation activation,
                                                              const digitnet_activation_options *options);

/** More about an addition; zero is the default. */
typedef struct digitnet_add_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
} digitnet_add_options;

/**
 * Adds a layer that sums up several outputs of one shape, value by value: the end of a residual block.
 *
 * The shape stays. Requires exclusive access to the model.
 *
 * @param model        the model; NULL is an error that is not kept
 * @param inputs       `input_count` names of layers, or "input"; a name may be given twice
 * @param input_count  how many there are: 2 or more
 * @param activation   what is applied to the sums
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK        the layer is added
 * @retval DIGITNET_EINVAL    `model`, `inputs` or a name is NULL, there are less than 2 of them, or the activation is
 *                            unknown
 * @retval DIGITNET_ENOMEM    there is not enough memory
 * @retval DIGITNET_ESHAPE    the outputs are not of one shape
 * @retval DIGITNET_ESTATE    the model is compiled, or in use
 * @retval DIGITNET_ELIMIT    a size overflows, or a limit of the model is exceeded
 * @retval DIGITNET_ENOTFOUND no layer has one of the names
 */
DIGITNET_API digitnet_status digitnet_model_add_add(digitnet_model *model, const char *const *inputs,
                                                    size_t input_count, digitnet_activation activation);
/**
 * digitnet_model_add_add() with options.
 *
 * @copydetails digitnet_model_add_add()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API digitnet_status digitnet_model_add_add_ex(digitnet_model *model, const char *const *inputs,
                                                       size_t input_count, digitnet_activation activation,
                                                       const digitnet_add_options *options);

/** More about a concatenation; zero is the default. */
typedef struct digitnet_concatenate_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
} digitnet_concatenate_options;

/**
 * Adds a layer that puts the channels of several outputs one after the other: the place where branches meet.
 *
 * Takes outputs of the same rows and columns, or flat ones, and gives the sum of their channels. Requires exclusive
 * access to the model.
 *
 * @param model        the model; NULL is an error that is not kept
 * @param inputs       `input_count` names of layers, or "input"; a name may be given twice
 * @param input_count  how many there are: 2 or more
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK        the layer is added
 * @retval DIGITNET_EINVAL    `model`, `inputs` or a name is NULL, or there are less than 2 of them
 * @retval DIGITNET_ENOMEM    there is not enough memory
 * @retval DIGITNET_ESHAPE    the outputs differ in rows or columns
 * @retval DIGITNET_ESTATE    the model is compiled, or in use
 * @retval DIGITNET_ELIMIT    a size overflows, or a limit of the model is exceeded
 * @retval DIGITNET_ENOTFOUND no layer has one of the names
 */
DIGITNET_API digitnet_status digitnet_model_add_concatenate(digitnet_model *model, const char *const *inputs,
                                                            size_t input_count);
/**
 * digitnet_model_add_concatenate() with options.
 *
 * @copydetails digitnet_model_add_concatenate()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API digitnet_status digitnet_model_add_concatenate_ex(digitnet_model *model, const char *const *inputs,
                                                               size_t input_count,
                                                               const digitnet_concatenate_options *options);

DIGITNET_END_DECLARATIONS
#endif
