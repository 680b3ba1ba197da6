#include "onnx_models.h"

#include "core/random.h"
#include "model/model.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

static void add_every_kind(digitnet_model *model) {
    digitnet_model_add_conv2d_ex(model, 3, 3, DIGITNET_ACTIVATION_RELU,
                                 DIGITNET_WITH(digitnet_conv2d_options, .name = "first one", .kernel_width = 2,
                                               .stride_height = 2, .stride_width = 1,
                                               .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d_ex(model, 3,
                                     DIGITNET_WITH(digitnet_max_pool2d_options, .name = "pool", .pool_width = 2,
                                                   .stride_height = 2, .stride_width = 1,
                                                   .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_conv2d_ex(model, 4, 2, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .name = "relu", .no_bias = 1));
    digitnet_model_add_activation_ex(model, DIGITNET_ACTIVATION_LINEAR,
                                     DIGITNET_WITH(digitnet_activation_options, .name = "nothing"));
    digitnet_model_add_dropout(model, 0.1);
    digitnet_model_add_flatten(model);
    digitnet_model_add_flatten_ex(model, DIGITNET_WITH(digitnet_flatten_options, .name = "flat already"));
    digitnet_model_add_dense_ex(model, 7, DIGITNET_ACTIVATION_RELU,
                                DIGITNET_WITH(digitnet_dense_options, .no_bias = 1));
    digitnet_model_add_dropout_ex(model, 0.5, DIGITNET_WITH(digitnet_dropout_options, .name = "half"));
    digitnet_model_add_dense(model, 5, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SOFTMAX);
}

static void add_softmax_image(digitnet_model *model) {
    digitnet_model_add_conv2d_ex(
        model, 5, 3, DIGITNET_ACTIVATION_SOFTMAX,
        DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_SAME, .stride_height = 2));
}

static void add_linear_image(digitnet_model *model) {
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SOFTMAX);
    digitnet_model_add_max_pool2d_ex(model, 2,
                                     DIGITNET_WITH(digitnet_max_pool2d_options, .pool_width = 3, .stride_height = 3,
                                                   .stride_width = 2, .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_conv2d_ex(model, 2, 1, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .name = "last", .no_bias = 1));
}

static void add_one_pixel(digitnet_model *model) {
    digitnet_model_add_flatten(model);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_SOFTMAX);
}

static void add_tiny(digitnet_model *model) {
    digitnet_model_add_conv2d(model, 2, 2, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dropout(model, 0.25);
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX);
}

static void add_convolution(digitnet_model *model, const char *name, const char *input, size_t filters, size_t kernel,
                            digitnet_activation activation) {
    digitnet_model_add_conv2d_ex(
        model, filters, kernel, activation,
        DIGITNET_WITH(digitnet_conv2d_options, .name = name, .input = input, .padding = DIGITNET_PADDING_SAME));
}

#define ADD(model, activation, ...)                                   \
    digitnet_model_add_add(model, (const char *const[]){__VA_ARGS__}, \
                           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), activation)

/* Two blocks; the value between them is taken by two convolutions and an addition. */
static void add_residual(digitnet_model *model) {
    add_convolution(model, "stem", NULL, 4, 3, DIGITNET_ACTIVATION_RELU);
    add_convolution(model, "a", NULL, 4, 3, DIGITNET_ACTIVATION_RELU);
    add_convolution(model, "b", NULL, 4, 3, DIGITNET_ACTIVATION_LINEAR);
    ADD(model, DIGITNET_ACTIVATION_RELU, "b", "stem");
    add_convolution(model, "c", "add", 4, 3, DIGITNET_ACTIVATION_SIGMOID);
    add_convolution(model, "d", "add", 4, 1, DIGITNET_ACTIVATION_LINEAR);
    ADD(model, DIGITNET_ACTIVATION_LINEAR, "c", "d", "add");
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_SOFTMAX);
}

/* Two branches, of images and then of flat values, that meet; one value is given twice. */
static void add_branches(digitnet_model *model) {
    add_convolution(model, "left", "input", 3, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d_ex(model, 3,
                                     DIGITNET_WITH(digitnet_max_pool2d_options, .name = "right", .input = "input",
                                                   .stride_height = 1, .stride_width = 1,
                                                   .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_concatenate(model, (const char *const[]){"left", "right", "input"}, 3);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense_ex(model, 4, DIGITNET_ACTIVATION_SIGMOID,
                                DIGITNET_WITH(digitnet_dense_options, .name = "narrow", .input = "flatten"));
    digitnet_model_add_dense_ex(model, 5, DIGITNET_ACTIVATION_LINEAR,
                                DIGITNET_WITH(digitnet_dense_options, .name = "wide", .input = "flatten"));
    digitnet_model_add_concatenate(model, (const char *const[]){"wide", "narrow", "wide"}, 3);
    digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_SOFTMAX);
}

const onnx_sample onnx_samples[] = {
    {"seed", 28, 28, 1, add_seed_layers, true},
    {"kinds", 9, 8, 2, add_every_kind, true},
    {"softmax-image", 7, 6, 2, add_softmax_image, false},
    {"linear-image", 7, 6, 3, add_linear_image, false},
    {"pixel", 1, 1, 4, add_one_pixel, true},
    {"tiny", 3, 3, 1, add_tiny, true},
    {"residual", 6, 5, 2, add_residual, true},
    {"branches", 5, 4, 2, add_branches, true},
};
const size_t onnx_sample_count = sizeof onnx_samples / sizeof *onnx_samples;

void onnx_draw_values(float *values, size_t count, uint64_t seed) {
    digitnet__random random;
    digitnet__random_seed(&random, seed);
    for (size_t i = 0; i < count; i++)
        values[i] = 2 * digitnet__random_float(&random) - 1;
}

digitnet_status onnx_draw_weights(digitnet_model *model, uint64_t seed) {
    digitnet_status status = digitnet__model_check(model);
    if (status == DIGITNET_OK)
        status = digitnet__network_allocate(&model->network);
    size_t count = model->network.graph.parameter_count;
    float *weights = malloc((count + 1) * sizeof *weights);
    if (!weights)
        return DIGITNET_ENOMEM;
    onnx_draw_values(weights, count, seed);
    for (size_t i = 0; i < count; i++)
        weights[i] *= 0.3f;
    if (status == DIGITNET_OK)
        status = digitnet_model_set_weights(model, NULL, weights, count);
    free(weights);
    return status;
}

static digitnet_status prepare(digitnet_model *model, const onnx_sample *sample, uint64_t seed) {
    sample->add_layers(model);
    digitnet_status status =
        sample->compiled
            ? digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .seed = seed, .learning_rate = 0.01))
            : DIGITNET_OK;
    return status == DIGITNET_OK ? onnx_draw_weights(model, seed) : status;
}

digitnet_model *onnx_sample_create(const char *name, uint64_t seed) {
    const onnx_sample *sample = onnx_samples;
    while (strcmp(sample->name, name) != 0)
        sample++;
    digitnet_model *model = NULL;
    if (digitnet_model_create(&model, sample->height, sample->width, sample->channels) == DIGITNET_OK &&
        prepare(model, sample, seed) == DIGITNET_OK)
        return model;
    digitnet_model_free(model);
    return NULL;
}
