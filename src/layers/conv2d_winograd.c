/* A convolution of 3 x 3 by Winograd's algorithm. In inference it takes a ReLU and a small max pool into its last pass.
 * In training it has no ReLU of its own, as it stands before a batch normalization: nothing in its gradient is zero, so
 * all three products are dense, and each takes 16 multiplications instead of 36. */
#include "kernels/winograd_conv2d.h"
#include "layers/conv2d.h"

static void pack(const digitnet__op *op, float *packed, const float *parameters, digitnet__op_block block) {
    op->kernels->winograd_pack(packed, parameters, &op->conv2d, block.first, block.count);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    const float *bias = digitnet__op_bias(op, range->parameters);
    if (op->activation == DIGITNET_ACTIVATION_RELU) {
        digitnet__winograd_conv2d_relu_pool(op->kernels, range->output, range->inputs[0], range->packed, bias,
                                            &op->conv2d, &op->pool2d, range->samples, range->scratch);
        return;
    }
    digitnet__winograd_conv2d(op->kernels, range->output, range->inputs[0], range->packed, bias, &op->conv2d,
                              range->samples, range->scratch);
    digitnet__op_activate(op, range->output, NULL, range->samples);
}

static bool absorb(digitnet__op *op, const digitnet__op *next) {
    enum { MOST = 2 };
    if (digitnet__op_absorb(op, next)) {
        op->pool2d = digitnet__conv2d_no_pool(&op->conv2d);
        return true;
    }
    if (op->activation != DIGITNET_ACTIVATION_RELU || !digitnet__conv2d_can_pool(op, next) ||
        next->pool2d.pool_height > MOST || next->pool2d.pool_width > MOST)
        return false;
    op->pool2d = next->pool2d;
    return true;
}

static bool measure(digitnet__op *op) {
    op->packed_values = digitnet__winograd_conv2d_packed_values(&op->conv2d);
    return digitnet__winograd_conv2d_scratch(&op->scratch_bytes, &op->conv2d, false);
}

const digitnet__op_kind digitnet__conv2d_winograd = {
    .name = "conv2d_winograd", .absorb = absorb, .measure = measure, .pack = pack, .forward = forward};

/* Behind the weights of the convolution lie those of the one that goes back. */
static size_t back_offset(const digitnet__op *op) {
    return digitnet__winograd_conv2d_packed_values(&op->conv2d);
}

static void pack_both(const digitnet__op *op, float *packed, const float *parameters, digitnet__op_block block) {
    pack(op, packed, parameters, block);
    op->kernels->winograd_pack_back(packed + back_offset(op), parameters, &op->conv2d, block.first, block.count);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    digitnet__conv2d_add_bias_gradient(op, range);
    digitnet__winograd_conv2d_kernel_gradient(op->kernels, range->gradient, range->output_gradient, range->inputs[0],
                                              &op->conv2d, range->samples, range->scratch);
    if (range->input_gradients[0])
        digitnet__winograd_conv2d_image_gradient(op->kernels, range->input_gradients[0], range->output_gradient,
                                                 range->packed + back_offset(op), &op->conv2d, range->samples,
                                                 range->scratch);
}

static bool measure_training(digitnet__op *op) {
    op->packed_values = 2 * back_offset(op);
    return digitnet__winograd_conv2d_scratch(&op->scratch_bytes, &op->conv2d, true);
}

const digitnet__op_kind digitnet__conv2d_winograd_training = {.name = "conv2d_winograd",
                                                              .absorb = digitnet__conv2d_absorb,
                                                              .measure = measure_training,
                                                              .pack = pack_both,
                                                              .forward = forward,
                                                              .backward = backward};
