#include "augmentation_sheet.h"

#include "files.h"
#include "gnuplot.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    SIDE = 28,
    EPOCHS = 9, /* variants of a digit */
    ZOOM = 3,   /* one pixel of a digit, in pixels of the picture; all lengths below are in pixels of a digit */
    CELL = 32,
    MARGIN = 3,
    HEADING = 14,
    LABELS = 58,  /* the room for names, on the left */
    ORIGINAL = 6, /* the gap behind the originals */
    TOGETHER = 6, /* the gap above the last row */
    WIDTH = LABELS + CELL + ORIGINAL + EPOCHS * CELL + MARGIN,
    WHITE = 255
};

/* A row of the picture. */
struct change {
    const char *name;
    digitnet_augment_options options;
};

#define CHANGE(name, ...)                                                \
    {                                                                    \
        name, {                                                          \
            .struct_size = sizeof(digitnet_augment_options), __VA_ARGS__ \
        }                                                                \
    }

/* What is shown alone is stronger than what serves a training; the last row is what does. */
static const struct change changes[] = {
    CHANGE("shift = 0.15", .shift = 0.15),
    CHANGE("rotate = 25", .rotate = 25),
    CHANGE("zoom = 0.3", .zoom = 0.3),
    CHANGE("shear = 25", .shear = 25),
    CHANGE("perspective = 0.4", .perspective = 0.4),
    CHANGE("elastic = 1.5", .elastic = 1.5),
    CHANGE("thickness = 1", .thickness = 1),
    CHANGE("blur = 1.5", .blur = 1.5),
    CHANGE("contrast, brightness", .contrast = 0.6, .brightness = 0.3),
    CHANGE("noise = 0.3", .noise = 0.3),
    CHANGE("erase = 0.5", .erase = 0.5),
    CHANGE("mixup = 1", .mixup = 1),
    CHANGE("cutmix = 1", .cutmix = 1),
    CHANGE("for digits, together", .shift = 0.07, .rotate = 10, .zoom = 0.1, .shear = 10, .elastic = 0.7,
           .thickness = 0.5),
};

enum { ROWS = sizeof changes / sizeof *changes, HEIGHT = HEADING + ROWS * CELL + TOGETHER + MARGIN };

/* The picture, one value for each pixel of a digit, row after row. */
struct sheet {
    unsigned char values[HEIGHT * WIDTH];
};

static size_t top_of(size_t row) {
    return HEADING + row * CELL + (row + 1 == ROWS ? TOGETHER : 0);
}

/* Column 0 has the originals. */
static size_t left_of(size_t column) {
    return LABELS + column * CELL + (column ? ORIGINAL : 0);
}

static void put_digit(struct sheet *sheet, const float *image, size_t row, size_t column) {
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        size_t place = (top_of(row) + i / SIDE) * WIDTH + left_of(column) + i % SIDE;
        sheet->values[place] = (unsigned char)(image[i] * 255 + 0.5f);
    }
}

/* The first sample of a class, or the first of all. */
static size_t find_digit(const digitnet_dataset *digits, int32_t class) {
    for (size_t i = 0; i < digitnet_dataset_count(digits); i++) {
        int32_t label;
        if (digitnet_dataset_read(NULL, 0, &label, 1, digits, i, 1) == DIGITNET_OK && label == class)
            return i;
    }
    return 0;
}

/* A digit as it is, and in EPOCHS epochs. */
static digitnet_status put_row(struct sheet *sheet, const digitnet_dataset *digits, size_t row, uint64_t seed) {
    float images[EPOCHS * SIDE * SIDE];
    size_t indices[EPOCHS], digit = find_digit(digits, (int32_t)(row % 10));
    uint64_t seeds[EPOCHS];
    digitnet_dataset *augmented = NULL;
    digitnet_status status = digitnet_dataset_read(images, (size_t)SIDE * SIDE, NULL, 0, digits, digit, 1);
    if (!status)
        put_digit(sheet, images, row, 0);
    for (size_t i = 0; i < EPOCHS; i++) {
        indices[i] = digit;
        seeds[i] = seed + row * EPOCHS + i;
    }
    if (!status)
        status = digitnet_dataset_augment(&augmented, digits, &changes[row].options);
    if (!status)
        status = digitnet_dataset_read_batch(
            DIGITNET_WITH(digitnet_batch, .count = EPOCHS, .indices = indices, .seeds = seeds, .images = images),
            augmented);
    for (size_t i = 0; !status && i < EPOCHS; i++)
        put_digit(sheet, images + i * SIDE * SIDE, row, 1 + i);
    digitnet_dataset_free(augmented);
    return status;
}

static int write_data(const char *folder, const struct sheet *sheet) {
    FILE *data = open_output(folder, "augmentation.dat");
    for (size_t i = 0; data && i < (size_t)HEIGHT * WIDTH; i++)
        fprintf(data, "%d%c", sheet->values[i], i % WIDTH == WIDTH - 1 ? '\n' : ' ');
    return close_output(data, folder, "augmentation.dat");
}

static int write_script(const char *folder) {
    FILE *script = open_output(folder, "augmentation.gp");
    if (script) {
        fputs("# What augmentation does to digits, augmentation.png: gnuplot augmentation.gp >augmentation.png\n"
              "# One pixel of a digit is one unit.\n",
              script);
        fprintf(script, "set terminal pngcairo size %d,%d font 'sans,11' background '#ffffff'\n", ZOOM * WIDTH,
                ZOOM * HEIGHT);
        fprintf(script, "set margins 0, 0, 0, 0\nset xrange [0:%d]\nset yrange [%d:0]\n", WIDTH, HEIGHT);
        fputs("unset border\nunset tics\nunset key\nunset colorbox\nset palette gray\nset cbrange [0:255]\n", script);
        fprintf(script, "set label 'original' at %zu, %d center font 'sans Bold,11' textcolor '#333333' front\n",
                left_of(0) + SIDE / 2, HEADING / 2);
        fprintf(script,
                "set label 'as training sees it, epoch by epoch' at %zu, %d left font 'sans Bold,11' "
                "textcolor '#333333' front\n",
                left_of(1), HEADING / 2);
        for (size_t row = 0; row < ROWS; row++)
            fprintf(script, "set label '%s' at %d, %zu right textcolor '#333333' front\n", changes[row].name,
                    LABELS - 2 * MARGIN, top_of(row) + SIDE / 2);
        fputs("plot 'augmentation.dat' matrix using ($1 + 0.5):($2 + 0.5):3 with image\n", script);
    }
    return close_output(script, folder, "augmentation.gp");
}

int write_augmentation_sheet(const char *folder, const digitnet_dataset *digits, uint64_t seed) {
    struct sheet *sheet = malloc(sizeof *sheet);
    digitnet_status status = DIGITNET_OK;
    if (!sheet) {
        fputs("augmentation.png: out of memory\n", stderr);
        return -1;
    }
    for (size_t i = 0; i < sizeof sheet->values; i++)
        sheet->values[i] = WHITE;
    for (size_t row = 0; !status && row < ROWS; row++)
        status = put_row(sheet, digits, row, seed);
    if (status)
        fprintf(stderr, "augmentation.png: %s\n", digitnet_last_error());
    remove_output(folder, "augmentation.png");
    int failed = status || write_data(folder, sheet) || write_script(folder) ? -1 : 0;
    free(sheet);
    if (!failed)
        draw_plot(folder, "augmentation");
    return failed;
}
