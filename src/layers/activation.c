/* Activation as a layer of its own. */
#include "core/options.h"
#include "layers/activations.h"
#include "layers/op.h"

#include <string.h>

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    memcpy(range->output, range->inputs[0], range->samples * op->output_values * sizeof(float));
    digitnet__op_activate(op, range->output, NULL, range->samples);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    if (!range->input_gradients[0])
        return;
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    memcpy(range->input_gradients[0], range->output_gradient, range->samples * op->output_values * sizeof(float));
}

static const digitnet__op_kind activation_op = {.name = "activation", .forward = forward, .backward = backward};

/* Its inputs, which are kept, tell more than its outputs. */
static void backward_from_inputs(const digitnet__op *op, const digitnet__op_range *range) {
    if (!range->input_gradients[0])
        return;
    digitnet__op_activate_backward(op, range->output_gradient, range->inputs[0], range->samples);
    memcpy(range->input_gradients[0], range->output_gradient, range->samples * op->output_values * sizeof(float));
}

static const digitnet__op_kind activation_from_inputs_op = {
    .name = "activation", .forward = forward, .backward = backward_from_inputs};

void digitnet__op_set_activation(digitnet__op *op, bool training) {
    op->activation = op->layer->attributes.activation;
    op->alpha = (float)digitnet__activation_alpha(op->layer);
    op->kind = op->activation == DIGITNET_ACTIVATION_LINEAR                         ? NULL
               : training && digitnet__activation_find(op->activation)->from_inputs ? &activation_from_inputs_op
                                                                                    : &activation_op;
}

bool digitnet__op_is_activation(const digitnet__op *op) {
    return op->kind == &activation_op;
}

static void lower(digitnet__op *op, bool training) {
    digitnet__op_set_activation(op, training);
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    digitnet__activation_write(nodes, layer, NULL);
}

const digitnet__layer_kind digitnet__layer_activation = {.name = "activation",
                                                         .class_name = "Activation",
                                                         .infer_shape = digitnet__layer_keep_shape,
                                                         .lower = lower,
                                                         .bound = digitnet__layer_keep_bound,
                                                         .onnx = {.write = write}};

digitnet_status digitnet_model_add_activation(digitnet_model *model, digitnet_activation activation) {
    return digitnet_model_add_activation_ex(model, activation, NULL);
}

digitnet_status digitnet_model_add_activation_ex(digitnet_model *model, digitnet_activation activation,
                                                 const digitnet_activation_options *options) {
    digitnet_activation_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_activation_options, alpha);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK(own.reserved, digitnet_activation_options);
    digitnet__layer_request request = {.kind = &digitnet__layer_activation,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.activation = activation, .alpha = own.alpha}};
    return digitnet__model_add_layer(model, &request, status);
}
