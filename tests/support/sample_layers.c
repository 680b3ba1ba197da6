#include "sample_layers.h"

#include "expect.h"

static digitnet_status add_conv2d(digitnet_model *model) {
    return digitnet_model_add_conv2d(model, 3, 3, DIGITNET_ACTIVATION_RELU);
}

static digitnet_status add_conv2d_with_strides(digitnet_model *model) {
    return digitnet_model_add_conv2d_ex(
        model, 3, 2, DIGITNET_ACTIVATION_LINEAR,
        DIGITNET_WITH(digitnet_conv2d_options, .stride_height = 2, .no_bias = 1, .padding = DIGITNET_PADDING_SAME));
}

static digitnet_status add_max_pool2d(digitnet_model *model) {
    return digitnet_model_add_max_pool2d(model, 2);
}

static digitnet_status add_flatten(digitnet_model *model) {
    return digitnet_model_add_flatten(model);
}

static digitnet_status add_dense(digitnet_model *model) {
    digitnet_model_add_flatten(model);
    return digitnet_model_add_dense(model, 5, DIGITNET_ACTIVATION_LINEAR);
}

static digitnet_status add_dropout(digitnet_model *model) {
    return digitnet_model_add_dropout(model, 0.5);
}

static digitnet_status add_activation(digitnet_model *model) {
    return digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
}

static digitnet_status add_sum_of_two(digitnet_model *model) {
    static const char *const inputs[] = {"input", "input"};
    return digitnet_model_add_add(model, inputs, 2, DIGITNET_ACTIVATION_LINEAR);
}

static digitnet_status add_sum_of_three(digitnet_model *model) {
    static const char *const inputs[] = {"input", "input", "input"};
    return digitnet_model_add_add(model, inputs, 3, DIGITNET_ACTIVATION_RELU);
}

static digitnet_status add_batch_normalization(digitnet_model *model) {
    return digitnet_model_add_batch_normalization(model);
}

static digitnet_status add_scaling_normalization(digitnet_model *model) {
    digitnet_model_add_flatten(model);
    return digitnet_model_add_batch_normalization_ex(
        model, DIGITNET_WITH(digitnet_batch_normalization_options, .epsilon = 0.1, .momentum = 0.5, .no_center = 1,
                             .unbiased_moving_variance = 1));
}

/* Of images of different channels. */
static digitnet_status add_concatenate(digitnet_model *model) {
    static const char *const twice[] = {"input", "input"}, *const inputs[] = {"input", "twice", "input"};
    digitnet_model_add_concatenate_ex(model, twice, 2, DIGITNET_WITH(digitnet_concatenate_options, .name = "twice"));
    return digitnet_model_add_concatenate(model, inputs, 3);
}

const sample_layer sample_layers[] = {
    {"conv2d", 6, 5, 2, add_conv2d},
    {"conv2d", 5, 6, 2, add_conv2d_with_strides},
    {"max_pooling2d", 4, 5, 3, add_max_pool2d},
    {"flatten", 2, 3, 2, add_flatten},
    {"dense", 1, 1, 7, add_dense},
    {"dropout", 3, 4, 5, add_dropout},
    {"activation", 3, 4, 5, add_activation},
    {"add", 3, 4, 2, add_sum_of_two},
    {"add", 3, 4, 2, add_sum_of_three},
    {"concatenate", 3, 4, 2, add_concatenate},
    {"batch_normalization", 3, 4, 5, add_batch_normalization},
    {"batch_normalization", 2, 1, 3, add_scaling_normalization},
};
const size_t sample_layer_count = sizeof sample_layers / sizeof *sample_layers;

digitnet_model *make_sample_layer(const sample_layer *sample) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, sample->height, sample->width, sample->channels));
    expect_ok(sample->add(model));
    return model;
}
