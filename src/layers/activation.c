/* Activation as a layer of its own. */
#include "layers/layer.h"
#include "layers/step.h"

#include <string.h>

static digitnet_status infer_shape(digitnet__layer *layer) {
    layer->output = layer->input;
    return DIGITNET_OK;
}

static void forward(const digitnet__step *step, const digitnet__step_range *range) {
    memcpy(range->output, range->input, range->samples * step->output_values * sizeof(float));
    digitnet__step_activate(step, range->output, NULL, range->samples);
}

static void backward(const digitnet__step *step, const digitnet__step_range *range) {
    digitnet__step_activate_backward(step, range->output_gradient, range->output, range->samples);
    if (range->input_gradient)
        memcpy(range->input_gradient, range->output_gradient, range->samples * step->output_values * sizeof(float));
}

static const digitnet__step_kind activation_step = {.forward = forward, .backward = backward};

static bool plan(digitnet__step *step, size_t available) {
    (void)available;
    step->kind = &activation_step;
    step->layer_count = 1;
    return true;
}

const digitnet__layer_kind digitnet__layer_activation = {
    .name = "activation", .class_name = "Activation", .infer_shape = infer_shape, .plan = plan};
