/* Flatten: the same values under another shape, so there is nothing to run. */
#include "core/options.h"
#include "layers/op.h"

static digitnet_status infer_shape(digitnet__layer *layer) {
    size_t values = digitnet__shape_values(layer->inputs[0].shape);
    layer->output = (digitnet__shape){.height = 1, .width = 1, .channels = values, .flat = true};
    return DIGITNET_OK;
}

static void lower(digitnet__op *op, bool training) {
    (void)op;
    (void)training;
}

/* Our images are rows x columns x channels, and so is what a flattened one gives. */
static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    if (digitnet__onnx_order_matters(layer->inputs[0].shape))
        digitnet__onnx_write_transpose(nodes, DNN_TO_CHANNELS_LAST, "transpose");
    size_t begin = digitnet__onnx_begin_node(nodes, "Flatten", NULL, NULL, 0, true);
    digitnet__onnx_write_integer(nodes->writer, "axis", 1);
    digitnet__wire_end(nodes->writer, begin);
}

const digitnet__layer_kind digitnet__layer_flatten = {.name = "flatten",
                                                      .class_name = "Flatten",
                                                      .infer_shape = infer_shape,
                                                      .lower = lower,
                                                      .bound = digitnet__layer_keep_bound,
                                                      .onnx = {.write = write}};

digitnet_status digitnet_model_add_flatten(digitnet_model *model) {
    return digitnet_model_add_flatten_ex(model, NULL);
}

digitnet_status digitnet_model_add_flatten_ex(digitnet_model *model, const digitnet_flatten_options *options) {
    digitnet_flatten_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_flatten_options, input);
    digitnet__layer_request request = {.kind = &digitnet__layer_flatten, .name = own.name, .inputs = &own.input};
    return digitnet__model_add_layer(model, &request, status);
}
