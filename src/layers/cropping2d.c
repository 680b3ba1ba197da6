/* Cropping: an image without some rows and columns at its sides. */
#include "layers/cropping2d.h"

#include "core/options.h"
#include "core/status.h"
#include "kernels/im2col.h"

static bool leaves_any(size_t size, size_t before, size_t after) {
    return before < size && after < size - before;
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    const digitnet__attributes *sides = &layer->attributes;
    DNN_TRY(digitnet__layer_check_image(layer));
    digitnet__shape input = layer->inputs[0].shape;
    if (!leaves_any(input.height, sides->top, sides->bottom) || !leaves_any(input.width, sides->left, sides->right)) {
        return digitnet__fail(DIGITNET_ESHAPE,
                              "layer '%s': nothing is left of its input of %s without %zu rows at the top, %zu at the "
                              "bottom, %zu columns at the left and %zu at the right",
                              layer->name, digitnet__shape_text(input).text, sides->top, sides->bottom, sides->left,
                              sides->right);
    }
    layer->output = (digitnet__shape){input.height - sides->top - sides->bottom,
                                      input.width - sides->left - sides->right, input.channels, false};
    return DIGITNET_OK;
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; i < range->samples; i++)
        digitnet__unpad_image(range->output + i * op->output_values, range->inputs[0] + i * op->input_values,
                              &op->conv2d);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; range->input_gradients[0] && i < range->samples; i++)
        digitnet__pad_image(range->input_gradients[0] + i * op->input_values,
                            range->output_gradient + i * op->output_values, &op->conv2d);
}

const digitnet__op_kind digitnet__cropping2d_op = {.name = "cropping2d", .forward = forward, .backward = backward};

/* What is cut off is a padding around the output. */
static void lower(digitnet__op *op, bool training) {
    (void)training;
    const digitnet__attributes *sides = &op->layer->attributes;
    op->kind = &digitnet__cropping2d_op;
    op->conv2d = (digitnet__conv2d_shape){.height = op->output_shape.height,
                                          .width = op->output_shape.width,
                                          .channels = op->output_shape.channels,
                                          .padding_top = sides->top,
                                          .padding_left = sides->left,
                                          .padding_bottom = sides->bottom,
                                          .padding_right = sides->right};
}

static void write_constants(digitnet__wire_writer *writer, const digitnet__layer *layer) {
    const digitnet__attributes *sides = &layer->attributes;
    const size_t starts[] = {sides->top, sides->left};
    const size_t ends[] = {sides->top + layer->output.height, sides->left + layer->output.width};
    digitnet__onnx_write_slice_bounds(writer, layer->name, (const size_t[]){2, 3}, starts, ends, 2);
}

const digitnet__layer_kind digitnet__layer_cropping2d = {
    .name = "cropping2d",
    .class_name = "Cropping2D",
    .infer_shape = infer_shape,
    .lower = lower,
    .bound = digitnet__layer_keep_bound,
    .onnx = {.write = digitnet__onnx_write_slice, .write_constants = write_constants}};

digitnet_status digitnet_model_add_cropping2d(digitnet_model *model, size_t top, size_t bottom, size_t left,
                                              size_t right) {
    return digitnet_model_add_cropping2d_ex(model, top, bottom, left, right, NULL);
}

digitnet_status digitnet_model_add_cropping2d_ex(digitnet_model *model, size_t top, size_t bottom, size_t left,
                                                 size_t right, const digitnet_cropping2d_options *options) {
    digitnet_cropping2d_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_cropping2d_options, input);
    digitnet__layer_request request = {.kind = &digitnet__layer_cropping2d,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.top = top, .bottom = bottom, .left = left, .right = right}};
    return digitnet__model_add_layer(model, &request, status);
}
