/* Data sets that a callback gathers. */
#include "core/options.h"
#include "core/status.h"
#include "dataset/storage.h"
#include "kernels/compute.h"

#include <math.h>
#include <stdio.h>

static digitnet_status check_options(const digitnet_source_options *options) {
    DNN_TRY(DNN_FLAG_CHECK(options, digitnet_source_options, no_labels));
    DNN_TRY(DNN_FLAG_CHECK(options, digitnet_source_options, weighted));
    if (!options->gather)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_create_source: gather is NULL");
    if (options->no_labels && options->target_values == 0)
        return digitnet__fail(
            DIGITNET_EINVAL,
            "digitnet_dataset_create_source: no_labels is 1 and target_values is 0; samples need labels or targets");
    if (options->no_labels && options->max_labels > 0)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_create_source: no_labels is 1, but max_labels is %zu",
                              options->max_labels);
    return DIGITNET_OK;
}

static digitnet__sample_layout layout_of(const digitnet_source_options *options) {
    return (digitnet__sample_layout){
        .shape = {.height = options->height, .width = options->width, .channels = options->channels},
        .max_labels = options->no_labels || options->max_labels ? options->max_labels : 1,
        .target_values = options->target_values,
        .weighted = options->weighted};
}

static digitnet_status create(digitnet_dataset **out, const digitnet_source_options *own) {
    digitnet__storage *storage = NULL;
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_create_source: out is NULL");
    DNN_TRY(check_options(own));
    const digitnet__sample_layout layout = layout_of(own);
    DNN_TRY(digitnet__storage_create(&storage, "digitnet_dataset_create_source", own->count, &layout, 0));
    storage->gather = own->gather;
    storage->user_data = own->user_data;
    digitnet_status status = digitnet__dataset_create(out, storage);
    if (status != DIGITNET_OK) {
        digitnet__storage_release(storage);
        return status;
    }
    storage->release = own->release;
    return DIGITNET_OK;
}

digitnet_status digitnet_dataset_create_source(digitnet_dataset **out, const digitnet_source_options *options) {
    digitnet_source_options own = {0};
    if (out)
        *out = NULL;
    if (!options)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_create_source: options is NULL");
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_source_options, weighted);
    if (status == DIGITNET_OK)
        status = create(out, &own);
    return status == DIGITNET_OK ? status : digitnet__storage_refuse(status, own.release, own.user_data);
}

typedef struct samples_name {
    char text[96];
} samples_name;

/* "sample 7", "samples 12 to 43", or, where they do not follow each other, "samples 7, 3 and 30 more". */
static samples_name name_samples(const digitnet_batch *batch) {
    samples_name name;
    const size_t *indices = batch->indices;
    size_t following = 1;
    while (following < batch->count && indices[following] == indices[following - 1] + 1)
        following++;
    if (batch->count == 1)
        snprintf(name.text, sizeof name.text, " for sample %zu", indices[0]);
    else if (following == batch->count)
        snprintf(name.text, sizeof name.text, " for samples %zu to %zu", indices[0], indices[batch->count - 1]);
    else if (batch->count == 2)
        snprintf(name.text, sizeof name.text, " for samples %zu and %zu", indices[0], indices[1]);
    else
        snprintf(name.text, sizeof name.text, " for samples %zu, %zu and %zu more", indices[0], indices[1],
                 batch->count - 2);
    return name;
}

/* The callback gets a batch of its own, which it may spoil. */
static digitnet_status call_gather(const digitnet__storage *storage, digitnet_batch batch) {
    const digitnet_batch wanted = batch;
    uint64_t before = digitnet__message_count();
    digitnet__compute_begin_callback();
    int result = storage->gather(&batch, storage->user_data);
    digitnet__compute_end_callback();
    return result == DIGITNET_OK
               ? DIGITNET_OK
               : digitnet__fail_callback(result, before, "the gather callback", name_samples(&wanted).text);
}

/* What the callback does not write is found to be wrong, or, where that is allowed, is the default. */
static void preset(const digitnet_batch *batch, const digitnet__sample_layout *layout) {
    for (size_t i = 0; batch->labels && i < batch->count * layout->max_labels; i++)
        batch->labels[i] = -1;
    for (size_t i = 0; batch->label_counts && i < batch->count; i++)
        batch->label_counts[i] = (int32_t)layout->max_labels;
    for (size_t i = 0; batch->targets && i < batch->count * layout->target_values; i++)
        batch->targets[i] = NAN;
    for (size_t i = 0; batch->sample_weights && i < batch->count; i++)
        batch->sample_weights[i] = 1;
}

static digitnet_status check(const digitnet_batch *batch, const digitnet__sample_layout *layout) {
    const digitnet__samples samples = {.count = batch->count,
                                       .indices = batch->indices,
                                       .images = batch->images,
                                       .labels = batch->labels,
                                       .label_counts = batch->label_counts,
                                       .targets = batch->targets,
                                       .sample_weights = batch->sample_weights};
    return digitnet__samples_check("the gather callback", &samples, layout);
}

/* -1 behind each sample's last label, whatever the callback left there. */
static void end_labels(const digitnet_batch *batch, size_t max_labels) {
    for (size_t i = 0; batch->labels && batch->label_counts && i < batch->count; i++)
        for (size_t k = (size_t)batch->label_counts[i]; k < max_labels; k++)
            batch->labels[i * max_labels + k] = -1;
}

/* Samples by the source's own indices. */
static digitnet_status gather(const digitnet_batch *batch, const digitnet__storage *storage) {
    const digitnet__sample_layout *layout = &storage->layout;
    digitnet_batch asked = *batch;
    preset(batch, layout);
    asked.struct_size = sizeof asked;
    if (layout->max_labels == 1)
        asked.label_counts = NULL;
    if (!layout->weighted)
        asked.sample_weights = NULL;
    DNN_TRY(call_gather(storage, asked));
    DNN_TRY(check(batch, layout));
    end_labels(batch, layout->max_labels);
    return DIGITNET_OK;
}

digitnet_status digitnet__source_gather(const digitnet_batch *batch, const digitnet_dataset *dataset) {
    enum { CHUNK = 256 }; /* indices of a slice or a selection become the source's own, without an allocation */
    const digitnet__storage *storage = dataset->storage;
    if (dataset->first == 0 && !dataset->selection)
        return gather(batch, storage);
    digitnet_status status = DIGITNET_OK;
    for (size_t done = 0; status == DIGITNET_OK && done < batch->count;) {
        size_t indices[CHUNK];
        size_t chunk = batch->count - done < CHUNK ? batch->count - done : CHUNK;
        digitnet_batch part = digitnet__batch_part(batch, &storage->layout, done, chunk);
        for (size_t i = 0; i < chunk; i++)
            indices[i] = digitnet__dataset_place(dataset, part.indices[i]);
        part.indices = indices;
        status = gather(&part, storage);
        done += chunk;
    }
    return status;
}
