/* Convolution whose filters each see one channel, without im2col, with bias and ReLU in the same pass. */
#include "core/memory.h"
#include "kernels/depthwise_conv2d.h"
#include "layers/conv2d.h"

#include <string.h>

/* A worker's scratch: the packed kernel's gradient, and what the kernels want. */
typedef struct scratch_layout {
    digitnet__arena arena;
    size_t gradient, kernels;
} scratch_layout;

static scratch_layout scratch_of(const digitnet__op *op, void *memory) {
    scratch_layout layout = {.arena.memory = memory};
    size_t bytes = 0;
    layout.gradient = digitnet__arena_reserve(&layout.arena, op->layer->tensors[DNN_KERNEL].values, sizeof(float));
    layout.arena.overflow |= !digitnet__depthwise_conv2d_scratch(&bytes, &op->conv2d);
    layout.kernels = digitnet__arena_reserve(&layout.arena, bytes, 1);
    return layout;
}

static void pack(const digitnet__op *op, float *packed, const float *parameters, digitnet__op_block block) {
    digitnet__depthwise_conv2d_pack(packed, parameters, &op->conv2d, block.first, block.count);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    scratch_layout scratch = scratch_of(op, range->scratch);
    bool relu = op->activation == DIGITNET_ACTIVATION_RELU;
    digitnet__depthwise_conv2d(op->kernels, range->output, range->inputs[0], range->packed,
                               digitnet__op_bias(op, range->parameters), relu, &op->conv2d, range->samples,
                               digitnet__arena_at(&scratch.arena, scratch.kernels));
    if (!relu)
        digitnet__op_activate(op, range->output, NULL, range->samples);
}

static void add_kernel_gradient(const digitnet__op *op, const digitnet__op_range *range,
                                const scratch_layout *scratch) {
    float *packed = digitnet__arena_at(&scratch->arena, scratch->gradient);
    memset(packed, 0, op->layer->tensors[DNN_KERNEL].values * sizeof *packed);
    digitnet__depthwise_conv2d_kernel_gradient(op->kernels, packed, range->output_gradient, range->inputs[0],
                                               &op->conv2d, range->samples,
                                               digitnet__arena_at(&scratch->arena, scratch->kernels));
    digitnet__depthwise_conv2d_add_unpacked(range->gradient, packed, &op->conv2d);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    scratch_layout scratch = scratch_of(op, range->scratch);
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    digitnet__conv2d_add_bias_gradient(op, range);
    add_kernel_gradient(op, range, &scratch);
    if (range->input_gradients[0])
        digitnet__depthwise_conv2d_image_gradient(op->kernels, range->input_gradients[0], range->output_gradient,
                                                  range->packed, &op->conv2d, range->samples,
                                                  digitnet__arena_at(&scratch.arena, scratch.kernels));
}

static bool measure(digitnet__op *op) {
    scratch_layout scratch = scratch_of(op, NULL);
    op->packed_values = op->layer->tensors[DNN_KERNEL].values;
    op->scratch_bytes = scratch.arena.size;
    return !scratch.arena.overflow;
}

const digitnet__op_kind digitnet__conv2d_depthwise = {.name = "conv2d_depthwise",
                                                      .absorb = digitnet__op_absorb,
                                                      .measure = measure,
                                                      .pack = pack,
                                                      .forward = forward,
                                                      .backward = backward};
