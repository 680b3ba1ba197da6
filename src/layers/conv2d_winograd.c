/* A convolution of 3 x 3 by Winograd's algorithm, in training and without a ReLU of its own, as it stands before a
 * batch normalization: nothing in its gradient is zero, so all three products are dense, and each takes 16
 * multiplications instead of 36. */
#include "kernels/winograd_conv2d.h"
#include "layers/conv2d.h"

/* Behind the weights of inference. */
static size_t planes_offset(const digitnet__op *op) {
    return op->kernels->conv2d_packed_values(&op->conv2d);
}

static void pack(const digitnet__op *op, float *packed, const float *parameters, digitnet__op_block block) {
    op->kernels->conv2d_pack(packed, parameters, &op->conv2d, block.first, block.count);
    op->kernels->winograd_pack(packed + planes_offset(op), parameters, &op->conv2d, block.first, block.count);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__winograd_conv2d(op->kernels, range->output, range->inputs[0], range->packed + planes_offset(op),
                              digitnet__op_bias(op, range->parameters), &op->conv2d, range->samples, range->scratch);
    digitnet__op_activate(op, range->output, NULL, range->samples);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    digitnet__conv2d_add_bias_gradient(op, range);
    digitnet__winograd_conv2d_kernel_gradient(op->kernels, range->gradient, range->output_gradient, range->inputs[0],
                                              &op->conv2d, range->samples, range->scratch);
    if (range->input_gradients[0])
        digitnet__winograd_conv2d_image_gradient(op->kernels, range->input_gradients[0], range->output_gradient,
                                                 range->packed + planes_offset(op), &op->conv2d, range->samples,
                                                 range->scratch);
}

static bool measure(digitnet__op *op) {
    op->packed_values = planes_offset(op) + digitnet__winograd_conv2d_packed_values(&op->conv2d);
    return digitnet__winograd_conv2d_scratch(&op->scratch_bytes, &op->conv2d);
}

const digitnet__op_kind digitnet__conv2d_winograd = {.name = "conv2d_winograd",
                                                     .absorb = digitnet__conv2d_absorb,
                                                     .measure = measure,
                                                     .pack = pack,
                                                     .forward = forward,
                                                     .backward = backward};
