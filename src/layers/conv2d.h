/* What kinds of convolutions share, and the ways to run one. */
#ifndef DNN_LAYERS_CONV2D_H
#define DNN_LAYERS_CONV2D_H

#include "core/memory.h"
#include "layers/conv2d_product.h"
#include "layers/op.h"

/* Sizes that are 1 by default are 0 among the attributes then. */
static inline size_t digitnet__zero_for_one(size_t size) {
    return size == 1 ? 0 : size;
}

/* Sets the attributes of a builder's window, `kernel` high; a width of 0 is as the height, a stride or a dilation of 0
 * is 1. */
void digitnet__conv2d_set_window(digitnet__attributes *attributes, size_t kernel);

/* The layer's window over an image, with `filters` in `groups`. */
digitnet__conv2d_shape digitnet__conv2d_shape_of(const digitnet__layer *layer, digitnet__shape image, size_t filters,
                                                 size_t groups);
/* Checks the window against the input, and sets *shape and the layer's output. ESHAPE, EINVAL or ELIMIT. */
digitnet_status digitnet__conv2d_infer(digitnet__layer *layer, digitnet__conv2d_shape *shape, size_t filters,
                                       size_t groups);
/* Makes the op of a convolution whose tensors are a kernel and perhaps a bias: one of those below but the fused one. */
void digitnet__conv2d_lower(digitnet__op *op, const digitnet__conv2d_shape *shape, bool training);
/* Takes over a batch normalization or an activation; a ReLU makes the fused one of what that can serve. */
bool digitnet__conv2d_absorb(digitnet__op *op, const digitnet__op *next);
/* ELIMIT: sizes overflow. */
digitnet_status digitnet__conv2d_fail_overflow(const digitnet__layer *layer, size_t filters);
/* Writes a node of an operator with a window, its weights `inputs`. */
void digitnet__conv2d_write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer, const char *suffix,
                            const char *const *inputs, size_t input_count, size_t groups);

/* By im2col and a matrix product: every shape. */
extern const digitnet__op_kind digitnet__conv2d_general;
/* Kernels that move by 1, by tiles and without im2col; in training with weights for the gradient by the image. */
extern const digitnet__op_kind digitnet__conv2d_direct, digitnet__conv2d_direct_training;
/* Kernels of 3 x 3 that move by 1, where Winograd's algorithm takes less time. */
extern const digitnet__op_kind digitnet__conv2d_winograd, digitnet__conv2d_winograd_training;
/* Kernels of 1 x 1 that move by 1: a matrix product of the image itself. */
extern const digitnet__op_kind digitnet__conv2d_pointwise;
/* Filters that each see one channel. */
extern const digitnet__op_kind digitnet__conv2d_depthwise;
/* With ReLU and, where one follows that it can serve, the max pool behind it, by tiles and without im2col. */
extern const digitnet__op_kind digitnet__conv2d_fused;
/* Makes a convolution of one group, undilated, whose ReLU has been absorbed, the fused one. */
void digitnet__conv2d_fuse(digitnet__op *op);
/* Whether `next` is a max pool of small windows side by side, without padding, and the first behind the convolution. */
bool digitnet__conv2d_can_pool(const digitnet__op *op, const digitnet__op *next);

/* Windows of 1 x 1 over its output. */
digitnet__pool2d_shape digitnet__conv2d_no_pool(const digitnet__conv2d_shape *conv);
bool digitnet__conv2d_is_padded(const digitnet__conv2d_shape *conv);
/* Room for the image with its zeros, where it has any; and the image with them, there or, without any, where it was. */
size_t digitnet__conv2d_reserve_padded(digitnet__arena *arena, const digitnet__conv2d_shape *conv);
const float *digitnet__conv2d_pad(const digitnet__arena *arena, size_t place, const float *image,
                                  const digitnet__conv2d_shape *conv);
/* How many positions' columns, of so many taps each, im2col makes at a time, so that they stay in cache: 256 KB, and at
 * least one position's. */
size_t digitnet__conv2d_chunk(const digitnet__conv2d_shape *shape, size_t taps);
/* Adds to the gradient of the bias behind the kernel, where the layer has one. */
void digitnet__conv2d_add_bias_gradient(const digitnet__op *op, const digitnet__op_range *range);

#endif
