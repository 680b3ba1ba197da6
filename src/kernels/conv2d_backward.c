#include "kernels/conv2d_backward.h"

#include "core/memory.h"

#include <string.h>

static size_t round_up(size_t size, size_t unit) {
    return (size + unit - 1) / unit * unit;
}

/* What follows from the shapes alone. */
static backward describe(const digitnet__conv2d_shape *shape, const digitnet__pool2d_shape *pool) {
    backward job = {.filters = shape->filters, .lanes = round_up(shape->filters, WIDTH)};
    job.kernel_height = shape->kernel_height;
    job.run = shape->kernel_width * shape->channels;
    job.depth = job.kernel_height * job.run;
    job.padded_depth = round_up(job.depth, WIDTH);
    job.image_row = (shape->padding_left + shape->width + shape->padding_right) * shape->channels;
    job.image_values = (shape->padding_top + shape->height + shape->padding_bottom) * job.image_row;
    job.places = pool->pool_height * pool->pool_width;
    job.windows = pool->output_height * pool->output_width;
    for (size_t place = 0; place < job.places; place++)
        job.place_offsets[place] = place / pool->pool_width * shape->stride_height * job.image_row +
                                   place % pool->pool_width * shape->stride_width * shape->channels;
    return job;
}

/* Takes rows x columns values of `size` bytes from the scratch memory. */
static void *take(digitnet__arena *arena, size_t rows, size_t columns, size_t size) {
    size_t values = 0;
    arena->overflow |= !digitnet__size_multiply(&values, rows, columns);
    size_t place = digitnet__arena_reserve(arena, values, size);
    return arena->memory ? digitnet__arena_at(arena, place) : NULL;
}

/* The bytes that it needs; without scratch memory, that alone. */
static size_t lay_out(backward *job, void *scratch) {
    digitnet__arena arena = {.memory = scratch};
    size_t most = min_size(job->windows, BAND);
    job->gradients = take(&arena, most, job->lanes, sizeof(float));
    job->argmax = take(&arena, most, job->lanes, sizeof(int32_t));
    if (needs_patches(job)) {
        job->patches = take(&arena, most * job->places, job->padded_depth, sizeof(float));
        digitnet__arena_reserve(&arena, 3, sizeof(float)); /* what is copied too much of the last one */
    }
    job->cleared_bytes = arena.size;
    job->low = take(&arena, 1, job->lanes, sizeof(uint32_t));
    job->high = take(&arena, 1, job->lanes, sizeof(uint32_t));
    job->positions = take(&arena, most, job->places, sizeof(uint64_t));
    if (job->padded_depth != job->depth)
        job->kernel_rows = take(&arena, job->filters, job->padded_depth, sizeof(float));
    return arena.overflow ? SIZE_MAX : arena.size;
}

size_t SET_NAME(conv2d_relu_pool_backward_scratch)(const digitnet__conv2d_shape *shape,
                                                   const digitnet__pool2d_shape *pool) {
    if (SET_NAME(conv2d_packed_values)(shape) == SIZE_MAX)
        return SIZE_MAX; /* where that does not overflow, neither do the depth and the lanes in full vectors */
    backward job = describe(shape, pool);
    return lay_out(&job, NULL);
}

static void pad_kernel(backward *job, const float *kernel) {
    for (size_t filter = 0; filter < job->filters; filter++) {
        float *row = job->kernel_rows + filter * job->padded_depth;
        memcpy(row, kernel + filter * job->depth, job->depth * sizeof *row);
        memset(row + job->depth, 0, (job->padded_depth - job->depth) * sizeof *row);
    }
}

/* The gradient that ReLU lets through, and where it goes. */
static void read_values(float *restrict gradients, int32_t *restrict argmax, const float *restrict gradient,
                        const float *restrict output, const uint8_t *restrict places, size_t count) {
    for (size_t i = 0; i < count; i++)
        gradients[i] = output[i] == 0 ? 0 : gradient[i];
    for (size_t i = 0; places && i < count; i++)
        argmax[i] = places[i];
}

/* The band from window `first`. Lanes behind the filters, and places of windows that have but one, stay zero. */
static void read_band(const backward *job, size_t first, const float *gradient, const float *output,
                      const uint8_t *places) {
    size_t rows = job->window_count, row = job->filters, start = first * row;
    if (job->lanes == job->filters) {
        row *= rows;
        rows = 1;
    }
    for (size_t i = 0; i < rows; i++)
        read_values(job->gradients + i * job->lanes, job->argmax + i * job->lanes, gradient + start + i * row,
                    output + start + i * row, job->places > 1 ? places + start + i * row : NULL, row);
}

static void place_windows(backward *job, size_t first, const digitnet__conv2d_shape *shape,
                          const digitnet__pool2d_shape *pool) {
    size_t row = pool->pool_height * shape->stride_height * job->image_row;
    size_t column = pool->pool_width * shape->stride_width * shape->channels;
    size_t x = first % pool->output_width, offset = first / pool->output_width * row + x * column;
    for (size_t i = 0; i < job->window_count; i++) {
        job->window_offsets[i] = offset;
        offset += column;
        if (++x == pool->output_width) {
            x = 0;
            offset += row - pool->output_width * column;
        }
    }
}

static void find_windows(uint32_t *bits, const float *gradients, size_t windows, size_t lanes) {
    for (size_t lane = 0; lane < lanes; lane += WIDTH) {
        ivec found = {0};
        for (size_t window = 0; window < windows; window++)
            found |= (vec_load(gradients + window * lanes + lane) != 0) & (int32_t)(UINT32_C(1) << window);
        memcpy(bits + lane, &found, sizeof found);
    }
}

static void find_band_windows(backward *job) {
    size_t first = min_size(job->window_count, 32);
    find_windows(job->low, job->gradients, first, job->lanes);
    find_windows(job->high, job->gradients + first * job->lanes, job->window_count - first, job->lanes);
}

/* Copies `count` values, and up to three more. */
static inline void copy_fours(float *to, const float *from, size_t count) {
    typedef float four __attribute__((vector_size(16), aligned(4), may_alias));
    for (size_t i = 0; i < count; i += 4)
        *(four *)(to + i) = *(const four *)(from + i);
}

/* What a row of the kernel copies too much, the next row, the next patch or nobody overwrites. At the image's end
 * nothing is left to copy. */
static void copy_patches(const backward *job) {
    float *patch = job->patches;
    const float *end = job->image + job->image_values;
    const size_t run = job->run, rows = job->kernel_height, row = job->image_row;
    for (size_t window = 0; window < job->window_count; window++)
        for (size_t place = 0; place < job->places; place++) {
            const float *from = job->image + job->window_offsets[window] + job->place_offsets[place];
            for (size_t ky = 0; ky + 1 < rows; ky++)
                copy_fours(patch + ky * run, from + ky * row, run);
            const float *last = from + (rows - 1) * row;
            if (last + run + 3 <= end)
                copy_fours(patch + (rows - 1) * run, last, run);
            else
                memcpy(patch + (rows - 1) * run, last, run * sizeof *patch);
            patch += job->padded_depth;
        }
}

static void add_bias_gradient(float *bias_gradient, const backward *job) {
    for (size_t lane = 0; lane < job->lanes; lane += WIDTH) {
        vec sum = {0};
        for (size_t window = 0; window < job->window_count; window++)
            sum += vec_load(job->gradients + window * job->lanes + lane);
        size_t count = min_size(job->filters - lane, WIDTH);
        float *place = bias_gradient + lane;
        if (count == WIDTH)
            vec_store(place, vec_load(place) + sum);
        else
            vec_store_part(place, vec_load_part(place, count) + sum, count);
    }
}

void SET_NAME(conv2d_relu_pool_backward)(float *kernel_gradient, float *bias_gradient, float *image_gradient,
                                         const float *output_gradient, const float *output, const uint8_t *argmax,
                                         const float *image, const float *kernel, const digitnet__conv2d_shape *shape,
                                         const digitnet__pool2d_shape *pool, void *scratch) {
    backward job = describe(shape, pool);
    lay_out(&job, scratch);
    job.image = image;
    job.kernel = job.kernel_rows ? job.kernel_rows : kernel;
    if (image_gradient) {
        memset(image_gradient, 0, job.image_values * sizeof *image_gradient);
        if (job.kernel_rows)
            pad_kernel(&job, kernel);
    }
    if (job.patches || job.lanes != job.filters || job.places == 1)
        memset(scratch, 0, job.cleared_bytes);
    for (size_t first = 0; first < job.windows; first += job.window_count) {
        job.window_count = min_size(job.windows - first, BAND);
        place_windows(&job, first, shape, pool);
        read_band(&job, first, output_gradient, output, argmax);
        if (!is_nine(&job))
            find_band_windows(&job);
        if (job.patches)
            copy_patches(&job);
        if (bias_gradient)
            add_bias_gradient(bias_gradient, &job);
        SET_NAME(add_kernel_gradient)(kernel_gradient, &job);
        if (image_gradient)
            SET_NAME(add_image_gradient)(image_gradient, &job);
    }
}
