/* Average pooling of any window. As in Keras, padding does not count, unless `count_include_pad` says so, as in
 * PyTorch. */
#include "core/options.h"
#include "layers/pool2d.h"
#include "layers/window.h"

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; i < range->samples; i++)
        op->kernels->average_pool2d(range->output + i * op->output_values, range->inputs[0] + i * op->input_values,
                                    &op->pool2d);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    if (!range->input_gradients[0])
        return;
    for (size_t i = 0; i < range->samples; i++)
        op->kernels->average_pool2d_backward(range->input_gradients[0] + i * op->input_values,
                                             range->output_gradient + i * op->output_values, &op->pool2d);
}

static const digitnet__op_kind average_pool2d_op = {
    .name = "average_pooling2d", .forward = forward, .backward = backward};

void digitnet__op_set_average_pool2d(digitnet__op *op, bool global) {
    op->kind = &average_pool2d_op;
    op->pool2d = global ? digitnet__pool2d_global(op->layer) : digitnet__pool2d_of(op->layer);
}

static void lower(digitnet__op *op, bool training) {
    (void)training;
    digitnet__op_set_average_pool2d(op, false);
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    size_t begin = digitnet__onnx_begin_node(nodes, "AveragePool", NULL, NULL, 0, true);
    digitnet__window_write(nodes->writer, layer);
    digitnet__onnx_write_integer(nodes->writer, "count_include_pad", layer->attributes.count_include_pad);
    digitnet__onnx_write_integer(nodes->writer, "ceil_mode", 0);
    digitnet__wire_end(nodes->writer, begin);
}

const digitnet__layer_kind digitnet__layer_average_pool2d = {.name = "average_pooling2d",
                                                             .class_name = "AveragePooling2D",
                                                             .infer_shape = digitnet__pool2d_infer_shape,
                                                             .lower = lower,
                                                             .bound = digitnet__layer_keep_bound,
                                                             .onnx = {.write = write}};

digitnet_status digitnet_model_add_average_pool2d(digitnet_model *model, size_t pool) {
    return digitnet_model_add_average_pool2d_ex(model, pool, NULL);
}

digitnet_status digitnet_model_add_average_pool2d_ex(digitnet_model *model, size_t pool,
                                                     const digitnet_average_pool2d_options *options) {
    digitnet_average_pool2d_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_average_pool2d_options, count_include_pad);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_average_pool2d_options, count_include_pad);
    digitnet__layer_request request = {.kind = &digitnet__layer_average_pool2d,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.window_width = own.pool_width,
                                                      DNN_WINDOW_ATTRIBUTES(own),
                                                      .count_include_pad = own.count_include_pad != 0}};
    digitnet__pool2d_set_window(&request.attributes, pool);
    return digitnet__model_add_layer(model, &request, status);
}
