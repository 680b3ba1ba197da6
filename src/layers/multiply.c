/* Multiply: the product of several values of one shape. One of 1 x 1 x channels goes with every row and column, as the
 * weights of channels in a squeeze-and-excitation block (Hu et al. 2018). */
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "layers/op.h"

#include <math.h>
#include <stdio.h>

static bool is_row(digitnet__shape shape) {
    return !shape.flat && shape.height == 1 && shape.width == 1;
}

/* The first input that is no row, or the first of all: the output has its shape. */
static size_t find_whole(const digitnet__layer *layer) {
    for (size_t i = 0; i < layer->input_count; i++)
        if (!is_row(layer->inputs[i].shape))
            return i;
    return 0;
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    size_t whole = find_whole(layer);
    digitnet__shape output = layer->inputs[whole].shape;
    for (size_t i = 0; i < layer->input_count; i++) {
        digitnet__shape input = layer->inputs[i].shape;
        bool fits = input.height == output.height && input.width == output.width && input.flat == output.flat;
        if (input.channels != output.channels || !(fits || (is_row(input) && !output.flat))) {
            return digitnet__fail(DIGITNET_ESHAPE,
                                  "layer '%s': input %zu is %s and input %zu is %s; they must be equal, or one 1x1x%zu",
                                  layer->name, whole, digitnet__shape_text(output).text, i,
                                  digitnet__shape_text(input).text, output.channels);
        }
    }
    layer->output = output;
    return digitnet__size_multiply(&layer->multiply_adds, digitnet__shape_values(output), layer->input_count - 1)
               ? DIGITNET_OK
               : digitnet__fail(DIGITNET_ELIMIT, "layer '%s': the work of %zu inputs of %s overflows", layer->name,
                                layer->input_count, digitnet__shape_text(output).text);
}

/* One of 1 x 1 where the output is larger. */
static bool is_broadcast(const digitnet__op *op, size_t input) {
    return is_row(op->layer->inputs[input].shape) && !is_row(op->layer->output);
}

/* `product` becomes `a`, of the output's shape, times one of the inputs. */
static void multiply_sample(const digitnet__op *op, float *product, const float *a, const float *other, size_t input) {
    size_t channels = op->layer->output.channels;
    if (is_broadcast(op, input))
        op->kernels->multiply_rows(product, a, other, op->output_values / channels, channels);
    else
        op->kernels->multiply(product, a, other, op->output_values);
}

/* Of one sample. */
static const float *input_at(const digitnet__op *op, const digitnet__op_range *range, size_t input, size_t sample) {
    return range->inputs[input] + sample * digitnet__shape_values(op->layer->inputs[input].shape);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    size_t whole = find_whole(op->layer);
    for (size_t sample = 0; sample < range->samples; sample++) {
        float *output = range->output + sample * op->output_values;
        const float *product = input_at(op, range, whole, sample);
        for (size_t i = 0; i < op->input_count; i++) {
            if (i == whole)
                continue;
            multiply_sample(op, output, product, input_at(op, range, i, sample), i);
            product = output;
        }
    }
    digitnet__op_activate(op, range->output, NULL, range->samples);
}

/* That of input i is the output's times all other inputs; summed over rows and columns where it is broadcast, with the
 * last product. */
static void input_gradient(const digitnet__op *op, const digitnet__op_range *range, size_t i, size_t sample) {
    size_t channels = op->layer->output.channels, whole = find_whole(op->layer);
    bool broadcast = is_broadcast(op, i);
    float *gradient = range->input_gradients[i] + sample * digitnet__shape_values(op->layer->inputs[i].shape);
    float *partial = broadcast ? range->scratch : gradient;
    const float *product = range->output_gradient + sample * op->output_values;
    for (size_t other = 0; other < op->input_count; other++) {
        if (other == i || (broadcast && other == whole))
            continue;
        multiply_sample(op, partial, product, input_at(op, range, other, sample), other);
        product = partial;
    }
    if (broadcast)
        op->kernels->sum_products(gradient, product, input_at(op, range, whole, sample), op->output_values / channels,
                                  channels);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    for (size_t sample = 0; sample < range->samples; sample++)
        for (size_t i = 0; i < op->input_count; i++)
            if (range->input_gradients[i])
                input_gradient(op, range, i, sample);
}

/* Scratch memory is for the product of more than two with one that is broadcast. */
static bool measure(digitnet__op *op) {
    return op->input_count == 2 || digitnet__size_multiply(&op->scratch_bytes, op->output_values, sizeof(float));
}

static const digitnet__op_kind multiply_op = {.name = "multiply",
                                              .absorb = digitnet__op_absorb_activation,
                                              .measure = measure,
                                              .forward = forward,
                                              .backward = backward};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &multiply_op;
}

/* (g x + o)(h x + p) = g h x^2 + (g p + h o) x + o p, where x^2 is at most DNN_BOUND_REACH x. */
static digitnet__bound product_bound(digitnet__bound a, digitnet__bound b) {
    return (digitnet__bound){.gain = a.gain * b.gain * DNN_BOUND_REACH + a.gain * b.offset + a.offset * b.gain,
                             .offset = a.offset * b.offset};
}

/* That of all products on the way, which a last factor may make small again. */
static digitnet__bound bound(const digitnet__layer *layer, const digitnet__bound *inputs, const float *const *tensors) {
    (void)tensors;
    size_t whole = find_whole(layer);
    digitnet__bound product = inputs[whole], most = {0};
    for (size_t i = 0; i < layer->input_count; i++) {
        if (i == whole)
            continue;
        product = product_bound(product, inputs[i]);
        most = (digitnet__bound){.gain = fmax(most.gain, product.gain), .offset = fmax(most.offset, product.offset)};
    }
    return most;
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    for (size_t i = 1; i < layer->input_count; i++) {
        bool last = i + 1 == layer->input_count;
        digitnet__onnx_name input = nodes->input_name(nodes->network, layer, i);
        const char *inputs[] = {input.text};
        char suffix[32];
        snprintf(suffix, sizeof suffix, "product_%zu", i);
        digitnet__wire_end(nodes->writer,
                           digitnet__onnx_begin_node(nodes, "Mul", last ? NULL : suffix, inputs, 1, last));
    }
}

const digitnet__layer_kind digitnet__layer_multiply = {.name = "multiply",
                                                       .class_name = "Multiply",
                                                       .many_inputs = true,
                                                       .infer_shape = infer_shape,
                                                       .lower = lower,
                                                       .bound = bound,
                                                       .onnx = {.write = write}};

digitnet_status digitnet_model_add_multiply(digitnet_model *model, const char *const *inputs, size_t input_count,
                                            digitnet_activation activation) {
    return digitnet_model_add_multiply_ex(model, inputs, input_count, activation, NULL);
}

digitnet_status digitnet_model_add_multiply_ex(digitnet_model *model, const char *const *inputs, size_t input_count,
                                               digitnet_activation activation,
                                               const digitnet_multiply_options *options) {
    digitnet_multiply_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_multiply_options, name);
    digitnet__layer_request request = {.kind = &digitnet__layer_multiply,
                                       .name = own.name,
                                       .inputs = inputs,
                                       .input_count = input_count,
                                       .attributes = {.activation = activation}};
    return digitnet__model_add_layer(model, &request, status);
}
