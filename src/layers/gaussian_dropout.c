/* Gaussian dropout (Srivastava et al. 2014, section 10): values are multiplied by noise around 1 while training. */
#include "core/number.h"
#include "core/options.h"
#include "core/random.h"
#include "core/status.h"
#include "layers/op.h"

#include <math.h>

static digitnet_status infer_shape(digitnet__layer *layer) {
    double rate = layer->attributes.rate;
    if (!(rate >= 0 && rate < 1)) {
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': rate is %s; it must be at least 0 and below 1", layer->name,
                              digitnet__number_text(rate).text);
    }
    return digitnet__layer_keep_shape(layer);
}

/* Multiplies by normal noise of mean 1 and variance rate / (1 - rate). The same seed gives the same noise. */
static void multiply(const digitnet__op *op, float *to, const float *from, uint64_t seed) {
    double rate = op->layer->attributes.rate, deviation = sqrt(rate / (1 - rate)), pair[2] = {0};
    digitnet__random random;
    digitnet__random_seed(&random, digitnet__seed_mix(seed, op->layer_index));
    for (size_t i = 0; i < op->output_values; i++) {
        if (i % 2 == 0)
            digitnet__random_normal(&random, pair);
        to[i] = from[i] * (float)(1 + deviation * pair[i % 2]);
    }
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; i < range->samples; i++) {
        size_t at = i * op->output_values;
        multiply(op, range->output + at, range->inputs[0] + at, range->seeds[i]);
    }
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; range->input_gradients[0] && i < range->samples; i++) {
        size_t at = i * op->output_values;
        multiply(op, range->input_gradients[0] + at, range->output_gradient + at, range->seeds[i]);
    }
}

static const digitnet__op_kind gaussian_dropout_op = {
    .name = "gaussian_dropout", .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    op->kind = training ? &gaussian_dropout_op : NULL;
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    (void)layer;
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, "Identity", NULL, NULL, 0, true));
}

const digitnet__layer_kind digitnet__layer_gaussian_dropout = {.name = "gaussian_dropout",
                                                               .class_name = "GaussianDropout",
                                                               .infer_shape = infer_shape,
                                                               .lower = lower,
                                                               .bound = digitnet__layer_keep_bound,
                                                               .onnx = {.write = write}};

digitnet_status digitnet_model_add_gaussian_dropout(digitnet_model *model, double rate) {
    return digitnet_model_add_gaussian_dropout_ex(model, rate, NULL);
}

digitnet_status digitnet_model_add_gaussian_dropout_ex(digitnet_model *model, double rate,
                                                       const digitnet_gaussian_dropout_options *options) {
    digitnet_gaussian_dropout_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_gaussian_dropout_options, input);
    digitnet__layer_request request = {.kind = &digitnet__layer_gaussian_dropout,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.rate = rate}};
    return digitnet__model_add_layer(model, &request, status);
}
