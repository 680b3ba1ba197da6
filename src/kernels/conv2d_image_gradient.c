/* The gradient by a convolution's image: at each position, the kernels of the filters whose gradient is not zero there,
 * times that gradient, summed up in registers and then added to the position's patch. */
#include "kernels/conv2d_backward.h"

#if WIDTH == 16
enum { MAX_VECTORS = 9 };
#elif WIDTH == 8
enum { MAX_VECTORS = 12 };
#else
enum { MAX_VECTORS = 8 };
#endif
enum { GROUP = 64 };

/* Values of the depth that are neighbours in the image, too. */
typedef struct segment {
    size_t from, to, count; /* in the chunk, in the patch */
} segment;

/* Some vectors of the depth, for one group of filters. */
typedef struct depth_chunk {
    const backward *job;
    const float *gradients; /* of the group's first filter */
    const float *kernel;    /* likewise, from the chunk's first value */
    float *image_gradient;
    bool whole;                  /* no vector of the depth goes beyond its row of the kernel */
    size_t offsets[MAX_VECTORS]; /* then: of the vectors in the patch */
    size_t segment_count;        /* else */
    segment segments[MAX_VECTORS * WIDTH];
} depth_chunk;

/* Bit i of positions[window x places + place]: filter first + i of the group has a value there. */
static void find_positions(const backward *job, size_t first, size_t lanes) {
    for (size_t window = 0; window < job->window_count; window++)
        for (size_t place = 0; place < job->places; place++) {
            const float *gradients = job->gradients + window * job->lanes + first;
            const int32_t *argmax = job->argmax + window * job->lanes + first;
            uint64_t found = 0;
            for (size_t lane = 0; lane < lanes; lane += WIDTH) {
                mask here =
                    mask_not_zero(vec_load(gradients + lane)) & mask_equal(ivec_load(argmax + lane), (int32_t)place);
                found |= (uint64_t)mask_bits(here) << lane;
            }
            job->positions[window * job->places + place] = found;
        }
}

static __attribute__((noinline)) void add_segments(float *restrict patch, const float *restrict values,
                                                   const depth_chunk *chunk) {
    for (size_t s = 0; s < chunk->segment_count; s++) {
        const segment run = chunk->segments[s];
        for (size_t i = 0; i < run.count; i++)
            patch[run.to + i] += values[run.from + i];
    }
}

ALWAYS_INLINE void sum_position(const depth_chunk *chunk, uint64_t filters, const float *gradients, float *patch,
                                size_t vectors) {
    const size_t kernel_row = chunk->job->padded_depth;
    vec sums[MAX_VECTORS];
    UNROLLED for (size_t v = 0; v < vectors; v++) sums[v] = (vec){0};
    for (; filters != 0; filters &= filters - 1) {
        size_t filter = (size_t)__builtin_ctzll(filters);
        const float *kernel = chunk->kernel + filter * kernel_row;
        UNROLLED for (size_t v = 0; v < vectors; v++) sums[v] += vec_load(kernel + v * WIDTH) * gradients[filter];
    }
    if (chunk->whole) {
        UNROLLED for (size_t v = 0; v < vectors; v++) {
            float *place = patch + chunk->offsets[v];
            vec_store(place, vec_load(place) + sums[v]);
        }
        return;
    }
    float values[MAX_VECTORS * WIDTH];
    UNROLLED for (size_t v = 0; v < vectors; v++) vec_store(values + v * WIDTH, sums[v]);
    add_segments(patch, values, chunk);
}

ALWAYS_INLINE void sum_chunk(const depth_chunk *chunk, size_t vectors) {
    const backward *job = chunk->job;
    for (size_t window = 0; window < job->window_count; window++)
        for (size_t place = 0; place < job->places; place++) {
            uint64_t filters = job->positions[window * job->places + place];
            if (filters != 0)
                sum_position(chunk, filters, chunk->gradients + window * job->lanes,
                             chunk->image_gradient + job->window_offsets[window] + job->place_offsets[place], vectors);
        }
}

#define CHUNK(vectors)                                          \
    static void sum_chunk_##vectors(const depth_chunk *chunk) { \
        sum_chunk(chunk, vectors);                              \
    }
#define CHUNKS_TO_8 CHUNK(1) CHUNK(2) CHUNK(3) CHUNK(4) CHUNK(5) CHUNK(6) CHUNK(7) CHUNK(8)
#define CHUNKS_TO_12 CHUNKS_TO_8 CHUNK(9) CHUNK(10) CHUNK(11) CHUNK(12)
#define TO_8 sum_chunk_1, sum_chunk_2, sum_chunk_3, sum_chunk_4, sum_chunk_5, sum_chunk_6, sum_chunk_7, sum_chunk_8
#define TO_12 TO_8, sum_chunk_9, sum_chunk_10, sum_chunk_11, sum_chunk_12

typedef void (*sum_chunk_fn)(const depth_chunk *chunk);
#if WIDTH == 16
CHUNKS_TO_8
CHUNK(9)
static const sum_chunk_fn chunks[] = {TO_8, sum_chunk_9};
#elif WIDTH == 8
CHUNKS_TO_12
static const sum_chunk_fn chunks[] = {TO_12};
#else
CHUNKS_TO_8
static const sum_chunk_fn chunks[] = {TO_8};
#endif

/* Where the depth's values first .. end - 1 go. */
static void place_chunk(depth_chunk *chunk, size_t first, size_t end) {
    const backward *job = chunk->job;
    chunk->whole = job->run % WIDTH == 0;
    chunk->segment_count = 0;
    for (size_t k = first, count; k < end; k += count) {
        size_t row = k / job->run, column = k % job->run, place = row * job->image_row + column;
        count = min_size(chunk->whole ? WIDTH : job->run - column, end - k);
        if (chunk->whole)
            chunk->offsets[(k - first) / WIDTH] = place;
        else
            chunk->segments[chunk->segment_count++] = (segment){k - first, place, count};
    }
}

void SET_NAME(add_image_gradient)(float *image_gradient, const backward *job) {
    depth_chunk chunk = {.job = job, .image_gradient = image_gradient};
    for (size_t first = 0; first < job->filters; first += GROUP) {
        find_positions(job, first, min_size(job->lanes - first, GROUP));
        chunk.gradients = job->gradients + first;
        for (size_t done = 0, vectors = job->padded_depth / WIDTH; done < vectors;) {
            size_t part = next_part(vectors - done, MAX_VECTORS);
            chunk.kernel = job->kernel + first * job->padded_depth + done * WIDTH;
            place_chunk(&chunk, done * WIDTH, min_size((done + part) * WIDTH, job->depth));
            chunks[part - 1](&chunk);
            done += part;
        }
    }
}
