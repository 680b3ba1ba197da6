#include "conv_block.h"

void add_conv_block(digitnet_model *model, size_t filters, digitnet_initializer kernel_initializer, double momentum) {
    /* A convolution needs no bias where a normalization follows, which has one. */
    digitnet_model_add_conv2d_ex(model, filters, 3, DIGITNET_ACTIVATION_LINEAR,
                                 DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_SAME, .no_bias = 1,
                                               .kernel_initializer = kernel_initializer));
    digitnet_model_add_batch_normalization_ex(
        model, DIGITNET_WITH(digitnet_batch_normalization_options, .momentum = momentum));
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
}
