/* Convolution as a matrix product (im2col): for one group of one image, Y = C W^T + b, with C positions x taps, W
 * filters x taps, Y positions x filters. Positions are taken in chunks whose columns stay in cache. */
#include "core/memory.h"
#include "kernels/gemm.h"
#include "kernels/im2col.h"
#include "layers/conv2d.h"

#include <string.h>

/* Those of one group. */
static size_t taps_of(const digitnet__op *op) {
    return op->layer->tensors[DNN_KERNEL].inputs;
}

static size_t filters_of(const digitnet__op *op) {
    return op->conv2d.filters / op->conv2d.groups;
}

static size_t positions_of(const digitnet__op *op) {
    return op->conv2d.output_height * op->conv2d.output_width;
}

static size_t chunk_positions(const digitnet__op *op) {
    return digitnet__conv2d_chunk(&op->conv2d, taps_of(op));
}

/* Some positions of an image, for one group. */
typedef struct chunk {
    size_t group, first, count;
} chunk;

/* The first chunk has a count of 0; false behind the last one. */
static bool next_chunk(chunk *c, const digitnet__op *op) {
    size_t most = chunk_positions(op);
    c->first += c->count;
    if (c->first == positions_of(op)) {
        c->first = 0;
        c->group++;
    }
    size_t left = positions_of(op) - c->first;
    c->count = left < most ? left : most;
    return c->group < op->conv2d.groups;
}

/* Where the chunk begins in an image's outputs, and its group in the kernel. */
static size_t output_offset(const digitnet__op *op, const chunk *c) {
    return c->first * op->conv2d.filters + c->group * filters_of(op);
}

static size_t kernel_offset(const digitnet__op *op, const chunk *c) {
    return c->group * filters_of(op) * taps_of(op);
}

static void forward_image(const digitnet__op *op, const digitnet__op_range *range, float *output, const float *image) {
    size_t taps = taps_of(op);
    float *columns = range->scratch;
    for (chunk c = {0}; next_chunk(&c, op);) {
        digitnet__im2col(columns, image, &op->conv2d, c.group, c.first, c.count);
        digitnet__gemm_run(op->kernels, &(digitnet__gemm){.transpose_b = DNN_TRANSPOSED,
                                                          .rows = c.count,
                                                          .columns = filters_of(op),
                                                          .depth = taps,
                                                          .a = columns,
                                                          .a_stride = taps,
                                                          .b = range->parameters + kernel_offset(op, &c),
                                                          .b_stride = taps,
                                                          .c = output + output_offset(op, &c),
                                                          .c_stride = op->conv2d.filters});
    }
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; i < range->samples; i++) {
        float *output = range->output + i * op->output_values;
        forward_image(op, range, output, range->inputs[0] + i * op->input_values);
        digitnet__op_activate(op, output, digitnet__op_bias(op, range->parameters), 1);
    }
}

/* dW += dY^T C */
static void add_kernel_gradient(const digitnet__op *op, float *gradient, const float *output_gradient,
                                const float *columns, size_t count) {
    size_t taps = taps_of(op);
    digitnet__gemm_run(op->kernels, &(digitnet__gemm){.transpose_a = DNN_TRANSPOSED,
                                                      .rows = filters_of(op),
                                                      .columns = taps,
                                                      .depth = count,
                                                      .a = output_gradient,
                                                      .a_stride = op->conv2d.filters,
                                                      .b = columns,
                                                      .b_stride = taps,
                                                      .c = gradient,
                                                      .c_stride = taps,
                                                      .beta = 1});
}

/* dC = dY W */
static void columns_gradient(const digitnet__op *op, float *columns, const float *output_gradient, const float *kernel,
                             size_t count) {
    size_t taps = taps_of(op);
    digitnet__gemm_run(op->kernels, &(digitnet__gemm){.rows = count,
                                                      .columns = taps,
                                                      .depth = filters_of(op),
                                                      .a = output_gradient,
                                                      .a_stride = op->conv2d.filters,
                                                      .b = kernel,
                                                      .b_stride = taps,
                                                      .c = columns,
                                                      .c_stride = taps});
}

static void backward_image(const digitnet__op *op, const digitnet__op_range *range, float *input_gradient,
                           const float *output_gradient, const float *image) {
    float *columns = range->scratch;
    for (chunk c = {0}; next_chunk(&c, op);) {
        const float *gradient = output_gradient + output_offset(op, &c);
        size_t kernel = kernel_offset(op, &c);
        digitnet__im2col(columns, image, &op->conv2d, c.group, c.first, c.count);
        add_kernel_gradient(op, range->gradient + kernel, gradient, columns, c.count);
        if (input_gradient) {
            columns_gradient(op, columns, gradient, range->parameters + kernel, c.count);
            digitnet__col2im_add(input_gradient, columns, &op->conv2d, c.group, c.first, c.count);
        }
    }
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    digitnet__conv2d_add_bias_gradient(op, range);
    if (range->input_gradients[0])
        memset(range->input_gradients[0], 0, range->samples * op->input_values * sizeof(float));
    for (size_t i = 0; i < range->samples; i++) {
        const float *output_gradient = range->output_gradient + i * op->output_values;
        float *input_gradient = range->input_gradients[0] ? range->input_gradients[0] + i * op->input_values : NULL;
        backward_image(op, range, input_gradient, output_gradient, range->inputs[0] + i * op->input_values);
    }
}

static bool absorb(digitnet__op *op, const digitnet__op *next) {
    if (digitnet__op_absorb_normalization(op, next))
        return true;
    if (!digitnet__op_absorb_activation(op, next))
        return false;
    if (op->activation == DIGITNET_ACTIVATION_RELU)
        digitnet__conv2d_fuse(op);
    return true;
}

/* One position's taps, or a chunk of limited size. */
static bool measure(digitnet__op *op) {
    return digitnet__size_multiply(&op->scratch_bytes, chunk_positions(op) * taps_of(op), sizeof(float));
}

const digitnet__op_kind digitnet__conv2d_general = {
    .name = "conv2d", .absorb = absorb, .measure = measure, .forward = forward, .backward = backward};
