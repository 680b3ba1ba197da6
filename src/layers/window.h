/* What convolutions and pooling share: a window, its strides, its padding, and how these stand in a file. */
#ifndef DNN_LAYERS_WINDOW_H
#define DNN_LAYERS_WINDOW_H

#include "layers/layer.h"

/* What the options of all convolutions and pools have alike, as attributes. */
#define DNN_WINDOW_ATTRIBUTES(own)                                                                      \
    .stride_height = (own).stride_height, .stride_width = (own).stride_width, .padding = (own).padding, \
    .top = (own).top, .bottom = (own).bottom, .left = (own).left, .right = (own).right

/* The rows or columns from a window's first tap to its last, both included. */
size_t digitnet__window_span(size_t size, size_t dilation);
/* The rows or columns that a window of `size` moved by `stride` gives over `input`, and the padding before and after
 * it, which of explicit padding is there already, and else is set. 0 where the window does not fit. */
size_t digitnet__window_output(size_t *before, size_t *after, size_t input, size_t size, size_t stride,
                               digitnet_padding padding);
/* EINVAL for a size of 0 and for rows or columns of padding that is not explicit, ELIMIT for a stride or a dilation
 * that a model file cannot hold, and for a span or an input with its padding that is as large. */
digitnet_status digitnet__window_check(const digitnet__layer *layer);
/* Likewise, of kinds whose windows have no dilation: only a file can say that they have one. */
digitnet_status digitnet__window_check_undilated(const digitnet__layer *layer);

/* ESHAPE where the output that has been set from it has no rows or columns; `what`: "kernel". */
digitnet_status digitnet__window_check_fit(const digitnet__layer *layer, const char *what);

/* kernel_shape, strides and pads; padding is spelled out, since some readers know nothing else. */
void digitnet__window_write(digitnet__wire_writer *writer, const digitnet__layer *layer);
/* The same for a window that moves over another image than the layer's input. */
void digitnet__window_write_over(digitnet__wire_writer *writer, const digitnet__layer *layer, digitnet__shape image);

#endif
