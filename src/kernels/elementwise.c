/* What is done to each value by itself. Plain loops, which the compiler makes vectors of. Compiled without fused
 * multiply-add, so that the results are the same in every set. */
#include "kernels/set.h"

#include <float.h>
#include <math.h>

void SET_NAME(bytes_to_floats)(float *restrict values, const uint8_t *restrict bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = (float)bytes[i] / 255.0f;
}

void SET_NAME(add)(float *restrict sum, const float *restrict values, size_t count) {
    for (size_t i = 0; i < count; i++)
        sum[i] += values[i];
}

/* Some columns at a time, whose sums stay in registers. */
void SET_NAME(add_rows)(float *restrict sum, const float *restrict values, size_t rows, size_t columns) {
    enum { LANES = 4 * WIDTH };
    size_t column = 0;
    for (; column + LANES <= columns; column += LANES) {
        float sums[LANES];
        memcpy(sums, sum + column, sizeof sums);
        for (size_t row = 0; row < rows; row++)
            for (size_t i = 0; i < LANES; i++)
                sums[i] += values[row * columns + column + i];
        memcpy(sum + column, sums, sizeof sums);
    }
    for (size_t row = 0; row < rows; row++)
        for (size_t i = column; i < columns; i++)
            sum[i] += values[row * columns + i];
}

void SET_NAME(add_scaled)(float *restrict sum, const float *restrict values, float factor, size_t count) {
    for (size_t i = 0; i < count; i++)
        sum[i] += factor * values[i];
}

void SET_NAME(interpolate)(float *restrict between, const float *a, const float *b, float weight, size_t count) {
    for (size_t i = 0; i < count; i++)
        between[i] = a[i] + (b[i] - a[i]) * weight;
}

static void add_row(float *restrict values, const float *restrict bias, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] += bias[i];
}

static void add_row_relu(float *restrict values, const float *restrict bias, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float sum = values[i] + bias[i];
        values[i] = sum <= 0 ? 0 : sum;
    }
}

static void relu(float *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = values[i] <= 0 ? 0 : values[i];
}

void SET_NAME(add_bias_relu)(float *values, const float *bias, size_t rows, size_t columns, bool with_relu) {
    if (!bias) {
        if (with_relu)
            relu(values, rows * columns);
        return;
    }
    for (size_t row = 0; row < rows; row++)
        if (with_relu)
            add_row_relu(values + row * columns, bias, columns);
        else
            add_row(values + row * columns, bias, columns);
}

void SET_NAME(relu_backward)(float *restrict gradient, const float *restrict output, size_t count) {
    for (size_t i = 0; i < count; i++)
        gradient[i] = output[i] == 0 ? 0 : gradient[i];
}

/* A mean that decays by `beta`: mean + (1 - beta)(value - mean), or where little of the mean is kept, so that the
 * subtraction would cancel, beta mean + (1 - beta) value. */
static inline float decayed(float mean, float value, float beta) {
    const float rate = 1 - beta;
    return beta < 0.5f ? beta * mean + rate * value : mean + rate * (value - mean);
}

/* Kingma and Ba, "Adam" (2015), algorithm 1, in the form of section 2 that folds the corrections of both biases into
 * the step: m <- m + (1 - b1)(g - m), v <- v + (1 - b2)(g^2 - v), w <- w - step m / (sqrt(v) + epsilon). */
void SET_NAME(adam)(float *restrict weights, float *restrict first_moment, float *restrict second_moment,
                    const float *restrict gradient, size_t count, const digitnet__adam *settings) {
    const float step = settings->step_size, epsilon = settings->epsilon;
    const float beta_1 = settings->beta_1, beta_2 = settings->beta_2;
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i];
        float m = decayed(first_moment[i], g, beta_1);
        float v = decayed(second_moment[i], g * g, beta_2);
        m = fabsf(m) < FLT_MIN ? 0 : m;
        v = v < FLT_MIN ? 0 : v;
        first_moment[i] = m;
        second_moment[i] = v;
        weights[i] -= step * m / (sqrtf(v) + epsilon);
    }
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
