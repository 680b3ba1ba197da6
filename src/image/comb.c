#include "image/comb.h"

#include "core/memory.h"
#include "image/ink_level.h"
#include "image/median.h"
#include "image/straight_fit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Slopes looked at, each way, and from one to the next, in columns a row. */
enum { MOST_STEEPS = 5 };
#define SLOPE_STEP 0.02
/* Rows in which a rule may be broken. */
enum { LONGEST_GAP = 2 };
/* Rules looked at; a line with more has none that are equally far apart. */
enum { MOST_RULES = 2 * DNN_GRID_MOST };
/* Parts of the picture's height. */
#define LEAST_LENGTH 0.45 /* of an upright rule */
#define MOST_WIDTH 0.2
#define END_TOLERANCE 0.08 /* by which its ends may differ from those of the others */
#define LEAST_ROOM 0.35    /* between the rules above and below */
/* Parts of an upright rule's length: how far apart rules are. */
#define NEAREST 0.4
#define FARTHEST 2.0
/* Parts of the distance: by how much it may differ, and what at the line's ends is a cell still. */
#define DISTANCE_TOLERANCE 0.12
#define LEAST_END_CELL 0.7
/* A comb has so many upright rules, and for each that is missing so many that are seen. */
enum { LEAST_RULES = 4, SEEN_PER_MISSING = 3 };
/* Of the length of all but the few longest, what is as long. */
#define NEARLY_AS_LONG 0.9
/* Sums of lengths are nearly the same from this part on. */
#define NEARLY 0.97
/* Rows by which an upright rule may miss what it ends at. */
#define EDGE 2.0
/* A rule along the line has ink in this part of its columns. */
#define ALONG_PART 0.7

/* What is dark enough for a rule. */
typedef struct dark {
    const digitnet__plane *ink;
    uint8_t threshold;
    double slope; /* of upright rules: columns to the right a row down */
    double rise;  /* of the line: rows up a column to the right */
} dark;

/* An upright rule: its column in the middle row, and the rows first .. end - 1. */
typedef struct upright {
    double column, first, end;
} upright;

typedef struct uprights {
    upright items[MOST_RULES];
    size_t count;
    double length; /* of all together */
} uprights;

/* Rules at equal distances; `column` of one that is missing is where it should be. */
typedef struct equal_rules {
    double columns[DNN_GRID_MOST + 1];
    size_t count, seen;
} equal_rules;

/* ---- Upright rules ---- */

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

/* Columns side by side that all are upright rules are one. */
static void add_columns(uprights *found, const dark *d, size_t first, size_t end) {
    double column = (double)(first + end) / 2;
    size_t top = follow(d, column, -1), bottom = follow(d, column, 1) + 1;
    if (found->count == MOST_RULES || (double)(end - first) > MOST_WIDTH * (double)d->ink->height)
        return;
    found->items[found->count++] = (upright){column, (double)top, (double)bottom};
    found->length += (double)(bottom - top);
}

static void find_uprights(uprights *found, const dark *d) {
    size_t middle = d->ink->height / 2, first = 0;
    double least = LEAST_LENGTH * (double)d->ink->height;
    found->count = 0;
    found->length = 0.0;
    for (size_t column = 0; column <= d->ink->width; column++) {
        double at = (double)column + 0.5;
        bool is_rule = column < d->ink->width && is_dark(d, at, middle) &&
                       (double)(follow(d, at, 1) - follow(d, at, -1) + 1) >= least;
        if (is_rule)
            continue;
        if (first < column)
            add_columns(found, d, first, column);
        first = column + 1;
    }
}

/* The least slope at which upright rules are nearly as long together as they can be. */
static void find_slope(uprights *found, dark *d) {
    double lengths[2 * MOST_STEEPS + 1], longest = 0.0;
    for (int steep = -MOST_STEEPS; steep <= MOST_STEEPS; steep++) {
        d->slope = steep * SLOPE_STEP;
        find_uprights(found, d);
        lengths[steep + MOST_STEEPS] = found->length;
        longest = fmax(longest, found->length);
    }
    int best = MOST_STEEPS;
    for (int steep = -MOST_STEEPS; steep <= MOST_STEEPS; steep++)
        if (lengths[steep + MOST_STEEPS] >= NEARLY * longest && abs(steep) < abs(best))
            best = steep;
    d->slope = best * SLOPE_STEP;
    find_uprights(found, d);
}

static int compare_lengths(const void *a, const void *b) {
    const upright *x = a, *y = b;
    double longer = (x->end - x->first) - (y->end - y->first);
    return longer != 0.0 ? (longer < 0.0) - (longer > 0.0) : (x->column > y->column) - (x->column < y->column);
}

static int compare_columns(const void *a, const void *b) {
    const upright *x = a, *y = b;
    return (x->column > y->column) - (x->column < y->column);
}

/* Where the longest begin and end: digits have upright strokes too, but shorter ones. `uprights` are sorted by length.
 */
static void find_rows(double rows[2], const uprights *found) {
    double firsts[MOST_RULES], ends[MOST_RULES];
    const upright *last = &found->items[LEAST_RULES - 1];
    size_t count = 0;
    for (; count < found->count &&
           found->items[count].end - found->items[count].first >= NEARLY_AS_LONG * (last->end - last->first);
         count++) {
        firsts[count] = found->items[count].first;
        ends[count] = found->items[count].end;
    }
    rows[0] = digitnet__median(firsts, count);
    rows[1] = digitnet__median(ends, count);
}

/* Leaves those that begin and end where the longest do, which are `rise` rows higher from column to column; `rows`
 * receives these rows in the line's middle column. */
static void keep_alike(uprights *out, double rows[2], const uprights *found, const dark *d, double rise) {
    double middle = (double)d->ink->width / 2, tolerance = END_TOLERANCE * (double)d->ink->height + 1.0;
    size_t kept = 0;
    *out = *found;
    for (size_t i = 0; i < out->count; i++) {
        out->items[i].first += rise * (out->items[i].column - middle);
        out->items[i].end += rise * (out->items[i].column - middle);
    }
    qsort(out->items, out->count, sizeof *out->items, compare_lengths);
    find_rows(rows, out);
    for (size_t i = 0; i < out->count; i++)
        if (fabs(out->items[i].first - rows[0]) <= tolerance && fabs(out->items[i].end - rows[1]) <= tolerance)
            out->items[kept++] = out->items[i];
    out->count = kept;
    qsort(out->items, kept, sizeof *out->items, compare_columns);
}

/* ---- Equal distances ---- */

/* The rule nearest to a column, of those from `from` on; `count` where none is within the tolerance. */
static size_t rule_near(const uprights *found, size_t from, double column, double tolerance) {
    size_t nearest = found->count;
    double farthest = column + tolerance;
    for (size_t i = from; i < found->count && found->items[i].column <= farthest; i++) {
        double distance = fabs(found->items[i].column - column);
        if (distance <= tolerance) {
            nearest = i;
            tolerance = distance;
        }
    }
    return nearest;
}

/* The comb that begins with these two rules. */
static void extend(equal_rules *c, const uprights *found, size_t first, size_t second) {
    double distance = found->items[second].column - found->items[first].column;
    size_t missing = 0, last = second;
    *c = (equal_rules){.columns = {found->items[first].column, found->items[second].column}, .count = 2, .seen = 2};
    while (c->count <= DNN_GRID_MOST && missing < 2) {
        double next = c->columns[c->count - 1] + distance;
        size_t rule = rule_near(found, last + 1, next, DISTANCE_TOLERANCE * distance);
        missing = rule < found->count ? 0 : missing + 1;
        c->columns[c->count++] = missing ? next : found->items[rule].column;
        if (missing)
            continue;
        last = rule;
        c->seen++;
        distance = (c->columns[c->count - 1] - c->columns[0]) / (double)(c->count - 1);
    }
    c->count -= missing;
}

static void find_comb(equal_rules *best, const uprights *found, double length) {
    enum { MOST_BETWEEN = 3 }; /* digits have upright strokes too */
    *best = (equal_rules){.count = 0};
    for (size_t i = 0; i < found->count; i++) {
        for (size_t k = i + 1; k < found->count && k <= i + MOST_BETWEEN; k++) {
            equal_rules c;
            double distance = found->items[k].column - found->items[i].column;
            if (distance < NEAREST * length || distance > FARTHEST * length)
                continue;
            extend(&c, found, i, k);
            if (c.seen >= LEAST_RULES && c.seen >= SEEN_PER_MISSING * (c.count - c.seen) && c.seen > best->seen)
                *best = c;
        }
    }
}

/* By how many rows the rules' middles fall from column to column. */
static double fall_of(const uprights *alike) {
    digitnet__straight_fit fit = {.count = 0.0};
    for (size_t i = 0; i < alike->count; i++)
        digitnet__straight_fit_add(&fit, alike->items[i].column, (alike->items[i].first + alike->items[i].end) / 2.0);
    return digitnet__straight_fit_slope(&fit);
}

/* The comb that has most rules, of a line turned by any of the slopes; from its rules, how it is turned. */
static void find_turned_comb(equal_rules *best, double rows[2], const uprights *found, dark *d) {
    best->seen = best->count = 0;
    for (int i = 0; i <= 2 * MOST_STEEPS; i++) { /* 0, -1, 1, -2, ... */
        uprights alike;
        equal_rules c;
        double alike_rows[2], rise = (i % 2 ? -1 : 1) * ((i + 1) / 2) * SLOPE_STEP;
        keep_alike(&alike, alike_rows, found, d, rise);
        find_comb(&c, &alike, alike_rows[1] - alike_rows[0]);
        if (c.seen <= best->seen)
            continue;
        *best = c;
        memcpy(rows, alike_rows, sizeof alike_rows);
        d->rise = rise - fall_of(&alike);
    }
}

/* ---- Rules along the line ---- */

/* Whether a rule goes along the line through this row of its middle column. */
static bool is_along(const dark *d, const equal_rules *c, double row) {
    size_t dark_columns = 0, columns = 0;
    double middle = (double)d->ink->width / 2;
    for (double x = c->columns[0] + 0.5; x < c->columns[c->count - 1] && x < (double)d->ink->width; x += 1.0) {
        double y = row - d->rise * (x - middle);
        columns++;
        dark_columns += y >= 0.0 && y < (double)d->ink->height &&
                        d->ink->pixels[(size_t)y * d->ink->width + (size_t)x] >= d->threshold;
    }
    return (double)dark_columns >= ALONG_PART * (double)columns;
}

/* Whether upright rules end here as those of a form do: at the picture's edge, or at a rule along the line. */
static bool is_held(const dark *d, const equal_rules *c, double row) {
    if (row <= EDGE || row >= (double)d->ink->height - EDGE)
        return true;
    for (double near = row - EDGE; near <= row + EDGE; near += 1.0)
        if (is_along(d, c, near))
            return true;
    return false;
}

/* Adds cells at the ends whose outer rules are not in the picture, or not seen; returns how many at the left one. */
static size_t add_ends(equal_rules *c, double width) {
    double distance = (c->columns[c->count - 1] - c->columns[0]) / (double)(c->count - 1);
    size_t left = 0;
    while (c->count <= DNN_GRID_MOST && width - c->columns[c->count - 1] >= LEAST_END_CELL * distance) {
        c->columns[c->count] = fmin(c->columns[c->count - 1] + distance, width);
        c->count++;
    }
    for (; c->count <= DNN_GRID_MOST && c->columns[0] >= LEAST_END_CELL * distance; left++) {
        memmove(c->columns + 1, c->columns, c->count * sizeof *c->columns);
        c->columns[0] = fmax(c->columns[0] - distance, 0.0);
        c->count++;
    }
    return left;
}

/* Narrows the rows from .. to, those of the upright rules, to the most that no rule along the line parts. */
static void find_room(double *from, double *to, const dark *d, const equal_rules *c) {
    double first = *from, end = *to, start = first, widest = 0.0;
    for (double row = first; row <= end; row += 1.0) {
        bool is_rule = row >= end || is_along(d, c, row + 0.5);
        if (is_rule && row - start > widest) {
            widest = row - start;
            *from = start;
            *to = row;
        }
        start = is_rule ? row + 1.0 : start;
    }
}

/* ---- The whole ---- */

static digitnet_status make_grid(digitnet__grid *out, const dark *d, const equal_rules *c, const double rows[2]) {
    double middle = (double)d->ink->width / 2, height = (double)(d->ink->height / 2);
    *out = (digitnet__grid){.rows = 1, .columns = c->count - 1, .seen = (double)c->seen / (double)c->count};
    out->points = digitnet__allocate_array(2 * c->count, sizeof *out->points);
    if (!out->points)
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < 2 * c->count; i++) {
        double column = c->columns[i % c->count];
        double row = rows[i / c->count] - d->rise * (column - middle);
        out->points[i] = (digitnet__point){column + d->slope * (row - height), row};
    }
    return DIGITNET_OK;
}

static digitnet_status find_cells(digitnet__comb *out, const uprights *found, dark *d) {
    equal_rules c;
    double rows[2];
    find_turned_comb(&c, rows, found, d);
    if (c.count == 0 || !is_held(d, &c, rows[0]) || !is_held(d, &c, rows[1]))
        return DIGITNET_ENOTFOUND;
    find_room(&rows[0], &rows[1], d, &c);
    if (rows[1] - rows[0] < LEAST_ROOM * (double)d->ink->height)
        return DIGITNET_ENOTFOUND;
    size_t cells = c.count - 1;
    out->first = add_ends(&c, (double)d->ink->width);
    out->end = out->first + cells;
    return make_grid(&out->grid, d, &c, rows);
}

digitnet_status digitnet__comb_find(digitnet__comb *out, const digitnet__plane *ink) {
    uprights found;
    uint8_t threshold = digitnet__stroke_threshold(ink);
    dark d = {.ink = ink, .threshold = (uint8_t)(threshold - threshold / 3)};
    if (threshold == 0)
        return DIGITNET_ENOTFOUND;
    find_slope(&found, &d);
    return found.count < LEAST_RULES ? DIGITNET_ENOTFOUND : find_cells(out, &found, &d);
}
