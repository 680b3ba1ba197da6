/* Depthwise convolution of parts of an image whose positions have the same taps: channels lie in the lanes of vectors,
 * and neighbouring positions, or taps, in several registers. */
#include "kernels/set.h"

/* Positions side by side: as many sums as keep the processor's adders busy. */
enum { MAX_POSITIONS = 8 };
/* Taps whose gradients are summed at the same time. */
enum { MAX_TAP_ROWS = 3, MAX_TAP_COLUMNS = 3 };

typedef struct sum_job {
    float *output;
    const float *image, *kernel, *bias; /* bias: NULL for zeros */
    bool relu;
    const digitnet__depthwise_part *part;
} sum_job;

/* Positions of one row side by side, from `column` on, in one vector of channels. */
ALWAYS_INLINE void sum_tile(const sum_job *job, size_t row, size_t column, size_t channel, size_t positions,
                            bool partial) {
    const digitnet__depthwise_part *part = job->part;
    const ptrdiff_t y = (ptrdiff_t)row, x = (ptrdiff_t)column, step = part->image_column;
    const ptrdiff_t next = part->image_tap_column, next_weights = part->kernel_tap_column;
    const size_t lanes = part->channels - channel, tap_columns = part->tap_columns;
    vec sums[MAX_POSITIONS];
    UNROLLED for (size_t i = 0; i < positions; i++) sums[i] =
        job->bias ? vec_load_lanes(job->bias + channel, lanes, partial) : (vec){0};
    const float *image_row = job->image + channel + y * part->image_row + x * step;
    const float *kernel_row = job->kernel + channel;
    for (size_t tap_row = 0; tap_row < part->tap_rows; tap_row++) {
        const float *image = image_row, *kernel = kernel_row;
        for (size_t tap = 0; tap < tap_columns; tap++) {
            vec weight = vec_load_lanes(kernel, lanes, partial);
            UNROLLED for (size_t i = 0; i < positions; i++) sums[i] +=
                weight * vec_load_lanes(image + (ptrdiff_t)i * step, lanes, partial);
            image += next;
            kernel += next_weights;
        }
        image_row += part->image_tap_row;
        kernel_row += part->kernel_tap_row;
    }
    float *output = job->output + channel + y * part->output_row + x * part->output_column;
    UNROLLED for (size_t i = 0; i < positions; i++) vec_store_lanes(
        output + (ptrdiff_t)i * part->output_column, job->relu ? vec_relu(sums[i]) : sums[i], lanes, partial);
}

typedef void (*sum_tile_fn)(const sum_job *job, size_t row, size_t column, size_t channel);

#define SUM_TILE(positions)                                                                                   \
    static void sum_tile_##positions(const sum_job *job, size_t row, size_t column, size_t channel) {         \
        sum_tile(job, row, column, channel, positions, false);                                                \
    }                                                                                                         \
    static void sum_partial_tile_##positions(const sum_job *job, size_t row, size_t column, size_t channel) { \
        sum_tile(job, row, column, channel, positions, true);                                                 \
    }
SUM_TILE(1)
SUM_TILE(2)
SUM_TILE(3)
SUM_TILE(4)
SUM_TILE(5)
SUM_TILE(6)
SUM_TILE(7)
SUM_TILE(8)

static const sum_tile_fn tiles[MAX_POSITIONS] = {sum_tile_1, sum_tile_2, sum_tile_3, sum_tile_4,
                                                 sum_tile_5, sum_tile_6, sum_tile_7, sum_tile_8};
static const sum_tile_fn partial_tiles[MAX_POSITIONS] = {sum_partial_tile_1, sum_partial_tile_2, sum_partial_tile_3,
                                                         sum_partial_tile_4, sum_partial_tile_5, sum_partial_tile_6,
                                                         sum_partial_tile_7, sum_partial_tile_8};

void SET_NAME(depthwise)(float *output, const float *image, const float *kernel, const float *bias, bool relu,
                         const digitnet__depthwise_part *part) {
    const sum_job job = {.output = output + part->output,
                         .image = image + part->image,
                         .kernel = kernel + part->kernel,
                         .bias = bias,
                         .relu = relu,
                         .part = part};
    for (size_t row = 0; row < part->rows; row++)
        for (size_t channel = 0; channel < part->channels; channel += WIDTH) {
            const sum_tile_fn *fns = part->channels - channel < WIDTH ? partial_tiles : tiles;
            for (size_t column = 0, count; column < part->columns; column += count) {
                count = next_part(part->columns - column, MAX_POSITIONS);
                fns[count - 1](&job, row, column, channel);
            }
        }
}

typedef struct tap_job {
    float *kernel_gradient;
    const float *output_gradient, *image; /* at the first position and the first of the taps */
    const digitnet__depthwise_part *part;
} tap_job;

/* Some taps in one vector of channels, over all positions. */
ALWAYS_INLINE void sum_taps(const tap_job *job, size_t channel, size_t tap_rows, size_t tap_columns, bool partial) {
    const digitnet__depthwise_part *part = job->part;
    const ptrdiff_t tap_row = part->image_tap_row, tap_column = part->image_tap_column;
    const ptrdiff_t image_column = part->image_column, output_column = part->output_column;
    const size_t lanes = part->channels - channel;
    vec sums[MAX_TAP_ROWS * MAX_TAP_COLUMNS];
    UNROLLED for (size_t i = 0; i < tap_rows * tap_columns; i++) sums[i] = (vec){0};
    for (size_t row = 0; row < part->rows; row++) {
        const float *image = job->image + channel + (ptrdiff_t)row * part->image_row;
        const float *gradient = job->output_gradient + channel + (ptrdiff_t)row * part->output_row;
        for (size_t column = 0; column < part->columns; column++) {
            vec g = vec_load_lanes(gradient, lanes, partial);
            UNROLLED for (size_t i = 0; i < tap_rows * tap_columns; i++) {
                ptrdiff_t y = (ptrdiff_t)(i / tap_columns), x = (ptrdiff_t)(i % tap_columns);
                sums[i] += g * vec_load_lanes(image + y * tap_row + x * tap_column, lanes, partial);
            }
            image += image_column;
            gradient += output_column;
        }
    }
    UNROLLED for (size_t i = 0; i < tap_rows * tap_columns; i++) {
        ptrdiff_t y = (ptrdiff_t)(i / tap_columns), x = (ptrdiff_t)(i % tap_columns);
        float *place = job->kernel_gradient + channel + y * part->kernel_tap_row + x * part->kernel_tap_column;
        vec_store_lanes(place, vec_load_lanes(place, lanes, partial) + sums[i], lanes, partial);
    }
}

typedef void (*sum_taps_fn)(const tap_job *job, size_t channel);

#define SUM_TAPS(rows, columns)                                                           \
    static void sum_taps_##rows##x##columns(const tap_job *job, size_t channel) {         \
        sum_taps(job, channel, rows, columns, false);                                     \
    }                                                                                     \
    static void sum_partial_taps_##rows##x##columns(const tap_job *job, size_t channel) { \
        sum_taps(job, channel, rows, columns, true);                                      \
    }
SUM_TAPS(1, 1)
SUM_TAPS(1, 2)
SUM_TAPS(1, 3)
SUM_TAPS(2, 1)
SUM_TAPS(2, 2)
SUM_TAPS(2, 3)
SUM_TAPS(3, 1)
SUM_TAPS(3, 2)
SUM_TAPS(3, 3)

static const sum_taps_fn taps[MAX_TAP_ROWS][MAX_TAP_COLUMNS] = {
    {sum_taps_1x1, sum_taps_1x2, sum_taps_1x3},
    {sum_taps_2x1, sum_taps_2x2, sum_taps_2x3},
    {sum_taps_3x1, sum_taps_3x2, sum_taps_3x3},
};
static const sum_taps_fn partial_taps[MAX_TAP_ROWS][MAX_TAP_COLUMNS] = {
    {sum_partial_taps_1x1, sum_partial_taps_1x2, sum_partial_taps_1x3},
    {sum_partial_taps_2x1, sum_partial_taps_2x2, sum_partial_taps_2x3},
    {sum_partial_taps_3x1, sum_partial_taps_3x2, sum_partial_taps_3x3},
};

static void add_taps(const tap_job *job, size_t tap_rows, size_t tap_columns) {
    size_t channel = 0, channels = job->part->channels;
    for (; channel + WIDTH <= channels; channel += WIDTH)
        taps[tap_rows - 1][tap_columns - 1](job, channel);
    if (channel < channels)
        partial_taps[tap_rows - 1][tap_columns - 1](job, channel);
}

void SET_NAME(depthwise_kernel_gradient)(float *kernel_gradient, const float *output_gradient, const float *image,
                                         const digitnet__depthwise_part *part) {
    for (size_t y = 0, rows; y < part->tap_rows; y += rows) {
        rows = next_part(part->tap_rows - y, MAX_TAP_ROWS);
        for (size_t x = 0, columns; x < part->tap_columns; x += columns) {
            columns = next_part(part->tap_columns - x, MAX_TAP_COLUMNS);
            ptrdiff_t row = (ptrdiff_t)y, column = (ptrdiff_t)x;
            const tap_job job = {.kernel_gradient = kernel_gradient + part->kernel + row * part->kernel_tap_row +
                                                    column * part->kernel_tap_column,
                                 .output_gradient = output_gradient + part->output,
                                 .image =
                                     image + part->image + row * part->image_tap_row + column * part->image_tap_column,
                                 .part = part};
            add_taps(&job, rows, columns);
        }
    }
}
