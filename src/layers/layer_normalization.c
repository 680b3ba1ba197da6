/* Layer normalization (Ba et al. 2016), over the channels of each place: y = gamma (x - mean) / sqrt(variance +
 * epsilon) + beta. */
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "layers/affine.h"
#include "layers/op.h"

#include <math.h>

#define DEFAULT_EPSILON 1e-3

/* What forward keeps of each place for backward. */
typedef struct moments {
    float mean, scale; /* scale = 1 / sqrt(variance + epsilon) */
} moments;

static digitnet_status infer_shape(digitnet__layer *layer) {
    DNN_TRY(digitnet__layer_check_epsilon(layer));
    digitnet__affine_add(layer);
    return digitnet__layer_keep_shape(layer);
}

/* In double precision, in which no square of a float overflows. */
static moments moments_of(const float *x, size_t channels, double epsilon) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < channels; i++)
        sum += (double)x[i];
    double mean = sum / (double)channels;
    for (size_t i = 0; i < channels; i++)
        squares += ((double)x[i] - mean) * ((double)x[i] - mean);
    return (moments){.mean = (float)mean, .scale = (float)(1 / sqrt(squares / (double)channels + epsilon))};
}

static void normalize(float *y, const float *x, moments with, digitnet__affine affine, size_t channels) {
    for (size_t i = 0; i < channels; i++) {
        float value = (x[i] - with.mean) * with.scale;
        value = affine.gamma ? value * affine.gamma[i] : value;
        y[i] = affine.beta ? value + affine.beta[i] : value;
    }
}

static size_t places_of(const digitnet__op *op) {
    return op->output_values / op->output_shape.channels;
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    size_t channels = op->output_shape.channels;
    digitnet__affine affine = digitnet__affine_of(op->layer, range->parameters);
    moments *kept = (moments *)(void *)range->cache;
    for (size_t place = 0; place < range->samples * places_of(op); place++) {
        const float *x = range->inputs[0] + place * channels;
        moments with = moments_of(x, channels, op->layer->attributes.epsilon);
        normalize(range->output + place * channels, x, with, affine, channels);
        if (kept)
            kept[place] = with;
    }
}

static void add_parameter_gradients(float *gamma, float *beta, const float *gradient, const float *x, moments with,
                                    size_t channels) {
    for (size_t i = 0; gamma && i < channels; i++)
        gamma[i] += gradient[i] * ((x[i] - with.mean) * with.scale);
    for (size_t i = 0; beta && i < channels; i++)
        beta[i] += gradient[i];
}

/* With n the normalized value and g the gradient by it: scale (g - mean(g) - n mean(g n)). */
static void input_gradient(float *to, const float *gradient, const float *x, moments with, const float *gamma,
                           size_t channels) {
    double sum = 0, product = 0;
    for (size_t i = 0; i < channels; i++) {
        double g = (double)(gamma ? gradient[i] * gamma[i] : gradient[i]);
        sum += g;
        product += g * (double)((x[i] - with.mean) * with.scale);
    }
    float mean = (float)(sum / (double)channels), slope = (float)(product / (double)channels);
    for (size_t i = 0; i < channels; i++) {
        float g = gamma ? gradient[i] * gamma[i] : gradient[i];
        to[i] = with.scale * (g - mean - (x[i] - with.mean) * with.scale * slope);
    }
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    size_t channels = op->output_shape.channels;
    const digitnet__layer *layer = op->layer;
    digitnet__affine affine = digitnet__affine_of(layer, range->parameters);
    digitnet__affine sums = digitnet__affine_of(layer, range->gradient);
    const moments *kept = (const moments *)(const void *)range->cache;
    for (size_t place = 0; place < range->samples * places_of(op); place++) {
        const float *x = range->inputs[0] + place * channels, *gradient = range->output_gradient + place * channels;
        add_parameter_gradients((float *)sums.gamma, (float *)sums.beta, gradient, x, kept[place], channels);
        if (range->input_gradients[0])
            input_gradient(range->input_gradients[0] + place * channels, gradient, x, kept[place], affine.gamma,
                           channels);
    }
}

static bool measure(digitnet__op *op) {
    return digitnet__size_multiply(&op->cache_bytes, places_of(op), sizeof(moments));
}

static const digitnet__op_kind layer_normalization_op = {
    .name = "layer_normalization", .measure = measure, .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &layer_normalization_op;
}

/* Of n normalized values none exceeds sqrt(n). */
static digitnet__bound bound(const digitnet__layer *layer, const digitnet__bound *inputs, const float *const *tensors) {
    (void)inputs;
    return digitnet__affine_bound(layer, tensors, sqrt((double)layer->output.channels));
}

static void write_mean(digitnet__onnx_nodes *nodes, const char *suffix) {
    static const size_t channels_axis[] = {1};
    size_t begin = digitnet__onnx_begin_node(nodes, "ReduceMean", suffix, NULL, 0, false);
    digitnet__onnx_write_integers(nodes->writer, "axes", channels_axis, 1);
    digitnet__wire_end(nodes->writer, begin);
}

/* LayerNormalization came with a later operator set, and knows no channels before rows. */
static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    digitnet__onnx_name input = nodes->value;
    write_mean(nodes, "mean");
    digitnet__onnx_name mean = nodes->value;
    nodes->value = input;
    digitnet__onnx_write_binary(nodes, "Sub", "centered", mean, false);
    digitnet__onnx_name centered = nodes->value;
    digitnet__onnx_write_binary(nodes, "Mul", "square", centered, false);
    write_mean(nodes, "variance");
    digitnet__onnx_name epsilon = digitnet__onnx_write_constant(nodes, "epsilon", (float)layer->attributes.epsilon);
    digitnet__onnx_write_binary(nodes, "Add", "sum", epsilon, false);
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, "Sqrt", "deviation", NULL, 0, false));
    digitnet__onnx_name deviation = nodes->value;
    nodes->value = centered;
    bool last = digitnet__affine_is_left_out(layer);
    digitnet__onnx_write_binary(nodes, "Div", last ? NULL : "normalized", deviation, last);
    digitnet__affine_write(nodes, layer);
}

const digitnet__layer_kind digitnet__layer_layer_normalization = {.name = "layer_normalization",
                                                                  .class_name = "LayerNormalization",
                                                                  .infer_shape = infer_shape,
                                                                  .lower = lower,
                                                                  .bound = bound,
                                                                  .onnx = {.write = write}};

digitnet_status digitnet_model_add_layer_normalization(digitnet_model *model) {
    return digitnet_model_add_layer_normalization_ex(model, NULL);
}

digitnet_status digitnet_model_add_layer_normalization_ex(digitnet_model *model,
                                                          const digitnet_layer_normalization_options *options) {
    digitnet_layer_normalization_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_layer_normalization_options, no_scale);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK(own.reserved, digitnet_layer_normalization_options);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_layer_normalization_options, no_center);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_layer_normalization_options, no_scale);
    digitnet__layer_request request = {.kind = &digitnet__layer_layer_normalization,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.epsilon = own.epsilon != 0 ? own.epsilon : DEFAULT_EPSILON,
                                                      .no_center = own.no_center != 0,
                                                      .no_scale = own.no_scale != 0}};
    return digitnet__model_add_layer(model, &request, status);
}
