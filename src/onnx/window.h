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

typedef struct digitnet__onnx_window {
    size_t size[2], stride[2]; /* rows, columns */
    digitnet_padding padding;
} digitnet__onnx_window;

/* In the order of the attributes: kernel_shape and so on, with padding spelled out, since some readers know nothing
 * else. */
void digitnet__onnx_write_window(digitnet__wire_writer *writer, const digitnet__onnx_window *window,
                                 digitnet__shape input);

void digitnet__onnx_window_defaults(digitnet__onnx_attribute attributes[DNN_WINDOW_ATTRIBUTES]);
/* From attributes that have been read. Without a kernel_shape the window's size is as it was given. EUNSUPPORTED for
 * padding that is neither VALID nor SAME of this library, and for dilations. */
digitnet_status digitnet__onnx_read_window(digitnet__onnx_window *window, const digitnet__onnx_node *node,
                                           const digitnet__onnx_attribute attributes[DNN_WINDOW_ATTRIBUTES],
                                           digitnet__shape input);

#endif
