/* Convolution as a matrix product (im2col): for one group of one image, Y = C W^T + b, with C positions x taps, W
 * filters x taps, Y positions x filters. Positions are taken in chunks whose columns stay in cache. */
#include "core/memory.h"
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

static digitnet__conv2d_product product_of(const digitnet__op *op, const chunk *c) {
    return (digitnet__conv2d_product){.kernels = op->kernels,
                                      .rows = c->count,
                                      .taps = taps_of(op),
                                      .filters = filters_of(op),
                                      .output_stride = op->conv2d.filters};
}

static void forward_image(const digitnet__op *op, const digitnet__op_range *range, float *output, const float *image) {
    float *columns = range->scratch;
    for (chunk c = {0}; next_chunk(&c, op);) {
        digitnet__conv2d_product product = product_of(op, &c);
        digitnet__im2col(columns, image, &op->conv2d, c.group, c.first, c.count);
        digitnet__conv2d_outputs(output + output_offset(op, &c), columns, range->parameters + kernel_offset(op, &c),
                                 &product);
    }
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; i < range->samples; i++) {
        float *output = range->output + i * op->output_values;
        forward_image(op, range, output, range->inputs[0] + i * op->input_values);
        digitnet__op_activate(op, output, digitnet__op_bias(op, range->parameters), 1);
    }
}

static void backward_image(const digitnet__op *op, const digitnet__op_range *range, float *input_gradient,
                           const float *output_gradient, const float *image) {
    float *columns = range->scratch;
    for (chunk c = {0}; next_chunk(&c, op);) {
        const float *gradient = output_gradient + output_offset(op, &c);
        size_t kernel = kernel_offset(op, &c);
        digitnet__conv2d_product product = product_of(op, &c);
        digitnet__im2col(columns, image, &op->conv2d, c.group, c.first, c.count);
        digitnet__conv2d_add_kernel(range->gradient + kernel, gradient, columns, &product);
        if (input_gradient) {
            digitnet__conv2d_columns(columns, gradient, range->parameters + kernel, &product);
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

/* One position's taps, or a chunk of limited size. */
static bool measure(digitnet__op *op) {
    return digitnet__size_multiply(&op->scratch_bytes, chunk_positions(op) * taps_of(op), sizeof(float));
}

const digitnet__op_kind digitnet__conv2d_general = {
    .name = "conv2d", .absorb = digitnet__conv2d_absorb, .measure = measure, .forward = forward, .backward = backward};
