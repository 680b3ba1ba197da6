/* Rows and columns of zeros around an image. */
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "kernels/im2col.h"
#include "layers/op.h"

static digitnet_status infer_shape(digitnet__layer *layer) {
    const digitnet__attributes *sides = &layer->attributes;
    DNN_TRY(digitnet__layer_check_image(layer));
    digitnet__shape output = layer->inputs[0].shape;
    size_t values;
    if (!digitnet__size_add(&output.height, output.height, sides->top) ||
        !digitnet__size_add(&output.height, output.height, sides->bottom) ||
        !digitnet__size_add(&output.width, output.width, sides->left) ||
        !digitnet__size_add(&output.width, output.width, sides->right) ||
        !digitnet__size_product(&values, (size_t[]){output.height, output.width, output.channels}, 3)) {
        return digitnet__fail(
            DIGITNET_ELIMIT,
            "layer '%s': the size of an input of %s with %zu, %zu, %zu and %zu zeros around it overflows", layer->name,
            digitnet__shape_text(layer->inputs[0].shape).text, sides->top, sides->bottom, sides->left, sides->right);
    }
    layer->output = output;
    return DIGITNET_OK;
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; i < range->samples; i++)
        digitnet__pad_image(range->output + i * op->output_values, range->inputs[0] + i * op->input_values,
                            &op->conv2d);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; range->input_gradients[0] && i < range->samples; i++)
        digitnet__unpad_image(range->input_gradients[0] + i * op->input_values,
                              range->output_gradient + i * op->output_values, &op->conv2d);
}

static const digitnet__op_kind zero_padding2d_op = {.name = "zero_padding2d", .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    const digitnet__attributes *sides = &op->layer->attributes;
    digitnet__shape input = op->layer->inputs[0].shape;
    op->kind = &zero_padding2d_op;
    op->conv2d = (digitnet__conv2d_shape){.height = input.height,
                                          .width = input.width,
                                          .channels = input.channels,
                                          .padding_top = sides->top,
                                          .padding_left = sides->left,
                                          .padding_bottom = sides->bottom,
                                          .padding_right = sides->right};
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    digitnet__onnx_name pads = digitnet__onnx_join(layer->name, "pads");
    const char *inputs[] = {pads.text};
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, "Pad", NULL, inputs, 1, true));
}

/* Of the samples, channels, rows and columns: first what stands before, then what stands behind. */
static void write_constants(digitnet__wire_writer *writer, const digitnet__layer *layer) {
    const digitnet__attributes *sides = &layer->attributes;
    const size_t pads[] = {0, 0, sides->top, sides->left, 0, 0, sides->bottom, sides->right};
    digitnet__onnx_write_sizes(writer, digitnet__onnx_join(layer->name, "pads").text, pads, 8);
}

const digitnet__layer_kind digitnet__layer_zero_padding2d = {
    .name = "zero_padding2d",
    .class_name = "ZeroPadding2D",
    .infer_shape = infer_shape,
    .lower = lower,
    .bound = digitnet__layer_keep_bound,
    .onnx = {.write = write, .write_constants = write_constants}};

digitnet_status digitnet_model_add_zero_padding2d(digitnet_model *model, size_t top, size_t bottom, size_t left,
                                                  size_t right) {
    return digitnet_model_add_zero_padding2d_ex(model, top, bottom, left, right, NULL);
}

digitnet_status digitnet_model_add_zero_padding2d_ex(digitnet_model *model, size_t top, size_t bottom, size_t left,
                                                     size_t right, const digitnet_zero_padding2d_options *options) {
    digitnet_zero_padding2d_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_zero_padding2d_options, input);
    digitnet__layer_request request = {.kind = &digitnet__layer_zero_padding2d,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.top = top, .bottom = bottom, .left = left, .right = right}};
    return digitnet__model_add_layer(model, &request, status);
}
