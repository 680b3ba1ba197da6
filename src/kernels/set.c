/* The table of one set. */
#include "kernels/set.h"

#define DNN_TEXT_EXPANDED(name) #name
#define DNN_TEXT(name) DNN_TEXT_EXPANDED(name)

const digitnet__kernels SET_NAME(kernels) = {
    .name = DNN_TEXT(DNN_KERNEL_SET),
    .width = WIDTH,
    .gemm = SET_NAME(gemm),
    .conv2d_packed_values = SET_NAME(conv2d_packed_values),
    .conv2d_pack = SET_NAME(conv2d_pack),
    .conv2d_relu_pool_scratch = SET_NAME(conv2d_relu_pool_scratch),
    .conv2d_relu_pool = SET_NAME(conv2d_relu_pool),
    .conv2d_relu_pool_backward_scratch = SET_NAME(conv2d_relu_pool_backward_scratch),
    .conv2d_relu_pool_backward = SET_NAME(conv2d_relu_pool_backward),
    .bytes_to_floats = SET_NAME(bytes_to_floats),
    .add = SET_NAME(add),
    .add_bias_relu = SET_NAME(add_bias_relu),
    .relu_backward = SET_NAME(relu_backward),
    .channel_moments = SET_NAME(channel_moments),
    .channel_products = SET_NAME(channel_products),
    .scale_shift = SET_NAME(scale_shift),
    .scale_shift_two = SET_NAME(scale_shift_two),
    .adam = SET_NAME(adam),
    .sgd = SET_NAME(sgd),
    .spline_row = SET_NAME(spline_row),
    .warp_row = SET_NAME(warp_row),
    .sample_row = SET_NAME(sample_row),
    .thicken_row = SET_NAME(thicken_row),
};
