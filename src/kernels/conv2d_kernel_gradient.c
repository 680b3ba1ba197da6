/* The gradient by a convolution's kernel: for each filter, the patches of the image where its gradient is not zero,
 * times that gradient, summed up in registers. */
#include "kernels/conv2d_backward.h"

/* Vectors of a kernel's row in one pass, with one and with three rows at once. */
#if WIDTH == 16
enum { MAX_VECTORS = 12, MAX_VECTORS_OF_3 = 8, NINE_VECTORS = 2 };
#elif WIDTH == 8
enum { MAX_VECTORS = 12, MAX_VECTORS_OF_3 = 4, NINE_VECTORS = 1 };
#else
enum { MAX_VECTORS = 8, MAX_VECTORS_OF_3 = 4, NINE_VECTORS = 1 };
#endif
enum { MAX_SUMS = 24, NINE = 9 };

/* Some vectors of some rows of one filter's kernel. */
typedef struct kernel_chunk {
    const backward *job;
    size_t filter;
    const float *image; /* of the patches, moved by the chunk's place in the kernel */
    float *gradient;    /* the chunk's place in the kernel's gradient */
    size_t last;        /* where in a row the last vector begins: it may overlap the one before it */
    size_t tail;        /* values in the last vector */
} kernel_chunk;

/* Vectors of a row may overlap: all are read before any is written. */
ALWAYS_INLINE void add_chunk(const kernel_chunk *chunk, const vec *sums, size_t rows, size_t vectors) {
    const size_t run = chunk->job->run, last = chunk->last, tail = chunk->tail;
    vec totals[MAX_SUMS];
    UNROLLED for (size_t r = 0; r < rows; r++) UNROLLED for (size_t v = 0; v < vectors; v++) {
        const float *place = chunk->gradient + r * run + (v + 1 < vectors ? v * WIDTH : last);
        vec old = v + 1 < vectors || tail == WIDTH ? vec_load(place) : vec_load_part(place, tail);
        totals[r * vectors + v] = old + sums[r * vectors + v];
    }
    UNROLLED for (size_t r = 0; r < rows; r++) UNROLLED for (size_t v = 0; v < vectors; v++) {
        float *place = chunk->gradient + r * run + (v + 1 < vectors ? v * WIDTH : last);
        if (v + 1 < vectors || tail == WIDTH)
            vec_store(place, totals[r * vectors + v]);
        else
            vec_store_part(place, totals[r * vectors + v], tail);
    }
}

ALWAYS_INLINE void sum_chunk(const kernel_chunk *chunk, size_t rows, size_t vectors) {
    const backward *job = chunk->job;
    const float *gradients = job->gradients + chunk->filter;
    const int32_t *argmax = job->argmax + chunk->filter;
    const size_t lanes = job->lanes, image_row = job->image_row, last = chunk->last;
    vec sums[MAX_SUMS];
    UNROLLED for (size_t i = 0; i < rows * vectors; i++) sums[i] = (vec){0};
    uint64_t windows = (uint64_t)job->high[chunk->filter] << 32 | job->low[chunk->filter];
    for (; windows != 0; windows &= windows - 1) {
        size_t window = (size_t)__builtin_ctzll(windows);
        float gradient = gradients[window * lanes];
        const float *patch = chunk->image + job->window_offsets[window] + job->place_offsets[argmax[window * lanes]];
        UNROLLED for (size_t r = 0; r < rows; r++) {
            KEEP(patch);
            UNROLLED for (size_t v = 0; v < vectors; v++) sums[r * vectors + v] +=
                vec_load(patch + (v + 1 < vectors ? v * WIDTH : last)) * gradient;
            patch += image_row;
        }
    }
    add_chunk(chunk, sums, rows, vectors);
}

#define CHUNK(rows, vectors)                                              \
    static void sum_chunk_##rows##x##vectors(const kernel_chunk *chunk) { \
        sum_chunk(chunk, rows, vectors);                                  \
    }
#define CHUNKS_TO_4(rows) CHUNK(rows, 1) CHUNK(rows, 2) CHUNK(rows, 3) CHUNK(rows, 4)
#define CHUNKS_TO_8(rows) CHUNKS_TO_4(rows) CHUNK(rows, 5) CHUNK(rows, 6) CHUNK(rows, 7) CHUNK(rows, 8)
#define CHUNKS_TO_12(rows) CHUNKS_TO_8(rows) CHUNK(rows, 9) CHUNK(rows, 10) CHUNK(rows, 11) CHUNK(rows, 12)
#define TO_4(rows) sum_chunk_##rows##x1, sum_chunk_##rows##x2, sum_chunk_##rows##x3, sum_chunk_##rows##x4
#define TO_8(rows) TO_4(rows), sum_chunk_##rows##x5, sum_chunk_##rows##x6, sum_chunk_##rows##x7, sum_chunk_##rows##x8
#define TO_12(rows) \
    TO_8(rows), sum_chunk_##rows##x9, sum_chunk_##rows##x10, sum_chunk_##rows##x11, sum_chunk_##rows##x12

typedef void (*sum_chunk_fn)(const kernel_chunk *chunk);
#if WIDTH == 16
CHUNKS_TO_12(1)
CHUNKS_TO_8(3)
static const sum_chunk_fn chunks_of_1[] = {TO_12(1)}, chunks_of_3[] = {TO_8(3)};
#elif WIDTH == 8
CHUNKS_TO_12(1)
CHUNKS_TO_4(3)
static const sum_chunk_fn chunks_of_1[] = {TO_12(1)}, chunks_of_3[] = {TO_4(3)};
#else
CHUNKS_TO_8(1)
CHUNKS_TO_4(3)
static const sum_chunk_fn chunks_of_1[] = {TO_8(1)}, chunks_of_3[] = {TO_4(3)};
#endif

/* One filter, from the image itself. */
static void add_filter(float *gradient, const backward *job, size_t filter) {
    size_t rows, vectors = (job->run + WIDTH - 1) / WIDTH;
    for (size_t ky = 0; ky < job->kernel_height; ky += rows) {
        rows = job->kernel_height - ky >= 3 && vectors <= MAX_VECTORS_OF_3 ? 3 : 1;
        for (size_t done = 0; done < vectors;) {
            size_t part = rows == 3 ? vectors : next_part(vectors - done, MAX_VECTORS), first = done * WIDTH;
            kernel_chunk chunk = {.job = job, .filter = filter, .tail = WIDTH};
            chunk.image = job->image + ky * job->image_row + first;
            chunk.gradient = gradient + ky * job->run + first;
            chunk.last = min_size((part - 1) * WIDTH, job->run - WIDTH - first);
            (rows == 3 ? chunks_of_3 : chunks_of_1)[part - 1](&chunk);
            done += part;
        }
    }
}

/* One filter, from patches that stand one by one. */
static void add_filter_by_patches(float *gradient, const backward *patches, size_t filter) {
    size_t vectors = patches->padded_depth / WIDTH;
    for (size_t done = 0; done < vectors;) {
        size_t part = next_part(vectors - done, MAX_VECTORS), first = done * WIDTH;
        kernel_chunk chunk = {
            .job = patches, .filter = filter, .image = patches->image + first, .gradient = gradient + first};
        chunk.last = (part - 1) * WIDTH;
        chunk.tail = min_size(patches->depth - first - chunk.last, WIDTH);
        chunks_of_1[part - 1](&chunk);
        done += part;
    }
}

static void add_by_patches(float *gradient, const backward *job) {
    backward patches = *job; /* as an image */
    patches.image = job->patches;
    for (size_t window = 0; window < job->window_count; window++)
        patches.window_offsets[window] = window * job->places * job->padded_depth;
    for (size_t place = 0; place < job->places; place++)
        patches.place_offsets[place] = place * job->padded_depth;
    for (size_t filter = 0; filter < job->filters; filter++)
        add_filter_by_patches(gradient + filter * job->depth, &patches, filter);
}

/* Rows of `stride` values, one a tap, into filters of nine taps. */
static void add_turned(float *gradient, const float *values, size_t filters, size_t stride) {
    for (size_t filter = 0; filter < filters; filter++)
        for (size_t tap = 0; tap < NINE; tap++)
            gradient[filter * NINE + tap] += values[tap * stride + filter];
}

/* A kernel of 3 x 3 over one channel: too few sums for a filter by itself. Here the lanes are filters, and the zeros
 * are not left out. */
ALWAYS_INLINE void sum_nine(float *gradient, const backward *job, size_t first, size_t vectors) {
    vec sums[NINE * NINE_VECTORS];
    UNROLLED for (size_t i = 0; i < NINE * vectors; i++) sums[i] = (vec){0};
    const size_t image_row = job->image_row;
    for (size_t window = 0; window < job->window_count; window++) {
        const float *gradients = job->gradients + window * job->lanes + first;
        const int32_t *argmax = job->argmax + window * job->lanes + first;
        for (size_t place = 0; place < job->places; place++) {
            const float *patch = job->image + job->window_offsets[window] + job->place_offsets[place];
            vec here[NINE_VECTORS];
            UNROLLED for (size_t v = 0; v < vectors; v++) here[v] = vec_select(
                mask_equal(ivec_load(argmax + v * WIDTH), (int32_t)place), vec_load(gradients + v * WIDTH), (vec){0});
            UNROLLED for (size_t tap = 0; tap < NINE; tap++) UNROLLED for (size_t v = 0; v < vectors; v++)
                sums[tap * vectors + v] += here[v] * patch[tap / 3 * image_row + tap % 3];
        }
    }
    float values[NINE * NINE_VECTORS * WIDTH];
    UNROLLED for (size_t i = 0; i < NINE * vectors; i++) vec_store(values + i * WIDTH, sums[i]);
    add_turned(gradient + first * NINE, values, min_size(job->filters - first, vectors * WIDTH), vectors * WIDTH);
}

static void add_by_nine(float *gradient, const backward *job) {
    size_t filter = 0;
    for (; filter + NINE_VECTORS * WIDTH <= job->lanes; filter += NINE_VECTORS * WIDTH)
        sum_nine(gradient, job, filter, NINE_VECTORS);
    for (; filter < job->lanes; filter += WIDTH)
        sum_nine(gradient, job, filter, 1);
}

void SET_NAME(add_kernel_gradient)(float *kernel_gradient, const backward *job) {
    if (job->patches) {
        add_by_patches(kernel_gradient, job);
        return;
    }
    if (is_nine(job)) {
        add_by_nine(kernel_gradient, job);
        return;
    }
    for (size_t filter = 0; filter < job->filters; filter++)
        add_filter(kernel_gradient + filter * job->depth, job, filter);
}
