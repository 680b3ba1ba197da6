/**
 * @file dataset.h
 * Images, and what a network is to learn of them.
 *
 * A sample is one image with a label, a row of targets, or both, and with a weight. Images are NHWC (image, row,
 * column, channel) as in Keras, either bytes, which are scaled to [0, 1] as value / 255 when they are read, or floats,
 * which are taken as they are and must be finite. A label is a class number from 0; a sample may also have a sequence
 * of labels, such as the digits of a line. Targets are finite floats, as many for each sample. The weight says how much
 * a sample counts; where none is given it is 1.
 *
 * A data set never changes once it is made, so any number of threads may read it at once; only its release must not be
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

/** Samples that never change. */
typedef struct digitnet_dataset digitnet_dataset;

/**
 * What samples hold besides an image and a label, and whether a data set copies the program's memory, the default, or
 * borrows it.
 *
 * Five labels for each image, and no more than that of memory:
 *
 *     status = digitnet_dataset_create_u8_ex(&lines, images, labels, count, 32, 160, 1,
 *                                            DIGITNET_WITH(digitnet_dataset_options, .max_labels = 5, .borrow = 1));
 */
typedef struct digitnet_dataset_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    /** count x target_values finite floats, sample after sample; NULL: there are no targets. With targets, labels may
     * be NULL. */
    const float *targets;
    size_t target_values; /**< Targets of one sample; zero where there are none. */
    /** One finite weight that is not negative for each sample; NULL: each counts 1. */
    const float *sample_weights;
    size_t max_labels; /**< The most labels of one sample: labels are count x max_labels. Zero: 1. */
    /** How many labels each sample has, 0 .. max_labels, where `max_labels` is above one; labels behind them are
     * ignored. NULL: each has max_labels. */
    const int32_t *label_counts;
    /** With `borrow`: called once, when the last data set or slice that uses the memory is freed, or, where the
     * creation fails, as the last thing before that returns; but for a `struct_size` that is wrong. May be NULL. */
    void (*release)(void *user_data);
    void *user_data; /**< Handed to `release`. */
    /** 1: use all arrays in place; they must not change until `release` is called. */
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
 * digitnet_dataset_create_u8() with options: targets, weights, several labels for each image, borrowed memory.
 *
 * @copydetails digitnet_dataset_create_u8()
 * @param options  copied; NULL is all defaults. DIGITNET_EINVAL is also for a wrong `struct_size`, for a flag that is
 * neither 0 nor 1, for options that contradict each other, and for a target, weight or number of labels that is out of
 * its range.
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
 * digitnet_dataset_create_f32() with options: targets, weights, several labels for each image, borrowed memory.
 *
 * @copydetails digitnet_dataset_create_f32()
 * @param options  copied; NULL is all defaults. DIGITNET_EINVAL is also for a wrong `struct_size`, for a flag that is
 * neither 0 nor 1, for options that contradict each other, and for a target, weight or number of labels that is out of
 * its range.
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status
digitnet_dataset_create_f32_ex(digitnet_dataset **out, const float *images, const int32_t *labels, size_t count,
                               size_t height, size_t width, size_t channels, const digitnet_dataset_options *options);

/**
 * Samples of a data set by index, and where their values go.
 *
 * The library makes one for each call of a source's function, which writes the samples to it. A program makes one with
 * DIGITNET_INIT() to read samples with digitnet_dataset_read_batch(). Whoever makes it owns the arrays, all of `count`
 * samples; the other side uses them within the call alone, changes only what the arrays below `seeds` hold, and leaves
 * the struct as it is. An array is NULL where its values are not wanted.
 */
typedef struct digitnet_batch {
    size_t struct_size;    /**< Set by DIGITNET_INIT(), or by the library. */
    size_t count;          /**< How many samples. */
    const size_t *indices; /**< Which samples, from 0, in any order and as often as one likes. */
    /** One number a sample that depends on the training's seed, the epoch and the sample alone, for random augmentation
     * that is the same in every run. NULL where nothing may be random: validation, evaluation, reading. */
    const uint64_t *seeds;
    float *images; /**< Receives count x height x width x channels finite floats, scaled as the network wants them. */
    /** Receives count x max_labels class numbers from 0. A function finds -1 in all of them; behind a sample's last
     * label a reader finds it too. */
    int32_t *labels;
    /** Receives how many labels each sample has, 0 .. max_labels. A function finds max_labels in all of them, or NULL
     * where max_labels is 1, and each sample has one. A reader gives it with `labels`, and may leave it NULL where
     * max_labels is 1. */
    int32_t *label_counts;
    float *targets; /**< Receives count x target_values finite floats. A function finds NaN in all of them. */
    /** Receives one finite weight that is not negative for each sample. A function finds 1 in all of them. A reader
     * gets 1 from a data set without weights. */
    float *sample_weights;
} digitnet_batch;

/**
 * A function that gathers samples by their index.
 *
 * Called on the thread that called digitnet_model_fit(), digitnet_model_evaluate(), digitnet_dataset_read() or
 * digitnet_dataset_read_batch(): from several at once, where these calls are. What it must write and does not, the call
 * reports as it does a wrong value; only images hold what they held before. It has the floating-point mode of that
 * thread, and must return, as digitnet_callback_fn.
 *
 * To say why it failed it calls digitnet_set_error() before it returns, or returns what a failing call of the library
 * returned: the message of the call that it ends then has the reason.
 *
 * @param batch      which samples are wanted, and the arrays that receive them: only those that the data set has, and
 *                   that are not NULL
 * @param user_data  as given in digitnet_source_options
 * @return 0, or a negative digitnet_status, which ends the call with that status; any other value ends it with
 *         DIGITNET_ECALLBACK
 */
typedef int (*digitnet_gather_fn)(digitnet_batch *batch, void *user_data);

/** A data set that is not held in memory, or that is made as it is read. */
typedef struct digitnet_source_options {
    size_t struct_size;        /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    size_t count;              /**< How many samples there are; not zero. */
    size_t height;             /**< Rows of an image; not zero. */
    size_t width;              /**< Columns of an image; not zero. */
    size_t channels;           /**< Values of a pixel; not zero. */
    size_t max_labels;         /**< The most labels of one sample. Zero: 1. */
    size_t target_values;      /**< Targets of one sample. Zero: there are none. */
    digitnet_gather_fn gather; /**< Gives the samples; not NULL. */
    /** Called once, when the last data set or slice of this source is freed, or, where the creation fails, as the last
     * thing before that returns; but for a `struct_size` that is wrong. May be NULL. */
    void (*release)(void *user_data);
    void *user_data;   /**< Handed to both functions. */
    int32_t no_labels; /**< 1: there are targets alone, of which `target_values` says how many. */
    int32_t weighted;  /**< 1: samples have weights. Zero: each counts 1, and none is asked for. */
} digitnet_source_options;

/**
 * Makes a data set that asks a function for its samples.
 *
 * Safe from any thread.
 *
 * @param out      receives the data set, the caller's to release with digitnet_dataset_free(); NULL after a failure
 * @param options  the function, and what it gives; copied
 * @retval DIGITNET_OK        the data set is made
 * @retval DIGITNET_EINVAL    a pointer is NULL, a size is zero, there are neither labels nor targets, a flag is neither
 * 0 nor 1, or `struct_size` is wrong
 * @retval DIGITNET_ENOMEM    there is not enough memory
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ELIMIT    the sizes overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status
digitnet_dataset_create_source(digitnet_dataset **out, const digitnet_source_options *options);

/** How data sets are read from files; zero is the default. For EMNIST's letters, whose images lie on their side and
 * whose labels begin at 1:
 *
 *     status = digitnet_dataset_load_idx_ex(
 *         &letters, "emnist-letters-train-images-idx3-ubyte.gz", "emnist-letters-train-labels-idx1-ubyte.gz",
 *         DIGITNET_WITH(digitnet_dataset_load_options, .transpose = 1, .label_offset = 1));
 */
typedef struct digitnet_dataset_load_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    /** The most bytes that one file may hold once decompressed; zero: 4 GiB (2 GiB where size_t has 32 bits). */
    size_t max_bytes;
    /** Into how many parts the samples are cut, of which one is read: consecutive ones, as many as the others or one
     * more. For processes that train together, each on its own shard (see `sharded` of digitnet_fit_options): with
     * `shards` and `shard` their communicator's size and rank, each sample is read by one of them. Of raw files no
     * more than the shard is read; compressed ones are decompressed whole, but no more than the shard is kept. Zero: 1,
     * all samples. */
    size_t shards;
    size_t shard;         /**< Which of them, from 0. */
    int32_t label_offset; /**< The label that becomes class 0, in [0, 255]; DIGITNET_EFORMAT for one below it. */
    int32_t transpose;    /**< 1: rows and columns of each image are swapped. */
} digitnet_dataset_load_options;

/**
 * Reads MNIST, or any data set in its form, from a folder.
 *
 * The files are train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, or
 * with a dot in the place of the second dash (train-images.idx3-ubyte), each of them raw or with `.gz` appended. They
 * are looked for in the folder itself, then in MNIST/raw and in raw below it, where other libraries leave them; of
 * several the first of these names, and raw, is preferred. Safe from any thread.
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
 * digitnet_dataset_load_mnist() with options.
 *
 * @copydetails digitnet_dataset_load_mnist()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for an offset or a shard that is out of its range, more
 *                 shards than samples, a flag that is neither 0 nor 1, or a wrong `struct_size`
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
 * digitnet_dataset_load_idx() with options.
 *
 * @copydetails digitnet_dataset_load_idx()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for an offset or a shard that is out of its range, more
 *                 shards than samples, a flag that is neither 0 nor 1, or a wrong `struct_size`
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_load_idx_ex(
    digitnet_dataset **out, const char *images, const char *labels, const digitnet_dataset_load_options *options);

/**
 * Writes a data set as two IDX files, which digitnet_dataset_load_idx() reads back the same.
 *
 * A file whose name ends in `.gz` is compressed by gzip. Values in [0, 1] become bytes, the nearest of 255 steps. Each
 * file is replaced as a whole, with the care that digitnet_model_save() takes of links, owner, group and mode; the
 * images come first, and where only the labels cannot be written, they are new. Both are made in memory before. Safe
 * from any thread.
 *
 * @param dataset  the data set, of one label each; a source is asked for all its samples
 * @param images   the file of images to make or to replace
 * @param labels   the file of labels
 * @return the status of a source that failed; else:
 * @retval DIGITNET_OK           both files are written
 * @retval DIGITNET_EINVAL       a pointer is NULL, a path is empty, both are the same, samples do not have one label
 *                               each, a value is not in [0, 1], a label is above 255, or a source gives a value that it
 *                               must not
 * @retval DIGITNET_ENOMEM       there is not enough memory
 * @retval DIGITNET_ESTATE       one of the files is being written at this moment
 * @retval DIGITNET_EIO          a file cannot be written, or exceeds the process's limit of file sizes; a path leads to
 *                               what is no regular file, or to an open one that has no path; or the owner, group or
 *                               mode cannot be kept
 * @retval DIGITNET_EUNSUPPORTED zlib cannot be used
 * @retval DIGITNET_ECALLBACK    a source returned a number that is no status
 * @retval DIGITNET_ELIMIT       the sizes overflow, or one does not fit into the 32 bits that IDX files have for it
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_save_idx(const digitnet_dataset *dataset,
                                                                            const char *images, const char *labels);

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

/** How a data set is split; zero is the default. */
typedef struct digitnet_split_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    size_t reserved;    /**< Zero. */
    uint64_t seed;      /**< What `shuffle` draws from; the same seed gives the same parts. */
    int32_t shuffle;    /**< 1: the second part's samples are drawn; 0: they are the last ones. */
    /** 1: each class is split by itself, so that both parts have its share; a class of two samples or more is in both.
     * Each sample must have one label. A source is asked for all its labels. */
    int32_t stratified;
} digitnet_split_options;

/**
 * Splits a data set into two parts, such as one to train on and one to validate with.
 *
 * Each part has its samples in the order that they have in the data set, shares its memory and keeps it alive.
 * Safe from any thread.
 *
 * @param first     receives the first part, the caller's to release with digitnet_dataset_free(); NULL after a failure
 * @param second    receives the second part in the same way
 * @param dataset   the data set to split
 * @param fraction  the second part's share of the samples, above 0 and below 1
 * @param options   NULL is all defaults: the last samples are the second part
 * @return the status of a source that failed; else:
 * @retval DIGITNET_OK        the parts are made
 * @retval DIGITNET_EINVAL    a pointer is NULL, `fraction` is out of range or leaves a part empty, samples that are to
 * be split by class do not have one label each, a flag is neither 0 nor 1, a source gives a value that it must not, or
 * `struct_size` is wrong
 * @retval DIGITNET_ENOMEM    there is not enough memory
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 * @retval DIGITNET_ECALLBACK a source returned a number that is no status
 * @retval DIGITNET_ELIMIT    samples are to be split by class, and a label is 65,536 or above
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_split(digitnet_dataset **first,
                                                                         digitnet_dataset **second,
                                                                         const digitnet_dataset *dataset,
                                                                         double fraction,
                                                                         const digitnet_split_options *options);

/**
 * Counts how many samples there are of each class.
 *
 * Of samples with several labels, each label counts. Of an augmented data set, the labels below it are counted. A
 * source is asked for all its labels. Safe from any thread.
 *
 * @param counts    receives one number for each class
 * @param capacity  how many classes `counts` has room for; the numbers of those that do not occur are 0
 * @param dataset   the data set
 * @return the status of a source that failed, which may leave `counts` partly written; else:
 * @retval DIGITNET_OK         the labels are counted
 * @retval DIGITNET_EINVAL     a pointer is NULL, the data set has no labels, or a source gives a value that it must not
 * @retval DIGITNET_ENOMEM     there is not enough memory
 * @retval DIGITNET_EBUFFER    a label is `capacity` or above
 * @retval DIGITNET_ECALLBACK  a source returned a number that is no status
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_count_classes(size_t *counts, size_t capacity,
                                                                                 const digitnet_dataset *dataset);

/**
 * Reads images and labels of a range of samples, in the form in which training sees them.
 *
 * Bytes come scaled to [0, 1]; images of an augmented data set come unchanged. Allocates nothing. Any number of threads
 * may read at once.
 *
 * @param images           receives count x height x width x channels values; NULL where they are not wanted
 * @param images_capacity  how many values `images` has room for
 * @param labels           receives count x max_labels labels, -1 behind a sample's last one; NULL where they are not
 *                         wanted
 * @param labels_capacity  how many labels `labels` has room for
 * @param dataset          the data set
 * @param first            the first sample, from 0
 * @param count            how many samples
 * @return the status of a source that failed, which may leave the buffers partly written; else:
 * @retval DIGITNET_OK         the samples are written
 * @retval DIGITNET_EINVAL     `dataset` is NULL or has no such range, `count` is zero, labels are wanted that the data
 *                             set does not have, or a source gives a value that it must not
 * @retval DIGITNET_EBUFFER    a buffer is too small
 * @retval DIGITNET_ECALLBACK  a source returned a number that is no status
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_read(float *images, size_t images_capacity,
                                                                        int32_t *labels, size_t labels_capacity,
                                                                        const digitnet_dataset *dataset, size_t first,
                                                                        size_t count);
/**
 * Reads all that is known of samples, by index, in the form in which training sees them.
 *
 * Bytes come scaled to [0, 1]. Samples of an augmented data set come changed where `seeds` are given, else as they are
 * (see digitnet_dataset_augment()). Allocates nothing, but to change samples. Any number of threads may read at once. A
 * source's function may hand its own batch on, to read another data set's samples and change them in place.
 *
 * @param batch    which samples, and arrays of `count` samples that receive them, as digitnet_dataset_describe() says
 *                 how many values that is
 * @param dataset  the data set
 * @return the status of a source that failed, which may leave the arrays partly written; else:
 * @retval DIGITNET_OK         the samples are written
 * @retval DIGITNET_EINVAL     a pointer is NULL, `count` is zero, `struct_size` is wrong, the data set has no sample of
 *                             an index, values are wanted that it does not have, one of `labels` and `label_counts` is
 *                             wanted where both are needed, or a source gives a value that it must not
 * @retval DIGITNET_ENOMEM     there is not enough memory to change samples in
 * @retval DIGITNET_EVERSION   `batch` sets a field that this version does not know
 * @retval DIGITNET_ECALLBACK  a source returned a number that is no status
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_dataset_read_batch(const digitnet_batch *batch,
                                                                              const digitnet_dataset *dataset);

/**
 * Gives how many samples a data set has.
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
    /** The highest label plus one; 0 without labels, and for a source, whose labels are not known beforehand. */
    size_t classes;
    size_t max_labels;    /**< The most labels of a sample: 0 where there are none, 1 where each has one. */
    size_t target_values; /**< Targets of a sample; 0 where there are none. */
    int32_t weighted;     /**< 1: samples have weights; 0: each counts 1. */
    int32_t reserved;     /**< Zero. */
} digitnet_dataset_info;

/**
 * Describes what a data set holds.
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
