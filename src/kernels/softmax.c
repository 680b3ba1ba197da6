#include "kernels/softmax.h"

#include <math.h>

static void softmax_row(float *values, size_t count) {
    float greatest = values[0], sum = 0;
    for (size_t i = 1; i < count; i++)
        greatest = values[i] > greatest ? values[i] : greatest;
    for (size_t i = 0; i < count; i++) {
        values[i] = expf(values[i] - greatest);
        sum += values[i];
    }
    for (size_t i = 0; i < count; i++)
        values[i] /= sum;
}

void digitnet__softmax(float *values, size_t rows, size_t columns) {
    for (size_t row = 0; row < rows; row++)
        softmax_row(values + row * columns, columns);
}

void digitnet__softmax_backward(float *gradient, const float *outputs, size_t rows, size_t columns) {
    for (size_t row = 0; row < rows; row++) {
        float *g = gradient + row * columns;
        const float *p = outputs + row * columns;
        float sum = 0;
        for (size_t i = 0; i < columns; i++)
            sum += g[i] * p[i];
        for (size_t i = 0; i < columns; i++)
            g[i] = p[i] * (g[i] - sum);
    }
}

static void log_softmax_row(float *values, size_t count) {
    float greatest = values[0], sum = 0;
    for (size_t i = 1; i < count; i++)
        greatest = values[i] > greatest ? values[i] : greatest;
    for (size_t i = 0; i < count; i++) {
        values[i] -= greatest;
        sum += expf(values[i]);
    }
    float logarithm = logf(sum);
    for (size_t i = 0; i < count; i++)
        values[i] -= logarithm;
}

void digitnet__log_softmax(float *values, size_t rows, size_t columns) {
    for (size_t row = 0; row < rows; row++)
        log_softmax_row(values + row * columns, columns);
}

void digitnet__log_softmax_backward(float *gradient, const float *outputs, size_t rows, size_t columns) {
    for (size_t row = 0; row < rows; row++) {
        float *g = gradient + row * columns;
        const float *y = outputs + row * columns;
        float sum = 0;
        for (size_t i = 0; i < columns; i++)
            sum += g[i];
        for (size_t i = 0; i < columns; i++)
            g[i] -= expf(y[i]) * sum;
    }
}
