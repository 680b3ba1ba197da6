/* A convolution of stride 1 without ReLU and without im2col, by the tiles of the fused one. Its backward pass has two
 * parts that need no columns either, since nothing in its gradient is zero:
 *
 * - The gradient by the image is a convolution of the one by the output, with the kernel turned by 180 degrees and its
 *   channels and filters in each other's place.
 * - In an image whose rows follow one another, the taps of a kernel's row are one run of values, which begins one pixel
 *   later at each next position. So the image is, as it lies, a matrix of positions x run whose rows overlap, and the
 *   gradient by a kernel's row is a product with it: dW_ky = dY^T X_ky. Rows of dY are made as long as the image's;
 *   what they are longer by is zeros. */
#include "core/memory.h"
#include "kernels/im2col.h"
#include "layers/conv2d.h"

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

/* The convolution that goes back, from the gradient by the output to the one by the image. Its rows are as long as
 * those of the image with its padding, which may be wider than what it reads. */
static digitnet__conv2d_shape back_of(const digitnet__conv2d_shape *conv) {
    return (digitnet__conv2d_shape){.height = conv->output_height,
                                    .width = conv->output_width,
                                    .channels = conv->filters,
                                    .kernel_height = conv->kernel_height,
                                    .kernel_width = conv->kernel_width,
                                    .stride_height = 1,
                                    .stride_width = 1,
                                    .dilation_height = 1,
                                    .dilation_width = 1,
                                    .padding_top = conv->kernel_height - 1 - conv->padding_top,
                                    .padding_left = conv->kernel_width - 1 - conv->padding_left,
                                    .padding_bottom = conv->kernel_height - 1 - conv->padding_bottom,
                                    .padding_right =
                                        larger(conv->kernel_width - 1 - conv->padding_right, conv->padding_left),
                                    .filters = conv->channels,
                                    .groups = 1,
                                    .output_height = conv->height,
                                    .output_width = conv->width};
}

/* The image with rows as long as those of the padded gradient. */
static digitnet__conv2d_shape widened(const digitnet__conv2d_shape *conv) {
    digitnet__conv2d_shape wide = *conv;
    wide.padding_right = larger(conv->kernel_width - 1 - conv->padding_left, conv->padding_right);
    return wide;
}

/* A worker's scratch: the padded image, the padded gradient by the output, and what the kernels want. */
typedef struct scratch_layout {
    digitnet__arena arena;
    size_t image, gradient, kernels;
} scratch_layout;

static scratch_layout scratch_of(const digitnet__op *op, void *memory) {
    scratch_layout layout = {.arena.memory = memory};
    digitnet__conv2d_shape wide = widened(&op->conv2d), back = back_of(&op->conv2d);
    digitnet__pool2d_shape output = digitnet__conv2d_no_pool(&op->conv2d), input = digitnet__conv2d_no_pool(&back);
    size_t forward = op->kernels->conv2d_relu_pool_scratch(&op->conv2d, &output);
    size_t backward = op->kernels->conv2d_relu_pool_scratch(&back, &input);
    layout.image = digitnet__conv2d_reserve_padded(&layout.arena, &wide);
    layout.gradient = digitnet__conv2d_reserve_padded(&layout.arena, &back);
    layout.kernels = digitnet__arena_reserve(&layout.arena, forward > backward ? forward : backward, 1);
    return layout;
}

/* Behind the weights of the convolution lie those of the one that goes back. */
static size_t back_offset(const digitnet__op *op) {
    return op->kernels->conv2d_packed_values(&op->conv2d);
}

static void pack(const digitnet__op *op, float *packed, const float *parameters, digitnet__op_block block) {
    op->kernels->conv2d_pack(packed, parameters, &op->conv2d, block.first, block.count);
}

static void pack_both(const digitnet__op *op, float *packed, const float *parameters, digitnet__op_block block) {
    pack(op, packed, parameters, block);
    op->kernels->conv2d_pack_back(packed + back_offset(op), parameters, &op->conv2d, block.first, block.count);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    scratch_layout scratch = scratch_of(op, range->scratch);
    for (size_t i = 0; i < range->samples; i++) {
        float *output = range->output + i * op->output_values;
        const float *image =
            digitnet__conv2d_pad(&scratch.arena, scratch.image, range->inputs[0] + i * op->input_values, &op->conv2d);
        op->kernels->conv2d(output, image, range->packed, digitnet__op_bias(op, range->parameters), &op->conv2d,
                            digitnet__arena_at(&scratch.arena, scratch.kernels));
    }
    digitnet__op_activate(op, range->output, NULL, range->samples);
}

/* `image` and `gradient` are padded to rows of one length. */
static void add_kernel_gradient(const digitnet__op *op, float *kernel_gradient, const float *image,
                                const float *gradient) {
    const digitnet__conv2d_shape *conv = &op->conv2d;
    digitnet__conv2d_shape wide = widened(conv), back = back_of(conv);
    size_t run = conv->kernel_width * conv->channels, row = wide.padding_left + wide.width + wide.padding_right;
    const float *first = gradient + (back.padding_top * row + back.padding_left) * conv->filters;
    for (size_t ky = 0; ky < conv->kernel_height; ky++) {
        op->kernels->gemm(&(digitnet__gemm){.transpose_a = DNN_TRANSPOSED,
                                            .rows = conv->filters,
                                            .columns = run,
                                            .depth = (conv->output_height - 1) * row + conv->output_width,
                                            .a = first,
                                            .a_stride = conv->filters,
                                            .b = image + ky * row * conv->channels,
                                            .b_stride = conv->channels,
                                            .c = kernel_gradient + ky * run,
                                            .c_stride = conv->kernel_height * run,
                                            .beta = 1});
    }
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    scratch_layout scratch = scratch_of(op, range->scratch);
    digitnet__conv2d_shape wide = widened(&op->conv2d), back = back_of(&op->conv2d);
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    digitnet__conv2d_add_bias_gradient(op, range);
    for (size_t i = 0; i < range->samples; i++) {
        const float *image =
            digitnet__conv2d_pad(&scratch.arena, scratch.image, range->inputs[0] + i * op->input_values, &wide);
        const float *gradient = digitnet__conv2d_pad(&scratch.arena, scratch.gradient,
                                                     range->output_gradient + i * op->output_values, &back);
        add_kernel_gradient(op, range->gradient, image, gradient);
        if (range->input_gradients[0])
            op->kernels->conv2d(range->input_gradients[0] + i * op->input_values, gradient,
                                range->packed + back_offset(op), NULL, &back,
                                digitnet__arena_at(&scratch.arena, scratch.kernels));
    }
}

static bool measure(digitnet__op *op) {
    op->packed_values = op->kernels->conv2d_packed_values(&op->conv2d);
    scratch_layout scratch = scratch_of(op, NULL);
    op->scratch_bytes = scratch.arena.size;
    return op->packed_values < SIZE_MAX && !scratch.arena.overflow;
}

static bool measure_both(digitnet__op *op) {
    digitnet__conv2d_shape back = back_of(&op->conv2d);
    return measure(op) &&
           digitnet__size_add(&op->packed_values, op->packed_values, op->kernels->conv2d_packed_values(&back));
}

const digitnet__op_kind digitnet__conv2d_direct = {
    .name = "conv2d_direct", .absorb = digitnet__conv2d_absorb, .measure = measure, .pack = pack, .forward = forward};

const digitnet__op_kind digitnet__conv2d_direct_training = {.name = "conv2d_direct",
                                                            .absorb = digitnet__conv2d_absorb,
                                                            .measure = measure_both,
                                                            .pack = pack_both,
                                                            .forward = forward,
                                                            .backward = backward};
