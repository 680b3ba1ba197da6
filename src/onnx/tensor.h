/* Tensors in the file. There, a convolution's kernel is filters x channels x rows x columns; in memory filters x rows x
 * columns x channels (layers/layer.h). Dense kernels, units x inputs, and biases are the same in both. */
#ifndef DNN_ONNX_TENSOR_H
#define DNN_ONNX_TENSOR_H

#include "layers/layer.h"
#include "onnx/wire.h"

enum { DNN_ONNX_RANK_MAX = 4 };

/* "NAME/SUFFIX", the form of all names that we write: layers' own names have no '/'. */
typedef struct dnn_onnx_name {
    char text[160];
} dnn_onnx_name;
dnn_onnx_name dnn_onnx_join(const char *name, const char *suffix);

/* Writes `memory`, which has the layout of the parameters, as an initializer. */
void dnn_onnx_write_tensor(dnn_wire_writer *writer, const char *name, const dnn_tensor *tensor, const float *memory);
/* A scalar of type double, written so that OpenCV reads it too. */
void dnn_onnx_write_scalar(dnn_wire_writer *writer, const char *name, double value);

/* A tensor as it stands in a file, checked to hold exactly its `values` numbers. */
typedef struct dnn_onnx_tensor {
    dnn_wire_view name, message;
    size_t dimensions[DNN_ONNX_RANK_MAX];
    size_t rank;
    size_t values;
    uint64_t data_type; /* DNN_DATA_FLOAT or DNN_DATA_DOUBLE */
    uint32_t data_field;
} dnn_onnx_tensor;

digitnet_status dnn_onnx_parse_tensor(dnn_onnx_tensor *tensor, dnn_wire_view message);
/* EFORMAT where the file's tensor is not the one that the layer needs. */
digitnet_status dnn_onnx_match_tensor(const dnn_onnx_tensor *file, const dnn_tensor *tensor);
/* Reads a matching tensor into memory's layout. EFORMAT for a value that is not finite. */
digitnet_status dnn_onnx_read_tensor(float *memory, const dnn_onnx_tensor *file, const dnn_tensor *tensor);
digitnet_status dnn_onnx_read_scalar(double *value, const dnn_onnx_tensor *file);

/* The initializers of a graph, each to be used once. */
typedef struct dnn_onnx_initializer {
    dnn_wire_view name, message;
    bool used;
} dnn_onnx_initializer;

typedef struct dnn_onnx_initializers {
    dnn_onnx_initializer *entries;
    size_t count;
} dnn_onnx_initializers;

/* Appends one; the room for it has been allocated. */
digitnet_status dnn_onnx_add_initializer(dnn_onnx_initializers *initializers, dnn_wire_view message);
/* NULL where there is none. */
dnn_onnx_initializer *dnn_onnx_find_initializer(const dnn_onnx_initializers *initializers, dnn_wire_view name);

#endif
