/* Data sets of images and labels in memory: copied, borrowed, or taken over. */
#include "core/call.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "dataset/storage.h"

#include <math.h>
#include <string.h>

static digitnet_status check_labels(const char *what, const int32_t *labels, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (labels[i] < 0)
            return digitnet__fail(DIGITNET_EINVAL, "%s: label %zu is %d; labels are class numbers from 0", what, i,
                                  (int)labels[i]);
    return DIGITNET_OK;
}

static digitnet_status check_floats(const char *what, const float *values, size_t count, size_t values_each) {
    for (size_t i = 0; i < count * values_each; i++)
        if (!isfinite(values[i]))
            return digitnet__fail(DIGITNET_EINVAL, "%s: image %zu, value %zu is %s; values must be finite", what,
                                  i / values_each, i % values_each, digitnet__number_text(values[i]).text);
    return DIGITNET_OK;
}

/* Copies what the storage points to, for it to own. */
static digitnet_status copy_memory(digitnet__storage *storage, size_t image_bytes) {
    const void *images = storage->bytes ? (const void *)storage->bytes : storage->floats;
    storage->owned_images = digitnet__allocate(image_bytes);
    storage->owned_labels = digitnet__allocate_array(storage->count, sizeof *storage->labels);
    if (!storage->owned_images || !storage->owned_labels)
        return DIGITNET_ENOMEM;
    memcpy(storage->owned_images, images, image_bytes);
    memcpy(storage->owned_labels, storage->labels, storage->count * sizeof *storage->labels);
    if (storage->bytes)
        storage->bytes = storage->owned_images;
    else
        storage->floats = storage->owned_images;
    storage->labels = storage->owned_labels;
    return DIGITNET_OK;
}

/* From bytes or floats: the other pointer is NULL. */
static digitnet_status check_and_create(digitnet_dataset **out, const char *what, const uint8_t *bytes,
                                        const float *floats, const int32_t *labels, size_t count, digitnet__shape shape,
                                        const digitnet_dataset_options *options) {
    digitnet_dataset_options own = {0};
    digitnet__storage *storage = NULL;
    size_t element_size = floats ? sizeof *floats : sizeof *bytes;
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "%s: out is NULL", what);
    *out = NULL;
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_dataset_options, reserved);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK((size_t)own.reserved, digitnet_dataset_options);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_dataset_options, borrow);
    if (status != DIGITNET_OK)
        return status;
    if ((!bytes && !floats) || !labels)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", what, labels ? "images" : "labels");
    status = digitnet__storage_create(&storage, what, count, shape.height, shape.width, shape.channels, element_size);
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
        status = digitnet__dataset_create(out, storage, 0, count);
    if (status != DIGITNET_OK) {
        digitnet__storage_release(storage);
        return status;
    }
    if (own.borrow) {
        storage->release = own.release;
        storage->user_data = own.user_data;
    }
    return DIGITNET_OK;
}

static digitnet_status create_from_memory(digitnet_dataset **out, const char *what, const uint8_t *bytes,
                                          const float *floats, const int32_t *labels, size_t count,
                                          digitnet__shape shape, const digitnet_dataset_options *options) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, check_and_create(out, what, bytes, floats, labels, count, shape, options));
}

digitnet_status digitnet_dataset_create_u8_ex(digitnet_dataset **out, const uint8_t *images, const int32_t *labels,
                                              size_t count, size_t height, size_t width, size_t channels,
                                              const digitnet_dataset_options *options) {
    digitnet__shape shape = {.height = height, .width = width, .channels = channels};
    return create_from_memory(out, "digitnet_dataset_create_u8", images, NULL, labels, count, shape, options);
}

digitnet_status digitnet_dataset_create_u8(digitnet_dataset **out, const uint8_t *images, const int32_t *labels,
                                           size_t count, size_t height, size_t width, size_t channels) {
    return digitnet_dataset_create_u8_ex(out, images, labels, count, height, width, channels, NULL);
}

digitnet_status digitnet_dataset_create_f32_ex(digitnet_dataset **out, const float *images, const int32_t *labels,
                                               size_t count, size_t height, size_t width, size_t channels,
                                               const digitnet_dataset_options *options) {
    digitnet__shape shape = {.height = height, .width = width, .channels = channels};
    return create_from_memory(out, "digitnet_dataset_create_f32", NULL, images, labels, count, shape, options);
}

digitnet_status digitnet_dataset_create_f32(digitnet_dataset **out, const float *images, const int32_t *labels,
                                            size_t count, size_t height, size_t width, size_t channels) {
    return digitnet_dataset_create_f32_ex(out, images, labels, count, height, width, channels, NULL);
}

digitnet_status digitnet__dataset_adopt(digitnet_dataset **out, const char *what, void *owned_images,
                                        const uint8_t *images, int32_t *labels, size_t count, digitnet__shape shape) {
    digitnet__storage *storage = NULL;
    digitnet_status status =
        digitnet__storage_create(&storage, what, count, shape.height, shape.width, shape.channels, sizeof *images);
    if (status != DIGITNET_OK)
        return status;
    storage->bytes = images;
    storage->labels = labels;
    status = digitnet__dataset_create(out, storage, 0, count);
    if (status != DIGITNET_OK) {
        digitnet__storage_release(storage);
        return status;
    }
    storage->owned_images = owned_images;
    storage->owned_labels = labels;
    return DIGITNET_OK;
}
