/* Up-sampling by whole numbers. Nearest repeats each value; bilinear takes the centres of places for where their values
 * are (half-pixel centres), as Keras does: output i of `scale` times as many is at (i + 1/2) / scale - 1/2. */
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "layers/op.h"

#include <string.h>

static digitnet_status check(const digitnet__layer *layer) {
    const digitnet__attributes *attributes = &layer->attributes;
    DNN_TRY(digitnet__layer_check_image(layer));
    if (attributes->size_height == 0 || attributes->size_width == 0) {
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': its size is %zux%zu; neither may be 0", layer->name,
                              attributes->size_height, attributes->size_width);
    }
    if (attributes->interpolation == DIGITNET_INTERPOLATION_NEAREST ||
        attributes->interpolation == DIGITNET_INTERPOLATION_BILINEAR)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL, "layer '%s': interpolation is %d, which is not an interpolation",
                          layer->name, (int)attributes->interpolation);
}

/* Each output of a bilinear one takes 4 values. */
static digitnet_status infer_shape(digitnet__layer *layer) {
    DNN_TRY(check(layer));
    const digitnet__attributes *attributes = &layer->attributes;
    digitnet__shape input = layer->inputs[0].shape, output = input;
    size_t taken = attributes->interpolation == DIGITNET_INTERPOLATION_BILINEAR ? 4 : 1;
    if (!digitnet__size_multiply(&output.height, input.height, attributes->size_height) ||
        !digitnet__size_multiply(&output.width, input.width, attributes->size_width) ||
        !digitnet__size_product(&layer->multiply_adds, (size_t[]){output.height, output.width, output.channels, taken},
                                4)) {
        return digitnet__fail(DIGITNET_ELIMIT, "layer '%s': the size of %zux%zu times an input of %s overflows",
                              layer->name, attributes->size_height, attributes->size_width,
                              digitnet__shape_text(input).text);
    }
    layer->output = output;
    return DIGITNET_OK;
}

/* ---- Nearest: the outputs of one value are a window, whose gradients are summed up. ---- */

static void forward_nearest(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; i < range->samples; i++)
        op->kernels->average_pool2d_backward(range->output + i * op->output_values,
                                             range->inputs[0] + i * op->input_values, &op->pool2d);
}

static void backward_nearest(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; range->input_gradients[0] && i < range->samples; i++)
        op->kernels->average_pool2d(range->input_gradients[0] + i * op->input_values,
                                    range->output_gradient + i * op->output_values, &op->pool2d);
}

static const digitnet__op_kind nearest_op = {
    .name = "up_sampling2d", .forward = forward_nearest, .backward = backward_nearest};

/* ---- Bilinear ---- */

/* The two rows or columns that one of the output lies between, and the share of the second. */
typedef struct between {
    size_t first, second;
    float weight;
} between;

/* (i + 1/2) / scale - 1/2 = (2 i + 1 - scale) / (2 scale), in whole numbers; what lies outside takes the edge. */
static between find_between(size_t i, size_t scale, size_t size) {
    size_t twice = 2 * i + 1;
    if (twice < scale)
        return (between){0};
    size_t first = (twice - scale) / (2 * scale), rest = (twice - scale) % (2 * scale);
    return (between){first, first + 1 < size ? first + 1 : first, (float)rest / (float)(2 * scale)};
}

/* First between two rows, into scratch memory, then between the places of that row. */
static void interpolate_image(const digitnet__op *op, float *output, const float *image, float *row) {
    digitnet__shape input = op->layer->inputs[0].shape;
    size_t row_values = input.width * input.channels;
    for (size_t y = 0; y < op->output_shape.height; y++) {
        between rows = find_between(y, op->layer->attributes.size_height, input.height);
        op->kernels->interpolate(row, image + rows.first * row_values, image + rows.second * row_values, rows.weight,
                                 row_values);
        for (size_t x = 0; x < op->output_shape.width; x++, output += input.channels) {
            between columns = find_between(x, op->layer->attributes.size_width, input.width);
            op->kernels->interpolate(output, row + columns.first * input.channels,
                                     row + columns.second * input.channels, columns.weight, input.channels);
        }
    }
}

static void add_shares(const digitnet__op *op, float *gradient, size_t stride, const float *shared, between of,
                       size_t count) {
    op->kernels->add_scaled(gradient + of.first * stride, shared, 1 - of.weight, count);
    op->kernels->add_scaled(gradient + of.second * stride, shared, of.weight, count);
}

static void spread_image(const digitnet__op *op, float *image_gradient, const float *output_gradient, float *row) {
    digitnet__shape input = op->layer->inputs[0].shape;
    size_t row_values = input.width * input.channels;
    memset(image_gradient, 0, op->input_values * sizeof *image_gradient);
    for (size_t y = 0; y < op->output_shape.height; y++) {
        memset(row, 0, row_values * sizeof *row);
        for (size_t x = 0; x < op->output_shape.width; x++, output_gradient += input.channels)
            add_shares(op, row, input.channels, output_gradient,
                       find_between(x, op->layer->attributes.size_width, input.width), input.channels);
        add_shares(op, image_gradient, row_values, row,
                   find_between(y, op->layer->attributes.size_height, input.height), row_values);
    }
}

static void forward_bilinear(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; i < range->samples; i++)
        interpolate_image(op, range->output + i * op->output_values, range->inputs[0] + i * op->input_values,
                          range->scratch);
}

static void backward_bilinear(const digitnet__op *op, const digitnet__op_range *range) {
    for (size_t i = 0; range->input_gradients[0] && i < range->samples; i++)
        spread_image(op, range->input_gradients[0] + i * op->input_values,
                     range->output_gradient + i * op->output_values, range->scratch);
}

static bool measure_bilinear(digitnet__op *op) {
    digitnet__shape input = op->layer->inputs[0].shape;
    return digitnet__size_multiply(&op->scratch_bytes, input.width * input.channels, sizeof(float));
}

static const digitnet__op_kind bilinear_op = {
    .name = "up_sampling2d", .measure = measure_bilinear, .forward = forward_bilinear, .backward = backward_bilinear};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    const digitnet__attributes *attributes = &op->layer->attributes;
    digitnet__shape input = op->layer->inputs[0].shape;
    op->kind = attributes->interpolation == DIGITNET_INTERPOLATION_BILINEAR ? &bilinear_op : &nearest_op;
    op->pool2d = (digitnet__pool2d_shape){.height = op->output_shape.height,
                                          .width = op->output_shape.width,
                                          .channels = input.channels,
                                          .pool_height = attributes->size_height,
                                          .pool_width = attributes->size_width,
                                          .stride_height = attributes->size_height,
                                          .stride_width = attributes->size_width,
                                          .output_height = input.height,
                                          .output_width = input.width,
                                          .divisor = DNN_DIVIDE_BY_ONE};
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    bool bilinear = layer->attributes.interpolation == DIGITNET_INTERPOLATION_BILINEAR;
    digitnet__onnx_name scales = digitnet__onnx_join(layer->name, "scales");
    const char *inputs[] = {"", scales.text}; /* the first is a region of interest, for another mode */
    size_t begin = digitnet__onnx_begin_node(nodes, "Resize", NULL, inputs, 2, true);
    digitnet__onnx_write_text(nodes->writer, "mode", bilinear ? "linear" : "nearest");
    digitnet__onnx_write_text(nodes->writer, "coordinate_transformation_mode", bilinear ? "half_pixel" : "asymmetric");
    digitnet__onnx_write_text(nodes->writer, "nearest_mode", "floor");
    digitnet__wire_end(nodes->writer, begin);
}

static void write_constants(digitnet__wire_writer *writer, const digitnet__layer *layer) {
    const float scales[] = {1, 1, (float)layer->attributes.size_height, (float)layer->attributes.size_width};
    digitnet__onnx_write_floats(writer, digitnet__onnx_join(layer->name, "scales").text, scales, 4);
}

const digitnet__layer_kind digitnet__layer_up_sampling2d = {
    .name = "up_sampling2d",
    .class_name = "UpSampling2D",
    .infer_shape = infer_shape,
    .lower = lower,
    .bound = digitnet__layer_keep_bound,
    .onnx = {.write = write, .write_constants = write_constants}};

digitnet_status digitnet_model_add_up_sampling2d(digitnet_model *model, size_t size) {
    return digitnet_model_add_up_sampling2d_ex(model, size, NULL);
}

digitnet_status digitnet_model_add_up_sampling2d_ex(digitnet_model *model, size_t size,
                                                    const digitnet_up_sampling2d_options *options) {
    digitnet_up_sampling2d_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_up_sampling2d_options, reserved);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK((size_t)own.reserved, digitnet_up_sampling2d_options);
    digitnet__layer_request request = {.kind = &digitnet__layer_up_sampling2d,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.size_height = size,
                                                      .size_width = own.size_width ? own.size_width : size,
                                                      .interpolation = own.interpolation}};
    return digitnet__model_add_layer(model, &request, status);
}
