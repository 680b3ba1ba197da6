#include "bench_network.h"

#include "bench.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bench_shape bench_read_shape(const char *text) {
    bench_shape shape;
    char rest;
    if (sscanf(text, "%5zux%5zux%5zu%c", &shape.height, &shape.width, &shape.channels, &rest) != 3)
        bench_fail("%s is no shape: HEIGHTxWIDTHxCHANNELS is wanted", text);
    return shape;
}

static void add_convolutions(digitnet_model *model, size_t filters, size_t depth) {
    digitnet_model_add_conv2d(model, filters, 3, DIGITNET_ACTIVATION_RELU);
    for (size_t i = 1; i < depth; i++) {
        digitnet_model_add_conv2d_ex(model, filters, 3, DIGITNET_ACTIVATION_RELU,
                                     DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_SAME));
    }
    digitnet_model_add_max_pool2d(model, 2);
}

digitnet_model *bench_network_build(bench_shape shape, size_t width, size_t depth) {
    digitnet_model *model = NULL;
    bench_check(digitnet_model_create(&model, shape.height, shape.width, shape.channels), "digitnet_model_create");
    add_convolutions(model, 32 * width, depth);
    add_convolutions(model, 64 * width, depth);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 128 * width, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dense(model, 10, DIGITNET_ACTIVATION_SOFTMAX);
    return model;
}

/* A convolution without biases, its batch normalization and its ReLU, where it has one. */
static void add_normalized(digitnet_model *model, size_t filters, size_t kernel, size_t stride, bool relu) {
    digitnet_model_add_conv2d_ex(model, filters, kernel, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .stride_height = stride, .no_bias = 1,
                                               .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_batch_normalization(model);
    if (relu)
        digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
}

static void add_classes(digitnet_model *model) {
    digitnet_model_add_global_average_pool2d(model);
    digitnet_model_add_dense(model, 10, DIGITNET_ACTIVATION_SOFTMAX);
}

static digitnet_model *begin_network(size_t height, size_t width, size_t channels) {
    digitnet_model *model = NULL;
    bench_check(digitnet_model_create(&model, height, width, channels), "digitnet_model_create");
    return model;
}

static digitnet_model *build_seed(void) {
    return bench_network_build((bench_shape){28, 28, 1}, 1, 1);
}

static digitnet_model *build_best(void) {
    digitnet_model *model = begin_network(28, 28, 1);
    static const size_t filters[] = {32, 32, 64, 64, 128, 128};
    for (size_t i = 0; i < 6; i++) {
        add_normalized(model, filters[i], 3, 1, true);
        if (i == 1 || i == 3)
            digitnet_model_add_max_pool2d(model, 2);
    }
    add_classes(model);
    return model;
}

static void name_of_last(char name[64], const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_layer_info layer = DIGITNET_INIT(digitnet_layer_info);
    bench_check(digitnet_model_describe(&info, model), "digitnet_model_describe");
    bench_check(digitnet_model_describe_layer(&layer, model, info.layers - 1), "digitnet_model_describe_layer");
    snprintf(name, 64, "%s", layer.name);
}

/* Two convolutions beside the image itself, or beside a convolution of it where the shape changes. */
static void add_residual_block(digitnet_model *model, size_t filters, size_t stride, bool projected) {
    char image[64], body[64], shortcut[64];
    name_of_last(image, model);
    add_normalized(model, filters, 3, stride, true);
    add_normalized(model, filters, 3, 1, false);
    name_of_last(body, model);
    snprintf(shortcut, sizeof shortcut, "%s", image);
    if (projected) {
        digitnet_model_add_conv2d_ex(model, filters, 1, DIGITNET_ACTIVATION_LINEAR,
                                     DIGITNET_WITH(digitnet_conv2d_options, .input = image, .stride_height = stride,
                                                   .no_bias = 1, .padding = DIGITNET_PADDING_SAME));
        digitnet_model_add_batch_normalization(model);
        name_of_last(shortcut, model);
    }
    digitnet_model_add_add(model, (const char *const[]){body, shortcut}, 2, DIGITNET_ACTIVATION_RELU);
}

static digitnet_model *build_resnet20(void) {
    digitnet_model *model = begin_network(32, 32, 3);
    add_normalized(model, 16, 3, 1, true);
    for (size_t stage = 0; stage < 3; stage++)
        for (size_t block = 0; block < 3; block++) {
            bool narrower = stage > 0 && block == 0;
            add_residual_block(model, (size_t)16 << stage, narrower ? 2 : 1, narrower);
        }
    add_classes(model);
    return model;
}

static digitnet_model *build_mobile(void) {
    static const struct { size_t filters, stride; } blocks[] = {{64, 2}, {64, 1}, {128, 2}, {128, 1}, {128, 1}};
    digitnet_model *model = begin_network(28, 28, 1);
    digitnet_model_add_conv2d_ex(model, 32, 3, DIGITNET_ACTIVATION_RELU,
                                 DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_SAME));
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        digitnet_model_add_depthwise_conv2d_ex(model, 3, DIGITNET_ACTIVATION_RELU,
                                               DIGITNET_WITH(digitnet_depthwise_conv2d_options,
                                                             .stride_height = blocks[i].stride,
                                                             .padding = DIGITNET_PADDING_SAME));
        digitnet_model_add_conv2d(model, blocks[i].filters, 1, DIGITNET_ACTIVATION_RELU);
    }
    add_classes(model);
    return model;
}

static const struct {
    const char *name;
    digitnet_model *(*build)(void);
} networks[] = {{"seed", build_seed}, {"best", build_best}, {"resnet20", build_resnet20}, {"mobile", build_mobile}};

digitnet_model *bench_network_named(const char *name) {
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
        if (strcmp(name, networks[i].name) == 0)
            return networks[i].build();
    bench_fail("there is no network %s: seed, best, resnet20 and mobile are", name);
}

bench_shape bench_network_shape(const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    bench_check(digitnet_model_describe(&info, model), "digitnet_model_describe");
    return (bench_shape){info.height, info.width, info.channels};
}

void bench_network_compile(digitnet_model *model) {
    bench_check(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY),
                "digitnet_model_compile");
}

/* Of the layer at `index`: its kernels, at each place of its output. */
static double layer_flop(const digitnet_model *model, size_t index) {
    digitnet_layer_info layer = DIGITNET_INIT(digitnet_layer_info);
    digitnet_tensor_info tensor = DIGITNET_INIT(digitnet_tensor_info);
    bench_check(digitnet_model_describe_layer(&layer, model, index), "digitnet_model_describe_layer");
    size_t length = strlen(layer.name);
    double places = layer.height > 0 ? (double)layer.height * (double)layer.width : 1, weights = 0;
    for (size_t i = 0; digitnet_model_describe_tensor(&tensor, model, i) == DIGITNET_OK; i++)
        if (strncmp(tensor.name, layer.name, length) == 0 && tensor.name[length] == '/' && tensor.rank > 1)
            weights += (double)tensor.values;
    return 2 * weights * places;
}

double bench_forward_flop(const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    bench_check(digitnet_model_describe(&info, model), "digitnet_model_describe");
    double sum = 0;
    for (size_t i = 0; i < info.layers; i++)
        sum += layer_flop(model, i);
    return sum;
}

double bench_training_flop(const digitnet_model *model) {
    return 3 * bench_forward_flop(model) - layer_flop(model, 0);
}

/* By the nearest pixel, the same in all channels. */
static void scale(uint8_t *out, bench_shape shape, const float *digit, size_t height, size_t width) {
    for (size_t row = 0; row < shape.height; row++) {
        for (size_t column = 0; column < shape.width; column++) {
            float value = digit[row * height / shape.height * width + column * width / shape.width];
            for (size_t channel = 0; channel < shape.channels; channel++)
                *out++ = (uint8_t)lrintf(255 * value);
        }
    }
}

digitnet_dataset *bench_digits(const char *folder, size_t count, bench_shape shape) {
    digitnet_dataset *digits = NULL, *scaled = NULL;
    bench_check(digitnet_dataset_load_mnist(&digits, NULL, folder ? folder : DNN_BENCH_DIGITS), "MNIST");
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    bench_check(digitnet_dataset_describe(&info, digits), "digitnet_dataset_describe");

    size_t pixels = info.height * info.width, values = shape.height * shape.width * shape.channels;
    float *digit = bench_allocate(pixels, sizeof *digit);
    uint8_t *images = bench_allocate(count, values);
    int32_t *labels = bench_allocate(count, sizeof *labels);
    for (size_t i = 0; i < count; i++) {
        bench_check(digitnet_dataset_read(digit, pixels, &labels[i], 1, digits, i % info.count, 1),
                    "digitnet_dataset_read");
        scale(images + i * values, shape, digit, info.height, info.width);
    }
    bench_check(digitnet_dataset_create_u8(&scaled, images, labels, count, shape.height, shape.width, shape.channels),
                "digitnet_dataset_create_u8");
    free(labels);
    free(images);
    free(digit);
    digitnet_dataset_free(digits);
    return scaled;
}
