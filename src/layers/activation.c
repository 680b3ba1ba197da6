/* Activation as a layer of its own. */
#include <string.h>

#include "layers/layer.h"
#include "layers/step.h"

static digitnet_status infer_shape(dnn_layer *layer) {
    layer->output = layer->input;
    return DIGITNET_OK;
}

static void forward(const dnn_step *step, const dnn_step_range *range) {
    memcpy(range->output, range->input, range->samples * step->output_values * sizeof(float));
    dnn_step_activate(step, range->output, NULL, range->samples);
}

static void backward(const dnn_step *step, const dnn_step_range *range) {
    dnn_step_activate_backward(step, range->output_gradient, range->output, range->samples);
    if (range->input_gradient)
        memcpy(range->input_gradient, range->output_gradient, range->samples * step->output_values * sizeof(float));
}

static const dnn_step_kind activation_step = {.forward = forward, .backward = backward};

static bool plan(dnn_step *step, size_t available) {
    (void)available;
    step->kind = &activation_step;
    step->layer_count = 1;
    return true;
}

const dnn_layer_kind dnn_layer_activation = {
    .name = "activation", .class_name = "Activation", .infer_shape = infer_shape, .plan = plan};
