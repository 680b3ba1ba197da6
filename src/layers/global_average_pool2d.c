/* The mean of each channel over all rows and columns: pooling whose window is the whole image. */
#include "core/options.h"
#include "layers/pool2d.h"

static void lower(digitnet__op *op, bool training) {
    (void)training;
    digitnet__op_set_average_pool2d(op, true);
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    digitnet__pool2d_write_global(nodes, layer, "GlobalAveragePool", "ReduceMean");
}

const digitnet__layer_kind digitnet__layer_global_average_pool2d = {.name = "global_average_pooling2d",
                                                                    .class_name = "GlobalAveragePooling2D",
                                                                    .infer_shape = digitnet__pool2d_infer_global_shape,
                                                                    .lower = lower,
                                                                    .bound = digitnet__layer_keep_bound,
                                                                    .onnx = {.write = write}};

digitnet_status digitnet_model_add_global_average_pool2d(digitnet_model *model) {
    return digitnet_model_add_global_average_pool2d_ex(model, NULL);
}

digitnet_status digitnet_model_add_global_average_pool2d_ex(digitnet_model *model,
                                                            const digitnet_global_average_pool2d_options *options) {
    digitnet_global_average_pool2d_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_global_average_pool2d_options, reserved);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK((size_t)own.reserved, digitnet_global_average_pool2d_options);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_global_average_pool2d_options, keepdims);
    digitnet__layer_request request = {.kind = &digitnet__layer_global_average_pool2d,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.keepdims = own.keepdims != 0}};
    return digitnet__model_add_layer(model, &request, status);
}
