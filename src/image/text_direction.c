#include "image/text_direction.h"

#include "core/memory.h"
#include "image/text_size.h"

#include <math.h>
#include <string.h>

/* The tangent of 15 degrees. */
#define STEEPEST 0.268
/* Rows are told apart by bins of this part of a digit's height, slopes by this part of a bin at the page's far end. */
#define BIN 0.3
#define SLOPE_STEP 0.5
/* What a steep slope is worth less, at most. */
#define STEEP_LOSS 0.1
/* From this logarithm of its sides' ratio on a piece may be a 1, or a word. */
#define LONG_SHAPE 1.0
/* What the shape of one piece says at most, and how much good rows say beside all shapes. */
#define SHAPE_EVIDENCE 0.5
#define ROW_EVIDENCE 0.3

/* As many pieces say how lines run as pages have; of more, every second one or fewer is looked at. */
enum { MOST_SPOTS = 8192 };

/* A piece's middle, along lines and across. */
typedef struct spot {
    double along, across;
} spot;

typedef struct rows {
    const spot *spots;
    size_t count;
    double length; /* of the page along lines */
    double bin;
    double *bins;
    size_t bin_count;
} rows;

/* Lines that lie in rows of this slope put many pieces into few bins: the sum of squares, that is of pairs. */
static double row_score(const rows *r, double slope) {
    double lowest = slope > 0.0 ? -slope * r->length : 0.0, sum = 0.0;
    memset(r->bins, 0, r->bin_count * sizeof *r->bins);
    for (size_t i = 0; i < r->count; i++) {
        double place = (r->spots[i].across - slope * r->spots[i].along - lowest) / r->bin;
        size_t bin = (size_t)place;
        r->bins[bin] += 1.0 - (place - (double)bin);
        r->bins[bin + 1] += place - (double)bin;
    }
    for (size_t i = 0; i < r->bin_count; i++)
        sum += r->bins[i] * r->bins[i];
    return sum;
}

/* The best score, and its slope. ENOMEM. */
static digitnet_status find_rows(double *score, double *slope, const spot *spots, size_t count, double size) {
    rows r = {.spots = spots, .count = count, .bin = BIN * size};
    double breadth = 0.0;
    for (size_t i = 0; i < count; i++) {
        r.length = fmax(r.length, spots[i].along);
        breadth = fmax(breadth, spots[i].across);
    }
    r.bin_count = (size_t)((breadth + STEEPEST * r.length) / r.bin) + 2;
    r.bins = digitnet__allocate_array(r.bin_count, sizeof *r.bins);
    if (!r.bins)
        return DIGITNET_ENOMEM;
    double step = SLOPE_STEP * r.bin / fmax(r.length, 1.0);
    double steps = floor(STEEPEST / step);
    *score = 0.0;
    for (double i = -steps; i <= steps; i += 1.0) {
        double found = row_score(&r, i * step) * (1.0 - STEEP_LOSS * fabs(i) / (steps + 1.0));
        if (found > *score) {
            *score = found;
            *slope = i * step;
        }
    }
    digitnet__release(r.bins);
    return DIGITNET_OK;
}

static size_t count_fitting(const digitnet__components *pieces, double size) {
    size_t count = 0;
    for (size_t i = 0; i < pieces->count; i++)
        count += digitnet__text_size_fits(&pieces->items[i], size);
    return count;
}

/* Of the pieces that may be digits, the spots of every `step`th in one direction. */
static size_t read_spots(spot *spots, const digitnet__components *pieces, double size, size_t step, bool down) {
    size_t count = 0, fitting = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        const digitnet__box *box = &pieces->items[i].box;
        double x = (double)box->left + (double)box->width / 2.0, y = (double)box->top + (double)box->height / 2.0;
        if (digitnet__text_size_fits(&pieces->items[i], size) && fitting++ % step == 0)
            spots[count++] = down ? (spot){y, x} : (spot){x, y};
    }
    return count;
}

/* Digits are higher than wide. */
static double shape_evidence(const digitnet__components *pieces, double size) {
    double sum = 0.0;
    for (size_t i = 0; i < pieces->count; i++) {
        const digitnet__box *box = &pieces->items[i].box;
        double shape = log((double)box->height / (double)box->width);
        if (digitnet__text_size_fits(&pieces->items[i], size) && fabs(shape) < LONG_SHAPE)
            sum += fmin(fmax(shape, -SHAPE_EVIDENCE), SHAPE_EVIDENCE);
    }
    return sum;
}

digitnet_status digitnet__text_direction_find(digitnet__text_direction *out, const digitnet__components *pieces,
                                              double size) {
    double across = 1.0, down = 1.0, slope = 0.0;
    size_t step = count_fitting(pieces, size) / MOST_SPOTS + 1;
    *out = (digitnet__text_direction){.evidence = 0.0};
    spot *spots = digitnet__allocate_array(pieces->count, sizeof *spots);
    digitnet_status status = spots ? DIGITNET_OK : DIGITNET_ENOMEM;
    size_t count = spots ? read_spots(spots, pieces, size, step, true) : 0;
    if (count > 0)
        status = find_rows(&down, &slope, spots, count, size);
    if (count > 0 && !status)
        status = find_rows(&across, &slope, spots, read_spots(spots, pieces, size, step, false), size);
    out->evidence = shape_evidence(pieces, size) + ROW_EVIDENCE * sqrt((double)count) * log(across / down);
    out->slope = slope;
    digitnet__release(spots);
    return status;
}
