#include "kernels/conv2d_backward.h"

#include <string.h>

#include "core/memory.h"

static size_t round_up(size_t size, size_t unit) {
    return (size + unit - 1) / unit * unit;
}

/* What follows from the shapes alone. */
static backward describe(const dnn_conv2d_shape *shape, const dnn_pool2d_shape *pool) {
    backward job = {.filters = shape->filters, .lanes = round_up(shape->filters, WIDTH)};
    job.kernel_height = shape->kernel_height;
    job.run = shape->kernel_width * shape->channels;
    job.depth = job.kernel_height * job.run;
    job.padded_depth = round_up(job.depth, WIDTH);
    job.image_row = (shape->padding_left + shape->width + shape->padding_right) * shape->channels;
    job.image_values = (shape->padding_top + shape->height + shape->padding_bottom) * job.image_row;
    job.places = pool->pool_height * pool->pool_width;
    for (size_t place = 0; place < job.places; place++)
        job.place_offsets[place] = place / pool->pool_width * shape->stride_height * job.image_row +
                                   place % pool->pool_width * shape->stride_width * shape->channels;
    return job;
}

/* Takes `bytes` from the scratch memory at *used, aligned. */
static void *take(void *scratch, size_t *used, size_t bytes) {
    void *place = scratch ? (unsigned char *)scratch + *used : NULL;
    *used += round_up(bytes, DNN_ALIGNMENT);
    return place;
}

/* The bytes that it needs; without scratch memory, that alone. */
static size_t lay_out(backward *job, void *scratch) {
    size_t used = 0;
    job->gradients = take(scratch, &used, BAND * job->lanes * sizeof(float));
    job->argmax = take(scratch, &used, BAND * job->lanes * sizeof(int32_t));
    job->low = take(scratch, &used, job->lanes * sizeof(uint32_t));
    job->high = take(scratch, &used, job->lanes * sizeof(uint32_t));
    job->positions = take(scratch, &used, BAND * job->places * sizeof(uint64_t));
    if (needs_patches(job))
        job->patches = take(scratch, &used, BAND * job->places * job->padded_depth * sizeof(float));
    if (job->padded_depth != job->depth)
        job->kernel_rows = take(scratch, &used, job->filters * job->padded_depth * sizeof(float));
    return used;
}

size_t SET_NAME(conv2d_relu_pool_backward_scratch)(const dnn_conv2d_shape *shape, const dnn_pool2d_shape *pool) {
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

/* One window: the gradient that ReLU lets through, and where it goes. */
static void read_window(const backward *job, float *restrict gradients, int32_t *restrict argmax,
                        const float *restrict gradient, const float *restrict output, const uint8_t *restrict places) {
    for (size_t i = 0; i < job->filters; i++)
        gradients[i] = output[i] == 0 ? 0 : gradient[i];
    if (job->places > 1)
        for (size_t i = 0; i < job->filters; i++)
            argmax[i] = places[i];
    else
        memset(argmax, 0, job->filters * sizeof *argmax);
    memset(gradients + job->filters, 0, (job->lanes - job->filters) * sizeof *gradients);
    memset(argmax + job->filters, 0, (job->lanes - job->filters) * sizeof *argmax);
}

static void mark_windows(uint32_t *marks, const float *gradients, size_t windows, size_t lanes) {
    for (size_t lane = 0; lane < lanes; lane += WIDTH) {
        ivec found = {0};
        for (size_t window = 0; window < windows; window++)
            found |= (vec_load(gradients + window * lanes + lane) != 0) & (int32_t)(UINT32_C(1) << window);
        memcpy(marks + lane, &found, sizeof found);
    }
}

static void mark_band(backward *job) {
    size_t first = min_size(job->window_count, 32);
    mark_windows(job->low, job->gradients, first, job->lanes);
    mark_windows(job->high, job->gradients + first * job->lanes, job->window_count - first, job->lanes);
}

static void copy_patches(backward *job) {
    float *patch = job->patches;
    for (size_t window = 0; window < job->window_count; window++)
        for (size_t place = 0; place < job->places; place++) {
            const float *from = job->image + job->window_offsets[window] + job->place_offsets[place];
            for (size_t ky = 0; ky < job->kernel_height; ky++)
                for (size_t i = 0; i < job->run; i++)
                    patch[ky * job->run + i] = from[ky * job->image_row + i];
            for (size_t i = job->depth; i < job->padded_depth; i++)
                patch[i] = 0;
            patch += job->padded_depth;
        }
}

static void add_bias_gradient(float *restrict bias_gradient, const backward *job) {
    for (size_t window = 0; window < job->window_count; window++)
        for (size_t filter = 0; filter < job->filters; filter++)
            bias_gradient[filter] += job->gradients[window * job->lanes + filter];
}

void SET_NAME(conv2d_relu_pool_backward)(float *kernel_gradient, float *bias_gradient, float *image_gradient,
                                         const float *output_gradient, const float *output, const uint8_t *argmax,
                                         const float *image, const float *kernel, const dnn_conv2d_shape *shape,
                                         const dnn_pool2d_shape *pool, void *scratch) {
    backward job = describe(shape, pool);
    lay_out(&job, scratch);
    job.image = image;
    job.kernel = job.kernel_rows ? job.kernel_rows : kernel;
    if (image_gradient) {
        memset(image_gradient, 0, job.image_values * sizeof *image_gradient);
        if (job.kernel_rows)
            pad_kernel(&job, kernel);
    }
    size_t windows = pool->output_height * pool->output_width;
    size_t window_row = pool->pool_height * shape->stride_height * job.image_row;
    size_t window_column = pool->pool_width * shape->stride_width * shape->channels;
    for (size_t first = 0; first < windows; first += BAND) {
        job.window_count = min_size(windows - first, BAND);
        for (size_t i = 0; i < job.window_count; i++) {
            size_t window = first + i, place = window * job.filters;
            job.window_offsets[i] =
                window / pool->output_width * window_row + window % pool->output_width * window_column;
            read_window(&job, job.gradients + i * job.lanes, job.argmax + i * job.lanes, output_gradient + place,
                        output + place, argmax + (job.places > 1 ? place : 0));
        }
        mark_band(&job);
        if (job.patches)
            copy_patches(&job);
        if (bias_gradient)
            add_bias_gradient(bias_gradient, &job);
        SET_NAME(add_kernel_gradient)(kernel_gradient, &job);
        if (image_gradient)
            SET_NAME(add_image_gradient)(image_gradient, &job);
    }
}
