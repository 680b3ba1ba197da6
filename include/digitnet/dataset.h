/**
 * @file dataset.h  Labelled images.
 *
 * Images are NHWC (image, row, column, channel) as in Keras, either bytes, which are scaled to [0, 1] as value / 255
 * when they are read, or floats, which are taken as they are and must be finite. Labels are class numbers from 0. A
 * data set never changes once it is made, so any number of threads may read it at once; only its release must not be
 * concurrent with a use.
 */
#ifndef DIGITNET_DATASET_H
#define DIGITNET_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "digitnet/export.h"
#include "digitnet/options.h"
#include "digitnet/status.h"

DIGITNET_BEGIN_DECLARATIONS

typedef struct digitnet_dataset digitnet_dataset;

/** Whether a data set copies the program's memory, the default, or borrows it. */
typedef struct digitnet_dataset_options {
    size_t struct_size;
    void *user_data;
    /** With `borrow`: called once, when the last data set or slice that uses the memory is freed; may be NULL. Where
     * the creation fails it is not called and the memory remains the caller's. */
    void (*release)(void *user_data);
    size_t reserved;
    /** 1: use images and labels in place; they must not change until `release` is called. */
    int32_t borrow;
    int32_t reserved_2;
} digitnet_dataset_options;

/**
 * Makes a data set from `count` images of bytes, `height` x `width` x `channels` each, and as many labels.
 *
 * @return DIGITNET_OK; EINVAL for a NULL pointer, a zero size or a negative label; ELIMIT where the sizes overflow;
 *         ENOMEM. `*out` is NULL after a failure, else the caller's to release with digitnet_dataset_free().
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_create_u8(digitnet_dataset **out,
                                                                             const uint8_t *images,
                                                                             const int32_t *labels, size_t count,
                                                                             size_t height, size_t width,
                                                                             size_t channels);
/** digitnet_dataset_create_u8() with options; NULL is all defaults. */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status
digitnet_dataset_create_u8_ex(digitnet_dataset **out, const uint8_t *images, const int32_t *labels, size_t count,
                              size_t height, size_t width, size_t channels, const digitnet_dataset_options *options);
/** As digitnet_dataset_create_u8(), from floats; EINVAL too where a value is not finite. */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_create_f32(digitnet_dataset **out,
                                                                              const float *images,
                                                                              const int32_t *labels, size_t count,
                                                                              size_t height, size_t width,
                                                                              size_t channels);
/** digitnet_dataset_create_f32() with options; NULL is all defaults. */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status
digitnet_dataset_create_f32_ex(digitnet_dataset **out, const float *images, const int32_t *labels, size_t count,
                               size_t height, size_t width, size_t channels, const digitnet_dataset_options *options);

/**
 * Gathers `count` samples by index: writes `count` x height x width x channels floats to `images` and `count` labels to
 * `labels` (either may be NULL where it is not wanted).
 *
 * `seeds` holds one number a sample that depends on the training seed, the epoch and the sample alone, for random
 * augmentation that is the same in every run; it is NULL where nothing may be random (validation, evaluation, reading).
 * Called on the thread that called fit, evaluate or read. Returns 0, or a negative digitnet_status, which ends that
 * call.
 */
typedef int (*digitnet_gather_fn)(float *images, int32_t *labels, const size_t *indices, const uint64_t *seeds,
                                  size_t count, void *user_data);

/** A data set that is not held in memory, or that is made as it is read. */
typedef struct digitnet_source_options {
    size_t struct_size;
    /** Samples, and the shape of each; none may be zero. */
    size_t count, height, width, channels;
    digitnet_gather_fn gather;
    /** Called when the last data set or slice of this source is freed; may be NULL. */
    void (*release)(void *user_data);
    void *user_data;
} digitnet_source_options;

/**
 * Makes a data set that asks `options->gather` for its samples.
 *
 * @return DIGITNET_OK; EINVAL for a NULL pointer or a zero size; ELIMIT where the sizes overflow; ENOMEM.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status
digitnet_dataset_create_source(digitnet_dataset **out, const digitnet_source_options *options);

/** Limits for data sets that are read from files. */
typedef struct digitnet_dataset_load_options {
    size_t struct_size;
    /** The most bytes that one file may hold once decompressed; zero: 4 GiB (2 GiB where size_t has 32 bits). */
    size_t max_bytes;
} digitnet_dataset_load_options;

/**
 * Reads MNIST, or any data set in its form, from a folder: train-images-idx3-ubyte, train-labels-idx1-ubyte,
 * t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each of them raw or with `.gz` appended (raw is preferred).
 * Either of `train` and `test` may be NULL where it is not wanted, not both.
 *
 * @return DIGITNET_OK; EINVAL for a NULL pointer; ENOTFOUND where a file is missing; EIO where one cannot be read;
 *         EFORMAT where one is empty, truncated, corrupt, of another kind, has trailing bytes, or has another count
 *         than its fellow; EUNSUPPORTED for elements other than unsigned bytes; ELIMIT; ENOMEM. After a failure both
 *         are NULL.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_load_mnist(digitnet_dataset **train,
                                                                              digitnet_dataset **test,
                                                                              const char *folder);
/** digitnet_dataset_load_mnist() with limits; NULL is all defaults. */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status
digitnet_dataset_load_mnist_ex(digitnet_dataset **train, digitnet_dataset **test, const char *folder,
                               const digitnet_dataset_load_options *options);

/**
 * Reads one IDX file of images (unsigned bytes; count x rows x columns, or count x rows x columns x channels) and one
 * of labels, each raw or gzip, told apart by their first bytes. Errors as of digitnet_dataset_load_mnist().
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_load_idx(digitnet_dataset **out, const char *images,
                                                                            const char *labels);
/** digitnet_dataset_load_idx() with limits; NULL is all defaults. */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_load_idx_ex(
    digitnet_dataset **out, const char *images, const char *labels, const digitnet_dataset_load_options *options);

/**
 * A data set of `count` samples from `first` on that shares the memory of `dataset`, and keeps it alive: the two may be
 * freed in any order.
 *
 * @return DIGITNET_OK; EINVAL for a NULL pointer, a zero count or a range that `dataset` does not have; ENOMEM.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_slice(digitnet_dataset **out,
                                                                         const digitnet_dataset *dataset, size_t first,
                                                                         size_t count);

/**
 * Reads samples back as floats (bytes come scaled to [0, 1]). Either pointer may be NULL where it is not wanted;
 * capacities are in values: `image_values` >= count x height x width x channels, `label_count` >= count.
 *
 * @return DIGITNET_OK; EINVAL for a NULL data set, a zero count or a range that it does not have; ESHAPE where a buffer
 *         is too small; what a source's callback returned. The buffers are written only after all checks.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_read(float *images, size_t image_values,
                                                                        int32_t *labels, size_t label_count,
                                                                        const digitnet_dataset *dataset, size_t first,
                                                                        size_t count);

/** The number of samples; 0 for NULL. */
DIGITNET_API size_t digitnet_dataset_count(const digitnet_dataset *dataset);

/** What a data set holds. */
typedef struct digitnet_dataset_info {
    size_t struct_size;
    size_t count, height, width, channels;
    /** The highest label plus one; 0 for a source, whose labels are not known beforehand. */
    size_t classes;
} digitnet_dataset_info;

/** Fills in `out` (made with DIGITNET_INIT). @return DIGITNET_OK; EINVAL for a NULL pointer or a wrong struct size. */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_describe(digitnet_dataset_info *out,
                                                                            const digitnet_dataset *dataset);

/** Releases a data set; NULL is fine. Slices of it live on. */
DIGITNET_API void digitnet_dataset_free(digitnet_dataset *dataset);

DIGITNET_END_DECLARATIONS
#endif
