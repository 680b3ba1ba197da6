/* Dense: Y = act(X W^T + b), X samples x inputs, W units x inputs, Y samples x units. */
#include "core/status.h"
#include "kernels/gemm.h"
#include "layers/layer.h"
#include "layers/step.h"

static digitnet_status infer_shape(dnn_layer *layer) {
    const dnn_dense_attributes *dense = &layer->as.dense;
    if (!layer->input.flat) {
        return dnn_fail(DIGITNET_ESHAPE, "dense layer '%s': its input is %s; add a flatten layer before it",
                        layer->name, dnn_shape_text(layer->input).text);
    }
    if (dense->units == 0)
        return dnn_fail(DIGITNET_EINVAL, "dense layer '%s': units is 0", layer->name);
    layer->output = (dnn_shape){.height = 1, .width = 1, .channels = dense->units, .flat = true};
    size_t dimensions[] = {layer->input.channels, dense->units};
    if (!dnn_layer_book_tensors(layer, dimensions, 2, dense->no_bias)) {
        return dnn_fail(DIGITNET_ELIMIT, "dense layer '%s': %zu inputs times %zu units overflow", layer->name,
                        layer->input.channels, dense->units);
    }
    layer->multiply_adds = layer->tensors[DNN_KERNEL].values;
    return DIGITNET_OK;
}

static const float *bias_of(const dnn_step *step, const float *parameters) {
    return step->layers[0].as.dense.no_bias ? NULL : parameters + step->input_values * step->output_values;
}

static void forward(const dnn_step *step, const dnn_step_range *range) {
    dnn_gemm_run(step->kernels, &(dnn_gemm){.transpose_b = DNN_TRANSPOSED,
                                            .rows = range->samples,
                                            .columns = step->output_values,
                                            .depth = step->input_values,
                                            .a = range->input,
                                            .a_stride = step->input_values,
                                            .b = range->parameters,
                                            .b_stride = step->input_values,
                                            .c = range->output,
                                            .c_stride = step->output_values});
    dnn_step_activate(step, range->output, bias_of(step, range->parameters), range->samples);
}

/* dX = dY W */
static void backward(const dnn_step *step, const dnn_step_range *range) {
    dnn_step_activate_backward(step, range->output_gradient, range->output, range->samples);
    if (!range->input_gradient)
        return;
    dnn_gemm_run(step->kernels, &(dnn_gemm){.rows = range->samples,
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
static void block_gradient(const dnn_step *step, const dnn_step_range *batch, dnn_step_block block) {
    size_t units = step->output_values, inputs = step->input_values;
    dnn_gemm_run(step->kernels, &(dnn_gemm){.transpose_a = DNN_TRANSPOSED,
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

static const dnn_step_kind dense_step = {.forward = forward, .backward = backward, .block_gradient = block_gradient};

static bool plan(dnn_step *step, size_t available) {
    (void)available;
    step->kind = &dense_step;
    step->layer_count = 1;
    return true;
}

const dnn_layer_kind dnn_layer_dense = {
    .name = "dense", .class_name = "Dense", .infer_shape = infer_shape, .plan = plan};
