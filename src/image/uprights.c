#include "image/uprights.h"

#include "core/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Slopes looked at, each way, and from one to the next, in columns a row. */
enum { MOST_STEEPS = 5 };
#define SLOPE_STEP 0.02
/* Rows in which a rule may be broken. */
enum { LONGEST_GAP = 2 };
/* Parts of the picture's height. */
#define LEAST_LENGTH 0.45
#define MOST_WIDTH 0.2
/* Between two rules side by side there is less ink than this part of theirs, and the lighter one has this part of the
 * darker one's. */
#define VALLEY_PART 0.7
#define LIGHTER_PART 0.5
/* Sums of ink are nearly the same from this part on. */
#define NEARLY 0.97

/* What is dark enough for a rule, and how rules lean. */
typedef struct dark {
    const digitnet__plane *ink;
    uint8_t threshold;
    double slope;
    double *along; /* the ink along each column that is part of a rule, on average */
} dark;

/* Whether there is ink at a place or beside it. */
static bool is_dark(const dark *d, double column, size_t row) {
    ptrdiff_t middle = (ptrdiff_t)floor(column), width = (ptrdiff_t)d->ink->width;
    for (ptrdiff_t x = middle - 1; x <= middle + 1; x++)
        if (x >= 0 && x < width && d->ink->pixels[row * d->ink->width + (size_t)x] >= d->threshold)
            return true;
    return false;
}

/* From the middle row on, in steps of one row, to the last row with ink. */
static size_t follow(const dark *d, double column, ptrdiff_t step) {
    ptrdiff_t middle = (ptrdiff_t)(d->ink->height / 2), last = middle;
    for (ptrdiff_t row = middle; row >= 0 && row < (ptrdiff_t)d->ink->height; row += step) {
        if (is_dark(d, column + d->slope * (double)(row - middle), (size_t)row))
            last = row;
        else if ((row - last) * step > LONGEST_GAP)
            break;
    }
    return (size_t)last;
}

/* The ink along a column of the middle row between two rows, on average. */
static double ink_along(const dark *d, double column, size_t top, size_t bottom) {
    double sum = 0.0, middle = (double)(d->ink->height / 2);
    for (size_t row = top; row <= bottom; row++) {
        double x = floor(column + d->slope * ((double)row - middle));
        if (x >= 0.0 && x < (double)d->ink->width)
            sum += d->ink->pixels[row * d->ink->width + (size_t)x];
    }
    return sum / (double)(bottom - top + 1);
}

/* Columns first .. end - 1 are a rule, whose place is the mean over their ink. */
static void add_upright(digitnet__uprights *found, const dark *d, size_t first, size_t end) {
    double sum = 0.0, moment = 0.0, squares = 0.0;
    if (found->count == DNN_UPRIGHTS_MOST || (double)(end - first) > MOST_WIDTH * (double)d->ink->height)
        return;
    for (size_t i = first; i < end; i++) {
        double weight = fmax(d->along[i], 1.0); /* all of the rule's ink may be beside the column */
        sum += weight;
        moment += weight * ((double)i + 0.5);
        squares += weight * weight;
    }
    double column = moment / sum;
    size_t top = follow(d, column, -1), bottom = follow(d, column, 1) + 1;
    found->items[found->count++] = (digitnet__upright){column, (double)top, (double)bottom, squares / sum};
}

/* Columns side by side that all are upright rules are one; or two, the sides of boxes beside each other, where there
 * is less ink between them. */
static void add_columns(digitnet__uprights *found, const dark *d, size_t first, size_t end) {
    const double *ink = d->along;
    double most = 0.0, top = 0.0;
    size_t low = first;
    for (size_t i = first; i < end; i++)
        most = fmax(most, ink[i]);
    for (size_t i = first; i < end; i++) {
        if (ink[low] < VALLEY_PART * fmin(top, ink[i]) && fmin(top, ink[i]) >= LIGHTER_PART * most) {
            add_upright(found, d, first, low);
            first = low;
            top = 0.0;
        }
        low = ink[i] <= ink[low] || ink[i] > top ? i : low;
        top = fmax(top, ink[i]);
    }
    add_upright(found, d, first, end);
}

/* Returns how much ink they have together. */
static double find_uprights(digitnet__uprights *found, const dark *d) {
    size_t middle = d->ink->height / 2, first = 0;
    double least = LEAST_LENGTH * (double)d->ink->height, sum = 0.0;
    found->count = 0;
    for (size_t column = 0; column <= d->ink->width; column++) {
        double at = (double)column + 0.5;
        size_t top = 0, bottom = 0;
        if (column < d->ink->width && is_dark(d, at, middle)) {
            top = follow(d, at, -1);
            bottom = follow(d, at, 1);
        }
        if (top < bottom && (double)(bottom - top + 1) >= least) {
            d->along[column] = ink_along(d, at, top, bottom);
            continue;
        }
        if (first < column)
            add_columns(found, d, first, column);
        first = column + 1;
    }
    for (size_t i = 0; i < found->count; i++)
        sum += (found->items[i].end - found->items[i].first) * found->items[i].ink;
    return sum;
}

/* The least slope at which upright rules have nearly as much ink as they can have. */
static void find_slope(digitnet__uprights *found, dark *d) {
    double sums[2 * MOST_STEEPS + 1], most = 0.0;
    for (int steep = -MOST_STEEPS; steep <= MOST_STEEPS; steep++) {
        d->slope = steep * SLOPE_STEP;
        sums[steep + MOST_STEEPS] = find_uprights(found, d);
        most = fmax(most, sums[steep + MOST_STEEPS]);
    }
    int best = MOST_STEEPS;
    for (int steep = -MOST_STEEPS; steep <= MOST_STEEPS; steep++)
        if (sums[steep + MOST_STEEPS] >= NEARLY * most && abs(steep) < abs(best))
            best = steep;
    d->slope = best * SLOPE_STEP;
    find_uprights(found, d);
    found->slope = d->slope;
}

digitnet_status digitnet__uprights_find(digitnet__uprights *out, const digitnet__plane *ink, uint8_t threshold) {
    dark d = {.ink = ink, .threshold = threshold, .along = digitnet__allocate_array(ink->width, sizeof *d.along)};
    if (!d.along)
        return DIGITNET_ENOMEM;
    find_slope(out, &d);
    digitnet__release(d.along);
    return DIGITNET_OK;
}
