/**
 * @file dataset.h
 * Labelled images.
 *
 * Images are NHWC (image, row, column, channel) as in Keras, either bytes, which are scaled to [0, 1] as value / 255
 * when they are read, or floats, which are taken as they are and must be finite. Labels are class numbers from 0. A
 * data set never changes once it is made, so any number of threads may read it at once; only its release must not be
 * concurrent with a use.
 */
#ifndef DIGITNET_DATASET_H
#define DIGITNET_DATASET_H

#include "digitnet/export.h"
#include "digitnet/options.h"
#include "digitnet/status.h"

#include <stddef.h>
#include <stdint.h>

DIGITNET_BEGIN_DECLARATIONS

/** Labelled images that never change. */
typedef struct digitnet_dataset digitnet_dataset;

/** Whether a data set copies the program's memory, the default, or borrows it. */
typedef struct digitnet_dataset_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    void *user_data;    /**< Handed to `release`. */
    /** With `borrow`: called once, when the last data set or slice that uses the memory is freed; may be NULL. Where
     * the creation fails it is not called and the memory remains the caller's. */
    void (*release)(void *user_data);
    /** 1: use images and labels in place; they must not change until `release` is called. */
    int32_t borrow;
    int32_t reserved; /**< Zero. */
} digitnet_dataset_options;

/**
 * Makes a data set from images of bytes.
 *
 * Safe from any thread.
 *
 * @param out       receives the data set, the caller's to release with digitnet_dataset_free(); NULL after a failure
 * @param images    count x height x width x channels bytes, image after image, row after row; copied
 * @param labels    `count` class numbers from 0; copied
 * @param count     how many images there are
 * @param height    rows of an image
 * @param width     columns of an image
 * @param channels  values of a pixel: 1 for grey
 * @retval DIGITNET_OK      the data set is made
 * @retval DIGITNET_EINVAL  a pointer is NULL, a size is zero, or a label is negative
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ELIMIT  the sizes overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_create_u8(digitnet_dataset **out,
                                                                             const uint8_t *images,
                                                                             const int32_t *labels, size_t count,
                                                                             size_t height, size_t width,
                                                                             size_t channels);
/**
 * digitnet_dataset_create_u8() with options, which can borrow images and labels in place of a copy.
 *
 * @copydetails digitnet_dataset_create_u8()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a flag that is neither 0 nor 1, and for a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status
digitnet_dataset_create_u8_ex(digitnet_dataset **out, const uint8_t *images, const int32_t *labels, size_t count,
                              size_t height, size_t width, size_t channels, const digitnet_dataset_options *options);
/**
 * Makes a data set from images of floats.
 *
 * The values are taken as they are: scale them yourself, to [0, 1] or thereabouts. Safe from any thread.
 *
 * @param out       receives the data set, the caller's to release with digitnet_dataset_free(); NULL after a failure
 * @param images    count x height x width x channels floats, image after image, row after row; copied
 * @param labels    `count` class numbers from 0; copied
 * @param count     how many images there are
 * @param height    rows of an image
 * @param width     columns of an image
 * @param channels  values of a pixel: 1 for grey
 * @retval DIGITNET_OK      the data set is made
 * @retval DIGITNET_EINVAL  a pointer is NULL, a size is zero, a label is negative, or a value is not finite
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ELIMIT  the sizes overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_create_f32(digitnet_dataset **out,
                                                                              const float *images,
                                                                              const int32_t *labels, size_t count,
                                                                              size_t height, size_t width,
                                                                              size_t channels);
/**
 * digitnet_dataset_create_f32() with options, which can borrow images and labels in place of a copy.
 *
 * @copydetails digitnet_dataset_create_f32()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a flag that is neither 0 nor 1, and for a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status
digitnet_dataset_create_f32_ex(digitnet_dataset **out, const float *images, const int32_t *labels, size_t count,
                               size_t height, size_t width, size_t channels, const digitnet_dataset_options *options);

/**
 * A function that gathers samples by their index.
 *
 * Called on the thread that called digitnet_model_fit(), digitnet_model_evaluate() or digitnet_dataset_read(): from
 * several at once, where these calls are. It has the floating-point mode of that thread, and must return, as
 * digitnet_callback_fn.
 *
 * @param images     receives count x height x width x channels finite floats; NULL where they are not wanted
 * @param labels     receives `count` class numbers from 0; NULL where they are not wanted
 * @param indices    which samples, from 0
 * @param seeds      one number a sample that depends on the training seed, the epoch and the sample alone, for random
 *                   augmentation that is the same in every run; NULL where nothing may be random (validation,
 *                   evaluation, reading)
 * @param count      how many samples are wanted
 * @param user_data  as given in digitnet_source_options
 * @return 0, or a negative digitnet_status, which ends the call with that status; any other value ends it with
 *         DIGITNET_ECALLBACK
 */
typedef int (*digitnet_gather_fn)(float *images, int32_t *labels, const size_t *indices, const uint64_t *seeds,
                                  size_t count, void *user_data);

/** A data set that is not held in memory, or that is made as it is read. */
typedef struct digitnet_source_options {
    size_t struct_size;        /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    size_t count;              /**< How many samples there are; not zero. */
    size_t height;             /**< Rows of an image; not zero. */
    size_t width;              /**< Columns of an image; not zero. */
    size_t channels;           /**< Values of a pixel; not zero. */
    digitnet_gather_fn gather; /**< Gives the samples; not NULL. */
    /** Called when the last data set or slice of this source is freed; may be NULL. Where the creation fails it is not
     * called. */
    void (*release)(void *user_data);
    void *user_data; /**< Handed to both functions. */
} digitnet_source_options;

/**
 * Makes a data set that asks a function for its samples.
 *
 * Safe from any thread.
 *
 * @param out      receives the data set, the caller's to release with digitnet_dataset_free(); NULL after a failure
 * @param options  the function, and what it gives; copied
 * @retval DIGITNET_OK        the data set is made
 * @retval DIGITNET_EINVAL    a pointer is NULL, a size is zero, or `struct_size` is wrong
 * @retval DIGITNET_ENOMEM    there is not enough memory
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ELIMIT    the sizes overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status
digitnet_dataset_create_source(digitnet_dataset **out, const digitnet_source_options *options);

/** Limits for data sets that are read from files. */
typedef struct digitnet_dataset_load_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    /** The most bytes that one file may hold once decompressed; zero: 4 GiB (2 GiB where size_t has 32 bits). */
    size_t max_bytes;
} digitnet_dataset_load_options;

/**
 * Reads MNIST, or any data set in its form, from a folder.
 *
 * The files are train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte,
 * each of them raw or with `.gz` appended (raw is preferred). Safe from any thread.
 *
 * @param train   receives the training set, the caller's to release with digitnet_dataset_free(); NULL after a failure.
 *                May be NULL where it is not wanted.
 * @param test    receives the test set in the same way; not both may be NULL
 * @param folder  where the files are
 * @retval DIGITNET_OK            the files are read
 * @retval DIGITNET_EINVAL        `train` and `test` are both NULL, or `folder` is NULL or empty
 * @retval DIGITNET_ENOMEM        there is not enough memory
 * @retval DIGITNET_EIO           a file cannot be read, or is no regular file
 * @retval DIGITNET_EFORMAT       a file is empty, truncated, corrupt, of another kind, has trailing bytes, or has
 *                                another count than its fellow
 * @retval DIGITNET_EUNSUPPORTED  a file's elements are not unsigned bytes, or zlib cannot be used
 * @retval DIGITNET_ELIMIT        a file exceeds the limit, or the sizes overflow
 * @retval DIGITNET_ENOTFOUND     a file is missing
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_load_mnist(digitnet_dataset **train,
                                                                              digitnet_dataset **test,
                                                                              const char *folder);
/**
 * digitnet_dataset_load_mnist() with limits.
 *
 * @copydetails digitnet_dataset_load_mnist()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a wrong `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status
digitnet_dataset_load_mnist_ex(digitnet_dataset **train, digitnet_dataset **test, const char *folder,
                               const digitnet_dataset_load_options *options);

/**
 * Reads a data set from two IDX files, the form of MNIST.
 *
 * Each is raw or compressed by gzip, told apart by their first bytes. Safe from any thread.
 *
 * @param out     receives the data set, the caller's to release with digitnet_dataset_free(); NULL after a failure
 * @param images  the file of images: unsigned bytes, count x rows x columns, or count x rows x columns x channels
 * @param labels  the file of labels: unsigned bytes, count
 * @retval DIGITNET_OK            the files are read
 * @retval DIGITNET_EINVAL        a pointer is NULL, or a path is empty
 * @retval DIGITNET_ENOMEM        there is not enough memory
 * @retval DIGITNET_EIO           a file cannot be read, or is no regular file
 * @retval DIGITNET_EFORMAT       a file is empty, truncated, corrupt, of another kind, has trailing bytes, or has
 *                                another count than its fellow
 * @retval DIGITNET_EUNSUPPORTED  a file's elements are not unsigned bytes, or zlib cannot be used
 * @retval DIGITNET_ELIMIT        a file exceeds the limit, or the sizes overflow
 * @retval DIGITNET_ENOTFOUND     a file is missing
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_load_idx(digitnet_dataset **out, const char *images,
                                                                            const char *labels);
/**
 * digitnet_dataset_load_idx() with limits.
 *
 * @copydetails digitnet_dataset_load_idx()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a wrong `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_load_idx_ex(
    digitnet_dataset **out, const char *images, const char *labels, const digitnet_dataset_load_options *options);

/**
 * Makes a data set of a range of another one's samples.
 *
 * It shares the other one's memory and keeps it alive: the two may be freed in any order. Safe from any thread.
 *
 * @param out      receives the slice, the caller's to release with digitnet_dataset_free(); NULL after a failure
 * @param dataset  the data set to take samples of
 * @param first    the first sample, from 0
 * @param count    how many samples
 * @retval DIGITNET_OK      the slice is made
 * @retval DIGITNET_EINVAL  a pointer is NULL, `count` is zero, or `dataset` has no such range
 * @retval DIGITNET_ENOMEM  there is not enough memory
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_slice(digitnet_dataset **out,
                                                                         const digitnet_dataset *dataset, size_t first,
                                                                         size_t count);

/**
 * Reads samples as floats, as training sees them.
 *
 * Bytes come scaled to [0, 1]. Allocates nothing. Any number of threads may read at once.
 *
 * @param images        receives count x height x width x channels values; NULL where they are not wanted
 * @param image_values  how many values `images` has room for
 * @param labels        receives `count` labels; NULL where they are not wanted
 * @param label_count   how many labels `labels` has room for
 * @param dataset       the data set
 * @param first         the first sample, from 0
 * @param count         how many samples
 * @return the status of a source that failed, which may leave the buffers partly written; else:
 * @retval DIGITNET_OK         the samples are written
 * @retval DIGITNET_EINVAL     `dataset` is NULL, `count` is zero, `dataset` has no such range, or a source gives a
 *                             value that is not finite or a negative label
 * @retval DIGITNET_EBUFFER    a buffer is too small
 * @retval DIGITNET_ECALLBACK  a source returned a number that is no status
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_read(float *images, size_t image_values,
                                                                        int32_t *labels, size_t label_count,
                                                                        const digitnet_dataset *dataset, size_t first,
                                                                        size_t count);

/**
 * Tells how many samples a data set has.
 *
 * Safe from any thread.
 *
 * @param dataset  the data set
 * @return the number of samples; 0 for NULL
 */
DIGITNET_API size_t digitnet_dataset_count(const digitnet_dataset *dataset);

/** What a data set holds. */
typedef struct digitnet_dataset_info {
    size_t struct_size; /**< Set by DIGITNET_INIT(). */
    size_t count;       /**< How many samples there are. */
    size_t height;      /**< Rows of an image. */
    size_t width;       /**< Columns of an image. */
    size_t channels;    /**< Values of a pixel. */
    size_t classes;     /**< The highest label plus one; 0 for a source, whose labels are not known beforehand. */
} digitnet_dataset_info;

/**
 * Tells what a data set holds.
 *
 * Safe from any thread.
 *
 * @param out      made with DIGITNET_INIT(), is filled in; untouched after a failure
 * @param dataset  the data set
 * @retval DIGITNET_OK      `out` is filled in
 * @retval DIGITNET_EINVAL  a pointer is NULL, or `struct_size` is wrong
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_describe(digitnet_dataset_info *out,
                                                                            const digitnet_dataset *dataset);

/**
 * Releases a data set.
 *
 * Must not be concurrent with any use of it. Slices of it live on.
 *
 * @param dataset  NULL is fine
 */
DIGITNET_API void digitnet_dataset_free(digitnet_dataset *dataset);

DIGITNET_END_DECLARATIONS
#endif
