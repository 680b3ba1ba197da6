/* The average of the weights over the steps of a training. */
#ifndef DNN_TRAINING_AVERAGE_H
#define DNN_TRAINING_AVERAGE_H

#include "model/model.h"

/* The average is the weights, where one is kept. */
void digitnet__average_begin(digitnet_model *model);
/* Exchanges the weights with their average, which there is; a second time brings them back, bit for bit. */
void digitnet__average_swap(digitnet_model *model);

#endif
