#include "layers/tensor_onnx.h"

#include "core/status.h"
#include "onnx/schema.h"

#include <math.h>
#include <string.h>

static bool is_convolution(const digitnet__tensor *tensor) {
    return tensor->layout == DNN_LAYOUT_OUTPUTS_LAST && tensor->rank == 4;
}

static size_t taps_of(const digitnet__tensor *kernel) {
    return kernel->dimensions[0] * kernel->dimensions[1];
}

/* 1 x 1 x channels, which are channels x 1 x 1 in the file. */
static bool is_of_channels(const digitnet__tensor *tensor) {
    return tensor->rank == 3 && tensor->dimensions[0] == 1 && tensor->dimensions[1] == 1;
}

/* The dimensions that a tensor has in the file; returns their number. */
static size_t file_dimensions(size_t *dimensions, const digitnet__tensor *tensor) {
    if (is_convolution(tensor)) {
        const size_t *user = tensor->dimensions; /* rows x columns x ... */
        size_t channels = tensor->inputs / taps_of(tensor);
        memcpy(dimensions, (size_t[]){tensor->outputs, channels, user[0], user[1]}, 4 * sizeof *dimensions);
    } else if (is_of_channels(tensor)) {
        memcpy(dimensions, (size_t[]){tensor->values, 1, 1}, 3 * sizeof *dimensions);
    } else if (tensor->layout == DNN_LAYOUT_OUTPUTS_LAST) {
        dimensions[0] = tensor->outputs;
        dimensions[1] = tensor->inputs;
    } else {
        memcpy(dimensions, tensor->dimensions, tensor->rank * sizeof *dimensions);
    }
    return tensor->rank;
}

/* The place in memory, within one output's row, of the file's value at `index` within it: from channels x taps to taps
 * x channels. */
static size_t memory_index(const digitnet__tensor *tensor, size_t index) {
    if (!is_convolution(tensor))
        return index;
    size_t taps = taps_of(tensor);
    return index % taps * (tensor->inputs / taps) + index / taps;
}

void digitnet__tensor_write(digitnet__wire_writer *writer, const char *name, const digitnet__tensor *tensor,
                            const float *memory) {
    size_t dimensions[DNN_ONNX_RANK_MAX];
    size_t rank = file_dimensions(dimensions, tensor);
    size_t begin = digitnet__wire_begin(writer, DNN_GRAPH_INITIALIZER);
    for (size_t i = 0; i < rank; i++)
        digitnet__wire_put_varint(writer, DNN_TENSOR_DIMS, dimensions[i]);
    digitnet__wire_put_varint(writer, DNN_TENSOR_DATA_TYPE, DNN_DATA_FLOAT);
    digitnet__wire_put_string(writer, DNN_TENSOR_NAME, name);
    /* `values` floats stand in memory, so that their bytes fit in a size_t. */
    unsigned char *data = digitnet__wire_put_bytes(writer, DNN_TENSOR_RAW_DATA, tensor->values * sizeof(float));
    for (size_t output = 0; data && output < tensor->outputs; output++)
        for (size_t i = 0; i < tensor->inputs; i++, data += sizeof(float))
            digitnet__wire_store_float(data, memory[output * tensor->inputs + memory_index(tensor, i)]);
    digitnet__wire_end(writer, begin);
}

digitnet_status digitnet__tensor_match(const digitnet__onnx_tensor *file, const digitnet__tensor *tensor) {
    size_t dimensions[DNN_ONNX_RANK_MAX];
    size_t rank = file_dimensions(dimensions, tensor);
    if (rank != file->rank || memcmp(dimensions, file->dimensions, rank * sizeof *dimensions) != 0) {
        return digitnet__fail(DIGITNET_EFORMAT, "initializer '%s' at byte %zu is %s; the layer requires %s",
                              digitnet__wire_printable(file->name).text, file->message.offset,
                              digitnet__onnx_dimensions_text(file->dimensions, file->rank).text,
                              digitnet__onnx_dimensions_text(dimensions, rank).text);
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__tensor_read(float *memory, const digitnet__onnx_tensor *file,
                                      const digitnet__tensor *tensor) {
    digitnet__onnx_cursor data = digitnet__onnx_begin_values(file);
    for (size_t output = 0; output < tensor->outputs; output++) {
        for (size_t i = 0; i < tensor->inputs; i++) {
            float value = digitnet__onnx_next_value(&data);
            if (!isfinite(value))
                return digitnet__onnx_fail_tensor(DIGITNET_EFORMAT, file, "a value is not finite");
            memory[output * tensor->inputs + memory_index(tensor, i)] = value;
        }
    }
    return DIGITNET_OK;
}
