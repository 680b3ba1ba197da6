/* Two trainings that stand where the same steps have brought them. */
#ifndef SAME_TRAINING_H
#define SAME_TRAINING_H

#include "digitnet/digitnet.h"

/* All that a training moves: weights, state, the optimizer's moments, the learning rate, and the place. */
void check_same_training(const digitnet_model *a, const digitnet_model *b);

#endif
