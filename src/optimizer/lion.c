/* Lion (Chen et al. 2023, algorithm 2):
 *     w <- w - lr sign(b1 m + (1 - b1) g)
 *     m <- b2 m + (1 - b2) g */
#include "optimizer/rules.h"

static const char *slot(const digitnet__optimizer_settings *settings, size_t index) {
    (void)settings;
    return index == 0 ? "m" : NULL;
}

static void update(const digitnet__kernels *kernels, const digitnet__optimizer_settings *settings,
                   const digitnet__optimizer_step *step, const digitnet__optimizer_memory *memory, size_t offset,
                   size_t count) {
    digitnet__lion lion = {.learning_rate = (float)step->learning_rate,
                           .beta_1 = digitnet__decay_of(settings->beta_1),
                           .beta_2 = digitnet__decay_of(settings->beta_2)};
    kernels->lion(memory->parameters + offset, memory->state + offset, memory->gradients + offset, count, &lion);
}

const digitnet__optimizer_rule digitnet__optimizer_lion = {
    .id = DIGITNET_OPTIMIZER_LION, .name = "lion", .learning_rate = 0.001, .slot = slot, .update = update};
