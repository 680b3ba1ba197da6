#include "layers/layer.h"

#include "core/memory.h"
#include "core/number.h"
#include "core/status.h"
#include "layers/activations.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define KIND_ADDRESS(name) &digitnet__layer_##name,
const digitnet__layer_kind *const digitnet__layer_kinds[] = {DNN_LAYER_KINDS(KIND_ADDRESS) NULL};

static void set_dimensions(digitnet__tensor *tensor, const size_t *dimensions, size_t rank) {
    tensor->rank = rank;
    for (size_t i = 0; i < 4; i++)
        tensor->dimensions[i] = i < rank ? dimensions[i] : 1;
}

/* Fans count every tap, as Keras counts them from the kernel's dimensions: the last but one and the last, times the
 * window. They are no more than the values, which have been counted. */
static void set_fans(digitnet__tensor *kernel, const size_t *dimensions, size_t rank) {
    size_t window = 1;
    for (size_t i = 0; i < rank - 2; i++)
        window *= dimensions[i];
    kernel->fan_in = window * dimensions[rank - 2];
    kernel->fan_out = window * dimensions[rank - 1];
}

static bool add_tensor(digitnet__layer *layer, const digitnet__tensor *tensor) {
    layer->tensors[layer->tensor_count++] = *tensor;
    return digitnet__size_add(&layer->parameters, layer->parameters, tensor->values);
}

static digitnet__tensor make_vector(const char *role, digitnet_initializer initializer, size_t values) {
    digitnet__tensor vector = {.role = role,
                               .initializer = initializer,
                               .outputs = values,
                               .inputs = 1,
                               .values = values,
                               .fan_in = values, /* as Keras counts a vector's */
                               .fan_out = values};
    set_dimensions(&vector, &values, 1);
    return vector;
}

void digitnet__layer_add_vector(digitnet__layer *layer, const char *role, digitnet_initializer initializer,
                                bool is_state) {
    digitnet__tensor vector = make_vector(role, initializer, layer->inputs[0].shape.channels);
    vector.is_state = is_state;
    layer->tensors[layer->tensor_count++] = vector;
    *(is_state ? &layer->state_values : &layer->parameters) += vector.values;
}

bool digitnet__layer_add_kernel(digitnet__layer *layer, const char *role, digitnet_initializer initializer,
                                const size_t *dimensions, size_t rank, size_t outputs) {
    digitnet__tensor kernel = {.role = role,
                               .layout = DNN_LAYOUT_OUTPUTS_LAST,
                               .initializer = initializer ? initializer : DIGITNET_INITIALIZER_GLOROT_UNIFORM,
                               .outputs = outputs,
                               .l1 = layer->attributes.kernel_l1,
                               .l2 = layer->attributes.kernel_l2};
    set_dimensions(&kernel, dimensions, rank);
    if (!digitnet__size_product(&kernel.values, dimensions, rank))
        return false;
    set_fans(&kernel, dimensions, rank);
    kernel.inputs = kernel.values / outputs;
    return add_tensor(layer, &kernel);
}

bool digitnet__layer_add_bias(digitnet__layer *layer, size_t outputs) {
    const digitnet__attributes *attributes = &layer->attributes;
    if (attributes->no_bias)
        return true;
    digitnet__tensor bias = make_vector(
        "bias", attributes->bias_initializer ? attributes->bias_initializer : DIGITNET_INITIALIZER_ZEROS, outputs);
    bias.l1 = attributes->bias_l1;
    bias.l2 = attributes->bias_l2;
    return add_tensor(layer, &bias);
}

bool digitnet__layer_set_weights(digitnet__layer *layer, const size_t *dimensions, size_t rank) {
    size_t outputs = dimensions[rank - 1];
    return digitnet__layer_add_kernel(layer, "kernel", layer->attributes.kernel_initializer, dimensions, rank,
                                      outputs) &&
           digitnet__layer_add_bias(layer, outputs);
}

static digitnet_status check_initializer(const digitnet__layer *layer, const char *which, digitnet_initializer value) {
    if (value >= DIGITNET_INITIALIZER_DEFAULT && value <= DIGITNET_INITIALIZER_ONES)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL, "layer '%s': %s is %d, which is not an initializer", layer->name, which,
                          (int)value);
}

static digitnet_status check_penalty(const digitnet__layer *layer, const char *which, double value) {
    if (isfinite(value) && value >= 0)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL, "layer '%s': %s is %s; it must be finite and at least 0", layer->name, which,
                          digitnet__number_text(value).text);
}

static digitnet_status check_penalties(const digitnet__layer *layer) {
    const digitnet__attributes *attributes = &layer->attributes;
    DNN_TRY(check_penalty(layer, "kernel_l1", attributes->kernel_l1));
    DNN_TRY(check_penalty(layer, "kernel_l2", attributes->kernel_l2));
    DNN_TRY(check_penalty(layer, "pointwise_l1", attributes->pointwise_l1));
    DNN_TRY(check_penalty(layer, "pointwise_l2", attributes->pointwise_l2));
    DNN_TRY(check_penalty(layer, "bias_l1", attributes->bias_l1));
    return check_penalty(layer, "bias_l2", attributes->bias_l2);
}

static digitnet_status check_alpha(const digitnet__layer *layer) {
    double alpha = layer->attributes.alpha;
    const digitnet__activation *activation = digitnet__activation_find(layer->attributes.activation);
    if (alpha != 0 && activation->alpha == 0)
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': alpha is %s, but activation %s has none", layer->name,
                              digitnet__number_text(alpha).text, activation->name);
    if (!(alpha >= 0 && alpha <= FLT_MAX))
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': alpha is %s; it must be finite and not below 0",
                              layer->name, digitnet__number_text(alpha).text);
    return DIGITNET_OK;
}

digitnet_status digitnet__layer_check_attributes(const digitnet__layer *layer) {
    const digitnet__attributes *attributes = &layer->attributes;
    if (!digitnet__activation_find(attributes->activation)) {
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': activation is %d, which is not an activation", layer->name,
                              (int)attributes->activation);
    }
    DNN_TRY(check_alpha(layer));
    if (attributes->padding < DIGITNET_PADDING_VALID || attributes->padding > DIGITNET_PADDING_EXPLICIT)
        return digitnet__fail(DIGITNET_EINVAL, "layer '%s': padding is %d, which is not a padding", layer->name,
                              (int)attributes->padding);
    DNN_TRY(check_initializer(layer, "kernel_initializer", attributes->kernel_initializer));
    DNN_TRY(check_initializer(layer, "pointwise_initializer", attributes->pointwise_initializer));
    DNN_TRY(check_initializer(layer, "bias_initializer", attributes->bias_initializer));
    return check_penalties(layer);
}

digitnet_status digitnet__layer_check_image(const digitnet__layer *layer) {
    digitnet__shape input = layer->inputs[0].shape;
    if (!input.flat)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ESHAPE,
                          "layer '%s': its input is flat (%s values); it requires rows, columns and channels",
                          layer->name, digitnet__shape_text(input).text);
}

digitnet_status digitnet__layer_check_epsilon(const digitnet__layer *layer) {
    double epsilon = layer->attributes.epsilon;
    if (epsilon > 0 && epsilon <= (double)FLT_MAX)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EINVAL, "layer '%s': epsilon is %s; it must be finite and above 0", layer->name,
                          digitnet__number_text(epsilon).text);
}

digitnet_status digitnet__layer_keep_shape(digitnet__layer *layer) {
    layer->output = layer->inputs[0].shape;
    return DIGITNET_OK;
}

digitnet__bound digitnet__layer_keep_bound(const digitnet__layer *layer, const digitnet__bound *inputs,
                                           const float *const *tensors) {
    (void)layer;
    (void)tensors;
    return inputs[0];
}

static double sum_of_magnitudes(const float *values, size_t count) {
    double sums[4] = {0}; /* which the processor adds to at the same time */
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (size_t k = 0; k < 4; k++)
            sums[k] += fabs((double)values[i + k]);
    for (; i < count; i++)
        sums[0] += fabs((double)values[i]);
    return sums[0] + sums[1] + sums[2] + sums[3];
}

double digitnet__layer_greatest_output(const float *values, const digitnet__tensor *tensor) {
    double greatest = 0;
    for (size_t output = 0; output < tensor->outputs; output++) {
        double sum = sum_of_magnitudes(values + output * tensor->inputs, tensor->inputs);
        greatest = sum > greatest ? sum : greatest;
    }
    return greatest;
}

digitnet__bound digitnet__layer_weighted_bound(const digitnet__layer *layer, const digitnet__bound *inputs,
                                               const float *const *tensors) {
    double factor = digitnet__layer_greatest_output(tensors[DNN_KERNEL], &layer->tensors[DNN_KERNEL]);
    double bias =
        layer->tensor_count > 1 ? digitnet__layer_greatest_output(tensors[DNN_BIAS], &layer->tensors[DNN_BIAS]) : 0;
    return (digitnet__bound){.gain = inputs[0].gain * factor, .offset = inputs[0].offset * factor + bias};
}

bool digitnet__layer_has_own_activation(const digitnet__layer *layer) {
    return layer->attributes.activation != DIGITNET_ACTIVATION_LINEAR && layer->kind != &digitnet__layer_activation;
}
