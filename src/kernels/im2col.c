#include "kernels/im2col.h"

#include <string.h>

/* One row of `columns` against the image: the taps of a kernel's row that lie inside it. */
typedef struct tap_run {
    size_t skipped, taps, after; /* taps before, in and behind the run */
    size_t offset;               /* in the image: of the run's first tap */
} tap_run;

/* The values of a group at one tap, and the step from tap to tap in the image. */
typedef struct tap_layout {
    size_t values, step;
    bool adjacent; /* a run of taps is one run of values */
} tap_layout;

static size_t min_size(size_t a, size_t b) {
    return a < b ? a : b;
}

static tap_layout layout_of(const digitnet__conv2d_shape *s) {
    tap_layout layout = {.values = s->channels / s->groups, .step = s->dilation_width * s->channels};
    layout.adjacent = layout.values == layout.step;
    return layout;
}

/* How many of the places 0, step, 2 step, ... lie below `end`. */
static size_t count_below(size_t end, size_t step) {
    return (end + step - 1) / step;
}

/* The taps of row `ky` of the kernel at an output position. */
static tap_run find_run(const digitnet__conv2d_shape *s, size_t output_y, size_t output_x, size_t ky) {
    size_t y = output_y * s->stride_height + ky * s->dilation_height; /* in the padded image */
    size_t x = output_x * s->stride_width, end = s->padding_left + s->width;
    if (y < s->padding_top || y >= s->padding_top + s->height || x >= end)
        return (tap_run){.skipped = s->kernel_width};
    size_t before = x < s->padding_left ? count_below(s->padding_left - x, s->dilation_width) : 0;
    size_t inside = min_size(count_below(end - x, s->dilation_width), s->kernel_width);
    if (before >= inside)
        return (tap_run){.skipped = s->kernel_width};
    tap_run run = {.skipped = before, .taps = inside - before, .after = s->kernel_width - inside};
    size_t first = x + before * s->dilation_width - s->padding_left;
    run.offset = ((y - s->padding_top) * s->width + first) * s->channels;
    return run;
}

static float *put_zeros(float *columns, size_t count) {
    memset(columns, 0, count * sizeof *columns);
    return columns + count;
}

static float *put_taps(float *columns, const float *image, size_t taps, const tap_layout *layout) {
    size_t pieces = layout->adjacent ? 1 : taps, values = layout->adjacent ? taps * layout->values : layout->values;
    for (size_t i = 0; i < pieces; i++, columns += values)
        memcpy(columns, image + i * layout->step, values * sizeof *columns);
    return columns;
}

void digitnet__im2col(float *columns, const float *image, const digitnet__conv2d_shape *shape, size_t group,
                      size_t first, size_t count) {
    const tap_layout layout = layout_of(shape);
    image += group * layout.values;
    for (size_t position = first; position < first + count; position++) {
        for (size_t ky = 0; ky < shape->kernel_height; ky++) {
            tap_run run = find_run(shape, position / shape->output_width, position % shape->output_width, ky);
            columns = put_zeros(columns, run.skipped * layout.values);
            columns = put_taps(columns, image + run.offset, run.taps, &layout);
            columns = put_zeros(columns, run.after * layout.values);
        }
    }
}

static void add_taps(float *image, const float *columns, size_t taps, const tap_layout *layout) {
    size_t pieces = layout->adjacent ? 1 : taps, values = layout->adjacent ? taps * layout->values : layout->values;
    for (size_t i = 0; i < pieces; i++)
        for (size_t k = 0; k < values; k++)
            image[i * layout->step + k] += columns[i * values + k];
}

void digitnet__col2im_add(float *image, const float *columns, const digitnet__conv2d_shape *shape, size_t group,
                          size_t first, size_t count) {
    const tap_layout layout = layout_of(shape);
    image += group * layout.values;
    for (size_t position = first; position < first + count; position++) {
        for (size_t ky = 0; ky < shape->kernel_height; ky++) {
            tap_run run = find_run(shape, position / shape->output_width, position % shape->output_width, ky);
            columns += run.skipped * layout.values;
            add_taps(image + run.offset, columns, run.taps, &layout);
            columns += (run.taps + run.after) * layout.values;
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
