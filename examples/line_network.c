#include "line_network.h"

static void add_block(digitnet_model *model, size_t filters, size_t height, size_t width, digitnet_padding padding) {
    /* A convolution needs no bias where a normalization follows, which has one. */
    digitnet_model_add_conv2d_ex(model, filters, height, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .kernel_width = width, .padding = padding,
                                               .no_bias = 1, .kernel_initializer = DIGITNET_INITIALIZER_HE_NORMAL));
    digitnet_model_add_batch_normalization(model);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
}

void add_line_layers(digitnet_model *model) {
    add_block(model, 16, 3, 3, DIGITNET_PADDING_SAME);
    digitnet_model_add_max_pool2d(model, 2);
    add_block(model, 64, 3, 3, DIGITNET_PADDING_SAME);
    add_block(model, 64, 3, 3, DIGITNET_PADDING_SAME);
    digitnet_model_add_max_pool2d_ex(model, 2, DIGITNET_WITH(digitnet_max_pool2d_options, .pool_width = 1));
    add_block(model, 96, 3, 3, DIGITNET_PADDING_SAME);
    add_block(model, 96, 3, 3, DIGITNET_PADDING_SAME);
    digitnet_model_add_max_pool2d_ex(model, 2, DIGITNET_WITH(digitnet_max_pool2d_options, .pool_width = 1));
    digitnet_model_add_zero_padding2d(model, 0, 0, 1, 1);
    add_block(model, 160, 4, 3, DIGITNET_PADDING_VALID);
    add_block(model, 160, 1, 5, DIGITNET_PADDING_SAME);
    /* A column of scores for each column of pixels: between two equal digits that touch there must be room for the
     * blank that parts them. */
    digitnet_model_add_conv2d_transpose_ex(model, 11, 1, DIGITNET_ACTIVATION_SOFTMAX,
                                           DIGITNET_WITH(digitnet_conv2d_transpose_options, .kernel_width = 4,
                                                         .stride_height = 1, .stride_width = 2,
                                                         .padding = DIGITNET_PADDING_SAME));
}
