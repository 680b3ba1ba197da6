#include "training/training.h"

#include "core/memory.h"
#include "core/status.h"
#include "dataset/dataset.h"

#include <string.h>

digitnet_status dnn_training_create(dnn_training **out, const dnn_optimizer_settings *settings, digitnet_loss loss,
                                    uint64_t seed, size_t parameter_count) {
    *out = NULL;
    size_t bytes;
    if (!dnn_size_product(&bytes, (size_t[]){dnn_optimizer_slots(settings), parameter_count, sizeof(float)}, 3))
        return dnn_fail(DIGITNET_ELIMIT, "the optimizer's state for %zu weights overflows", parameter_count);
    dnn_training *training = dnn_allocate_zeroed(sizeof *training);
    if (!training)
        return DIGITNET_ENOMEM;
    *training = (dnn_training){.settings = *settings, .loss = loss, .seed = seed, .state = dnn_allocate_zeroed(bytes)};
    if (!training->state) {
        dnn_training_free(training);
        return DIGITNET_ENOMEM;
    }
    *out = training;
    return DIGITNET_OK;
}

void dnn_training_free(dnn_training *training) {
    if (training) {
        dnn_release(training->state);
        dnn_release(training);
    }
}

static dnn_training *copy_training(const dnn_training *training, size_t parameter_count) {
    dnn_training *copy;
    if (dnn_training_create(&copy, &training->settings, training->loss, training->seed, parameter_count) != DIGITNET_OK)
        return NULL;
    copy->progress = training->progress;
    memcpy(copy->state, training->state,
           dnn_optimizer_slots(&training->settings) * parameter_count * sizeof *copy->state);
    return copy;
}

static void describe_training(digitnet_model_info *info, const dnn_training *training) {
    info->epochs_done = training->progress.epochs_done;
    info->batches_done = training->progress.batches_done;
}

static const dnn_training_kind training_kind = {
    .copy = copy_training, .release = dnn_training_free, .describe = describe_training};

void dnn_training_attach(digitnet_model *model, dnn_training *training) {
    dnn_training_free(model->training);
    model->training = training;
    model->training_kind = &training_kind;
}

digitnet_status dnn_training_check_dataset(const dnn_network *network, const digitnet_dataset *dataset,
                                           const char *role) {
    dnn_shape images = dnn_dataset_shape(dataset), input = network->input;
    if (images.height != input.height || images.width != input.width || images.channels != input.channels) {
        return dnn_fail(DIGITNET_ESHAPE, "the %s images are %s, the model takes %s", role, dnn_shape_text(images).text,
                        dnn_shape_text(input).text);
    }
    return dnn_dataset_check_labels(dataset, dnn_network_outputs(network));
}

digitnet_status dnn_training_check_labels(const int32_t *labels, const size_t *indices, size_t count, size_t classes) {
    for (size_t i = 0; i < count; i++) {
        if ((size_t)labels[i] >= classes) { /* a negative one is larger than any number of classes */
            return dnn_fail(DIGITNET_EINVAL, "sample %zu has label %d; the model has %zu classes", indices[i],
                            (int)labels[i], classes);
        }
    }
    return DIGITNET_OK;
}
