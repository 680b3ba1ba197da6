/* Flatten: the same values under another shape, so there is nothing to run. */
#include "layers/layer.h"
#include "layers/step.h"

static digitnet_status infer_shape(digitnet__layer *layer) {
    layer->output =
        (digitnet__shape){.height = 1, .width = 1, .channels = digitnet__shape_values(layer->input), .flat = true};
    return DIGITNET_OK;
}

static bool plan(digitnet__step *step, size_t available) {
    (void)available;
    step->layer_count = 1;
    return true;
}

const digitnet__layer_kind digitnet__layer_flatten = {
    .name = "flatten", .class_name = "Flatten", .infer_shape = infer_shape, .plan = plan};
