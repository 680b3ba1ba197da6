/* Convolution, in the sense of every neural network library: a cross-correlation,
 * y[r][c][f] = b[f] + sum over i, j, k of x[r s + i][c s + j][k] w[f][i][j][k]. */
#include "layers/conv2d.h"

#include "core/memory.h"
#include "core/status.h"

static digitnet_status check_attributes(const digitnet__layer *layer) {
    const digitnet__conv2d_attributes *conv = &layer->as.conv2d;
    if (layer->input.flat) {
        return digitnet__fail(DIGITNET_ESHAPE,
                              "convolution layer '%s': its input of %s values is flat, it needs rows and columns",
                              layer->name, digitnet__shape_text(layer->input).text);
    }
    if (conv->filters == 0)
        return digitnet__fail(DIGITNET_EINVAL, "convolution layer '%s': filters is 0", layer->name);
    if (conv->kernel_height == 0 || conv->kernel_width == 0 || conv->stride_height == 0 || conv->stride_width == 0) {
        return digitnet__fail(DIGITNET_EINVAL, "convolution layer '%s': kernel %zux%zu, stride %zux%zu; none may be 0",
                              layer->name, conv->kernel_height, conv->kernel_width, conv->stride_height,
                              conv->stride_width);
    }
    return digitnet__layer_check_stride(layer, conv->stride_height, conv->stride_width);
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    digitnet_status status = check_attributes(layer);
    if (status != DIGITNET_OK)
        return status;
    const digitnet__conv2d_attributes *conv = &layer->as.conv2d;
    digitnet__conv2d_shape shape = digitnet__layer_conv2d_shape(layer);
    if (shape.output_height == 0 || shape.output_width == 0) {
        return digitnet__fail(DIGITNET_ESHAPE,
                              "convolution layer '%s': a kernel of %zux%zu does not fit its input of %s", layer->name,
                              conv->kernel_height, conv->kernel_width, digitnet__shape_text(layer->input).text);
    }
    layer->output = (digitnet__shape){shape.output_height, shape.output_width, conv->filters, false};
    size_t dimensions[] = {conv->kernel_height, conv->kernel_width, layer->input.channels, conv->filters};
    size_t positions, values;
    if (!digitnet__layer_book_tensors(layer, dimensions, 4, conv->no_bias) ||
        !digitnet__size_multiply(&positions, shape.output_height, shape.output_width) ||
        !digitnet__size_multiply(&values, positions, conv->filters) ||
        !digitnet__layer_count_multiply_adds(layer, positions)) {
        return digitnet__fail(
            DIGITNET_ELIMIT, "convolution layer '%s': %zu filters of %zux%zu over an input of %s overflow", layer->name,
            conv->filters, conv->kernel_height, conv->kernel_width, digitnet__shape_text(layer->input).text);
    }
    return DIGITNET_OK;
}

digitnet__conv2d_shape digitnet__layer_conv2d_shape(const digitnet__layer *layer) {
    const digitnet__conv2d_attributes *conv = &layer->as.conv2d;
    digitnet__conv2d_shape shape = {.height = layer->input.height,
                                    .width = layer->input.width,
                                    .channels = layer->input.channels,
                                    .kernel_height = conv->kernel_height,
                                    .kernel_width = conv->kernel_width,
                                    .stride_height = conv->stride_height,
                                    .stride_width = conv->stride_width,
                                    .filters = conv->filters};
    shape.output_height = digitnet__window_output(&shape.padding_top, &shape.padding_bottom, shape.height,
                                                  shape.kernel_height, shape.stride_height, conv->padding);
    shape.output_width = digitnet__window_output(&shape.padding_left, &shape.padding_right, shape.width,
                                                 shape.kernel_width, shape.stride_width, conv->padding);
    return shape;
}

static bool plan(digitnet__step *step, size_t available) {
    step->conv2d = digitnet__layer_conv2d_shape(step->layers);
    return digitnet__conv2d_can_fuse(step) ? digitnet__conv2d_plan_fused(step, available)
                                           : digitnet__conv2d_plan_general(step);
}

const digitnet__layer_kind digitnet__layer_conv2d = {
    .name = "conv2d", .class_name = "Conv2D", .infer_shape = infer_shape, .plan = plan};
