/* Adam (Kingma and Ba 2015, section 2, last paragraph), in Keras's form:
 *     m <- b1 m + (1 - b1) g
 *     v <- b2 v + (1 - b2) g^2
 *     w <- w - lr sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + eps) */
#include "optimizer/rules.h"

#include <math.h>

static size_t slots(const digitnet__optimizer_settings *settings) {
    (void)settings;
    return 2;
}

static void update(const digitnet__kernels *kernels, const digitnet__optimizer_settings *settings, uint64_t step,
                   const digitnet__optimizer_memory *memory, size_t offset, size_t count) {
    double t = (double)step;
    double correction = sqrt(1 - pow(settings->beta_2, t)) / (1 - pow(settings->beta_1, t));
    digitnet__adam adam = {.step_size = (float)(settings->learning_rate * correction),
                           .beta_1 = (float)settings->beta_1,
                           .beta_2 = (float)settings->beta_2,
                           .epsilon = (float)settings->epsilon};
    float *m = memory->state + offset, *v = m + memory->count;
    kernels->adam(memory->parameters + offset, m, v, memory->gradients + offset, count, &adam);
}

const digitnet__optimizer_rule digitnet__optimizer_adam = {
    .name = "adam", .slots = slots, .slot_names = {"m", "v"}, .update = update};
