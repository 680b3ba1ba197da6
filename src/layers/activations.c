#include "layers/activations.h"

#include "kernels/softmax.h"

#include <math.h>

static size_t count_of(const digitnet__activation_run *run) {
    return run->rows * run->channels;
}

static void linear(const digitnet__activation_run *run, float *values, const float *bias) {
    if (bias)
        run->kernels->add_bias_relu(values, bias, run->rows, run->channels, false);
}

static void linear_backward(const digitnet__activation_run *run, float *gradient, const float *outputs) {
    (void)run;
    (void)gradient;
    (void)outputs;
}

static void relu(const digitnet__activation_run *run, float *values, const float *bias) {
    run->kernels->add_bias_relu(values, bias, run->rows, run->channels, true);
}

static void relu_backward(const digitnet__activation_run *run, float *gradient, const float *outputs) {
    run->kernels->relu_backward(gradient, outputs, count_of(run));
}

static void softmax(const digitnet__activation_run *run, float *values, const float *bias) {
    linear(run, values, bias);
    digitnet__softmax(values, run->rows, run->channels);
}

static void softmax_backward(const digitnet__activation_run *run, float *gradient, const float *outputs) {
    digitnet__softmax_backward(gradient, outputs, run->rows, run->channels);
}

static void log_softmax(const digitnet__activation_run *run, float *values, const float *bias) {
    linear(run, values, bias);
    digitnet__log_softmax(values, run->rows, run->channels);
}

static void log_softmax_backward(const digitnet__activation_run *run, float *gradient, const float *outputs) {
    digitnet__log_softmax_backward(gradient, outputs, run->rows, run->channels);
}

static digitnet__bound keep_bound(digitnet__bound input, double alpha, size_t channels) {
    (void)channels;
    (void)alpha;
    return input;
}

/* Between -1 and 1. */
static digitnet__bound bound_one(digitnet__bound input, double alpha, size_t channels) {
    (void)channels;
    (void)input;
    (void)alpha;
    return (digitnet__bound){.gain = 0, .offset = 1};
}

static digitnet__bound bound_six(digitnet__bound input, double alpha, size_t channels) {
    (void)channels;
    (void)input;
    (void)alpha;
    return (digitnet__bound){.gain = 0, .offset = 6};
}

static digitnet__bound bound_leaky_relu(digitnet__bound input, double alpha, size_t channels) {
    (void)channels;
    double most = fmax(1, alpha);
    return (digitnet__bound){.gain = input.gain * most, .offset = input.offset * most};
}

/* x above 0, and no less than -alpha below. */
static digitnet__bound bound_elu(digitnet__bound input, double alpha, size_t channels) {
    (void)channels;
    return (digitnet__bound){.gain = input.gain, .offset = fmax(input.offset, alpha)};
}

/* Likewise, times 1.0507, with an alpha of 1.6733. */
static digitnet__bound bound_selu(digitnet__bound input, double alpha, size_t channels) {
    (void)channels;
    (void)alpha;
    return (digitnet__bound){.gain = input.gain * 1.0508, .offset = fmax(input.offset * 1.0508, 1.7582)};
}

/* At most max(x, 0) + log 2. */
static digitnet__bound bound_softplus(digitnet__bound input, double alpha, size_t channels) {
    (void)channels;
    (void)alpha;
    return (digitnet__bound){.gain = input.gain, .offset = input.offset + 0.7};
}

/* The distance of two inputs, and the logarithm of the channels. */
static digitnet__bound bound_log_softmax(digitnet__bound input, double alpha, size_t channels) {
    (void)alpha;
    return (digitnet__bound){.gain = 2 * input.gain, .offset = 2 * input.offset + log((double)channels)};
}

static void write_over_channels(digitnet__onnx_nodes *nodes, const char *suffix, const char *type) {
    size_t begin = digitnet__onnx_begin_node(nodes, type, suffix, NULL, 0, true);
    digitnet__onnx_write_integer(nodes->writer, "axis", 1);
    digitnet__wire_end(nodes->writer, begin);
}

static void write_softmax(digitnet__onnx_nodes *nodes, const char *suffix, double alpha) {
    (void)alpha;
    write_over_channels(nodes, suffix, "Softmax");
}

static void write_log_softmax(digitnet__onnx_nodes *nodes, const char *suffix, double alpha) {
    (void)alpha;
    write_over_channels(nodes, suffix, "LogSoftmax");
}

static void write_with_alpha(digitnet__onnx_nodes *nodes, const char *type, const char *suffix, double alpha) {
    size_t begin = digitnet__onnx_begin_node(nodes, type, suffix, NULL, 0, true);
    digitnet__onnx_write_number(nodes->writer, "alpha", (float)alpha);
    digitnet__wire_end(nodes->writer, begin);
}

static void write_leaky_relu(digitnet__onnx_nodes *nodes, const char *suffix, double alpha) {
    write_with_alpha(nodes, "LeakyRelu", suffix, alpha);
}

static void write_elu(digitnet__onnx_nodes *nodes, const char *suffix, double alpha) {
    write_with_alpha(nodes, "Elu", suffix, alpha);
}

/* ONNX's own default is another slope. */
static const float hard_sigmoid_alpha = 1.0f / 6, hard_sigmoid_beta = 0.5f;

static void write_hard_sigmoid_node(digitnet__onnx_nodes *nodes, const char *suffix, bool last) {
    size_t begin = digitnet__onnx_begin_node(nodes, "HardSigmoid", suffix, NULL, 0, last);
    digitnet__onnx_write_number(nodes->writer, "alpha", hard_sigmoid_alpha);
    digitnet__onnx_write_number(nodes->writer, "beta", hard_sigmoid_beta);
    digitnet__wire_end(nodes->writer, begin);
}

static void write_hard_sigmoid(digitnet__onnx_nodes *nodes, const char *suffix, double alpha) {
    (void)alpha;
    write_hard_sigmoid_node(nodes, suffix, true);
}

/* x hard_sigmoid(x): HardSwish came with a later operator set. */
static void write_hard_swish(digitnet__onnx_nodes *nodes, const char *suffix, double alpha) {
    (void)alpha;
    digitnet__onnx_name x = nodes->value;
    write_hard_sigmoid_node(nodes, "hard_sigmoid", false);
    digitnet__onnx_write_binary(nodes, "Mul", suffix, x, true);
}

static void write_silu(digitnet__onnx_nodes *nodes, const char *suffix, double alpha) {
    (void)alpha;
    digitnet__onnx_name x = nodes->value;
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, "Sigmoid", "sigmoid", NULL, 0, false));
    digitnet__onnx_write_binary(nodes, "Mul", suffix, x, true);
}

/* x (1 + value) / 2, of the last node's value. */
static void write_gelu_end(digitnet__onnx_nodes *nodes, const char *suffix, digitnet__onnx_name x) {
    digitnet__onnx_write_binary(nodes, "Add", "gelu_sum", digitnet__onnx_write_constant(nodes, "gelu_one", 1), false);
    digitnet__onnx_write_binary(nodes, "Mul", "gelu_half", digitnet__onnx_write_constant(nodes, "gelu_factor", 0.5f),
                                false);
    digitnet__onnx_write_binary(nodes, "Mul", suffix, x, true);
}

/* x (1 + erf(x / sqrt(2))) / 2: Gelu came with a later operator set. */
static void write_gelu(digitnet__onnx_nodes *nodes, const char *suffix, double alpha) {
    (void)alpha;
    digitnet__onnx_name x = nodes->value;
    digitnet__onnx_write_binary(nodes, "Mul", "gelu_argument",
                                digitnet__onnx_write_constant(nodes, "gelu_scale", 0.707106781f), false);
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, "Erf", "gelu_erf", NULL, 0, false));
    write_gelu_end(nodes, suffix, x);
}

/* x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 */
static void write_gelu_tanh(digitnet__onnx_nodes *nodes, const char *suffix, double alpha) {
    (void)alpha;
    digitnet__onnx_name x = nodes->value;
    digitnet__onnx_write_binary(nodes, "Mul", "gelu_square", x, false);
    digitnet__onnx_write_binary(nodes, "Mul", "gelu_cubic",
                                digitnet__onnx_write_constant(nodes, "gelu_cubic_factor", 0.044715f), false);
    digitnet__onnx_write_binary(nodes, "Add", "gelu_slope", digitnet__onnx_write_constant(nodes, "gelu_unit", 1),
                                false);
    digitnet__onnx_write_binary(nodes, "Mul", "gelu_polynomial", x, false);
    digitnet__onnx_write_binary(nodes, "Mul", "gelu_argument",
                                digitnet__onnx_write_constant(nodes, "gelu_scale", 0.797884561f), false);
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, "Tanh", "gelu_tangent", NULL, 0, false));
    write_gelu_end(nodes, suffix, x);
}

static void write_relu6(digitnet__onnx_nodes *nodes, const char *suffix, double alpha) {
    (void)alpha;
    digitnet__onnx_name least = digitnet__onnx_write_constant(nodes, "relu6_least", 0);
    digitnet__onnx_name most = digitnet__onnx_write_constant(nodes, "relu6_most", 6);
    const char *inputs[] = {least.text, most.text};
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, "Clip", suffix, inputs, 2, true));
}

#define ROW(id_, name_, ...) \
    { .id = DIGITNET_ACTIVATION_##id_, .name = name_, __VA_ARGS__ }
#define POINTWISE(id_, name_, ...) ROW(id_, #name_, .pointwise = DNN_POINTWISE_##name_, __VA_ARGS__)
static const digitnet__activation activations[] = {
    ROW(LINEAR, "linear", .onnx = "Identity", .forward = linear, .backward = linear_backward, .bound = keep_bound),
    ROW(RELU, "relu", .onnx = "Relu", .forward = relu, .backward = relu_backward, .bound = keep_bound),
    ROW(SOFTMAX, "softmax", .onnx = "Softmax", .forward = softmax, .backward = softmax_backward, .bound = bound_one,
        .write = write_softmax),
    POINTWISE(SIGMOID, sigmoid, .onnx = "Sigmoid", .bound = bound_one),
    POINTWISE(TANH, tanh, .onnx = "Tanh", .bound = bound_one),
    POINTWISE(LEAKY_RELU, leaky_relu, .onnx = "LeakyRelu", .alpha = 0.2, .bound = bound_leaky_relu,
              .write = write_leaky_relu),
    POINTWISE(ELU, elu, .onnx = "Elu", .alpha = 1, .bound = bound_elu, .write = write_elu),
    POINTWISE(SELU, selu, .onnx = "Selu", .bound = bound_selu),
    POINTWISE(GELU, gelu, .from_inputs = true, .bound = keep_bound, .write = write_gelu),
    POINTWISE(GELU_TANH, gelu_tanh, .from_inputs = true, .bound = keep_bound, .write = write_gelu_tanh),
    POINTWISE(SILU, silu, .from_inputs = true, .bound = keep_bound, .write = write_silu),
    POINTWISE(HARD_SIGMOID, hard_sigmoid, .onnx = "HardSigmoid", .bound = bound_one, .write = write_hard_sigmoid),
    POINTWISE(HARD_SWISH, hard_swish, .from_inputs = true, .bound = keep_bound, .write = write_hard_swish),
    POINTWISE(RELU6, relu6, .bound = bound_six, .write = write_relu6),
    POINTWISE(SOFTPLUS, softplus, .onnx = "Softplus", .bound = bound_softplus),
    ROW(LOG_SOFTMAX, "log_softmax", .onnx = "LogSoftmax", .forward = log_softmax, .backward = log_softmax_backward,
        .bound = bound_log_softmax, .write = write_log_softmax),
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

double digitnet__activation_alpha(const digitnet__layer *layer) {
    const digitnet__attributes *attributes = &layer->attributes;
    return attributes->alpha != 0 ? attributes->alpha : digitnet__activation_find(attributes->activation)->alpha;
}

void digitnet__activation_forward(const digitnet__activation_run *run, float *values, const float *bias) {
    const digitnet__activation *activation = digitnet__activation_find(run->id);
    if (activation->forward) {
        activation->forward(run, values, bias);
        return;
    }
    linear(run, values, bias);
    run->kernels->pointwise[activation->pointwise].forward(values, count_of(run), run->alpha);
}

void digitnet__activation_backward(const digitnet__activation_run *run, float *gradient, const float *known) {
    const digitnet__activation *activation = digitnet__activation_find(run->id);
    if (activation->backward)
        activation->backward(run, gradient, known);
    else
        run->kernels->pointwise[activation->pointwise].backward(gradient, known, count_of(run), run->alpha);
}

digitnet__bound digitnet__activation_bound(const digitnet__layer *layer, digitnet__bound input) {
    return digitnet__activation_find(layer->attributes.activation)
        ->bound(input, digitnet__activation_alpha(layer), layer->output.channels);
}

void digitnet__activation_write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer, const char *suffix) {
    const digitnet__activation *activation = digitnet__activation_find(layer->attributes.activation);
    if (activation->write)
        activation->write(nodes, suffix, digitnet__activation_alpha(layer));
    else
        digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, activation->onnx, suffix, NULL, 0, true));
}
