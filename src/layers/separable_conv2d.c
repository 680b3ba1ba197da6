/* Depthwise separable convolution: a depthwise one, without bias or activation, and behind it a pointwise one. What
 * stands between them is kept from forward to backward, and is not a value of the plan. */
#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "kernels/depthwise_conv2d.h"
#include "layers/conv2d.h"
#include "layers/window.h"

#include <string.h>

enum { DEPTHWISE, POINTWISE, BIAS }; /* the tensors */

static size_t multiplier_of(const digitnet__layer *layer) {
    return layer->attributes.depth_multiplier ? layer->attributes.depth_multiplier : 1;
}

static digitnet_status set_weights(digitnet__layer *layer, const digitnet__conv2d_shape *depthwise) {
    const digitnet__attributes *conv = &layer->attributes;
    const size_t filters = conv->outputs;
    const size_t first[] = {conv->window_height, conv->window_width, depthwise->channels, multiplier_of(layer)};
    const size_t second[] = {1, 1, depthwise->filters, filters};
    if (!digitnet__layer_add_kernel(layer, "depthwise_kernel", conv->kernel_initializer, first, 4,
                                    depthwise->filters) ||
        !digitnet__layer_add_kernel(layer, "pointwise_kernel", conv->pointwise_initializer, second, 4, filters) ||
        !digitnet__layer_add_bias(layer, filters))
        return digitnet__conv2d_fail_overflow(layer, filters);
    layer->tensors[POINTWISE].l1 = conv->pointwise_l1;
    layer->tensors[POINTWISE].l2 = conv->pointwise_l2;
    size_t values = layer->tensors[DEPTHWISE].values + layer->tensors[POINTWISE].values; /* of the parameters' number */
    if (!digitnet__size_product(&layer->multiply_adds,
                                (size_t[]){values, depthwise->output_height, depthwise->output_width}, 3))
        return digitnet__conv2d_fail_overflow(layer, filters);
    return DIGITNET_OK;
}

static digitnet_status infer_shape(digitnet__layer *layer) {
    size_t channels = layer->inputs[0].shape.channels, filters = layer->attributes.outputs, between, values;
    digitnet__conv2d_shape shape;
    DNN_TRY(digitnet__layer_check_image(layer));
    if (filters == 0)
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': filters is 0", layer->name);
    DNN_TRY(digitnet__window_check(layer));
    if (!digitnet__size_multiply(&between, channels, multiplier_of(layer)))
        return digitnet__conv2d_fail_overflow(layer, multiplier_of(layer));
    DNN_TRY(digitnet__conv2d_infer(layer, &shape, between, channels));
    layer->output.channels = filters;
    if (!digitnet__size_product(&values, (size_t[]){shape.output_height, shape.output_width, filters}, 3))
        return digitnet__conv2d_fail_overflow(layer, filters);
    return set_weights(layer, &shape);
}

static size_t between_values(const digitnet__op *op) {
    return op->conv2d.output_height * op->conv2d.output_width * op->conv2d.filters;
}

/* A worker's scratch: one image between the two, or its gradient; the packed depthwise kernel's gradient; and what its
 * kernels want. */
typedef struct scratch_layout {
    digitnet__arena arena;
    size_t between, gradient, kernels;
} scratch_layout;

static scratch_layout scratch_of(const digitnet__op *op, void *memory) {
    scratch_layout layout = {.arena.memory = memory};
    size_t bytes = 0;
    layout.between = digitnet__arena_reserve(&layout.arena, between_values(op), sizeof(float));
    layout.gradient = digitnet__arena_reserve(&layout.arena, op->layer->tensors[DEPTHWISE].values, sizeof(float));
    layout.arena.overflow |= !digitnet__depthwise_conv2d_scratch(&bytes, &op->conv2d);
    layout.kernels = digitnet__arena_reserve(&layout.arena, bytes, 1);
    return layout;
}

/* Over one image. */
static digitnet__conv2d_product pointwise_of(const digitnet__op *op) {
    return (digitnet__conv2d_product){.kernels = op->kernels,
                                      .rows = op->conv2d.output_height * op->conv2d.output_width,
                                      .taps = op->conv2d.filters,
                                      .filters = op->layer->attributes.outputs,
                                      .output_stride = op->layer->attributes.outputs};
}

/* Where the pointwise kernel begins, behind the depthwise one, and then the bias. */
static size_t pointwise_offset(const digitnet__op *op) {
    return op->layer->tensors[DEPTHWISE].values;
}

static size_t bias_offset(const digitnet__op *op) {
    return pointwise_offset(op) + op->layer->tensors[POINTWISE].values;
}

static bool has_bias(const digitnet__op *op) {
    return op->layer->tensor_count > BIAS;
}

static void pack(const digitnet__op *op, float *packed, const float *parameters, digitnet__op_block block) {
    digitnet__op_block depthwise = digitnet__op_block_of(block, &op->layer->tensors[DEPTHWISE]);
    digitnet__conv2d_product pointwise = pointwise_of(op);
    digitnet__depthwise_conv2d_pack(packed, parameters, &op->conv2d, depthwise.first, depthwise.count);
    digitnet__conv2d_transpose_kernel(packed + pointwise_offset(op), parameters + pointwise_offset(op), &pointwise,
                                      digitnet__op_block_of(block, &op->layer->tensors[POINTWISE]));
}

static void forward(const digitnet__op *op, const digitnet__op_range *range) {
    scratch_layout scratch = scratch_of(op, range->scratch);
    digitnet__conv2d_product pointwise = pointwise_of(op);
    const float *bias = has_bias(op) ? range->parameters + bias_offset(op) : NULL;
    for (size_t i = 0; i < range->samples; i++) {
        float *between = range->cache ? (float *)(void *)(range->cache + i * op->cache_bytes)
                                      : digitnet__arena_at(&scratch.arena, scratch.between);
        float *output = range->output + i * op->output_values;
        digitnet__depthwise_conv2d(op->kernels, between, range->inputs[0] + i * op->input_values, range->packed, NULL,
                                   false, &op->conv2d, 1, digitnet__arena_at(&scratch.arena, scratch.kernels));
        digitnet__conv2d_outputs_of_packed(output, between, range->packed + pointwise_offset(op), &pointwise);
        digitnet__op_activate(op, output, bias, 1);
    }
}

/* Of one image; `packed` is the depthwise kernel's gradient. */
static void backward_image(const digitnet__op *op, const digitnet__op_range *range, const scratch_layout *scratch,
                           float *packed, size_t i) {
    digitnet__conv2d_product pointwise = pointwise_of(op);
    const float *image = range->inputs[0] + i * op->input_values;
    const float *output_gradient = range->output_gradient + i * op->output_values;
    const float *between = (const float *)(const void *)(range->cache + i * op->cache_bytes);
    float *gradient = digitnet__arena_at(&scratch->arena, scratch->between);
    void *kernels = digitnet__arena_at(&scratch->arena, scratch->kernels);
    digitnet__conv2d_add_kernel(range->gradient + pointwise_offset(op), output_gradient, between, &pointwise);
    digitnet__conv2d_columns(gradient, output_gradient, range->parameters + pointwise_offset(op), &pointwise);
    digitnet__depthwise_conv2d_kernel_gradient(op->kernels, packed, gradient, image, &op->conv2d, 1, kernels);
    if (range->input_gradients[0])
        digitnet__depthwise_conv2d_image_gradient(op->kernels, range->input_gradients[0] + i * op->input_values,
                                                  gradient, range->packed, &op->conv2d, 1, kernels);
}

static void backward(const digitnet__op *op, const digitnet__op_range *range) {
    scratch_layout scratch = scratch_of(op, range->scratch);
    size_t filters = op->layer->attributes.outputs;
    float *packed = digitnet__arena_at(&scratch.arena, scratch.gradient);
    digitnet__op_activate_backward(op, range->output_gradient, range->output, range->samples);
    if (has_bias(op))
        op->kernels->add_rows(range->gradient + bias_offset(op), range->output_gradient,
                              range->samples * op->output_values / filters, filters);
    memset(packed, 0, op->layer->tensors[DEPTHWISE].values * sizeof *packed);
    for (size_t i = 0; i < range->samples; i++)
        backward_image(op, range, &scratch, packed, i);
    digitnet__depthwise_conv2d_add_unpacked(range->gradient, packed, &op->conv2d);
}

static bool measure(digitnet__op *op) {
    scratch_layout scratch = scratch_of(op, NULL);
    op->packed_values = bias_offset(op);
    op->scratch_bytes = scratch.arena.size;
    return digitnet__size_multiply(&op->cache_bytes, between_values(op), sizeof(float)) && !scratch.arena.overflow;
}

static const digitnet__op_kind separable_conv2d_op = {.name = "separable_conv2d",
                                                      .absorb = digitnet__op_absorb_activation,
                                                      .measure = measure,
                                                      .pack = pack,
                                                      .forward = forward,
                                                      .backward = backward};

static void lower(digitnet__op *op, bool training) {
    (void)training;
    digitnet__shape input = op->layer->inputs[0].shape;
    op->kind = &separable_conv2d_op;
    op->conv2d = digitnet__conv2d_shape_of(op->layer, input, input.channels * multiplier_of(op->layer), input.channels);
}

static digitnet__bound bound(const digitnet__layer *layer, const digitnet__bound *inputs, const float *const *tensors) {
    double factor = 1, bias = 0;
    for (size_t i = DEPTHWISE; i <= POINTWISE; i++)
        factor *= digitnet__layer_greatest_output(tensors[i], &layer->tensors[i]);
    if (layer->tensor_count > BIAS)
        bias = digitnet__layer_greatest_output(tensors[BIAS], &layer->tensors[BIAS]);
    return (digitnet__bound){.gain = inputs[0].gain * factor, .offset = inputs[0].offset * factor + bias};
}

static void write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer) {
    const digitnet__tensor *tensors = layer->tensors;
    const char *depthwise = tensors[DEPTHWISE].name;
    const char *pointwise[] = {tensors[POINTWISE].name, tensors[BIAS].name};
    digitnet__conv2d_write(nodes, layer, "depthwise", &depthwise, 1, layer->inputs[0].shape.channels);
    digitnet__wire_end(nodes->writer, digitnet__onnx_begin_node(nodes, "Conv", NULL, pointwise,
                                                                layer->tensor_count - POINTWISE, true));
}

const digitnet__layer_kind digitnet__layer_separable_conv2d = {.name = "separable_conv2d",
                                                               .class_name = "SeparableConv2D",
                                                               .infer_shape = infer_shape,
                                                               .lower = lower,
                                                               .bound = bound,
                                                               .onnx = {.write = write}};

digitnet_status digitnet_model_add_separable_conv2d(digitnet_model *model, size_t filters, size_t kernel,
                                                    digitnet_activation activation) {
    return digitnet_model_add_separable_conv2d_ex(model, filters, kernel, activation, NULL);
}

digitnet_status digitnet_model_add_separable_conv2d_ex(digitnet_model *model, size_t filters, size_t kernel,
                                                       digitnet_activation activation,
                                                       const digitnet_separable_conv2d_options *options) {
    digitnet_separable_conv2d_options own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, options, digitnet_separable_conv2d_options, reserved_2);
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK((size_t)own.reserved_2 | own.reserved, digitnet_separable_conv2d_options);
    if (status == DIGITNET_OK)
        status = DNN_FLAG_CHECK(&own, digitnet_separable_conv2d_options, no_bias);
    digitnet__layer_request request = {.kind = &digitnet__layer_separable_conv2d,
                                       .name = own.name,
                                       .inputs = &own.input,
                                       .attributes = {.outputs = filters,
                                                      .depth_multiplier = digitnet__zero_for_one(own.depth_multiplier),
                                                      .window_width = own.kernel_width,
                                                      .dilation_height = own.dilation_height,
                                                      .dilation_width = own.dilation_width,
                                                      DNN_WINDOW_ATTRIBUTES(own),
                                                      .kernel_initializer = own.depthwise_initializer,
                                                      .pointwise_initializer = own.pointwise_initializer,
                                                      .kernel_l1 = own.depthwise_l1,
                                                      .kernel_l2 = own.depthwise_l2,
                                                      .pointwise_l1 = own.pointwise_l1,
                                                      .pointwise_l2 = own.pointwise_l2,
                                                      DNN_BIAS_ATTRIBUTES(own),
                                                      .activation = activation}};
    digitnet__conv2d_set_window(&request.attributes, kernel);
    return digitnet__model_add_layer(model, &request, status);
}
