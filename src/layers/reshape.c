/* Reshape: the same values in the same order (rows x columns x channels) under another shape, so there is nothing to
 * run. */
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "layers/op.h"

/* Flat without rows and columns, as digitnet_layer_info has it. */
static digitnet__shape target_of(const digitnet__layer *layer) {
    const digitnet__attributes *target = &layer->attributes;
    bool flat = target->size_height == 0 && target->size_width == 0;
    return (digitnet__shape){flat ? 1 : target->size_height, flat ? 1 : target->size_width, target->outputs, flat};
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    digitnet__shape input = layer->inputs[0].shape, output = target_of(layer);
    size_t values;
    if (output.height == 0 || output.width == 0 || output.channels == 0) {
        return digitnet__fail(
            DIGITNET_EINVAL,
            "layer '%s': its output is %zux%zux%zu; no size may be 0, but for both of rows and columns", layer->name,
            layer->attributes.size_height, layer->attributes.size_width, output.channels);
    }
    if (!digitnet__size_product(&values, (size_t[]){output.height, output.width, output.channels}, 3) ||
        values != digitnet__shape_values(input)) {
        return digitnet__fail(
            DIGITNET_ESHAPE, "layer '%s': its input of %s has %zu values, which an output of %s has not", layer->name,
            digitnet__shape_text(input).text, digitnet__shape_values(input), digitnet__shape_text(output).text);
    }
    layer->output = output;
    return DIGITNET_OK;
}

static void lower(digitnet__op *op, bool training) {
    (void)op;
    (void)training;
}

/* Behind a node that gives rows x columns x channels, or before one that takes them, channels first elsewhere. */
static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    digitnet__onnx_name shape = digitnet__onnx_join(layer->name, "shape");
    const char *inputs[] = {shape.text};
    bool to_channels_first = digitnet__onnx_order_matters(layer->output);
    if (digitnet__onnx_order_matters(layer->inputs[0].shape))
        digitnet__onnx_write_transpose(nodes, DNN_TO_CHANNELS_LAST, "transpose");
    const char *suffix = to_channels_first ? "reshape" : NULL;
    digitnet__wire_end(nodes->writer,
                       digitnet__onnx_begin_node(nodes, "Reshape", suffix, inputs, 1, !to_channels_first));
    if (to_channels_first)
        digitnet__onnx_write_transpose(nodes, DNN_TO_CHANNELS_FIRST, NULL);
}

/* 0: as many samples as there are. */
static void write_constants(digitnet__wire_writer *writer, const digitnet__layer *layer) {
    digitnet__shape output = layer->output;
    const size_t first[] = {0, output.channels, output.height, output.width};
    const size_t last[] = {0, output.height, output.width, output.channels};
    digitnet__onnx_write_sizes(writer, digitnet__onnx_join(layer->name, "shape").text,
                               digitnet__onnx_order_matters(output) ? last : first, output.flat ? 2 : 4);
}

const digitnet__layer_kind digitnet__layer_reshape = {.name = "reshape",
                                                      .class_name = "Reshape",
                                                      .infer_shape = infer_shape,
                                                      .lower = lower,
                                                      .bound = digitnet__layer_keep_bound,
                                                      .onnx = {.write = write, .write_constants = write_constants}};

digitnet_status digitnet_model_add_reshape(digitnet_model *model, size_t height, size_t width, size_t channels) {
    return digitnet_model_add_reshape_ex(model, height, width, channels, NULL);
}

digitnet_status digitnet_model_add_reshape_ex(digitnet_model *model, size_t height, size_t width, size_t channels,
                                              const digitnet_reshape_options *options) {
    digitnet_reshape_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_reshape_options, input);
    digitnet__layer_request request = {.kind = &digitnet__layer_reshape,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.size_height = height, .size_width = width, .outputs = channels}};
    return digitnet__model_add_layer(model, &request, status);
}
