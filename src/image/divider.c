#include "image/divider.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/median.h"
#include "image/straight_fit.h"

#include <math.h>

/* The slopes that are looked at, one SLOPE_STEP from the other: strokes of a pen are wider than what lies between. */
#define SLOPE_STEP 0.04
enum { BAR_LAST = 5, SLASH_FIRST = -28, SLASH_LAST = -5 };
/* Of a larger box not every line is looked at, nor every place along one. */
enum { MOST_LINES = 96, MOST_PLACES = 24 };

static bool has_ink(const digitnet__plane *ink, bool is_slash, double along, double across, uint8_t threshold) {
    double x = is_slash ? across : along, y = is_slash ? along : across;
    return x >= 0.0 && y >= 0.0 && x < (double)ink->width && y < (double)ink->height &&
           ink->pixels[(size_t)y * ink->width + (size_t)x] >= threshold;
}

/* Lets `best` be the longest run of ink on the line, from `line->first` to `line->end`, if that is longer. */
static void follow(digitnet__divider *best, const digitnet__plane *ink, const digitnet__divider *line, double step,
                   uint8_t threshold) {
    double start = line->first;
    for (double along = line->first; start < line->end; along += step) {
        if (along < line->end && has_ink(ink, line->is_slash, along, line->offset + line->slope * along, threshold))
            continue;
        if (along - start > best->end - best->first) {
            *best = *line;
            best->first = start;
            best->end = fmin(along, line->end);
        }
        start = along + step;
    }
}

/* How thick the ink is across the stroke at a place along it. */
static double thickness_at(double *middle, const digitnet__divider *stroke, const digitnet__plane *ink, double along,
                           uint8_t threshold) {
    double across = floor(stroke->offset + stroke->slope * along) + 0.5, low = across, high = across;
    while (has_ink(ink, stroke->is_slash, along, low - 1.0, threshold))
        low -= 1.0;
    while (has_ink(ink, stroke->is_slash, along, high + 1.0, threshold))
        high += 1.0;
    *middle = (low + high) / 2.0;
    return high - low + 1.0;
}

/* Thickness as most places along the stroke have it, and the line through the middles of these: elsewhere something
 * touches it. */
static digitnet_status settle(digitnet__divider *stroke, const digitnet__plane *ink, uint8_t threshold) {
    size_t length = (size_t)(stroke->end - stroke->first);
    double middle, *values = digitnet__allocate_array(length, sizeof *values);
    digitnet__straight_fit fit = {.count = 0.0};
    if (!values)
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < length; i++)
        values[i] = thickness_at(&middle, stroke, ink, stroke->first + (double)i, threshold);
    stroke->thickness = digitnet__median(values, length);
    digitnet__release(values);
    for (size_t i = 0; i < length; i++) {
        double along = stroke->first + (double)i;
        if (thickness_at(&middle, stroke, ink, along, threshold) <= stroke->thickness)
            digitnet__straight_fit_add(&fit, along + 0.5, middle);
    }
    stroke->slope = digitnet__straight_fit_slope(&fit);
    stroke->offset = (fit.y - stroke->slope * fit.x) / fit.count;
    return DIGITNET_OK;
}

digitnet_status digitnet__divider_find(digitnet__divider *out, const digitnet__plane *ink, const digitnet__box *box,
                                       uint8_t threshold, bool is_slash) {
    double left = (double)box->left, right = left + (double)box->width;
    double top = (double)box->top, bottom = top + (double)box->height;
    digitnet__divider line = {.is_slash = is_slash, .first = is_slash ? top : left, .end = is_slash ? bottom : right};
    double low = is_slash ? left : top, high = is_slash ? right : bottom;
    double side = fmin(right - left, bottom - top);
    double apart = 1.0 + floor(side / MOST_LINES), step = 1.0 + floor(side / MOST_PLACES);
    int last = is_slash ? SLASH_LAST : BAR_LAST;
    *out = (digitnet__divider){.is_slash = is_slash};
    for (int i = is_slash ? SLASH_FIRST : -BAR_LAST; i <= last; i++) {
        line.slope = i * SLOPE_STEP;
        double from = line.slope * line.first, to = line.slope * line.end;
        for (line.offset = low - fmax(from, to); line.offset < high - fmin(from, to); line.offset += apart)
            follow(out, ink, &line, step, threshold);
    }
    return out->end > out->first ? settle(out, ink, threshold) : DIGITNET_OK;
}

double digitnet__divider_distance(const digitnet__divider *divider, double x, double y) {
    double along = divider->is_slash ? y : x, across = divider->is_slash ? x : y;
    return across - divider->offset - divider->slope * along;
}
