#include "kernels/im2col.h"

#include <string.h>

/* One row of `columns` against the image: the taps of a kernel's row that lie inside it are one run of values. */
typedef struct tap_run {
    size_t skipped, values, after; /* values before, in and behind the run, of kernel_width x channels */
    size_t offset;                 /* in the image */
} tap_run;

static size_t min_size(size_t a, size_t b) {
    return a < b ? a : b;
}

/* The taps of row `ky` of the kernel at an output position. */
static tap_run find_run(const digitnet__conv2d_shape *s, size_t output_y, size_t output_x, size_t ky) {
    size_t y = output_y * s->stride_height + ky, x = output_x * s->stride_width; /* in the padded image */
    size_t length = s->kernel_width * s->channels;
    if (y < s->padding_top || y >= s->padding_top + s->height)
        return (tap_run){.skipped = length};
    size_t first = x < s->padding_left ? s->padding_left : x;
    size_t end = min_size(x + s->kernel_width, s->padding_left + s->width);
    if (first >= end)
        return (tap_run){.skipped = length};
    tap_run run = {.skipped = (first - x) * s->channels, .values = (end - first) * s->channels};
    run.after = length - run.skipped - run.values;
    run.offset = ((y - s->padding_top) * s->width + first - s->padding_left) * s->channels;
    return run;
}

void digitnet__im2col(float *columns, const float *image, const digitnet__conv2d_shape *shape, size_t first,
                      size_t count) {
    for (size_t position = first; position < first + count; position++) {
        for (size_t ky = 0; ky < shape->kernel_height; ky++) {
            tap_run run = find_run(shape, position / shape->output_width, position % shape->output_width, ky);
            memset(columns, 0, run.skipped * sizeof *columns);
            columns += run.skipped;
            memcpy(columns, image + run.offset, run.values * sizeof *columns);
            columns += run.values;
            memset(columns, 0, run.after * sizeof *columns);
            columns += run.after;
        }
    }
}

void digitnet__col2im_add(float *image, const float *columns, const digitnet__conv2d_shape *shape, size_t first,
                          size_t count) {
    for (size_t position = first; position < first + count; position++) {
        for (size_t ky = 0; ky < shape->kernel_height; ky++) {
            tap_run run = find_run(shape, position / shape->output_width, position % shape->output_width, ky);
            columns += run.skipped;
            for (size_t i = 0; i < run.values; i++)
                image[run.offset + i] += columns[i];
            columns += run.values + run.after;
        }
    }
}

void digitnet__pad_image(float *padded, const float *image, const digitnet__conv2d_shape *shape) {
    size_t row = shape->width * shape->channels, left = shape->padding_left * shape->channels;
    size_t right = shape->padding_right * shape->channels, padded_row = left + row + right;
    memset(padded, 0, shape->padding_top * padded_row * sizeof *padded);
    padded += shape->padding_top * padded_row;
    for (size_t y = 0; y < shape->height; y++) {
        memset(padded, 0, left * sizeof *padded);
        memcpy(padded + left, image + y * row, row * sizeof *padded);
        memset(padded + left + row, 0, right * sizeof *padded);
        padded += padded_row;
    }
    memset(padded, 0, shape->padding_bottom * padded_row * sizeof *padded);
}

void digitnet__unpad_image(float *image, const float *padded, const digitnet__conv2d_shape *shape) {
    size_t row = shape->width * shape->channels;
    size_t padded_row = (shape->padding_left + shape->width + shape->padding_right) * shape->channels;
    padded += shape->padding_top * padded_row + shape->padding_left * shape->channels;
    for (size_t y = 0; y < shape->height; y++)
        memcpy(image + y * row, padded + y * padded_row, row * sizeof *image);
}
