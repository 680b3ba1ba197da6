#include "table_frames.h"

#include "draw_random.h"
#include "tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    VALUES = DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE,
    SHORTEST_SIDE = 320,
    LONGEST_SIDE = 1600,
    /* No cell of a table is empty: where so many are, something else was found. */
    MOST_EMPTY = 4
};

struct photographer {
    struct framed_digits *frames;
    size_t times;
    uint64_t seed;
};

/* ---- Another photo of the same paper ---- */

/* The camera is turned and moved a little: the part of the old photo that the new one shows. */
static struct corners choose_view(const struct picture *photo, struct draw_random *random) {
    double width = (double)photo->width, height = (double)photo->height, zoom = random_in(random, 0.95f, 1.08f);
    double angle = 0.06 * random_normal(random), c = cos(angle) * zoom, s = sin(angle) * zoom;
    struct corners view;
    for (int i = 0; i < 4; i++) {
        double x = ((i == 1 || i == 2) - 0.5 + random_in(random, -0.03f, 0.03f)) * width;
        double y = ((i >= 2) - 0.5 + random_in(random, -0.03f, 0.03f)) * height;
        view.x[i] = width / 2 + c * x - s * y;
        view.y[i] = height / 2 + s * x + c * y;
    }
    return view;
}

/* Light and sensor. */
static void expose(struct picture *photo, struct draw_random *random) {
    double gamma = random_log(random, 0.75f, 1.35f), contrast = random_in(random, 0.7f, 1);
    double dark = random_in(random, 0, 255 * (1 - (float)contrast)), noise = random_in(random, 0, 6);
    for (size_t i = 0; i < photo->width * photo->height; i++) {
        double value = 255 * pow(photo->pixels[i] / 255.0, gamma) * contrast + dark + noise * random_normal(random);
        photo->pixels[i] = (uint8_t)(fmin(fmax(value, 0), 255) + 0.5);
    }
}

/* Each pixel is the mean of 2 x 2 places of the old photo. */
static int photograph_again(struct picture *out, const struct picture *photo, struct draw_random *random) {
    char message[IMAGE_MESSAGE_SIZE];
    double longer = (double)(photo->width > photo->height ? photo->width : photo->height);
    double shorter = (double)(photo->width + photo->height) - longer;
    double scale = fmin(fmax(random_log(random, 0.75f, 1.3f), SHORTEST_SIDE / shorter), LONGEST_SIDE / longer);
    size_t width = (size_t)(scale * (double)photo->width), height = (size_t)(scale * (double)photo->height);
    if (allocate_pixels(out, width, height, 1, width * height, message)) {
        fprintf(stderr, "%s\n", message);
        return -1;
    }
    struct corners view = choose_view(photo, random);
    struct projection map = project(&view);
    for (size_t i = 0; i < width * height; i++) {
        double sum = 0;
        for (int k = 0; k < 4; k++)
            sum += projected_pixel(photo, &map, ((double)(i % width) + 0.25 + 0.5 * (k % 2)) / (double)width,
                                   ((double)(i / width) + 0.25 + 0.5 * (k / 2)) / (double)height);
        out->pixels[i] = (uint8_t)(sum / 4 + 0.5);
    }
    expose(out, random);
    return 0;
}

/* ---- Framing ---- */

static int is_empty(const float *frame) {
    for (size_t i = 0; i < VALUES; i++)
        if (frame[i] > 0)
            return 0;
    return 1;
}

static digitnet_status add_cells(struct framed_digits *frames, const float *cells, const int32_t *digits) {
    size_t empty = 0;
    for (size_t i = 0; i < TABLE_CELLS; i++)
        empty += (size_t)is_empty(cells + i * VALUES);
    if (empty > MOST_EMPTY)
        return DIGITNET_OK;
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; i < TABLE_CELLS && !status; i++)
        if (!is_empty(cells + i * VALUES))
            status = add_framed_digit(frames, cells + i * VALUES, digits[i]);
    return status;
}

/* A photo in which no table is found adds nothing. */
static int frame_photo(struct framed_digits *frames, const struct picture *photo, const int32_t *digits) {
    static float cells[TABLE_CELLS * VALUES];
    size_t rows = TABLE_ROWS, columns = TABLE_COLUMNS;
    digitnet_status status = digitnet_image_frame_table(
        cells, TABLE_CELLS * VALUES, &rows, &columns,
        DIGITNET_WITH(digitnet_image, .pixels = photo->pixels, .width = photo->width, .height = photo->height));
    if (status == DIGITNET_ENOTFOUND)
        return 0;
    if (!status)
        status = add_cells(frames, cells, digits);
    if (!status)
        return 0;
    fprintf(stderr, "%s\n", digitnet_last_error());
    return -1;
}

static int add_table(const struct table *table, void *context) {
    struct photographer *self = context;
    int code = 0;
    for (size_t i = 0; i < self->times && !code; i++) {
        struct draw_random random = seed_random(self->seed, table->number * self->times + i);
        struct picture photo;
        if (photograph_again(&photo, &table->picture, &random))
            return -1;
        code = frame_photo(self->frames, &photo, table->digits);
        free(photo.pixels);
    }
    return code;
}

int frame_tables(struct framed_digits *frames, const char *folder, unsigned divisor, unsigned rest, size_t times,
                 uint64_t seed) {
    struct photographer photographer = {frames, times, seed};
    return visit_tables(folder, divisor, rest, add_table, &photographer);
}
