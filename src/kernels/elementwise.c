/* What is done to each value by itself. Plain loops, which the compiler makes vectors of. Compiled without fused
 * multiply-add, so that the results are the same in every set. */
#include "kernels/set.h"

void SET_NAME(bytes_to_floats)(float *restrict values, const uint8_t *restrict bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = (float)bytes[i] / 255.0f;
}

void SET_NAME(add)(float *restrict sum, const float *restrict values, size_t count) {
    for (size_t i = 0; i < count; i++)
        sum[i] += values[i];
}

void SET_NAME(add_scaled)(float *restrict sum, const float *restrict values, float factor, size_t count) {
    for (size_t i = 0; i < count; i++)
        sum[i] += factor * values[i];
}

void SET_NAME(interpolate)(float *restrict between, const float *a, const float *b, float weight, size_t count) {
    for (size_t i = 0; i < count; i++)
        between[i] = a[i] + (b[i] - a[i]) * weight;
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
