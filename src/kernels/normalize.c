/* What batch normalization does over rows of channels: sums for each channel, and values scaled and shifted by their
 * channel. Sums are doubles, in the order of the rows. */
#include "kernels/set.h"

typedef double dvec __attribute__((vector_size(8 * WIDTH)));
typedef double dvec_in_memory __attribute__((vector_size(8 * WIDTH), aligned(8), may_alias));

static inline dvec widen(vec v) {
    return __builtin_convertvector(v, dvec);
}

static inline dvec load_sums(const double *from) {
    return *(const dvec_in_memory *)from;
}

static inline void store_sums(double *to, dvec sums) {
    *(dvec_in_memory *)to = sums;
}

/* Rows are taken some at a time, so that they come from memory as they lie there and stay in the first cache while one
 * vector of channels after the other is summed. */
static size_t rows_at_a_time(size_t channels) {
    enum { VALUES = 2048 };
    return channels < VALUES ? VALUES / channels : 1;
}

/* Adds the rows' values and their squares to the sums. */
static void add_moments(double *restrict sums, double *restrict squares, const float *restrict values, size_t rows,
                        size_t channels) {
    size_t c = 0;
    for (; c + WIDTH <= channels; c += WIDTH) {
        dvec sum = load_sums(sums + c), square = load_sums(squares + c);
        for (size_t row = 0; row < rows; row++) {
            dvec x = widen(vec_load(values + row * channels + c));
            sum += x;
            square += x * x;
        }
        store_sums(sums + c, sum);
        store_sums(squares + c, square);
    }
    for (; c < channels; c++) {
        for (size_t row = 0; row < rows; row++) {
            double x = (double)values[row * channels + c];
            sums[c] += x;
            squares[c] += x * x;
        }
    }
}

void SET_NAME(channel_moments)(double *sums, double *squares, const float *values, size_t rows, size_t channels) {
    const size_t most = rows_at_a_time(channels);
    for (size_t c = 0; c < channels; c++)
        sums[c] = squares[c] = 0;
    for (size_t row = 0, count; row < rows; row += count) {
        count = min_size(rows - row, most);
        add_moments(sums, squares, values + row * channels, count, channels);
    }
}

/* Adds the rows' gradients and their products with the values to the sums. */
static void add_products(double *restrict sums, double *restrict products, const float *restrict gradient,
                         const float *restrict values, size_t rows, size_t channels) {
    size_t c = 0;
    for (; c + WIDTH <= channels; c += WIDTH) {
        dvec sum = load_sums(sums + c), product = load_sums(products + c);
        for (size_t row = 0; row < rows; row++) {
            dvec g = widen(vec_load(gradient + row * channels + c));
            sum += g;
            product += g * widen(vec_load(values + row * channels + c));
        }
        store_sums(sums + c, sum);
        store_sums(products + c, product);
    }
    for (; c < channels; c++) {
        for (size_t row = 0; row < rows; row++) {
            double g = (double)gradient[row * channels + c];
            sums[c] += g;
            products[c] += g * (double)values[row * channels + c];
        }
    }
}

void SET_NAME(channel_products)(double *sums, double *products, const float *gradient, const float *values, size_t rows,
                                size_t channels) {
    const size_t most = rows_at_a_time(channels);
    for (size_t c = 0; c < channels; c++)
        sums[c] = products[c] = 0;
    for (size_t row = 0, count; row < rows; row += count) {
        count = min_size(rows - row, most);
        add_products(sums, products, gradient + row * channels, values + row * channels, count, channels);
    }
}

void SET_NAME(scale_shift)(float *restrict output, const float *restrict values, const float *restrict scale,
                           const float *restrict shift, size_t rows, size_t channels, bool relu) {
    for (size_t row = 0; row < rows; row++) {
        const float *from = values + row * channels;
        float *to = output + row * channels;
        if (relu) {
            for (size_t c = 0; c < channels; c++) {
                float y = from[c] * scale[c] + shift[c];
                to[c] = y <= 0 ? 0 : y;
            }
        } else {
            for (size_t c = 0; c < channels; c++)
                to[c] = from[c] * scale[c] + shift[c];
        }
    }
}

void SET_NAME(scale_shift_two)(float *restrict output, const float *restrict first, const float *restrict first_scale,
                               const float *restrict second, const float *restrict second_scale,
                               const float *restrict shift, size_t rows, size_t channels) {
    for (size_t row = 0; row < rows; row++) {
        size_t at = row * channels;
        for (size_t c = 0; c < channels; c++)
            output[at + c] = first[at + c] * first_scale[c] + second[at + c] * second_scale[c] + shift[c];
    }
}
