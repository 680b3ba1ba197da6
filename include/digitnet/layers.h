/**
 * @file layers.h
 * The layers that a model is built from, added one after the other.
 *
 * A layer takes the output of the one before it, or, where its options name another one as `input`, of that. The name
 * `input` stands for the model's own input. digitnet_model_add_add(), digitnet_model_add_multiply() and
 * digitnet_model_add_concatenate() join several outputs. Only the last layer's output may be left without a taker.
 *
 * Builders need not be checked one by one: after the first that fails the later ones do nothing and return its status,
 * and digitnet_model_compile() returns it with its message; digitnet_model_clear_error() goes on with the layers before
 * it. A builder that meets another use of the model, or comes after a compile, fails without spoiling it;
 * digitnet_model_remove_layers_after() opens a compiled model for others. Layers that are added to a model which has
 * weights, as one from a file, get theirs from the next compile; until then the model does not predict.
 *
 * A layer's name is 1 to 63 bytes of UTF-8 without '/' and control characters, and no two layers have the same. A layer
 * without a name is called as in Keras: "conv2d", "conv2d_1", "depthwise_conv2d", "separable_conv2d",
 * "conv2d_transpose", "max_pooling2d", "average_pooling2d", "global_max_pooling2d", "global_average_pooling2d",
 * "zero_padding2d", "cropping2d", "up_sampling2d", "flatten", "reshape", "permute", "dense", "dropout", "activation",
 * "add", "multiply", "concatenate", "channel_slice", "batch_normalization", "prelu", "layer_normalization",
 * "group_normalization", "rescaling", "power", "normalization", "spatial_dropout2d", "gaussian_noise",
 * "gaussian_dropout"; "input" is no layer's name.
 */
#ifndef DIGITNET_LAYERS_H
#define DIGITNET_LAYERS_H

#include "digitnet/model.h"

DIGITNET_BEGIN_DECLARATIONS

/** Where a tensor's first values come from. fan_in and fan_out are the values that one output sums up and that one
 * input goes into, every tap of a convolution's kernel counted; as in Keras they are taken from the kernel's
 * dimensions, the last but one and the last, whatever groups, a depthwise or a transposed convolution make of them. */
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
    size_t struct_size;     /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;       /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;      /**< The name of the layer whose output is taken; NULL: the layer before. */
    size_t kernel_width;    /**< Zero: as wide as high. */
    size_t stride_height;   /**< Zero: 1. */
    size_t stride_width;    /**< Zero: as `stride_height`. */
    size_t dilation_height; /**< The step from row to row of a kernel, over the input; zero: 1. */
    size_t dilation_width;  /**< Likewise from column to column; zero: as `dilation_height`. */
    size_t groups;          /**< Equal parts of the filters, each of which sees its part of the channels; zero: 1. */
    size_t top;             /**< Rows of padding above the image; with DIGITNET_PADDING_EXPLICIT alone. */
    size_t bottom;          /**< Likewise below. */
    size_t left;            /**< Likewise columns on the left. */
    size_t right;           /**< Likewise on the right. */
    size_t reserved;        /**< Zero. */
    /** A penalty that the loss has besides: this times the sum of the kernel's magnitudes. Finite and not below 0. */
    double kernel_l1;
    double kernel_l2;                        /**< Likewise, times the sum of the kernel's squares, as Keras's L2. */
    double bias_l1;                          /**< As `kernel_l1`, of the biases. */
    double bias_l2;                          /**< As `kernel_l2`, of the biases. */
    digitnet_padding padding;                /**< Zero: DIGITNET_PADDING_VALID. */
    int32_t no_bias;                         /**< 1: without biases. */
    digitnet_initializer kernel_initializer; /**< Zero: Glorot uniform. */
    digitnet_initializer bias_initializer;   /**< Zero: zeros. */
} digitnet_conv2d_options;

/**
 * Adds a two-dimensional convolution.
 *
 * Takes rows x columns x channels and gives rows x columns x `filters`, where DIGITNET_PADDING_VALID padding and stride
 * 1, the defaults, leave `kernel` - 1 rows and columns less. As in every such library it is a cross-correlation. The
 * tensor "kernel" is rows x columns x channels of a group x `filters`, as in Keras, and "bias" `filters` values.
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
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for an unknown padding, one that is not explicit but
 *                 has rows or columns, `filters` that are no multiple of `groups`, a flag that is neither 0 nor 1, a
 *                 name that is taken or not allowed, or a wrong `struct_size`; DIGITNET_ESHAPE also for channels that
 *                 are no multiple of `groups`
 * @retval DIGITNET_EVERSION   `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_conv2d_ex(digitnet_model *model, size_t filters, size_t kernel,
                                                          digitnet_activation activation,
                                                          const digitnet_conv2d_options *options);

/** More about a depthwise convolution; zero is the default. */
typedef struct digitnet_depthwise_conv2d_options {
    size_t struct_size;      /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;        /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;       /**< The name of the layer whose output is taken; NULL: the layer before. */
    size_t kernel_width;     /**< Zero: as wide as high. */
    size_t stride_height;    /**< Zero: 1. */
    size_t stride_width;     /**< Zero: as `stride_height`. */
    size_t dilation_height;  /**< The step from row to row of a kernel, over the input; zero: 1. */
    size_t dilation_width;   /**< Likewise from column to column; zero: as `dilation_height`. */
    size_t depth_multiplier; /**< Kernels of each channel; zero: 1. */
    size_t top;              /**< Rows of padding above the image; with DIGITNET_PADDING_EXPLICIT alone. */
    size_t bottom;           /**< Likewise below. */
    size_t left;             /**< Likewise columns on the left. */
    size_t right;            /**< Likewise on the right. */
    size_t reserved;         /**< Zero. */
    /** A penalty that the loss has besides: this times the sum of the kernel's magnitudes. Finite and not below 0. */
    double depthwise_l1;
    double depthwise_l2;                        /**< Likewise, times the sum of the kernel's squares, as Keras's L2. */
    double bias_l1;                             /**< As `depthwise_l1`, of the biases. */
    double bias_l2;                             /**< As `depthwise_l2`, of the biases. */
    digitnet_padding padding;                   /**< Zero: DIGITNET_PADDING_VALID. */
    int32_t no_bias;                            /**< 1: without biases. */
    digitnet_initializer depthwise_initializer; /**< Of the kernel; zero: Glorot uniform. */
    digitnet_initializer bias_initializer;      /**< Zero: zeros. */
} digitnet_depthwise_conv2d_options;

/**
 * Adds a depthwise convolution: each channel has kernels of its own.
 *
 * Takes rows x columns x channels and gives rows x columns x channels, or, of several kernels each, those of the first
 * channel, then those of the second, and so on. The tensor "kernel" is rows x columns x channels x kernels of each, as
 * in Keras, and "bias" has a value for each channel of the output. Requires exclusive access to the model.
 *
 * @param model       the model; NULL is an error that is not kept
 * @param kernel      rows and columns of each kernel
 * @param activation  what is applied to the sums
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, `kernel` is zero, or the activation is unknown
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before gives no rows and columns, or less than the kernel has
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_depthwise_conv2d(digitnet_model *model, size_t kernel,
                                                                 digitnet_activation activation);
/**
 * digitnet_model_add_depthwise_conv2d() with options; `kernel` is then the height of the kernels.
 *
 * @copydetails digitnet_model_add_depthwise_conv2d()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for an unknown padding, one that is not explicit but
 *                 has rows or columns, a flag that is neither 0 nor 1, a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION   `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_depthwise_conv2d_ex(digitnet_model *model, size_t kernel,
                                                                    digitnet_activation activation,
                                                                    const digitnet_depthwise_conv2d_options *options);

/** More about a depthwise separable convolution; zero is the default. */
typedef struct digitnet_separable_conv2d_options {
    size_t struct_size;      /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;        /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;       /**< The name of the layer whose output is taken; NULL: the layer before. */
    size_t kernel_width;     /**< Zero: as wide as high. */
    size_t stride_height;    /**< Zero: 1. */
    size_t stride_width;     /**< Zero: as `stride_height`. */
    size_t dilation_height;  /**< The step from row to row of a kernel, over the input; zero: 1. */
    size_t dilation_width;   /**< Likewise from column to column; zero: as `dilation_height`. */
    size_t depth_multiplier; /**< Depthwise kernels of each channel; zero: 1. */
    size_t top;              /**< Rows of padding above the image; with DIGITNET_PADDING_EXPLICIT alone. */
    size_t bottom;           /**< Likewise below. */
    size_t left;             /**< Likewise columns on the left. */
    size_t right;            /**< Likewise on the right. */
    size_t reserved;         /**< Zero. */
    /** A penalty that the loss has besides: this times the sum of the depthwise kernel's magnitudes. Finite and not
     * below 0. */
    double depthwise_l1;
    double depthwise_l2;      /**< Likewise, times the sum of the depthwise kernel's squares, as Keras's L2. */
    double pointwise_l1;      /**< As `depthwise_l1`, of the pointwise kernel. */
    double pointwise_l2;      /**< As `depthwise_l2`, of the pointwise kernel. */
    double bias_l1;           /**< As `depthwise_l1`, of the biases. */
    double bias_l2;           /**< As `depthwise_l2`, of the biases. */
    digitnet_padding padding; /**< Zero: DIGITNET_PADDING_VALID. */
    int32_t no_bias;          /**< 1: without biases. */
    digitnet_initializer depthwise_initializer; /**< Zero: Glorot uniform. */
    digitnet_initializer pointwise_initializer; /**< Zero: Glorot uniform. */
    digitnet_initializer bias_initializer;      /**< Zero: zeros. */
    int32_t reserved_2;                         /**< Zero. */
} digitnet_separable_conv2d_options;

/**
 * Adds a depthwise separable convolution: a depthwise one, and behind it a convolution with kernels of 1 x 1.
 *
 * Takes rows x columns x channels and gives rows x columns x `filters`, rows and columns being those of
 * digitnet_model_add_conv2d(). The tensors are as in Keras: "depthwise_kernel", rows x columns x channels x kernels of
 * each, "pointwise_kernel", 1 x 1 x all these kernels x `filters`, and "bias". Requires exclusive access to the model.
 *
 * @param model       the model; NULL is an error that is not kept
 * @param filters     channels of the output
 * @param kernel      rows and columns of each depthwise kernel
 * @param activation  what is applied to the sums of the second convolution; nothing stands behind the first
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, a size is zero, or the activation is unknown
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before gives no rows and columns, or less than the kernel has
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_separable_conv2d(digitnet_model *model, size_t filters, size_t kernel,
                                                                 digitnet_activation activation);
/**
 * digitnet_model_add_separable_conv2d() with options; `kernel` is then the height of the depthwise kernels.
 *
 * @copydetails digitnet_model_add_separable_conv2d()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for an unknown padding, one that is not explicit but
 *                 has rows or columns, a flag that is neither 0 nor 1, a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION   `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_separable_conv2d_ex(digitnet_model *model, size_t filters,
                                                                    size_t kernel, digitnet_activation activation,
                                                                    const digitnet_separable_conv2d_options *options);

/** More about a transposed convolution; zero is the default. */
typedef struct digitnet_conv2d_transpose_options {
    size_t struct_size;   /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;     /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;    /**< The name of the layer whose output is taken; NULL: the layer before. */
    size_t kernel_width;  /**< Zero: as wide as high. */
    size_t stride_height; /**< The step over the output for each row of the input; zero: 1. */
    size_t stride_width;  /**< Likewise for each column; zero: as `stride_height`. */
    /** Rows at the top that are cut off what the kernels cover, as by PyTorch's `padding`; with
     * DIGITNET_PADDING_EXPLICIT alone. */
    size_t top;
    size_t bottom; /**< Likewise at the bottom. */
    size_t left;   /**< Likewise columns on the left. */
    size_t right;  /**< Likewise on the right. */
    /** Rows that are added at the bottom before those of `bottom` are cut off, as in PyTorch; less than the stride, and
     * with DIGITNET_PADDING_EXPLICIT alone. */
    size_t output_padding_height;
    size_t output_padding_width; /**< Likewise columns on the right. */
    /** A penalty that the loss has besides: this times the sum of the kernel's magnitudes. Finite and not below 0. */
    double kernel_l1;
    double kernel_l2;                        /**< Likewise, times the sum of the kernel's squares, as Keras's L2. */
    double bias_l1;                          /**< As `kernel_l1`, of the biases. */
    double bias_l2;                          /**< As `kernel_l2`, of the biases. */
    digitnet_padding padding;                /**< Zero: DIGITNET_PADDING_VALID. */
    int32_t no_bias;                         /**< 1: without biases. */
    digitnet_initializer kernel_initializer; /**< Zero: Glorot uniform. */
    digitnet_initializer bias_initializer;   /**< Zero: zeros. */
} digitnet_conv2d_transpose_options;

/**
 * Adds a transposed convolution, which makes images larger: what a convolution's backward pass makes of its output's
 * gradient.
 *
 * Takes rows x columns x channels and gives rows x columns x `filters`, as in Keras: with DIGITNET_PADDING_SAME as many
 * rows as the input has times the stride, with DIGITNET_PADDING_VALID (rows - 1) x stride + the larger of stride and
 * kernel; or as in PyTorch: with DIGITNET_PADDING_EXPLICIT (rows - 1) x stride + kernel - `top` - `bottom` +
 * `output_padding_height`; columns likewise. The tensor "kernel" is rows x columns x `filters` x channels, as in Keras,
 * and "bias" `filters` values. Requires exclusive access to the model.
 *
 * @param model       the model; NULL is an error that is not kept
 * @param filters     channels of the output
 * @param kernel      rows and columns of each kernel
 * @param activation  what is applied to the sums
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, a size is zero, or the activation is unknown
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before gives no rows and columns
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_conv2d_transpose(digitnet_model *model, size_t filters, size_t kernel,
                                                                 digitnet_activation activation);
/**
 * digitnet_model_add_conv2d_transpose() with options; `kernel` is then the height of the kernels.
 *
 * @copydetails digitnet_model_add_conv2d_transpose()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for an unknown padding, one that is not explicit but
 *                 has rows or columns, an output padding that is not less than the stride, a flag that is neither 0 nor
 *                 1, a name that is taken or not allowed, or a wrong `struct_size`; DIGITNET_ESHAPE also where explicit
 *                 padding leaves nothing of the output
 * @retval DIGITNET_EVERSION   `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_conv2d_transpose_ex(digitnet_model *model, size_t filters,
                                                                    size_t kernel, digitnet_activation activation,
                                                                    const digitnet_conv2d_transpose_options *options);

/** More about a max pooling layer; zero is the default. */
typedef struct digitnet_max_pool2d_options {
    size_t struct_size;   /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;     /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;    /**< The name of the layer whose output is taken; NULL: the layer before. */
    size_t pool_width;    /**< Zero: as wide as high. */
    size_t stride_height; /**< Zero: as the pool's height. */
    size_t stride_width;  /**< Zero: as the pool's width. */
    /** Rows of padding above the image, less than the window has; with DIGITNET_PADDING_EXPLICIT alone. */
    size_t top;
    size_t bottom;            /**< Likewise below. */
    size_t left;              /**< Likewise columns on the left. */
    size_t right;             /**< Likewise on the right. */
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
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_max_pool2d(digitnet_model *model, size_t pool);
/**
 * digitnet_model_add_max_pool2d() with options; `pool` is then the height of the window.
 *
 * @copydetails digitnet_model_add_max_pool2d()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for an unknown padding, one that is not explicit but
 *                 has rows or columns, or is not less than the window, a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_max_pool2d_ex(digitnet_model *model, size_t pool,
                                                              const digitnet_max_pool2d_options *options);

/** More about an average pooling layer; zero is the default. */
typedef struct digitnet_average_pool2d_options {
    size_t struct_size;   /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;     /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;    /**< The name of the layer whose output is taken; NULL: the layer before. */
    size_t pool_width;    /**< Zero: as wide as high. */
    size_t stride_height; /**< Zero: as the pool's height. */
    size_t stride_width;  /**< Zero: as the pool's width. */
    /** Rows of padding above the image, less than the window has; with DIGITNET_PADDING_EXPLICIT alone. */
    size_t top;
    size_t bottom;             /**< Likewise below. */
    size_t left;               /**< Likewise columns on the left. */
    size_t right;              /**< Likewise on the right. */
    digitnet_padding padding;  /**< Zero: DIGITNET_PADDING_VALID. */
    int32_t count_include_pad; /**< 1: means are over all of the window, padding included, as in PyTorch; zero: over
                                  what lies inside the image, as in Keras. */
} digitnet_average_pool2d_options;

/**
 * Adds a layer that takes the mean of each `pool` x `pool` window, moved by `pool`.
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
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_average_pool2d(digitnet_model *model, size_t pool);
/**
 * digitnet_model_add_average_pool2d() with options; `pool` is then the height of the window.
 *
 * @copydetails digitnet_model_add_average_pool2d()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for an unknown padding, one that is not explicit but
 *                 has rows or columns, or is not less than the window, a flag that is neither 0 nor 1, a name that is
 *                 taken or not allowed, or a wrong `struct_size`
 * @retval DIGITNET_EVERSION   `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_average_pool2d_ex(digitnet_model *model, size_t pool,
                                                                  const digitnet_average_pool2d_options *options);

/** More about a global average pooling layer; zero is the default. */
typedef struct digitnet_global_average_pool2d_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
    int32_t keepdims;   /**< 1: the output is 1 x 1 x channels; zero: flat. */
    int32_t reserved;   /**< Zero. */
} digitnet_global_average_pool2d_options;

/**
 * Adds a layer that takes the mean of each channel over all rows and columns.
 *
 * Takes rows x columns x channels and gives one row of as many values as there are channels. Requires exclusive access
 * to the model.
 *
 * @param model  the model; NULL is an error that is not kept
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before gives no rows and columns
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_global_average_pool2d(digitnet_model *model);
/**
 * digitnet_model_add_global_average_pool2d() with options.
 *
 * @copydetails digitnet_model_add_global_average_pool2d()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a flag that is neither 0 nor 1, a name that is
 * taken or not allowed, or a wrong `struct_size`
 * @retval DIGITNET_EVERSION   `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_global_average_pool2d_ex(
    digitnet_model *model, const digitnet_global_average_pool2d_options *options);

/** More about a global max pooling layer; zero is the default. */
typedef struct digitnet_global_max_pool2d_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
    int32_t keepdims;   /**< 1: the output is 1 x 1 x channels; zero: flat. */
    int32_t reserved;   /**< Zero. */
} digitnet_global_max_pool2d_options;

/**
 * Adds a layer that takes the maximum of each channel over all rows and columns.
 *
 * Takes rows x columns x channels and gives one row of as many values as there are channels. Requires exclusive access
 * to the model.
 *
 * @param model  the model; NULL is an error that is not kept
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before gives no rows and columns
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_global_max_pool2d(digitnet_model *model);
/**
 * digitnet_model_add_global_max_pool2d() with options.
 *
 * @copydetails digitnet_model_add_global_max_pool2d()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a flag that is neither 0 nor 1, a name that is
 * taken or not allowed, or a wrong `struct_size`
 * @retval DIGITNET_EVERSION   `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_global_max_pool2d_ex(digitnet_model *model,
                                                                     const digitnet_global_max_pool2d_options *options);

/** More about a zero padding layer; zero is the default. */
typedef struct digitnet_zero_padding2d_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
} digitnet_zero_padding2d_options;

/**
 * Adds a layer that puts rows and columns of zeros around an image.
 *
 * Takes rows x columns x channels and gives (`top` + rows + `bottom`) x (`left` + columns + `right`) x channels. Any
 * side may be 0. Requires exclusive access to the model.
 *
 * @param model   the model; NULL is an error that is not kept
 * @param top     rows of zeros above
 * @param bottom  rows of zeros below
 * @param left    columns of zeros on the left
 * @param right   columns of zeros on the right
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before gives no rows and columns
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_zero_padding2d(digitnet_model *model, size_t top, size_t bottom,
                                                               size_t left, size_t right);
/**
 * digitnet_model_add_zero_padding2d() with options.
 *
 * @copydetails digitnet_model_add_zero_padding2d()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION   `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_zero_padding2d_ex(digitnet_model *model, size_t top, size_t bottom,
                                                                  size_t left, size_t right,
                                                                  const digitnet_zero_padding2d_options *options);

/** More about a cropping layer; zero is the default. */
typedef struct digitnet_cropping2d_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
} digitnet_cropping2d_options;

/**
 * Adds a layer that cuts rows and columns off the sides of an image.
 *
 * Takes rows x columns x channels and gives (rows - `top` - `bottom`) x (columns - `left` - `right`) x channels. Any
 * side may be 0. Requires exclusive access to the model.
 *
 * @param model   the model; NULL is an error that is not kept
 * @param top     rows that are cut off above
 * @param bottom  rows that are cut off below
 * @param left    columns that are cut off on the left
 * @param right   columns that are cut off on the right
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before gives no rows and columns, or nothing would be left of them
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_cropping2d(digitnet_model *model, size_t top, size_t bottom,
                                                           size_t left, size_t right);
/**
 * digitnet_model_add_cropping2d() with options.
 *
 * @copydetails digitnet_model_add_cropping2d()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION   `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_cropping2d_ex(digitnet_model *model, size_t top, size_t bottom,
                                                              size_t left, size_t right,
                                                              const digitnet_cropping2d_options *options);

/** How values between those of an image are found. */
typedef enum digitnet_interpolation {
    DIGITNET_INTERPOLATION_NEAREST = 0, /**< Each value is repeated. */
    /** Between the two nearest rows and columns by distance, a value being at the centre of its place (half-pixel
     * centres), and at the edge as at the last centre: as Keras has it, and PyTorch without `align_corners`. */
    DIGITNET_INTERPOLATION_BILINEAR = 1
} digitnet_interpolation;

/** More about an up-sampling layer; zero is the default. */
typedef struct digitnet_up_sampling2d_options {
    size_t struct_size;                   /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;                     /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;                    /**< The name of the layer whose output is taken; NULL: the layer before. */
    size_t size_width;                    /**< How many columns become of one; zero: as many as rows. */
    digitnet_interpolation interpolation; /**< Zero: DIGITNET_INTERPOLATION_NEAREST. */
    int32_t reserved;                     /**< Zero. */
} digitnet_up_sampling2d_options;

/**
 * Adds a layer that makes `size` rows and columns of each.
 *
 * Takes rows x columns x channels and gives (`size` x rows) x (`size` x columns) x channels. Requires exclusive access
 * to the model.
 *
 * @param model  the model; NULL is an error that is not kept
 * @param size   how many rows and columns become of one
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, or `size` is zero
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before gives no rows and columns
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_up_sampling2d(digitnet_model *model, size_t size);
/**
 * digitnet_model_add_up_sampling2d() with options; `size` is then that of rows.
 *
 * @copydetails digitnet_model_add_up_sampling2d()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for an unknown interpolation, a name that is taken or
 * not allowed, or a wrong `struct_size`
 * @retval DIGITNET_EVERSION   `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_up_sampling2d_ex(digitnet_model *model, size_t size,
                                                                 const digitnet_up_sampling2d_options *options);

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

/** More about a reshape layer; zero is the default. */
typedef struct digitnet_reshape_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
} digitnet_reshape_options;

/**
 * Adds a layer that gives the same values another shape.
 *
 * Takes anything and gives `height` x `width` x `channels`, or, where `height` and `width` are both 0, one row of
 * `channels` values. The values keep their order, which is that of rows, columns and channels. Requires exclusive
 * access to the model.
 *
 * @param model     the model; NULL is an error that is not kept
 * @param height    rows of the output
 * @param width     columns of the output
 * @param channels  channels of the output, or all its values where it is flat
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, or a size is zero, but for both of rows and columns
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before gives another number of values
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_reshape(digitnet_model *model, size_t height, size_t width,
                                                        size_t channels);
/**
 * digitnet_model_add_reshape() with options.
 *
 * @copydetails digitnet_model_add_reshape()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION   `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_reshape_ex(digitnet_model *model, size_t height, size_t width,
                                                           size_t channels, const digitnet_reshape_options *options);

/** More about a permute layer; zero is the default. */
typedef struct digitnet_permute_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
} digitnet_permute_options;

/**
 * Adds a layer that puts rows, columns and channels in another order.
 *
 * Each argument is an axis of the input as Keras counts them: 1 for rows, 2 for columns, 3 for channels. So 2, 1, 3
 * exchanges rows and columns, and 3, 1, 2 gives channels x rows x columns. Requires exclusive access to the model.
 *
 * @param model     the model; NULL is an error that is not kept
 * @param rows      the axis that becomes the output's rows
 * @param columns   the axis that becomes its columns
 * @param channels  the axis that becomes its channels
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, or the axes are not 1, 2 and 3 in some order
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before gives no rows and columns
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_permute(digitnet_model *model, size_t rows, size_t columns,
                                                        size_t channels);
/**
 * digitnet_model_add_permute() with options.
 *
 * @copydetails digitnet_model_add_permute()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION   `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_permute_ex(digitnet_model *model, size_t rows, size_t columns,
                                                           size_t channels, const digitnet_permute_options *options);

/** More about a dense layer; zero is the default. */
typedef struct digitnet_dense_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
    size_t reserved;    /**< Zero. */
    /** A penalty that the loss has besides: this times the sum of the kernel's magnitudes. Finite and not below 0. */
    double kernel_l1;
    double kernel_l2;                        /**< Likewise, times the sum of the kernel's squares, as Keras's L2. */
    double bias_l1;                          /**< As `kernel_l1`, of the biases. */
    double bias_l2;                          /**< As `kernel_l2`, of the biases. */
    int32_t no_bias;                         /**< 1: without biases. */
    digitnet_initializer kernel_initializer; /**< Zero: Glorot uniform. */
    digitnet_initializer bias_initializer;   /**< Zero: zeros. */
    int32_t reserved_2;                      /**< Zero. */
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
    size_t reserved;    /**< Zero. */
    /** The slope of leaky ReLU below 0, or ELU's greatest descent; zero: 0.2 and 1, as of Keras's functions leaky_relu
     * and elu. Keras's layer LeakyReLU has 0.3. */
    double alpha;
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
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, an `alpha`
 * that is negative, not finite, or of an activation without one, or a wrong `struct_size`
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

/** More about a multiplication; zero is the default. */
typedef struct digitnet_multiply_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
} digitnet_multiply_options;

/**
 * Adds a layer that multiplies several outputs, value by value.
 *
 * They have one shape, which stays; or some are 1 x 1 x channels, and go with each row and column of the others, as the
 * weights of channels in a squeeze-and-excitation block. Requires exclusive access to the model.
 *
 * @param model        the model; NULL is an error that is not kept
 * @param inputs       `input_count` names of layers, or "input"; a name may be given twice
 * @param input_count  how many there are: 2 or more
 * @param activation   what is applied to the products
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK        the layer is added
 * @retval DIGITNET_EINVAL    `model`, `inputs` or a name is NULL, there are less than 2 of them, or the activation is
 *                            unknown
 * @retval DIGITNET_ENOMEM    there is not enough memory
 * @retval DIGITNET_ESHAPE    the outputs are not of such shapes
 * @retval DIGITNET_ESTATE    the model is compiled, or in use
 * @retval DIGITNET_ELIMIT    a size overflows, or a limit of the model is exceeded
 * @retval DIGITNET_ENOTFOUND no layer has one of the names
 */
DIGITNET_API digitnet_status digitnet_model_add_multiply(digitnet_model *model, const char *const *inputs,
                                                         size_t input_count, digitnet_activation activation);
/**
 * digitnet_model_add_multiply() with options.
 *
 * @copydetails digitnet_model_add_multiply()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API digitnet_status digitnet_model_add_multiply_ex(digitnet_model *model, const char *const *inputs,
                                                            size_t input_count, digitnet_activation activation,
                                                            const digitnet_multiply_options *options);

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

/** More about a slice of channels; zero is the default. */
typedef struct digitnet_channel_slice_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: "channel_slice" and so on. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
} digitnet_channel_slice_options;

/**
 * Adds a layer that passes some channels one after the other, and no others: the inverse of a concatenation.
 *
 * Rows and columns stay; of a flat input all values are channels. Several slices of one output, each of which names it
 * as `input`, are a split. Requires exclusive access to the model.
 *
 * @param model  the model; NULL is an error that is not kept
 * @param first  the first channel, counted from 0
 * @param count  how many there are: 1 or more
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, or `count` is 0
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before does not give so many channels
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_channel_slice(digitnet_model *model, size_t first, size_t count);
/**
 * digitnet_model_add_channel_slice() with options.
 *
 * @copydetails digitnet_model_add_channel_slice()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_channel_slice_ex(digitnet_model *model, size_t first, size_t count,
                                                                 const digitnet_channel_slice_options *options);

/** More about a PReLU; zero is the default. */
typedef struct digitnet_prelu_options {
    size_t struct_size;  /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;    /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;   /**< The name of the layer whose output is taken; NULL: the layer before. */
    int32_t per_channel; /**< 1: one slope for each channel, Keras's shared_axes of rows and columns; a flat input has
                            none to share. */
    int32_t reserved;    /**< Zero. */
} digitnet_prelu_options;

/**
 * Adds a layer that passes on what is above 0, and multiplies what is below by a slope that is trained.
 *
 * There is one slope for each value of the output, as in Keras, or for each channel. The first slopes are 0, as in
 * Keras and other than in PyTorch, where they are 0.25. The shape stays. Requires exclusive access to the model.
 *
 * @param model  the model; NULL is an error that is not kept
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_prelu(digitnet_model *model);
/**
 * digitnet_model_add_prelu() with options.
 *
 * @copydetails digitnet_model_add_prelu()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, a flag that
 *                 is neither 0 nor 1, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_prelu_ex(digitnet_model *model, const digitnet_prelu_options *options);

/** More about a layer normalization; zero is the default. */
typedef struct digitnet_layer_normalization_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
    size_t reserved;    /**< Zero. */
    double epsilon;     /**< Added to the variance; zero: 0.001, as in Keras (PyTorch: 0.00001). */
    int32_t no_center;  /**< 1: without `beta`, which is added. */
    int32_t no_scale;   /**< 1: without `gamma`, by which values are multiplied. */
} digitnet_layer_normalization_options;

/**
 * Adds a layer that gives the channels of each place a mean of 0 and a variance of 1, and then a scale and a mean that
 * are trained.
 *
 * Of a flat input all values are channels. y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with a gamma and a
 * beta for each channel. The shape stays. Requires exclusive access to the model.
 *
 * @param model  the model; NULL is an error that is not kept
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_layer_normalization(digitnet_model *model);
/**
 * digitnet_model_add_layer_normalization() with options.
 *
 * @copydetails digitnet_model_add_layer_normalization()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, a flag that
 *                 is neither 0 nor 1, an `epsilon` that is negative or not finite, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status
digitnet_model_add_layer_normalization_ex(digitnet_model *model, const digitnet_layer_normalization_options *options);

/** More about a group normalization; zero is the default. */
typedef struct digitnet_group_normalization_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
    size_t reserved;    /**< Zero. */
    double epsilon;     /**< Added to the variance; zero: 0.001, as in Keras (PyTorch: 0.00001). */
    int32_t no_center;  /**< 1: without `beta`, which is added. */
    int32_t no_scale;   /**< 1: without `gamma`, by which values are multiplied. */
} digitnet_group_normalization_options;

/**
 * Adds a layer that cuts the channels into groups, gives each group of an image a mean of 0 and a variance of 1, and
 * then each channel a scale and a mean that are trained.
 *
 * A group is so many channels one after the other, with all their rows and columns; of a flat input all values are
 * channels. y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with a gamma and a beta for each channel. No image
 * has a part in another one's mean, in training or afterwards. One group for each channel is instance normalization.
 * The shape stays. Requires exclusive access to the model.
 *
 * @param model   the model; NULL is an error that is not kept
 * @param groups  how many groups of the same size there are; 0: one for each channel, Keras's -1
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the channels do not make so many equal groups
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_group_normalization(digitnet_model *model, size_t groups);
/**
 * digitnet_model_add_group_normalization() with options.
 *
 * @copydetails digitnet_model_add_group_normalization()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, a flag that
 *                 is neither 0 nor 1, an `epsilon` that is negative or not finite, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_group_normalization_ex(
    digitnet_model *model, size_t groups, const digitnet_group_normalization_options *options);

/** More about a rescaling; zero is the default. */
typedef struct digitnet_rescaling_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
} digitnet_rescaling_options;

/**
 * Adds a layer that gives `scale` x + `offset`.
 *
 * Bytes reach a model as value / 255 from byte data sets and in predict_u8 and run_u8 calls; so a rescaling of 1 / 255
 * is for a model whose images are floats from 0 to 255. The shape stays. Requires exclusive access to the model.
 *
 * @param model  the model; NULL is an error that is not kept
 * @param scale  what values are multiplied by
 * @param offset  what is then added
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, or a number is not finite as a float
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_rescaling(digitnet_model *model, double scale, double offset);
/**
 * digitnet_model_add_rescaling() with options.
 *
 * @copydetails digitnet_model_add_rescaling()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_rescaling_ex(digitnet_model *model, double scale, double offset,
                                                             const digitnet_rescaling_options *options);

/** More about a power; zero is the default. */
typedef struct digitnet_power_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: "power", "power_1", ... */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
} digitnet_power_options;

/**
 * Adds a layer that gives x to the power of `exponent`, as C's pow() does: 0.5 is the square root, -1 the reciprocal.
 *
 * What has no finite power, as 0 for an exponent below 0, or a number below 0 for one that is no whole number, is not
 * finite: a prediction that it reaches fails. In training, where the slope is not finite, as that of a root at 0, the
 * gradient is 0. The shape stays. Requires exclusive access to the model.
 *
 * @param model  the model; NULL is an error that is not kept
 * @param exponent  the exponent, the same for all values; it is not trained
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, or the exponent is not finite as a float
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_power(digitnet_model *model, double exponent);
/**
 * digitnet_model_add_power() with options.
 *
 * @copydetails digitnet_model_add_power()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_power_ex(digitnet_model *model, double exponent,
                                                         const digitnet_power_options *options);

/** More about a normalization; zero is the default. */
typedef struct digitnet_normalization_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
} digitnet_normalization_options;

/**
 * Adds a layer that subtracts a mean and divides by a deviation, of each channel, which no training changes.
 *
 * They are the tensors "LAYER/mean" and "LAYER/variance", 0 and 1 at first, which are kept in the model's file:
 * digitnet_model_adapt() takes them from a data set, or digitnet_model_set_weights() sets them, both after
 * digitnet_model_compile(). They are those of images as the model gets them, for bytes of value / 255. A deviation is
 * at least 0.0000001, as in Keras. The shape stays. Requires exclusive access to the model.
 *
 * @param model  the model; NULL is an error that is not kept
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_normalization(digitnet_model *model);
/**
 * digitnet_model_add_normalization() with options.
 *
 * @copydetails digitnet_model_add_normalization()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_normalization_ex(digitnet_model *model,
                                                                 const digitnet_normalization_options *options);

/** More about a spatial dropout; zero is the default. */
typedef struct digitnet_spatial_dropout2d_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
} digitnet_spatial_dropout2d_options;

/**
 * Adds a layer that drops whole channels while training.
 *
 * It sets each channel of an image to zero with probability `rate` and multiplies the others by 1 / (1 - `rate`); in
 * evaluation and prediction it passes values on. The shape stays. Requires exclusive access to the model.
 *
 * @param model  the model; NULL is an error that is not kept
 * @param rate  at least 0 and below 1
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, or `rate` is out of its range
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the layer before gives no rows and columns
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_spatial_dropout2d(digitnet_model *model, double rate);
/**
 * digitnet_model_add_spatial_dropout2d() with options.
 *
 * @copydetails digitnet_model_add_spatial_dropout2d()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_spatial_dropout2d_ex(digitnet_model *model, double rate,
                                                                     const digitnet_spatial_dropout2d_options *options);

/** More about a Gaussian noise; zero is the default. */
typedef struct digitnet_gaussian_noise_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
} digitnet_gaussian_noise_options;

/**
 * Adds a layer that adds normal noise to each value while training.
 *
 * In evaluation and prediction it passes values on. The shape stays. Requires exclusive access to the model.
 *
 * @param model  the model; NULL is an error that is not kept
 * @param stddev  the standard deviation of the noise: 0 or more, and finite
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, or `stddev` is out of its range
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_gaussian_noise(digitnet_model *model, double stddev);
/**
 * digitnet_model_add_gaussian_noise() with options.
 *
 * @copydetails digitnet_model_add_gaussian_noise()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_gaussian_noise_ex(digitnet_model *model, double stddev,
                                                                  const digitnet_gaussian_noise_options *options);

/** More about a Gaussian dropout; zero is the default. */
typedef struct digitnet_gaussian_dropout_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    const char *name;   /**< The layer's name, copied; NULL: as in Keras. */
    const char *input;  /**< The name of the layer whose output is taken; NULL: the layer before. */
} digitnet_gaussian_dropout_options;

/**
 * Adds a layer that multiplies each value by normal noise while training, of mean 1 and variance `rate` / (1 - `rate`).
 *
 * In evaluation and prediction it passes values on. The shape stays. Requires exclusive access to the model.
 *
 * @param model  the model; NULL is an error that is not kept
 * @param rate  at least 0 and below 1
 * @return the status of the first builder that failed, where one did before; else:
 * @retval DIGITNET_OK      the layer is added
 * @retval DIGITNET_EINVAL  `model` is NULL, or `rate` is out of its range
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model is compiled, or in use
 * @retval DIGITNET_ELIMIT  a size overflows, or a limit of the model is exceeded
 */
DIGITNET_API digitnet_status digitnet_model_add_gaussian_dropout(digitnet_model *model, double rate);
/**
 * digitnet_model_add_gaussian_dropout() with options.
 *
 * @copydetails digitnet_model_add_gaussian_dropout()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a name that is taken or not allowed, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFOUND  no layer has the name `input`
 */
DIGITNET_API digitnet_status digitnet_model_add_gaussian_dropout_ex(digitnet_model *model, double rate,
                                                                    const digitnet_gaussian_dropout_options *options);

DIGITNET_END_DECLARATIONS
#endif
