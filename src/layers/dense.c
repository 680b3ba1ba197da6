/* Dense: Y = act(X W^T + b), X samples x inputs, W units x inputs, Y samples x units. */
#include "core/status.h"
#include "kernels/gemm.h"
#include "layers/layer.h"
#include "layers/step.h"

static digitnet_status infer_shape(digitnet__layer *layer) {
    const digitnet__dense_attributes *dense = &layer->as.dense;
    if (!layer->input.flat) {
        return digitnet__fail(DIGITNET_ESHAPE, "dense layer '%s': its input is %s; add a flatten layer before it",
                              layer->name, digitnet__shape_text(layer->input).text);
    }
    if (dense->units == 0)
        return digitnet__fail(DIGITNET_EINVAL, "dense layer '%s': units is 0", layer->name);
    layer->output = (digitnet__shape){.height = 1, .width = 1, .channels = dense->units, .flat = true};
    size_t dimensions[] = {layer->input.channels, dense->units};
    if (!digitnet__layer_book_tensors(layer, dimensions, 2, dense->no_bias)) {
        return digitnet__fail(DIGITNET_ELIMIT, "dense layer '%s': %zu inputs times %zu units overflow", layer->name,
                              layer->input.channels, dense->units);
    }
    layer->multiply_adds = layer->tensors[DNN_KERNEL].values;
    return DIGITNET_OK;
}

static const float *bias_of(const digitnet__step *step, const float *parameters) {
    return step->layers[0].as.dense.no_bias ? NULL : parameters + step->input_values * step->output_values;
}

static void forward(const digitnet__step *step, const digitnet__step_range *range) {
    digitnet__gemm_run(step->kernels, &(digitnet__gemm){.transpose_b = DNN_TRANSPOSED,
                                                        .rows = range->samples,
                                                        .columns = step->output_values,
                                                        .depth = step->input_values,
                                                        .a = range->input,
                                                        .a_stride = step->input_values,
                                                        .b = range->parameters,
                                                        .b_stride = step->input_values,
                                                        .c = range->output,
                                                        .c_stride = step->output_values});
    digitnet__step_activate(step, range->output, bias_of(step, range->parameters), range->samples);
}

/* dX = dY W */
static void backward(const digitnet__step *step, const digitnet__step_range *range) {
    digitnet__step_activate_backward(step, range->output_gradient, range->output, range->samples);
    if (!range->input_gradient)
        return;
    digitnet__gemm_run(step->kernels, &(digitnet__gemm){.rows = range->samples,
                                                        .columns = step->input_values,
                                                        .depth = step->output_values,
                                                        .a = range->output_gradient,
                                                        .a_stride = step->output_values,
                                                        .b = range->parameters,
                                                        .b_stride = step->input_values,
                                                        .c = range->input_gradient,
                                                        .c_stride = step->input_values});
}

/* dW = dY^T X and db = the sum of dY over the batch, for one block of units. */
static void block_gradient(const digitnet__step *step, const digitnet__step_range *batch, digitnet__step_block block) {
    size_t units = step->output_values, inputs = step->input_values;
    digitnet__gemm_run(step->kernels, &(digitnet__gemm){.transpose_a = DNN_TRANSPOSED,
                                                        .rows = block.count,
                                                        .columns = inputs,
                                                        .depth = batch->samples,
                                                        .a = batch->output_gradient + block.first,
                                                        .a_stride = units,
                                                        .b = batch->input,
                                                        .b_stride = inputs,
                                                        .c = batch->gradient + block.first * inputs,
                                                        .c_stride = inputs});
    if (step->layers[0].as.dense.no_bias)
        return;
    float *bias = batch->gradient + units * inputs + block.first;
    for (size_t unit = 0; unit < block.count; unit++) {
        float sum = 0;
        for (size_t sample = 0; sample < batch->samples; sample++)
            sum += batch->output_gradient[sample * units + block.first + unit];
        bias[unit] = sum;
    }
}

static const digitnet__step_kind dense_step = {
    .forward = forward, .backward = backward, .block_gradient = block_gradient};

static bool plan(digitnet__step *step, size_t available) {
    (void)available;
    step->kind = &dense_step;
    step->layer_count = 1;
    return true;
}

const digitnet__layer_kind digitnet__layer_dense = {
    .name = "dense", .class_name = "Dense", .infer_shape = infer_shape, .plan = plan};
