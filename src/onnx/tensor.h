/* Tensors in the file. There, a convolution's kernel is filters x channels x rows x columns; in memory filters x rows x
 * columns x channels (layers/layer.h). Dense kernels, units x inputs, and biases are the same in both. */
#ifndef DNN_ONNX_TENSOR_H
#define DNN_ONNX_TENSOR_H

#include "layers/layer.h"
#include "onnx/wire.h"

enum { DNN_ONNX_RANK_MAX = 4 };

/* "NAME/SUFFIX", the form of all names that we write: layers' own names have no '/'. */
typedef struct digitnet__onnx_name {
    char text[160];
} digitnet__onnx_name;
digitnet__onnx_name digitnet__onnx_join(const char *name, const char *suffix);

/* Writes `memory`, which has the layout of the parameters, as an initializer. */
void digitnet__onnx_write_tensor(digitnet__wire_writer *writer, const char *name, const digitnet__tensor *tensor,
                                 const float *memory);
/* A scalar of type double, written so that OpenCV reads it too. */
void digitnet__onnx_write_scalar(digitnet__wire_writer *writer, const char *name, double value);

/* A tensor as it stands in a file, checked to hold exactly its `values` numbers. */
typedef struct digitnet__onnx_tensor {
    digitnet__wire_view name, message;
    size_t dimensions[DNN_ONNX_RANK_MAX];
    size_t rank;
    size_t values;
    uint64_t data_type; /* DNN_DATA_FLOAT or DNN_DATA_DOUBLE */
    uint32_t data_field;
} digitnet__onnx_tensor;

digitnet_status digitnet__onnx_parse_tensor(digitnet__onnx_tensor *tensor, digitnet__wire_view message);
/* EFORMAT where the file's tensor is not the one that the layer needs. */
digitnet_status digitnet__onnx_match_tensor(const digitnet__onnx_tensor *file, const digitnet__tensor *tensor);
/* Reads a matching tensor into memory's layout. EFORMAT for a value that is not finite. */
digitnet_status digitnet__onnx_read_tensor(float *memory, const digitnet__onnx_tensor *file,
                                           const digitnet__tensor *tensor);
digitnet_status digitnet__onnx_read_scalar(double *value, const digitnet__onnx_tensor *file);

/* The initializers of a graph, each to be used once. */
typedef struct digitnet__onnx_initializer {
    digitnet__wire_view name, message;
    bool used;
} digitnet__onnx_initializer;

typedef struct digitnet__onnx_initializers {
    digitnet__onnx_initializer *entries;
    size_t count;
} digitnet__onnx_initializers;

/* Appends one; the room for it has been allocated. */
digitnet_status digitnet__onnx_add_initializer(digitnet__onnx_initializers *initializers, digitnet__wire_view message);
/* NULL where there is none. */
digitnet__onnx_initializer *digitnet__onnx_find_initializer(const digitnet__onnx_initializers *initializers,
                                                            digitnet__wire_view name);

#endif
