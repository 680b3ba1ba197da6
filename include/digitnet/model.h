/**
 * @file model.h
 * The model handle: creation, description, weights, files.
 *
 * Threads: functions that take a `const` model may run on it in any number of threads at once; functions that change it
 * need it for themselves. Nobody waits: a call that meets another one it must not meet returns DIGITNET_ESTATE at once.
 * Inside a callback of digitnet_model_fit(), on the thread that runs it, the functions that take a `const` model and
 * digitnet_model_set_learning_rate() are allowed. Releasing a model must not be concurrent with any use.
 */
#ifndef DIGITNET_MODEL_H
#define DIGITNET_MODEL_H

#include "digitnet/export.h"
#include "digitnet/options.h"
#include "digitnet/status.h"

#include <stddef.h>
#include <stdint.h>

DIGITNET_BEGIN_DECLARATIONS

/** A network with its weights, and what its training needs. */
typedef struct digitnet_model digitnet_model;

/** Limits that protect a program from models which are larger than it expects. Exceeding one is DIGITNET_ELIMIT. */
typedef struct digitnet_model_options {
    size_t struct_size;          /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    size_t max_parameters;       /**< Weights in all; zero: 250 million. */
    size_t max_activation_bytes; /**< Bytes of all layers' outputs for one image; zero: 256 MiB. */
    /** Multiply-adds of one forward pass for one image, and what else takes as long: one for each tap of a pool's
     * window, for 16 channels at a time, and at least one for each value of any layer's output; zero: 100 thousand
     * million where size_t has 64 bits, else no limit. */
    size_t max_multiply_adds;
} digitnet_model_options;

/**
 * Makes an empty model for images of `height` x `width` x `channels`.
 *
 * Layers are added with the builders of layers.h, and digitnet_model_compile() makes it ready to train. Safe from any
 * thread.
 *
 * @param out       receives the model, the caller's to release with digitnet_model_free(); NULL after a failure
 * @param height    rows of an image
 * @param width     columns of an image
 * @param channels  values of a pixel: 1 for grey
 * @retval DIGITNET_OK      the model is made
 * @retval DIGITNET_EINVAL  `out` is NULL, or a size is zero
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ELIMIT  the sizes overflow, or exceed the limit of activation bytes
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_create(digitnet_model **out, size_t height,
                                                                        size_t width, size_t channels);
/**
 * digitnet_model_create() with limits.
 *
 * @copydetails digitnet_model_create()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a wrong `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_create_ex(digitnet_model **out, size_t height,
                                                                           size_t width, size_t channels,
                                                                           const digitnet_model_options *options);

/**
 * Copies a model with all its state: limits, layers, weights, optimizer, place in the training.
 *
 * Training both with the same data gives the same weights. Any number of threads may clone one model at once.
 *
 * @param out    receives the copy, the caller's to release with digitnet_model_free(); NULL after a failure
 * @param model  the model to copy
 * @retval DIGITNET_OK      the copy is made
 * @retval DIGITNET_EINVAL  a pointer is NULL
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model is being changed, or one of its builders failed
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_clone(digitnet_model **out,
                                                                       const digitnet_model *model);

/**
 * Releases a model.
 *
 * Must not be concurrent with any use of it. Sessions made from it live on.
 *
 * @param model  NULL is fine
 */
DIGITNET_API void digitnet_model_free(digitnet_model *model);

/**
 * Takes back the error of a builder that failed: building goes on after the last layer that was added.
 *
 * Does nothing where there is no error, or where the model is in use.
 *
 * @param model  NULL is fine
 */
DIGITNET_API void digitnet_model_clear_error(digitnet_model *model);

/** What is applied to a layer's output. */
typedef enum digitnet_activation {
    DIGITNET_ACTIVATION_LINEAR = 0,  /**< Nothing: y = x. */
    DIGITNET_ACTIVATION_RELU = 1,    /**< y = max(x, 0). */
    DIGITNET_ACTIVATION_SOFTMAX = 2, /**< y = exp(x) / sum of exp(x) over the channels: probabilities. */
    DIGITNET_ACTIVATION_SIGMOID = 3, /**< y = 1 / (1 + exp(-x)): a probability for each value. */
    DIGITNET_ACTIVATION_TANH = 4,    /**< y = tanh(x). */
    /** y = x above 0, `alpha` x below: 0.2, or what digitnet_activation_options says. */
    DIGITNET_ACTIVATION_LEAKY_RELU = 5,
    /** y = x above 0, `alpha` (exp(x) - 1) below: 1, or what digitnet_activation_options says. */
    DIGITNET_ACTIVATION_ELU = 6,
    DIGITNET_ACTIVATION_SELU = 7, /**< y = 1.05070099 elu(x), with an alpha of 1.67326324. */
    DIGITNET_ACTIVATION_GELU = 8, /**< y = x (1 + erf(x / sqrt(2))) / 2: the exact form. */
    /** y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2: the approximate form. */
    DIGITNET_ACTIVATION_GELU_TANH = 9,
    DIGITNET_ACTIVATION_SILU = 10,         /**< y = x / (1 + exp(-x)), also called swish. */
    DIGITNET_ACTIVATION_HARD_SIGMOID = 11, /**< y = min(max(x + 3, 0), 6) / 6. */
    DIGITNET_ACTIVATION_HARD_SWISH = 12,   /**< y = x min(max(x + 3, 0), 6) / 6, Keras's hard_silu. */
    DIGITNET_ACTIVATION_RELU6 = 13,        /**< y = min(max(x, 0), 6). */
    DIGITNET_ACTIVATION_SOFTPLUS = 14,     /**< y = log(1 + exp(x)). */
    DIGITNET_ACTIVATION_LOG_SOFTMAX = 15   /**< y = x - log(sum of exp(x) over the channels). */
} digitnet_activation;

/** What windows do at the image's edges. */
typedef enum digitnet_padding {
    DIGITNET_PADDING_VALID = 0, /**< They stay inside: floor((size - window) / stride) + 1 rows and columns come out. */
    /** Zeros are put around the image so that ceil(size / stride) rows and columns come out; an odd zero goes to the
     * bottom and the right. A pool's padding never wins the maximum. */
    DIGITNET_PADDING_SAME = 1,
    /** As many rows and columns of zeros are put around the image as the layer's `top`, `bottom`, `left` and `right`
     * say, as by PyTorch's `padding`, and windows stay inside that: floor((padded size - window) / stride) + 1 rows and
     * columns come out. A pool's padding never wins the maximum, and is smaller than its window. */
    DIGITNET_PADDING_EXPLICIT = 2
} digitnet_padding;

/** What a model is. */
typedef struct digitnet_model_info {
    size_t struct_size;    /**< Set by DIGITNET_INIT(). */
    size_t height;         /**< Rows of an image. */
    size_t width;          /**< Columns of an image. */
    size_t channels;       /**< Values of a pixel. */
    size_t outputs;        /**< Values that one image gives: the classes of a classifier. */
    size_t layers;         /**< How many layers were added. */
    size_t tensors;        /**< How many tensors of weights the layers have. */
    size_t parameters;     /**< How many values all tensors have, trained or not. */
    uint64_t epochs_done;  /**< Whole epochs trained so far. */
    uint64_t batches_done; /**< Batches of the current epoch, where a fit was stopped within it. */
    int32_t compiled;      /**< 1 after a successful compile, or the load of a file that holds one. */
    int32_t reserved;      /**< Zero. */
    /** What images mean to it: of a value x its network gets `input_scale` x + `input_offset`. The normalizations and
     * rescalings at its front do that; without any, 1 and 0. Where channels differ these are the first one's, and
     * digitnet_model_summary() has all. A byte is x = byte / 255. */
    double input_scale;
    double input_offset; /**< See `input_scale`. */
} digitnet_model_info;

/**
 * Describes a model.
 *
 * Any number of threads may ask at once.
 *
 * @param out    made with DIGITNET_INIT(), is filled in; untouched after a failure
 * @param model  the model
 * @retval DIGITNET_OK      `out` is filled in
 * @retval DIGITNET_EINVAL  a pointer is NULL, or `struct_size` is wrong
 * @retval DIGITNET_ESTATE  the model is being changed
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_describe(digitnet_model_info *out,
                                                                          const digitnet_model *model);

/** One layer as it was added. */
typedef struct digitnet_layer_info {
    size_t struct_size; /**< Set by DIGITNET_INIT(). */
    /** Its own name; the model's, valid until that is freed or its layers are changed. */
    const char *name;
    /** "conv2d", "max_pooling2d": what default names begin with, all of which layers.h lists; a constant. */
    const char *kind;
    size_t height;            /**< Rows of the output; 0 where it is flat. */
    size_t width;             /**< Columns of the output; 0 where it is flat. */
    size_t channels;          /**< Channels of the output; all its values where it is flat. */
    size_t parameters;        /**< How many weights the layer has. */
    size_t inputs;            /**< How many outputs it takes; see digitnet_model_describe_input(). */
    size_t window_height;     /**< Rows of the kernel or pool; 0 for layers without. */
    size_t window_width;      /**< Likewise columns. */
    size_t stride_height;     /**< Rows by which it moves; 0 for layers without. */
    size_t stride_width;      /**< Likewise columns. */
    size_t top;               /**< Rows of explicit padding above, or that cropping takes away; else 0. */
    size_t bottom;            /**< Likewise below. */
    size_t left;              /**< Columns of explicit padding on the left, or that cropping takes away; else 0. */
    size_t right;             /**< Likewise on the right. */
    double rate;              /**< Of dropout, and the deviation of noise; else 0. */
    double alpha;             /**< Of leaky ReLU and ELU; else 0. */
    double scale;             /**< Of rescaling; else 0. */
    double offset;            /**< Likewise. */
    digitnet_padding padding; /**< Of the window. */
    digitnet_activation activation; /**< What is applied to the output. */
    int32_t no_bias;                /**< 1: it was added without biases. */
    int32_t trainable;              /**< 1: its weights are trained; see digitnet_model_set_trainable(). */
} digitnet_layer_info;

/**
 * Describes a layer.
 *
 * Any number of threads may ask at once.
 *
 * @param out    made with DIGITNET_INIT(), is filled in; untouched after a failure
 * @param model  the model
 * @param index  the layer's place, from 0
 * @retval DIGITNET_OK         `out` is filled in
 * @retval DIGITNET_EINVAL     a pointer is NULL, or `struct_size` is wrong
 * @retval DIGITNET_ESTATE     the model is being changed
 * @retval DIGITNET_ENOTFOUND  the model has no layer at this place
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_describe_layer(digitnet_layer_info *out,
                                                                                const digitnet_model *model,
                                                                                size_t index);

/**
 * Gives the name of a layer whose output another layer takes.
 *
 * Any number of threads may ask at once.
 *
 * @param out    receives the name, "input" for the model's own input; the model's, valid until that is freed or its
 *               layers are changed; untouched after a failure
 * @param model  the model
 * @param layer  the taking layer's place, from 0
 * @param index  which of its inputs, from 0
 * @retval DIGITNET_OK         the name is in `out`
 * @retval DIGITNET_EINVAL     a pointer is NULL
 * @retval DIGITNET_ESTATE     the model is being changed
 * @retval DIGITNET_ENOTFOUND  the model has no layer at this place, or the layer no such input
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_describe_input(const char **out,
                                                                                const digitnet_model *model,
                                                                                size_t layer, size_t index);

/** One tensor of weights. */
typedef struct digitnet_tensor_info {
    size_t struct_size; /**< Set by DIGITNET_INIT(). */
    /** "LAYER/kernel" or "LAYER/bias"; the model's, valid until that is freed or its layers are changed. */
    const char *name;
    size_t dimensions[4]; /**< In Keras's layout, see digitnet_model_get_weights(); 1 past `rank`. */
    size_t rank;          /**< How many dimensions there are: 4 and 2 for kernels, 1 for biases. */
    size_t values;        /**< The product of the dimensions. */
    int32_t trainable;    /**< 1: the optimizer changes it. */
    int32_t reserved;     /**< Zero. */
} digitnet_tensor_info;

/**
 * Describes a tensor of weights.
 *
 * Any number of threads may ask at once.
 *
 * @param out    made with DIGITNET_INIT(), is filled in; untouched after a failure
 * @param model  the model
 * @param index  the tensor's place, from 0, in the order of the layers
 * @retval DIGITNET_OK         `out` is filled in
 * @retval DIGITNET_EINVAL     a pointer is NULL, or `struct_size` is wrong
 * @retval DIGITNET_ESTATE     the model is being changed
 * @retval DIGITNET_ENOTFOUND  the model has no tensor at this place
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_describe_tensor(digitnet_tensor_info *out,
                                                                                 const digitnet_model *model,
                                                                                 size_t index);

/**
 * Writes a table of layers, output shapes and parameters, as Keras prints it, as a string.
 *
 * A NULL buffer with capacity 0 asks for the size. Any number of threads may ask at once.
 *
 * @param buffer    receives the table; untouched after a failure
 * @param capacity  how many bytes `buffer` has room for
 * @param needed    receives the bytes that the table takes with its final zero, also where `buffer` is too small; may
 *                  be NULL
 * @param model     the model
 * @retval DIGITNET_OK       the table is written
 * @retval DIGITNET_EINVAL   `model` is NULL, or `buffer` is NULL with a capacity above 0
 * @retval DIGITNET_EBUFFER  `buffer` is too small
 * @retval DIGITNET_ESTATE   the model is being changed
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_summary(char *buffer, size_t capacity, size_t *needed,
                                                                         const digitnet_model *model);

/**
 * Reads weights.
 *
 * They come in Keras's layout, in row-major order: convolution kernels rows x columns x input channels x filters, dense
 * kernels inputs x units. Any number of threads may read at once.
 *
 * @param values    receives the weights; untouched after a failure
 * @param capacity  how many values `values` has room for
 * @param model     the model
 * @param tensor    the tensor's name, "LAYER/kernel" or "LAYER/bias"; NULL is all, one after the other, in the order of
 *                  digitnet_model_describe_tensor()
 * @retval DIGITNET_OK         the weights are written
 * @retval DIGITNET_EINVAL     `values` or `model` is NULL
 * @retval DIGITNET_EBUFFER    `values` is too small
 * @retval DIGITNET_ESTATE     compile has not drawn the weights yet, of all layers or of those that were added since,
 * or the model is being changed
 * @retval DIGITNET_ENOTFOUND  the model has no tensor of this name
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_get_weights(float *values, size_t capacity,
                                                                             const digitnet_model *model,
                                                                             const char *tensor);

/**
 * Sets weights.
 *
 * They are given in the layout of digitnet_model_get_weights(). The optimizer's state stays. Requires exclusive access
 * to the model.
 *
 * @param model   the model
 * @param tensor  the tensor's name, "LAYER/kernel" or "LAYER/bias"; NULL is all, one after the other
 * @param values  the weights
 * @param count   how many values there are: exactly those of the tensor, or of all
 * @retval DIGITNET_OK         the weights are set; after a failure they are as they were
 * @retval DIGITNET_EINVAL     `model` or `values` is NULL, or a value is not finite
 * @retval DIGITNET_ESHAPE     `count` is another number
 * @retval DIGITNET_ESTATE     compile has not drawn the weights yet, of all layers or of those that were added since,
 * or the model is in use
 * @retval DIGITNET_ENOTFOUND  the model has no tensor of this name
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_set_weights(digitnet_model *model, const char *tensor,
                                                                             const float *values, size_t count);

/**
 * Freezes a layer, so that training leaves its weights as they are, or thaws it.
 *
 * What is frozen is kept in saved files. The optimizer's state stays. Requires exclusive access to the model.
 *
 * @param model      the model
 * @param layer      the layer's name; NULL is all layers
 * @param trainable  0 freezes, 1 thaws
 * @return the status of the first builder that failed, where one did; else:
 * @retval DIGITNET_OK         the layer is frozen or thawed
 * @retval DIGITNET_EINVAL     `model` is NULL, or `trainable` is neither 0 nor 1
 * @retval DIGITNET_ESTATE     the model is in use
 * @retval DIGITNET_ENOTFOUND  the model has no layer of this name
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_set_trainable(digitnet_model *model, const char *layer,
                                                                               int32_t trainable);

/**
 * Has a model take its images scaled: puts a rescaling layer "input_scaling" in front of all others, or changes the one
 * that is there.
 *
 * For a network that was trained with other values than 0 to 1, which is what bytes become everywhere in this library:
 * 255 and 0 for 0 to 255, 2 and -1 for -1 to 1, 1 / deviation and -mean / deviation for images that were normalized.
 * Layers that take "input" take the scaled images from then on; those that are added later take it as it comes. All
 * else stays: weights, what is frozen, compile's settings, the optimizer's state and the place in the training.
 * Pointers to names of layers and tensors are no longer valid. Requires exclusive access to the model.
 *
 * @param model   the model, compiled or not
 * @param scale   by which each value of an image is multiplied, and
 * @param offset  what is added then
 * @return the status of the first builder that failed, where one did; else:
 * @retval DIGITNET_OK      the images are scaled; after a failure the model is as it was
 * @retval DIGITNET_EINVAL  `model` is NULL; `scale` or `offset` is not finite as a float, or `scale` is 0; or another
 *                          layer has the name
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model is in use
 * @retval DIGITNET_ELIMIT  the model has as many layers as a model can have, or the layer would exceed its limits
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_set_input_scaling(digitnet_model *model, double scale,
                                                                                   double offset);

/**
 * Removes all layers behind one, in the order in which they were added.
 *
 * So a model gets a new end: builders add layers to what is left, and digitnet_model_compile() draws their weights from
 * its seed. The kept layers keep theirs, and whether they are frozen. Until then, and where none are added, the model
 * is as one that was never compiled; without new layers it predicts and can be saved as before, and its scores are the
 * output of `layer`. Compile's settings, the optimizer's state and the average of the weights are dropped; a loss that
 * digitnet_model_set_loss() has set stays. Names of layers and tensors that were given before are no longer valid.
 * Requires exclusive access to the model.
 *
 * @param model  the model
 * @param layer  the name of the last layer to be kept
 * @return the status of the first builder that failed, where one did; else:
 * @retval DIGITNET_OK         the layers behind it are removed; after a failure the model is as it was
 * @retval DIGITNET_EINVAL     a pointer is NULL
 * @retval DIGITNET_ENOMEM     there is not enough memory
 * @retval DIGITNET_ESTATE     a kept layer but the last has an output that only removed ones took; or the model is in
 *                             use
 * @retval DIGITNET_ENOTFOUND  the model has no layer of this name
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_remove_layers_after(digitnet_model *model,
                                                                                     const char *layer);

/**
 * Writes a model to an ONNX file.
 *
 * It holds layers, weights, and all that a later fit needs to go on exactly where this one ended. It is written as
 * PATH.tmp beside `path`, synced and renamed, so that `path` is never seen half written, and what was there before is
 * kept after a failure. Any number of threads may save one model at once, to different paths.
 *
 * Symbolic links stay, and the file that they lead to is made or replaced. A file that is replaced must be one that
 * this user may write to, and keeps its owner, group and mode; where the process may not keep them, the save fails.
 * Access control lists and other extended attributes are not kept, and another hard link still names the old file.
 *
 * @param model  the model
 * @param path   the file to make or to replace
 * @retval DIGITNET_OK      the file is written
 * @retval DIGITNET_EINVAL  a pointer is NULL, or `path` is empty
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model has no weights yet, or one that is not finite; one of its builders failed; it is
 *                          being changed; or another save of the same path is under way
 * @retval DIGITNET_EIO     the file cannot be written, or exceeds the process's limit of file sizes; `path` leads to
 *                          what is no regular file, or to an open one that has no path; or the owner, group or mode
 *                          cannot be kept
 * @retval DIGITNET_ELIMIT  the model takes more than the 2 GiB that an ONNX file can have
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_save(const digitnet_model *model, const char *path);

/** What a save writes; zero is the default. */
typedef struct digitnet_model_save_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    /** 1: leave out the optimizer's state, compile's settings and the place in the training. For Adam the file has a
     * third of the size; what is loaded from it predicts, and needs digitnet_model_compile() before it is trained. */
    int32_t weights_only;
    int32_t reserved; /**< Zero. */
} digitnet_model_save_options;

/**
 * digitnet_model_save() with options.
 *
 * @copydetails digitnet_model_save()
 * @param options  NULL is all defaults; a wrong `struct_size` and a flag that is neither 0 nor 1 are DIGITNET_EINVAL
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_save_ex(const digitnet_model *model, const char *path,
                                                                         const digitnet_model_save_options *options);

/** What a load accepts; zero is the default. The limits hold for the loaded model too. */
typedef struct digitnet_model_load_options {
    size_t struct_size;          /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    size_t max_parameters;       /**< As in digitnet_model_options. */
    size_t max_activation_bytes; /**< As in digitnet_model_options. */
    size_t max_multiply_adds;    /**< As in digitnet_model_options. */
    size_t max_bytes;            /**< Of the file; zero: 2 GiB - 1, the most that an ONNX file can have. */
    /** The name of the graph's output that the model gives; NULL: the first that is scores. Our own files have one. */
    const char *output;
    /** What the file's network takes is `input_scale` x + `input_offset`, where the model takes images x, as
     * digitnet_model_set_input_scaling() sets it: 255 and 0 for a network that expects 0 to 255. Zero: 1. */
    double input_scale;
    double input_offset; /**< Likewise; zero: nothing is added. */
    /** 1: read one of our files as any other ONNX file, without its checksum and training state: for a file that
     * another tool has changed and saved. */
    int32_t ignore_metadata;
    /** 1: read of one of our files the layers and weights alone, without the optimizer's state and compile's settings:
     * the model is as one that was never compiled. */
    int32_t skip_training;
} digitnet_model_load_options;

/**
 * Reads a model from an ONNX file.
 *
 * A file written by digitnet_model_save() comes back complete, compiled and ready to be trained further; one of another
 * tool predicts and needs digitnet_model_compile() before it is trained. Images are 0 to 1 in this library: where the
 * input of another tool's file has the type uint8, its network gets 0 to 255 for them. Safe from any thread.
 *
 * @param out   receives the model, the caller's to release with digitnet_model_free(); NULL after a failure
 * @param path  the file
 * @retval DIGITNET_OK            the model is read
 * @retval DIGITNET_EINVAL        a pointer is NULL, or `path` is empty
 * @retval DIGITNET_ENOMEM        there is not enough memory
 * @retval DIGITNET_EIO           the file cannot be read, or is no regular file
 * @retval DIGITNET_EFORMAT       the file is no ONNX file, or is damaged
 * @retval DIGITNET_EVERSION      the file was written by a newer version of this library, in a form that is not known
 * @retval DIGITNET_EUNSUPPORTED  the file holds what this library does not do; the message says which operator
 * @retval DIGITNET_ELIMIT        the file, or the model in it, exceeds a limit
 * @retval DIGITNET_ENOTFOUND     there is no such file
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_load(digitnet_model **out, const char *path);
/**
 * digitnet_model_load() with options.
 *
 * @copydetails digitnet_model_load()
 * @param options  NULL is all defaults; a wrong `struct_size`, a flag that is neither 0 nor 1, and a scale or an offset
 *                 that is not finite as a float are DIGITNET_EINVAL, a set field that this version does not know
 *                 DIGITNET_EVERSION, and a name that no output of the graph has DIGITNET_ENOTFOUND
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_load_ex(digitnet_model **out, const char *path,
                                                                         const digitnet_model_load_options *options);

/**
 * Writes a model into memory, as digitnet_model_save() writes it to a file.
 *
 * NULL with capacity 0 asks for the size. Any number of threads may save one model at once.
 *
 * @param bytes     receives the ONNX file; untouched after a failure
 * @param capacity  how many bytes `bytes` has room for
 * @param needed    receives the bytes that the file takes, also where `bytes` is too small; may be NULL
 * @param model     the model
 * @retval DIGITNET_OK       the file is written
 * @retval DIGITNET_EINVAL   `model` is NULL, or `bytes` is NULL with a capacity above 0
 * @retval DIGITNET_EBUFFER  `bytes` is too small
 * @retval DIGITNET_ESTATE   the model has no weights yet, or one that is not finite; one of its builders failed; or it
 *                           is being changed
 * @retval DIGITNET_ELIMIT   the model takes more than the 2 GiB that an ONNX file can have
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_save_memory(void *bytes, size_t capacity,
                                                                             size_t *needed,
                                                                             const digitnet_model *model);
/**
 * digitnet_model_save_memory() with options.
 *
 * @copydetails digitnet_model_save_memory()
 * @param options  NULL is all defaults; a wrong `struct_size` and a flag that is neither 0 nor 1 are DIGITNET_EINVAL
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status
digitnet_model_save_memory_ex(void *bytes, size_t capacity, size_t *needed, const digitnet_model *model,
                              const digitnet_model_save_options *options);
/**
 * Reads a model from an ONNX file in memory, as digitnet_model_load() reads it from a file.
 *
 * Safe from any thread.
 *
 * @param out    receives the model, the caller's to release with digitnet_model_free(); NULL after a failure
 * @param bytes  the file, which is not needed after the call
 * @param size   how many bytes it has
 * @retval DIGITNET_OK            the model is read
 * @retval DIGITNET_EINVAL        a pointer is NULL
 * @retval DIGITNET_ENOMEM        there is not enough memory
 * @retval DIGITNET_EFORMAT       the bytes are no ONNX file, or are damaged
 * @retval DIGITNET_EVERSION      the file was written by a newer version of this library, in a form that is not known
 * @retval DIGITNET_EUNSUPPORTED  the file holds what this library does not do; the message says which operator
 * @retval DIGITNET_ELIMIT        the file, or the model in it, exceeds a limit
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_load_memory(digitnet_model **out, const void *bytes,
                                                                             size_t size);
/**
 * digitnet_model_load_memory() with options.
 *
 * @copydetails digitnet_model_load_memory()
 * @param options  NULL is all defaults; a wrong `struct_size`, a flag that is neither 0 nor 1, and a scale or an offset
 *                 that is not finite as a float are DIGITNET_EINVAL, a set field that this version does not know
 *                 DIGITNET_EVERSION
 * @retval DIGITNET_ENOTFOUND  no output of the graph has the name that `options` asks for
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_load_memory_ex(
    digitnet_model **out, const void *bytes, size_t size, const digitnet_model_load_options *options);

DIGITNET_END_DECLARATIONS
#endif
