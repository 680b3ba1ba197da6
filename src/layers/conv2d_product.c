#include "layers/conv2d_product.h"

#include "kernels/gemm.h"

void digitnet__conv2d_outputs(float *outputs, const float *columns, const float *kernel,
                              const digitnet__conv2d_product *product) {
    digitnet__gemm_run(product->kernels, &(digitnet__gemm){.transpose_b = DNN_TRANSPOSED,
                                                           .rows = product->rows,
                                                           .columns = product->filters,
                                                           .depth = product->taps,
                                                           .a = columns,
                                                           .a_stride = product->taps,
                                                           .b = kernel,
                                                           .b_stride = product->taps,
                                                           .c = outputs,
                                                           .c_stride = product->output_stride});
}

void digitnet__conv2d_columns(float *columns, const float *outputs, const float *kernel,
                              const digitnet__conv2d_product *product) {
    digitnet__gemm_run(product->kernels, &(digitnet__gemm){.rows = product->rows,
                                                           .columns = product->taps,
                                                           .depth = product->filters,
                                                           .a = outputs,
                                                           .a_stride = product->output_stride,
                                                           .b = kernel,
                                                           .b_stride = product->taps,
                                                           .c = columns,
                                                           .c_stride = product->taps});
}

void digitnet__conv2d_add_kernel(float *kernel, const float *outputs, const float *columns,
                                 const digitnet__conv2d_product *product) {
    digitnet__gemm_run(product->kernels, &(digitnet__gemm){.transpose_a = DNN_TRANSPOSED,
                                                           .rows = product->filters,
                                                           .columns = product->taps,
                                                           .depth = product->rows,
                                                           .a = outputs,
                                                           .a_stride = product->output_stride,
                                                           .b = columns,
                                                           .b_stride = product->taps,
                                                           .c = kernel,
                                                           .c_stride = product->taps,
                                                           .beta = 1});
}

void digitnet__conv2d_transpose_kernel(float *packed, const float *kernel, const digitnet__conv2d_product *product,
                                       digitnet__op_block block) {
    for (size_t filter = block.first; filter < block.first + block.count; filter++)
        for (size_t tap = 0; tap < product->taps; tap++)
            packed[tap * product->filters + filter] = kernel[filter * product->taps + tap];
}

void digitnet__conv2d_outputs_of_packed(float *outputs, const float *columns, const float *packed,
                                        const digitnet__conv2d_product *product) {
    digitnet__gemm_run(product->kernels, &(digitnet__gemm){.rows = product->rows,
                                                           .columns = product->filters,
                                                           .depth = product->taps,
                                                           .a = columns,
                                                           .a_stride = product->taps,
                                                           .b = packed,
                                                           .b_stride = product->filters,
                                                           .c = outputs,
                                                           .c_stride = product->output_stride});
}
