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

/* Every kind of pooling, of the whole image with and without its rows and columns. */
static void add_pools(digitnet_model *model) {
    digitnet_model_add_average_pool2d_ex(model, 3,
                                         DIGITNET_WITH(digitnet_average_pool2d_options, .stride_height = 2,
                                                       .stride_width = 1, .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_average_pool2d_ex(model, 2,
                                         DIGITNET_WITH(digitnet_average_pool2d_options, .name = "padded",
                                                       .padding = DIGITNET_PADDING_SAME, .count_include_pad = 1));
    digitnet_model_add_average_pool2d_ex(model, 2,
                                         DIGITNET_WITH(digitnet_average_pool2d_options, .name = "inside",
                                                       .padding = DIGITNET_PADDING_SAME, .input = "average_pooling2d"));
    ADD(model, DIGITNET_ACTIVATION_LINEAR, "padded", "inside");
    digitnet_model_add_global_average_pool2d_ex(
        model, DIGITNET_WITH(digitnet_global_average_pool2d_options, .name = "mean", .keepdims = 1));
    digitnet_model_add_global_max_pool2d_ex(
        model, DIGITNET_WITH(digitnet_global_max_pool2d_options, .name = "most", .input = "add", .keepdims = 1));
    digitnet_model_add_multiply(model, (const char *const[]){"mean", "most"}, 2, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_multiply(model, (const char *const[]){"multiply", "add"}, 2, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_global_average_pool2d(model);
    digitnet_model_add_global_max_pool2d_ex(model,
                                            DIGITNET_WITH(digitnet_global_max_pool2d_options, .input = "multiply_1"));
    digitnet_model_add_concatenate(model, (const char *const[]){"global_average_pooling2d", "global_max_pooling2d"}, 2);
    digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_SOFTMAX);
}

/* Images that get other shapes, where the order of values matters and where it does not. */
static void add_shapes(digitnet_model *model) {
    digitnet_model_add_zero_padding2d(model, 1, 0, 2, 3);
    digitnet_model_add_cropping2d(model, 0, 1, 1, 2);
    digitnet_model_add_up_sampling2d_ex(model, 2, DIGITNET_WITH(digitnet_up_sampling2d_options, .size_width = 3));
    digitnet_model_add_up_sampling2d_ex(model, 2,
                                        DIGITNET_WITH(digitnet_up_sampling2d_options, .size_width = 3,
                                                      .interpolation = DIGITNET_INTERPOLATION_BILINEAR,
                                                      .input = "cropping2d"));
    digitnet_model_add_multiply(model, (const char *const[]){"up_sampling2d", "up_sampling2d_1", "up_sampling2d"}, 3,
                                DIGITNET_ACTIVATION_LINEAR); /* 10 x 18 x 2 */
    digitnet_model_add_reshape(model, 6, 5, 12);
    digitnet_model_add_channel_slice(model, 0, 5);
    digitnet_model_add_channel_slice_ex(model, 4, 7, DIGITNET_WITH(digitnet_channel_slice_options, .input = "reshape"));
    digitnet_model_add_concatenate(model, (const char *const[]){"channel_slice_1", "channel_slice"}, 2);
    digitnet_model_add_permute(model, 3, 1, 2);
    digitnet_model_add_permute(model, 1, 3, 2);
    digitnet_model_add_permute(model, 2, 3, 1);
    digitnet_model_add_reshape(model, 18, 20, 1);
    digitnet_model_add_permute(model, 2, 1, 3);
    digitnet_model_add_reshape(model, 0, 0, 360);
    digitnet_model_add_reshape(model, 4, 6, 15);
    digitnet_model_add_reshape(model, 0, 0, 360);
    digitnet_model_add_reshape(model, 1, 1, 360);
    digitnet_model_add_reshape_ex(model, 2, 15, 12, DIGITNET_WITH(digitnet_reshape_options, .name = "last one"));
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SOFTMAX);
}

/* Each way to convolve: dilated, in groups, of single channels, pointwise, depthwise, separable, and back. */
static void add_convolutions(digitnet_model *model) {
    digitnet_model_add_conv2d_ex(model, 4, 2, DIGITNET_ACTIVATION_RELU,
                                 DIGITNET_WITH(digitnet_conv2d_options, .dilation_height = 2, .dilation_width = 1,
                                               .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_conv2d_ex(
        model, 6, 3, DIGITNET_ACTIVATION_RELU,
        DIGITNET_WITH(digitnet_conv2d_options, .groups = 2, .stride_height = 2, .stride_width = 1, .no_bias = 1));
    digitnet_model_add_conv2d_ex(model, 6, 2, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .groups = 6, .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_conv2d(model, 3, 1, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_conv2d_transpose_ex(
        model, 4, 3, DIGITNET_ACTIVATION_RELU,
        DIGITNET_WITH(digitnet_conv2d_transpose_options, .stride_height = 2, .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_depthwise_conv2d_ex(model, 3, DIGITNET_ACTIVATION_RELU,
                                           DIGITNET_WITH(digitnet_depthwise_conv2d_options, .depth_multiplier = 2,
                                                         .stride_height = 2, .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_separable_conv2d_ex(
        model, 5, 2, DIGITNET_ACTIVATION_RELU,
        DIGITNET_WITH(digitnet_separable_conv2d_options, .depth_multiplier = 3, .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_separable_conv2d_ex(model, 4, 2, DIGITNET_ACTIVATION_LINEAR,
                                           DIGITNET_WITH(digitnet_separable_conv2d_options, .no_bias = 1));
    digitnet_model_add_conv2d_transpose_ex(
        model, 2, 2, DIGITNET_ACTIVATION_LINEAR,
        DIGITNET_WITH(digitnet_conv2d_transpose_options, .stride_height = 3, .stride_width = 1, .no_bias = 1));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_SOFTMAX);
}

/* Explicit padding of each window: as SAME has it on the other side, that of a ceil mode, beyond a kernel. */
#define PADDED(above, below, before, behind) \
    .padding = DIGITNET_PADDING_EXPLICIT, .top = above, .bottom = below, .left = before, .right = behind
static void add_padded(digitnet_model *model) {
    digitnet_model_add_conv2d_ex(model, 4, 3, DIGITNET_ACTIVATION_RELU,
                                 DIGITNET_WITH(digitnet_conv2d_options, .stride_height = 2, PADDED(1, 0, 1, 0)));
    digitnet_model_add_conv2d_transpose_ex(model, 4, 3, DIGITNET_ACTIVATION_RELU,
                                           DIGITNET_WITH(digitnet_conv2d_transpose_options, .stride_height = 2,
                                                         .output_padding_height = 1, .output_padding_width = 1,
                                                         PADDED(1, 1, 0, 2)));
    digitnet_model_add_max_pool2d_ex(
        model, 3,
        DIGITNET_WITH(digitnet_max_pool2d_options, .stride_height = 2, .stride_width = 2, PADDED(1, 1, 0, 2)));
    digitnet_model_add_conv2d_ex(model, 4, 2, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .dilation_height = 2, PADDED(3, 5, 0, 6)));
    digitnet_model_add_average_pool2d_ex(model, 2, DIGITNET_WITH(digitnet_average_pool2d_options, PADDED(1, 1, 0, 1)));
    digitnet_model_add_depthwise_conv2d_ex(
        model, 3, DIGITNET_ACTIVATION_RELU,
        DIGITNET_WITH(digitnet_depthwise_conv2d_options, .depth_multiplier = 2, PADDED(0, 3, 1, 2)));
    digitnet_model_add_average_pool2d_ex(model, 3,
                                         DIGITNET_WITH(digitnet_average_pool2d_options, .stride_height = 1,
                                                       .stride_width = 1, .count_include_pad = 1, PADDED(1, 0, 1, 2)));
    digitnet_model_add_separable_conv2d_ex(model, 3, 2, DIGITNET_ACTIVATION_RELU,
                                           DIGITNET_WITH(digitnet_separable_conv2d_options, PADDED(1, 0, 2, 0)));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_SOFTMAX);
}

/* All of them side by side over one value, and some as layers' own. */
static void add_activations(digitnet_model *model) {
    add_convolution(model, "stem", NULL, 3, 3, DIGITNET_ACTIVATION_LINEAR);
    static const char *const names[] = {"a0", "a1", "a2",  "a3",  "a4",  "a5",  "a6",  "a7",
                                        "a8", "a9", "a10", "a11", "a12", "a13", "a14", "a15"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        digitnet_activation_options options = DIGITNET_INIT(digitnet_activation_options);
        options.name = names[i];
        options.input = "stem";
        digitnet_model_add_activation_ex(model, (digitnet_activation)i, &options);
    }
    digitnet_model_add_concatenate(model, names, sizeof names / sizeof *names);
    digitnet_model_add_activation_ex(model, DIGITNET_ACTIVATION_LEAKY_RELU,
                                     DIGITNET_WITH(digitnet_activation_options, .name = "leaky", .alpha = 0.3));
    digitnet_model_add_activation_ex(model, DIGITNET_ACTIVATION_ELU,
                                     DIGITNET_WITH(digitnet_activation_options, .name = "elu", .alpha = 0.5));
    add_convolution(model, "gelu", NULL, 3, 1, DIGITNET_ACTIVATION_GELU);
    add_convolution(model, "silu", NULL, 4, 2, DIGITNET_ACTIVATION_SILU);
    add_convolution(model, "leaky relu", NULL, 4, 2, DIGITNET_ACTIVATION_LEAKY_RELU);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 6, DIGITNET_ACTIVATION_HARD_SWISH);
    digitnet_model_add_dense(model, 6, DIGITNET_ACTIVATION_GELU_TANH);
    digitnet_model_add_dense(model, 6, DIGITNET_ACTIVATION_RELU6);
    digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_SOFTMAX);
}

/* Of images and of flat values. */
static void add_normalizations(digitnet_model *model) {
    digitnet_model_add_normalization(model);
    digitnet_model_add_rescaling(model, 0.5, 0.25);
    add_convolution(model, "first", NULL, 4, 3, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_prelu(model);
    digitnet_model_add_prelu_ex(model, DIGITNET_WITH(digitnet_prelu_options, .name = "shared", .per_channel = 1));
    digitnet_model_add_layer_normalization(model);
    digitnet_model_add_layer_normalization_ex(
        model, DIGITNET_WITH(digitnet_layer_normalization_options, .name = "scaled", .epsilon = 0.1, .no_center = 1));
    digitnet_model_add_group_normalization(model, 2);
    digitnet_model_add_group_normalization_ex(
        model, 4, DIGITNET_WITH(digitnet_group_normalization_options, .name = "instance", .no_scale = 1));
    digitnet_model_add_spatial_dropout2d(model, 0.25);
    digitnet_model_add_gaussian_noise(model, 0.5);
    digitnet_model_add_flatten(model);
    digitnet_model_add_gaussian_dropout(model, 0.5);
    digitnet_model_add_prelu_ex(model, DIGITNET_WITH(digitnet_prelu_options, .name = "flat"));
    digitnet_model_add_layer_normalization_ex(
        model, DIGITNET_WITH(digitnet_layer_normalization_options, .name = "plain", .no_center = 1, .no_scale = 1));
    digitnet_model_add_group_normalization_ex(
        model, 10,
        DIGITNET_WITH(digitnet_group_normalization_options, .name = "flat groups", .epsilon = 0.1, .no_center = 1));
    digitnet_model_add_normalization_ex(model, DIGITNET_WITH(digitnet_normalization_options, .name = "moments"));
    digitnet_model_add_dense(model, 3, DIGITNET_ACTIVATION_SOFTMAX);
}

const onnx_sample onnx_samples[] = {
    {"seed", 28, 28, 1, add_seed_layers, true, false},
    {"kinds", 9, 8, 2, add_every_kind, true, false},
    {"softmax-image", 7, 6, 2, add_softmax_image, false, false},
    {"linear-image", 7, 6, 3, add_linear_image, false, false},
    {"pixel", 1, 1, 4, add_one_pixel, true, false},
    {"tiny", 3, 3, 1, add_tiny, true, false},
    {"residual", 6, 5, 2, add_residual, true, false},
    {"branches", 5, 4, 2, add_branches, true, false},
    {"pools", 7, 8, 3, add_pools, true, false},
    {"shapes", 5, 4, 2, add_shapes, false, true},
    {"convolutions", 9, 7, 2, add_convolutions, true, true},
    {"activations", 5, 4, 2, add_activations, true, true},
    {"normalizations", 5, 4, 2, add_normalizations, true, true},
    {"padded", 10, 9, 2, add_padded, true, true},
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
    for (size_t i = 0; status == DIGITNET_OK && i < count; i++)
        model->network.parameters[i] = weights[i] * 0.3f;
    free(weights);
    for (size_t i = 0; status == DIGITNET_OK && i < model->network.graph.state_count; i++)
        model->network.state[i] = 0.2f + 0.1f * (float)(i % 4); /* variances, which are above 0 */
    if (status == DIGITNET_OK)
        digitnet__network_pack(&model->network);
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
