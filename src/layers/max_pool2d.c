/* Max pooling of any window; the common one behind a convolution with ReLU is served by that convolution's step. */
#include "layers/max_pool2d.h"

#include "core/memory.h"
#include "core/status.h"
#include "kernels/pool2d.h"
#include "layers/layer.h"
#include "layers/step.h"

/* Places in a window, so that one is told in 16 bits. */
enum { MAX_WINDOW = 65536 };

/* They count as multiply-adds: a large window that moves by 1 takes far more time than its values tell. */
static digitnet_status count_comparisons(digitnet__layer *layer, const digitnet__pool2d_shape *shape) {
    size_t height = shape->pool_height < shape->height ? shape->pool_height : shape->height;
    size_t width = shape->pool_width < shape->width ? shape->pool_width : shape->width;
    size_t factors[] = {shape->output_height, shape->output_width, shape->channels, height, width};
    if (digitnet__size_product(&layer->multiply_adds, factors, sizeof factors / sizeof *factors))
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ELIMIT, "pooling layer '%s': a pool of %zux%zu over an input of %s overflows",
                          layer->name, shape->pool_height, shape->pool_width, digitnet__shape_text(layer->input).text);
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    const digitnet__max_pool2d_attributes *pool = &layer->as.max_pool2d;
    digitnet__shape input = layer->input;
    if (input.flat) {
        return digitnet__fail(DIGITNET_ESHAPE,
                              "pooling layer '%s': its input of %s values is flat, it needs rows and columns",
                              layer->name, digitnet__shape_text(input).text);
    }
    if (pool->pool_height == 0 || pool->pool_width == 0 || pool->stride_height == 0 || pool->stride_width == 0) {
        return digitnet__fail(DIGITNET_EINVAL, "pooling layer '%s': pool %zux%zu, stride %zux%zu; none may be 0",
                              layer->name, pool->pool_height, pool->pool_width, pool->stride_height,
                              pool->stride_width);
    }
    if (pool->pool_height > MAX_WINDOW / pool->pool_width) {
        return digitnet__fail(DIGITNET_ELIMIT, "pooling layer '%s': a pool of %zux%zu has more than %d places",
                              layer->name, pool->pool_height, pool->pool_width, MAX_WINDOW);
    }
    digitnet_status status = digitnet__layer_check_stride(layer, pool->stride_height, pool->stride_width);
    if (status != DIGITNET_OK)
        return status;
    digitnet__pool2d_shape shape = digitnet__max_pool2d_shape(layer);
    if (shape.output_height == 0 || shape.output_width == 0) {
        return digitnet__fail(DIGITNET_ESHAPE, "pooling layer '%s': a pool of %zux%zu does not fit its input of %s",
                              layer->name, pool->pool_height, pool->pool_width, digitnet__shape_text(input).text);
    }
    layer->output = (digitnet__shape){shape.output_height, shape.output_width, input.channels, false};
    return count_comparisons(layer, &shape);
}

digitnet__pool2d_shape digitnet__max_pool2d_shape(const digitnet__layer *layer) {
    const digitnet__max_pool2d_attributes *pool = &layer->as.max_pool2d;
    digitnet__pool2d_shape shape = {.height = layer->input.height,
                                    .width = layer->input.width,
                                    .channels = layer->input.channels,
                                    .pool_height = pool->pool_height,
                                    .pool_width = pool->pool_width,
                                    .stride_height = pool->stride_height,
                                    .stride_width = pool->stride_width};
    size_t after;
    shape.output_height = digitnet__window_output(&shape.padding_top, &after, shape.height, pool->pool_height,
                                                  pool->stride_height, pool->padding);
    shape.output_width = digitnet__window_output(&shape.padding_left, &after, shape.width, pool->pool_width,
                                                 pool->stride_width, pool->padding);
    return shape;
}

static void forward(const digitnet__step *step, const digitnet__step_range *range) {
    uint16_t *argmax = (uint16_t *)(void *)range->cache;
    for (size_t i = 0; i < range->samples; i++) {
        digitnet__max_pool2d(range->output + i * step->output_values, argmax ? argmax + i * step->output_values : NULL,
                             range->input + i * step->input_values, &step->pool2d);
    }
}

static void backward(const digitnet__step *step, const digitnet__step_range *range) {
    if (!range->input_gradient)
        return;
    const uint16_t *argmax = (const uint16_t *)(const void *)range->cache;
    for (size_t i = 0; i < range->samples; i++) {
        digitnet__max_pool2d_backward(range->input_gradient + i * step->input_values,
                                      range->output_gradient + i * step->output_values,
                                      argmax + i * step->output_values, &step->pool2d);
    }
}

static const digitnet__step_kind max_pool2d_step = {.forward = forward, .backward = backward};

static bool plan(digitnet__step *step, size_t available) {
    (void)available;
    step->kind = &max_pool2d_step;
    step->layer_count = 1;
    step->pool2d = digitnet__max_pool2d_shape(step->layers);
    return digitnet__size_multiply(&step->cache_bytes, digitnet__shape_values(step->layers[0].output),
                                   sizeof(uint16_t));
}

const digitnet__layer_kind digitnet__layer_max_pool2d = {
    .name = "max_pooling2d", .class_name = "MaxPooling2D", .infer_shape = infer_shape, .plan = plan};
