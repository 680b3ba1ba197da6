/* Flatten: the same values under another shape, so there is nothing to run. */
#include "layers/layer.h"
#include "layers/step.h"

static digitnet_status infer_shape(dnn_layer *layer) {
    layer->output = (dnn_shape){.height = 1, .width = 1, .channels = dnn_shape_values(layer->input), .flat = true};
    return DIGITNET_OK;
}

static bool plan(dnn_step *step, size_t available) {
    (void)available;
    step->layer_count = 1;
    return true;
}

const dnn_layer_kind dnn_layer_flatten = {
    .name = "flatten", .class_name = "Flatten", .infer_shape = infer_shape, .plan = plan};
