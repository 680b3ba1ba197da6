/* Convolution with kernels of 1 x 1 that move by 1, as a matrix product without im2col: Y = X W^T + b, with X positions
 * x channels, W filters x channels, Y positions x filters. */
#include "core/memory.h"
#include "kernels/gemm.h"
#include "layers/conv2d.h"

void digitnet__pointwise_pack(float *packed, const float *kernel, const digitnet__pointwise_product *product,
                              digitnet__op_block block) {
    for (size_t filter = block.first; filter < block.first + block.count; filter++)
        for (size_t channel = 0; channel < product->channels; channel++)
            packed[channel * product->filters + filter] = kernel[filter * product->channels + channel];
}

void digitnet__pointwise_forward(float *output, const float *image, const float *packed,
                                 const digitnet__pointwise_product *product) {
    digitnet__gemm_run(product->kernels, &(digitnet__gemm){.rows = product->rows,
                                                           .columns = product->filters,
                                                           .depth = product->channels,
                                                           .a = image,
                                                           .a_stride = product->channels,
                                                           .b = packed,
                                                           .b_stride = product->filters,
                                                           .c = output,
                                                           .c_stride = product->filters});
}

/* dW += dY^T X */
void digitnet__pointwise_kernel_gradient(float *kernel_gradient, const float *output_gradient, const float *image,
                                         const digitnet__pointwise_product *product) {
    digitnet__gemm_run(product->kernels, &(digitnet__gemm){.transpose_a = DNN_TRANSPOSED,
                                                           .rows = product->filters,
                                                           .columns = product->channels,
                                                           .depth = product->rows,
                                                           .a = output_gradient,
                                                           .a_stride = product->filters,
                                                           .b = image,
                                                           .b_stride = product->channels,
                                                           .c = kernel_gradient,
                                                           .c_stride = product->channels,
                                                           .beta = 1});
}

/* dX = dY W */
void digitnet__pointwise_image_gradient(float *image_gradient, const float *output_gradient, const float *kernel,
                                        const digitnet__pointwise_product *product) {
    digitnet__gemm_run(product->kernels, &(digitnet__gemm){.rows = product->rows,
                                                           .columns = product->channels,
                                                           .depth = product->filters,
                                                           .a = output_gradient,
                                                           .a_stride = product->filters,
                                                           .b = kernel,
                                                           .b_stride = product->channels,
                                                           .c = image_gradient,
                                                           .c_stride = product->channels});
}

/* The positions of `samples` images lie one after the other. */
static digitnet__pointwise_product product_of(const digitnet__op *op, size_t samples) {
    return (digitnet__pointwise_product){.kernels = op->kernels,
                                         .rows = samples * op->conv2d.height * op->conv2d.width,
                                         .channels = op->conv2d.channels,
                                         .filters = op->conv2d.filters};
}

static void pack(const digitnet__op *op, float *packed, const float *parameters, digitnet__op_block block) {
    digitnet__pointwise_product product = product_of(op, 1);
    digitnet__pointwise_pack(packed, parameters, &product, block);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__pointwise_product product = product_of(op, range->samples);
    digitnet__pointwise_forward(range->output, range->inputs[0], range->packed, &product);
    digitnet__op_activate(op, range->output, digitnet__op_bias(op, range->parameters), range->samples);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__pointwise_product product = product_of(op, range->samples);
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    digitnet__conv2d_add_bias_gradient(op, range);
    digitnet__pointwise_kernel_gradient(range->gradient, range->output_gradient, range->inputs[0], &product);
    if (range->input_gradients[0])
        digitnet__pointwise_image_gradient(range->input_gradients[0], range->output_gradient, range->parameters,
                                           &product);
}

static bool absorb(digitnet__op *op, const digitnet__op *next) {
    return digitnet__op_absorb_normalization(op, next) || digitnet__op_absorb_activation(op, next);
}

static bool measure(digitnet__op *op) {
    op->packed_values = op->layer->tensors[DNN_KERNEL].values;
    return true;
}

const digitnet__op_kind digitnet__conv2d_pointwise = {.name = "conv2d_pointwise",
                                                      .absorb = absorb,
                                                      .measure = measure,
                                                      .pack = pack,
                                                      .forward = forward,
                                                      .backward = backward};
