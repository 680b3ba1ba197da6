/* Dropout (Srivastava et al. 2014), in its inverted form: what is kept is scaled while training, so that inference has
 * nothing to do. */
#include "core/options.h"
#include "layers/noise.h"

/* Writes from[i] / (1 - rate), or 0 with probability rate. */
static void drop(const digitnet__op *op, float *to, const float *from, digitnet__random *random) {
    double rate = op->layer->attributes.rate;
    float threshold = (float)rate;
    float scale = (float)(1 / (1 - rate));
    for (size_t i = 0; i < op->output_values; i++)
        to[i] = digitnet__random_float(random) < threshold ? 0 : from[i] * scale;
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__noise_apply(op, range, range->output, range->inputs[0], drop);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    if (range->input_gradients[0])
        digitnet__noise_apply(op, range, range->input_gradients[0], range->output_gradient, drop);
}

static const digitnet__op_kind dropout_op = {.name = "dropout", .forward = forward, .backward = backward};

static void lower(digitnet__op *op, bool training) {
    op->kind = training ? &dropout_op : NULL;
}

static digitnet__onnx_name ratio_name(const digitnet__layer *layer) {
    return digitnet__onnx_join(layer->name, "ratio");
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    digitnet__onnx_name ratio = ratio_name(layer);
    const char *inputs[] = {ratio.text};
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, "Dropout", NULL, inputs, 1, true));
}

static void write_constants(digitnet__wire_writer *writer, const digitnet__layer *layer) {
    digitnet__onnx_write_scalar(writer, ratio_name(layer).text, layer->attributes.rate);
}

const digitnet__layer_kind digitnet__layer_dropout = {.name = "dropout",
                                                      .class_name = "Dropout",
                                                      .infer_shape = digitnet__dropout_infer_shape,
                                                      .lower = lower,
                                                      .bound = digitnet__layer_keep_bound,
                                                      .onnx = {.write = write, .write_constants = write_constants}};

digitnet_status digitnet_model_add_dropout(digitnet_model *model, double rate) {
    return digitnet_model_add_dropout_ex(model, rate, NULL);
}

digitnet_status digitnet_model_add_dropout_ex(digitnet_model *model, double rate,
                                              const digitnet_dropout_options *options) {
    digitnet_dropout_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_dropout_options, input);
    digitnet__layer_request request = {
        .kind = &digitnet__layer_dropout, .name = own.name, .inputs = &own.input, .attributes = {.rate = rate}};
    return digitnet__model_add_layer(model, &request, status);
}
