/* Passes over a whole batch, one range after the other, as training runs them. */
#ifndef DIGITNET_TESTS_PASSES_H
#define DIGITNET_TESTS_PASSES_H

#include "engine/pass.h"

void forward_batch(const digitnet__pass *pass, size_t count);
/* From the gradient of the outputs to the flat gradient. */
void backward_batch(const digitnet__pass *pass, size_t count);

#endif
