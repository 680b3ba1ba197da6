/* Gamma and beta, by which layers that normalize scale and move each channel again. Both are trained; attributes leave
 * out either. */
#ifndef DNN_LAYERS_AFFINE_H
#define DNN_LAYERS_AFFINE_H

#include "layers/layer.h"

/* Each is NULL where the layer has none. */
typedef struct digitnet__affine {
    const float *gamma, *beta;
} digitnet__affine;

/* Adds them to the layer's tensors, as the first ones. */
void digitnet__affine_add(digitnet__layer *layer);
/* Where they lie in the layer's parameters, or in the gradient by these. */
digitnet__affine digitnet__affine_of(const digitnet__layer *layer, const float *parameters);
/* The bound of what they make of normalized values, whose magnitude is `most` or less. */
digitnet__bound digitnet__affine_bound(const digitnet__layer *layer, const float *const *tensors, double most);
/* Writes their nodes, behind the last one. */
void digitnet__affine_write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer);
/* Whether the layer has neither, so that no nodes of theirs follow. */
bool digitnet__affine_is_left_out(const digitnet__layer *layer);

#endif
