/* Data sets that change another one's samples. */
#include "augment/augment.h"
#include "core/call.h"
#include "core/options.h"
#include "core/status.h"
#include "dataset/storage.h"

#include <string.h>

/* ---- Making one ---- */

static digitnet_status check_classes(const digitnet_augment_options *options, const digitnet_dataset *dataset) {
    const digitnet__sample_layout *layout = &dataset->layout;
    bool mixes = dataset->augment->mixes;
    if (options->classes > 0 && layout->target_values > 0)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_augment: classes is %zu, but the data set has targets",
                              options->classes);
    if ((mixes || options->classes > 0) && layout->max_labels > 1)
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_dataset_augment: samples have up to %zu labels; only one label can become "
                              "targets or be mixed",
                              layout->max_labels);
    if (options->classes > 0 && options->classes < dataset->classes)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_augment: classes is %zu, but there is a label %zu",
                              options->classes, dataset->classes - 1);
    if (mixes && options->classes == 0 && layout->target_values == 0 && digitnet__dataset_is_source(dataset))
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_augment: classes is 0; to mix the labels of a source "
                                               "it must be given");
    return DIGITNET_OK;
}

/* What augmenting makes of labels: rows of targets, where these are mixed or wanted. */
static digitnet_status set_layout(digitnet_dataset *dataset, const digitnet_augment_options *options) {
    digitnet__sample_layout *layout = &dataset->layout;
    size_t bytes;
    if (!dataset->augment->mixes && options->classes == 0)
        return DIGITNET_OK;
    if (layout->target_values == 0)
        layout->target_values = options->classes ? options->classes : dataset->classes;
    layout->max_labels = 0;
    const size_t targets[] = {layout->target_values, sizeof(float), dataset->count};
    if (!digitnet__size_product(&bytes, targets, 3))
        return digitnet__fail(DIGITNET_ELIMIT,
                              "digitnet_dataset_augment: %zu targets of %zu samples have more bytes "
                              "than can be counted",
                              layout->target_values, dataset->count);
    return DIGITNET_OK;
}

static digitnet_status check_and_augment(digitnet_dataset **out, const digitnet_dataset *dataset,
                                         const digitnet_augment_options *options) {
    digitnet_augment_options own = {0};
    digitnet_dataset *augmented = NULL;
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_augment: out is NULL");
    *out = NULL;
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_augment_options, max_value));
    if (!dataset)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_augment: dataset is NULL");
    if (dataset->augment)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_dataset_augment: the data set is augmented already");
    DNN_TRY(digitnet__dataset_derive(&augmented, dataset, NULL, dataset->first, dataset->count));
    digitnet_status status =
        digitnet__augment_create(&augmented->augment, &own, dataset->layout.shape, dataset->storage->bytes != NULL);
    if (status == DIGITNET_OK)
        status = check_classes(&own, augmented);
    if (status == DIGITNET_OK)
        status = set_layout(augmented, &own);
    if (status != DIGITNET_OK) {
        digitnet_dataset_free(augmented);
        return status;
    }
    *out = augmented;
    return DIGITNET_OK;
}

digitnet_status digitnet_dataset_augment(digitnet_dataset **out, const digitnet_dataset *dataset,
                                         const digitnet_augment_options *options) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, check_and_augment(out, dataset, options));
}

/* ---- Gathering ---- */

/* The scratch memory of a worker: what its image goes through, then a second sample's image and targets. */
typedef struct partner_places {
    size_t image, targets, size; /* in bytes */
} partner_places;

static partner_places place_partner(const digitnet_dataset *dataset) {
    digitnet__arena arena = {.size = dataset->augment->scratch_size};
    partner_places places = {0};
    if (dataset->augment->mixes) {
        places.image = digitnet__arena_reserve(&arena, dataset->layout.values, sizeof(float));
        places.targets = digitnet__arena_reserve(&arena, dataset->layout.target_values, sizeof(float));
    }
    places.size = arena.size;
    return places;
}

size_t digitnet__dataset_scratch(const digitnet_dataset *dataset) {
    return dataset->augment ? place_partner(dataset).size : 0;
}

/* Whether targets, where there are any, are made of labels. */
static bool encodes_labels(const digitnet_dataset *dataset) {
    return dataset->storage->layout.target_values == 0;
}

static digitnet_status encode_labels(float *targets, const int32_t *labels, const digitnet_batch *batch,
                                     size_t classes) {
    memset(targets, 0, batch->count * classes * sizeof *targets);
    for (size_t i = 0; i < batch->count; i++) {
        if ((size_t)labels[i] >= classes)
            return digitnet__fail(DIGITNET_EINVAL, "sample %zu has label %d; the augmented data set has %zu classes",
                                  batch->indices[i], (int)labels[i], classes);
        targets[i * classes + (size_t)labels[i]] = 1;
    }
    return DIGITNET_OK;
}

/* As the storage has the samples, but for labels that become targets. */
static digitnet_status gather_encoded(const digitnet_batch *batch, const digitnet_dataset *dataset,
                                      const digitnet__kernels *kernels) {
    enum { CHUNK = 256 };
    if (!batch->targets || !encodes_labels(dataset))
        return digitnet__dataset_gather_stored(batch, dataset, kernels);
    for (size_t done = 0; done < batch->count; done += CHUNK) {
        int32_t labels[CHUNK];
        size_t left = batch->count - done;
        digitnet_batch part = digitnet__batch_part(batch, &dataset->layout, done, left < CHUNK ? left : CHUNK);
        float *targets = part.targets;
        part.targets = NULL;
        part.labels = labels;
        DNN_TRY(digitnet__dataset_gather_stored(&part, dataset, kernels));
        DNN_TRY(encode_labels(targets, labels, &part, dataset->layout.target_values));
    }
    return DIGITNET_OK;
}

/* Mixes one sample, changed already, with a second one, which is gathered and changed first. */
static digitnet_status mix(const digitnet_batch *sample, const digitnet__mix *mix, const digitnet_dataset *dataset,
                           const digitnet__kernels *kernels, void *scratch) {
    const partner_places places = place_partner(dataset);
    const uint64_t seed = digitnet__mix_partner_seed(sample->seeds[0]);
    float weight;
    digitnet_batch partner = {.count = 1, .indices = &mix->partner, .seeds = &seed};
    if (sample->images)
        partner.images = digitnet__scratch_at(scratch, places.image);
    if (sample->targets)
        partner.targets = digitnet__scratch_at(scratch, places.targets);
    if (sample->sample_weights)
        partner.sample_weights = &weight;
    DNN_TRY(gather_encoded(&partner, dataset, kernels));
    if (sample->images) {
        digitnet__augment_image(partner.images, dataset->augment, seed, kernels, scratch);
        digitnet__mix_images(sample->images, partner.images, mix, dataset->layout.shape);
    }
    if (sample->targets)
        digitnet__mix_values(sample->targets, partner.targets, mix, dataset->layout.target_values);
    if (sample->sample_weights)
        digitnet__mix_values(sample->sample_weights, &weight, mix, 1);
    return DIGITNET_OK;
}

digitnet_status digitnet__augmented_gather(const digitnet_batch *batch, const digitnet_dataset *dataset,
                                           const digitnet__kernels *kernels, void *scratch) {
    DNN_TRY(gather_encoded(batch, dataset, kernels));
    for (size_t i = 0; batch->seeds && i < batch->count; i++) {
        const digitnet_batch sample = digitnet__batch_part(batch, &dataset->layout, i, 1);
        digitnet__mix way;
        if (sample.images)
            digitnet__augment_image(sample.images, dataset->augment, sample.seeds[0], kernels, scratch);
        if (digitnet__mix_draw(&way, dataset->augment, sample.seeds[0], dataset->count))
            DNN_TRY(mix(&sample, &way, dataset, kernels, scratch));
    }
    return DIGITNET_OK;
}
