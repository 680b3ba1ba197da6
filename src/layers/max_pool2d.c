/* Max pooling of any window; the common one behind a convolution with ReLU is served by that convolution's op. */
#include "core/memory.h"
#include "core/options.h"
#include "layers/pool2d.h"
#include "layers/window.h"

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    int32_t *places = (int32_t *)(void *)range->cache;
    for (size_t i = 0; i < range->samples; i++) {
        op->kernels->max_pool2d(range->output + i * op->output_values, places ? places + i * op->output_values : NULL,
                                range->inputs[0] + i * op->input_values, &op->pool2d);
    }
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    if (!range->input_gradients[0])
        return;
    const int32_t *places = (const int32_t *)(const void *)range->cache;
    for (size_t i = 0; i < range->samples; i++) {
        op->kernels->max_pool2d_backward(range->input_gradients[0] + i * op->input_values,
                                         range->output_gradient + i * op->output_values, places + i * op->output_values,
                                         &op->pool2d);
    }
}

static bool measure(digitnet__op *op) {
    return digitnet__size_multiply(&op->cache_bytes, op->output_values, sizeof(int32_t));
}

static const digitnet__op_kind max_pool2d_op = {
    .name = "max_pooling2d", .measure = measure, .forward = forward, .backward = backward};

void digitnet__op_set_max_pool2d(digitnet__op *op, bool global) {
    op->kind = &max_pool2d_op;
    op->pool2d = global ? digitnet__pool2d_global(op->layer) : digitnet__pool2d_of(op->layer);
}

bool digitnet__op_is_max_pool2d(const digitnet__op *op) {
    return op->kind == &max_pool2d_op;
}

static void lower(digitnet__op *op, bool training) {
    (void)training;
    digitnet__op_set_max_pool2d(op, false);
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    size_t begin = digitnet__onnx_begin_node(nodes, "MaxPool", NULL, NULL, 0, true);
    digitnet__window_write(nodes->writer, layer);
    digitnet__onnx_write_integers(nodes->writer, "dilations", (size_t[]){1, 1}, 2);
    digitnet__onnx_write_integer(nodes->writer, "ceil_mode", 0);
    digitnet__wire_end(nodes->writer, begin);
}

const digitnet__layer_kind digitnet__layer_max_pool2d = {.name = "max_pooling2d",
                                                         .class_name = "MaxPooling2D",
                                                         .infer_shape = digitnet__pool2d_infer_shape,
                                                         .lower = lower,
                                                         .bound = digitnet__layer_keep_bound,
                                                         .onnx = {.write = write}};

digitnet_status digitnet_model_add_max_pool2d(digitnet_model *model, size_t pool) {
    return digitnet_model_add_max_pool2d_ex(model, pool, NULL);
}

digitnet_status digitnet_model_add_max_pool2d_ex(digitnet_model *model, size_t pool,
                                                 const digitnet_max_pool2d_options *options) {
    digitnet_max_pool2d_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_max_pool2d_options, reserved);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK((size_t)own.reserved, digitnet_max_pool2d_options);
    digitnet__layer_request request = {.kind = &digitnet__layer_max_pool2d,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.window_width = own.pool_width, DNN_WINDOW_ATTRIBUTES(own)}};
    digitnet__pool2d_set_window(&request.attributes, pool);
    return digitnet__model_add_layer(model, &request, status);
}
