/* Dense: Y = act(X W^T + b), X samples x inputs, W units x inputs, Y samples x units. */
#include "core/options.h"
#include "core/status.h"
#include "kernels/gemm.h"
#include "layers/op.h"

static digitnet_status infer_shape(digitnet__layer *layer) {
    digitnet__shape input = layer->inputs[0].shape;
    size_t units = layer->attributes.outputs;
    if (!input.flat) {
        return digitnet__fail(DIGITNET_ESHAPE, "layer '%s': its input is %s; add a flatten layer before it",
                              layer->name, digitnet__shape_text(input).text);
    }
    if (units == 0)
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': units is 0", layer->name);
    layer->output = (digitnet__shape){.height = 1, .width = 1, .channels = units, .flat = true};
    size_t dimensions[] = {input.channels, units};
    if (!digitnet__layer_set_weights(layer, dimensions, 2)) {
        return digitnet__fail(DIGITNET_ELIMIT, "layer '%s': the size of %zu inputs times %zu units overflows",
                              layer->name, input.channels, units);
    }
    layer->multiply_adds = layer->tensors[DNN_KERNEL].values;
    return DIGITNET_OK;
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__gemm_run(op->kernels, &(digitnet__gemm){.transpose_b = DNN_TRANSPOSED,
                                                      .rows = range->samples,
                                                      .columns = op->output_values,
                                                      .depth = op->input_values,
                                                      .a = range->inputs[0],
                                                      .a_stride = op->input_values,
                                                      .b = range->parameters,
                                                      .b_stride = op->input_values,
                                                      .c = range->output,
                                                      .c_stride = op->output_values});
    digitnet__op_activate(op, range->output, digitnet__op_bias(op, range->parameters), range->samples);
}

/* dX = dY W */
static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    if (!range->input_gradients[0])
        return;
    digitnet__gemm_run(op->kernels, &(digitnet__gemm){.rows = range->samples,
                                                      .columns = op->input_values,
                                                      .depth = op->output_values,
                                                      .a = range->output_gradient,
                                                      .a_stride = op->output_values,
                                                      .b = range->parameters,
                                                      .b_stride = op->input_values,
                                                      .c = range->input_gradients[0],
                                                      .c_stride = op->input_values});
}

/* dW = dY^T X and db = the sum of dY over the batch, for one block of units. */
static void block_gradient(const digitnet__op *op, const digitnet__op_range *batch, digitnet__op_block block) {
    size_t units = op->output_values, inputs = op->input_values;
    digitnet__gemm_run(op->kernels, &(digitnet__gemm){.transpose_a = DNN_TRANSPOSED,
                                                      .rows = block.count,
                                                      .columns = inputs,
                                                      .depth = batch->samples,
                                                      .a = batch->output_gradient + block.first,
                                                      .a_stride = units,
                                                      .b = batch->inputs[0],
                                                      .b_stride = inputs,
                                                      .c = batch->gradient + block.first * inputs,
                                                      .c_stride = inputs});
    if (op->layer->attributes.no_bias)
        return;
    float *bias = batch->gradient + units * inputs + block.first;
    for (size_t unit = 0; unit < block.count; unit++) {
        float sum = 0;
        for (size_t sample = 0; sample < batch->samples; sample++)
            sum += batch->output_gradient[sample * units + block.first + unit];
        bias[unit] = sum;
    }
}

static const digitnet__op_kind dense_op = {.name = "dense",
                                           .absorb = digitnet__op_absorb,
                                           .forward = forward,
                                           .backward = backward,
                                           .block_gradient = block_gradient};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    op->kind = &dense_op;
}

/* Y = X W^T + b */
static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    const char *inputs[] = {layer->tensors[DNN_KERNEL].name, layer->tensors[DNN_BIAS].name};
    size_t begin = digitnet__onnx_begin_node(nodes, "Gemm", NULL, inputs, layer->tensor_count, true);
    digitnet__onnx_write_integer(nodes->writer, "transB", 1);
    digitnet__wire_end(nodes->writer, begin);
}

const digitnet__layer_kind digitnet__layer_dense = {.name = "dense",
                                                    .class_name = "Dense",
                                                    .infer_shape = infer_shape,
                                                    .lower = lower,
                                                    .bound = digitnet__layer_weighted_bound,
                                                    .onnx = {.write = write}};

digitnet_status digitnet_model_add_dense(digitnet_model *model, size_t units, digitnet_activation activation) {
    return digitnet_model_add_dense_ex(model, units, activation, NULL);
}

digitnet_status digitnet_model_add_dense_ex(digitnet_model *model, size_t units, digitnet_activation activation,
                                            const digitnet_dense_options *options) {
    digitnet_dense_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_dense_options, reserved_2);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK((size_t)own.reserved_2 | own.reserved, digitnet_dense_options);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_dense_options, no_bias);
    digitnet__layer_request request = {.kind = &digitnet__layer_dense,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.outputs = units,
                                                      .kernel_initializer = own.kernel_initializer,
                                                      .kernel_l1 = own.kernel_l1,
                                                      .kernel_l2 = own.kernel_l2,
                                                      DNN_BIAS_ATTRIBUTES(own),
                                                      .activation = activation}};
    return digitnet__model_add_layer(model, &request, status);
}
