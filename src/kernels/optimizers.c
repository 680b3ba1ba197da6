/* What training does to the flat blocks of weights and gradients. Plain loops, which the compiler makes vectors of,
 * over each value by itself, so that a block may be cut anywhere. Compiled without fused multiply-add, so that the
 * results are the same in every set. */
#include "kernels/set.h"

#include <float.h>
#include <math.h>

/* mean + taken (value - mean), or where little of the mean is kept, so that the subtraction would cancel, kept mean +
 * taken value. */
static inline float decayed(float mean, float value, digitnet__decay decay) {
    return decay.kept < 0.5f ? decay.kept * mean + decay.taken * value : mean + decay.taken * (value - mean);
}

/* Keeps moments out of the denormals. */
static inline float flushed(float moment) {
    return fabsf(moment) < FLT_MIN ? 0 : moment;
}

/* Kingma and Ba, "Adam" (2015), algorithm 1, in the form of section 2 that folds the corrections of both biases into
 * the step: m <- m + (1 - b1)(g - m), v <- v + (1 - b2)(g^2 - v), w <- w - step m / (sqrt(v) + epsilon). Nadam's step
 * (Dozat 2016) has a share of the gradient itself beside that of m. */
ALWAYS_INLINE void adam(float *restrict weights, float *restrict first_moment, float *restrict second_moment,
                        const float *restrict gradient, size_t count, const digitnet__adam *settings, bool nesterov) {
    const float step = settings->step_size, share = settings->gradient_step, epsilon = settings->epsilon;
    const digitnet__decay beta_1 = settings->beta_1, beta_2 = settings->beta_2;
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i];
        float m = decayed(first_moment[i], g, beta_1);
        float v = decayed(second_moment[i], g * g, beta_2);
        m = flushed(m);
        v = v < FLT_MIN ? 0 : v;
        first_moment[i] = m;
        second_moment[i] = v;
        weights[i] -= (nesterov ? step * m + share * g : step * m) / (sqrtf(v) + epsilon);
    }
}

void SET_NAME(adam)(float *weights, float *first_moment, float *second_moment, const float *gradient, size_t count,
                    const digitnet__adam *settings) {
    if (settings->gradient_step != 0)
        adam(weights, first_moment, second_moment, gradient, count, settings, true);
    else
        adam(weights, first_moment, second_moment, gradient, count, settings, false);
}

static void sgd_plain(float *restrict weights, const float *restrict gradient, size_t count, float rate) {
    for (size_t i = 0; i < count; i++)
        weights[i] -= rate * gradient[i];
}

static void sgd_momentum(float *restrict weights, float *restrict velocity, const float *restrict gradient,
                         size_t count, float rate, float momentum) {
    for (size_t i = 0; i < count; i++) {
        velocity[i] = momentum * velocity[i] - rate * gradient[i];
        weights[i] += velocity[i];
    }
}

static void sgd_nesterov(float *restrict weights, float *restrict velocity, const float *restrict gradient,
                         size_t count, float rate, float momentum) {
    for (size_t i = 0; i < count; i++) {
        float step = rate * gradient[i];
        velocity[i] = momentum * velocity[i] - step;
        weights[i] += momentum * velocity[i] - step;
    }
}

void SET_NAME(sgd)(float *weights, float *velocity, const float *gradient, size_t count,
                   const digitnet__sgd *settings) {
    if (settings->momentum == 0)
        sgd_plain(weights, gradient, count, settings->learning_rate);
    else if (settings->nesterov)
        sgd_nesterov(weights, velocity, gradient, count, settings->learning_rate, settings->momentum);
    else
        sgd_momentum(weights, velocity, gradient, count, settings->learning_rate, settings->momentum);
}

/* v <- rho v + (1 - rho) g^2, a <- rho a + (1 - rho) g; the step is rate g / sqrt(v - a^2), or, without a, rate g /
 * sqrt(v). The variance v - a^2 is not below 0 but for rounding. */
ALWAYS_INLINE void rmsprop(float *restrict weights, float *restrict mean_square, float *restrict momentum,
                           float *restrict mean, const float *restrict gradient, size_t count,
                           const digitnet__rmsprop *settings, bool has_momentum, bool centered) {
    const float rate = settings->learning_rate, kept = settings->momentum;
    const digitnet__decay rho = settings->rho;
    const float inside = settings->epsilon_inside, outside = settings->epsilon_outside;
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i];
        float v = decayed(mean_square[i], g * g, rho);
        v = v < FLT_MIN ? 0 : v;
        mean_square[i] = v;
        if (centered) {
            float a = flushed(decayed(mean[i], g, rho));
            mean[i] = a;
            v -= a * a;
            v = v < 0 ? 0 : v;
        }
        float step = rate * g / (sqrtf(v + inside) + outside);
        if (has_momentum) {
            step = flushed(kept * momentum[i] + step);
            momentum[i] = step;
        }
        weights[i] -= step;
    }
}

void SET_NAME(rmsprop)(float *weights, float *mean_square, float *momentum, float *mean, const float *gradient,
                       size_t count, const digitnet__rmsprop *settings) {
    if (momentum && mean)
        rmsprop(weights, mean_square, momentum, mean, gradient, count, settings, true, true);
    else if (momentum)
        rmsprop(weights, mean_square, momentum, mean, gradient, count, settings, true, false);
    else if (mean)
        rmsprop(weights, mean_square, momentum, mean, gradient, count, settings, false, true);
    else
        rmsprop(weights, mean_square, momentum, mean, gradient, count, settings, false, false);
}

void SET_NAME(lion)(float *restrict weights, float *restrict moment, const float *restrict gradient, size_t count,
                    const digitnet__lion *settings) {
    const float rate = settings->learning_rate;
    const digitnet__decay beta_1 = settings->beta_1, beta_2 = settings->beta_2;
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i], direction = decayed(moment[i], g, beta_1);
        float positive = direction > 0 ? rate : direction; /* 0 and NaN stay as they are */
        weights[i] -= direction < 0 ? -rate : positive;
        moment[i] = flushed(decayed(moment[i], g, beta_2));
    }
}

void SET_NAME(scale)(float *values, float factor, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] *= factor;
}

/* NaN stays NaN. */
void SET_NAME(clip)(float *values, float limit, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float v = values[i];
        v = v > limit ? limit : v;
        values[i] = v < -limit ? -limit : v;
    }
}

void SET_NAME(average)(float *restrict mean, const float *restrict values, digitnet__decay momentum, size_t count) {
    for (size_t i = 0; i < count; i++)
        mean[i] = decayed(mean[i], values[i], momentum);
}

/* Sums of every sixteenth value, in whatever vectors, and then those in their order. */
double SET_NAME(sum_of_squares)(const float *values, size_t count) {
    double sums[16] = {0}, sum = 0;
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        for (size_t k = 0; k < 16; k++)
            sums[k] += (double)values[i + k] * (double)values[i + k];
    for (; i < count; i++)
        sums[i % 16] += (double)values[i] * (double)values[i];
    for (size_t k = 0; k < 16; k++)
        sum += sums[k];
    return sum;
}
