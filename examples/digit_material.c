#include "digit_material.h"

#include "drawn_digits.h"
#include "files.h"
#include "framed_digits.h"
#include "non_digits.h"
#include "own_pictures.h"
#include "photo.h"
#include "table_cells.h"
#include "table_frames.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIDE = DIGITNET_FRAME_SIZE,
    VALUES = SIDE * SIDE,
    MOST_TRIES = 50,
    MOST_THREADS = 256,
    UNCLEAR = 50,
    LIKE = 100
};

/* What is drawn from. */
struct sources {
    struct stencils written, bitmaps, printed, letters;
    struct cells cells;
    struct framed_digits tables, own;
};

/* ---- Kinds of samples ---- */

/* Draws one sample and returns its label: a digit, NO_DIGIT, LIKE + a digit that it could be taken for, or
 * UNCLEAR for what could be taken for some digit. */
typedef int32_t (*draw_fn)(struct photo *photo, const struct sources *sources, struct draw_random *random);

static const struct stencil *random_stencil(const struct stencils *stencils, struct draw_random *random) {
    return &stencils->items[random_below(random, stencils->count)];
}

static int32_t draw_written(struct photo *photo, const struct sources *sources, struct draw_random *random) {
    struct drawing drawing;
    const struct stencil *digit = random_stencil(&sources->written, random);
    draw_written_digit(&drawing, digit, random);
    photograph(photo, &drawing, random);
    return digit->label;
}

/* Half of them as they are. */
static int32_t draw_bitmap(struct photo *photo, const struct sources *sources, struct draw_random *random) {
    struct drawing drawing;
    const struct stencil *digit = random_stencil(&sources->bitmaps, random);
    if (random_chance(random, 0.5f))
        drawing_from_bytes(&drawing, digit->pixels, digit->width, digit->height);
    else
        draw_stencil(&drawing, digit, random);
    photograph(photo, &drawing, random);
    return digit->label;
}

static int32_t draw_print(struct photo *photo, const struct sources *sources, struct draw_random *random) {
    struct drawing drawing;
    const struct stencil *digit = random_stencil(&sources->printed, random);
    draw_stencil(&drawing, digit, random);
    photograph(photo, &drawing, random);
    return digit->label;
}

static int32_t draw_display(struct photo *photo, const struct sources *sources, struct draw_random *random) {
    struct drawing drawing;
    int32_t digit = (int32_t)random_below(random, 10);
    (void)sources;
    draw_segments(&drawing, digit, random);
    photograph(photo, &drawing, random);
    return digit;
}

static int32_t draw_cell(struct photo *photo, const struct sources *sources, struct draw_random *random) {
    const struct cell *cell = &sources->cells.items[random_below(random, sources->cells.count)];
    cut_cell(photo, cell, random);
    return cell->label;
}

/* Characters, and the digit that each could be taken for, or a dot. */
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz?&%@#+*=$";
static const char similar[] = ".8.0..6.1.....0.0.5......2.6....9.1..1..0.9.5......2.........";

static int32_t draw_letter(struct photo *photo, const struct sources *sources, struct draw_random *random) {
    struct drawing drawing;
    const struct stencil *letter = random_stencil(&sources->letters, random);
    draw_stencil(&drawing, letter, random);
    photograph(photo, &drawing, random);
    char digit = similar[letter->label];
    return digit == '.' ? NO_DIGIT : LIKE + digit - '0';
}

static int32_t draw_pieces(struct photo *photo, const struct sources *sources, struct draw_random *random) {
    struct drawing drawing;
    const struct stencils *digits = random_chance(random, 0.2f) ? &sources->printed : &sources->written;
    int several = random_chance(random, 0.75f);
    if (several)
        draw_several(&drawing, digits, random);
    else
        draw_halves(&drawing, digits, random);
    photograph(photo, &drawing, random);
    return several ? NO_DIGIT : UNCLEAR;
}

static int32_t draw_nothing(struct photo *photo, const struct sources *sources, struct draw_random *random) {
    static void (*const kinds[])(struct drawing *, struct draw_random *) = {draw_scribble, draw_scribble, draw_solid,
                                                                            draw_solid,    draw_rules,    draw_texture};
    struct drawing drawing;
    (void)sources;
    kinds[random_below(random, sizeof kinds / sizeof *kinds)](&drawing, random);
    photograph(photo, &drawing, random);
    return NO_DIGIT;
}

/* The recipe: how many samples of each kind there are besides MNIST's own images. */
static const struct kind {
    draw_fn draw;
    size_t count;
    int from_data; /* left out without a folder of data */
} kinds[] = {
    {draw_written, 70000, 0}, {draw_bitmap, 26000, 1}, {draw_print, 22000, 0},  {draw_display, 4000, 0},
    {draw_cell, 20000, 1},    {draw_letter, 24000, 0}, {draw_pieces, 14000, 0}, {draw_nothing, 28000, 0},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

/* ---- Drawing ---- */

/* Frames a picture as a reader does. */
static digitnet_status frame(uint8_t *pixels, const struct photo *photo) {
    float framed[VALUES];
    digitnet_status status =
        digitnet_image_frame_digit(framed, VALUES,
                                   DIGITNET_WITH(digitnet_image, .pixels = photo->pixels, .width = (size_t)photo->width,
                                                 .height = (size_t)photo->height));
    if (!status)
        frame_to_bytes(pixels, framed);
    return status;
}

/* Whether what is framed is a bar: that may be a 1, whatever was meant. */
static int is_bar(const uint8_t *pixels) {
    enum { FAINT = 40, WIDEST = 7 };
    int left = SIDE, right = 0;
    for (int i = 0; i < VALUES; i++) {
        if (pixels[i] < FAINT)
            continue;
        left = i % SIDE < left ? i % SIDE : left;
        right = i % SIDE > right ? i % SIDE : right;
    }
    return right - left < WIDEST;
}

/* One thread's part of the samples. */
struct part {
    const struct sources *sources;
    const struct kind *kind;
    uint64_t seed;
    size_t first, end;
    uint8_t *images; /* of all samples of the kind */
    int32_t *labels;
    digitnet_status status;
};

static void *draw_part(void *argument) {
    struct part *part = argument;
    for (size_t i = part->first; i < part->end && !part->status; i++) {
        struct draw_random random = seed_random(part->seed, i);
        int tries = 0;
        uint8_t *image = part->images + i * VALUES;
        do { /* what was drawn may have no ink */
            struct photo photo;
            part->labels[i] = part->kind->draw(&photo, part->sources, &random);
            part->status = frame(image, &photo);
        } while ((part->status == DIGITNET_ENOTFOUND || (part->labels[i] >= NO_DIGIT && is_bar(image))) &&
                 ++tries < MOST_TRIES);
    }
    return NULL;
}

/* Draws samples of a kind, each from the seed and its place alone. */
static digitnet_status draw_kind(uint8_t *images, int32_t *labels, size_t count, const struct sources *sources,
                                 const struct kind *kind, uint64_t seed, size_t threads) {
    struct part parts[MOST_THREADS];
    pthread_t running[MOST_THREADS];
    size_t started = 0;
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; i < threads; i++)
        parts[i] = (struct part){.sources = sources,
                                 .kind = kind,
                                 .seed = seed,
                                 .first = count * i / threads,
                                 .end = count * (i + 1) / threads,
                                 .images = images,
                                 .labels = labels};
    while (started + 1 < threads && pthread_create(&running[started], NULL, draw_part, &parts[started]) == 0)
        started++;
    for (size_t i = started; i < threads; i++)
        draw_part(&parts[i]);
    for (size_t i = 0; i < started; i++)
        pthread_join(running[i], NULL);
    for (size_t i = 0; i < threads && !status; i++)
        status = parts[i].status;
    return status;
}

/* ---- Sets of samples ---- */

struct samples {
    size_t count;
    uint8_t *images;
    int32_t *labels;
    float *targets; /* the probability of each class */
    float *weights;
};

static void free_samples(void *samples) {
    free(((struct samples *)samples)->weights);
    free(((struct samples *)samples)->targets);
    free(((struct samples *)samples)->images);
    free(((struct samples *)samples)->labels);
    free(samples);
}

/* Room for samples; NULL with a message where there is none. */
static struct samples *allocate_samples(size_t count) {
    struct samples *samples = calloc(1, sizeof *samples);
    if (!samples)
        return digitnet_set_error("out of memory"), NULL;
    samples->count = count;
    samples->images = malloc(count * VALUES);
    samples->labels = malloc(count * sizeof *samples->labels);
    samples->targets = calloc(count, DIGIT_CLASSES * sizeof *samples->targets);
    samples->weights = malloc(count * sizeof *samples->weights);
    if (samples->images && samples->labels && samples->targets && samples->weights)
        return samples;
    free_samples(samples);
    return digitnet_set_error("out of memory for samples"), NULL;
}

/* What looks like a digit and is none is to be unsure, not sure of the opposite: else digits that look like it suffer.
 * So they would if what is none had the weight of its number. */
static void set_targets(struct samples *samples) {
    for (size_t i = 0; i < samples->count; i++) {
        int32_t label = samples->labels[i];
        float *targets = samples->targets + i * DIGIT_CLASSES;
        for (int32_t j = 0; label == UNCLEAR && j < NO_DIGIT; j++)
            targets[j] = 0.04f;
        if (label >= LIKE)
            targets[label - LIKE] = 0.4f;
        targets[label < NO_DIGIT ? label : NO_DIGIT] = label > NO_DIGIT ? 0.6f : 1;
        samples->labels[i] = label < NO_DIGIT ? label : NO_DIGIT;
        samples->weights[i] = label < NO_DIGIT ? 1 : 0.5f;
    }
}

/* A data set that owns the samples, which are freed where filling them in has failed. */
static digitnet_status make_dataset(digitnet_dataset **out, struct samples *samples, digitnet_status status) {
    if (status) {
        free_samples(samples);
        return status;
    }
    set_targets(samples);
    return digitnet_dataset_create_u8_ex(
        out, samples->images, samples->labels, samples->count, SIDE, SIDE, 1,
        DIGITNET_WITH(digitnet_dataset_options, .targets = samples->targets, .target_values = DIGIT_CLASSES,
                      .sample_weights = samples->weights, .borrow = 1, .release = free_samples, .user_data = samples));
}

/* Copies images that are framed already. */
static digitnet_status copy_framed(uint8_t *images, int32_t *labels, const digitnet_dataset *framed) {
    float image[VALUES];
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; i < digitnet_dataset_count(framed) && !status; i++) {
        status = digitnet_dataset_read(image, VALUES, &labels[i], 1, framed, i, 1);
        if (!status)
            frame_to_bytes(images + i * VALUES, image);
    }
    return status;
}

/* How many samples of a kind are drawn: what cannot be drawn is left out. */
static size_t sample_count(const struct kind *kind, const struct material_options *options) {
    return kind->from_data && !options->data ? 0 : (size_t)((double)kind->count * options->size);
}

/* How often each of somebody's own pictures occurs: a few count as well beside so many others. */
static size_t own_repeats(const struct sources *sources, size_t others) {
    enum { MOST_REPEATS = 50, SHARE = 10 };
    size_t repeats = sources->own.count ? others / SHARE / sources->own.count + 1 : 0;
    return repeats < MOST_REPEATS ? repeats : MOST_REPEATS;
}

/* Writes framed digits `repeats` times, from the index `first` on. Returns the index behind. */
static size_t copy_digits(struct samples *samples, size_t first, const struct framed_digits *digits, size_t repeats) {
    for (size_t i = 0; i < repeats && digits->count > 0; i++, first += digits->count) {
        memcpy(samples->images + first * VALUES, digits->frames, digits->count * VALUES);
        memcpy(samples->labels + first, digits->labels, digits->count * sizeof *digits->labels);
    }
    return first;
}

/* MNIST's own images, all that is drawn, the tables, and somebody's own pictures. */
static digitnet_status draw_training_set(digitnet_dataset **out, const digitnet_dataset *mnist,
                                         const struct sources *sources, const struct material_options *options) {
    size_t count = digitnet_dataset_count(mnist), done = count;
    for (size_t i = 0; i < KINDS; i++)
        count += sample_count(&kinds[i], options);
    count += sources->tables.count;
    size_t repeats = own_repeats(sources, count);
    struct samples *samples = allocate_samples(count + repeats * sources->own.count);
    if (!samples)
        return DIGITNET_ENOMEM;
    digitnet_status status = copy_framed(samples->images, samples->labels, mnist);
    for (size_t i = 0; i < KINDS && !status; i++) {
        size_t own = sample_count(&kinds[i], options);
        status = draw_kind(samples->images + done * VALUES, samples->labels + done, own, sources, &kinds[i],
                           seed_random(options->seed, i).state, options->threads);
        done += own;
    }
    done = copy_digits(samples, done, &sources->tables, 1);
    copy_digits(samples, done, &sources->own, repeats);
    return make_dataset(out, samples, status);
}

/* ---- What is held out ---- */

static digitnet_status hold_out(struct material *material, const char *name, struct samples *samples,
                                digitnet_status status) {
    digitnet_dataset *images;
    status = make_dataset(&images, samples, status);
    if (status)
        return status;
    material->held_out[material->held_out_count++] = (struct held_out){name, images};
    return DIGITNET_OK;
}

/* MNIST's own images. */
static digitnet_status hold_out_framed(struct material *material, const char *name, const digitnet_dataset *framed) {
    struct samples *samples = allocate_samples(digitnet_dataset_count(framed));
    if (!samples)
        return DIGITNET_ENOMEM;
    digitnet_status status = copy_framed(samples->images, samples->labels, framed);
    return hold_out(material, name, samples, status);
}

static digitnet_status hold_out_digits(struct material *material, const char *name,
                                       const struct framed_digits *digits) {
    struct samples *samples = allocate_samples(digits->count);
    if (!samples)
        return DIGITNET_ENOMEM;
    copy_digits(samples, 0, digits, 1);
    return hold_out(material, name, samples, DIGITNET_OK);
}

/* Pictures as they are, framed; empty where no ink is found. */
static digitnet_status hold_out_stencils(struct material *material, const char *name, const struct stencils *stencils) {
    struct samples *samples = allocate_samples(stencils->count);
    if (!samples)
        return DIGITNET_ENOMEM;
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; i < stencils->count && !status; i++) {
        struct drawing drawing;
        struct photo photo;
        drawing_from_bytes(&drawing, stencils->items[i].pixels, stencils->items[i].width, stencils->items[i].height);
        photo.width = drawing.width;
        photo.height = drawing.height;
        memcpy(photo.pixels, stencils->items[i].pixels, (size_t)(photo.width * photo.height));
        samples->labels[i] = stencils->items[i].label;
        memset(samples->images + i * VALUES, 0, VALUES);
        status = frame(samples->images + i * VALUES, &photo);
        status = status == DIGITNET_ENOTFOUND ? DIGITNET_OK : status;
    }
    return hold_out(material, name, samples, status);
}

/* Samples of one kind, drawn from what was held out. */
static digitnet_status hold_out_drawn(struct material *material, const char *name, const struct sources *held_out,
                                      const struct kind *kind, const struct material_options *options) {
    enum { COUNT = 4000 };
    struct samples *samples = allocate_samples(COUNT);
    if (!samples)
        return DIGITNET_ENOMEM;
    digitnet_status status =
        draw_kind(samples->images, samples->labels, COUNT, held_out, kind, ~options->seed, options->threads);
    return hold_out(material, name, samples, status);
}

/* ---- Sources ---- */

/* The odd-numbered images, or, where some are held out, three of four of these, and the fourth apart. */
static digitnet_status add_odd(struct stencils *train, struct stencils *held_out, const digitnet_dataset *images,
                               int hold_out) {
    int failed = 0;
    if (!hold_out)
        return add_written(train, images, 1, 2) ? DIGITNET_ENOMEM : DIGITNET_OK;
    for (size_t first = 1; first < 7; first += 2)
        failed = failed || add_written(train, images, first, 8);
    return failed || add_written(held_out, images, 7, 8) ? DIGITNET_ENOMEM : DIGITNET_OK;
}

/* Digits of other people: black and white images, whose odd-numbered ones are for training. */
static digitnet_status load_bitmaps(struct sources *train, struct material *material,
                                    const struct material_options *options) {
    static const char *const names[] = {"semeion", "optdigits-orig"};
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; i < 2 && !status; i++) {
        char images[512], labels[512];
        struct stencils held_out = {.count = 0};
        digitnet_dataset *digits = NULL;
        snprintf(images, sizeof images, "%.400s/digits/%s-images-idx3-ubyte.gz", options->data, names[i]);
        snprintf(labels, sizeof labels, "%.400s/digits/%s-labels-idx1-ubyte.gz", options->data, names[i]);
        status = digitnet_dataset_load_idx(&digits, images, labels);
        if (!status)
            status = add_odd(&train->bitmaps, &held_out, digits, options->hold_out);
        if (!status && options->hold_out)
            status = hold_out_stencils(material, names[i], &held_out);
        free_stencils(&held_out);
        digitnet_dataset_free(digits);
    }
    return status;
}

/* The cells of the tables whose number leaves `rest`, cut out by their corners and as they are found. */
static int add_tables(struct sources *to, const struct material_options *options, unsigned divisor, unsigned rest) {
    enum { PHOTOS = 6 };
    return load_cells(&to->cells, options->data, divisor, rest) ||
           frame_tables(&to->tables, options->data, divisor, rest, PHOTOS, options->seed);
}

/* Of the odd-numbered tables, likewise. */
static int load_tables(struct sources *train, struct sources *held_out, const struct material_options *options) {
    if (!options->hold_out)
        return add_tables(train, options, 2, 1);
    for (unsigned rest = 1; rest < 7; rest += 2)
        if (add_tables(train, options, 8, rest))
            return -1;
    return add_tables(held_out, options, 8, 7);
}

static digitnet_status load_mnist(digitnet_dataset **train, struct material *material,
                                  const struct material_options *options) {
    digitnet_dataset *all, *rest = NULL;
    digitnet_status status = digitnet_dataset_load_mnist(&all, NULL, options->mnist);
    if (status || !options->hold_out) {
        *train = all;
        return status;
    }
    status = digitnet_dataset_split(train, &rest, all, 1.0 / 6, NULL);
    digitnet_dataset_free(all);
    if (!status)
        status = hold_out_framed(material, "MNIST", rest);
    digitnet_dataset_free(rest);
    return status;
}

static int load_fonts(struct sources *sources, const char *folder) {
    struct fonts *fonts;
    if (open_fonts(&fonts, folder))
        return -1;
    int code = add_printed(&sources->printed, fonts, "0123456789") || add_printed(&sources->letters, fonts, letters);
    if (code)
        fprintf(stderr, "%s\n", digitnet_last_error());
    close_fonts(fonts);
    return code ? -1 : 0;
}

static digitnet_status load_and_draw(struct material *material, digitnet_dataset **mnist, struct sources *train,
                                     struct sources *held_out, const struct material_options *options) {
    digitnet_status status = load_mnist(mnist, material, options);
    if (!status && add_written(&train->written, *mnist, 0, 1))
        status = DIGITNET_ENOMEM;
    if (!status && options->own)
        status = read_own_pictures(&train->own, options->own, NO_DIGIT);
    if (!status && options->data)
        status = load_bitmaps(train, material, options);
    if (!status && options->hold_out && options->data)
        status = hold_out_drawn(material, "cells of tables", held_out, &(struct kind){draw_cell, 0, 0}, options);
    if (!status && options->hold_out && options->data)
        status = hold_out_digits(material, "cells as found", &held_out->tables);
    held_out->written = train->written;
    held_out->letters = train->letters;
    held_out->printed = train->printed;
    if (!status && options->hold_out)
        status = hold_out_drawn(material, "pieces of numbers", held_out, &(struct kind){draw_pieces, 0, 0}, options);
    if (!status && options->hold_out)
        status = hold_out_drawn(material, "other non-digits", held_out, &(struct kind){draw_nothing, 0, 0}, options);
    return status ? status : draw_training_set(&material->train, *mnist, train, options);
}

int make_material(struct material *material, const struct material_options *options) {
    struct sources train = {.cells = {.count = 0}}, held_out = train;
    digitnet_dataset *mnist = NULL;
    *material = (struct material){.train = NULL};
    int code =
        load_fonts(&train, options->fonts) || (options->data && load_tables(&train, &held_out, options)) ? -1 : 0;
    if (!code && load_and_draw(material, &mnist, &train, &held_out, options)) {
        fprintf(stderr, "%s\n", digitnet_last_error());
        code = -1;
    }
    digitnet_dataset_free(mnist);
    free_framed_digits(&held_out.tables);
    free_framed_digits(&train.tables);
    free_cells(&held_out.cells);
    free_cells(&train.cells);
    free_framed_digits(&train.own);
    free_stencils(&train.letters);
    free_stencils(&train.printed);
    free_stencils(&train.bitmaps);
    free_stencils(&train.written);
    if (code)
        free_material(material);
    return code;
}

void free_material(struct material *material) {
    for (size_t i = 0; i < material->held_out_count; i++)
        digitnet_dataset_free(material->held_out[i].images);
    digitnet_dataset_free(material->train);
    *material = (struct material){.train = NULL};
}
