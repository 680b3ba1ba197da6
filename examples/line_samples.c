#include "line_samples.h"

#include "line_network.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_THREADS = 64,
    DIGIT_ROWS = 20, /* of a frame, that a usual digit takes */
    MOST_TRIES = 4,  /* lines a strip */
    ROOM = 50,       /* for another line */
    MOST_STRIP_DIGITS = 24,
    LONGEST_FRAME = 4096,
    STRIP_VALUES = STRIP_HEIGHT * STRIP_WIDTH
};

struct line_samples {
    const struct line_material *material;
    uint64_t seed;
    size_t threads;
    struct worker {
        struct line_canvas canvas;
        float *frame; /* STRIP_HEIGHT x LONGEST_FRAME */
        float *strip; /* where only labels are wanted */
        /* The current batch, and the worker's part of it. */
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
        free(samples->workers[i].strip);
    }
    free(samples);
}

/* A strip on the way: lines one behind the other, as a line may end and the next number begin. */
struct strip {
    float *values;
    int32_t digits[MOST_STRIP_DIGITS];
    size_t count, width;
};

/* Puts a framed line behind what is there, or leaves it out where there is no room. */
static void append_line(struct strip *strip, const struct drawn_line *line, const float *frame, size_t width,
                        struct draw_random *random) {
    size_t left = strip->width + random_below(random, DIGIT_ROWS);
    if (left + width > STRIP_WIDTH || strip->count + line->count > MOST_STRIP_DIGITS)
        return;
    for (size_t row = 0; row < STRIP_HEIGHT; row++)
        memcpy(strip->values + row * STRIP_WIDTH + left, frame + row * width, width * sizeof *frame);
    for (size_t i = 0; i < line->count; i++)
        strip->digits[strip->count++] = line->digits[i];
    strip->width = left + width;
}

/* Fills a strip with the lines that fit. */
static digitnet_status draw_strip(struct strip *strip, struct worker *worker, struct draw_random *random) {
    memset(strip->values, 0, STRIP_VALUES * sizeof *strip->values);
    for (int tries = 0; tries < MOST_TRIES && strip->width + ROOM < STRIP_WIDTH; tries++) {
        struct drawn_line line;
        size_t width = 0;
        /* Beside the ink there is a margin of half a height each. */
        float room = (float)(STRIP_WIDTH - strip->width) / DIGIT_ROWS - 1;
        draw_digit_line(&line, &worker->canvas, worker->samples->material, room, random);
        digitnet_status status = digitnet_image_frame_line(
            worker->frame, (size_t)STRIP_HEIGHT * LONGEST_FRAME, &width,
            DIGITNET_WITH(digitnet_image, .pixels = line.pixels, .width = line.width, .height = line.height));
        if (!status)
            append_line(strip, &line, worker->frame, width, random);
        else if (status != DIGITNET_ENOTFOUND && status != DIGITNET_EBUFFER && status != DIGITNET_ELIMIT)
            return status; /* those are paper without ink, and noise framed as a line without end */
    }
    return DIGITNET_OK;
}

static void *draw_part(void *argument) {
    struct worker *worker = argument;
    digitnet_batch *batch = worker->batch;
    for (size_t i = worker->first; i < worker->end && !worker->status; i++) {
        struct strip strip = {.values = batch->images ? batch->images + i * STRIP_VALUES : worker->strip};
        uint64_t seed = batch->seeds ? batch->seeds[i] : worker->samples->seed;
        struct draw_random random = seed_random(seed, batch->indices[i]);
        worker->status = draw_strip(&strip, worker, &random);
        for (size_t k = 0; batch->labels && k < strip.count; k++)
            batch->labels[i * MOST_STRIP_DIGITS + k] = strip.digits[k];
        if (batch->label_counts)
            batch->label_counts[i] = (int32_t)strip.count;
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
        samples->workers[i].strip = malloc(sizeof(float) * STRIP_VALUES);
        if (make_line_canvas(&samples->workers[i].canvas) || !samples->workers[i].frame || !samples->workers[i].strip) {
            free_samples(samples);
            digitnet_set_error("out of memory for lines");
            return DIGITNET_ENOMEM;
        }
    }
    return digitnet_dataset_create_source(
        out, DIGITNET_WITH(digitnet_source_options, .count = count, .height = STRIP_HEIGHT, .width = STRIP_WIDTH,
                           .channels = 1, .max_labels = MOST_STRIP_DIGITS, .gather = gather, .release = free_samples,
                           .user_data = samples));
}
