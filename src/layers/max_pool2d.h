/* The pooling that a layer describes. */
#ifndef DNN_LAYERS_MAX_POOL2D_H
#define DNN_LAYERS_MAX_POOL2D_H

#include "kernels/kernels.h"
#include "layers/layer.h"

digitnet__pool2d_shape digitnet__max_pool2d_shape(const digitnet__layer *layer);

#endif
