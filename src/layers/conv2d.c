/* Convolution, in the sense of every neural network library: a cross-correlation,
 * y[r][c][f] = b[f] + sum over i, j, k of x[r s + i][c s + j][k] w[f][i][j][k]. */
#include "layers/conv2d.h"

#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "layers/window.h"
#include "onnx/schema.h"

static digitnet__conv2d_shape shape_of(const digitnet__layer *layer) {
    const digitnet__attributes *conv = &layer->attributes;
    digitnet__shape input = layer->inputs[0].shape;
    digitnet__conv2d_shape shape = {.height = input.height,
                                    .width = input.width,
                                    .channels = input.channels,
                                    .kernel_height = conv->window_height,
                                    .kernel_width = conv->window_width,
                                    .stride_height = conv->stride_height,
                                    .stride_width = conv->stride_width,
                                    .filters = conv->outputs};
    shape.output_height = digitnet__window_output(&shape.padding_top, &shape.padding_bottom, shape.height,
                                                  shape.kernel_height, shape.stride_height, conv->padding);
    shape.output_width = digitnet__window_output(&shape.padding_left, &shape.padding_right, shape.width,
                                                 shape.kernel_width, shape.stride_width, conv->padding);
    return shape;
}

static digitnet_status check(const digitnet__layer *layer) {
    DNN_TRY(digitnet__layer_check_image(layer));
    if (layer->attributes.outputs == 0)
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': filters is 0", layer->name);
    return digitnet__window_check(layer);
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    DNN_TRY(check(layer));
    const digitnet__attributes *conv = &layer->attributes;
    digitnet__shape input = layer->inputs[0].shape;
    digitnet__conv2d_shape shape = shape_of(layer);
    if (shape.output_height == 0 || shape.output_width == 0) {
        return digitnet__fail(DIGITNET_ESHAPE, "layer '%s': a kernel of %zux%zu does not fit its input of %s",
                              layer->name, conv->window_height, conv->window_width, digitnet__shape_text(input).text);
    }
    layer->output = (digitnet__shape){shape.output_height, shape.output_width, conv->outputs, false};
    size_t dimensions[] = {conv->window_height, conv->window_width, input.channels, conv->outputs};
    size_t positions, values;
    if (!digitnet__layer_set_weights(layer, dimensions, 4) ||
        !digitnet__size_multiply(&positions, shape.output_height, shape.output_width) ||
        !digitnet__size_multiply(&values, positions, conv->outputs) ||
        !digitnet__size_multiply(&layer->multiply_adds, layer->tensors[DNN_KERNEL].values, positions)) {
        return digitnet__fail(
            DIGITNET_ELIMIT, "layer '%s': the size of %zu filters of %zux%zu over an input of %s overflows",
            layer->name, conv->outputs, conv->window_height, conv->window_width, digitnet__shape_text(input).text);
    }
    return DIGITNET_OK;
}

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &digitnet__conv2d_general;
    op->conv2d = shape_of(op->layer);
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    const char *inputs[] = {layer->tensors[DNN_KERNEL].name, layer->tensors[DNN_BIAS].name};
    size_t begin = digitnet__onnx_begin_node(nodes, "Conv", NULL, inputs, layer->tensor_count, true);
    digitnet__window_write(nodes->writer, layer);
    digitnet__onnx_write_integer(nodes->writer, "group", 1);
    digitnet__wire_end(nodes->writer, begin);
}

static digitnet_status read(digitnet__layer *layer, digitnet__onnx_reader *reader) {
    enum { GROUP = DNN_WINDOW_ATTRIBUTES, ATTRIBUTES };
    digitnet__onnx_attribute attributes[ATTRIBUTES];
    digitnet__window_defaults(attributes);
    attributes[GROUP] = (digitnet__onnx_attribute){.name = "group", .type = DNN_ATTRIBUTE_TYPE_INT, .integers = {1}};
    const digitnet__onnx_tensor *kernel;
    DNN_TRY(digitnet__onnx_read_attributes(reader->node, attributes, ATTRIBUTES));
    DNN_TRY(digitnet__onnx_take_weights(&kernel, reader, 4));
    if (attributes[GROUP].integers[0] != 1)
        return digitnet__onnx_fail_node(DIGITNET_EUNSUPPORTED, reader->node, "attribute 'group' is not 1");
    layer->attributes.outputs = kernel->dimensions[0];
    layer->attributes.window_height = kernel->dimensions[2];
    layer->attributes.window_width = kernel->dimensions[3];
    layer->attributes.no_bias = reader->node->input_count == 2;
    return digitnet__window_read(layer, reader, attributes);
}

static const char *const types[] = {"Conv", NULL};

const digitnet__layer_kind digitnet__layer_conv2d = {
    .name = "conv2d",
    .class_name = "Conv2D",
    .infer_shape = infer_shape,
    .lower = lower,
    .bound = digitnet__layer_weighted_bound,
    .onnx = {.types = types, .most_inputs = 3, .write = write, .read = read}};

digitnet_status digitnet_model_add_conv2d(digitnet_model *model, size_t filters, size_t kernel,
                                          digitnet_activation activation) {
    return digitnet_model_add_conv2d_ex(model, filters, kernel, activation, NULL);
}

digitnet_status digitnet_model_add_conv2d_ex(digitnet_model *model, size_t filters, size_t kernel,
                                             digitnet_activation activation, const digitnet_conv2d_options *options) {
    digitnet_conv2d_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_conv2d_options, bias_initializer);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_conv2d_options, no_bias);
    size_t stride = own.stride_height ? own.stride_height : 1;
    digitnet__layer_request request = {.kind = &digitnet__layer_conv2d,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.outputs = filters,
                                                      .window_height = kernel,
                                                      .window_width = own.kernel_width ? own.kernel_width : kernel,
                                                      .stride_height = stride,
                                                      .stride_width = own.stride_width ? own.stride_width : stride,
                                                      .padding = own.padding,
                                                      .no_bias = own.no_bias != 0,
                                                      .kernel_initializer = own.kernel_initializer,
                                                      .bias_initializer = own.bias_initializer,
                                                      .kernel_l1 = own.kernel_l1,
                                                      .kernel_l2 = own.kernel_l2,
                                                      .bias_l1 = own.bias_l1,
                                                      .bias_l2 = own.bias_l2,
                                                      .activation = activation}};
    return digitnet__model_add_layer(model, &request, status);
}
