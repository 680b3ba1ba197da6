/* The matrix products of convolutions: Y = C W^T, with C positions x taps, W filters x taps, Y positions x filters.
 * Where kernels are 1 x 1, the taps are the channels, and C is the image itself. */
#ifndef DNN_LAYERS_CONV2D_PRODUCT_H
#define DNN_LAYERS_CONV2D_PRODUCT_H

#include "layers/op.h"

typedef struct digitnet__conv2d_product {
    const digitnet__kernels *kernels;
    size_t rows; /* positions */
    size_t taps, filters;
    size_t output_stride; /* from a row of Y to the next: the filters of all groups */
} digitnet__conv2d_product;

/* Y = C W^T */
void digitnet__conv2d_outputs(float *outputs, const float *columns, const float *kernel,
                              const digitnet__conv2d_product *product);
/* dC = dY W */
void digitnet__conv2d_columns(float *columns, const float *outputs, const float *kernel,
                              const digitnet__conv2d_product *product);
/* dW += dY^T C */
void digitnet__conv2d_add_kernel(float *kernel, const float *outputs, const float *columns,
                                 const digitnet__conv2d_product *product);

/* W^T, taps x filters, one block of its filters; and Y by it. */
void digitnet__conv2d_transpose_kernel(float *packed, const float *kernel, const digitnet__conv2d_product *product,
                                       digitnet__op_block block);
void digitnet__conv2d_outputs_of_packed(float *outputs, const float *columns, const float *packed,
                                        const digitnet__conv2d_product *product);

#endif
