/* Depthwise convolution of parts of an image whose positions have the same taps: channels lie in the lanes of vectors,
 * and neighbouring positions, or taps, in several registers. */
#include "kernels/set.h"

/* Positions side by side: as many sums as keep the processor's adders busy. */
enum { MAX_POSITIONS = 8 };
/* Taps whose gradients are summed at the same time. */
enum { MAX_TAP_ROWS = 3, MAX_TAP_COLUMNS = 3 };

static size_t min_size(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Shares `left` out evenly in parts of at most `most`: the size of the next part. */
static size_t next_part(size_t left, size_t most) {
    size_t parts = (left + most - 1) / most;
    return (left + parts - 1) / parts;
}

/* `lanes` is WIDTH unless `partial`. */
ALWAYS_INLINE vec load_lanes(const float *from, size_t lanes, bool partial) {
    return partial ? vec_load_part(from, lanes) : vec_load(from);
}

ALWAYS_INLINE void store_lanes(float *to, vec v, size_t lanes, bool partial) {
    if (partial)
        vec_store_part(to, v, lanes);
    else
        vec_store(to, v);
}

/* Positions side by side in one vector of channels. */
typedef struct tile {
    float *output;
    const float *image, *kernel, *bias; /* bias: NULL for zeros */
    bool relu;
    size_t lanes;
    const digitnet__depthwise_part *part;
} tile;

ALWAYS_INLINE void sum_tile(const tile *t, size_t positions, bool partial) {
    const digitnet__depthwise_part *part = t->part;
    const ptrdiff_t step = part->image_column, next = part->image_tap_column, next_weights = part->kernel_tap_column;
    const size_t lanes = t->lanes, columns = part->tap_columns;
    vec sums[MAX_POSITIONS];
    UNROLLED for (size_t i = 0; i < positions; i++) sums[i] = t->bias ? load_lanes(t->bias, lanes, partial) : (vec){0};
    const float *image_row = t->image, *kernel_row = t->kernel;
    for (size_t y = 0; y < part->tap_rows; y++) {
        const float *image = image_row, *kernel = kernel_row;
        for (size_t x = 0; x < columns; x++) {
            vec weight = load_lanes(kernel, lanes, partial);
            UNROLLED for (size_t i = 0; i < positions; i++) sums[i] +=
                weight * load_lanes(image + (ptrdiff_t)i * step, lanes, partial);
            image += next;
            kernel += next_weights;
        }
        image_row += part->image_tap_row;
        kernel_row += part->kernel_tap_row;
    }
    UNROLLED for (size_t i = 0; i < positions; i++) store_lanes(t->output + (ptrdiff_t)i * part->output_column,
                                                                t->relu ? vec_relu(sums[i]) : sums[i], lanes, partial);
}

#define TILE(positions)                               \
    static void sum_tile_##positions(const tile *t) { \
        if (t->lanes == WIDTH)                        \
            sum_tile(t, positions, false);            \
        else                                          \
            sum_tile(t, positions, true);             \
    }
TILE(1)
TILE(2)
TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8)

    static void (*const tiles[MAX_POSITIONS])(const tile *t) = {sum_tile_1, sum_tile_2, sum_tile_3, sum_tile_4,
                                                                sum_tile_5, sum_tile_6, sum_tile_7, sum_tile_8};

void SET_NAME(depthwise)(float *output, const float *image, const float *kernel, const float *bias, bool relu,
                         const digitnet__depthwise_part *part) {
    for (size_t row = 0; row < part->rows; row++)
        for (size_t channel = 0; channel < part->channels; channel += WIDTH) {
            tile t = {.output = output + part->output + (ptrdiff_t)row * part->output_row + channel,
                      .image = image + part->image + (ptrdiff_t)row * part->image_row + channel,
                      .kernel = kernel + part->kernel + channel,
                      .bias = bias ? bias + channel : NULL,
                      .relu = relu,
                      .lanes = min_size(part->channels - channel, WIDTH),
                      .part = part};
            for (size_t left = part->columns, count; left > 0; left -= count) {
                count = next_part(left, MAX_POSITIONS);
                tiles[count - 1](&t);
                t.image += (ptrdiff_t)count * part->image_column;
                t.output += (ptrdiff_t)count * part->output_column;
            }
        }
}

/* Some taps in one vector of channels. */
typedef struct taps {
    float *kernel_gradient;
    const float *output_gradient, *image;
    size_t lanes;
    const digitnet__depthwise_part *part;
} taps;

ALWAYS_INLINE void sum_taps(const taps *t, size_t tap_rows, size_t tap_columns, bool partial) {
    const digitnet__depthwise_part *part = t->part;
    const ptrdiff_t tap_row = part->image_tap_row, tap_column = part->image_tap_column;
    const ptrdiff_t image_column = part->image_column, output_column = part->output_column;
    const size_t lanes = t->lanes;
    vec sums[MAX_TAP_ROWS * MAX_TAP_COLUMNS];
    UNROLLED for (size_t i = 0; i < tap_rows * tap_columns; i++) sums[i] = (vec){0};
    for (size_t y = 0; y < part->rows; y++) {
        const float *image = t->image + (ptrdiff_t)y * part->image_row;
        const float *gradient = t->output_gradient + (ptrdiff_t)y * part->output_row;
        for (size_t x = 0; x < part->columns; x++) {
            vec g = load_lanes(gradient, lanes, partial);
            UNROLLED for (size_t i = 0; i < tap_rows * tap_columns; i++) sums[i] +=
                g *
                load_lanes(image + (ptrdiff_t)(i / tap_columns) * tap_row + (ptrdiff_t)(i % tap_columns) * tap_column,
                           lanes, partial);
            image += image_column;
            gradient += output_column;
        }
    }
    UNROLLED for (size_t i = 0; i < tap_rows * tap_columns; i++) {
        float *place = t->kernel_gradient + (ptrdiff_t)(i / tap_columns) * part->kernel_tap_row +
                       (ptrdiff_t)(i % tap_columns) * part->kernel_tap_column;
        store_lanes(place, load_lanes(place, lanes, partial) + sums[i], lanes, partial);
    }
}

#define TAPS(rows, columns)                                  \
    static void sum_taps_##rows##x##columns(const taps *t) { \
        if (t->lanes == WIDTH)                               \
            sum_taps(t, rows, columns, false);               \
        else                                                 \
            sum_taps(t, rows, columns, true);                \
    }
TAPS(1, 1)
TAPS(1, 2)
TAPS(1, 3) TAPS(2, 1) TAPS(2, 2) TAPS(2, 3) TAPS(3, 1) TAPS(3, 2) TAPS(3, 3)

    static void (*const taps_of[MAX_TAP_ROWS][MAX_TAP_COLUMNS])(const taps *t) = {
        {sum_taps_1x1, sum_taps_1x2, sum_taps_1x3},
        {sum_taps_2x1, sum_taps_2x2, sum_taps_2x3},
        {sum_taps_3x1, sum_taps_3x2, sum_taps_3x3},
};

/* All channels of some taps. */
static void add_taps(const taps *first, size_t tap_rows, size_t tap_columns) {
    taps t = *first;
    for (size_t channel = 0; channel < t.part->channels; channel += WIDTH) {
        t.lanes = min_size(t.part->channels - channel, WIDTH);
        taps_of[tap_rows - 1][tap_columns - 1](&t);
        t.kernel_gradient += WIDTH;
        t.output_gradient += WIDTH;
        t.image += WIDTH;
    }
}

void SET_NAME(depthwise_kernel_gradient)(float *kernel_gradient, const float *output_gradient, const float *image,
                                         const digitnet__depthwise_part *part) {
    for (size_t y = 0, rows; y < part->tap_rows; y += rows) {
        rows = next_part(part->tap_rows - y, MAX_TAP_ROWS);
        for (size_t x = 0, columns; x < part->tap_columns; x += columns) {
            columns = next_part(part->tap_columns - x, MAX_TAP_COLUMNS);
            ptrdiff_t row = (ptrdiff_t)y, column = (ptrdiff_t)x;
            const taps first = {.kernel_gradient = kernel_gradient + part->kernel + row * part->kernel_tap_row +
                                                   column * part->kernel_tap_column,
                                .output_gradient = output_gradient + part->output,
                                .image =
                                    image + part->image + row * part->image_tap_row + column * part->image_tap_column,
                                .part = part};
            add_taps(&first, rows, columns);
        }
    }
}
