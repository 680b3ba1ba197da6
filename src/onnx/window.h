/* The attributes that convolutions and pools share: a window, its strides, its padding. */
#ifndef DNN_ONNX_WINDOW_H
#define DNN_ONNX_WINDOW_H

#include "layers/layer.h"
#include "onnx/node.h"

/* Places in the list of attributes of an operator with a window, whose own ones follow. */
enum {
    DNN_WINDOW_KERNEL_SHAPE,
    DNN_WINDOW_STRIDES,
    DNN_WINDOW_PADS,
    DNN_WINDOW_DILATIONS,
    DNN_WINDOW_AUTO_PAD,
    DNN_WINDOW_ATTRIBUTES
};

typedef struct dnn_onnx_window {
    size_t size[2], stride[2]; /* rows, columns */
    digitnet_padding padding;
} dnn_onnx_window;

/* In the order of the attributes: kernel_shape and so on, with padding spelled out, since some readers know nothing
 * else. */
void dnn_onnx_write_window(dnn_wire_writer *writer, const dnn_onnx_window *window, dnn_shape input);

void dnn_onnx_window_defaults(dnn_onnx_attribute attributes[DNN_WINDOW_ATTRIBUTES]);
/* From attributes that have been read. Without a kernel_shape the window's size is as it was given. EUNSUPPORTED for
 * padding that is neither VALID nor SAME of this library, and for dilations. */
digitnet_status dnn_onnx_read_window(dnn_onnx_window *window, const dnn_onnx_node *node,
                                     const dnn_onnx_attribute attributes[DNN_WINDOW_ATTRIBUTES], dnn_shape input);

#endif
