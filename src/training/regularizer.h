/* Penalties on weights, which layers ask for: l1 times the sum of |w| and l2 times the sum of w^2 over a tensor, as
 * Keras's regularizers. They are part of the loss. */
#ifndef DNN_TRAINING_REGULARIZER_H
#define DNN_TRAINING_REGULARIZER_H

#include "engine/network.h"
#include "engine/pass.h"

/* The sum over all tensors that are trained, in one order. */
double digitnet__penalty(const digitnet__network *network);
/* Adds the penalties' gradient, l1 sign(w) + 2 l2 w, to that of one task's block. */
void digitnet__regularize_block(const digitnet__pass *pass, digitnet__gradient_task task);

#endif
