#include "layers/pool2d.h"

#include "core/memory.h"
#include "core/status.h"
#include "layers/window.h"

digitnet__pool2d_shape digitnet__pool2d_of(const digitnet__layer *layer) {
    const digitnet__attributes *pool = &layer->attributes;
    digitnet__shape input = layer->inputs[0].shape;
    size_t bottom = pool->bottom, right = pool->right;
    digitnet__pool2d_shape shape = {.height = input.height,
                                    .width = input.width,
                                    .channels = input.channels,
                                    .pool_height = pool->window_height,
                                    .pool_width = pool->window_width,
                                    .stride_height = pool->stride_height,
                                    .stride_width = pool->stride_width,
                                    .padding_top = pool->top,
                                    .padding_left = pool->left,
                                    .divisor =
                                        pool->count_include_pad ? DNN_DIVIDE_BY_WINDOW : DNN_DIVIDE_BY_PLACES_INSIDE};
    shape.output_height = digitnet__window_output(&shape.padding_top, &bottom, shape.height, pool->window_height,
                                                  pool->stride_height, pool->padding);
    shape.output_width = digitnet__window_output(&shape.padding_left, &right, shape.width, pool->window_width,
                                                 pool->stride_width, pool->padding);
    return shape;
}

digitnet__pool2d_shape digitnet__pool2d_global(const digitnet__layer *layer) {
    digitnet__shape input = layer->inputs[0].shape;
    return (digitnet__pool2d_shape){.height = input.height,
                                    .width = input.width,
                                    .channels = input.channels,
                                    .pool_height = input.height,
                                    .pool_width = input.width,
                                    .stride_height = input.height,
                                    .stride_width = input.width,
                                    .output_height = 1,
                                    .output_width = 1};
}

/* The kernels name a place in the image by 32 bits. */
static digitnet_status check_places(const digitnet__layer *layer) {
    digitnet__shape input = layer->inputs[0].shape;
    if (input.height <= INT32_MAX / input.width)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ELIMIT, "layer '%s': its input of %s has more than %d places", layer->name,
                          digitnet__shape_text(input).text, INT32_MAX);
}

/* Comparisons or additions count as multiply-adds: a large window that moves by 1 takes far more time than the number
 * of its values suggests. Vectors have up to 16 channels, and one channel takes as long as 16. */
static digitnet_status count_work(digitnet__layer *layer, const digitnet__pool2d_shape *shape) {
    size_t height = shape->pool_height < shape->height ? shape->pool_height : shape->height;
    size_t width = shape->pool_width < shape->width ? shape->pool_width : shape->width;
    enum { LANES = 16 };
    size_t vectors = shape->channels / LANES + (shape->channels % LANES != 0);
    size_t factors[] = {shape->output_height, shape->output_width, vectors, LANES, height, width};
    if (digitnet__size_product(&layer->multiply_adds, factors, sizeof factors / sizeof *factors))
        return DIGITNET_OK;
    return digitnet__fail(
        DIGITNET_ELIMIT, "layer '%s': the work of a pooling window of %zux%zu over an input of %s overflows",
        layer->name, shape->pool_height, shape->pool_width, digitnet__shape_text(layer->inputs[0].shape).text);
}

/* So that no window lies wholly in the padding, where there is no maximum and no mean. */
static digitnet_status check_padding(const digitnet__layer *layer) {
    const digitnet__attributes *pool = &layer->attributes;
    if (pool->top < pool->window_height && pool->bottom < pool->window_height && pool->left < pool->window_width &&
        pool->right < pool->window_width)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL,
                          "layer '%s': its padding is %zu, %zu, %zu and %zu; each must be less than the pooling window "
                          "of %zux%zu",
                          layer->name, pool->top, pool->bottom, pool->left, pool->right, pool->window_height,
                          pool->window_width);
}

static digitnet_status check_window(const digitnet__layer *layer) {
    const digitnet__attributes *pool = &layer->attributes;
    DNN_TRY(digitnet__window_check_undilated(layer));
    if (pool->window_height <= INT32_MAX && pool->window_width <= INT32_MAX)
        return check_padding(layer);
    return digitnet__fail(DIGITNET_ELIMIT, "layer '%s': the pooling window is %zux%zu; the limit is %d", layer->name,
                          pool->window_height, pool->window_width, INT32_MAX);
}

digitnet_status digitnet__pool2d_infer_shape(digitnet__layer *layer) {
    DNN_TRY(digitnet__layer_check_image(layer));
    DNN_TRY(check_window(layer));
    DNN_TRY(check_places(layer));
    digitnet__pool2d_shape shape = digitnet__pool2d_of(layer);
    layer->output = (digitnet__shape){shape.output_height, shape.output_width, shape.channels, false};
    DNN_TRY(digitnet__window_check_fit(layer, "pooling window"));
    return count_work(layer, &shape);
}

digitnet_status digitnet__pool2d_infer_global_shape(digitnet__layer *layer) {
    DNN_TRY(digitnet__layer_check_image(layer));
    DNN_TRY(check_places(layer));
    digitnet__pool2d_shape shape = digitnet__pool2d_global(layer);
    layer->output = (digitnet__shape){1, 1, shape.channels, !layer->attributes.keepdims};
    return count_work(layer, &shape);
}

void digitnet__pool2d_set_window(digitnet__attributes *attributes, size_t pool) {
    attributes->window_height = pool;
    if (attributes->window_width == 0)
        attributes->window_width = pool;
    if (attributes->stride_height == 0)
        attributes->stride_height = pool;
    if (attributes->stride_width == 0)
        attributes->stride_width = attributes->window_width;
}

void digitnet__pool2d_write_global(digitnet__onnx_nodes *nodes, const digitnet__layer *layer, const char *global,
                                   const char *reduce) {
    bool keepdims = layer->attributes.keepdims;
    size_t begin = digitnet__onnx_begin_node(nodes, keepdims ? global : reduce, NULL, NULL, 0, true);
    if (!keepdims) {
        digitnet__onnx_write_integers(nodes->writer, "axes", (size_t[]){2, 3}, 2);
        digitnet__onnx_write_integer(nodes->writer, "keepdims", 0);
    }
    digitnet__wire_end(nodes->writer, begin);
}
