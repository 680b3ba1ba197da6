/* The pooling that a layer describes. */
#ifndef DNN_LAYERS_MAX_POOL2D_H
#define DNN_LAYERS_MAX_POOL2D_H

#include "kernels/kernels.h"
#include "layers/layer.h"

dnn_pool2d_shape dnn_max_pool2d_shape(const dnn_layer *layer);

#endif
