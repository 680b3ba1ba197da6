/* Stochastic gradient descent with momentum (Polyak 1964) or Nesterov's (Sutskever et al. 2013), in Keras's form:
 *     u <- momentum u - lr g
 *     w <- w + u, or with Nesterov's w <- w + momentum u - lr g */
#include "optimizer/rules.h"

static const char *slot(const digitnet__optimizer_settings *settings, size_t index) {
    return settings->momentum > 0 && index == 0 ? "velocity" : NULL;
}

static void update(const digitnet__kernels *kernels, const digitnet__optimizer_settings *settings,
                   const digitnet__optimizer_step *step, const digitnet__optimizer_memory *memory, size_t offset,
                   size_t count) {
    digitnet__sgd sgd = {.learning_rate = (float)step->learning_rate,
                         .momentum = (float)settings->momentum,
                         .nesterov = settings->nesterov};
    float *velocity = settings->momentum > 0 ? memory->state + offset : NULL;
    kernels->sgd(memory->parameters + offset, velocity, memory->gradients + offset, count, &sgd);
}

const digitnet__optimizer_rule digitnet__optimizer_sgd = {
    .id = DIGITNET_OPTIMIZER_SGD, .name = "sgd", .learning_rate = 0.01, .slot = slot, .update = update};
