/* Convolution with kernels of 1 x 1 that move by 1, as a matrix product without im2col: Y = X W^T + b, with X positions
 * x channels, W filters x channels, Y positions x filters. */
#include "core/memory.h"
#include "layers/conv2d.h"

/* The positions of `samples` images lie one after the other. */
static digitnet__conv2d_product product_of(const digitnet__op *op, size_t samples) {
    return (digitnet__conv2d_product){.kernels = op->kernels,
                                      .rows = samples * op->conv2d.height * op->conv2d.width,
                                      .taps = op->conv2d.channels,
                                      .filters = op->conv2d.filters,
                                      .output_stride = op->conv2d.filters};
}

static void pack(const digitnet__op *op, float *packed, const float *parameters, digitnet__op_block block) {
    digitnet__conv2d_product product = product_of(op, 1);
    digitnet__conv2d_transpose_kernel(packed, parameters, &product, block);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__conv2d_product product = product_of(op, range->samples);
    digitnet__conv2d_outputs_of_packed(range->output, range->inputs[0], range->packed, &product);
    digitnet__op_activate(op, range->output, digitnet__op_bias(op, range->parameters), range->samples);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__conv2d_product product = product_of(op, range->samples);
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    digitnet__conv2d_add_bias_gradient(op, range);
    digitnet__conv2d_add_kernel(range->gradient, range->output_gradient, range->inputs[0], &product);
    if (range->input_gradients[0])
        digitnet__conv2d_columns(range->input_gradients[0], range->output_gradient, range->parameters, &product);
}

static bool measure(digitnet__op *op) {
    op->packed_values = op->layer->tensors[DNN_KERNEL].values;
    return true;
}

const digitnet__op_kind digitnet__conv2d_pointwise = {.name = "conv2d_pointwise",
                                                      .absorb = digitnet__op_absorb,
                                                      .measure = measure,
                                                      .pack = pack,
                                                      .forward = forward,
                                                      .backward = backward};
