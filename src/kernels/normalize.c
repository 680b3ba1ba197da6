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

/* Adds the rows' first values and their products with the second ones to the sums. Where there is an output and it is
 * 0, a ReLU let nothing through: the first value there counts as 0, and 0 is what `passed` gets. */
ALWAYS_INLINE void add_sums(double *restrict sums, double *restrict products, const float *first, const float *second,
                            float *passed, const float *output, size_t rows, size_t channels) {
    size_t c = 0;
    for (; c + WIDTH <= channels; c += WIDTH) {
        dvec sum = load_sums(sums + c), product = load_sums(products + c);
        for (size_t at = c; at < rows * channels; at += channels) {
            vec value = vec_load(first + at);
            if (output) {
                value = vec_select(mask_not_zero(vec_load(output + at)), value, (vec){0});
                vec_store(passed + at, value);
            }
            dvec x = widen(value);
            sum += x;
            product += x * widen(vec_load(second + at));
        }
        store_sums(sums + c, sum);
        store_sums(products + c, product);
    }
    for (; c < channels; c++) {
        for (size_t at = c; at < rows * channels; at += channels) {
            float value = output && output[at] == 0 ? 0 : first[at];
            if (output)
                passed[at] = value;
            sums[c] += (double)value;
            products[c] += (double)value * (double)second[at];
        }
    }
}

/* Some rows at a time, so that they come from memory as they lie there, and stay in the first cache while one vector of
 * channels after the other is summed. */
ALWAYS_INLINE void sum_rows(double *sums, double *products, const float *first, const float *second, float *passed,
                            const float *output, size_t rows, size_t channels) {
    enum { VALUES = 2048 };
    const size_t most = channels < VALUES ? VALUES / channels : 1;
    for (size_t c = 0; c < channels; c++)
        sums[c] = products[c] = 0;
    for (size_t row = 0, count; row < rows; row += count) {
        size_t at = row * channels;
        count = min_size(rows - row, most);
        add_sums(sums, products, first + at, second + at, output ? passed + at : NULL, output ? output + at : NULL,
                 count, channels);
    }
}

void SET_NAME(channel_moments)(double *sums, double *squares, const float *values, size_t rows, size_t channels) {
    sum_rows(sums, squares, values, values, NULL, NULL, rows, channels);
}

void SET_NAME(channel_products)(double *sums, double *products, const float *gradient, const float *values, size_t rows,
                                size_t channels) {
    sum_rows(sums, products, gradient, values, NULL, NULL, rows, channels);
}

void SET_NAME(channel_products_relu)(double *sums, double *products, float *gradient, const float *values,
                                     const float *output, size_t rows, size_t channels) {
    sum_rows(sums, products, gradient, values, gradient, output, rows, channels);
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
