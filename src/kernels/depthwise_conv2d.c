#include "kernels/depthwise_conv2d.h"

#include "core/memory.h"

#include <string.h>

/* Rows or columns: those of the image that taps at positions of the output read. */
typedef struct axis {
    size_t image, output, kernel, stride, dilation, padding;
} axis;

/* Values `first`, first + step, ... along an axis, at each of which the same taps (first_tap, first_tap + tap_step,
 * ...) read or are read by a value on the other side: at the first one by `index`, which moves by `advance` from value
 * to value and by `index_tap_step` from tap to tap. */
typedef struct run {
    size_t first, count, step;
    size_t taps, first_tap, tap_step;
    size_t index;
    ptrdiff_t advance, index_tap_step;
} run;

/* Runs over the positions of the output, or, for the gradient, over the values of the image. */
typedef enum direction { FORWARD, BACKWARD } direction;

/* The value on the other side of position `at`'s tap: the image's at * stride + tap * dilation - padding, or the
 * position from which this value of the image is read so. False where there is none. */
static bool find_index(size_t *index, const axis *a, direction way, size_t at, size_t tap) {
    size_t ahead = tap * a->dilation;
    if (way == FORWARD) {
        size_t place = at * a->stride + ahead;
        *index = place - a->padding;
        return place >= a->padding && *index < a->image;
    }
    size_t place = at + a->padding;
    *index = (place - ahead) / a->stride;
    return place >= ahead && (place - ahead) % a->stride == 0 && *index < a->output;
}

/* A run of the one value. Its taps lie at equal distances, since their indices do. */
static run run_at(const axis *a, direction way, size_t at) {
    run r = {.first = at, .count = 1, .step = way == FORWARD ? 1 : a->stride, .tap_step = 1};
    r.advance = way == FORWARD ? (ptrdiff_t)a->stride : 1;
    for (size_t tap = 0, index; tap < a->kernel; tap++) {
        if (!find_index(&index, a, way, at, tap))
            continue;
        if (r.taps == 0) {
            r.first_tap = tap;
            r.index = index;
        } else if (r.taps == 1) {
            r.tap_step = tap - r.first_tap;
            r.index_tap_step = (ptrdiff_t)index - (ptrdiff_t)r.index;
        }
        r.taps++;
    }
    return r;
}

static bool same_taps(const run *a, const run *b) {
    return a->taps == b->taps && a->first_tap == b->first_tap && a->tap_step == b->tap_step;
}

/* Cuts an axis into runs; returns their number, which is at most that of its values. */
static size_t find_runs(run *runs, const axis *a, direction way) {
    size_t count = 0, values = way == FORWARD ? a->output : a->image, phases = way == FORWARD ? 1 : a->stride;
    for (size_t phase = 0; phase < phases && phase < values; phase++) {
        run *last = NULL;
        for (size_t at = phase; at < values; at += phases) {
            run next = run_at(a, way, at);
            if (last && same_taps(last, &next)) {
                last->count++;
            } else {
                last = &runs[count++];
                *last = next;
            }
        }
    }
    return count;
}

/* The scratch memory: runs, and what has as many channels as there are filters, where a channel has several. */
typedef struct layout {
    digitnet__arena arena;
    size_t row_runs, column_runs, image;
} layout;

static size_t multiplier_of(const digitnet__conv2d_shape *shape) {
    return shape->filters / shape->channels;
}

static layout lay_out(const digitnet__conv2d_shape *s, void *scratch) {
    layout l = {.arena.memory = scratch};
    size_t values = 0;
    if (multiplier_of(s) > 1 && !digitnet__size_product(&values, (size_t[]){s->height, s->width, s->filters}, 3))
        l.arena.overflow = true;
    l.row_runs =
        digitnet__arena_reserve(&l.arena, s->height > s->output_height ? s->height : s->output_height, sizeof(run));
    l.column_runs =
        digitnet__arena_reserve(&l.arena, s->width > s->output_width ? s->width : s->output_width, sizeof(run));
    l.image = digitnet__arena_reserve(&l.arena, values, sizeof(float));
    return l;
}

bool digitnet__depthwise_conv2d_scratch(size_t *bytes, const digitnet__conv2d_shape *shape) {
    layout l = lay_out(shape, NULL);
    *bytes = l.arena.size;
    return !l.arena.overflow;
}

/* The grid of parts that a convolution, or the gradient by its image, is cut into. */
typedef struct grid {
    run *rows, *columns;
    size_t row_count, column_count;
    size_t filters, kernel_width;
    size_t width, other_width; /* of what the runs are over, and of the other side */
    float *image;              /* scratch memory for an image with as many channels as filters */
} grid;

static grid cut(const digitnet__conv2d_shape *s, direction way, void *scratch) {
    layout l = lay_out(s, scratch);
    const axis rows = {s->height,        s->output_height,   s->kernel_height,
                       s->stride_height, s->dilation_height, s->padding_top};
    const axis columns = {s->width,        s->output_width,   s->kernel_width,
                          s->stride_width, s->dilation_width, s->padding_left};
    grid g = {.rows = digitnet__arena_at(&l.arena, l.row_runs),
              .columns = digitnet__arena_at(&l.arena, l.column_runs),
              .filters = s->filters,
              .kernel_width = s->kernel_width,
              .width = way == FORWARD ? s->output_width : s->width,
              .other_width = way == FORWARD ? s->width : s->output_width,
              .image = digitnet__arena_at(&l.arena, l.image)};
    g.row_count = find_runs(g.rows, &rows, way);
    g.column_count = find_runs(g.columns, &columns, way);
    return g;
}

static void swap_rows_and_columns(digitnet__depthwise_part *part) {
    const digitnet__depthwise_part p = *part;
    part->rows = p.columns;
    part->columns = p.rows;
    part->image_row = p.image_column;
    part->image_column = p.image_row;
    part->output_row = p.output_column;
    part->output_column = p.output_row;
}

/* Where a row of runs meets a column of them. The longer side becomes the columns, which the kernels do several of at
 * a time. */
static digitnet__depthwise_part part_of(const grid *g, const run *row, const run *column) {
    ptrdiff_t filters = (ptrdiff_t)g->filters, image_line = (ptrdiff_t)(g->other_width * g->filters);
    digitnet__depthwise_part part = {
        .rows = row->count,
        .columns = column->count,
        .tap_rows = column->taps ? row->taps : 0,
        .tap_columns = column->taps,
        .channels = g->filters,
        .kernel = (row->first_tap * g->kernel_width + column->first_tap) * g->filters,
        .kernel_tap_row = (ptrdiff_t)(row->tap_step * g->kernel_width) * filters,
        .kernel_tap_column = (ptrdiff_t)column->tap_step * filters,
        .image = (row->index * g->other_width + column->index) * g->filters,
        .image_row = row->advance * image_line,
        .image_column = column->advance * filters,
        .image_tap_row = row->index_tap_step * image_line,
        .image_tap_column = column->index_tap_step * filters,
        .output = (row->first * g->width + column->first) * g->filters,
        .output_row = (ptrdiff_t)(row->step * g->width) * filters,
        .output_column = (ptrdiff_t)column->step * filters,
    };
    if (part.columns < part.rows)
        swap_rows_and_columns(&part);
    return part;
}

static void correlate(const digitnet__kernels *kernels, float *output, const float *image, const float *packed,
                      const float *bias, bool relu, const grid *g) {
    for (size_t y = 0; y < g->row_count; y++)
        for (size_t x = 0; x < g->column_count; x++) {
            digitnet__depthwise_part part = part_of(g, &g->rows[y], &g->columns[x]);
            kernels->depthwise(output, image, packed, bias, relu, &part);
        }
}

/* Each channel `multiplier` times, for its kernels. */
static void repeat_channels(float *repeated, const float *image, size_t values, size_t multiplier) {
    for (size_t i = 0; i < values; i++)
        for (size_t k = 0; k < multiplier; k++)
            *repeated++ = image[i];
}

static void sum_repeated(float *image, const float *repeated, size_t values, size_t multiplier) {
    for (size_t i = 0; i < values; i++) {
        image[i] = 0;
        for (size_t k = 0; k < multiplier; k++)
            image[i] += *repeated++;
    }
}

static size_t image_values(const digitnet__conv2d_shape *shape) {
    return shape->height * shape->width * shape->channels;
}

static size_t output_values(const digitnet__conv2d_shape *shape) {
    return shape->output_height * shape->output_width * shape->filters;
}

static const float *sample_of(const float *images, size_t index, const digitnet__conv2d_shape *shape, const grid *g) {
    const float *image = images + index * image_values(shape);
    if (multiplier_of(shape) == 1)
        return image;
    repeat_channels(g->image, image, image_values(shape), multiplier_of(shape));
    return g->image;
}

void digitnet__depthwise_conv2d_pack(float *packed, const float *kernel, const digitnet__conv2d_shape *shape,
                                     size_t first, size_t count) {
    size_t taps = shape->kernel_height * shape->kernel_width;
    for (size_t filter = first; filter < first + count; filter++)
        for (size_t tap = 0; tap < taps; tap++)
            packed[tap * shape->filters + filter] = kernel[filter * taps + tap];
}

void digitnet__depthwise_conv2d_add_unpacked(float *kernel_gradient, const float *packed_gradient,
                                             const digitnet__conv2d_shape *shape) {
    size_t taps = shape->kernel_height * shape->kernel_width;
    for (size_t filter = 0; filter < shape->filters; filter++)
        for (size_t tap = 0; tap < taps; tap++)
            kernel_gradient[filter * taps + tap] += packed_gradient[tap * shape->filters + filter];
}

void digitnet__depthwise_conv2d(const digitnet__kernels *kernels, float *output, const float *image,
                                const float *packed, const float *bias, bool relu, const digitnet__conv2d_shape *shape,
                                size_t samples, void *scratch) {
    grid g = cut(shape, FORWARD, scratch);
    for (size_t i = 0; i < samples; i++)
        correlate(kernels, output + i * output_values(shape), sample_of(image, i, shape, &g), packed, bias, relu, &g);
}

void digitnet__depthwise_conv2d_kernel_gradient(const digitnet__kernels *kernels, float *packed_gradient,
                                                const float *output_gradient, const float *image,
                                                const digitnet__conv2d_shape *shape, size_t samples, void *scratch) {
    grid g = cut(shape, FORWARD, scratch);
    for (size_t i = 0; i < samples; i++) {
        const float *sample = sample_of(image, i, shape, &g);
        for (size_t y = 0; y < g.row_count; y++)
            for (size_t x = 0; x < g.column_count; x++) {
                digitnet__depthwise_part part = part_of(&g, &g.rows[y], &g.columns[x]);
                kernels->depthwise_kernel_gradient(packed_gradient, output_gradient + i * output_values(shape), sample,
                                                   &part);
            }
    }
}

/* What the convolution reads from an image, its gradient goes back to: the same sums over taps, from the side of the
 * image. */
void digitnet__depthwise_conv2d_image_gradient(const digitnet__kernels *kernels, float *image_gradient,
                                               const float *output_gradient, const float *packed,
                                               const digitnet__conv2d_shape *shape, size_t samples, void *scratch) {
    grid g = cut(shape, BACKWARD, scratch);
    size_t multiplier = multiplier_of(shape);
    for (size_t i = 0; i < samples; i++) {
        float *gradient = image_gradient + i * image_values(shape);
        correlate(kernels, multiplier > 1 ? g.image : gradient, output_gradient + i * output_values(shape), packed,
                  NULL, false, &g);
        if (multiplier > 1)
            sum_repeated(gradient, g.image, image_values(shape), multiplier);
    }
}
