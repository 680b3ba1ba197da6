/* Batch normalization (Ioffe and Szegedy 2015): for each channel y = gamma (x - mean) / sqrt(variance + epsilon) +
 * beta. In training, mean and variance are those of the batch; in inference, and where the layer is frozen, moving
 * averages of them. */
#include "layers/batch_normalization.h"

#include "core/memory.h"
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "layers/affine.h"

#include <math.h>

#define DEFAULT_EPSILON 1e-3
#define DEFAULT_MOMENTUM 0.99

/* ---- Tensors: gamma and beta, where the layer has them, then the moving mean and variance ---- */

static digitnet_status check_between(const digitnet__layer *layer, const char *what, double value, double most) {
    if (value > 0 && value < most)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL, "layer '%s': %s is %s; it must be above 0 and %s", layer->name, what,
                          digitnet__number_text(value).text, most == 1 ? "below 1" : "finite");
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    const digitnet__attributes *attributes = &layer->attributes;
    DNN_TRY(check_between(layer, "epsilon", attributes->epsilon, HUGE_VAL));
    DNN_TRY(check_between(layer, "momentum", attributes->momentum, 1));
    digitnet__affine_add(layer);
    digitnet__layer_add_vector(layer, "moving_mean", DIGITNET_INITIALIZER_ZEROS, true);
    digitnet__layer_add_vector(layer, "moving_variance", DIGITNET_INITIALIZER_ONES, true);
    return digitnet__layer_keep_shape(layer);
}

/* ---- Mean and variance of a channel ---- */

typedef struct moments {
    double mean, variance;
} moments;

static size_t channels_of(const digitnet__op *op) {
    return op->output_shape.channels;
}

/* How many values of the batch a channel has. */
static double places_of(const digitnet__op *op, size_t samples) {
    return (double)samples * (double)(op->output_values / channels_of(op));
}

static moments batch_moments(const digitnet__op *op, const digitnet__op_range *range, size_t channel) {
    double places = places_of(op, range->batch_samples);
    double mean = range->forward_sums[channel] / places;
    double variance = range->forward_sums[channels_of(op) + channel] / places - mean * mean;
    return (moments){.mean = mean, .variance = variance > 0 ? variance : 0};
}

static moments moving_moments(const digitnet__layer *layer, const float *state, size_t channel) {
    size_t channels = layer->output.channels;
    double variance = (double)state[channels + channel];
    return (moments){.mean = (double)state[channel], .variance = variance > 0 ? variance : 0};
}

static moments moments_of(const digitnet__op *op, const digitnet__op_range *range, size_t channel) {
    return op->gathers ? batch_moments(op, range, channel) : moving_moments(op->layer, range->state, channel);
}

static double inverse_deviation(const digitnet__layer *layer, moments values) {
    return 1 / sqrt(values.variance + layer->attributes.epsilon);
}

/* gamma / sqrt(variance + epsilon), and what is then added to scale x. */
static void set_affine(float *scale, float *shift, const digitnet__layer *layer, digitnet__affine weights,
                       moments values, size_t channel) {
    double gamma = weights.gamma ? (double)weights.gamma[channel] : 1;
    double beta = weights.beta ? (double)weights.beta[channel] : 0;
    double factor = gamma * inverse_deviation(layer, values);
    *scale = (float)factor;
    *shift = (float)(beta - factor * values.mean);
}

void digitnet__batch_normalization_affine(float *scale, float *shift, const digitnet__layer *layer,
                                          const float *parameters, const float *state, digitnet__op_block block) {
    digitnet__affine weights = digitnet__affine_of(layer, parameters);
    for (size_t i = 0; i < block.count; i++) {
        size_t channel = block.first + i;
        set_affine(scale + i, shift + i, layer, weights, moving_moments(layer, state, channel), channel);
    }
}

/* ---- Forward ---- */

static void gather_forward(const digitnet__op *op, const digitnet__op_range *range, double *share) {
    op->kernels->channel_moments(share, share + channels_of(op), range->inputs[0],
                                 range->samples * (op->output_values / channels_of(op)), channels_of(op));
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    size_t channels = channels_of(op);
    float *scale = range->scratch, *shift = scale + channels;
    digitnet__affine weights = digitnet__affine_of(op->layer, range->parameters);
    for (size_t channel = 0; channel < channels; channel++)
        set_affine(scale + channel, shift + channel, op->layer, weights, moments_of(op, range, channel), channel);
    bool relu = op->activation == DIGITNET_ACTIVATION_RELU;
    op->kernels->scale_shift(range->output, range->inputs[0], scale, shift,
                             range->samples * (op->output_values / channels), channels, relu);
    if (!relu)
        digitnet__op_activate(op, range->output, NULL, range->samples);
}

/* moving <- momentum moving + (1 - momentum) of the batch */
static void move_state(const digitnet__op *op, const digitnet__op_range *batch, float *state) {
    const digitnet__attributes *attributes = &op->layer->attributes;
    size_t channels = channels_of(op);
    double places = places_of(op, batch->batch_samples), rate = 1 - attributes->momentum;
    double correction = attributes->unbiased_moving_variance && places > 1 ? places / (places - 1) : 1;
    for (size_t channel = 0; channel < channels; channel++) {
        moments values = batch_moments(op, batch, channel);
        float *mean = state + channel, *variance = state + channels + channel;
        *mean = (float)(attributes->momentum * (double)*mean + rate * values.mean);
        *variance = (float)(attributes->momentum * (double)*variance + rate * correction * values.variance);
    }
}

/* ---- Backward. With z = (x - mean) / deviation and sums over the batch's n places of a channel,
 * dL/dbeta = sum g, dL/dgamma = sum g z, dL/dx = gamma / deviation (g - (sum g + z sum g z) / n). ---- */

/* Sums of g and of g x; g is the gradient before the activation from here on. */
static void gather_backward(const digitnet__op *op, const digitnet__op_range *range, double *share) {
    size_t channels = channels_of(op), rows = range->samples * (op->output_values / channels);
    if (op->activation == DIGITNET_ACTIVATION_RELU) {
        op->kernels->channel_products_relu(share, share + channels, range->output_gradient, range->inputs[0],
                                           range->output, rows, channels);
        return;
    }
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    op->kernels->channel_products(share, share + channels, range->output_gradient, range->inputs[0], rows, channels);
}

typedef struct gradient_sums {
    double beta, gamma;
} gradient_sums;

static gradient_sums gradient_sums_of(const digitnet__op *op, const digitnet__op_range *range, size_t channel,
                                      moments values) {
    double sum = range->backward_sums[channel], product = range->backward_sums[channels_of(op) + channel];
    return (gradient_sums){.beta = sum, .gamma = (product - values.mean * sum) * inverse_deviation(op->layer, values)};
}

/* The gradient by the inputs as first * g + second * x + shift. */
static void set_input_gradient(float *first, float *second, float *shift, const digitnet__op *op,
                               const digitnet__op_range *range, size_t channel) {
    digitnet__affine weights = digitnet__affine_of(op->layer, range->parameters);
    moments values = batch_moments(op, range, channel);
    gradient_sums sums = gradient_sums_of(op, range, channel, values);
    double inverse = inverse_deviation(op->layer, values), places = places_of(op, range->batch_samples);
    double factor = (weights.gamma ? (double)weights.gamma[channel] : 1) * inverse;
    double by_value = -factor * sums.gamma / places * inverse;
    *first = (float)factor;
    *second = (float)by_value;
    *shift = (float)(-factor * sums.beta / places - by_value * values.mean);
}

static void backward_of_batch(const digitnet__op *op, const digitnet__op_range *range) {
    size_t channels = channels_of(op);
    float *first = range->scratch, *second = first + channels, *shift = second + channels;
    for (size_t channel = 0; channel < channels; channel++)
        set_input_gradient(first + channel, second + channel, shift + channel, op, range, channel);
    op->kernels->scale_shift_two(range->input_gradients[0], range->output_gradient, first, range->inputs[0], second,
                                 shift, range->samples * (op->output_values / channels), channels);
}

/* The moving averages are constants. */
static void backward_of_frozen(const digitnet__op *op, const digitnet__op_range *range) {
    size_t channels = channels_of(op);
    float *scale = range->scratch, shift;
    digitnet__affine weights = digitnet__affine_of(op->layer, range->parameters);
    for (size_t channel = 0; channel < channels; channel++)
        set_affine(scale + channel, &shift, op->layer, weights, moments_of(op, range, channel), channel);
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    op->kernels->multiply_rows(range->input_gradients[0], range->output_gradient, scale,
                               range->samples * (op->output_values / channels), channels);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    if (!range->input_gradients[0])
        return;
    if (op->gathers)
        backward_of_batch(op, range);
    else
        backward_of_frozen(op, range);
}

static void block_gradient(const digitnet__op *op, const digitnet__op_range *batch, digitnet__op_block block) {
    const digitnet__attributes *attributes = &op->layer->attributes;
    float *gamma = batch->gradient, *beta = attributes->no_scale ? gamma : gamma + channels_of(op);
    for (size_t i = 0; i < block.count; i++) {
        size_t channel = block.first + i;
        gradient_sums sums = gradient_sums_of(op, batch, channel, batch_moments(op, batch, channel));
        if (!attributes->no_scale)
            gamma[channel] = (float)sums.gamma;
        if (!attributes->no_center)
            beta[channel] = (float)sums.beta;
    }
}

/* The kernels take three values for each channel from the scratch memory. */
static bool measure(digitnet__op *op) {
    op->forward_sums = op->backward_sums = 2 * channels_of(op);
    return digitnet__size_product(&op->scratch_bytes, (size_t[]){3, channels_of(op), sizeof(float)}, 3);
}

static const digitnet__op_kind batch_normalization_op = {.name = "batch_normalization",
                                                         .absorb = digitnet__op_absorb_activation,
                                                         .measure = measure,
                                                         .gather_forward = gather_forward,
                                                         .gather_backward = gather_backward,
                                                         .move_state = move_state,
                                                         .forward = forward,
                                                         .backward = backward,
                                                         .block_gradient = block_gradient};

static const digitnet__op_kind inference_op = {.name = "batch_normalization_inference",
                                               .absorb = digitnet__op_absorb_activation,
                                               .measure = measure,
                                               .forward = forward};

bool digitnet__op_is_normalization(const digitnet__op *op) {
    return op->kind == &inference_op;
}

static void lower(digitnet__op *op, bool training) {
    op->kind = training ? &batch_normalization_op : &inference_op;
}

/* ---- Bound and file ---- */

static digitnet__bound bound(const digitnet__layer *layer, const digitnet__bound *inputs, const float *const *tensors) {
    const float *parameters = tensors[0], *state = tensors[layer->tensor_count - 2];
    double gain = 0, offset = 0;
    for (size_t channel = 0; channel < layer->output.channels; channel++) {
        float scale, shift;
        set_affine(&scale, &shift, layer, digitnet__affine_of(layer, parameters), moving_moments(layer, state, channel),
                   channel);
        gain = fmax(gain, fabs((double)scale));
        offset = fmax(offset, fabs((double)shift));
    }
    return (digitnet__bound){.gain = inputs[0].gain * gain, .offset = inputs[0].offset * gain + offset};
}

static digitnet__onnx_name constant_name(const digitnet__layer *layer, const char *role) {
    return digitnet__onnx_join(layer->name, role);
}

/* ONNX's operator has scale and bias always: ones and zeros in their place. */
static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    digitnet__onnx_name gamma = constant_name(layer, "gamma"), beta = constant_name(layer, "beta");
    const char *inputs[] = {gamma.text, beta.text, layer->tensors[layer->tensor_count - 2].name,
                            layer->tensors[layer->tensor_count - 1].name};
    size_t begin = digitnet__onnx_begin_node(nodes, "BatchNormalization", NULL, inputs, 4, true);
    digitnet__onnx_write_number(nodes->writer, "epsilon", (float)layer->attributes.epsilon);
    digitnet__onnx_write_number(nodes->writer, "momentum", (float)layer->attributes.momentum);
    digitnet__wire_end(nodes->writer, begin);
}

static void write_constants(digitnet__wire_writer *writer, const digitnet__layer *layer) {
    size_t channels = layer->output.channels;
    if (layer->attributes.no_scale)
        digitnet__onnx_write_filled(writer, constant_name(layer, "gamma").text, channels, 1);
    if (layer->attributes.no_center)
        digitnet__onnx_write_filled(writer, constant_name(layer, "beta").text, channels, 0);
}

const digitnet__layer_kind digitnet__layer_batch_normalization = {
    .name = "batch_normalization",
    .class_name = "BatchNormalization",
    .infer_shape = infer_shape,
    .lower = lower,
    .bound = bound,
    .onnx = {.write = write, .write_constants = write_constants}};

digitnet_status digitnet_model_add_batch_normalization(digitnet_model *model) {
    return digitnet_model_add_batch_normalization_ex(model, NULL);
}

static digitnet_status check_flags(const digitnet_batch_normalization_options *options) {
    DNN_TRY(DNN_FLAG_CHECK(options, digitnet_batch_normalization_options, no_center));
    DNN_TRY(DNN_FLAG_CHECK(options, digitnet_batch_normalization_options, no_scale));
    return DNN_FLAG_CHECK(options, digitnet_batch_normalization_options, unbiased_moving_variance);
}

digitnet_status digitnet_model_add_batch_normalization_ex(digitnet_model *model,
                                                          const digitnet_batch_normalization_options *options) {
    digitnet_batch_normalization_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_batch_normalization_options, reserved);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK((size_t)own.reserved | own.reserved_2, digitnet_batch_normalization_options);
    if (status == DIGITNET_OK)
        status = check_flags(&own);
    digitnet__layer_request request = {.kind = &digitnet__layer_batch_normalization,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.epsilon = own.epsilon == 0 ? DEFAULT_EPSILON : own.epsilon,
                                                      .momentum = own.momentum == 0 ? DEFAULT_MOMENTUM : own.momentum,
                                                      .no_center = own.no_center != 0,
                                                      .no_scale = own.no_scale != 0,
                                                      .unbiased_moving_variance = own.unbiased_moving_variance != 0}};
    return digitnet__model_add_layer(model, &request, status);
}
