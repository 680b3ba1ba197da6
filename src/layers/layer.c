#include "layers/layer.h"

#include <stdint.h>

#include "core/memory.h"
#include "core/status.h"

static void set_dimensions(dnn_tensor *tensor, const size_t *dimensions, size_t rank) {
    tensor->rank = rank;
    for (size_t i = 0; i < 4; i++)
        tensor->dimensions[i] = i < rank ? dimensions[i] : 1;
}

bool dnn_layer_book_tensors(dnn_layer *layer, const size_t *dimensions, size_t rank, bool no_bias) {
    dnn_tensor *kernel = &layer->tensors[DNN_KERNEL];
    set_dimensions(kernel, dimensions, rank);
    kernel->is_kernel = true;
    kernel->outputs = dimensions[rank - 1];
    size_t window;
    /* Glorot's fans count every tap: inputs x window and outputs x window. */
    if (!dnn_size_product(&window, dimensions, rank - 2) || !dnn_size_product(&kernel->inputs, dimensions, rank - 1) ||
        !dnn_size_multiply(&kernel->values, kernel->inputs, kernel->outputs))
        return false;
    kernel->fan_out = kernel->outputs * window; /* at most `values`, with one input */
    kernel->fan_in = kernel->inputs;
    layer->tensor_count = 1;
    layer->parameters = kernel->values;
    if (no_bias)
        return true;
    dnn_tensor *bias = &layer->tensors[DNN_BIAS];
    set_dimensions(bias, &kernel->outputs, 1);
    bias->outputs = bias->values = kernel->outputs;
    bias->inputs = 1;
    layer->tensor_count = 2;
    return dnn_size_add(&layer->parameters, kernel->values, bias->values);
}

digitnet_status dnn_layer_check_stride(const dnn_layer *layer, size_t height, size_t width) {
    if (height <= INT32_MAX && width <= INT32_MAX)
        return DIGITNET_OK;
    return dnn_fail(DIGITNET_ELIMIT, "layer '%s': stride %zux%zu; %d is the most", layer->name, height, width,
                    INT32_MAX);
}

bool dnn_layer_count_multiply_adds(dnn_layer *layer, size_t positions) {
    return dnn_size_multiply(&layer->multiply_adds, layer->tensors[DNN_KERNEL].values, positions);
}

size_t dnn_window_output(size_t *before, size_t *after, size_t input, size_t size, size_t stride,
                         digitnet_padding padding) {
    *before = *after = 0;
    if (padding == DIGITNET_VALID)
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

const char *dnn_activation_name(digitnet_activation activation) {
    switch (activation) {
    case DIGITNET_LINEAR:
        return "linear";
    case DIGITNET_RELU:
        return "relu";
    case DIGITNET_SOFTMAX:
        return "softmax";
    }
    return NULL;
}
