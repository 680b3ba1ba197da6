/* Data sets that a callback gathers. */
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "dataset/storage.h"
#include "kernels/compute.h"

#include <math.h>

digitnet_status digitnet_dataset_create_source(digitnet_dataset **out, const digitnet_source_options *options) {
    digitnet_source_options own = {0};
    digitnet__storage *storage = NULL;
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_create_source: out is NULL");
    *out = NULL;
    if (!options)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_create_source: options is NULL");
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_source_options, user_data);
    if (status != DIGITNET_OK)
        return status;
    if (!own.gather)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_create_source: gather is NULL");
    status = digitnet__storage_create(&storage, "digitnet_dataset_create_source", own.count, own.height, own.width,
                                      own.channels, 0);
    if (status != DIGITNET_OK)
        return status;
    storage->gather = own.gather;
    storage->user_data = own.user_data;
    status = digitnet__dataset_create(out, storage, 0, own.count);
    if (status != DIGITNET_OK) {
        digitnet__storage_release(storage);
        return status;
    }
    storage->release = own.release;
    return DIGITNET_OK;
}

/* What the callback's result means for the call that it was made in. */
static digitnet_status callback_status(int result) {
    digitnet_status status = digitnet__is_status(result) ? (digitnet_status)result : DIGITNET_ECALLBACK;
    if (status == DIGITNET_OK)
        return status;
    return digitnet__fail(status, "the source's gather callback returned %d (%s)", result,
                          digitnet_status_string(status));
}

static digitnet_status check_samples(const float *images, const int32_t *labels, size_t values, const size_t *indices,
                                     size_t count) {
    for (size_t i = 0; images && i < count * values; i++)
        if (!isfinite(images[i]))
            return digitnet__fail(DIGITNET_EINVAL, "the source's image %zu, value %zu is %s; values must be finite",
                                  indices[i / values], i % values, digitnet__number_text(images[i]).text);
    for (size_t i = 0; labels && i < count; i++)
        if (labels[i] < 0)
            return digitnet__fail(DIGITNET_EINVAL, "the source's label %zu is %d; labels are class numbers from 0",
                                  indices[i], (int)labels[i]);
    return DIGITNET_OK;
}

static digitnet_status gather(float *images, int32_t *labels, const digitnet__storage *storage, const size_t *indices,
                              const uint64_t *seeds, size_t count) {
    digitnet__compute_begin_callback();
    int result = storage->gather(images, labels, indices, seeds, count, storage->user_data);
    digitnet__compute_end_callback();
    digitnet_status status = callback_status(result);
    return status != DIGITNET_OK ? status : check_samples(images, labels, storage->values, indices, count);
}

digitnet_status digitnet__source_gather(float *images, int32_t *labels, const digitnet_dataset *dataset,
                                        const size_t *indices, const uint64_t *seeds, size_t count) {
    enum { CHUNK = 256 }; /* indices of a slice become the source's own, without an allocation */
    const digitnet__storage *storage = dataset->storage;
    if (dataset->first == 0)
        return gather(images, labels, storage, indices, seeds, count);
    digitnet_status status = DIGITNET_OK;
    for (size_t done = 0; status == DIGITNET_OK && done < count;) {
        size_t own_indices[CHUNK];
        size_t chunk = count - done < CHUNK ? count - done : CHUNK;
        for (size_t i = 0; i < chunk; i++)
            own_indices[i] = dataset->first + indices[done + i];
        status = gather(images ? images + done * storage->values : NULL, labels ? labels + done : NULL, storage,
                        own_indices, seeds ? seeds + done : NULL, chunk);
        done += chunk;
    }
    return status;
}
