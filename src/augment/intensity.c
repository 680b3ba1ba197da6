#include "augment/intensity.h"

#include "augment/draw.h"

#include <math.h>
#include <string.h>

static float *work_of(const digitnet__augment *augment, void *scratch) {
    return digitnet__scratch_at(scratch, augment->plane);
}

/* ---- Strokes ---- */

/* A copy of the image, from (1, 1) on, within a border of its own edge's values, which change no maximum. */
static void fill_bordered(float *to, const float *image, digitnet__shape shape) {
    size_t values = shape.width * shape.channels, stride = values + 2 * shape.channels;
    for (size_t y = 0; y < shape.height; y++) {
        float *row = to + (y + 1) * stride + shape.channels;
        memcpy(row, image + y * values, values * sizeof *row);
        memcpy(row - shape.channels, row, shape.channels * sizeof *row);
        memcpy(row + values, row + values - shape.channels, shape.channels * sizeof *row);
    }
    memcpy(to, to + stride, stride * sizeof *to);
    memcpy(to + (shape.height + 1) * stride, to + shape.height * stride, stride * sizeof *to);
}

/* By a pixel, or, for |share| < 1, by a part of one. */
static void thicken(float *image, digitnet__shape shape, float share, const digitnet__kernels *kernels, float *work) {
    size_t values = shape.width * shape.channels, stride = values + 2 * shape.channels;
    fill_bordered(work, image, shape);
    for (size_t y = 0; y < shape.height; y++)
        kernels->thicken_row(image + y * values, work + (y + 1) * stride + shape.channels, stride, shape.channels,
                             values, share);
}

void digitnet__augment_strokes(float *image, const digitnet__augment *augment, digitnet__random *random,
                               const digitnet__kernels *kernels, void *scratch) {
    const digitnet_augment_options *options = &augment->options;
    double left = digitnet__draw_either_way(random, options->thickness, options->thickness_probability);
    while (left != 0) {
        double step = fmax(-1, fmin(left, 1));
        thicken(image, augment->shape, (float)step, kernels, work_of(augment, scratch));
        left -= step;
    }
}

/* ---- Blur ---- */

/* exp(-k^2 / (2 sigma^2)) for k = 0 .. radius, with the sum of the whole window 1. */
static size_t fill_window(double *window, double sigma) {
    size_t radius = (size_t)ceil(3 * sigma);
    double sum = 0;
    for (size_t k = 0; k <= radius; k++) {
        window[k] = exp(-0.5 * (double)(k * k) / (sigma * sigma));
        sum += k ? 2 * window[k] : window[k];
    }
    for (size_t k = 0; k <= radius; k++)
        window[k] /= sum;
    return radius;
}

/* Along one side: `count` values `step` apart. What is outside is as the edge. */
static void blur_line(float *to, const float *from, size_t count, size_t step, const double *window, size_t radius) {
    for (size_t i = 0; i < count; i++) {
        double sum = window[0] * (double)from[i * step];
        for (size_t k = 1; k <= radius; k++) {
            size_t before = i > k ? i - k : 0, after = i + k < count ? i + k : count - 1;
            sum += window[k] * ((double)from[before * step] + (double)from[after * step]);
        }
        to[i * step] = (float)sum;
    }
}

static void blur(float *image, digitnet__shape shape, double sigma, float *work) {
    double window[DNN_BLUR_WINDOW];
    size_t radius = fill_window(window, sigma), values = shape.width * shape.channels;
    for (size_t y = 0; y < shape.height; y++)
        for (size_t channel = 0; channel < shape.channels; channel++)
            blur_line(work + y * values + channel, image + y * values + channel, shape.width, shape.channels, window,
                      radius);
    for (size_t i = 0; i < values; i++)
        blur_line(image + i, work + i, shape.height, values, window, radius);
}

/* ---- Contrast, brightness, noise ---- */

/* Finite values that become too large, or are outside of the limits, become the limit. */
static float limited(const digitnet__augment *augment, double value) {
    return (float)fmax(augment->options.min_value, fmin(value, augment->options.max_value));
}

static double mean_of(const float *image, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)image[i];
    return sum / (double)count;
}

void digitnet__augment_intensity(float *image, const digitnet__augment *augment, digitnet__random *random,
                                 void *scratch) {
    const digitnet_augment_options *o = &augment->options;
    size_t count = digitnet__shape_values(augment->shape);
    double sigma =
        digitnet__draw_chance(random, o->blur, o->blur_probability) ? digitnet__draw_between(random, 0, o->blur) : 0;
    if (sigma > 0)
        blur(image, augment->shape, sigma, work_of(augment, scratch));
    double scale = 1 + digitnet__draw_either_way(random, o->contrast, o->contrast_probability);
    double offset = digitnet__draw_either_way(random, o->brightness, o->brightness_probability);
    double deviation =
        digitnet__draw_chance(random, o->noise, o->noise_probability) ? digitnet__draw_between(random, 0, o->noise) : 0;
    if (scale != 1)
        offset += (1 - scale) * mean_of(image, count);
    for (size_t i = 0; deviation > 0 && i < count; i++)
        image[i] = limited(augment, (double)image[i] * scale + offset + deviation * digitnet__draw_normal(random));
    for (size_t i = 0; deviation == 0 && (scale != 1 || offset != 0) && i < count; i++)
        image[i] = limited(augment, (double)image[i] * scale + offset);
}

/* ---- Erasing ---- */

/* From 1 to this part of a side. */
static size_t draw_side(digitnet__random *random, double part, size_t side) {
    size_t most = (size_t)(part * (double)side);
    return 1 + (size_t)digitnet__random_below(random, most ? most : 1);
}

void digitnet__augment_erase(float *image, const digitnet__augment *augment, digitnet__random *random) {
    const digitnet_augment_options *options = &augment->options;
    const digitnet__shape shape = augment->shape;
    if (!digitnet__draw_chance(random, options->erase, options->erase_probability))
        return;
    size_t rows = draw_side(random, options->erase, shape.height);
    size_t columns = draw_side(random, options->erase, shape.width);
    size_t top = (size_t)digitnet__random_below(random, shape.height - rows + 1);
    size_t left = (size_t)digitnet__random_below(random, shape.width - columns + 1);
    for (size_t y = top; y < top + rows; y++)
        for (size_t i = left * shape.channels; i < (left + columns) * shape.channels; i++)
            image[y * shape.width * shape.channels + i] = (float)options->background;
}
