#include "layers/layer.h"

#include "core/memory.h"
#include "core/status.h"

#include <stdint.h>

static void set_dimensions(digitnet__tensor *tensor, const size_t *dimensions, size_t rank) {
    tensor->rank = rank;
    for (size_t i = 0; i < 4; i++)
        tensor->dimensions[i] = i < rank ? dimensions[i] : 1;
}

bool digitnet__layer_book_tensors(digitnet__layer *layer, const size_t *dimensions, size_t rank, bool no_bias) {
    digitnet__tensor *kernel = &layer->tensors[DNN_KERNEL];
    set_dimensions(kernel, dimensions, rank);
    kernel->is_kernel = true;
    kernel->outputs = dimensions[rank - 1];
    size_t window;
    /* Glorot's fans count every tap: inputs x window and outputs x window. */
    if (!digitnet__size_product(&window, dimensions, rank - 2) ||
        !digitnet__size_product(&kernel->inputs, dimensions, rank - 1) ||
        !digitnet__size_multiply(&kernel->values, kernel->inputs, kernel->outputs))
        return false;
    kernel->fan_out = kernel->outputs * window; /* at most `values`, with one input */
    kernel->fan_in = kernel->inputs;
    layer->tensor_count = 1;
    layer->parameters = kernel->values;
    if (no_bias)
        return true;
    digitnet__tensor *bias = &layer->tensors[DNN_BIAS];
    set_dimensions(bias, &kernel->outputs, 1);
    bias->outputs = bias->values = kernel->outputs;
    bias->inputs = 1;
    layer->tensor_count = 2;
    return digitnet__size_add(&layer->parameters, kernel->values, bias->values);
}

digitnet_status digitnet__layer_check_stride(const digitnet__layer *layer, size_t height, size_t width) {
    if (height <= INT32_MAX && width <= INT32_MAX)
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ELIMIT, "layer '%s': stride %zux%zu; %d is the most", layer->name, height, width,
                          INT32_MAX);
}

bool digitnet__layer_count_multiply_adds(digitnet__layer *layer, size_t positions) {
    return digitnet__size_multiply(&layer->multiply_adds, layer->tensors[DNN_KERNEL].values, positions);
}

size_t digitnet__window_output(size_t *before, size_t *after, size_t input, size_t size, size_t stride,
                               digitnet_padding padding) {
    *before = *after = 0;
    if (padding == DIGITNET_PADDING_VALID)
        return input < size ? 0 : (input - size) / stride + 1;
    size_t output = (input - 1) / stride + 1;
    size_t covered =
        (output - 1) * stride; /* below input, so that only the window's own size can exceed the range of size_t */
    size_t inside = input - covered;
    size_t missing = size > inside ? size - inside : 0;
    *before = missing / 2;
    *after = missing - missing / 2;
    return output;
}

const char *digitnet__activation_name(digitnet_activation activation) {
    switch (activation) {
    case DIGITNET_ACTIVATION_LINEAR:
        return "linear";
    case DIGITNET_ACTIVATION_RELU:
        return "relu";
    case DIGITNET_ACTIVATION_SOFTMAX:
        return "softmax";
    }
    return NULL;
}
