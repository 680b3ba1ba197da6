#include "image/frame_line.h"

#include "core/call.h"
#include "core/memory.h"
#include "core/status.h"
#include "digitnet/image.h"
#include "image/components.h"
#include "image/ink_map.h"
#include "image/picture.h"

#include <math.h>
#include <stdlib.h>

/* Rows that a digit of the usual height takes of the frame. */
enum { DIGIT_ROWS = 20 };
/* A stroke is at most this part of the picture's height. */
enum { STROKES_PER_HEIGHT = 4 };
/* The least ink of a pixel that belongs to a stroke, and of a stroke that is there at all. */
enum { STROKE_INK = 48, FAINTEST_INK = 24 };
/* Pieces lower than this part of the highest one are specks, points and dashes: they do not say how high digits are. */
#define LOW_PIECE 0.4

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t count) {
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

/* A part of full ink that separates strokes from paper. */
static uint8_t stroke_threshold(const digitnet__plane *ink) {
    uint8_t strongest = 0;
    for (size_t i = 0; i < ink->width * ink->height; i++)
        strongest = ink->pixels[i] > strongest ? ink->pixels[i] : strongest;
    return (uint8_t)(strongest < FAINTEST_INK ? 0 : strongest < 2 * STROKE_INK ? strongest / 2 : STROKE_INK);
}

digitnet_status digitnet__line_find_place(digitnet__line_place *place, const digitnet__plane *ink) {
    digitnet__components pieces;
    uint8_t threshold = stroke_threshold(ink);
    if (threshold == 0)
        return digitnet__fail(DIGITNET_ENOTFOUND, "no ink in the picture of %zu x %zu pixels", ink->width, ink->height);
    digitnet_status status = digitnet__components_find(&pieces, ink, threshold);
    if (status)
        return status;
    double *values = digitnet__allocate_array(pieces.count, sizeof *values);
    size_t highest = 0, count = 0;
    for (size_t i = 0; i < pieces.count; i++)
        highest = pieces.items[i].box.height > highest ? pieces.items[i].box.height : highest;
    for (size_t i = 0; values && i < pieces.count; i++)
        if ((double)pieces.items[i].box.height >= LOW_PIECE * (double)highest)
            values[count++] = (double)pieces.items[i].box.height;
    if (values) {
        place->height = median(values, count);
        count = 0;
        for (size_t i = 0; i < pieces.count; i++)
            if ((double)pieces.items[i].box.height >= LOW_PIECE * (double)highest)
                values[count++] = (double)pieces.items[i].box.top + (double)pieces.items[i].box.height / 2.0;
        place->middle = median(values, count);
    }
    place->slope = place->left = 0.0;
    place->right = (double)ink->width;
    status = values ? DIGITNET_OK : DIGITNET_ENOMEM;
    digitnet__release(values);
    digitnet__components_release(&pieces);
    return status;
}

/* The ink that nine tenths of the strokes' pixels do not exceed becomes 255. */
static void stretch_ink(digitnet__plane *strip) {
    size_t histogram[256] = {0}, strokes = 0, above = 0, full = 255;
    for (size_t i = 0; i < strip->width * strip->height; i++)
        histogram[strip->pixels[i]]++;
    for (size_t value = STROKE_INK / 2; value < 256; value++)
        strokes += histogram[value];
    while (full > STROKE_INK / 2 && 10 * (above + histogram[full]) <= strokes)
        above += histogram[full--];
    for (size_t i = 0; i < strip->width * strip->height; i++) {
        size_t value = strip->pixels[i] * 255 / full;
        strip->pixels[i] = (uint8_t)(value < 255 ? value : 255);
    }
}

digitnet_status digitnet__line_frame(digitnet__plane *strip, const digitnet__plane *ink,
                                     const digitnet__line_place *place) {
    double scale = DIGIT_ROWS / place->height, half = DIGITNET_LINE_HEIGHT / scale / 2.0;
    double columns = fmax(round((double)ink->width * scale), 1.0);
    if (columns > (double)DNN_LONGEST_LINE)
        return digitnet__fail(DIGITNET_ELIMIT, "the line is %.0f times as long as its digits are high, more than %zu",
                              columns / DIGIT_ROWS, DNN_LONGEST_LINE / DIGIT_ROWS);
    digitnet_status status = digitnet__plane_create(strip, (size_t)columns, DIGITNET_LINE_HEIGHT);
    if (status)
        return status;
    double right = (double)ink->width, top = place->middle - half, bottom = place->middle + half;
    digitnet__plane_sample(strip, ink, (digitnet__point[]){{0.0, top}, {right, top}, {right, bottom}, {0.0, bottom}});
    stretch_ink(strip);
    return DIGITNET_OK;
}

static digitnet_status frame_picture(float *out, size_t capacity, size_t *width, const digitnet_image *image) {
    const char *where = "digitnet_image_frame_line";
    digitnet_image own;
    digitnet__plane ink = {.pixels = NULL}, strip = {.pixels = NULL};
    digitnet__line_place place;
    if (!out || !width)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", where, out ? "width" : "out");
    digitnet_status status = digitnet__picture_read(&own, image, where);
    if (!status)
        status = digitnet__ink_map_create(&ink, &own, own.height / STROKES_PER_HEIGHT);
    if (!status)
        status = digitnet__line_find_place(&place, &ink);
    if (!status)
        status = digitnet__line_frame(&strip, &ink, &place);
    if (!status) {
        *width = strip.width;
        if (capacity / DIGITNET_LINE_HEIGHT < strip.width)
            status = digitnet__fail(DIGITNET_EBUFFER, "%s: out has room for %zu values, %d x %zu are needed", where,
                                    capacity, DIGITNET_LINE_HEIGHT, strip.width);
    }
    for (size_t i = 0; !status && i < strip.width * strip.height; i++)
        out[i] = (float)strip.pixels[i] / 255.0f;
    digitnet__plane_release(&strip);
    digitnet__plane_release(&ink);
    return status;
}

digitnet_status digitnet_image_frame_line(float *out, size_t capacity, size_t *width, const digitnet_image *image) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, frame_picture(out, capacity, width, image));
}
