#include "kernels/pool2d.h"

#include <string.h>

/* What of a window lies inside the image. */
typedef struct window {
    size_t y, x;      /* of the first place inside, in the image */
    size_t top, left; /* its place in the window */
    size_t height, width;
} window;

static void clip(size_t *first, size_t *skipped, size_t *size, size_t start, size_t padding, size_t pool,
                 size_t input) {
    *skipped = start < padding ? padding - start : 0;
    *first = start + *skipped - padding;
    size_t rest = pool - *skipped, available = input - *first;
    *size = rest < available ? rest : available;
}

static window find_window(const digitnet__pool2d_shape *s, size_t output_y, size_t output_x) {
    window w;
    clip(&w.y, &w.top, &w.height, output_y * s->stride_height, s->padding_top, s->pool_height, s->height);
    clip(&w.x, &w.left, &w.width, output_x * s->stride_width, s->padding_left, s->pool_width, s->width);
    return w;
}

/* The first of equals; a NaN is above all, so that it is not lost. */
static void take_greater(float *restrict best, uint16_t *restrict argmax, const float *restrict values, uint16_t place,
                         size_t channels) {
    for (size_t c = 0; c < channels; c++) {
        bool greater = values[c] > best[c] || (values[c] != values[c] && best[c] == best[c]);
        best[c] = greater ? values[c] : best[c];
        argmax[c] = greater ? place : argmax[c];
    }
}

static void take_maximum(float *restrict best, const float *restrict values, size_t channels) {
    for (size_t c = 0; c < channels; c++)
        best[c] = values[c] > best[c] || values[c] != values[c] ? values[c] : best[c];
}

static void pool_window(float *output, uint16_t *argmax, const float *image, const digitnet__pool2d_shape *shape,
                        window w) {
    size_t channels = shape->channels;
    memcpy(output, image + (w.y * shape->width + w.x) * channels, channels * sizeof *output);
    for (size_t c = 0; argmax && c < channels; c++)
        argmax[c] = (uint16_t)(w.top * shape->pool_width + w.left);
    for (size_t y = 0; y < w.height; y++)
        for (size_t x = y == 0; x < w.width; x++) {
            const float *values = image + ((w.y + y) * shape->width + w.x + x) * channels;
            size_t place = (w.top + y) * shape->pool_width + w.left + x;
            if (argmax)
                take_greater(output, argmax, values, (uint16_t)place, channels);
            else
                take_maximum(output, values, channels);
        }
}

void digitnet__max_pool2d(float *output, uint16_t *argmax, const float *image, const digitnet__pool2d_shape *shape) {
    for (size_t y = 0; y < shape->output_height; y++)
        for (size_t x = 0; x < shape->output_width; x++) {
            pool_window(output, argmax, image, shape, find_window(shape, y, x));
            output += shape->channels;
            argmax = argmax ? argmax + shape->channels : NULL;
        }
}

void digitnet__max_pool2d_backward(float *image_gradient, const float *output_gradient, const uint16_t *argmax,
                                   const digitnet__pool2d_shape *shape) {
    size_t channels = shape->channels;
    memset(image_gradient, 0, shape->height * shape->width * channels * sizeof *image_gradient);
    for (size_t output_y = 0; output_y < shape->output_height; output_y++)
        for (size_t output_x = 0; output_x < shape->output_width; output_x++) {
            for (size_t c = 0; c < channels; c++) {
                size_t y = output_y * shape->stride_height + argmax[c] / shape->pool_width - shape->padding_top;
                size_t x = output_x * shape->stride_width + argmax[c] % shape->pool_width - shape->padding_left;
                image_gradient[(y * shape->width + x) * channels + c] += output_gradient[c];
            }
            output_gradient += channels;
            argmax += channels;
        }
}
