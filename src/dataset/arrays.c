/* Data sets of arrays in memory: copied, borrowed, or taken over. */
#include "core/call.h"
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "dataset/storage.h"

#include <string.h>

/* Images of bytes or of floats: the other pointer is NULL. */
typedef struct arrays {
    const char *what; /* begins the messages */
    const uint8_t *bytes;
    const float *floats;
    const int32_t *labels;
    size_t count;
    digitnet__shape shape;
} arrays;

static digitnet_status check_options(const arrays *given, const digitnet_dataset_options *options) {
    if ((!given->bytes && !given->floats) || (!given->labels && !options->targets))
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", given->what,
                              given->bytes || given->floats ? "labels" : "images");
    if (!options->targets != !options->target_values)
        return digitnet__fail(DIGITNET_EINVAL, "%s: targets is %s, target_values %zu; give both or neither",
                              given->what, options->targets ? "given" : "NULL", options->target_values);
    if (!given->labels && (options->max_labels || options->label_counts))
        return digitnet__fail(DIGITNET_EINVAL, "%s: labels is NULL, but %s is given", given->what,
                              options->max_labels ? "max_labels" : "label_counts");
    if (options->label_counts && options->max_labels < 2)
        return digitnet__fail(DIGITNET_EINVAL, "%s: label_counts requires max_labels above 1; it is %zu", given->what,
                              options->max_labels);
    return DIGITNET_OK;
}

static digitnet__sample_layout layout_of(const arrays *given, const digitnet_dataset_options *options) {
    return (digitnet__sample_layout){.shape = given->shape,
                                     .max_labels = !given->labels        ? 0
                                                   : options->max_labels ? options->max_labels
                                                                         : 1,
                                     .target_values = options->target_values,
                                     .weighted = options->sample_weights != NULL};
}

static void use_arrays(digitnet__storage *storage, const arrays *given, const digitnet_dataset_options *options) {
    storage->bytes = given->bytes;
    storage->samples = (digitnet__samples){.count = given->count,
                                           .images = given->floats,
                                           .labels = given->labels,
                                           .label_counts = options->label_counts,
                                           .targets = options->targets,
                                           .sample_weights = options->sample_weights};
}

/* A copy for the storage to own; NULL, which is none, is a copy of NULL. */
static bool copy_array(digitnet__storage *storage, size_t place, const void *array, size_t values_each,
                       size_t element_size) {
    if (!array)
        return true;
    size_t size = storage->samples.count * values_each * element_size;
    storage->owned[place] = digitnet__allocate(size);
    if (storage->owned[place])
        memcpy(storage->owned[place], array, size);
    return storage->owned[place] != NULL;
}

/* Copies what the storage points to, for it to own. */
static digitnet_status copy_arrays(digitnet__storage *storage) {
    digitnet__samples *samples = &storage->samples;
    const digitnet__sample_layout *layout = &storage->layout;
    const void *images = storage->bytes ? (const void *)storage->bytes : samples->images;
    size_t image_element = storage->bytes ? sizeof *storage->bytes : sizeof *samples->images;
    if (!copy_array(storage, DNN_IMAGES, images, layout->values, image_element) ||
        !copy_array(storage, DNN_LABELS, samples->labels, layout->max_labels, sizeof *samples->labels) ||
        !copy_array(storage, DNN_LABEL_COUNTS, samples->label_counts, 1, sizeof *samples->label_counts) ||
        !copy_array(storage, DNN_TARGETS, samples->targets, layout->target_values, sizeof *samples->targets) ||
        !copy_array(storage, DNN_SAMPLE_WEIGHTS, samples->sample_weights, 1, sizeof *samples->sample_weights))
        return DIGITNET_ENOMEM;
    if (storage->bytes)
        storage->bytes = storage->owned[DNN_IMAGES];
    else
        samples->images = storage->owned[DNN_IMAGES];
    samples->labels = storage->owned[DNN_LABELS];
    samples->label_counts = storage->owned[DNN_LABEL_COUNTS];
    samples->targets = storage->owned[DNN_TARGETS];
    samples->sample_weights = storage->owned[DNN_SAMPLE_WEIGHTS];
    return DIGITNET_OK;
}

static digitnet_status check_and_create(digitnet_dataset **out, const arrays *given,
                                        const digitnet_dataset_options *own) {
    digitnet__storage *storage = NULL;
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "%s: out is NULL", given->what);
    DNN_TRY(DNN_RESERVED_CHECK((size_t)own->reserved, digitnet_dataset_options));
    DNN_TRY(DNN_FLAG_CHECK(own, digitnet_dataset_options, borrow));
    DNN_TRY(check_options(given, own));
    digitnet__sample_layout layout = layout_of(given, own);
    DNN_TRY(digitnet__storage_create(&storage, given->what, given->count, &layout,
                                     given->floats ? sizeof *given->floats : sizeof *given->bytes));
    use_arrays(storage, given, own);
    digitnet_status status = digitnet__samples_check(given->what, &storage->samples, &storage->layout);
    if (status == DIGITNET_OK && !own->borrow)
        status = copy_arrays(storage);
    if (status == DIGITNET_OK)
        status = digitnet__dataset_create(out, storage);
    if (status != DIGITNET_OK) {
        digitnet__storage_release(storage);
        return status;
    }
    if (own->borrow) {
        storage->release = own->release;
        storage->user_data = own->user_data;
    }
    return DIGITNET_OK;
}

static digitnet_status create_from_arrays(digitnet_dataset **out, const arrays *given,
                                          const digitnet_dataset_options *options) {
    digitnet__call call;
    digitnet_dataset_options own = {0};
    digitnet__call_enter(&call);
    if (out)
        *out = NULL;
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_dataset_options, reserved);
    if (status == DIGITNET_OK)
        status = check_and_create(out, given, &own);
    digitnet__call_leave(&call, status);
    return status == DIGITNET_OK ? status
                                 : digitnet__storage_refuse(status, own.borrow ? own.release : NULL, own.user_data);
}

digitnet_status digitnet_dataset_create_u8_ex(digitnet_dataset **out, const uint8_t *images, const int32_t *labels,
                                              size_t count, size_t height, size_t width, size_t channels,
                                              const digitnet_dataset_options *options) {
    const arrays given = {.what = "digitnet_dataset_create_u8",
                          .bytes = images,
                          .labels = labels,
                          .count = count,
                          .shape = {.height = height, .width = width, .channels = channels}};
    return create_from_arrays(out, &given, options);
}

digitnet_status digitnet_dataset_create_u8(digitnet_dataset **out, const uint8_t *images, const int32_t *labels,
                                           size_t count, size_t height, size_t width, size_t channels) {
    return digitnet_dataset_create_u8_ex(out, images, labels, count, height, width, channels, NULL);
}

digitnet_status digitnet_dataset_create_f32_ex(digitnet_dataset **out, const float *images, const int32_t *labels,
                                               size_t count, size_t height, size_t width, size_t channels,
                                               const digitnet_dataset_options *options) {
    const arrays given = {.what = "digitnet_dataset_create_f32",
                          .floats = images,
                          .labels = labels,
                          .count = count,
                          .shape = {.height = height, .width = width, .channels = channels}};
    return create_from_arrays(out, &given, options);
}

digitnet_status digitnet_dataset_create_f32(digitnet_dataset **out, const float *images, const int32_t *labels,
                                            size_t count, size_t height, size_t width, size_t channels) {
    return digitnet_dataset_create_f32_ex(out, images, labels, count, height, width, channels, NULL);
}

digitnet_status digitnet__dataset_adopt(digitnet_dataset **out, const char *what, void *owned_images,
                                        const uint8_t *images, int32_t *labels, size_t count, digitnet__shape shape) {
    const digitnet__sample_layout layout = {.shape = shape, .max_labels = 1};
    digitnet__storage *storage = NULL;
    digitnet_status status = digitnet__storage_create(&storage, what, count, &layout, sizeof *images);
    if (status != DIGITNET_OK)
        return status;
    storage->bytes = images;
    storage->samples.labels = labels;
    status = digitnet__dataset_create(out, storage);
    if (status != DIGITNET_OK) {
        digitnet__storage_release(storage);
        return status;
    }
    storage->owned[DNN_IMAGES] = owned_images;
    storage->owned[DNN_LABELS] = labels;
    return DIGITNET_OK;
}
