#include "layers/activations.h"

#include "core/status.h"
#include "kernels/softmax.h"
#include "onnx/schema.h"

#include <math.h>

static void linear(const digitnet__kernels *kernels, float *values, const float *bias, size_t rows, size_t channels) {
    if (bias)
        kernels->add_bias_relu(values, bias, rows, channels, false);
}

static void linear_backward(const digitnet__kernels *kernels, float *gradient, const float *outputs, size_t rows,
                            size_t channels) {
    (void)kernels;
    (void)gradient;
    (void)outputs;
    (void)rows;
    (void)channels;
}

static void relu(const digitnet__kernels *kernels, float *values, const float *bias, size_t rows, size_t channels) {
    kernels->add_bias_relu(values, bias, rows, channels, true);
}

static void relu_backward(const digitnet__kernels *kernels, float *gradient, const float *outputs, size_t rows,
                          size_t channels) {
    kernels->relu_backward(gradient, outputs, rows * channels);
}

static void softmax(const digitnet__kernels *kernels, float *values, const float *bias, size_t rows, size_t channels) {
    linear(kernels, values, bias, rows, channels);
    digitnet__softmax(values, rows, channels);
}

static void softmax_backward(const digitnet__kernels *kernels, float *gradient, const float *outputs, size_t rows,
                             size_t channels) {
    (void)kernels;
    digitnet__softmax_backward(gradient, outputs, rows, channels);
}

/* 1 / (1 + exp(-x)), by the form in which nothing overflows. */
static float sigmoid_of(float x) {
    float e = expf(-fabsf(x));
    return x >= 0 ? 1 / (1 + e) : x < 0 ? e / (1 + e) : x; /* NaN stays NaN */
}

static void sigmoid(const digitnet__kernels *kernels, float *values, const float *bias, size_t rows, size_t channels) {
    linear(kernels, values, bias, rows, channels);
    for (size_t i = 0; i < rows * channels; i++)
        values[i] = sigmoid_of(values[i]);
}

static void sigmoid_backward(const digitnet__kernels *kernels, float *gradient, const float *outputs, size_t rows,
                             size_t channels) {
    (void)kernels;
    for (size_t i = 0; i < rows * channels; i++)
        gradient[i] *= outputs[i] * (1 - outputs[i]);
}

static digitnet__bound keep_bound(digitnet__bound input) {
    return input;
}

/* A probability. */
static digitnet__bound bound_one(digitnet__bound input) {
    (void)input;
    return (digitnet__bound){.gain = 0, .offset = 1};
}

static const digitnet__activation activations[] = {
    {DIGITNET_ACTIVATION_LINEAR, "linear", "Identity", false, linear, linear_backward, keep_bound},
    {DIGITNET_ACTIVATION_RELU, "relu", "Relu", false, relu, relu_backward, keep_bound},
    {DIGITNET_ACTIVATION_SOFTMAX, "softmax", "Softmax", true, softmax, softmax_backward, bound_one},
    {DIGITNET_ACTIVATION_SIGMOID, "sigmoid", "Sigmoid", false, sigmoid, sigmoid_backward, bound_one},
};

const digitnet__activation *digitnet__activation_at(size_t index) {
    return index < sizeof activations / sizeof *activations ? &activations[index] : NULL;
}

const digitnet__activation *digitnet__activation_find(digitnet_activation id) {
    for (size_t i = 0; digitnet__activation_at(i); i++)
        if (activations[i].id == id)
            return &activations[i];
    return NULL;
}

const char *digitnet__activation_name(digitnet_activation id) {
    const digitnet__activation *activation = digitnet__activation_find(id);
    return activation ? activation->name : NULL;
}

void digitnet__activation_write(digitnet__onnx_nodes *nodes, digitnet_activation id, const char *suffix) {
    const digitnet__activation *activation = digitnet__activation_find(id);
    size_t begin = digitnet__onnx_begin_node(nodes, activation->onnx, suffix, NULL, 0, true);
    if (activation->over_channels)
        digitnet__onnx_write_integer(nodes->writer, "axis", 1);
    digitnet__wire_end(nodes->writer, begin);
}

const digitnet__activation *digitnet__activation_of_node(const digitnet__onnx_node *node) {
    for (size_t i = 0; digitnet__activation_at(i); i++)
        if (digitnet__wire_is(node->type, activations[i].onnx))
            return &activations[i];
    return NULL;
}

/* The channels are axis 1 of N x channels x ..., or counted from the end. */
digitnet_status digitnet__activation_check_node(const digitnet__activation *activation, const digitnet__onnx_node *node,
                                                digitnet__shape shape) {
    digitnet__onnx_attribute axis = {.name = "axis", .type = DNN_ATTRIBUTE_TYPE_INT, .integers = {-1}};
    digitnet_status status = digitnet__onnx_read_attributes(node, &axis, activation->over_channels ? 1 : 0);
    if (status != DIGITNET_OK || !activation->over_channels)
        return status;
    int64_t from_end = shape.flat ? -1 : -3;
    if (axis.integers[0] != 1 && axis.integers[0] != from_end)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, node,
                                        "attribute 'axis' is not the axis of the channels");
    return DIGITNET_OK;
}
