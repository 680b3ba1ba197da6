#include "model/model.h"

#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"

#include <stdint.h>
#include <string.h>

/* Far above what a small network needs, far below what would take a host down. */
#define DEFAULT_PARAMETERS ((size_t)250000000)
#define DEFAULT_ACTIVATION_BYTES ((size_t)256 << 20)
#define DEFAULT_MULTIPLY_ADDS (SIZE_MAX > UINT32_MAX ? (size_t)100000000000u : SIZE_MAX)

static size_t or_default(size_t value, size_t fallback) {
    return value ? value : fallback;
}

digitnet_status digitnet_model_create(digitnet_model **out, size_t height, size_t width, size_t channels) {
    return digitnet_model_create_ex(out, height, width, channels, NULL);
}

static digitnet_status check_input(size_t height, size_t width, size_t channels) {
    size_t dimensions[] = {height, width, channels, sizeof(float)};
    size_t bytes;
    if (height == 0 || width == 0 || channels == 0) {
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_create: the input is %zux%zux%zu; no size may be 0",
                              height, width, channels);
    }
    if (!digitnet__size_product(&bytes, dimensions, 4)) {
        return digitnet__fail(DIGITNET_ELIMIT, "digitnet_model_create: the size of an input of %zux%zux%zu overflows",
                              height, width, channels);
    }
    if (height > INT32_MAX || width > INT32_MAX || channels > INT32_MAX) {
        return digitnet__fail(DIGITNET_ELIMIT,
                              "digitnet_model_create: the input is %zux%zux%zu; the limit of each size is %d", height,
                              width, channels, INT32_MAX);
    }
    return DIGITNET_OK;
}

digitnet_status digitnet_model_create_ex(digitnet_model **out, size_t height, size_t width, size_t channels,
                                         const digitnet_model_options *options) {
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_create: out is NULL");
    *out = NULL;
    digitnet_model_options own = {0};
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_model_options, max_multiply_adds));
    DNN_TRY(check_input(height, width, channels));
    digitnet__limits limits = {.parameters = or_default(own.max_parameters, DEFAULT_PARAMETERS),
                               .activation_bytes = or_default(own.max_activation_bytes, DEFAULT_ACTIVATION_BYTES),
                               .multiply_adds = or_default(own.max_multiply_adds, DEFAULT_MULTIPLY_ADDS)};
    size_t input_bytes = height * width * channels * sizeof(float);
    if (input_bytes > limits.activation_bytes) {
        return digitnet__fail(DIGITNET_ELIMIT,
                              "digitnet_model_create: an input of %zux%zux%zu takes %zu bytes; the limit is %zu",
                              height, width, channels, input_bytes, limits.activation_bytes);
    }
    digitnet_model *model = digitnet__allocate_zeroed(sizeof *model);
    if (!model)
        return DIGITNET_ENOMEM;
    model->limits = limits;
    model->network.kernels = digitnet__kernels_best();
    model->network.graph.input = (digitnet__shape){height, width, channels, false};
    *out = model;
    return DIGITNET_OK;
}

void digitnet_model_free(digitnet_model *model) {
    if (!model)
        return;
    digitnet__model_drop_kept(model);
    digitnet__training_free(model->training);
    digitnet__custom_loss_release(model->custom_loss);
    digitnet__network_release(&model->network);
    digitnet__release(model);
}

digitnet_status digitnet__model_check(const digitnet_model *model) {
    if (model->error != DIGITNET_OK)
        return digitnet__fail(model->error, "%s", model->error_message);
    return DIGITNET_OK;
}

digitnet_status digitnet__model_check_weights(const digitnet_model *model) {
    const digitnet__network *network = &model->network;
    if (network->parameters)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ESTATE, "the model has no weights yet%s; digitnet_model_compile() initializes them",
                          network->waiting.parameters ? " for the layers that were added last" : "");
}

static digitnet_status copy_state(digitnet_model *copy, const digitnet_model *model) {
    memcpy(copy->next_suffix, model->next_suffix, sizeof copy->next_suffix);
    copy->custom_loss = digitnet__custom_loss_share(model->custom_loss);
    digitnet_status status = digitnet__network_copy(&copy->network, &model->network, true);
    if (status != DIGITNET_OK || !model->training)
        return status;
    return digitnet__training_copy(&copy->training, model->training, model->network.graph.parameter_count);
}

void digitnet__model_drop_kept(digitnet_model *model) {
    if (model->kept.memory)
        model->kept.release(model->kept.memory);
    model->kept = (digitnet__kept){0};
}

void digitnet__model_set_training(digitnet_model *model, digitnet__training *training) {
    digitnet__model_drop_kept(model);
    digitnet__training_free(model->training);
    model->training = training;
}

digitnet_status digitnet_model_clone(digitnet_model **out, const digitnet_model *model) {
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_clone: out is NULL");
    *out = NULL;
    if (!model)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_clone: model is NULL");
    digitnet_status status = digitnet__model_begin_read(model);
    if (status != DIGITNET_OK)
        return status;
    digitnet_model *copy = NULL;
    if (model->error != DIGITNET_OK) {
        status =
            digitnet__fail(DIGITNET_ESTATE, "digitnet_model_clone: adding a layer failed: %s", model->error_message);
    } else {
        copy = digitnet__allocate_zeroed(sizeof *copy);
        status = DIGITNET_ENOMEM;
    }
    if (copy) {
        copy->limits = model->limits;
        status = copy_state(copy, model);
    }
    digitnet__model_end_read(model);
    if (status != DIGITNET_OK) {
        digitnet_model_free(copy);
        return status;
    }
    *out = copy;
    return DIGITNET_OK;
}
