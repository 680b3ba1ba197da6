/* What a model's images mean: what its first layers make of their values. */
#ifndef DNN_MODEL_INPUT_LINE_H
#define DNN_MODEL_INPUT_LINE_H

#include "engine/network.h"

/* What the rescalings and normalizations at the network's front do to a channel's values; 1 and 0 where there are none.
 */
digitnet__line digitnet__input_line(const digitnet__network *network, size_t channel);

#endif
