/* PReLU (He et al. 2015): the value itself above 0, and below 0 a multiple of it by a slope that is trained, one for
 * each value or each channel. */
#include "core/options.h"
#include "layers/op.h"

#include <math.h>
#include <string.h>

enum { ALPHA };

static digitnet_status infer_shape(digitnet__layer *layer) {
    digitnet__shape shape = layer->inputs[0].shape;
    bool shared = layer->attributes.per_channel && !shape.flat;
    size_t values = shared ? shape.channels : digitnet__shape_values(shape);
    digitnet__tensor *alpha = &layer->tensors[ALPHA];
    *alpha = (digitnet__tensor){.role = "alpha",
                                .initializer = DIGITNET_INITIALIZER_ZEROS,
                                .rank = shape.flat ? 1 : 3,
                                .dimensions = {shared ? 1 : shape.height, shared ? 1 : shape.width, shape.channels, 1},
                                .outputs = values,
                                .inputs = 1,
                                .values = values,
                                .fan_in = values,
                                .fan_out = values};
    if (shape.flat)
        memcpy(alpha->dimensions, (size_t[]){values, 1, 1, 1}, sizeof alpha->dimensions);
    layer->tensor_count = 1;
    layer->parameters = values;
    return digitnet__layer_keep_shape(layer);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    size_t slopes = op->parameter_values, count = range->samples * op->output_values;
    const float *alpha = range->parameters;
    for (size_t first = 0; first < count; first += slopes) {
        const float *x = range->inputs[0] + first;
        float *y = range->output + first;
        for (size_t i = 0; i < slopes; i++)
            y[i] = x[i] > 0 ? x[i] : x[i] * alpha[i];
    }
}

static void add_slope_gradient(float *sum, const float *gradient, const float *x, size_t slopes) {
    for (size_t i = 0; i < slopes; i++)
        sum[i] += x[i] > 0 ? 0 : gradient[i] * x[i];
}

static void input_gradient(float *to, const float *gradient, const float *x, const float *alpha, size_t slopes) {
    for (size_t i = 0; i < slopes; i++)
        to[i] = x[i] > 0 ? gradient[i] : gradient[i] * alpha[i];
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    size_t slopes = op->parameter_values, count = range->samples * op->output_values;
    for (size_t first = 0; first < count; first += slopes) {
        const float *x = range->inputs[0] + first, *gradient = range->output_gradient + first;
        add_slope_gradient(range->gradient, gradient, x, slopes);
        if (range->input_gradients[0])
            input_gradient(range->input_gradients[0] + first, gradient, x, range->parameters, slopes);
    }
}

static const digitnet__op_kind prelu_op = {.name = "prelu", .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &prelu_op;
}

static digitnet__bound bound(const digitnet__layer *layer, const digitnet__bound *inputs, const float *const *tensors) {
    double most = 1;
    for (size_t i = 0; i < layer->tensors[ALPHA].values; i++)
        most = fmax(most, fabs((double)tensors[ALPHA][i]));
    return (digitnet__bound){.gain = inputs[0].gain * most, .offset = inputs[0].offset * most};
}

/* Slopes of channels are channels x 1 x 1 in the file; those of all values are rows x columns x channels, and turned
 * round there. */
static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    static const size_t channels_first[] = {2, 0, 1};
    const digitnet__tensor *alpha = &layer->tensors[ALPHA];
    digitnet__onnx_name slopes = digitnet__onnx_join(layer->name, alpha->role);
    if (alpha->rank == 3 && alpha->dimensions[0] * alpha->dimensions[1] > 1) {
        digitnet__onnx_name input = nodes->value;
        nodes->value = slopes;
        size_t begin = digitnet__onnx_begin_node(nodes, "Transpose", "slopes", NULL, 0, false);
        digitnet__onnx_write_integers(nodes->writer, "perm", channels_first, 3);
        digitnet__wire_end(nodes->writer, begin);
        slopes = nodes->value;
        nodes->value = input;
    }
    const char *inputs[] = {slopes.text};
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, "PRelu", NULL, inputs, 1, true));
}

const digitnet__layer_kind digitnet__layer_prelu = {.name = "prelu",
                                                    .class_name = "PReLU",
                                                    .infer_shape = infer_shape,
                                                    .lower = lower,
                                                    .bound = bound,
                                                    .onnx = {.write = write}};

digitnet_status digitnet_model_add_prelu(digitnet_model *model) {
    return digitnet_model_add_prelu_ex(model, NULL);
}

digitnet_status digitnet_model_add_prelu_ex(digitnet_model *model, const digitnet_prelu_options *options) {
    digitnet_prelu_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_prelu_options, reserved);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK((size_t)own.reserved, digitnet_prelu_options);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_prelu_options, per_channel);
    digitnet__layer_request request = {.kind = &digitnet__layer_prelu,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.per_channel = own.per_channel != 0}};
    return digitnet__model_add_layer(model, &request, status);
}
