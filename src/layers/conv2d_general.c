/* Convolution as a matrix product (im2col): for one image, Y = C W^T + b, with C positions x taps, W filters x taps, Y
 * positions x filters. Positions are taken in chunks whose columns stay in cache. */
#include "core/memory.h"
#include "kernels/gemm.h"
#include "kernels/im2col.h"
#include "layers/conv2d.h"

#include <string.h>

/* Values of one chunk of columns: 256 KB. */
enum { CHUNK_VALUES = 65536 };

static size_t taps_of(const digitnet__op *op) {
    return op->layer->tensors[DNN_KERNEL].inputs;
}

static size_t positions_of(const digitnet__op *op) {
    return op->conv2d.output_height * op->conv2d.output_width;
}

static size_t chunk_positions(const digitnet__op *op) {
    size_t chunk = CHUNK_VALUES / taps_of(op);
    size_t positions = positions_of(op);
    return chunk == 0 ? 1 : chunk < positions ? chunk : positions;
}

static void forward_image(const digitnet__op *op, const digitnet__op_range *range, float *output, const float *image) {
    size_t taps = taps_of(op), filters = op->conv2d.filters, positions = positions_of(op);
    size_t chunk = chunk_positions(op);
    float *columns = range->scratch;
    for (size_t first = 0; first < positions; first += chunk) {
        size_t count = positions - first < chunk ? positions - first : chunk;
        digitnet__im2col(columns, image, &op->conv2d, first, count);
        digitnet__gemm_run(op->kernels, &(digitnet__gemm){.transpose_b = DNN_TRANSPOSED,
                                                          .rows = count,
                                                          .columns = filters,
                                                          .depth = taps,
                                                          .a = columns,
                                                          .a_stride = taps,
                                                          .b = range->parameters,
                                                          .b_stride = taps,
                                                          .c = output + first * filters,
                                                          .c_stride = filters});
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
    size_t taps = taps_of(op), filters = op->conv2d.filters;
    digitnet__gemm_run(op->kernels, &(digitnet__gemm){.transpose_a = DNN_TRANSPOSED,
                                                      .rows = filters,
                                                      .columns = taps,
                                                      .depth = count,
                                                      .a = output_gradient,
                                                      .a_stride = filters,
                                                      .b = columns,
                                                      .b_stride = taps,
                                                      .c = gradient,
                                                      .c_stride = taps,
                                                      .beta = 1});
}

/* dC = dY W */
static void columns_gradient(const digitnet__op *op, float *columns, const float *output_gradient, const float *kernel,
                             size_t count) {
    size_t taps = taps_of(op), filters = op->conv2d.filters;
    digitnet__gemm_run(op->kernels, &(digitnet__gemm){.rows = count,
                                                      .columns = taps,
                                                      .depth = filters,
                                                      .a = output_gradient,
                                                      .a_stride = filters,
                                                      .b = kernel,
                                                      .b_stride = taps,
                                                      .c = columns,
                                                      .c_stride = taps});
}

static void backward_image(const digitnet__op *op, const digitnet__op_range *range, float *input_gradient,
                           const float *output_gradient, const float *image) {
    size_t filters = op->conv2d.filters, positions = positions_of(op), chunk = chunk_positions(op);
    float *columns = range->scratch;
    for (size_t first = 0; first < positions; first += chunk) {
        size_t count = positions - first < chunk ? positions - first : chunk;
        const float *gradient = output_gradient + first * filters;
        digitnet__im2col(columns, image, &op->conv2d, first, count);
        add_kernel_gradient(op, range->gradient, gradient, columns, count);
        if (input_gradient) {
            columns_gradient(op, columns, gradient, range->parameters, count);
            digitnet__col2im_add(input_gradient, columns, &op->conv2d, first, count);
        }
    }
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    size_t filters = op->conv2d.filters, positions = positions_of(op);
    bool has_bias = op->layer->tensor_count > 1;
    float *bias_gradient = range->gradient + op->layer->tensors[DNN_KERNEL].values;
    if (range->input_gradients[0])
        memset(range->input_gradients[0], 0, range->samples * op->input_values * sizeof(float));
    for (size_t i = 0; i < range->samples; i++) {
        const float *output_gradient = range->output_gradient + i * op->output_values;
        float *input_gradient = range->input_gradients[0] ? range->input_gradients[0] + i * op->input_values : NULL;
        backward_image(op, range, input_gradient, output_gradient, range->inputs[0] + i * op->input_values);
        for (size_t position = 0; has_bias && position < positions; position++)
            op->kernels->add(bias_gradient, output_gradient + position * filters, filters);
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

/* One position's taps, or CHUNK_VALUES at most. */
static bool measure(digitnet__op *op) {
    return digitnet__size_multiply(&op->scratch_bytes, chunk_positions(op) * taps_of(op), sizeof(float));
}

const digitnet__op_kind digitnet__conv2d_general = {
    .name = "conv2d", .absorb = absorb, .measure = measure, .forward = forward, .backward = backward};
