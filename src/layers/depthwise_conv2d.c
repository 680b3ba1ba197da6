/* Depthwise convolution: each channel k has m kernels of its own,
 * y[r][c][k m + j] = b[k m + j] + sum over i, l of x[r s + i d][c s + l d][k] w[i][l][k][j]. */
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "layers/conv2d.h"
#include "layers/window.h"

static size_t multiplier_of(const digitnet__layer *layer) {
    return layer->attributes.depth_multiplier ? layer->attributes.depth_multiplier : 1;
}

static size_t filters_of(const digitnet__layer *layer) {
    return layer->inputs[0].shape.channels * multiplier_of(layer);
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    const digitnet__attributes *window = &layer->attributes;
    size_t channels = layer->inputs[0].shape.channels, filters;
    digitnet__conv2d_shape shape;
    DNN_TRY(digitnet__layer_check_image(layer));
    DNN_TRY(digitnet__window_check(layer));
    if (!digitnet__size_multiply(&filters, channels, multiplier_of(layer)))
        return digitnet__conv2d_fail_overflow(layer, multiplier_of(layer));
    DNN_TRY(digitnet__conv2d_infer(layer, &shape, filters, channels));
    size_t dimensions[] = {window->window_height, window->window_width, channels, multiplier_of(layer)};
    if (!digitnet__layer_add_kernel(layer, "kernel", window->kernel_initializer, dimensions, 4, filters) ||
        !digitnet__layer_add_bias(layer, filters) ||
        !digitnet__size_product(&layer->multiply_adds,
                                (size_t[]){layer->tensors[DNN_KERNEL].values, shape.output_height, shape.output_width},
                                3))
        return digitnet__conv2d_fail_overflow(layer, filters);
    return DIGITNET_OK;
}

static void lower(digitnet__op *op, bool training) {
    digitnet__shape input = op->layer->inputs[0].shape;
    digitnet__conv2d_shape shape = digitnet__conv2d_shape_of(op->layer, input, filters_of(op->layer), input.channels);
    digitnet__conv2d_lower(op, &shape, training);
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    const char *inputs[] = {layer->tensors[DNN_KERNEL].name, layer->tensors[DNN_BIAS].name};
    digitnet__conv2d_write(nodes, layer, NULL, inputs, layer->tensor_count, layer->inputs[0].shape.channels);
}

const digitnet__layer_kind digitnet__layer_depthwise_conv2d = {.name = "depthwise_conv2d",
                                                               .class_name = "DepthwiseConv2D",
                                                               .infer_shape = infer_shape,
                                                               .lower = lower,
                                                               .bound = digitnet__layer_weighted_bound,
                                                               .onnx = {.write = write}};

digitnet_status digitnet_model_add_depthwise_conv2d(digitnet_model *model, size_t kernel,
                                                    digitnet_activation activation) {
    return digitnet_model_add_depthwise_conv2d_ex(model, kernel, activation, NULL);
}

digitnet_status digitnet_model_add_depthwise_conv2d_ex(digitnet_model *model, size_t kernel,
                                                       digitnet_activation activation,
                                                       const digitnet_depthwise_conv2d_options *options) {
    digitnet_depthwise_conv2d_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_depthwise_conv2d_options, bias_initializer);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK(own.reserved, digitnet_depthwise_conv2d_options);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_depthwise_conv2d_options, no_bias);
    digitnet__layer_request request = {.kind = &digitnet__layer_depthwise_conv2d,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.depth_multiplier = digitnet__zero_for_one(own.depth_multiplier),
                                                      .window_width = own.kernel_width,
                                                      .dilation_height = own.dilation_height,
                                                      .dilation_width = own.dilation_width,
                                                      DNN_WINDOW_ATTRIBUTES(own),
                                                      .kernel_initializer = own.depthwise_initializer,
                                                      .kernel_l1 = own.depthwise_l1,
                                                      .kernel_l2 = own.depthwise_l2,
                                                      DNN_BIAS_ATTRIBUTES(own),
                                                      .activation = activation}};
    digitnet__conv2d_set_window(&request.attributes, kernel);
    return digitnet__model_add_layer(model, &request, status);
}
