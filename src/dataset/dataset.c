#include "dataset/dataset.h"

#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "dataset/storage.h"
#include "kernels/compute.h"

#include <string.h>

static digitnet_status check_range(const char *what, const digitnet_dataset *dataset, size_t first, size_t count) {
    if (!dataset)
        return digitnet__fail(DIGITNET_EINVAL, "%s: dataset is NULL", what);
    if (count == 0)
        return digitnet__fail(DIGITNET_EINVAL, "%s: count is 0", what);
    if (first >= dataset->count || count > dataset->count - first)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %zu samples from %zu on; the data set has %zu", what, count, first,
                              dataset->count);
    return DIGITNET_OK;
}

digitnet_status digitnet_dataset_slice(digitnet_dataset **out, const digitnet_dataset *dataset, size_t first,
                                       size_t count) {
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_slice: out is NULL");
    *out = NULL;
    digitnet_status status = check_range("digitnet_dataset_slice", dataset, first, count);
    if (status == DIGITNET_OK)
        status = digitnet__dataset_create(out, dataset->storage, dataset->first + first, count);
    if (status == DIGITNET_OK)
        atomic_fetch_add(&dataset->storage->references, 1);
    return status;
}

void digitnet_dataset_free(digitnet_dataset *dataset) {
    if (!dataset)
        return;
    digitnet__storage_release(dataset->storage);
    digitnet__release(dataset);
}

size_t digitnet_dataset_count(const digitnet_dataset *dataset) {
    return dataset ? dataset->count : 0;
}

digitnet_status digitnet_dataset_describe(digitnet_dataset_info *out, const digitnet_dataset *dataset) {
    digitnet_status status = DNN_RESULT_CHECK(out, digitnet_dataset_info, classes);
    if (status != DIGITNET_OK)
        return status;
    if (!dataset)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_describe: dataset is NULL");
    digitnet__shape shape = dataset->storage->shape;
    digitnet_dataset_info info = {.count = dataset->count,
                                  .height = shape.height,
                                  .width = shape.width,
                                  .channels = shape.channels,
                                  .classes = dataset->classes};
    digitnet__result_write(out, &info, sizeof info);
    return DIGITNET_OK;
}

static digitnet_status check_and_read(float *images, size_t image_values, int32_t *labels, size_t label_count,
                                      const digitnet_dataset *dataset, size_t first, size_t count) {
    enum { CHUNK = 64 };
    digitnet_status status = check_range("digitnet_dataset_read", dataset, first, count);
    if (status != DIGITNET_OK)
        return status;
    size_t values = dataset->storage->values;
    if (images && image_values / values < count)
        return digitnet__fail(DIGITNET_EBUFFER,
                              "digitnet_dataset_read: room for %zu values; %zu images of %s have %zu values each",
                              image_values, count, digitnet__shape_text(dataset->storage->shape).text, values);
    if (labels && label_count < count)
        return digitnet__fail(DIGITNET_EBUFFER, "digitnet_dataset_read: room for %zu labels of %zu", label_count,
                              count);
    for (size_t done = 0; status == DIGITNET_OK && done < count;) {
        size_t indices[CHUNK];
        size_t chunk = count - done < CHUNK ? count - done : CHUNK;
        for (size_t i = 0; i < chunk; i++)
            indices[i] = first + done + i;
        status = digitnet__dataset_gather(images ? images + done * values : NULL, labels ? labels + done : NULL,
                                          dataset, digitnet__kernels_best(), indices, NULL, chunk);
        done += chunk;
    }
    return status;
}

digitnet_status digitnet_dataset_read(float *images, size_t image_values, int32_t *labels, size_t label_count,
                                      const digitnet_dataset *dataset, size_t first, size_t count) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute,
                                   check_and_read(images, image_values, labels, label_count, dataset, first, count));
}

digitnet__shape digitnet__dataset_shape(const digitnet_dataset *dataset) {
    return dataset->storage->shape;
}

bool digitnet__dataset_is_source(const digitnet_dataset *dataset) {
    return dataset->storage->gather != NULL;
}

digitnet_status digitnet__dataset_check_labels(const digitnet_dataset *dataset, size_t classes) {
    for (size_t i = 0; dataset->classes > classes && i < dataset->count; i++) {
        int32_t label = dataset->storage->labels[dataset->first + i];
        if ((size_t)label >= classes)
            return digitnet__fail(DIGITNET_EINVAL, "label %zu is %d; the model has %zu classes, from 0", i, (int)label,
                                  classes);
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__dataset_gather(float *images, int32_t *labels, const digitnet_dataset *dataset,
                                         const digitnet__kernels *kernels, const size_t *indices, const uint64_t *seeds,
                                         size_t count) {
    const digitnet__storage *storage = dataset->storage;
    size_t values = storage->values;
    if (storage->gather)
        return digitnet__source_gather(images, labels, dataset, indices, seeds, count);
    for (size_t i = 0; i < count; i++) {
        size_t sample = dataset->first + indices[i];
        if (images && storage->bytes)
            kernels->bytes_to_floats(images + i * values, storage->bytes + sample * values, values);
        else if (images)
            memcpy(images + i * values, storage->floats + sample * values, values * sizeof *images);
        if (labels)
            labels[i] = storage->labels[sample];
    }
    return DIGITNET_OK;
}
