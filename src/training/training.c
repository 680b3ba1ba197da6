#include "training/training.h"

#include "core/memory.h"
#include "core/status.h"
#include "dataset/dataset.h"

#include <string.h>

digitnet_status digitnet__training_create(digitnet__training **out, const digitnet__optimizer_settings *settings,
                                          digitnet_loss loss, uint64_t seed, size_t parameter_count) {
    *out = NULL;
    size_t bytes;
    if (!digitnet__size_product(&bytes, (size_t[]){digitnet__optimizer_slots(settings), parameter_count, sizeof(float)},
                                3))
        return digitnet__fail(DIGITNET_ELIMIT, "the optimizer's state for %zu weights overflows", parameter_count);
    digitnet__training *training = digitnet__allocate_zeroed(sizeof *training);
    if (!training)
        return DIGITNET_ENOMEM;
    *training = (digitnet__training){
        .settings = *settings, .loss = loss, .seed = seed, .state = digitnet__allocate_zeroed(bytes)};
    if (!training->state) {
        digitnet__training_free(training);
        return DIGITNET_ENOMEM;
    }
    *out = training;
    return DIGITNET_OK;
}

void digitnet__training_free(digitnet__training *training) {
    if (training) {
        digitnet__release(training->state);
        digitnet__release(training);
    }
}

static digitnet__training *copy_training(const digitnet__training *training, size_t parameter_count) {
    digitnet__training *copy;
    if (digitnet__training_create(&copy, &training->settings, training->loss, training->seed, parameter_count) !=
        DIGITNET_OK)
        return NULL;
    copy->progress = training->progress;
    memcpy(copy->state, training->state,
           digitnet__optimizer_slots(&training->settings) * parameter_count * sizeof *copy->state);
    return copy;
}

static void describe_training(digitnet_model_info *info, const digitnet__training *training) {
    info->epochs_done = training->progress.epochs_done;
    info->batches_done = training->progress.batches_done;
}

static const digitnet__training_kind training_kind = {
    .copy = copy_training, .release = digitnet__training_free, .describe = describe_training};

void digitnet__training_attach(digitnet_model *model, digitnet__training *training) {
    digitnet__training_free(model->training);
    model->training = training;
    model->training_kind = &training_kind;
}

digitnet_status digitnet__training_check_dataset(const digitnet__network *network, const digitnet_dataset *dataset,
                                                 const char *role) {
    digitnet__shape images = digitnet__dataset_layout(dataset)->shape, input = network->input;
    if (images.height != input.height || images.width != input.width || images.channels != input.channels) {
        return digitnet__fail(DIGITNET_ESHAPE, "the %s images are %s, the model takes %s", role,
                              digitnet__shape_text(images).text, digitnet__shape_text(input).text);
    }
    return digitnet__dataset_check_labels(dataset, digitnet__network_outputs(network));
}

digitnet_status digitnet__training_check_labels(const int32_t *labels, const size_t *indices, size_t count,
                                                size_t classes) {
    for (size_t i = 0; i < count; i++) {
        if ((size_t)labels[i] >= classes) { /* a negative one is larger than any number of classes */
            return digitnet__fail(DIGITNET_EINVAL, "sample %zu has label %d; the model has %zu classes", indices[i],
                                  (int)labels[i], classes);
        }
    }
    return DIGITNET_OK;
}
