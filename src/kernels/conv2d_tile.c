/* Convolution, ReLU and max pool in one pass over the image: a tile of output positions by filters is summed up in
 * registers, straight from the image, since in rows x columns x channels the taps of a kernel's row are one run of
 * values at every position. */
#include "core/memory.h"
#include "kernels/set.h"

#include <string.h>

/* Vectors of filters in a tile, and its positions for one, two or three of them: as many sums as registers allow beside
 * the weights. */
#if WIDTH == 16 /* 32 registers */
enum { MAX_VECTORS = 2 };
static const size_t max_windows[] = {0, 3, 3}, max_positions[] = {0, 8, 8};
#elif WIDTH == 8 /* 16 registers */
enum { MAX_VECTORS = 3 };
static const size_t max_windows[] = {0, 3, 1, 1}, max_positions[] = {0, 8, 6, 4};
#else            /* 16 registers, products and sums apart */
enum { MAX_VECTORS = 2 };
static const size_t max_windows[] = {0, 2, 1}, max_positions[] = {0, 8, 4};
#endif
enum { MAX_TILE = 24 };

/* A block of filters over one image. */
typedef struct filter_block {
    const float *weights; /* depth x vectors */
    const float *bias;    /* full vectors */
    size_t kernel_height, run;
    size_t image_row;             /* from row to row of the image */
    size_t row_step, column_step; /* from output position to output position, in the image */
    size_t output_step;           /* likewise in what is written */
    bool relu;                    /* of positions; windows are through ReLU always */
} filter_block;

static size_t count_vectors(const digitnet__conv2d_shape *shape) {
    return shape->filters / WIDTH + (shape->filters % WIDTH > 0);
}

size_t SET_NAME(conv2d_packed_values)(const digitnet__conv2d_shape *shape) {
    const size_t factors[] = {shape->kernel_height, shape->kernel_width, shape->channels, count_vectors(shape), WIDTH};
    size_t values;
    return digitnet__size_product(&values, factors, 5) ? values : SIZE_MAX;
}

/* Filters first .. end - 1 of one panel, which has `lanes` filters from `start` on: depth x lanes, zeros where there
 * are no filters. A piece of the depth at a time, so that what is written stays in the first cache until its lines are
 * full. */
static void pack_panel(float *panel, const float *kernel, size_t depth, size_t lanes, size_t first, size_t end,
                       size_t filters) {
    enum { PIECE = 64 };
    for (size_t from = 0; from < depth; from += PIECE)
        for (size_t lane = first; lane < end; lane++)
            for (size_t k = from; k < depth && k < from + PIECE; k++)
                panel[k * lanes + lane] = lane < filters ? kernel[lane * depth + k] : 0;
}

/* Panel after panel. The last filter's call fills in the zeros behind it. */
void SET_NAME(conv2d_pack)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                           size_t count) {
    size_t depth = shape->kernel_height * shape->kernel_width * shape->channels, vectors = count_vectors(shape);
    size_t end = first + count == shape->filters ? vectors * WIDTH : first + count;
    for (size_t panel = 0, lanes; panel < end; panel += lanes) {
        size_t part = next_part(vectors, MAX_VECTORS);
        lanes = part * WIDTH;
        vectors -= part;
        if (first < panel + lanes) {
            pack_panel(packed + panel * depth, kernel + panel * depth, depth, lanes, first > panel ? first - panel : 0,
                       end < panel + lanes ? end - panel : lanes, shape->filters - panel);
        }
    }
}

/* Of the convolution that goes back the filters are this one's channels, which lie side by side in the kernel; the last
 * panel's zeros are written with every filter. */
void SET_NAME(conv2d_pack_back)(float *packed, const float *kernel, const digitnet__conv2d_shape *shape, size_t first,
                                size_t count) {
    size_t taps = shape->kernel_height * shape->kernel_width, channels = shape->channels;
    size_t vectors = (channels + WIDTH - 1) / WIDTH;
    for (size_t panel = 0, lanes; panel < channels; panel += lanes) {
        size_t part = next_part(vectors, MAX_VECTORS), used;
        lanes = part * WIDTH;
        vectors -= part;
        used = channels - panel < lanes ? channels - panel : lanes;
        for (size_t filter = first; filter < first + count; filter++)
            for (size_t tap = 0; tap < taps; tap++) {
                float *row = packed + (panel * taps + (taps - 1 - tap) * lanes) * shape->filters + filter * lanes;
                memcpy(row, kernel + (filter * taps + tap) * channels + panel, used * sizeof *row);
                memset(row + used, 0, (lanes - used) * sizeof *row);
            }
    }
}

/* The tile at `image`: rows x columns x vectors sums. */
ALWAYS_INLINE void sum_tile(vec *sums, const filter_block *block, const float *image, size_t rows, size_t columns,
                            size_t vectors) {
    UNROLLED for (size_t i = 0; i < rows * columns * vectors; i++) sums[i] =
        vec_load(block->bias + i % vectors * WIDTH);
    const float *weights = block->weights;
    const size_t row_step = block->row_step, column_step = block->column_step;
    for (size_t ky = 0; ky < block->kernel_height; ky++) {
        const float *taps = image + ky * block->image_row, *end = taps + block->run;
        for (; taps < end; taps++, weights += vectors * WIDTH) {
            vec weight[MAX_VECTORS];
            UNROLLED for (size_t v = 0; v < vectors; v++) weight[v] = vec_load(weights + v * WIDTH);
            UNROLLED for (size_t i = 0; i < rows * columns; i++) {
                float tap = taps[i / columns * row_step + i % columns * column_step];
                UNROLLED for (size_t v = 0; v < vectors; v++) sums[i * vectors + v] += weight[v] * tap;
            }
        }
    }
}

/* The greatest of four, the first of equals, and its place; a NaN is not lost. */
ALWAYS_INLINE void pool_four(float *output, uint8_t *argmax, const vec *v) {
    vec upper = vec_greater(v[1], v[0]), lower = vec_greater(v[3], v[2]), greatest = vec_greater(lower, upper);
    if (__builtin_expect(mask_bits(mask_unordered(v[0], v[1]) | mask_unordered(v[2], v[3])) != 0, 0)) {
        vec sum = v[0] + v[1] + v[2] + v[3];
        greatest = vec_select(mask_unordered(sum, sum), sum, greatest);
    }
    vec_store(output, vec_relu(greatest));
    if (argmax) {
        mask second = mask_greater(v[1], v[0]), fourth = mask_greater(v[3], v[2]), below = mask_greater(lower, upper);
        lane_places above = places_select(second, places_set(1), places_set(0));
        places_store(argmax, places_select(below, places_select(fourth, places_set(3), places_set(2)), above));
    }
}

/* `tiles` tiles side by side of windows of 2 x 2 side by side. */
ALWAYS_INLINE void window_tiles(const filter_block *whole, const float *image, float *output, uint8_t *argmax,
                                size_t tiles, size_t windows, size_t vectors) {
    const filter_block block = *whole;
    const size_t columns = 2 * windows, step = block.output_step;
    for (; tiles > 0; tiles--) {
        vec sums[MAX_TILE];
        sum_tile(sums, &block, image, 2, columns, vectors);
        UNROLLED for (size_t i = 0; i < windows; i++) UNROLLED for (size_t v = 0; v < vectors; v++) {
            const vec *upper = sums + 2 * i * vectors + v, *lower = upper + columns * vectors;
            const vec window[] = {upper[0], upper[vectors], lower[0], lower[vectors]};
            size_t place = i * step + v * WIDTH;
            pool_four(output + place, argmax ? argmax + place : NULL, window);
        }
        image += columns * block.column_step;
        output += windows * step;
        argmax = argmax ? argmax + windows * step : NULL;
    }
}

/* Positions side by side. */
ALWAYS_INLINE void position_tile(const filter_block *block, const float *image, float *output, size_t positions,
                                 size_t vectors) {
    vec sums[MAX_TILE];
    sum_tile(sums, block, image, 1, positions, vectors);
    if (block->relu) {
        UNROLLED for (size_t i = 0; i < positions * vectors; i++) sums[i] = vec_relu(sums[i]);
    }
    UNROLLED for (size_t i = 0; i < positions; i++) UNROLLED for (size_t v = 0; v < vectors; v++)
        vec_store(output + i * block->output_step + v * WIDTH, sums[i * vectors + v]);
}

typedef void (*window_tiles_fn)(const filter_block *block, const float *image, float *output, uint8_t *argmax,
                                size_t tiles);
typedef void (*position_tile_fn)(const filter_block *block, const float *image, float *output);

#define WINDOW_TILES(windows, vectors)                                                                           \
    static void window_tiles_##windows##x##vectors(const filter_block *block, const float *image, float *output, \
                                                   uint8_t *argmax, size_t tiles) {                              \
        window_tiles(block, image, output, argmax, tiles, windows, vectors);                                     \
    }
#define POSITION_TILE(positions, vectors)                                                                             \
    static void position_tile_##positions##x##vectors(const filter_block *block, const float *image, float *output) { \
        position_tile(block, image, output, positions, vectors);                                                      \
    }
#define POSITION_TILES_TO_4(vectors) \
    POSITION_TILE(1, vectors) POSITION_TILE(2, vectors) POSITION_TILE(3, vectors) POSITION_TILE(4, vectors)
#define POSITION_TILES_TO_6(vectors) POSITION_TILES_TO_4(vectors) POSITION_TILE(5, vectors) POSITION_TILE(6, vectors)
#define POSITION_TILES_TO_8(vectors) POSITION_TILES_TO_6(vectors) POSITION_TILE(7, vectors) POSITION_TILE(8, vectors)
#define TO_4(vectors) \
    position_tile_1x##vectors, position_tile_2x##vectors, position_tile_3x##vectors, position_tile_4x##vectors
#define TO_6(vectors) TO_4(vectors), position_tile_5x##vectors, position_tile_6x##vectors
#define TO_8(vectors) TO_6(vectors), position_tile_7x##vectors, position_tile_8x##vectors

WINDOW_TILES(1, 1)
WINDOW_TILES(2, 1)
WINDOW_TILES(1, 2)
#if WIDTH == 16
WINDOW_TILES(3, 1)
WINDOW_TILES(2, 2)
WINDOW_TILES(3, 2)
POSITION_TILES_TO_8(1)
POSITION_TILES_TO_8(2)
static const window_tiles_fn tiles_of_windows[MAX_VECTORS][3] = {
    {window_tiles_1x1, window_tiles_2x1, window_tiles_3x1}, {window_tiles_1x2, window_tiles_2x2, window_tiles_3x2}};
static const position_tile_fn tiles_of_positions[MAX_VECTORS][8] = {{TO_8(1)}, {TO_8(2)}};
#elif WIDTH == 8
WINDOW_TILES(3, 1)
WINDOW_TILES(1, 3)
POSITION_TILES_TO_8(1)
POSITION_TILES_TO_6(2)
POSITION_TILES_TO_4(3)
static const window_tiles_fn tiles_of_windows[MAX_VECTORS][3] = {
    {window_tiles_1x1, window_tiles_2x1, window_tiles_3x1}, {window_tiles_1x2}, {window_tiles_1x3}};
static const position_tile_fn tiles_of_positions[MAX_VECTORS][8] = {{TO_8(1)}, {TO_6(2)}, {TO_4(3)}};
#else
POSITION_TILES_TO_8(1)
POSITION_TILES_TO_4(2)
static const window_tiles_fn tiles_of_windows[MAX_VECTORS][2] = {{window_tiles_1x1, window_tiles_2x1},
                                                                 {window_tiles_1x2}};
static const position_tile_fn tiles_of_positions[MAX_VECTORS][8] = {{TO_8(1)}, {TO_4(2)}};
#endif

static void convolve_positions(const filter_block *block, size_t vectors, const float *image, float *output,
                               size_t positions) {
    while (positions > 0) {
        size_t part = next_part(positions, max_positions[vectors]);
        tiles_of_positions[vectors - 1][part - 1](block, image, output);
        image += part * block->column_step;
        output += part * block->output_step;
        positions -= part;
    }
}

static void convolve_windows(const filter_block *block, size_t vectors, const float *image, float *output,
                             uint8_t *argmax, size_t windows) {
    size_t tiles = (windows + max_windows[vectors] - 1) / max_windows[vectors], part = windows / tiles;
    size_t wider = windows % tiles, wide_part = wider * (part + 1);
    if (wider > 0)
        tiles_of_windows[vectors - 1][part](block, image, output, argmax, wider);
    image += wide_part * 2 * block->column_step;
    output += wide_part * block->output_step;
    argmax = argmax ? argmax + wide_part * block->output_step : NULL;
    tiles_of_windows[vectors - 1][part - 1](block, image, output, argmax, tiles - wider);
}

/* One window of any size, from rows of `values` that are `row` values long and have been through ReLU. */
static void pool_window(float *output, uint8_t *argmax, const float *values, size_t step, size_t row,
                        const digitnet__pool2d_shape *pool) {
    vec greatest = vec_load(values);
    lane_places place = places_set(0);
    size_t current = 0;
    for (size_t y = 0; y < pool->pool_height; y++)
        for (size_t x = 0; x < pool->pool_width; x++, current++) {
            vec value = vec_load(values + y * row + x * step);
            mask ordered = ~mask_unordered(greatest, greatest);
            mask greater = mask_greater(value, greatest) | (mask_unordered(value, value) & ordered);
            greatest = vec_select(greater, value, greatest);
            place = places_select(greater, places_set(current), place);
        }
    vec_store(output, greatest);
    if (argmax)
        places_store(argmax, place);
}

/* A row of windows of any size, by way of `rows`, the positions that they read. */
static void convolve_and_pool(const filter_block *block, size_t vectors, const float *image, float *output,
                              uint8_t *argmax, const digitnet__pool2d_shape *pool, float *rows) {
    filter_block whole = *block;
    whole.output_step = vectors * WIDTH;
    size_t row = pool->output_width * pool->pool_width * whole.output_step;
    for (size_t y = 0; y < pool->pool_height; y++)
        convolve_positions(&whole, vectors, image + y * block->row_step, rows + y * row,
                           pool->output_width * pool->pool_width);
    for (size_t x = 0; x < pool->output_width; x++)
        for (size_t v = 0; v < vectors; v++) {
            size_t place = x * block->output_step + v * WIDTH;
            pool_window(output + place, argmax ? argmax + place : NULL,
                        rows + x * pool->pool_width * whole.output_step + v * WIDTH, whole.output_step, row, pool);
        }
}

static void convolve_row(const filter_block *block, size_t vectors, const float *image, float *output, uint8_t *argmax,
                         const digitnet__pool2d_shape *pool, float *rows) {
    if (pool->pool_height == 1 && pool->pool_width == 1)
        convolve_positions(block, vectors, image, output, pool->output_width);
    else if (pool->pool_height == 2 && pool->pool_width == 2)
        convolve_windows(block, vectors, image, output, argmax, pool->output_width);
    else
        convolve_and_pool(block, vectors, image, output, argmax, pool, rows);
}

/* Scratch memory: one row of the output, of full vectors; the places of its maxima; the rows of positions that a row of
 * windows reads. */
static size_t row_values(const digitnet__pool2d_shape *pool) {
    return pool->output_width * MAX_VECTORS * WIDTH;
}

size_t SET_NAME(conv2d_relu_pool_scratch)(const digitnet__conv2d_shape *shape, const digitnet__pool2d_shape *pool) {
    const size_t factors[] = {pool->output_width, MAX_VECTORS * WIDTH,
                              (1 + pool->pool_height * pool->pool_width) * sizeof(float) + sizeof(uint8_t)};
    size_t bytes;
    (void)shape;
    return digitnet__size_product(&bytes, factors, 3) ? bytes : SIZE_MAX;
}

/* The last block may have filters that there are not: its rows go by way of the scratch memory. */
static void convolve_partial_row(const filter_block *block, size_t vectors, const float *image, float *output,
                                 uint8_t *argmax, const digitnet__pool2d_shape *pool, float *row, size_t filters) {
    filter_block whole = *block;
    whole.output_step = vectors * WIDTH;
    float *rows = row + row_values(pool);
    uint8_t *places = (uint8_t *)(rows + pool->pool_height * pool->pool_width * row_values(pool));
    convolve_row(&whole, vectors, image, row, argmax ? places : NULL, pool, rows);
    for (size_t x = 0; x < pool->output_width; x++) {
        memcpy(output + x * block->output_step, row + x * whole.output_step, filters * sizeof *output);
        if (argmax && pool->pool_height * pool->pool_width > 1)
            memcpy(argmax + x * block->output_step, places + x * whole.output_step, filters);
    }
}

static void convolve_block(const filter_block *block, size_t vectors, const float *image, float *output,
                           uint8_t *argmax, const digitnet__pool2d_shape *pool, float *scratch, size_t filters) {
    for (size_t y = 0; y < pool->output_height; y++) {
        if (filters == vectors * WIDTH)
            convolve_row(block, vectors, image, output, argmax, pool, scratch);
        else
            convolve_partial_row(block, vectors, image, output, argmax, pool, scratch, filters);
        image += pool->pool_height * block->row_step;
        output += pool->output_width * block->output_step;
        argmax = argmax ? argmax + pool->output_width * block->output_step : NULL;
    }
}

/* As conv2d_relu_pool(), and without ReLU where the pool is 1 x 1. */
static void convolve(float *output, uint8_t *argmax, const float *image, const float *packed, const float *bias,
                     const digitnet__conv2d_shape *shape, const digitnet__pool2d_shape *pool, void *scratch,
                     bool relu) {
    float block_bias[MAX_VECTORS * WIDTH];
    size_t image_row = (shape->width + shape->padding_left + shape->padding_right) * shape->channels;
    filter_block block = {.weights = packed,
                          .bias = block_bias,
                          .kernel_height = shape->kernel_height,
                          .run = shape->kernel_width * shape->channels,
                          .image_row = image_row,
                          .row_step = shape->stride_height * image_row,
                          .column_step = shape->stride_width * shape->channels,
                          .output_step = shape->filters,
                          .relu = relu};
    for (size_t vectors = count_vectors(shape), first = 0; vectors > 0;) {
        size_t part = next_part(vectors, MAX_VECTORS), lanes = part * WIDTH;
        size_t filters = shape->filters - first < lanes ? shape->filters - first : lanes;
        for (size_t i = 0; i < lanes; i++)
            block_bias[i] = bias && i < filters ? bias[first + i] : 0;
        convolve_block(&block, part, image, output + first, argmax ? argmax + first : NULL, pool, scratch, filters);
        block.weights += shape->kernel_height * block.run * lanes;
        first += filters;
        vectors -= part;
    }
}

void SET_NAME(conv2d_relu_pool)(float *output, uint8_t *argmax, const float *image, const float *packed,
                                const float *bias, const digitnet__conv2d_shape *shape,
                                const digitnet__pool2d_shape *pool, void *scratch) {
    convolve(output, argmax, image, packed, bias, shape, pool, scratch, true);
}

void SET_NAME(conv2d)(float *output, const float *image, const float *packed, const float *bias,
                      const digitnet__conv2d_shape *shape, void *scratch) {
    digitnet__pool2d_shape none = {
        .pool_height = 1, .pool_width = 1, .output_height = shape->output_height, .output_width = shape->output_width};
    convolve(output, NULL, image, packed, bias, shape, &none, scratch, false);
}
