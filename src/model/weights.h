/* Drawing initial weights. */
#ifndef DNN_MODEL_WEIGHTS_H
#define DNN_MODEL_WEIGHTS_H

#include "model/network.h"

/* Kernels Glorot uniform, each from the seed and its own index; biases stay zero. */
void digitnet__network_draw_weights(digitnet__network *network, uint64_t seed);

#endif
