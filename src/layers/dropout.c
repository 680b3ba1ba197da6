/* Dropout (Srivastava et al. 2014), in its inverted form: what is kept is scaled while training, so that prediction
 * does nothing. */
#include "core/number.h"
#include "core/random.h"
#include "core/status.h"
#include "layers/layer.h"
#include "layers/step.h"

#include <string.h>

static digitnet_status infer_shape(digitnet__layer *layer) {
    double rate = layer->as.dropout_rate;
    if (!(rate >= 0 && rate < 1)) {
        return digitnet__fail(DIGITNET_EINVAL, "dropout layer '%s': rate is %s; it must be at least 0 and below 1",
                              layer->name, digitnet__number_text(rate).text);
    }
    layer->output = layer->input;
    return DIGITNET_OK;
}

/* Writes from[i] / (1 - rate), or 0 with probability rate. The same seed drops the same places, so that no mask is kept
 * for the way back. */
static void drop(const digitnet__step *step, float *to, const float *from, uint64_t seed) {
    double rate = step->layers[0].as.dropout_rate;
    float threshold = (float)rate;
    float scale = (float)(1 / (1 - rate));
    digitnet__random random;
    digitnet__random_seed(&random, digitnet__seed_mix(seed, step->index));
    for (size_t i = 0; i < step->output_values; i++)
        to[i] = digitnet__random_float(&random) < threshold ? 0 : from[i] * scale;
}

static void forward(const digitnet__step *step, const digitnet__step_range *range) {
    if (!range->seeds) {
        memcpy(range->output, range->input, range->samples * step->output_values * sizeof(float));
        return;
    }
    for (size_t i = 0; i < range->samples; i++) {
        size_t at = i * step->output_values;
        drop(step, range->output + at, range->input + at, range->seeds[i]);
    }
}

static void backward(const digitnet__step *step, const digitnet__step_range *range) {
    if (!range->input_gradient)
        return;
    for (size_t i = 0; i < range->samples; i++) {
        size_t at = i * step->output_values;
        drop(step, range->input_gradient + at, range->output_gradient + at, range->seeds[i]);
    }
}

static const digitnet__step_kind dropout_step = {.forward = forward, .backward = backward};

static bool plan(digitnet__step *step, size_t available) {
    (void)available;
    step->kind = &dropout_step;
    step->layer_count = 1;
    return true;
}

const digitnet__layer_kind digitnet__layer_dropout = {
    .name = "dropout", .class_name = "Dropout", .infer_shape = infer_shape, .plan = plan};
