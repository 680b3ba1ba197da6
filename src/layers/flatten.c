/* Flatten: the same values under another shape, so there is nothing to run. */
#include "core/options.h"
#include "core/status.h"
#include "layers/op.h"
#include "onnx/schema.h"

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

static digitnet_status read(digitnet__layer *layer, digitnet__onnx_reader *reader) {
    (void)layer;
    digitnet__onnx_attribute axis = {.name = "axis", .type = DNN_ATTRIBUTE_TYPE_INT, .integers = {1}};
    DNN_TRY(digitnet__onnx_read_attributes(reader->node, &axis, 1));
    if (axis.integers[0] != 1)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, reader->node, "attribute 'axis' is not 1");
    if (!reader->channels_last && digitnet__onnx_order_matters(reader->shape)) {
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, reader->node,
                                        "an image of %s, channels first; only after Transpose with 'perm' 0, 2, 3, 1",
                                        digitnet__shape_text(reader->shape).text);
    }
    return DIGITNET_OK;
}

static const char *const types[] = {"Flatten", NULL};

const digitnet__layer_kind digitnet__layer_flatten = {
    .name = "flatten",
    .class_name = "Flatten",
    .infer_shape = infer_shape,
    .lower = lower,
    .bound = digitnet__layer_keep_bound,
    .onnx = {.types = types, .most_inputs = 1, .takes_channels_last = true, .write = write, .read = read}};

digitnet_status digitnet_model_add_flatten(digitnet_model *model) {
    return digitnet_model_add_flatten_ex(model, NULL);
}

digitnet_status digitnet_model_add_flatten_ex(digitnet_model *model, const digitnet_flatten_options *options) {
    digitnet_flatten_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_flatten_options, input);
    digitnet__layer_request request = {.kind = &digitnet__layer_flatten, .name = own.name, .inputs = &own.input};
    return digitnet__model_add_layer(model, &request, status);
}
