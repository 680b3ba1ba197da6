/* Adam (Kingma and Ba 2015, section 2, last paragraph), in Keras's form:
 *     m <- b1 m + (1 - b1) g
 *     v <- b2 v + (1 - b2) g^2
 *     w <- w - lr sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + eps)
 * PyTorch adds its epsilon to the root of the corrected v, which is here eps sqrt(1 - b2^t). AdamW (Loshchilov and
 * Hutter 2019) is Adam with a weight decay that is no part of the gradient. */
#include "optimizer/rules.h"

#include <math.h>

const char *digitnet__optimizer_moment(const digitnet__optimizer_settings *settings, size_t index) {
    static const char *const names[] = {"m", "v"};
    (void)settings;
    return index < 2 ? names[index] : NULL;
}

static void update(const digitnet__kernels *kernels, const digitnet__optimizer_settings *settings,
                   const digitnet__optimizer_step *step, const digitnet__optimizer_memory *memory, size_t offset,
                   size_t count) {
    double t = (double)step->number, root = sqrt(1 - pow(settings->beta_2, t));
    double correction = root / (1 - pow(settings->beta_1, t));
    double epsilon = settings->pytorch_epsilon ? settings->epsilon * root : settings->epsilon;
    digitnet__adam adam = {.step_size = (float)(step->learning_rate * correction),
                           .beta_1 = digitnet__decay_of(settings->beta_1),
                           .beta_2 = digitnet__decay_of(settings->beta_2),
                           .epsilon = digitnet__epsilon_of(epsilon)};
    float *m = memory->state + offset, *v = m + memory->count;
    kernels->adam(memory->parameters + offset, m, v, memory->gradients + offset, count, &adam);
}

const digitnet__optimizer_rule digitnet__optimizer_adam = {.id = DIGITNET_OPTIMIZER_ADAM,
                                                           .name = "adam",
                                                           .learning_rate = 0.001,
                                                           .slot = digitnet__optimizer_moment,
                                                           .update = update};

const digitnet__optimizer_rule digitnet__optimizer_adamw = {.id = DIGITNET_OPTIMIZER_ADAMW,
                                                            .name = "adamw",
                                                            .learning_rate = 0.001,
                                                            .weight_decay = 0.004,
                                                            .slot = digitnet__optimizer_moment,
                                                            .update = update};
