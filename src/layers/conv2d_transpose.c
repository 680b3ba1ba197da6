/* Transposed convolution: what a convolution does to the gradient by its image, forward. Each value of the input adds a
 * kernel times itself to the output, y[r s + i][c s + j][f] += sum over k of x[r][c][k] w[i][j][f][k]. In matrices, for
 * one image: the rows of C = X W, with X positions x channels and W channels x taps, go to their places in Y (col2im).
 */
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "kernels/im2col.h"
#include "layers/conv2d.h"
#include "layers/window.h"

#include <math.h>
#include <string.h>

/* ONNX's output is (input - 1) stride + window - pads + output_padding. 0 where nothing is left; false where it
 * overflows. */
static bool explicit_size(size_t *output, size_t input, size_t window, size_t stride, size_t behind, size_t pads) {
    size_t covered;
    if (!digitnet__size_multiply(&covered, input - 1, stride) || !digitnet__size_add(&covered, covered, window) ||
        !digitnet__size_add(&covered, covered, behind))
        return false;
    *output = covered > pads ? covered - pads : 0;
    return true;
}

/* Where the padding is not explicit, it makes up for a window that is smaller than the stride. */
static size_t output_padding(size_t window, size_t stride) {
    return window < stride ? stride - window : 0;
}

/* The rows or columns of the smallest image that a convolution of this window makes `input` of: as in Keras, `same`
 * gives `stride` for each, and `valid` no less than the last window covers. False where they overflow. */
static bool output_size(size_t *output, size_t input, size_t window, size_t stride, digitnet_padding padding) {
    if (padding == DIGITNET_PADDING_SAME)
        return digitnet__size_multiply(output, input, stride);
    return explicit_size(output, input, window, stride, output_padding(window, stride), 0);
}

static bool set_output(digitnet__layer *layer) {
    const digitnet__attributes *conv = &layer->attributes;
    digitnet__shape input = layer->inputs[0].shape, *output = &layer->output;
    if (conv->padding == DIGITNET_PADDING_EXPLICIT)
        return explicit_size(&output->height, input.height, conv->window_height, conv->stride_height,
                             conv->output_padding_height, conv->top + conv->bottom) &&
               explicit_size(&output->width, input.width, conv->window_width, conv->stride_width,
                             conv->output_padding_width, conv->left + conv->right);
    return output_size(&output->height, input.height, conv->window_height, conv->stride_height, conv->padding) &&
           output_size(&output->width, input.width, conv->window_width, conv->stride_width, conv->padding);
}

static digitnet_status fail_overflow(const digitnet__layer *layer) {
    return digitnet__conv2d_fail_overflow(layer, layer->attributes.outputs);
}

static digitnet_status infer_output(digitnet__layer *layer) {
    const digitnet__attributes *conv = &layer->attributes;
    digitnet__shape *output = &layer->output;
    size_t values;
    *output = (digitnet__shape){.channels = conv->outputs};
    if (!set_output(layer) ||
        !digitnet__size_product(&values, (size_t[]){output->height, output->width, output->channels}, 3))
        return fail_overflow(layer);
    if (output->height == 0 || output->width == 0) {
        return digitnet__fail(DIGITNET_ESHAPE,
                              "layer '%s': nothing is left of its output without a padding of %zu, %zu, %zu and %zu",
                              layer->name, conv->top, conv->bottom, conv->left, conv->right);
    }
    return DIGITNET_OK;
}

/* A stride more would be another value of the input. */
static digitnet_status check_output_padding(const digitnet__layer *layer) {
    const digitnet__attributes *conv = &layer->attributes;
    size_t height = conv->output_padding_height, width = conv->output_padding_width;
    if (conv->padding != DIGITNET_PADDING_EXPLICIT && (height || width)) {
        return digitnet__fail(DIGITNET_EINVAL,
                              "layer '%s': its output padding is %zux%zu, but its padding is not explicit", layer->name,
                              height, width);
    }
    if (height >= conv->stride_height || width >= conv->stride_width) {
        return digitnet__fail(DIGITNET_EINVAL,
                              "layer '%s': its output padding is %zux%zu; it must be less than the stride of %zux%zu",
                              layer->name, height, width, conv->stride_height, conv->stride_width);
    }
    return DIGITNET_OK;
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    const digitnet__attributes *conv = &layer->attributes;
    digitnet__shape input = layer->inputs[0].shape;
    DNN_TRY(digitnet__layer_check_image(layer));
    if (conv->outputs == 0)
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': filters is 0", layer->name);
    DNN_TRY(digitnet__window_check_undilated(layer));
    DNN_TRY(check_output_padding(layer));
    DNN_TRY(infer_output(layer));
    const size_t dimensions[] = {conv->window_height, conv->window_width, conv->outputs, input.channels};
    if (!digitnet__layer_add_kernel(layer, "kernel", conv->kernel_initializer, dimensions, 4, input.channels) ||
        !digitnet__layer_add_bias(layer, conv->outputs) ||
        !digitnet__size_product(&layer->multiply_adds,
                                (size_t[]){layer->tensors[DNN_KERNEL].values, input.height, input.width}, 3))
        return fail_overflow(layer);
    return DIGITNET_OK;
}

/* Below, op->conv2d is the convolution that goes the other way: its image is the output, its filters are the input's
 * channels. */

static size_t taps_of(const digitnet__op *op) {
    return op->layer->tensors[DNN_KERNEL].inputs;
}

static size_t positions_of(const digitnet__op *op) {
    return op->conv2d.output_height * op->conv2d.output_width;
}

static size_t chunk_positions(const digitnet__op *op) {
    return digitnet__conv2d_chunk(&op->conv2d, taps_of(op));
}

/* Its matrices over some positions: Y is the input, the columns are those of the output. */
static digitnet__conv2d_product product_of(const digitnet__op *op, size_t count) {
    return (digitnet__conv2d_product){.kernels = op->kernels,
                                      .rows = count,
                                      .taps = taps_of(op),
                                      .filters = op->conv2d.filters,
                                      .output_stride = op->conv2d.filters};
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    size_t positions = positions_of(op), most = chunk_positions(op);
    memset(range->output, 0, range->samples * op->output_values * sizeof(float));
    for (size_t i = 0; i < range->samples; i++) {
        const float *input = range->inputs[0] + i * op->input_values;
        float *output = range->output + i * op->output_values;
        for (size_t first = 0, count; first < positions; first += count) {
            count = positions - first < most ? positions - first : most;
            digitnet__conv2d_product product = product_of(op, count);
            digitnet__conv2d_columns(range->scratch, input + first * op->conv2d.filters, range->parameters, &product);
            digitnet__col2im_add(output, range->scratch, &op->conv2d, 0, first, count);
        }
        digitnet__op_activate(op, output, digitnet__op_bias(op, range->parameters), 1);
    }
}

static void backward_image(const digitnet__op *op, const digitnet__op_range *range, size_t i) {
    size_t positions = positions_of(op), most = chunk_positions(op), channels = op->conv2d.filters;
    const float *input = range->inputs[0] + i * op->input_values;
    const float *output_gradient = range->output_gradient + i * op->output_values;
    float *input_gradient = range->input_gradients[0] ? range->input_gradients[0] + i * op->input_values : NULL;
    float *columns = range->scratch;
    for (size_t first = 0, count; first < positions; first += count) {
        count = positions - first < most ? positions - first : most;
        digitnet__conv2d_product product = product_of(op, count);
        digitnet__im2col(columns, output_gradient, &op->conv2d, 0, first, count);
        digitnet__conv2d_add_kernel(range->gradient, input + first * channels, columns, &product);
        if (input_gradient)
            digitnet__conv2d_outputs(input_gradient + first * channels, columns, range->parameters, &product);
    }
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    digitnet__conv2d_add_bias_gradient(op, range);
    for (size_t i = 0; i < range->samples; i++)
        backward_image(op, range, i);
}

/* One position's taps, or a chunk of limited size. */
static bool measure(digitnet__op *op) {
    return digitnet__size_multiply(&op->scratch_bytes, chunk_positions(op) * taps_of(op), sizeof(float));
}

static const digitnet__op_kind conv2d_transpose_op = {.name = "conv2d_transpose",
                                                      .absorb = digitnet__op_absorb_activation,
                                                      .measure = measure,
                                                      .forward = forward,
                                                      .backward = backward};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &conv2d_transpose_op;
    op->conv2d = digitnet__conv2d_shape_of(op->layer, op->layer->output, op->layer->inputs[0].shape.channels, 1);
}

/* Each output sums up some of its kernels' taps, at most all. */
static digitnet__bound bound(const digitnet__layer *layer, const digitnet__bound *inputs, const float *const *tensors) {
    const digitnet__tensor *kernel = &layer->tensors[DNN_KERNEL];
    size_t filters = layer->attributes.outputs;
    double factor = 0, bias = 0;
    for (size_t filter = 0; filter < filters; filter++) {
        double sum = 0;
        for (size_t i = filter; i < kernel->values; i += filters)
            sum += fabs((double)tensors[DNN_KERNEL][i]);
        factor = fmax(factor, sum);
    }
    if (layer->tensor_count > 1)
        bias = digitnet__layer_greatest_output(tensors[DNN_BIAS], &layer->tensors[DNN_BIAS]);
    return (digitnet__bound){.gain = inputs[0].gain * factor, .offset = inputs[0].offset * factor + bias};
}

static void write_output_padding(digitnet__wire_writer *writer, const digitnet__attributes *conv) {
    bool is_explicit = conv->padding == DIGITNET_PADDING_EXPLICIT;
    const size_t sizes[] = {
        is_explicit ? conv->output_padding_height : output_padding(conv->window_height, conv->stride_height),
        is_explicit ? conv->output_padding_width : output_padding(conv->window_width, conv->stride_width)};
    digitnet__onnx_write_integers(writer, "output_padding", sizes, 2);
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    const char *inputs[] = {layer->tensors[DNN_KERNEL].name, layer->tensors[DNN_BIAS].name};
    size_t begin = digitnet__onnx_begin_node(nodes, "ConvTranspose", NULL, inputs, layer->tensor_count, true);
    digitnet__window_write_over(nodes->writer, layer, layer->output);
    write_output_padding(nodes->writer, &layer->attributes);
    digitnet__onnx_write_integer(nodes->writer, "group", 1);
    digitnet__wire_end(nodes->writer, begin);
}

const digitnet__layer_kind digitnet__layer_conv2d_transpose = {.name = "conv2d_transpose",
                                                               .class_name = "Conv2DTranspose",
                                                               .infer_shape = infer_shape,
                                                               .lower = lower,
                                                               .bound = bound,
                                                               .onnx = {.write = write}};

digitnet_status digitnet_model_add_conv2d_transpose(digitnet_model *model, size_t filters, size_t kernel,
                                                    digitnet_activation activation) {
    return digitnet_model_add_conv2d_transpose_ex(model, filters, kernel, activation, NULL);
}

digitnet_status digitnet_model_add_conv2d_transpose_ex(digitnet_model *model, size_t filters, size_t kernel,
                                                       digitnet_activation activation,
                                                       const digitnet_conv2d_transpose_options *options) {
    digitnet_conv2d_transpose_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_conv2d_transpose_options, bias_initializer);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_conv2d_transpose_options, no_bias);
    digitnet__layer_request request = {.kind = &digitnet__layer_conv2d_transpose,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.outputs = filters,
                                                      .window_width = own.kernel_width,
                                                      DNN_WINDOW_ATTRIBUTES(own),
                                                      .output_padding_height = own.output_padding_height,
                                                      .output_padding_width = own.output_padding_width,
                                                      .kernel_initializer = own.kernel_initializer,
                                                      .kernel_l1 = own.kernel_l1,
                                                      .kernel_l2 = own.kernel_l2,
                                                      DNN_BIAS_ATTRIBUTES(own),
                                                      .activation = activation}};
    digitnet__conv2d_set_window(&request.attributes, kernel);
    return digitnet__model_add_layer(model, &request, status);
}
