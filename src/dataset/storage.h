/* What data sets and their slices share. */
#ifndef DNN_DATASET_STORAGE_H
#define DNN_DATASET_STORAGE_H

#include "augment/augment.h"
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

/* Which samples of a storage a data set has, where they do not follow each other. Shared by its slices. */
typedef struct digitnet__selection {
    atomic_size_t references;
    size_t samples[]; /* their places in the storage */
} digitnet__selection;

/* Samples first .. first + count - 1 of a storage, or of a selection. */
struct digitnet_dataset {
    digitnet__storage *storage;
    digitnet__selection *selection; /* NULL: the storage as it is */
    digitnet__augment *augment;     /* NULL: samples never change */
    digitnet__sample_layout layout; /* the storage's, but for what augmenting makes of labels */
    size_t first, count;
    digitnet__shard shard;
    size_t classes; /* the highest label in the storage plus one; 0 without labels, and for a source */
};

/* Where a sample of a data set lies in its storage. */
static inline size_t digitnet__dataset_place(const digitnet_dataset *dataset, size_t sample) {
    return dataset->selection ? dataset->selection->samples[dataset->first + sample] : dataset->first + sample;
}

/* A storage with one reference, `count` samples of this layout, whose number of values it computes, and nothing else.
 * EINVAL for a zero among the sizes of the images, ELIMIT where the bytes of one sample, or of all of `element_size`
 * (0 for a source) cannot be counted. `what` begins the messages. */
digitnet_status digitnet__storage_create(digitnet__storage **out, const char *what, size_t count,
                                         const digitnet__sample_layout *layout, size_t element_size);
/* Gives back what a creation was handed and failed with. Returns the failure, whose message stays. */
digitnet_status digitnet__storage_refuse(digitnet_status failure, void (*release)(void *user_data), void *user_data);
/* Drops a reference. */
void digitnet__storage_release(digitnet__storage *storage);

/* A data set of a whole storage, which takes over a reference; after a failure the caller still has it. */
digitnet_status digitnet__dataset_create(digitnet_dataset **out, digitnet__storage *storage);
/* A data set of some of another one's samples, with references of its own: those from `first` on, of its selection, or
 * of another selection, whose reference it takes over unless it fails. */
digitnet_status digitnet__dataset_derive(digitnet_dataset **out, const digitnet_dataset *dataset,
                                         digitnet__selection *selection, size_t first, size_t count);

/* EINVAL where there is no data set, or it has no such range. */
digitnet_status digitnet__dataset_check_range(const char *what, const digitnet_dataset *dataset, size_t first,
                                              size_t count);

/* A data set of bytes in memory that it takes over: `images` lie within `owned_images`. After a failure both are the
 * caller's. */
digitnet_status digitnet__dataset_adopt(digitnet_dataset **out, const char *what, void *owned_images,
                                        const uint8_t *images, int32_t *labels, size_t count, digitnet__shape shape);

/* digitnet__dataset_gather() of what the storage has: no sample is changed, labels are labels. */
digitnet_status digitnet__dataset_gather_stored(const digitnet_batch *batch, const digitnet_dataset *dataset,
                                                const digitnet__kernels *kernels);
/* The same for a source. */
digitnet_status digitnet__source_gather(const digitnet_batch *batch, const digitnet_dataset *dataset);
/* digitnet__dataset_gather() for an augmented data set. */
digitnet_status digitnet__augmented_gather(const digitnet_batch *batch, const digitnet_dataset *dataset,
                                           const digitnet__kernels *kernels, void *scratch);

#endif
