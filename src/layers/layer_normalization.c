/* Layer normalization (Ba et al. 2016), over the channels of each place: y = gamma (x - mean) / sqrt(variance +
 * epsilon) + beta. */
#include "core/memory.h"
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "layers/op.h"
#include "onnx/schema.h"

#include <float.h>
#include <math.h>

#define DEFAULT_EPSILON 1e-3

/* What forward keeps of each place for backward. */
typedef struct moments {
    float mean, scale; /* scale = 1 / sqrt(variance + epsilon) */
} moments;

static digitnet_status infer_shape(digitnet__layer *layer) {
    double epsilon = layer->attributes.epsilon;
    if (!(epsilon > 0 && epsilon <= (double)FLT_MAX)) {
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': epsilon is %s; it must be finite and above 0", layer->name,
                              digitnet__number_text(epsilon).text);
    }
    if (!layer->attributes.no_scale)
        digitnet__layer_add_vector(layer, "gamma", DIGITNET_INITIALIZER_ONES, false);
    if (!layer->attributes.no_center)
        digitnet__layer_add_vector(layer, "beta", DIGITNET_INITIALIZER_ZEROS, false);
    return digitnet__layer_keep_shape(layer);
}

/* NULL where the layer has none; `parameters` are the layer's own, or its gradients. */
static const float *gamma_of(const digitnet__layer *layer, const float *parameters) {
    return layer->attributes.no_scale ? NULL : parameters;
}

static const float *beta_of(const digitnet__layer *layer, const float *parameters) {
    size_t gammas = layer->attributes.no_scale ? 0 : layer->output.channels;
    return layer->attributes.no_center ? NULL : parameters + gammas;
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

static void normalize(float *y, const float *x, moments with, const float *gamma, const float *beta, size_t channels) {
    for (size_t i = 0; i < channels; i++) {
        float value = (x[i] - with.mean) * with.scale;
        value = gamma ? value * gamma[i] : value;
        y[i] = beta ? value + beta[i] : value;
    }
}

static size_t places_of(const digitnet__op *op) {
    return op->output_values / op->output_shape.channels;
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    size_t channels = op->output_shape.channels;
    const float *gamma = gamma_of(op->layer, range->parameters), *beta = beta_of(op->layer, range->parameters);
    moments *kept = (moments *)(void *)range->cache;
    for (size_t place = 0; place < range->samples * places_of(op); place++) {
        const float *x = range->inputs[0] + place * channels;
        moments with = moments_of(x, channels, op->layer->attributes.epsilon);
        normalize(range->output + place * channels, x, with, gamma, beta, channels);
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
    float *gamma = (float *)gamma_of(layer, range->gradient), *beta = (float *)beta_of(layer, range->gradient);
    const moments *kept = (const moments *)(const void *)range->cache;
    for (size_t place = 0; place < range->samples * places_of(op); place++) {
        const float *x = range->inputs[0] + place * channels, *gradient = range->output_gradient + place * channels;
        add_parameter_gradients(gamma, beta, gradient, x, kept[place], channels);
        if (range->input_gradients[0])
            input_gradient(range->input_gradients[0] + place * channels, gradient, x, kept[place],
                           gamma_of(layer, range->parameters), channels);
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
    double gamma = layer->attributes.no_scale ? 1 : 0, beta = 0;
    for (size_t t = 0; t < layer->tensor_count; t++) {
        double *most = t == 0 && !layer->attributes.no_scale ? &gamma : &beta;
        for (size_t i = 0; i < layer->tensors[t].values; i++)
            *most = fmax(*most, fabs((double)tensors[t][i]));
    }
    return (digitnet__bound){.gain = 0, .offset = sqrt((double)layer->output.channels) * gamma + beta};
}

static void write_mean(digitnet__onnx_nodes *nodes, const char *suffix) {
    static const size_t channels_axis[] = {1};
    size_t begin = digitnet__onnx_begin_node(nodes, "ReduceMean", suffix, NULL, 0, false);
    digitnet__onnx_write_integers(nodes->writer, "axes", channels_axis, 1);
    digitnet__wire_end(nodes->writer, begin);
}

/* LayerNormalization came with a later operator set, and knows no channels before rows. */
static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    bool scales = !layer->attributes.no_scale, centers = !layer->attributes.no_center;
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
    digitnet__onnx_name gamma = {0}, beta = {0};
    if (scales)
        gamma = digitnet__onnx_write_per_channel(nodes, "gamma", layer->output);
    if (centers)
        beta = digitnet__onnx_write_per_channel(nodes, "beta", layer->output);
    bool last = !scales && !centers;
    digitnet__onnx_write_binary(nodes, "Div", last ? NULL : "normalized", deviation, last);
    if (scales)
        digitnet__onnx_write_binary(nodes, "Mul", centers ? "scaled" : NULL, gamma, !centers);
    if (centers)
        digitnet__onnx_write_binary(nodes, "Add", NULL, beta, true);
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
