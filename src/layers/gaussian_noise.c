/* Gaussian noise: added to values while training. */
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "layers/noise.h"

#include <float.h>
#include <string.h>

static digitnet_status infer_shape(digitnet__layer *layer) {
    double deviation = layer->attributes.rate;
    if (!(deviation >= 0 && deviation <= (double)FLT_MAX)) {
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': stddev is %s; it must be finite and not below 0",
                              layer->name, digitnet__number_text(deviation).text);
    }
    return digitnet__layer_keep_shape(layer);
}

static void add_noise(const digitnet__op *op, float *to, const float *from, digitnet__random *random) {
    double deviation = op->layer->attributes.rate, pair[2] = {0};
    for (size_t i = 0; i < op->output_values; i++) {
        if (i % 2 == 0)
            digitnet__random_normal(random, pair);
        to[i] = from[i] + (float)(deviation * pair[i % 2]);
    }
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__noise_apply(op, range, range->output, range->inputs[0], add_noise);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    if (range->input_gradients[0])
        memcpy(range->input_gradients[0], range->output_gradient, range->samples * op->output_values * sizeof(float));
}

static const digitnet__op_kind gaussian_noise_op = {.name = "gaussian_noise", .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    op->kind = training ? &gaussian_noise_op : NULL;
}

const digitnet__layer_kind digitnet__layer_gaussian_noise = {.name = "gaussian_noise",
                                                             .class_name = "GaussianNoise",
                                                             .infer_shape = infer_shape,
                                                             .lower = lower,
                                                             .bound = digitnet__layer_keep_bound,
                                                             .onnx = {.write = digitnet__noise_write}};

digitnet_status digitnet_model_add_gaussian_noise(digitnet_model *model, double stddev) {
    return digitnet_model_add_gaussian_noise_ex(model, stddev, NULL);
}

digitnet_status digitnet_model_add_gaussian_noise_ex(digitnet_model *model, double stddev,
                                                     const digitnet_gaussian_noise_options *options) {
    digitnet_gaussian_noise_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_gaussian_noise_options, input);
    digitnet__layer_request request = {.kind = &digitnet__layer_gaussian_noise,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.rate = stddev}};
    return digitnet__model_add_layer(model, &request, status);
}
