/* Samples by index, out of memory or from a source. */
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "dataset/storage.h"
#include "kernels/compute.h"

#include <assert.h>
#include <string.h>

static void gather_images(const digitnet_batch *batch, const digitnet_dataset *dataset,
                          const digitnet__kernels *kernels) {
    const digitnet__storage *storage = dataset->storage;
    size_t values = storage->layout.values;
    for (size_t i = 0; i < batch->count; i++) {
        size_t place = digitnet__dataset_place(dataset, batch->indices[i]) * values;
        if (storage->bytes)
            kernels->bytes_to_floats(batch->images + i * values, storage->bytes + place, values);
        else
            memcpy(batch->images + i * values, storage->samples.images + place, values * sizeof *batch->images);
    }
}

static void gather_labels(const digitnet_batch *batch, const digitnet_dataset *dataset) {
    const digitnet__samples *samples = &dataset->storage->samples;
    const digitnet__sample_layout *layout = &dataset->storage->layout;
    for (size_t i = 0; i < batch->count; i++) {
        size_t sample = digitnet__dataset_place(dataset, batch->indices[i]);
        size_t count = digitnet__samples_label_count(samples, layout, sample);
        const int32_t *from = samples->labels + sample * layout->max_labels;
        int32_t *to = batch->labels + i * layout->max_labels;
        for (size_t k = 0; k < layout->max_labels; k++)
            to[k] = k < count ? from[k] : -1;
        if (batch->label_counts)
            batch->label_counts[i] = (int32_t)count;
    }
}

static void gather_targets(const digitnet_batch *batch, const digitnet_dataset *dataset) {
    size_t values = dataset->storage->layout.target_values;
    for (size_t i = 0; i < batch->count; i++)
        memcpy(batch->targets + i * values,
               dataset->storage->samples.targets + digitnet__dataset_place(dataset, batch->indices[i]) * values,
               values * sizeof *batch->targets);
}

static void gather_weights(const digitnet_batch *batch, const digitnet_dataset *dataset) {
    const float *weights = dataset->storage->samples.sample_weights;
    for (size_t i = 0; i < batch->count; i++)
        batch->sample_weights[i] = weights ? weights[digitnet__dataset_place(dataset, batch->indices[i])] : 1;
}

digitnet_status digitnet__dataset_gather_stored(const digitnet_batch *batch, const digitnet_dataset *dataset,
                                                const digitnet__kernels *kernels) {
    if (digitnet__dataset_is_source(dataset))
        return digitnet__source_gather(batch, dataset);
    if (batch->images)
        gather_images(batch, dataset, kernels);
    if (batch->labels)
        gather_labels(batch, dataset);
    if (batch->targets)
        gather_targets(batch, dataset);
    if (batch->sample_weights)
        gather_weights(batch, dataset);
    return DIGITNET_OK;
}

digitnet_status digitnet__dataset_gather(const digitnet_batch *batch, const digitnet_dataset *dataset,
                                         const digitnet__kernels *kernels, void *scratch) {
    const digitnet__sample_layout *layout = digitnet__dataset_layout(dataset);
    assert(batch->labels ? layout->max_labels > 0 && (batch->label_counts || layout->max_labels == 1)
                         : !batch->label_counts);
    assert(!batch->targets || layout->target_values > 0);
    (void)layout;
    return dataset->augment ? digitnet__augmented_gather(batch, dataset, kernels, scratch)
                            : digitnet__dataset_gather_stored(batch, dataset, kernels);
}

digitnet_batch digitnet__batch_part(const digitnet_batch *batch, const digitnet__sample_layout *layout, size_t first,
                                    size_t count) {
    digitnet_batch part = {.count = count, .indices = batch->indices + first};
    if (batch->seeds)
        part.seeds = batch->seeds + first;
    if (batch->images)
        part.images = batch->images + first * layout->values;
    if (batch->labels)
        part.labels = batch->labels + first * layout->max_labels;
    if (batch->label_counts)
        part.label_counts = batch->label_counts + first;
    if (batch->targets)
        part.targets = batch->targets + first * layout->target_values;
    if (batch->sample_weights)
        part.sample_weights = batch->sample_weights + first;
    return part;
}

/* ---- A range of samples ---- */

static digitnet_status check_room(const digitnet_dataset *dataset, const float *images, size_t images_capacity,
                                  const int32_t *labels, size_t labels_capacity, size_t count) {
    const digitnet__sample_layout *layout = &dataset->layout;
    if (images && images_capacity / layout->values < count)
        return digitnet__fail(
            DIGITNET_EBUFFER,
            "digitnet_dataset_read: the buffer has room for %zu values; %zu images of %s have %zu values each",
            images_capacity, count, digitnet__shape_text(layout->shape).text, layout->values);
    if (labels && layout->max_labels == 0)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_read: the data set has no labels");
    if (labels && labels_capacity / layout->max_labels < count)
        return digitnet__fail(DIGITNET_EBUFFER,
                              "digitnet_dataset_read: the buffer has room for %zu labels; %zu samples have %zu each",
                              labels_capacity, count, layout->max_labels);
    return DIGITNET_OK;
}

static digitnet_status read_range(float *images, size_t images_capacity, int32_t *labels, size_t labels_capacity,
                                  const digitnet_dataset *dataset, size_t first, size_t count) {
    enum { CHUNK = 64 };
    digitnet_status status = digitnet__dataset_check_range("digitnet_dataset_read", dataset, first, count);
    if (status == DIGITNET_OK)
        status = check_room(dataset, images, images_capacity, labels, labels_capacity, count);
    const digitnet__sample_layout *layout = status == DIGITNET_OK ? &dataset->layout : NULL;
    for (size_t done = 0; status == DIGITNET_OK && done < count;) {
        size_t indices[CHUNK];
        int32_t label_counts[CHUNK];
        size_t chunk = count - done < CHUNK ? count - done : CHUNK;
        for (size_t i = 0; i < chunk; i++)
            indices[i] = first + done + i;
        const digitnet_batch batch = {.count = chunk,
                                      .indices = indices,
                                      .images = images ? images + done * layout->values : NULL,
                                      .labels = labels ? labels + done * layout->max_labels : NULL,
                                      .label_counts = labels ? label_counts : NULL};
        status = digitnet__dataset_gather(&batch, dataset, digitnet__kernels_best(), NULL);
        done += chunk;
    }
    return status;
}

digitnet_status digitnet_dataset_read(float *images, size_t images_capacity, int32_t *labels, size_t labels_capacity,
                                      const digitnet_dataset *dataset, size_t first, size_t count) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute,
                                   read_range(images, images_capacity, labels, labels_capacity, dataset, first, count));
}

/* ---- A batch ---- */

static digitnet_status check_wanted(const digitnet_batch *batch, const digitnet__sample_layout *layout) {
    if (batch->labels && layout->max_labels == 0)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_read_batch: the data set has no labels");
    if (batch->label_counts && !batch->labels)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_read_batch: label_counts is given, labels is NULL");
    if (batch->labels && !batch->label_counts && layout->max_labels > 1)
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_dataset_read_batch: label_counts is NULL; samples have up to %zu labels",
                              layout->max_labels);
    if (batch->targets && layout->target_values == 0)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_read_batch: the data set has no targets");
    return DIGITNET_OK;
}

static digitnet_status check_indices(const digitnet_batch *batch, const digitnet_dataset *dataset) {
    if (batch->count == 0)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_read_batch: count is 0");
    if (!batch->indices)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_read_batch: indices is NULL");
    for (size_t i = 0; i < batch->count; i++)
        if (batch->indices[i] >= dataset->count)
            return digitnet__fail(DIGITNET_EINVAL,
                                  "digitnet_dataset_read_batch: index %zu is %zu; the data set has %zu samples", i,
                                  batch->indices[i], dataset->count);
    return DIGITNET_OK;
}

static digitnet_status check_and_read(const digitnet_batch *batch, const digitnet_dataset *dataset) {
    digitnet_batch own = {0};
    if (!batch || !dataset)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_read_batch: %s is NULL", batch ? "dataset" : "batch");
    DNN_TRY(DNN_OPTIONS_READ(&own, batch, digitnet_batch, sample_weights));
    DNN_TRY(check_indices(&own, dataset));
    DNN_TRY(check_wanted(&own, &dataset->layout));
    size_t scratch_size = own.seeds ? digitnet__dataset_scratch(dataset) : 0;
    void *scratch = scratch_size ? digitnet__allocate(scratch_size) : NULL;
    if (scratch_size && !scratch)
        return DIGITNET_ENOMEM;
    digitnet_status status = digitnet__dataset_gather(&own, dataset, digitnet__kernels_best(), scratch);
    digitnet__release(scratch);
    return status;
}

digitnet_status digitnet_dataset_read_batch(const digitnet_batch *batch, const digitnet_dataset *dataset) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute, check_and_read(batch, dataset));
}
