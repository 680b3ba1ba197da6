/* Tensors in the file. */
#ifndef DNN_ONNX_TENSOR_H
#define DNN_ONNX_TENSOR_H

#include "core/shape.h"
#include "onnx/wire.h"

enum { DNN_ONNX_RANK_MAX = 4 };

/* "NAME/SUFFIX", the form of all names that we write: layers' own names have no '/'. */
typedef struct digitnet__onnx_name {
    char text[160];
} digitnet__onnx_name;
digitnet__onnx_name digitnet__onnx_join(const char *name, const char *suffix);

/* A scalar of type double, written so that OpenCV reads it too. */
void digitnet__onnx_write_scalar(digitnet__wire_writer *writer, const char *name, double value);

/* A row of sizes, as int64, and one of floats: constant inputs of operators. */
void digitnet__onnx_write_sizes(digitnet__wire_writer *writer, const char *name, const size_t *values, size_t count);
void digitnet__onnx_write_floats(digitnet__wire_writer *writer, const char *name, const float *values, size_t count);
/* A vector of float, all of one value. */
void digitnet__onnx_write_filled(digitnet__wire_writer *writer, const char *name, size_t count, float value);

/* A tensor of float as it stands in a file, checked to hold exactly its `values` numbers. */
typedef struct digitnet__onnx_tensor {
    digitnet__wire_view name, message;
    size_t dimensions[DNN_ONNX_RANK_MAX];
    size_t rank;
    size_t values;
    uint32_t data_field;
} digitnet__onnx_tensor;

/* EUNSUPPORTED for values of another type, and for those that stand in another file or in segments. */
digitnet_status digitnet__onnx_parse_tensor(digitnet__onnx_tensor *tensor, digitnet__wire_view message);
digitnet_status digitnet__onnx_fail_tensor(digitnet_status status, const digitnet__onnx_tensor *tensor,
                                           const char *what);
/* "5x3x3x2", "scalar" for rank 0. */
digitnet__onnx_name digitnet__onnx_dimensions_text(const size_t *dimensions, size_t rank);

/* Goes over a parsed tensor's values, wherever its data lie. No more of them may be asked for than it has. */
typedef struct digitnet__onnx_cursor {
    digitnet__wire_reader reader;
    uint32_t data_field;
    const unsigned char *at, *end;
} digitnet__onnx_cursor;

digitnet__onnx_cursor digitnet__onnx_begin_values(const digitnet__onnx_tensor *tensor);
float digitnet__onnx_next_value(digitnet__onnx_cursor *cursor);

/* The initializers of a graph. */
typedef struct digitnet__onnx_initializer {
    digitnet__wire_view name, message;
} digitnet__onnx_initializer;

typedef struct digitnet__onnx_initializers {
    digitnet__onnx_initializer *entries;
    size_t count;
} digitnet__onnx_initializers;

/* Appends one; the room for it has been allocated. */
digitnet_status digitnet__onnx_add_initializer(digitnet__onnx_initializers *initializers, digitnet__wire_view message);
/* NULL where there is none. */
const digitnet__onnx_initializer *digitnet__onnx_find_initializer(const digitnet__onnx_initializers *initializers,
                                                                  digitnet__wire_view name);

#endif
