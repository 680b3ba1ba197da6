/* How far the values of a network are from overflow. */
#ifndef DNN_INFERENCE_HEADROOM_H
#define DNN_INFERENCE_HEADROOM_H

#include "model/network.h"

/* The magnitude up to which an image's values cannot overflow in any layer; negative where they may at any. */
float digitnet__safe_magnitude(const digitnet__network *network);

#endif
