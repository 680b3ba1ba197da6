/* What data sets and their slices share. */
#ifndef DNN_DATASET_STORAGE_H
#define DNN_DATASET_STORAGE_H

#include "dataset/dataset.h"

#include <stdatomic.h>

typedef struct digitnet__storage {
    atomic_size_t references;
    size_t count;
    digitnet__shape shape;
    size_t values; /* in one image */
    /* One of the three holds the images. */
    const uint8_t *bytes;
    const float *floats;
    digitnet_gather_fn gather;
    const int32_t *labels; /* NULL for a source */
    /* What is released with the storage; NULL where the memory is borrowed. */
    void *owned_images, *owned_labels;
    void (*release)(void *user_data);
    void *user_data;
} digitnet__storage;

/* Samples first .. first + count - 1 of a storage. */
struct digitnet_dataset {
    digitnet__storage *storage;
    size_t first, count;
    size_t classes; /* the highest label plus one; 0 for a source */
};

/* A storage with one reference and shape, values and count set. EINVAL for a zero, ELIMIT where the bytes of one image
 * as floats, or of all of `element_size` (0 for a source) cannot be counted. `what` begins the messages. */
digitnet_status digitnet__storage_create(digitnet__storage **out, const char *what, size_t count, size_t height,
                                         size_t width, size_t channels, size_t element_size);
/* Drops a reference. */
void digitnet__storage_release(digitnet__storage *storage);

/* A data set of part of a storage, which takes over a reference; after a failure the caller still has it. */
digitnet_status digitnet__dataset_create(digitnet_dataset **out, digitnet__storage *storage, size_t first,
                                         size_t count);

/* A data set of bytes in memory that it takes over: `images` lie within `owned_images`. After a failure both are the
 * caller's. */
digitnet_status digitnet__dataset_adopt(digitnet_dataset **out, const char *what, void *owned_images,
                                        const uint8_t *images, int32_t *labels, size_t count, digitnet__shape shape);

/* digitnet__dataset_gather() for a source. */
digitnet_status digitnet__source_gather(float *images, int32_t *labels, const digitnet_dataset *dataset,
                                        const size_t *indices, const uint64_t *seeds, size_t count);

#endif
