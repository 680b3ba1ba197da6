/* What the examples' deeper networks are made of. */
#ifndef CONV_BLOCK_H
#define CONV_BLOCK_H

#include <digitnet/digitnet.h>

/* Adds a convolution of 3 x 3 that keeps rows and columns, batch normalization and ReLU. `momentum` of the moving
 * averages: zero is the library's, less where an epoch has few steps. */
void add_conv_block(digitnet_model *model, size_t filters, digitnet_initializer kernel_initializer, double momentum);

#endif
