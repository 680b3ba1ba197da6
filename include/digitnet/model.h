/**
 * @file model.h  The model handle: creation, description, weights, files.
 *
 * Threads: functions that take a `const` model may run on it in any number of threads at once; functions that change it
 * need it for themselves. Nobody waits: a call that meets another one it must not meet returns DIGITNET_ESTATE at once.
 * Inside a callback of digitnet_model_fit(), on the thread that runs it, the functions that take a `const` model and
 * digitnet_model_set_learning_rate() are allowed. Releasing a model must not be concurrent with any use.
 */
#ifndef DIGITNET_MODEL_H
#define DIGITNET_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "digitnet/export.h"
#include "digitnet/options.h"
#include "digitnet/status.h"

DIGITNET_BEGIN_DECLARATIONS

typedef struct digitnet_model digitnet_model;

/** Limits that protect a program from models which are larger than it expects. Exceeding one is ELIMIT. */
typedef struct digitnet_model_options {
    size_t struct_size;
    /** Weights in all; zero: 250 million. */
    size_t max_parameters;
    /** Bytes of all layers' outputs for one image; zero: 256 MiB. */
    size_t max_activation_bytes;
    /** Multiply-adds of one forward pass for one image; zero: 100 thousand million where size_t has 64 bits, else no
     * limit. */
    size_t max_multiply_adds;
} digitnet_model_options;

/**
 * Makes an empty model for images of `height` x `width` x `channels`. Layers are added with layers.h, and
 * digitnet_model_compile() makes it ready to train.
 *
 * @return DIGITNET_OK; EINVAL for NULL or a zero size; ELIMIT where the sizes overflow or exceed a limit; ENOMEM.
 *         `*out` is NULL after a failure, else the caller's to release with digitnet_model_free().
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_create(digitnet_model **out, size_t height,
                                                                        size_t width, size_t channels);
/** digitnet_model_create() with limits; NULL is all defaults. */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_create_ex(digitnet_model **out, size_t height,
                                                                           size_t width, size_t channels,
                                                                           const digitnet_model_options *options);

/**
 * A copy of the model with all its state: weights, optimizer, place in the training. Training both with the same data
 * gives the same weights.
 *
 * @return DIGITNET_OK; EINVAL for NULL; ESTATE while the model is being changed, or after a builder failed; ENOMEM.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_clone(digitnet_model **out,
                                                                       const digitnet_model *model);

/** Releases a model; NULL is fine. Sessions made from it live on. */
DIGITNET_API void digitnet_model_free(digitnet_model *model);

/**
 * Takes back the error of a builder that failed: building goes on after the last layer that was added. Does nothing for
 * NULL or where there is none.
 */
DIGITNET_API void digitnet_model_clear_error(digitnet_model *model);

/** What a model is. */
typedef struct digitnet_model_info {
    size_t struct_size;
    /** The input's shape. */
    size_t height, width, channels;
    /** Values that one image gives: the classes of a classifier. */
    size_t outputs;
    size_t layers, tensors, parameters;
    /** Whole epochs trained so far, and the batches of the epoch at hand where a fit was stopped within it. */
    uint64_t epochs_done, batches_done;
    /** 1 after a successful compile, or the load of a file that holds one. */
    int32_t compiled;
    int32_t reserved;
} digitnet_model_info;

/** Fills in `out` (made with DIGITNET_INIT). @return DIGITNET_OK; EINVAL; ESTATE while the model is being changed. */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_describe(digitnet_model_info *out,
                                                                          const digitnet_model *model);

/** One layer as it was added. */
typedef struct digitnet_layer_info {
    size_t struct_size;
    /** Its own name and its kind ("conv2d", "dense", ...); valid until the model is freed. */
    const char *name, *kind;
    /** The output's shape; a flat output of n values has height and width 0 and n channels. */
    size_t height, width, channels;
    size_t parameters;
    size_t reserved;
} digitnet_layer_info;

/** Fills in `out` for the layer at `index`, from 0. @return DIGITNET_OK; EINVAL; ENOTFOUND past the last one; ESTATE.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_layer(digitnet_layer_info *out,
                                                                       const digitnet_model *model, size_t index);

/** One tensor of weights. */
typedef struct digitnet_tensor_info {
    size_t struct_size;
    /** Its name, "LAYER/kernel" or "LAYER/bias"; valid until the model is freed. */
    const char *name;
    /** Its product is `values`; dimensions past `rank` are 1. */
    size_t dimensions[4];
    size_t rank;
    size_t values;
} digitnet_tensor_info;

/** Fills in `out` for the tensor at `index`, from 0. @return DIGITNET_OK; EINVAL; ENOTFOUND past the last one; ESTATE.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_tensor(digitnet_tensor_info *out,
                                                                        const digitnet_model *model, size_t index);

/**
 * Writes a table of layers, output shapes and parameters as Keras prints it, as a string, into `buffer` of `capacity`
 * bytes.
 * `*needed` (may be NULL) receives the bytes it takes with its final zero; where they exceed `capacity` nothing is
 * written and the result is ESHAPE, so that `buffer` NULL with `capacity` 0 asks for the size.
 *
 * @return DIGITNET_OK; EINVAL; ESHAPE; ESTATE while the model is being changed.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_summary(char *buffer, size_t capacity, size_t *needed,
                                                                         const digitnet_model *model);

/**
 * Reads the weights of one tensor by its name, or of all of them one after the other where `tensor` is NULL, in Keras's
 * layout: convolution kernels rows x columns x input channels x filters, dense kernels inputs x units, in row-major
 * order. `capacity` is in values.
 *
 * @return DIGITNET_OK; EINVAL; ENOTFOUND for an unknown name; ESHAPE where the buffer is too small; ESTATE before the
 *         weights are drawn by the first compile, or while the model is being changed.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_get_weights(float *values, size_t capacity,
                                                                             const digitnet_model *model,
                                                                             const char *tensor);

/**
 * Sets the weights of one tensor, or of all where `tensor` is NULL; `count` must be exactly the number of values. The
 * optimizer's state stays.
 *
 * @return DIGITNET_OK; EINVAL for NULL or a value that is not finite; ENOTFOUND; ESHAPE for another count; ESTATE
 *         before the first compile, or while the model is in use. The weights are as they were after a failure.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_set_weights(digitnet_model *model, const char *tensor,
                                                                             const float *values, size_t count);

/**
 * Writes the model to `path` as an ONNX file: layers, weights, and all that a later fit needs to go on exactly where
 * this one ended. The file is written as PATH.tmp beside it, synced and renamed, so that `path` is never seen half
 * written.
 *
 * @return DIGITNET_OK; EINVAL; ESTATE for a model without weights or with one that is not finite, a model that is being
 *         changed, or while another save of the same path is under way; ELIMIT for more than 512 layers, or more than
 *         the 2 GiB that an ONNX file can have; EIO; ENOMEM. A file that was there before is kept after a failure.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_save(const digitnet_model *model, const char *path);

/** What a load accepts. */
typedef struct digitnet_model_load_options {
    size_t struct_size;
    /** As in digitnet_model_options; they hold for the loaded model too. */
    size_t max_parameters, max_activation_bytes, max_multiply_adds;
    /** The most bytes that the file may have; zero: 2 GiB - 1, the most that an ONNX file can have. */
    size_t max_bytes;
    size_t reserved;
    /** 1: read one of our files as any other ONNX file, without its checksum and training state: for a file that
     * another tool has changed and saved. */
    int32_t ignore_marks;
    int32_t reserved_2;
} digitnet_model_load_options;

/**
 * Reads a model from an ONNX file. A file written by digitnet_model_save() comes back complete, compiled and ready to
 * be trained further; another one predicts at once and needs digitnet_model_compile() before it is trained.
 *
 * @return DIGITNET_OK; EINVAL; ENOTFOUND where there is no such file; EIO; EFORMAT where it is damaged; EUNSUPPORTED
 *         where it holds what this library does not do; EVERSION; ELIMIT; ENOMEM. `*out` is NULL after a failure.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_load(digitnet_model **out, const char *path);
/** digitnet_model_load() with options; NULL is all defaults. */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_load_ex(digitnet_model **out, const char *path,
                                                                         const digitnet_model_load_options *options);

/**
 * As digitnet_model_save(), into memory. `*needed` (may be NULL) receives the bytes it takes; where they exceed
 * `capacity` nothing is written and the result is ESHAPE, so that `bytes` NULL with `capacity` 0 asks for the size.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_save_memory(void *bytes, size_t capacity,
                                                                             size_t *needed,
                                                                             const digitnet_model *model);
/** As digitnet_model_load(), from `size` bytes in memory, which are not needed after the call. */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_load_memory(digitnet_model **out, const void *bytes,
                                                                             size_t size);
/** digitnet_model_load_memory() with options; NULL is all defaults. */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_load_memory_ex(
    digitnet_model **out, const void *bytes, size_t size, const digitnet_model_load_options *options);

DIGITNET_END_DECLARATIONS
#endif
