/* Power: x to an exponent, which is no weight. */
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "layers/op.h"

#include <float.h>
#include <math.h>

static digitnet_status infer_shape(digitnet__layer *layer) {
    double *exponent = &layer->attributes.exponent;
    if (!(fabs(*exponent) <= (double)FLT_MAX))
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': the exponent is %s; it must be a finite float", layer->name,
                              digitnet__number_text(*exponent).text);
    *exponent += 0; /* a zero has no sign, which model files do not keep */
    return digitnet__layer_keep_shape(layer);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    float exponent = (float)op->layer->attributes.exponent;
    for (size_t i = 0; i < range->samples * op->output_values; i++)
        range->output[i] = powf(range->inputs[0][i], exponent);
}

/* Nothing where the slope is not finite, as that of a root at 0. */
static float slope_of(float x, float exponent) {
    float slope = exponent * powf(x, exponent - 1);
    return isfinite(slope) ? slope : 0;
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    float exponent = (float)op->layer->attributes.exponent;
    for (size_t i = 0; range->input_gradients[0] && i < range->samples * op->output_values; i++)
        range->input_gradients[0][i] = range->output_gradient[i] * slope_of(range->inputs[0][i], exponent);
}

static const digitnet__op_kind power_op = {.name = "power", .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &power_op;
}

/* |x|^p is at most 1 + |x| for p from 0 to 1, and at most most^(p - 1) |x| above 1, where |x| is at most `most`. Below
 * 0 nothing holds it. */
static digitnet__bound bound(const digitnet__layer *layer, const digitnet__bound *inputs, const float *const *tensors) {
    (void)tensors;
    double exponent = layer->attributes.exponent;
    if (exponent < 0)
        return (digitnet__bound){.gain = 0, .offset = INFINITY};
    if (exponent <= 1)
        return (digitnet__bound){.gain = inputs[0].gain, .offset = inputs[0].offset + 1};
    double most = fmax(1, inputs[0].gain * DNN_BOUND_REACH + inputs[0].offset), factor = pow(most, exponent - 1);
    return (digitnet__bound){.gain = inputs[0].gain * factor, .offset = inputs[0].offset * factor};
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    float exponent = (float)layer->attributes.exponent;
    digitnet__onnx_write_binary(nodes, "Pow", NULL, digitnet__onnx_write_constant(nodes, "exponent", exponent), true);
}

const digitnet__layer_kind digitnet__layer_power = {.name = "power",
                                                    .class_name = "Power",
                                                    .infer_shape = infer_shape,
                                                    .lower = lower,
                                                    .bound = bound,
                                                    .onnx = {.write = write}};

digitnet_status digitnet_model_add_power(digitnet_model *model, double exponent) {
    return digitnet_model_add_power_ex(model, exponent, NULL);
}

digitnet_status digitnet_model_add_power_ex(digitnet_model *model, double exponent,
                                            const digitnet_power_options *options) {
    digitnet_power_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_power_options, input);
    digitnet__layer_request request = {
        .kind = &digitnet__layer_power, .name = own.name, .inputs = &own.input, .attributes = {.exponent = exponent}};
    return digitnet__model_add_layer(model, &request, status);
}
