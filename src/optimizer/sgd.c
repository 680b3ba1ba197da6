/* Stochastic gradient descent with momentum (Polyak 1964) or Nesterov's (Sutskever et al. 2013), in Keras's form:
 *     u <- momentum u - lr g
 *     w <- w + u, or with Nesterov's w <- w + momentum u - lr g */
#include "optimizer/rules.h"

static size_t slots(const digitnet__optimizer_settings *settings) {
    return settings->momentum > 0 ? 1 : 0;
}

static void update(const digitnet__kernels *kernels, const digitnet__optimizer_settings *settings, uint64_t step,
                   const digitnet__optimizer_memory *memory, size_t offset, size_t count) {
    (void)step;
    digitnet__sgd sgd = {.learning_rate = (float)settings->learning_rate,
                         .momentum = (float)settings->momentum,
                         .nesterov = settings->nesterov};
    float *velocity = settings->momentum > 0 ? memory->state + offset : NULL;
    kernels->sgd(memory->parameters + offset, velocity, memory->gradients + offset, count, &sgd);
}

const digitnet__optimizer_rule digitnet__optimizer_sgd = {
    .name = "sgd", .slots = slots, .slot_names = {"velocity"}, .update = update};
