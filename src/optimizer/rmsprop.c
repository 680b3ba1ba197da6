/* RMSprop (Tieleman and Hinton 2012; centered: Graves 2013, section 2.1), in Keras's form:
 *     v <- rho v + (1 - rho) g^2
 *     a <- rho a + (1 - rho) g, or without centering 0
 *     u <- momentum u + lr g / sqrt(v - a^2 + eps)
 *     w <- w - u
 * PyTorch has its epsilon outside of the root. */
#include "optimizer/rules.h"

static const char *slot(const digitnet__optimizer_settings *settings, size_t index) {
    const char *names[3] = {"velocity"};
    size_t count = 1;
    if (settings->momentum > 0)
        names[count++] = "momentum";
    if (settings->centered)
        names[count++] = "average_gradient";
    return index < count ? names[index] : NULL;
}

static void update(const digitnet__kernels *kernels, const digitnet__optimizer_settings *settings,
                   const digitnet__optimizer_step *step, const digitnet__optimizer_memory *memory, size_t offset,
                   size_t count) {
    float epsilon = digitnet__epsilon_of(settings->epsilon);
    digitnet__rmsprop rmsprop = {.learning_rate = (float)step->learning_rate,
                                 .rho = digitnet__decay_of(settings->rho),
                                 .momentum = (float)settings->momentum,
                                 .epsilon_inside = settings->pytorch_epsilon ? 0 : epsilon,
                                 .epsilon_outside = settings->pytorch_epsilon ? epsilon : 0};
    float *velocity = memory->state + offset;
    float *momentum = settings->momentum > 0 ? velocity + memory->count : NULL;
    float *average = settings->centered ? velocity + (momentum ? 2 : 1) * memory->count : NULL;
    kernels->rmsprop(memory->parameters + offset, velocity, momentum, average, memory->gradients + offset, count,
                     &rmsprop);
}

const digitnet__optimizer_rule digitnet__optimizer_rmsprop = {
    .id = DIGITNET_OPTIMIZER_RMSPROP, .name = "rmsprop", .learning_rate = 0.001, .slot = slot, .update = update};
