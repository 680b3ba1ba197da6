/* Normalization by fixed moments: (x - mean) / deviation, for each channel. The moments are state, which no training
 * moves: digitnet_model_adapt() sets them, or the user. */
#include "core/memory.h"
#include "core/options.h"
#include "layers/op.h"

#include <math.h>

/* The least deviation, as in Keras: a channel that is always the same is divided by this. */
#define LEAST_DEVIATION 1e-7f

enum { MEAN, VARIANCE };

static digitnet_status infer_shape(digitnet__layer *layer) {
    digitnet__layer_add_vector(layer, "mean", DIGITNET_INITIALIZER_ZEROS, true);
    digitnet__layer_add_vector(layer, "variance", DIGITNET_INITIALIZER_ONES, true);
    return digitnet__layer_keep_shape(layer);
}

static float factor_of(float variance) {
    float deviation = sqrtf(variance > 0 ? variance : 0);
    return 1 / (deviation > LEAST_DEVIATION ? deviation : LEAST_DEVIATION);
}

/* 1 / deviation of each channel, in the worker's memory. */
static const float *factors_of(const digitnet__op *op, const digitnet__op_range *range) {
    size_t channels = op->output_shape.channels;
    float *factors = range->scratch;
    for (size_t i = 0; i < channels; i++)
        factors[i] = factor_of(range->state[channels + i]);
    return factors;
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    size_t channels = op->output_shape.channels, count = range->samples * op->output_values;
    const float *mean = range->state, *factors = factors_of(op, range);
    for (size_t first = 0; first < count; first += channels)
        for (size_t i = 0; i < channels; i++)
            range->output[first + i] = (range->inputs[0][first + i] - mean[i]) * factors[i];
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    size_t channels = op->output_shape.channels, count = range->samples * op->output_values;
    if (!range->input_gradients[0])
        return;
    const float *factors = factors_of(op, range);
    for (size_t first = 0; first < count; first += channels)
        for (size_t i = 0; i < channels; i++)
            range->input_gradients[0][first + i] = range->output_gradient[first + i] * factors[i];
}

static bool measure(digitnet__op *op) {
    return digitnet__size_multiply(&op->scratch_bytes, op->output_shape.channels, sizeof(float));
}

static const digitnet__op_kind normalization_op = {
    .name = "normalization", .measure = measure, .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &normalization_op;
}

static digitnet__bound bound(const digitnet__layer *layer, const digitnet__bound *inputs, const float *const *tensors) {
    digitnet__bound most = {0};
    for (size_t i = 0; i < layer->tensors[MEAN].values; i++) {
        double factor = (double)factor_of(tensors[VARIANCE][i]);
        most.gain = fmax(most.gain, inputs[0].gain * factor);
        most.offset = fmax(most.offset, (inputs[0].offset + fabs((double)tensors[MEAN][i])) * factor);
    }
    return most;
}

static digitnet__line line(const digitnet__layer *layer, size_t channel, const float *const *tensors) {
    (void)layer;
    double factor = (double)factor_of(tensors[VARIANCE][channel]);
    return (digitnet__line){factor, -(double)tensors[MEAN][channel] * factor};
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    digitnet__onnx_name mean = digitnet__onnx_write_per_channel(nodes, "mean", layer->output);
    digitnet__onnx_name least = digitnet__onnx_write_constant(nodes, "least", LEAST_DEVIATION);
    digitnet__onnx_nodes beside = *nodes;
    beside.value = digitnet__onnx_write_per_channel(nodes, "variance", layer->output);
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(&beside, "Sqrt", "root", NULL, 0, false));
    digitnet__onnx_write_binary(&beside, "Max", "deviation", least, false);
    digitnet__onnx_write_binary(nodes, "Sub", "centered", mean, false);
    digitnet__onnx_write_binary(nodes, "Div", NULL, beside.value, true);
}

const digitnet__layer_kind digitnet__layer_normalization = {.name = "normalization",
                                                            .class_name = "Normalization",
                                                            .infer_shape = infer_shape,
                                                            .lower = lower,
                                                            .bound = bound,
                                                            .line = line,
                                                            .onnx = {.write = write}};

digitnet_status digitnet_model_add_normalization(digitnet_model *model) {
    return digitnet_model_add_normalization_ex(model, NULL);
}

digitnet_status digitnet_model_add_normalization_ex(digitnet_model *model,
                                                    const digitnet_normalization_options *options) {
    digitnet_normalization_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_normalization_options, input);
    digitnet__layer_request request = {.kind = &digitnet__layer_normalization, .name = own.name, .inputs = &own.input};
    return digitnet__model_add_layer(model, &request, status);
}
