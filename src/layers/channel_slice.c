/* Some consecutive channels of a value: the inverse of a concatenation. */
#include "core/options.h"
#include "core/status.h"
#include "layers/cropping2d.h"

static digitnet_status infer_shape(digitnet__layer *layer) {
    size_t first = layer->attributes.first, count = layer->attributes.outputs;
    digitnet__shape input = layer->inputs[0].shape;
    if (count == 0)
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': it passes 0 channels; there must be one or more",
                              layer->name);
    if (first >= input.channels || count > input.channels - first) {
        return digitnet__fail(DIGITNET_ESHAPE, "layer '%s': its input of %s has no %zu channels from channel %zu on",
                              layer->name, digitnet__shape_text(input).text, count, first);
    }
    layer->output = input;
    layer->output.channels = count;
    return DIGITNET_OK;
}

/* Of an image with a row for each place and a column for each channel, columns are cut off. */
static void lower(digitnet__op *op, bool training) {
    (void)training;
    size_t first = op->layer->attributes.first, count = op->output_shape.channels;
    op->kind = &digitnet__cropping2d_op;
    op->conv2d = (digitnet__conv2d_shape){.height = op->output_values / count,
                                          .width = count,
                                          .channels = 1,
                                          .padding_left = first,
                                          .padding_right = op->input_shape.channels - first - count};
}

static void write_constants(digitnet__wire_writer *writer, const digitnet__layer *layer) {
    size_t first = layer->attributes.first, end = first + layer->attributes.outputs;
    digitnet__onnx_write_slice_bounds(writer, layer->name, (const size_t[]){1}, &first, &end, 1);
}

const digitnet__layer_kind digitnet__layer_channel_slice = {
    .name = "channel_slice",
    .class_name = "ChannelSlice",
    .infer_shape = infer_shape,
    .lower = lower,
    .bound = digitnet__layer_keep_bound,
    .onnx = {.write = digitnet__onnx_write_slice, .write_constants = write_constants}};

digitnet_status digitnet_model_add_channel_slice(digitnet_model *model, size_t first, size_t count) {
    return digitnet_model_add_channel_slice_ex(model, first, count, NULL);
}

digitnet_status digitnet_model_add_channel_slice_ex(digitnet_model *model, size_t first, size_t count,
                                                    const digitnet_channel_slice_options *options) {
    digitnet_channel_slice_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_channel_slice_options, input);
    digitnet__layer_request request = {.kind = &digitnet__layer_channel_slice,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.first = first, .outputs = count}};
    return digitnet__model_add_layer(model, &request, status);
}
