/* Batch normalization as other ops take it over. */
#ifndef DNN_LAYERS_BATCH_NORMALIZATION_H
#define DNN_LAYERS_BATCH_NORMALIZATION_H

#include "layers/op.h"

/* In inference it is y = scale x + shift for each channel: these, from the layer's parameters and state, for the
 * channels of a block, counted from the block's first. */
void digitnet__batch_normalization_affine(float *scale, float *shift, const digitnet__layer *layer,
                                          const float *parameters, const float *state, digitnet__op_block block);

#endif
