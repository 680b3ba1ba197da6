#include "dataset/storage.h"

#include "core/memory.h"
#include "core/status.h"

digitnet_status digitnet__storage_create(digitnet__storage **out, const char *what, size_t count, size_t height,
                                         size_t width, size_t channels, size_t element_size) {
    const size_t one_as_floats[] = {height, width, channels, sizeof(float)};
    const size_t all[] = {element_size, height, width, channels, count};
    size_t bytes;
    if (count == 0 || height == 0 || width == 0 || channels == 0)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %zu images of %zux%zux%zu; none of these may be zero", what, count,
                              height, width, channels);
    if (!digitnet__size_product(&bytes, one_as_floats, 4) || !digitnet__size_product(&bytes, all, 5))
        return digitnet__fail(DIGITNET_ELIMIT, "%s: %zu images of %zux%zux%zu have more bytes than can be counted",
                              what, count, height, width, channels);
    digitnet__storage *storage = digitnet__allocate_zeroed(sizeof *storage);
    if (!storage)
        return DIGITNET_ENOMEM;
    atomic_init(&storage->references, 1);
    storage->count = count;
    storage->shape = (digitnet__shape){.height = height, .width = width, .channels = channels};
    storage->values = digitnet__shape_values(storage->shape);
    *out = storage;
    return DIGITNET_OK;
}

void digitnet__storage_release(digitnet__storage *storage) {
    if (atomic_fetch_sub(&storage->references, 1) != 1)
        return;
    if (storage->release)
        storage->release(storage->user_data);
    digitnet__release(storage->owned_images);
    digitnet__release(storage->owned_labels);
    digitnet__release(storage);
}

digitnet_status digitnet__dataset_create(digitnet_dataset **out, digitnet__storage *storage, size_t first,
                                         size_t count) {
    digitnet_dataset *dataset = digitnet__allocate(sizeof *dataset);
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
