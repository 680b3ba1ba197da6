/* Add: the sum of several values of one shape, as at the end of a residual block. */
#include "core/options.h"
#include "core/status.h"
#include "layers/op.h"

#include <string.h>

static digitnet_status infer_shape(digitnet__layer *layer) {
    digitnet__shape first = layer->inputs[0].shape;
    for (size_t i = 1; i < layer->input_count; i++) {
        digitnet__shape other = layer->inputs[i].shape;
        if (!digitnet__shape_equal(other, first)) {
            return digitnet__fail(DIGITNET_ESHAPE, "layer '%s': input 0 is %s and input %zu is %s; they must be equal",
                                  layer->name, digitnet__shape_text(first).text, i, digitnet__shape_text(other).text);
        }
    }
    return digitnet__layer_keep_shape(layer);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    size_t count = range->samples * op->output_values;
    memcpy(range->output, range->inputs[0], count * sizeof(float));
    for (size_t i = 1; i < op->input_count; i++)
        op->kernels->add(range->output, range->inputs[i], count);
    digitnet__op_activate(op, range->output, NULL, range->samples);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    for (size_t i = 0; i < op->input_count; i++)
        if (range->input_gradients[i])
            memcpy(range->input_gradients[i], range->output_gradient,
                   range->samples * op->output_values * sizeof(float));
}

static const digitnet__op_kind add_op = {
    .name = "add", .absorb = digitnet__op_absorb_activation, .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &add_op;
}

static digitnet__bound bound(const digitnet__layer *layer, const digitnet__bound *inputs, const float *const *tensors) {
    (void)tensors;
    digitnet__bound sum = {0};
    for (size_t i = 0; i < layer->input_count; i++) {
        sum.gain += inputs[i].gain;
        sum.offset += inputs[i].offset;
    }
    return sum;
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    const char *type = layer->input_count == 2 ? "Add" : "Sum";
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_joining_node(nodes, type, layer->input_count));
}

const digitnet__layer_kind digitnet__layer_add = {.name = "add",
                                                  .class_name = "Add",
                                                  .many_inputs = true,
                                                  .infer_shape = infer_shape,
                                                  .lower = lower,
                                                  .bound = bound,
                                                  .onnx = {.write = write}};

digitnet_status digitnet_model_add_add(digitnet_model *model, const char *const *inputs, size_t input_count,
                                       digitnet_activation activation) {
    return digitnet_model_add_add_ex(model, inputs, input_count, activation, NULL);
}

digitnet_status digitnet_model_add_add_ex(digitnet_model *model, const char *const *inputs, size_t input_count,
                                          digitnet_activation activation, const digitnet_add_options *options) {
    digitnet_add_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_add_options, name);
    digitnet__layer_request request = {.kind = &digitnet__layer_add,
                                       .name = own.name,
                                       .inputs = inputs,
                                       .input_count = input_count,
                                       .attributes = {.activation = activation}};
    return digitnet__model_add_layer(model, &request, status);
}
