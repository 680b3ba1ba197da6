#include "bench_network.h"

#include "bench.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

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

void bench_network_compile(digitnet_model *model) {
    bench_check(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY),
                "digitnet_model_compile");
}

/* Of the layer at `index`, which has a bias if it has weights. */
static double layer_flop(const digitnet_model *model, size_t index) {
    digitnet_layer_info layer = DIGITNET_INIT(digitnet_layer_info);
    bench_check(digitnet_model_describe_layer(&layer, model, index), "digitnet_model_describe_layer");
    if (layer.parameters == 0)
        return 0;
    double weights = (double)(layer.parameters - layer.channels);
    double places = layer.height > 0 ? (double)layer.height * (double)layer.width : 1;
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
