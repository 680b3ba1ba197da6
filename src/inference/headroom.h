/* How far the values of a network are from overflow. */
#ifndef DNN_INFERENCE_HEADROOM_H
#define DNN_INFERENCE_HEADROOM_H

#include "engine/network.h"

/* The magnitude up to which an image's values cannot overflow in any layer; negative where they may at any. */
digitnet_status digitnet__safe_magnitude(float *magnitude, const digitnet__network *network);

#endif
