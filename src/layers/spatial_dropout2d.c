/* Dropout of whole channels (Tompson et al. 2015), whose values lie too close together for a dropout of each. */
#include "core/options.h"
#include "core/status.h"
#include "layers/noise.h"

static digitnet_status infer_shape(digitnet__layer *layer) {
    DNN_TRY(digitnet__layer_check_image(layer));
    return digitnet__dropout_infer_shape(layer);
}

/* Writes from[i] / (1 - rate), or 0 in each channel with probability rate. */
static void drop(const digitnet__op *op, float *to, const float *from, digitnet__random *random) {
    double rate = op->layer->attributes.rate;
    float scale = (float)(1 / (1 - rate));
    size_t channels = op->output_shape.channels;
    for (size_t channel = 0; channel < channels; channel++) {
        bool dropped = digitnet__random_float(random) < (float)rate;
        for (size_t i = channel; i < op->output_values; i += channels)
            to[i] = dropped ? 0 : from[i] * scale;
    }
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__noise_apply(op, range, range->output, range->inputs[0], drop);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    if (range->input_gradients[0])
        digitnet__noise_apply(op, range, range->input_gradients[0], range->output_gradient, drop);
}

static const digitnet__op_kind spatial_dropout2d_op = {
    .name = "spatial_dropout2d", .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    op->kind = training ? &spatial_dropout2d_op : NULL;
}

const digitnet__layer_kind digitnet__layer_spatial_dropout2d = {.name = "spatial_dropout2d",
                                                                .class_name = "SpatialDropout2D",
                                                                .infer_shape = infer_shape,
                                                                .lower = lower,
                                                                .bound = digitnet__layer_keep_bound,
                                                                .onnx = {.write = digitnet__noise_write}};

digitnet_status digitnet_model_add_spatial_dropout2d(digitnet_model *model, double rate) {
    return digitnet_model_add_spatial_dropout2d_ex(model, rate, NULL);
}

digitnet_status digitnet_model_add_spatial_dropout2d_ex(digitnet_model *model, double rate,
                                                        const digitnet_spatial_dropout2d_options *options) {
    digitnet_spatial_dropout2d_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_spatial_dropout2d_options, input);
    digitnet__layer_request request = {.kind = &digitnet__layer_spatial_dropout2d,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.rate = rate}};
    return digitnet__model_add_layer(model, &request, status);
}
