/* Concatenate: the channels of several values one after the other, as where two branches meet. */
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "layers/op.h"

#include <string.h>

static digitnet_status infer_shape(digitnet__layer *layer) {
    digitnet__shape output = layer->inputs[0].shape;
    for (size_t i = 1; i < layer->input_count; i++) {
        digitnet__shape other = layer->inputs[i].shape;
        if (other.height != output.height || other.width != output.width || other.flat != output.flat) {
            return digitnet__fail(
                DIGITNET_ESHAPE, "layer '%s': input 0 is %s and input %zu is %s; only their channels may differ",
                layer->name, digitnet__shape_text(layer->inputs[0].shape).text, i, digitnet__shape_text(other).text);
        }
        if (!digitnet__size_add(&output.channels, output.channels, other.channels))
            return digitnet__fail(DIGITNET_ELIMIT, "layer '%s': the sum of its inputs' channels overflows",
                                  layer->name);
    }
    layer->output = output;
    return DIGITNET_OK;
}

/* Copies the channels of each place of one input to their part of the output, or that part of the gradient back. */
static void copy_part(float *to, const float *from, size_t places, size_t channels, size_t to_stride,
                      size_t from_stride) {
    for (size_t i = 0; i < places; i++)
        memcpy(to + i * to_stride, from + i * from_stride, channels * sizeof(float));
}

static size_t places_of(const digitnet__op *op, const digitnet__op_range *range) {
    return range->samples * (op->output_values / op->output_shape.channels);
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    size_t total = op->output_shape.channels, first = 0;
    for (size_t i = 0; i < op->input_count; i++) {
        size_t channels = op->layer->inputs[i].shape.channels;
        copy_part(range->output + first, range->inputs[i], places_of(op, range), channels, total, channels);
        first += channels;
    }
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    size_t total = op->output_shape.channels, first = 0;
    for (size_t i = 0; i < op->input_count; i++) {
        size_t channels = op->layer->inputs[i].shape.channels;
        if (range->input_gradients[i])
            copy_part(range->input_gradients[i], range->output_gradient + first, places_of(op, range), channels,
                      channels, total);
        first += channels;
    }
}

static const digitnet__op_kind concatenate_op = {.name = "concatenate", .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &concatenate_op;
}

static digitnet__bound bound(const digitnet__layer *layer, const digitnet__bound *inputs, const float *const *tensors) {
    (void)tensors;
    digitnet__bound most = {0};
    for (size_t i = 0; i < layer->input_count; i++) {
        most.gain = inputs[i].gain > most.gain ? inputs[i].gain : most.gain;
        most.offset = inputs[i].offset > most.offset ? inputs[i].offset : most.offset;
    }
    return most;
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    size_t begin = digitnet__onnx_begin_joining_node(nodes, "Concat", layer->input_count);
    digitnet__onnx_write_integer(nodes->writer, "axis", 1);
    digitnet__wire_end(nodes->writer, begin);
}

const digitnet__layer_kind digitnet__layer_concatenate = {.name = "concatenate",
                                                          .class_name = "Concatenate",
                                                          .many_inputs = true,
                                                          .infer_shape = infer_shape,
                                                          .lower = lower,
                                                          .bound = bound,
                                                          .onnx = {.write = write}};

digitnet_status digitnet_model_add_concatenate(digitnet_model *model, const char *const *inputs, size_t input_count) {
    return digitnet_model_add_concatenate_ex(model, inputs, input_count, NULL);
}

digitnet_status digitnet_model_add_concatenate_ex(digitnet_model *model, const char *const *inputs, size_t input_count,
                                                  const digitnet_concatenate_options *options) {
    digitnet_concatenate_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_concatenate_options, name);
    digitnet__layer_request request = {
        .kind = &digitnet__layer_concatenate, .name = own.name, .inputs = inputs, .input_count = input_count};
    return digitnet__model_add_layer(model, &request, status);
}
