/* Gaussian dropout (Srivastava et al. 2014, section 10): values are multiplied by noise around 1 while training. */
#include "core/options.h"
#include "layers/noise.h"

#include <math.h>

/* Multiplies by normal noise of mean 1 and variance rate / (1 - rate). */
static void multiply(const digitnet__op *op, float *to, const float *from, digitnet__random *random) {
    double rate = op->layer->attributes.rate, deviation = sqrt(rate / (1 - rate)), pair[2] = {0};
    for (size_t i = 0; i < op->output_values; i++) {
        if (i % 2 == 0)
            digitnet__random_normal(random, pair);
        to[i] = from[i] * (float)(1 + deviation * pair[i % 2]);
    }
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__noise_apply(op, range, range->output, range->inputs[0], multiply);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    if (range->input_gradients[0])
        digitnet__noise_apply(op, range, range->input_gradients[0], range->output_gradient, multiply);
}

static const digitnet__op_kind gaussian_dropout_op = {
    .name = "gaussian_dropout", .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    op->kind = training ? &gaussian_dropout_op : NULL;
}

const digitnet__layer_kind digitnet__layer_gaussian_dropout = {.name = "gaussian_dropout",
                                                               .class_name = "GaussianDropout",
                                                               .infer_shape = digitnet__dropout_infer_shape,
                                                               .lower = lower,
                                                               .bound = digitnet__layer_keep_bound,
                                                               .onnx = {.write = digitnet__noise_write}};

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
