/* What the four kinds of pooling share. */
#ifndef DNN_LAYERS_POOL2D_H
#define DNN_LAYERS_POOL2D_H

#include "layers/op.h"

/* Makes an op one that takes the maximum or the mean of each window; of the whole image where `global`. */
void digitnet__op_set_max_pool2d(digitnet__op *op, bool global);
void digitnet__op_set_average_pool2d(digitnet__op *op, bool global);

/* The windows of a layer: by its attributes, or one that is the whole image. */
digitnet__pool2d_shape digitnet__pool2d_of(const digitnet__layer *layer);
digitnet__pool2d_shape digitnet__pool2d_global(const digitnet__layer *layer);

/* For infer_shape. */
digitnet_status digitnet__pool2d_infer_shape(digitnet__layer *layer);
digitnet_status digitnet__pool2d_infer_global_shape(digitnet__layer *layer);

/* Sets the attributes of a builder's window, `pool` high; a width or a stride of 0 is the default. */
void digitnet__pool2d_set_window(digitnet__attributes *attributes, size_t pool);

/* Pooling of the whole image in a file: the node `global` keeps rows and columns, `reduce` does not. */
void digitnet__pool2d_write_global(digitnet__onnx_nodes *nodes, const digitnet__layer *layer, const char *global,
                                   const char *reduce);

#endif
