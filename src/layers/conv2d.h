/* The ways to run a convolution. */
#ifndef DNN_LAYERS_CONV2D_H
#define DNN_LAYERS_CONV2D_H

#include "layers/op.h"

/* By im2col and a matrix product: every shape, every activation. It becomes the fused one where a ReLU follows. */
extern const digitnet__op_kind digitnet__conv2d_general;
/* With ReLU and, where one follows that it can serve, the max pool behind it, by tiles and without im2col. */
extern const digitnet__op_kind digitnet__conv2d_fused;
/* Makes a convolution whose ReLU has been absorbed the fused one. */
void digitnet__conv2d_fuse(digitnet__op *op);

#endif
