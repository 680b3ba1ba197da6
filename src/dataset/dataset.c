#include "dataset/dataset.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "dataset/storage.h"

/* ---- Storage ---- */

digitnet_status dnn_storage_create(dnn_storage **out, const char *what, size_t count, size_t height, size_t width,
                                   size_t channels, size_t element_size) {
    const size_t one_as_floats[] = {height, width, channels, sizeof(float)};
    const size_t all[] = {element_size, height, width, channels, count};
    size_t bytes;
    if (count == 0 || height == 0 || width == 0 || channels == 0)
        return dnn_fail(DIGITNET_EINVAL, "%s: %zu images of %zux%zux%zu; none of these may be zero", what, count,
                        height, width, channels);
    if (!dnn_size_product(&bytes, one_as_floats, 4) || !dnn_size_product(&bytes, all, 5))
        return dnn_fail(DIGITNET_ELIMIT, "%s: %zu images of %zux%zux%zu have more bytes than can be counted", what,
                        count, height, width, channels);
    dnn_storage *storage = dnn_allocate_zeroed(sizeof *storage);
    if (!storage)
        return DIGITNET_ENOMEM;
    atomic_init(&storage->references, 1);
    storage->count = count;
    storage->shape = (dnn_shape){.height = height, .width = width, .channels = channels};
    storage->values = dnn_shape_values(storage->shape);
    *out = storage;
    return DIGITNET_OK;
}

void dnn_storage_release(dnn_storage *storage) {
    if (!storage || atomic_fetch_sub(&storage->references, 1) != 1)
        return;
    if (storage->release)
        storage->release(storage->user_data);
    dnn_release(storage->owned_images);
    dnn_release(storage->owned_labels);
    dnn_release(storage);
}

digitnet_status dnn_dataset_create(digitnet_dataset **out, dnn_storage *storage, size_t first, size_t count) {
    digitnet_dataset *dataset = dnn_allocate(sizeof *dataset);
    if (!dataset)
        return DIGITNET_ENOMEM;
    *dataset = (digitnet_dataset){.storage = storage, .first = first, .count = count};
    for (size_t i = 0; storage->labels && i < count; i++) {
        size_t classes = (size_t)storage->labels[first + i] + 1;
        if (classes > dataset->classes)
            dataset->classes = classes;
    }
    *out = dataset;
    return DIGITNET_OK;
}

/* ---- From memory ---- */

static digitnet_status check_labels(const char *what, const int32_t *labels, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (labels[i] < 0)
            return dnn_fail(DIGITNET_EINVAL, "%s: label %zu is %d; labels are class numbers from 0", what, i,
                            (int)labels[i]);
    return DIGITNET_OK;
}

static digitnet_status check_floats(const char *what, const float *values, size_t count, size_t values_each) {
    for (size_t i = 0; i < count * values_each; i++)
        if (!isfinite(values[i]))
            return dnn_fail(DIGITNET_EINVAL, "%s: image %zu, value %zu is %s; values must be finite", what,
                            i / values_each, i % values_each, dnn_number_text(values[i]).text);
    return DIGITNET_OK;
}

/* Copies what the storage points to, for it to own. */
static digitnet_status copy_memory(dnn_storage *storage, size_t image_bytes) {
    size_t label_bytes = storage->count * sizeof *storage->labels;
    const void *images = storage->bytes ? (const void *)storage->bytes : storage->floats;
    storage->owned_images = dnn_allocate(image_bytes);
    storage->owned_labels = dnn_allocate(label_bytes);
    if (!storage->owned_images || !storage->owned_labels)
        return DIGITNET_ENOMEM;
    memcpy(storage->owned_images, images, image_bytes);
    memcpy(storage->owned_labels, storage->labels, label_bytes);
    if (storage->bytes)
        storage->bytes = storage->owned_images;
    else
        storage->floats = storage->owned_images;
    storage->labels = storage->owned_labels;
    return DIGITNET_OK;
}

/* From bytes or floats: the other pointer is NULL. */
static digitnet_status create_from_memory(digitnet_dataset **out, const char *what, const uint8_t *bytes,
                                          const float *floats, const int32_t *labels, size_t count, dnn_shape shape,
                                          const digitnet_dataset_options *options) {
    digitnet_dataset_options own = {0};
    dnn_storage *storage = NULL;
    size_t element_size = floats ? sizeof *floats : sizeof *bytes;
    if (!out)
        return dnn_fail(DIGITNET_EINVAL, "%s: out is NULL", what);
    *out = NULL;
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_dataset_options, reserved_2);
    if (status != DIGITNET_OK)
        return status;
    if ((!bytes && !floats) || !labels)
        return dnn_fail(DIGITNET_EINVAL, "%s: %s is NULL", what, labels ? "images" : "labels");
    status = dnn_storage_create(&storage, what, count, shape.height, shape.width, shape.channels, element_size);
    if (status != DIGITNET_OK)
        return status;
    storage->bytes = bytes;
    storage->floats = floats;
    storage->labels = labels;
    status = check_labels(what, labels, count);
    if (status == DIGITNET_OK && floats)
        status = check_floats(what, floats, count, storage->values);
    if (status == DIGITNET_OK && !own.borrow)
        status = copy_memory(storage, count * storage->values * element_size);
    if (status == DIGITNET_OK)
        status = dnn_dataset_create(out, storage, 0, count);
    if (status != DIGITNET_OK) {
        dnn_storage_release(storage);
        return status;
    }
    if (own.borrow) {
        storage->release = own.release;
        storage->user_data = own.user_data;
    }
    return DIGITNET_OK;
}

digitnet_status digitnet_dataset_create_u8_ex(digitnet_dataset **out, const uint8_t *images, const int32_t *labels,
                                              size_t count, size_t height, size_t width, size_t channels,
                                              const digitnet_dataset_options *options) {
    dnn_shape shape = {.height = height, .width = width, .channels = channels};
    return create_from_memory(out, "digitnet_dataset_create_u8", images, NULL, labels, count, shape, options);
}

digitnet_status digitnet_dataset_create_u8(digitnet_dataset **out, const uint8_t *images, const int32_t *labels,
                                           size_t count, size_t height, size_t width, size_t channels) {
    return digitnet_dataset_create_u8_ex(out, images, labels, count, height, width, channels, NULL);
}

digitnet_status digitnet_dataset_create_f32_ex(digitnet_dataset **out, const float *images, const int32_t *labels,
                                               size_t count, size_t height, size_t width, size_t channels,
                                               const digitnet_dataset_options *options) {
    dnn_shape shape = {.height = height, .width = width, .channels = channels};
    return create_from_memory(out, "digitnet_dataset_create_f32", NULL, images, labels, count, shape, options);
}

digitnet_status digitnet_dataset_create_f32(digitnet_dataset **out, const float *images, const int32_t *labels,
                                            size_t count, size_t height, size_t width, size_t channels) {
    return digitnet_dataset_create_f32_ex(out, images, labels, count, height, width, channels, NULL);
}

digitnet_status dnn_dataset_adopt(digitnet_dataset **out, const char *what, void *owned_images, const uint8_t *images,
                                  int32_t *labels, size_t count, dnn_shape shape) {
    dnn_storage *storage = NULL;
    digitnet_status status =
        dnn_storage_create(&storage, what, count, shape.height, shape.width, shape.channels, sizeof *images);
    if (status != DIGITNET_OK)
        return status;
    storage->bytes = images;
    storage->labels = labels;
    status = dnn_dataset_create(out, storage, 0, count);
    if (status != DIGITNET_OK) {
        dnn_storage_release(storage);
        return status;
    }
    storage->owned_images = owned_images;
    storage->owned_labels = labels;
    return DIGITNET_OK;
}

/* ---- Slices and release ---- */

static digitnet_status check_range(const char *what, const digitnet_dataset *dataset, size_t first, size_t count) {
    if (!dataset)
        return dnn_fail(DIGITNET_EINVAL, "%s: dataset is NULL", what);
    if (count == 0)
        return dnn_fail(DIGITNET_EINVAL, "%s: count is 0", what);
    if (first >= dataset->count || count > dataset->count - first)
        return dnn_fail(DIGITNET_EINVAL, "%s: %zu samples from %zu on; the data set has %zu", what, count, first,
                        dataset->count);
    return DIGITNET_OK;
}

digitnet_status digitnet_dataset_slice(digitnet_dataset **out, const digitnet_dataset *dataset, size_t first,
                                       size_t count) {
    if (!out)
        return dnn_fail(DIGITNET_EINVAL, "digitnet_dataset_slice: out is NULL");
    *out = NULL;
    digitnet_status status = check_range("digitnet_dataset_slice", dataset, first, count);
    if (status == DIGITNET_OK)
        status = dnn_dataset_create(out, dataset->storage, dataset->first + first, count);
    if (status == DIGITNET_OK)
        atomic_fetch_add(&dataset->storage->references, 1);
    return status;
}

void digitnet_dataset_free(digitnet_dataset *dataset) {
    if (!dataset)
        return;
    dnn_storage_release(dataset->storage);
    dnn_release(dataset);
}

/* ---- Reading ---- */

size_t digitnet_dataset_count(const digitnet_dataset *dataset) {
    return dataset ? dataset->count : 0;
}

digitnet_status digitnet_dataset_describe(digitnet_dataset_info *out, const digitnet_dataset *dataset) {
    digitnet_status status = DNN_RESULT_CHECK(out, digitnet_dataset_info, classes);
    if (status != DIGITNET_OK)
        return status;
    if (!dataset)
        return dnn_fail(DIGITNET_EINVAL, "digitnet_dataset_describe: dataset is NULL");
    dnn_shape shape = dataset->storage->shape;
    digitnet_dataset_info info = {.count = dataset->count,
                                  .height = shape.height,
                                  .width = shape.width,
                                  .channels = shape.channels,
                                  .classes = dataset->classes};
    dnn_result_write(out, &info, sizeof info);
    return DIGITNET_OK;
}

digitnet_status digitnet_dataset_read(float *images, size_t image_values, int32_t *labels, size_t label_count,
                                      const digitnet_dataset *dataset, size_t first, size_t count) {
    enum { CHUNK = 64 };
    digitnet_status status = check_range("digitnet_dataset_read", dataset, first, count);
    if (status != DIGITNET_OK)
        return status;
    size_t values = dataset->storage->values;
    if (images && image_values / values < count)
        return dnn_fail(DIGITNET_ESHAPE,
                        "digitnet_dataset_read: room for %zu values; %zu images of %s have %zu values each",
                        image_values, count, dnn_shape_text(dataset->storage->shape).text, values);
    if (labels && label_count < count)
        return dnn_fail(DIGITNET_ESHAPE, "digitnet_dataset_read: room for %zu labels of %zu", label_count, count);
    for (size_t done = 0; status == DIGITNET_OK && done < count;) {
        size_t indices[CHUNK];
        size_t chunk = count - done < CHUNK ? count - done : CHUNK;
        for (size_t i = 0; i < chunk; i++)
            indices[i] = first + done + i;
        status = dnn_dataset_gather(images ? images + done * values : NULL, labels ? labels + done : NULL, dataset,
                                    dnn_kernels_best(), indices, NULL, chunk);
        done += chunk;
    }
    return status;
}

dnn_shape dnn_dataset_shape(const digitnet_dataset *dataset) {
    return dataset->storage->shape;
}

bool dnn_dataset_is_source(const digitnet_dataset *dataset) {
    return dataset->storage->gather != NULL;
}

digitnet_status dnn_dataset_check_labels(const digitnet_dataset *dataset, size_t classes) {
    for (size_t i = 0; dataset->classes > classes && i < dataset->count; i++) {
        int32_t label = dataset->storage->labels[dataset->first + i];
        if ((size_t)label >= classes)
            return dnn_fail(DIGITNET_EINVAL, "label %zu is %d; the model has %zu classes, from 0", i, (int)label,
                            classes);
    }
    return DIGITNET_OK;
}

digitnet_status dnn_dataset_gather(float *images, int32_t *labels, const digitnet_dataset *dataset,
                                   const dnn_kernels *kernels, const size_t *indices, const uint64_t *seeds,
                                   size_t count) {
    const dnn_storage *storage = dataset->storage;
    size_t values = storage->values;
    if (storage->gather)
        return dnn_source_gather(images, labels, dataset, indices, seeds, count);
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
