#include "dataset/dataset.h"

#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "dataset/storage.h"

digitnet_status digitnet__dataset_check_range(const char *what, const digitnet_dataset *dataset, size_t first,
                                              size_t count) {
    if (!dataset)
        return digitnet__fail(DIGITNET_EINVAL, "%s: dataset is NULL", what);
    if (count == 0)
        return digitnet__fail(DIGITNET_EINVAL, "%s: count is 0", what);
    if (first >= dataset->count || count > dataset->count - first)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %zu samples from %zu on are out of range; the data set has %zu",
                              what, count, first, dataset->count);
    return DIGITNET_OK;
}

digitnet_status digitnet_dataset_slice(digitnet_dataset **out, const digitnet_dataset *dataset, size_t first,
                                       size_t count) {
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_slice: out is NULL");
    *out = NULL;
    DNN_TRY(digitnet__dataset_check_range("digitnet_dataset_slice", dataset, first, count));
    return digitnet__dataset_derive(out, dataset, NULL, dataset->first + first, count);
}

void digitnet_dataset_free(digitnet_dataset *dataset) {
    if (!dataset)
        return;
    digitnet__storage_release(dataset->storage);
    if (dataset->selection && atomic_fetch_sub(&dataset->selection->references, 1) == 1)
        digitnet__release(dataset->selection);
    digitnet__augment_release(dataset->augment);
    digitnet__release(dataset);
}

size_t digitnet_dataset_count(const digitnet_dataset *dataset) {
    return dataset ? dataset->count : 0;
}

digitnet_status digitnet_dataset_describe(digitnet_dataset_info *out, const digitnet_dataset *dataset) {
    DNN_TRY(DNN_RESULT_CHECK(out, digitnet_dataset_info, reserved));
    if (!dataset)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_describe: dataset is NULL");
    const digitnet__sample_layout *layout = &dataset->layout;
    digitnet_dataset_info info = {.count = dataset->count,
                                  .height = layout->shape.height,
                                  .width = layout->shape.width,
                                  .channels = layout->shape.channels,
                                  .classes = layout->max_labels ? dataset->classes : 0,
                                  .max_labels = layout->max_labels,
                                  .target_values = layout->target_values,
                                  .weighted = layout->weighted};
    digitnet__result_write(out, &info, sizeof info);
    return DIGITNET_OK;
}

const digitnet__sample_layout *digitnet__dataset_layout(const digitnet_dataset *dataset) {
    return &dataset->layout;
}

digitnet__shard digitnet__dataset_shard(const digitnet_dataset *dataset) {
    return dataset->shard;
}

size_t digitnet__dataset_classes(const digitnet_dataset *dataset) {
    return dataset->classes;
}

bool digitnet__dataset_is_source(const digitnet_dataset *dataset) {
    return dataset->storage->gather != NULL;
}

bool digitnet__dataset_mixes(const digitnet_dataset *dataset) {
    return dataset->augment && dataset->augment->mixes;
}

const digitnet_augment_options *digitnet__dataset_augmentation(const digitnet_dataset *dataset) {
    return dataset->augment ? &dataset->augment->options : NULL;
}

const int32_t *digitnet__dataset_labels(size_t *count, const digitnet_dataset *dataset, size_t sample) {
    const digitnet__storage *storage = dataset->storage;
    size_t place = digitnet__dataset_place(dataset, sample);
    *count = 0;
    if (!storage->samples.labels)
        return NULL;
    *count = digitnet__samples_label_count(&storage->samples, &storage->layout, place);
    return storage->samples.labels + place * storage->layout.max_labels;
}

digitnet_status digitnet__dataset_check_labels(const digitnet_dataset *dataset, size_t classes) {
    size_t max_labels = dataset->layout.max_labels;
    if (max_labels == 0)
        return digitnet__fail(DIGITNET_EINVAL, "the data set has no labels");
    if (max_labels > 1)
        return digitnet__fail(DIGITNET_EINVAL, "samples have up to %zu labels; the model takes one", max_labels);
    for (size_t i = 0; dataset->classes > classes && i < dataset->count; i++) {
        int32_t label = dataset->storage->samples.labels[digitnet__dataset_place(dataset, i)];
        if ((size_t)label >= classes)
            return digitnet__fail(DIGITNET_EINVAL,
                                  "sample %zu has label %d; the model has %zu classes, numbered from 0", i, (int)label,
                                  classes);
    }
    return DIGITNET_OK;
}
