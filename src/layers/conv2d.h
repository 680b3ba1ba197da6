/* The ways to run a convolution. */
#ifndef DNN_LAYERS_CONV2D_H
#define DNN_LAYERS_CONV2D_H

#include "kernels/kernels.h"
#include "layers/layer.h"
#include "layers/step.h"

digitnet__conv2d_shape digitnet__layer_conv2d_shape(const digitnet__layer *layer);
/* NULL where the layer has none; `parameters` are the step's own. */
static inline const float *digitnet__conv2d_bias(const digitnet__step *step, const float *parameters) {
    const digitnet__layer *layer = step->layers;
    return layer->as.conv2d.no_bias ? NULL : parameters + layer->tensors[DNN_KERNEL].values;
}

/* By im2col and a matrix product: every shape. False where a size overflows. */
bool digitnet__conv2d_plan_general(digitnet__step *step);
/* A convolution with ReLU and, where one follows that it can serve, the max pool behind it, by tiles and without
 * im2col. */
bool digitnet__conv2d_can_fuse(const digitnet__step *step);
bool digitnet__conv2d_plan_fused(digitnet__step *step, size_t available);

#endif
