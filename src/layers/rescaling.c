/* Rescaling: scale x + offset. */
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "layers/op.h"

#include <float.h>
#include <math.h>

static digitnet_status check_number(const digitnet__layer *layer, const char *what, double value) {
    if (fabs(value) <= (double)FLT_MAX)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL, "layer '%s': %s is %s; it must be a finite float", layer->name, what,
                          digitnet__number_text(value).text);
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    DNN_TRY(check_number(layer, "scale", layer->attributes.scale));
    DNN_TRY(check_number(layer, "offset", layer->attributes.offset));
    layer->attributes.scale += 0; /* a zero has no sign, which model files do not keep */
    layer->attributes.offset += 0;
    return digitnet__layer_keep_shape(layer);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    float scale = (float)op->layer->attributes.scale, offset = (float)op->layer->attributes.offset;
    for (size_t i = 0; i < range->samples * op->output_values; i++)
        range->output[i] = range->inputs[0][i] * scale + offset;
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    float scale = (float)op->layer->attributes.scale;
    for (size_t i = 0; range->input_gradients[0] && i < range->samples * op->output_values; i++)
        range->input_gradients[0][i] = range->output_gradient[i] * scale;
}

static const digitnet__op_kind rescaling_op = {.name = "rescaling", .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &rescaling_op;
}

static digitnet__bound bound(const digitnet__layer *layer, const digitnet__bound *inputs, const float *const *tensors) {
    (void)tensors;
    double scale = fabs(layer->attributes.scale);
    return (digitnet__bound){.gain = inputs[0].gain * scale,
                             .offset = inputs[0].offset * scale + fabs(layer->attributes.offset)};
}

static digitnet__line line(const digitnet__layer *layer, size_t channel, const float *const *tensors) {
    (void)channel;
    (void)tensors;
    return (digitnet__line){layer->attributes.scale, layer->attributes.offset};
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    digitnet__onnx_name scale = digitnet__onnx_write_constant(nodes, "scale", (float)layer->attributes.scale);
    digitnet__onnx_name offset = digitnet__onnx_write_constant(nodes, "offset", (float)layer->attributes.offset);
    digitnet__onnx_write_binary(nodes, "Mul", "scaled", scale, false);
    digitnet__onnx_write_binary(nodes, "Add", NULL, offset, true);
}

const digitnet__layer_kind digitnet__layer_rescaling = {.name = "rescaling",
                                                        .class_name = "Rescaling",
                                                        .infer_shape = infer_shape,
                                                        .lower = lower,
                                                        .bound = bound,
                                                        .line = line,
                                                        .onnx = {.write = write}};

digitnet_status digitnet_model_add_rescaling(digitnet_model *model, double scale, double offset) {
    return digitnet_model_add_rescaling_ex(model, scale, offset, NULL);
}

digitnet_status digitnet_model_add_rescaling_ex(digitnet_model *model, double scale, double offset,
                                                const digitnet_rescaling_options *options) {
    digitnet_rescaling_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_rescaling_options, input);
    digitnet__layer_request request = {.kind = &digitnet__layer_rescaling,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.scale = scale, .offset = offset}};
    return digitnet__model_add_layer(model, &request, status);
}
