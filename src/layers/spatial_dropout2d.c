/* Dropout of whole channels (Tompson et al. 2015), whose values lie too close together for a dropout of each. */
#include "core/number.h"
#include "core/options.h"
#include "core/random.h"
#include "core/status.h"
#include "layers/op.h"

static digitnet_status infer_shape(digitnet__layer *layer) {
    DNN_TRY(digitnet__layer_check_image(layer));
    double rate = layer->attributes.rate;
    if (!(rate >= 0 && rate < 1)) {
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': rate is %s; it must be at least 0 and below 1", layer->name,
                              digitnet__number_text(rate).text);
    }
    return digitnet__layer_keep_shape(layer);
}

/* Writes from[i] / (1 - rate), or 0 in each channel with probability rate. The same seed drops the same channels. */
static void drop(const digitnet__op *op, float *to, const float *from, uint64_t seed) {
    double rate = op->layer->attributes.rate;
    float scale = (float)(1 / (1 - rate));
    size_t channels = op->output_shape.channels;
    digitnet__random random;
    digitnet__random_seed(&random, digitnet__seed_mix(seed, op->layer_index));
    for (size_t channel = 0; channel < channels; channel++) {
        bool dropped = digitnet__random_float(&random) < (float)rate;
        for (size_t i = channel; i < op->output_values; i += channels)
            to[i] = dropped ? 0 : from[i] * scale;
    }
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; i < range->samples; i++) {
        size_t at = i * op->output_values;
        drop(op, range->output + at, range->inputs[0] + at, range->seeds[i]);
    }
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; range->input_gradients[0] && i < range->samples; i++) {
        size_t at = i * op->output_values;
        drop(op, range->input_gradients[0] + at, range->output_gradient + at, range->seeds[i]);
    }
}

static const digitnet__op_kind spatial_dropout2d_op = {
    .name = "spatial_dropout2d", .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    op->kind = training ? &spatial_dropout2d_op : NULL;
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    (void)layer;
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, "Identity", NULL, NULL, 0, true));
}

const digitnet__layer_kind digitnet__layer_spatial_dropout2d = {.name = "spatial_dropout2d",
                                                                .class_name = "SpatialDropout2D",
                                                                .infer_shape = infer_shape,
                                                                .lower = lower,
                                                                .bound = digitnet__layer_keep_bound,
                                                                .onnx = {.write = write}};

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
