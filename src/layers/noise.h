/* What layers share that apply noise to their values while training, and do nothing in inference: all kinds of dropout,
 * and Gaussian noise. */
#ifndef DNN_LAYERS_NOISE_H
#define DNN_LAYERS_NOISE_H

#include "core/random.h"
#include "layers/op.h"

/* Applies noise to the values of one sample. */
typedef void (*digitnet__noise_fn)(const digitnet__op *op, float *to, const float *from, digitnet__random *random);

/* Does so for all of a range. What is drawn depends on the sample's seed and the layer's place alone: the backward pass
 * draws the same again, so that nothing is kept for it. */
void digitnet__noise_apply(const digitnet__op *op, const digitnet__op_range *range, float *to, const float *from,
                           digitnet__noise_fn apply);
/* The same shape as the input. EINVAL for a rate below 0, or of 1 and more. */
digitnet_status digitnet__dropout_infer_shape(digitnet__layer *layer);
/* A node that passes the values as they are. */
void digitnet__noise_write(digitnet__onnx_nodes *nodes, const digitnet__layer *layer);

#endif
