/* Max pooling of any window; the common one behind a convolution with ReLU is served by that convolution's op. */
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "kernels/pool2d.h"
#include "layers/op.h"
#include "layers/window.h"
#include "onnx/schema.h"

/* Places in a window, so that 16 bits hold the number of one. */
enum { MAX_WINDOW = 65536 };

static digitnet__pool2d_shape shape_of(const digitnet__layer *layer) {
    const digitnet__attributes *pool = &layer->attributes;
    digitnet__shape input = layer->inputs[0].shape;
    digitnet__pool2d_shape shape = {.height = input.height,
                                    .width = input.width,
                                    .channels = input.channels,
                                    .pool_height = pool->window_height,
                                    .pool_width = pool->window_width,
                                    .stride_height = pool->stride_height,
                                    .stride_width = pool->stride_width};
    size_t after;
    shape.output_height = digitnet__window_output(&shape.padding_top, &after, shape.height, pool->window_height,
                                                  pool->stride_height, pool->padding);
    shape.output_width = digitnet__window_output(&shape.padding_left, &after, shape.width, pool->window_width,
                                                 pool->stride_width, pool->padding);
    return shape;
}

/* They count as multiply-adds: a large window that moves by 1 takes far more time than the number of its values
 * suggests. */
static digitnet_status count_comparisons(digitnet__layer *layer, const digitnet__pool2d_shape *shape) {
    size_t height = shape->pool_height < shape->height ? shape->pool_height : shape->height;
    size_t width = shape->pool_width < shape->width ? shape->pool_width : shape->width;
    size_t factors[] = {shape->output_height, shape->output_width, shape->channels, height, width};
    if (digitnet__size_product(&layer->multiply_adds, factors, sizeof factors / sizeof *factors))
        return DIGITNET_OK;
    return digitnet__fail(
        DIGITNET_ELIMIT, "layer '%s': the work of a pooling window of %zux%zu over an input of %s overflows",
        layer->name, shape->pool_height, shape->pool_width, digitnet__shape_text(layer->inputs[0].shape).text);
}

static digitnet_status check(const digitnet__layer *layer) {
    const digitnet__attributes *pool = &layer->attributes;
    DNN_TRY(digitnet__layer_check_image(layer));
    DNN_TRY(digitnet__window_check(layer));
    if (pool->window_height > MAX_WINDOW / pool->window_width) {
        return digitnet__fail(DIGITNET_ELIMIT, "layer '%s': a pooling window of %zux%zu has more than %d positions",
                              layer->name, pool->window_height, pool->window_width, MAX_WINDOW);
    }
    return DIGITNET_OK;
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    DNN_TRY(check(layer));
    digitnet__pool2d_shape shape = shape_of(layer);
    digitnet__shape input = layer->inputs[0].shape;
    if (shape.output_height == 0 || shape.output_width == 0) {
        return digitnet__fail(DIGITNET_ESHAPE, "layer '%s': a pooling window of %zux%zu does not fit its input of %s",
                              layer->name, shape.pool_height, shape.pool_width, digitnet__shape_text(input).text);
    }
    layer->output = (digitnet__shape){shape.output_height, shape.output_width, input.channels, false};
    return count_comparisons(layer, &shape);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    uint16_t *argmax = (uint16_t *)(void *)range->cache;
    for (size_t i = 0; i < range->samples; i++) {
        digitnet__max_pool2d(range->output + i * op->output_values, argmax ? argmax + i * op->output_values : NULL,
                             range->inputs[0] + i * op->input_values, &op->pool2d);
    }
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    if (!range->input_gradients[0])
        return;
    const uint16_t *argmax = (const uint16_t *)(const void *)range->cache;
    for (size_t i = 0; i < range->samples; i++) {
        digitnet__max_pool2d_backward(range->input_gradients[0] + i * op->input_values,
                                      range->output_gradient + i * op->output_values, argmax + i * op->output_values,
                                      &op->pool2d);
    }
}

static bool measure(digitnet__op *op) {
    return digitnet__size_multiply(&op->cache_bytes, op->output_values, sizeof(uint16_t));
}

static const digitnet__op_kind max_pool2d_op = {
    .name = "max_pooling2d", .measure = measure, .forward = forward, .backward = backward};

bool digitnet__op_is_max_pool2d(const digitnet__op *op) {
    return op->kind == &max_pool2d_op;
}

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &max_pool2d_op;
    op->pool2d = shape_of(op->layer);
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    size_t begin = digitnet__onnx_begin_node(nodes, "MaxPool", NULL, NULL, 0, true);
    digitnet__window_write(nodes->writer, layer);
    digitnet__onnx_write_integer(nodes->writer, "ceil_mode", 0);
    digitnet__wire_end(nodes->writer, begin);
}

static digitnet_status read(digitnet__layer *layer, digitnet__onnx_reader *reader) {
    enum { CEIL_MODE = DNN_WINDOW_ATTRIBUTES, STORAGE_ORDER, ATTRIBUTES };
    digitnet__onnx_attribute attributes[ATTRIBUTES];
    digitnet__window_defaults(attributes);
    attributes[CEIL_MODE] = (digitnet__onnx_attribute){.name = "ceil_mode", .type = DNN_ATTRIBUTE_TYPE_INT};
    /* Only of consequence for the second output. */
    attributes[STORAGE_ORDER] = (digitnet__onnx_attribute){.name = "storage_order", .type = DNN_ATTRIBUTE_TYPE_INT};
    DNN_TRY(digitnet__onnx_read_attributes(reader->node, attributes, ATTRIBUTES));
    if (!attributes[DNN_WINDOW_KERNEL_SHAPE].present)
        return digitnet__onnx_fail_node(DIGITNET_EFORMAT, reader->node, "it has no attribute 'kernel_shape'");
    if (attributes[CEIL_MODE].integers[0] != 0)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, reader->node, "attribute 'ceil_mode' is not 0");
    return digitnet__window_read(layer, reader, attributes);
}

static const char *const types[] = {"MaxPool", NULL};

const digitnet__layer_kind digitnet__layer_max_pool2d = {
    .name = "max_pooling2d",
    .class_name = "MaxPooling2D",
    .infer_shape = infer_shape,
    .lower = lower,
    .bound = digitnet__layer_keep_bound,
    .onnx = {.types = types, .most_inputs = 1, .write = write, .read = read}};

digitnet_status digitnet_model_add_max_pool2d(digitnet_model *model, size_t pool) {
    return digitnet_model_add_max_pool2d_ex(model, pool, NULL);
}

digitnet_status digitnet_model_add_max_pool2d_ex(digitnet_model *model, size_t pool,
                                                 const digitnet_max_pool2d_options *options) {
    digitnet_max_pool2d_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_max_pool2d_options, reserved);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK((size_t)own.reserved, digitnet_max_pool2d_options);
    size_t width = own.pool_width ? own.pool_width : pool;
    digitnet__layer_request request = {.kind = &digitnet__layer_max_pool2d,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.window_height = pool,
                                                      .window_width = width,
                                                      .stride_height = own.stride_height ? own.stride_height : pool,
                                                      .stride_width = own.stride_width ? own.stride_width : width,
                                                      .padding = own.padding}};
    return digitnet__model_add_layer(model, &request, status);
}
