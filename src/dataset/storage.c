#include "dataset/storage.h"

#include "core/memory.h"
#include "core/status.h"

/* Whether the bytes of each array can be counted, for one sample and, in memory, for all. */
static bool sizes_fit(const digitnet__sample_layout *layout, size_t count, size_t element_size) {
    const digitnet__shape shape = layout->shape;
    const size_t one[] = {shape.height, shape.width, shape.channels, sizeof(float)};
    const size_t all[] = {element_size, shape.height, shape.width, shape.channels, count};
    const size_t labels[] = {layout->max_labels, sizeof(int32_t), element_size ? count : 1};
    const size_t targets[] = {layout->target_values, sizeof(float), element_size ? count : 1};
    size_t bytes;
    return digitnet__size_product(&bytes, one, 4) && digitnet__size_product(&bytes, all, 5) &&
           digitnet__size_product(&bytes, labels, 3) && digitnet__size_product(&bytes, targets, 3);
}

digitnet_status digitnet__storage_create(digitnet__storage **out, const char *what, size_t count,
                                         const digitnet__sample_layout *layout, size_t element_size) {
    const digitnet__shape shape = layout->shape;
    if (count == 0 || shape.height == 0 || shape.width == 0 || shape.channels == 0)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %zu images of %zux%zux%zu; none of these may be zero", what, count,
                              shape.height, shape.width, shape.channels);
    if (!sizes_fit(layout, count, element_size))
        return digitnet__fail(DIGITNET_ELIMIT,
                              "%s: %zu images of %zux%zux%zu, with %zu labels and %zu targets each, have more bytes "
                              "than can be counted",
                              what, count, shape.height, shape.width, shape.channels, layout->max_labels,
                              layout->target_values);
    digitnet__storage *storage = digitnet__allocate_zeroed(sizeof *storage);
    if (!storage)
        return DIGITNET_ENOMEM;
    atomic_init(&storage->references, 1);
    storage->samples.count = count;
    storage->layout = *layout;
    storage->layout.values = digitnet__shape_values(shape);
    *out = storage;
    return DIGITNET_OK;
}

digitnet_status digitnet__storage_refuse(digitnet_status failure, void (*release)(void *user_data), void *user_data) {
    const digitnet__message reason = digitnet__message_keep();
    if (release)
        release(user_data);
    digitnet__message_restore(&reason);
    return failure;
}

void digitnet__storage_release(digitnet__storage *storage) {
    if (atomic_fetch_sub(&storage->references, 1) != 1)
        return;
    if (storage->release)
        storage->release(storage->user_data);
    for (size_t i = 0; i < DNN_ARRAY_COUNT; i++)
        digitnet__release(storage->owned[i]);
    digitnet__release(storage);
}

/* The highest label plus one. */
static size_t count_classes(const digitnet_dataset *dataset) {
    const digitnet__storage *storage = dataset->storage;
    const digitnet__samples *samples = &storage->samples;
    size_t classes = 0;
    for (size_t i = 0; samples->labels && i < dataset->count; i++) {
        size_t sample = digitnet__dataset_place(dataset, i);
        size_t label_count = digitnet__samples_label_count(samples, &storage->layout, sample);
        for (size_t k = 0; k < label_count; k++) {
            size_t needed = (size_t)samples->labels[sample * storage->layout.max_labels + k] + 1;
            classes = needed > classes ? needed : classes;
        }
    }
    return classes;
}

digitnet_status digitnet__dataset_create(digitnet_dataset **out, digitnet__storage *storage) {
    digitnet_dataset *dataset = digitnet__allocate(sizeof *dataset);
    if (!dataset)
        return DIGITNET_ENOMEM;
    *dataset = (digitnet_dataset){.storage = storage, .layout = storage->layout, .count = storage->samples.count};
    dataset->classes = count_classes(dataset);
    *out = dataset;
    return DIGITNET_OK;
}

digitnet_status digitnet__dataset_derive(digitnet_dataset **out, const digitnet_dataset *dataset,
                                         digitnet__selection *selection, size_t first, size_t count) {
    digitnet_dataset *derived = digitnet__allocate(sizeof *derived);
    if (!derived)
        return DIGITNET_ENOMEM;
    *derived = *dataset;
    derived->first = first;
    derived->count = count;
    if (selection || count != dataset->count)
        derived->shard = (digitnet__shard){0};
    if (selection)
        derived->selection = selection;
    else if (derived->selection)
        atomic_fetch_add(&derived->selection->references, 1);
    atomic_fetch_add(&derived->storage->references, 1);
    if (derived->augment)
        atomic_fetch_add(&derived->augment->references, 1);
    derived->classes = count_classes(derived);
    *out = derived;
    return DIGITNET_OK;
}
