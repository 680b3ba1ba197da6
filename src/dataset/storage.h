/* What data sets and their slices share. */
#ifndef DNN_DATASET_STORAGE_H
#define DNN_DATASET_STORAGE_H

#include "dataset/dataset.h"
#include "dataset/samples.h"

#include <stdatomic.h>

typedef struct digitnet__storage {
    atomic_size_t references;
    digitnet__sample_layout layout;
    digitnet__samples samples; /* in memory: images of floats, labels, targets, weights; of a source the count alone */
    const uint8_t *bytes;      /* images of bytes */
    digitnet_gather_fn gather; /* NULL where the samples are in memory */
    void *owned[DNN_ARRAY_COUNT]; /* released with the storage; NULL where the memory is borrowed */
    void (*release)(void *user_data);
    void *user_data;
} digitnet__storage;

/* Samples first .. first + count - 1 of a storage. */
struct digitnet_dataset {
    digitnet__storage *storage;
    size_t first, count;
    size_t classes; /* the highest label plus one; 0 without labels, and for a source */
};

/* A storage with one reference, `count` samples of this layout, whose number of values it computes, and nothing else.
 * EINVAL for a zero among the sizes of the images, ELIMIT where the bytes of one sample, or of all of `element_size`
 * (0 for a source) cannot be counted. `what` begins the messages. */
digitnet_status digitnet__storage_create(digitnet__storage **out, const char *what, size_t count,
                                         const digitnet__sample_layout *layout, size_t element_size);
/* Gives back what a creation was handed and failed with. Returns the failure, whose message stays. */
digitnet_status digitnet__storage_refuse(digitnet_status failure, void (*release)(void *user_data), void *user_data);
/* Drops a reference. */
void digitnet__storage_release(digitnet__storage *storage);

/* A data set of part of a storage, which takes over a reference; after a failure the caller still has it. */
digitnet_status digitnet__dataset_create(digitnet_dataset **out, digitnet__storage *storage, size_t first,
                                         size_t count);

/* EINVAL where there is no data set, or it has no such range. */
digitnet_status digitnet__dataset_check_range(const char *what, const digitnet_dataset *dataset, size_t first,
                                              size_t count);

/* A data set of bytes in memory that it takes over: `images` lie within `owned_images`. After a failure both are the
 * caller's. */
digitnet_status digitnet__dataset_adopt(digitnet_dataset **out, const char *what, void *owned_images,
                                        const uint8_t *images, int32_t *labels, size_t count, digitnet__shape shape);

/* digitnet__dataset_gather() for a source. */
digitnet_status digitnet__source_gather(const digitnet_batch *batch, const digitnet_dataset *dataset);

#endif
