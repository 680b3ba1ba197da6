#include "image/frame_line.h"

#include "core/call.h"
#include "core/memory.h"
#include "core/status.h"
#include "digitnet/image.h"
#include "image/ink_level.h"
#include "image/ink_map.h"
#include "image/picture.h"

#include <math.h>

/* Rows that a digit of the usual height takes of the frame. */
enum { DIGIT_ROWS = 20 };
/* A stroke is at most this part of the picture's height. */
enum { STROKES_PER_HEIGHT = 4 };
/* The least ink of the strip that counts where its darkness is settled. */
enum { STRIP_INK = 16 };

/* How far, in columns, a stroke says how dark its neighbours are; there half as much as at its own column. */
enum { REACH = 10 };
/* Fainter strokes stay as they are: they may be what shows through the paper. */
enum { FAINT_STROKE = 48 };
/* No stroke is made darker by more than this factor. */
#define MOST_GAIN 2.0

/* Which pixels of the picture, and how much of them, one of the strip's columns or rows takes: an interval. */
typedef struct interval {
    double low, high;
} interval;

/* At least a pixel long, so that an enlarged strip is interpolated. */
static interval interval_of(size_t index, double start, double step) {
    double middle = start + ((double)index + 0.5) * step, half = fmax(step, 1.0) / 2;
    return (interval){middle - half, middle + half};
}

/* The part of the interval that a pixel covers. */
static double share(interval of, double pixel) {
    return (fmin(of.high, pixel + 1.0) - fmax(of.low, pixel)) / (of.high - of.low);
}

/* The mean ink of the column's interval, summed up from row to row: sums[i] is what lies above row i. */
static void sum_column(double *sums, const digitnet__plane *ink, interval across) {
    for (size_t row = 0; row <= ink->height; row++)
        sums[row] = 0.0;
    for (double x = fmax(floor(across.low), 0.0); x < across.high && x < (double)ink->width; x += 1.0) {
        double part = share(across, x);
        const uint8_t *pixel = ink->pixels + (size_t)x;
        for (size_t row = 0; row < ink->height; row++, pixel += ink->width)
            sums[row + 1] += part * *pixel;
    }
    for (size_t row = 0; row < ink->height; row++)
        sums[row + 1] += sums[row];
}

/* What lies above a place that may be within a row. */
static double sum_above(const double *sums, size_t height, double place) {
    double within = fmin(fmax(place, 0.0), (double)height);
    size_t row = (size_t)within < height ? (size_t)within : height - 1;
    return sums[row] + (within - (double)row) * (sums[row + 1] - sums[row]);
}

static uint8_t mean_of(const double *sums, size_t height, interval down) {
    double sum = sum_above(sums, height, down.high) - sum_above(sums, height, down.low);
    return (uint8_t)(sum / (down.high - down.low) + 0.5);
}

/* How dark strokes are about a column. */
static double level_about(const uint8_t *darkest, size_t width, size_t column) {
    double level = 0.0;
    for (size_t x = column > REACH ? column - REACH : 0; x < width && x <= column + REACH; x++) {
        double distance = fabs((double)x - (double)column);
        level = fmax(level, darkest[x] * (1.0 - 0.5 * distance / REACH));
    }
    return level;
}

/* Makes thin strokes as dark as others of the line: in few rows they are grey, and the network knows lines of one pen.
 * ENOMEM. */
static digitnet_status even_strokes(digitnet__plane *strip) {
    uint8_t *darkest = digitnet__allocate_array(strip->width, sizeof *darkest);
    if (!darkest)
        return DIGITNET_ENOMEM;
    digitnet__plane_column_maxima(darkest, strip);
    for (size_t x = 0; x < strip->width; x++) {
        double level = level_about(darkest, strip->width, x);
        double gain = level > FAINT_STROKE ? fmin(255.0 / level, MOST_GAIN) : 1.0;
        for (size_t row = 0; row < strip->height; row++) {
            uint8_t *pixel = &strip->pixels[row * strip->width + x];
            *pixel = (uint8_t)fmin(gain * *pixel + 0.5, 255.0);
        }
    }
    digitnet__release(darkest);
    return DIGITNET_OK;
}

digitnet_status digitnet__line_frame(digitnet__plane *strip, const digitnet__plane *ink,
                                     const digitnet__line_place *place) {
    double step = place->height / DIGIT_ROWS;
    double columns = fmax(round((place->right - place->left) / step), 1.0);
    if (columns > (double)DNN_LONGEST_LINE)
        return digitnet__fail(DIGITNET_ELIMIT, "the line is %.0f times as long as its digits are high, more than %zu",
                              columns / DIGIT_ROWS, DNN_LONGEST_LINE / DIGIT_ROWS);
    double *sums = digitnet__allocate_array(ink->height + 1, sizeof *sums);
    digitnet_status status =
        sums ? digitnet__plane_create(strip, (size_t)columns, DIGITNET_LINE_HEIGHT) : DIGITNET_ENOMEM;
    for (size_t i = 0; !status && i < strip->width; i++) {
        interval across = interval_of(i, place->left, step);
        double top = place->middle + place->slope * (across.low + across.high) / 2 - DIGITNET_LINE_HEIGHT * step / 2;
        sum_column(sums, ink, across);
        for (size_t row = 0; row < DIGITNET_LINE_HEIGHT; row++)
            strip->pixels[row * strip->width + i] = mean_of(sums, ink->height, interval_of(row, top, step));
    }
    digitnet__release(sums);
    if (status)
        return status;
    digitnet__stretch_ink(strip, STRIP_INK);
    status = even_strokes(strip);
    if (status)
        digitnet__plane_release(strip);
    return status;
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
