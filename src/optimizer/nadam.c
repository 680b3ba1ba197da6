/* Nadam (Dozat 2016), Adam with Nesterov's momentum, whose momentum grows from about b1 / 2 to b1:
 *     u_t = b1 (1 - 0.96^(decay t) / 2), U_t = u_1 u_2 ... u_t
 *     m <- b1 m + (1 - b1) g
 *     v <- b2 v + (1 - b2) g^2
 *     w <- w - lr (u_(t+1) m / (1 - U_(t+1)) + (1 - u_t) g / (1 - U_t)) / (sqrt(v / (1 - b2^t)) + eps)
 * Keras has no decay (1), PyTorch 0.004. */
#include "optimizer/rules.h"

#include <math.h>

double digitnet__nadam_momentum(const digitnet__optimizer_settings *settings, uint64_t step) {
    return settings->beta_1 * (1 - 0.5 * pow(0.96, settings->momentum_decay * (double)step));
}

static void update(const digitnet__kernels *kernels, const digitnet__optimizer_settings *settings,
                   const digitnet__optimizer_step *step, const digitnet__optimizer_memory *memory, size_t offset,
                   size_t count) {
    double root = sqrt(1 - pow(settings->beta_2, (double)step->number));
    double now = digitnet__nadam_momentum(settings, step->number);
    double next = digitnet__nadam_momentum(settings, step->number + 1);
    double product = step->momentum_product, rate = step->learning_rate * root;
    digitnet__adam nadam = {.step_size = (float)(rate * next / (1 - product * next)),
                            .gradient_step = (float)(rate * (1 - now) / (1 - product)),
                            .beta_1 = digitnet__decay_of(settings->beta_1),
                            .beta_2 = digitnet__decay_of(settings->beta_2),
                            .epsilon = digitnet__epsilon_of(settings->epsilon * root)};
    float *m = memory->state + offset, *v = m + memory->count;
    kernels->adam(memory->parameters + offset, m, v, memory->gradients + offset, count, &nadam);
}

const digitnet__optimizer_rule digitnet__optimizer_nadam = {.id = DIGITNET_OPTIMIZER_NADAM,
                                                            .name = "nadam",
                                                            .learning_rate = 0.001,
                                                            .slot = digitnet__optimizer_moment,
                                                            .update = update};
