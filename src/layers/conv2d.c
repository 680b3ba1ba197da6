/* Convolution, in the sense of every neural network library: a cross-correlation,
 * y[r][c][f] = b[f] + sum over i, j, k of x[r s + i d][c s + j d][k] w[f][i][j][k], where a filter of one of g groups
 * sees its part of the channels k alone. */
#include "layers/conv2d.h"

#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "kernels/im2col.h"
#include "kernels/winograd_conv2d.h"
#include "layers/window.h"

static size_t at_least_one(size_t size) {
    return size ? size : 1;
}

void digitnet__conv2d_set_window(digitnet__attributes *attributes, size_t kernel) {
    attributes->window_height = kernel;
    if (attributes->window_width == 0)
        attributes->window_width = kernel;
    attributes->stride_height = at_least_one(attributes->stride_height);
    if (attributes->stride_width == 0)
        attributes->stride_width = attributes->stride_height;
    if (attributes->dilation_width == 0)
        attributes->dilation_width = attributes->dilation_height;
    attributes->dilation_height = digitnet__zero_for_one(attributes->dilation_height);
    attributes->dilation_width = digitnet__zero_for_one(attributes->dilation_width);
}

size_t digitnet__conv2d_chunk(const digitnet__conv2d_shape *shape, size_t taps) {
    enum { CHUNK_VALUES = 65536 };
    size_t chunk = CHUNK_VALUES / taps, positions = shape->output_height * shape->output_width;
    return chunk == 0 ? 1 : chunk < positions ? chunk : positions;
}

digitnet__conv2d_shape digitnet__conv2d_shape_of(const digitnet__layer *layer, digitnet__shape image, size_t filters,
                                                 size_t groups) {
    const digitnet__attributes *window = &layer->attributes;
    digitnet__conv2d_shape shape = {.height = image.height,
                                    .width = image.width,
                                    .channels = image.channels,
                                    .kernel_height = window->window_height,
                                    .kernel_width = window->window_width,
                                    .stride_height = window->stride_height,
                                    .stride_width = window->stride_width,
                                    .dilation_height = at_least_one(window->dilation_height),
                                    .dilation_width = at_least_one(window->dilation_width),
                                    .padding_top = window->top,
                                    .padding_left = window->left,
                                    .padding_bottom = window->bottom,
                                    .padding_right = window->right,
                                    .filters = filters,
                                    .groups = groups};
    shape.output_height = digitnet__window_output(&shape.padding_top, &shape.padding_bottom, shape.height,
                                                  digitnet__window_span(shape.kernel_height, shape.dilation_height),
                                                  shape.stride_height, window->padding);
    shape.output_width = digitnet__window_output(&shape.padding_left, &shape.padding_right, shape.width,
                                                 digitnet__window_span(shape.kernel_width, shape.dilation_width),
                                                 shape.stride_width, window->padding);
    return shape;
}

digitnet_status digitnet__conv2d_fail_overflow(const digitnet__layer *layer, size_t filters) {
    const digitnet__attributes *window = &layer->attributes;
    return digitnet__fail(
        DIGITNET_ELIMIT, "layer '%s': the size of %zu filters of %zux%zu over an input of %s overflows", layer->name,
        filters, window->window_height, window->window_width, digitnet__shape_text(layer->inputs[0].shape).text);
}

digitnet_status digitnet__conv2d_infer(digitnet__layer *layer, digitnet__conv2d_shape *shape, size_t filters,
                                       size_t groups) {
    size_t values;
    *shape = digitnet__conv2d_shape_of(layer, layer->inputs[0].shape, filters, groups);
    layer->output = (digitnet__shape){shape->output_height, shape->output_width, filters, false};
    DNN_TRY(digitnet__window_check_fit(layer, "kernel"));
    if (!digitnet__size_product(&values, (size_t[]){shape->output_height, shape->output_width, filters}, 3))
        return digitnet__conv2d_fail_overflow(layer, filters);
    return DIGITNET_OK;
}

digitnet__pool2d_shape digitnet__conv2d_no_pool(const digitnet__conv2d_shape *conv) {
    return (digitnet__pool2d_shape){.height = conv->output_height,
                                    .width = conv->output_width,
                                    .channels = conv->filters,
                                    .pool_height = 1,
                                    .pool_width = 1,
                                    .stride_height = 1,
                                    .stride_width = 1,
                                    .output_height = conv->output_height,
                                    .output_width = conv->output_width};
}

bool digitnet__conv2d_is_padded(const digitnet__conv2d_shape *conv) {
    return conv->padding_top || conv->padding_bottom || conv->padding_left || conv->padding_right;
}

size_t digitnet__conv2d_reserve_padded(digitnet__arena *arena, const digitnet__conv2d_shape *conv) {
    const size_t dimensions[] = {conv->height + conv->padding_top + conv->padding_bottom,
                                 conv->width + conv->padding_left + conv->padding_right, conv->channels};
    size_t values = 0;
    if (digitnet__conv2d_is_padded(conv) && !digitnet__size_product(&values, dimensions, 3))
        arena->overflow = true;
    return digitnet__arena_reserve(arena, values, sizeof(float));
}

const float *digitnet__conv2d_pad(const digitnet__arena *arena, size_t place, const float *image,
                                  const digitnet__conv2d_shape *conv) {
    if (!digitnet__conv2d_is_padded(conv))
        return image;
    float *padded = digitnet__arena_at(arena, place);
    digitnet__pad_image(padded, image, conv);
    return padded;
}

/* Tiles read an image with its padding around it, in memory that no limit of the model counts, and their gradient by
 * the image is a convolution padded by the rest of the kernel. */
static bool padding_is_below_kernel(const digitnet__conv2d_shape *shape) {
    return shape->padding_top < shape->kernel_height && shape->padding_bottom < shape->kernel_height &&
           shape->padding_left < shape->kernel_width && shape->padding_right < shape->kernel_width;
}

/* What the tiles of the kernels take. */
static bool is_plain(const digitnet__conv2d_shape *shape) {
    return shape->groups == 1 && shape->dilation_height == 1 && shape->dilation_width == 1 &&
           padding_is_below_kernel(shape);
}

void digitnet__conv2d_lower(digitnet__op *op, const digitnet__conv2d_shape *shape, bool training) {
    bool moves_by_one = shape->stride_height == 1 && shape->stride_width == 1;
    if (is_plain(shape) && moves_by_one && shape->kernel_height == 1 && shape->kernel_width == 1)
        op->kind = &digitnet__conv2d_pointwise;
    else if (is_plain(shape) && moves_by_one && digitnet__winograd_conv2d_suits(shape))
        op->kind = training ? &digitnet__conv2d_winograd_training : &digitnet__conv2d_winograd;
    else if (is_plain(shape) && moves_by_one)
        op->kind = training ? &digitnet__conv2d_direct_training : &digitnet__conv2d_direct;
    else if (shape->groups > 1 && shape->groups == shape->channels)
        op->kind = &digitnet__conv2d_depthwise;
    else
        op->kind = &digitnet__conv2d_general;
    op->conv2d = *shape;
}

bool digitnet__conv2d_absorb(digitnet__op *op, const digitnet__op *next) {
    if (!digitnet__op_absorb(op, next))
        return false;
    if (op->activation == DIGITNET_ACTIVATION_RELU && is_plain(&op->conv2d))
        digitnet__conv2d_fuse(op);
    return true;
}

void digitnet__conv2d_add_bias_gradient(const digitnet__op *op, const digitnet__op_range *range) {
    size_t filters = op->output_shape.channels;
    if (!op->layer->attributes.no_bias)
        op->kernels->add_rows(range->gradient + op->layer->tensors[DNN_KERNEL].values, range->output_gradient,
                              range->samples * op->output_values / filters, filters);
}

void digitnet__conv2d_write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer, const char *suffix,
                            const char *const *inputs, size_t input_count, size_t groups) {
    size_t begin = digitnet__onnx_begin_node(nodes, "Conv", suffix, inputs, input_count, suffix == NULL);
    const digitnet__attributes *window = &layer->attributes;
    const size_t dilations[] = {at_least_one(window->dilation_height), at_least_one(window->dilation_width)};
    digitnet__window_write(nodes->writer, layer);
    digitnet__onnx_write_integers(nodes->writer, "dilations", dilations, 2);
    digitnet__onnx_write_integer(nodes->writer, "group", groups);
    digitnet__wire_end(nodes->writer, begin);
}

static size_t groups_of(const digitnet__layer *layer) {
    return at_least_one(layer->attributes.groups);
}

static digitnet_status check(const digitnet__layer *layer) {
    size_t channels = layer->inputs[0].shape.channels, filters = layer->attributes.outputs, groups = groups_of(layer);
    DNN_TRY(digitnet__layer_check_image(layer));
    if (filters == 0)
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': filters is 0", layer->name);
    if (filters % groups != 0) {
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': %zu filters cannot be shared out in %zu groups",
                              layer->name, filters, groups);
    }
    if (channels % groups != 0) {
        return digitnet__fail(DIGITNET_ESHAPE,
                              "layer '%s': the %zu channels of its input cannot be shared out in %zu "
                              "groups",
                              layer->name, channels, groups);
    }
    return digitnet__window_check(layer);
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    const digitnet__attributes *conv = &layer->attributes;
    digitnet__conv2d_shape shape;
    DNN_TRY(check(layer));
    DNN_TRY(digitnet__conv2d_infer(layer, &shape, conv->outputs, groups_of(layer)));
    size_t dimensions[] = {conv->window_height, conv->window_width, shape.channels / shape.groups, conv->outputs};
    if (!digitnet__layer_set_weights(layer, dimensions, 4) ||
        !digitnet__size_product(&layer->multiply_adds,
                                (size_t[]){layer->tensors[DNN_KERNEL].values, shape.output_height, shape.output_width},
                                3))
        return digitnet__conv2d_fail_overflow(layer, conv->outputs);
    return DIGITNET_OK;
}

static void lower(digitnet__op *op, bool training) {
    digitnet__conv2d_shape shape = digitnet__conv2d_shape_of(op->layer, op->layer->inputs[0].shape,
                                                             op->layer->attributes.outputs, groups_of(op->layer));
    digitnet__conv2d_lower(op, &shape, training);
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    const char *inputs[] = {layer->tensors[DNN_KERNEL].name, layer->tensors[DNN_BIAS].name};
    digitnet__conv2d_write(nodes, layer, NULL, inputs, layer->tensor_count, groups_of(layer));
}

const digitnet__layer_kind digitnet__layer_conv2d = {.name = "conv2d",
                                                     .class_name = "Conv2D",
                                                     .infer_shape = infer_shape,
                                                     .lower = lower,
                                                     .bound = digitnet__layer_weighted_bound,
                                                     .onnx = {.write = write}};

digitnet_status digitnet_model_add_conv2d(digitnet_model *model, size_t filters, size_t kernel,
                                          digitnet_activation activation) {
    return digitnet_model_add_conv2d_ex(model, filters, kernel, activation, NULL);
}

digitnet_status digitnet_model_add_conv2d_ex(digitnet_model *model, size_t filters, size_t kernel,
                                             digitnet_activation activation, const digitnet_conv2d_options *options) {
    digitnet_conv2d_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_conv2d_options, bias_initializer);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK(own.reserved, digitnet_conv2d_options);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_conv2d_options, no_bias);
    digitnet__layer_request request = {.kind = &digitnet__layer_conv2d,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.outputs = filters,
                                                      .groups = digitnet__zero_for_one(own.groups),
                                                      .window_width = own.kernel_width,
                                                      .dilation_height = own.dilation_height,
                                                      .dilation_width = own.dilation_width,
                                                      DNN_WINDOW_ATTRIBUTES(own),
                                                      .kernel_initializer = own.kernel_initializer,
                                                      .kernel_l1 = own.kernel_l1,
                                                      .kernel_l2 = own.kernel_l2,
                                                      DNN_BIAS_ATTRIBUTES(own),
                                                      .activation = activation}};
    digitnet__conv2d_set_window(&request.attributes, kernel);
    return digitnet__model_add_layer(model, &request, status);
}
