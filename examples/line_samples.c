#include "line_samples.h"

#include "line_network.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 64, MOST_TRIES = 20, LONGEST_FRAME = 4096, STRIP_VALUES = STRIP_HEIGHT * STRIP_WIDTH };

struct line_samples {
    const struct line_material *material;
    uint64_t seed;
    size_t threads;
    struct worker {
        struct line_canvas canvas;
        float *frame; /* STRIP_HEIGHT x LONGEST_FRAME */
        /* The batch at hand, and the worker's part of it. */
        const struct line_samples *samples;
        digitnet_batch *batch;
        size_t first, end;
        digitnet_status status;
    } workers[MOST_THREADS];
};

static void free_samples(void *user_data) {
    struct line_samples *samples = user_data;
    for (size_t i = 0; i < samples->threads; i++) {
        free_line_canvas(&samples->workers[i].canvas);
        free(samples->workers[i].frame);
    }
    free(samples);
}

/* Puts the frame somewhere on the strip. */
static void place_frame(float *strip, const float *frame, size_t width, struct draw_random *random) {
    size_t left = random_below(random, STRIP_WIDTH - width + 1);
    memset(strip, 0, STRIP_VALUES * sizeof *strip);
    for (size_t row = 0; row < STRIP_HEIGHT; row++)
        memcpy(strip + row * STRIP_WIDTH + left, frame + row * width, width * sizeof *strip);
}

/* Draws until a line fits on a strip. Empty paper is a strip without ink. */
static digitnet_status draw_strip(float *strip, struct drawn_line *line, struct worker *worker,
                                  struct draw_random *random) {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        size_t width = 0;
        draw_digit_line(line, &worker->canvas, worker->samples->material, random);
        digitnet_status status = digitnet_image_frame_line(
            worker->frame, (size_t)STRIP_HEIGHT * LONGEST_FRAME, &width,
            DIGITNET_WITH(digitnet_image, .pixels = line->pixels, .width = line->width, .height = line->height));
        if (status == DIGITNET_ENOTFOUND || status == DIGITNET_EBUFFER || status == DIGITNET_ELIMIT)
            continue;
        if (status)
            return status;
        if (width <= STRIP_WIDTH) {
            place_frame(strip, worker->frame, width, random);
            return DIGITNET_OK;
        }
    }
    line->count = 0;
    memset(strip, 0, STRIP_VALUES * sizeof *strip);
    return DIGITNET_OK;
}

static void *draw_part(void *argument) {
    struct worker *worker = argument;
    digitnet_batch *batch = worker->batch;
    for (size_t i = worker->first; i < worker->end && !worker->status; i++) {
        struct drawn_line line;
        uint64_t seed = batch->seeds ? batch->seeds[i] : worker->samples->seed;
        struct draw_random random = seed_random(seed, batch->indices[i]);
        worker->status = draw_strip(batch->images + i * STRIP_VALUES, &line, worker, &random);
        for (size_t k = 0; batch->labels && k < line.count; k++)
            batch->labels[i * MOST_LINE_DIGITS + k] = line.digits[k];
        if (batch->label_counts)
            batch->label_counts[i] = (int32_t)line.count;
    }
    return NULL;
}

/* A digitnet_gather_fn; the worker's own thread draws too. */
static int gather(digitnet_batch *batch, void *user_data) {
    struct line_samples *samples = user_data;
    pthread_t running[MOST_THREADS];
    size_t started = 0, threads = samples->threads;
    for (size_t i = 0; i < threads; i++) {
        struct worker *worker = &samples->workers[i];
        worker->samples = samples;
        worker->batch = batch;
        worker->first = batch->count * i / threads;
        worker->end = batch->count * (i + 1) / threads;
        worker->status = DIGITNET_OK;
    }
    while (started + 1 < threads && pthread_create(&running[started], NULL, draw_part, &samples->workers[started]) == 0)
        started++;
    for (size_t i = started; i < threads; i++)
        draw_part(&samples->workers[i]);
    for (size_t i = 0; i < started; i++)
        pthread_join(running[i], NULL);
    for (size_t i = 0; i < threads; i++)
        if (samples->workers[i].status)
            return samples->workers[i].status;
    return DIGITNET_OK;
}

digitnet_status create_line_samples(digitnet_dataset **out, const struct line_material *material, size_t count,
                                    uint64_t seed, size_t threads) {
    struct line_samples *samples = calloc(1, sizeof *samples);
    if (!samples) {
        digitnet_set_error("out of memory for lines");
        return DIGITNET_ENOMEM;
    }
    samples->material = material;
    samples->seed = seed;
    samples->threads = threads == 0 ? 1 : threads < MOST_THREADS ? threads : MOST_THREADS;
    for (size_t i = 0; i < samples->threads; i++) {
        samples->workers[i].frame = malloc(sizeof(float) * STRIP_HEIGHT * LONGEST_FRAME);
        if (make_line_canvas(&samples->workers[i].canvas) || !samples->workers[i].frame) {
            free_samples(samples);
            digitnet_set_error("out of memory for lines");
            return DIGITNET_ENOMEM;
        }
    }
    return digitnet_dataset_create_source(
        out, DIGITNET_WITH(digitnet_source_options, .count = count, .height = STRIP_HEIGHT, .width = STRIP_WIDTH,
                           .channels = 1, .max_labels = MOST_LINE_DIGITS, .gather = gather, .release = free_samples,
                           .user_data = samples));
}
