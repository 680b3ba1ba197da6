#include "image/comb.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/ink_level.h"
#include "image/median.h"
#include "image/straight_fit.h"
#include "image/uprights.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Slopes of the line looked at, each way, and from one to the next, in rows a column. */
enum { MOST_STEEPS = 5 };
#define SLOPE_STEP 0.02
/* Parts of the picture's height. */
#define THICKEST 0.2       /* rule along the line */
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
/* Boxes may stand apart by this part of the distance, where so much of their sides is in pairs that are as far apart.
 */
#define FARTHEST_APART 0.4
#define PAIRED_PART 0.5
/* Of the length of all but the few longest, what is as long. */
#define NEARLY_AS_LONG 0.9
/* Rows by which an upright rule may miss what it ends at. */
#define EDGE 2.0
/* A rule along the line has ink in this part of its columns, and upright rules have so many columns to each side. */
#define ALONG_PART 0.7
#define RULE_ROOM 2.0

/* What is dark enough for a rule. */
typedef struct dark {
    const digitnet__plane *ink;
    uint8_t threshold;
    double slope;  /* of upright rules: columns to the right a row down */
    double rise;   /* of the line: rows up a column to the right */
    bool is_alone; /* nothing but the line is in the picture */
} dark;

/* Rules at equal distances; `column` of one that is missing is where it should be. Where boxes stand apart, it is the
 * middle of the two rules between neighbours, which are `gap` from each other, and both are seen or not. */
typedef struct equal_rules {
    double columns[DNN_GRID_MOST + 1];
    double gap;
    size_t count, seen;
} equal_rules;

/* Whether the line is dark in a column, in the row that goes through this one of the middle column. */
static bool is_dark(const dark *d, double column, double row) {
    double y = row - d->rise * (column - (double)d->ink->width / 2);
    return column >= 0.0 && column < (double)d->ink->width && y >= 0.0 && y < (double)d->ink->height &&
           d->ink->pixels[(size_t)y * d->ink->width + (size_t)column] >= d->threshold;
}

/* The columns from one to another, and those of them that are dark in a row. */
typedef struct darkness {
    size_t columns, dark;
} darkness;

static void look_along(darkness *seen, const dark *d, double from, double to, double row) {
    for (double x = from + 0.5; x < fmin(to, (double)d->ink->width); x += 1.0) {
        seen->columns++;
        seen->dark += is_dark(d, x, row);
    }
}

static bool is_rule(const darkness *seen) {
    return (double)seen->dark >= ALONG_PART * (double)seen->columns;
}

/* ---- Rules that are alike ---- */

static int compare_lengths(const void *a, const void *b) {
    const digitnet__upright *x = a, *y = b;
    double longer = (x->end - x->first) - (y->end - y->first);
    return longer != 0.0 ? (longer < 0.0) - (longer > 0.0) : (x->column > y->column) - (x->column < y->column);
}

static int compare_columns(const void *a, const void *b) {
    const digitnet__upright *x = a, *y = b;
    return (x->column > y->column) - (x->column < y->column);
}

/* Where the longest begin and end: digits have upright strokes too, but shorter ones. `uprights` are sorted by length.
 */
static void find_rows(double rows[2], const digitnet__uprights *found) {
    double firsts[DNN_UPRIGHTS_MOST], ends[DNN_UPRIGHTS_MOST];
    const digitnet__upright *last = &found->items[LEAST_RULES - 1];
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
static void keep_alike(digitnet__uprights *out, double rows[2], const digitnet__uprights *found, const dark *d,
                       double rise) {
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
static size_t rule_near(const digitnet__uprights *found, size_t from, double column, double tolerance) {
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
static void extend(equal_rules *c, const digitnet__uprights *found, size_t first, size_t second) {
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

/* ---- Boxes that stand apart ---- */

/* How far a rule is from the nearest other one, to the right; 0 where none is within reach. */
static double distance_to_pair(const digitnet__uprights *found, double column, double reach) {
    double nearest = 0.0;
    for (size_t i = 0; i < found->count; i++) {
        double distance = found->items[i].column - column;
        if (distance != 0.0 && fabs(distance) <= reach && (nearest == 0.0 || fabs(distance) < fabs(nearest)))
            nearest = distance;
    }
    return nearest;
}

/* How far pairs are apart; 0 where most rules are in none. */
static double find_gap(const double *pairs, size_t count) {
    double gaps[DNN_GRID_MOST + 1];
    size_t paired = 0;
    for (size_t i = 0; i < count; i++)
        if (pairs[i] != 0.0)
            gaps[paired++] = fabs(pairs[i]);
    return paired > 0 && (double)paired >= PAIRED_PART * (double)count ? digitnet__median(gaps, paired) : 0.0;
}

/* Whether a rule is the first one of most pairs, or the second. */
static double usual_way(const double *pairs, size_t count) {
    double way = 0.0;
    for (size_t i = 0; i < count; i++)
        way += (pairs[i] > 0.0) - (pairs[i] < 0.0);
    return way < 0.0 ? -1.0 : 1.0;
}

/* Adds the outer sides of the first and the last box, which have no pair, where rules at equal distances do not lead
 * to them. */
static void add_outer_sides(equal_rules *c, const digitnet__uprights *found) {
    double distance = (c->columns[c->count - 1] - c->columns[0]) / (double)(c->count - 1);
    double box = distance - c->gap / 2.0, tolerance = DISTANCE_TOLERANCE * distance;
    size_t right = rule_near(found, 0, c->columns[c->count - 1] + box, tolerance);
    size_t left = rule_near(found, 0, c->columns[0] - box, tolerance);
    if (c->count <= DNN_GRID_MOST && right < found->count) {
        c->columns[c->count++] = found->items[right].column + c->gap / 2.0;
        c->seen++;
    }
    if (c->count <= DNN_GRID_MOST && left < found->count) {
        memmove(c->columns + 1, c->columns, c->count++ * sizeof *c->columns);
        c->columns[0] = found->items[left].column - c->gap / 2.0;
        c->seen++;
    }
}

/* Whether a rule along the line goes on between boxes, through this row of the middle column. */
static bool goes_on_between(const dark *d, const equal_rules *c, double row) {
    darkness seen = {0, 0};
    double half = c->gap / 2.0 - RULE_ROOM;
    for (size_t i = 1; i + 1 < c->count; i++)
        look_along(&seen, d, c->columns[i] - half - 0.5, c->columns[i] + half, row);
    return seen.columns > 0 && is_rule(&seen);
}

/* Whether boxes share their sides: the rules above or below them go on from one to the next. */
static bool share_sides(const dark *d, const equal_rules *c, const double rows[2]) {
    for (double away = -EDGE; away <= EDGE; away += 1.0)
        if (goes_on_between(d, c, rows[0] + away) || goes_on_between(d, c, rows[1] + away))
            return true;
    return false;
}

/* Where most rules have another one beside them, so far away as the others have, boxes stand apart: what was found is
 * one of the two, and becomes the middle between both. */
static void part_boxes(equal_rules *c, const digitnet__uprights *found, const dark *d, const double rows[2]) {
    const equal_rules shared = *c;
    double pairs[DNN_GRID_MOST + 1], distance = (c->columns[c->count - 1] - c->columns[0]) / (double)(c->count - 1);
    for (size_t i = 0; i < c->count; i++)
        pairs[i] = distance_to_pair(found, c->columns[i], FARTHEST_APART * distance);
    double gap = find_gap(pairs, c->count), way = usual_way(pairs, c->count);
    if (gap == 0.0)
        return;
    for (size_t i = 0; i < c->count; i++) {
        bool is_pair = pairs[i] != 0.0 && fabs(fabs(pairs[i]) - gap) <= DISTANCE_TOLERANCE * distance;
        double side = is_pair ? pairs[i] : i == 0 ? -gap : i + 1 == c->count ? gap : way * gap;
        c->columns[i] += side / 2.0;
        c->seen += is_pair;
    }
    c->gap = gap;
    add_outer_sides(c, found);
    if (share_sides(d, c, rows))
        *c = shared;
}

/* The comb that has most of the rules. */
static void find_comb(equal_rules *best, const digitnet__uprights *found, const dark *d, const double rows[2]) {
    enum { MOST_BETWEEN = 3 }; /* digits have upright strokes too */
    double length = rows[1] - rows[0];
    *best = (equal_rules){.count = 0};
    for (size_t i = 0; i < found->count; i++) {
        for (size_t k = i + 1; k < found->count && k <= i + MOST_BETWEEN; k++) {
            equal_rules c;
            double distance = found->items[k].column - found->items[i].column;
            if (distance < NEAREST * length || distance > FARTHEST * length)
                continue;
            extend(&c, found, i, k);
            if (c.seen < LEAST_RULES || c.seen < SEEN_PER_MISSING * (c.count - c.seen) || 2 * c.seen <= best->seen)
                continue;
            part_boxes(&c, found, d, rows);
            if (c.seen > best->seen)
                *best = c;
        }
    }
}

/* ---- The line as it is turned ---- */

/* By how many rows the rules' middles fall from column to column. */
static double fall_of(const digitnet__uprights *alike) {
    digitnet__straight_fit fit = {.count = 0.0};
    for (size_t i = 0; i < alike->count; i++)
        digitnet__straight_fit_add(&fit, alike->items[i].column, (alike->items[i].first + alike->items[i].end) / 2.0);
    return digitnet__straight_fit_slope(&fit);
}

/* The comb that has most rules, of a line turned by any of the slopes; from its rules, how it is turned. */
static void find_turned_comb(equal_rules *best, double rows[2], const digitnet__uprights *found, dark *d) {
    best->seen = best->count = 0;
    for (int i = 0; i <= 2 * MOST_STEEPS; i++) { /* 0, -1, 1, -2, ... */
        digitnet__uprights alike;
        equal_rules c;
        double alike_rows[2], rise = (i % 2 ? -1 : 1) * ((i + 1) / 2) * SLOPE_STEP;
        dark turned = *d;
        keep_alike(&alike, alike_rows, found, d, rise);
        turned.rise = rise - fall_of(&alike);
        find_comb(&c, &alike, &turned, alike_rows);
        if (c.seen <= best->seen)
            continue;
        *best = c;
        memcpy(rows, alike_rows, sizeof alike_rows);
        d->rise = turned.rise;
    }
}

/* ---- Rules along the line ---- */

/* Whether a rule goes along the line, above or below its cells, through this row of its middle column. */
static bool is_along(const dark *d, const equal_rules *c, double row) {
    darkness seen = {0, 0};
    for (size_t i = 0; i + 1 < c->count; i++)
        look_along(&seen, d, c->columns[i] + c->gap / 2.0, c->columns[i + 1] - c->gap / 2.0, row);
    return is_rule(&seen);
}

/* Whether there is a rule along the line near a row. */
static bool has_rule(const dark *d, const equal_rules *c, double row) {
    for (double near = row - EDGE; near <= row + EDGE; near += 1.0)
        if (is_along(d, c, near))
            return true;
    return false;
}

/* Whether upright rules end here as those of a form do: at the picture's edge, or at a rule along the line. */
static bool is_held(const dark *d, const equal_rules *c, double row) {
    return row <= EDGE || row >= (double)d->ink->height - EDGE || has_rule(d, c, row);
}

/* Whether there may be a cell from one column to another: where there are rules above or below the others, there are
 * here too, unless the picture is the line alone. */
static bool may_be_cell(const dark *d, const equal_rules *c, double from, double to, const double rows[2]) {
    if (d->is_alone)
        return true;
    for (size_t i = 0; i < 2; i++) {
        bool goes_on = !has_rule(d, c, rows[i]);
        for (double near = rows[i] - EDGE; !goes_on && near <= rows[i] + EDGE; near += 1.0) {
            darkness seen = {0, 0};
            look_along(&seen, d, fmax(from, 0.0), to, near);
            goes_on = is_rule(&seen);
        }
        if (!goes_on)
            return false;
    }
    return true;
}

/* Adds cells at the ends whose outer rules are not in the picture, or not seen; returns how many at the left one. */
static size_t add_ends(equal_rules *c, const dark *d, const double rows[2]) {
    double distance = (c->columns[c->count - 1] - c->columns[0]) / (double)(c->count - 1);
    double width = (double)d->ink->width;
    size_t left = 0;
    for (double last = c->columns[c->count - 1];
         c->count <= DNN_GRID_MOST && width - last >= LEAST_END_CELL * distance &&
         may_be_cell(d, c, last + c->gap / 2.0, last + distance - c->gap / 2.0, rows);
         last = c->columns[c->count - 1]) {
        c->columns[c->count] = fmin(last + distance, width);
        c->count++;
    }
    for (; c->count <= DNN_GRID_MOST && c->columns[0] >= LEAST_END_CELL * distance &&
           may_be_cell(d, c, c->columns[0] - distance + c->gap / 2.0, c->columns[0] - c->gap / 2.0, rows);
         left++) {
        memmove(c->columns + 1, c->columns, c->count * sizeof *c->columns);
        c->columns[0] = fmax(c->columns[0] - distance, 0.0);
        c->count++;
    }
    return left;
}

/* In how many rows there is a rule along the line, from one on. */
static double thickness_along(const dark *d, const equal_rules *c, double row, double step) {
    double rows = 0.0;
    while (rows < THICKEST * (double)d->ink->height && is_along(d, c, row + step * rows))
        rows += 1.0;
    return rows;
}

/* Narrows the rows from .. to, those of the upright rules, to the most that no rule along the line parts, up to the
 * middles of the rules above and below. */
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
    *from -= thickness_along(d, c, *from - 0.5, -1.0) / 2.0;
    *to += thickness_along(d, c, *to + 0.5, 1.0) / 2.0;
}

/* ---- The whole ---- */

/* How many sides the cells have at one of the rows. */
static size_t count_sides(const equal_rules *c) {
    return c->gap > 0.0 ? 2 * (c->count - 1) : c->count;
}

/* The sides of the cells at one of the rows. */
static void set_points(digitnet__point *points, const dark *d, const equal_rules *c, double line) {
    double middle = (double)d->ink->width / 2, height = (double)(d->ink->height / 2);
    for (size_t i = 0; i < count_sides(c); i++) {
        double column = c->gap > 0.0 ? c->columns[(i + 1) / 2] + (i % 2 ? -0.5 : 0.5) * c->gap : c->columns[i];
        double row = line - d->rise * (column - middle);
        points[i] = (digitnet__point){column + d->slope * (row - height), row};
    }
}

static digitnet_status make_grid(digitnet__grid *out, const dark *d, const equal_rules *c, const double rows[2]) {
    size_t sides = count_sides(c);
    *out = (digitnet__grid){
        .rows = 1, .columns = c->count - 1, .apart = c->gap > 0.0, .seen = fmin((double)c->seen / (double)sides, 1.0)};
    out->points = digitnet__allocate_array(2 * sides, sizeof *out->points);
    if (!out->points)
        return DIGITNET_ENOMEM;
    set_points(out->points, d, c, rows[0]);
    set_points(out->points + sides, d, c, rows[1]);
    return DIGITNET_OK;
}

static digitnet_status find_cells(digitnet__comb *out, const digitnet__uprights *found, dark *d) {
    equal_rules c;
    double rows[2];
    find_turned_comb(&c, rows, found, d);
    if (c.count == 0 || !is_held(d, &c, rows[0]) || !is_held(d, &c, rows[1]))
        return DIGITNET_ENOTFOUND;
    find_room(&rows[0], &rows[1], d, &c);
    if (rows[1] - rows[0] < LEAST_ROOM * (double)d->ink->height)
        return DIGITNET_ENOTFOUND;
    size_t cells = c.count - 1;
    out->first = add_ends(&c, d, rows);
    out->end = out->first + cells;
    return make_grid(&out->grid, d, &c, rows);
}

digitnet_status digitnet__comb_find(digitnet__comb *out, const digitnet__plane *ink, bool is_alone) {
    digitnet__uprights found;
    uint8_t threshold = digitnet__stroke_threshold(ink);
    dark d = {.ink = ink, .threshold = (uint8_t)(threshold - threshold / 3), .is_alone = is_alone};
    if (threshold == 0)
        return DIGITNET_ENOTFOUND;
    DNN_TRY(digitnet__uprights_find(&found, ink, d.threshold));
    d.slope = found.slope;
    return found.count < LEAST_RULES ? DIGITNET_ENOTFOUND : find_cells(out, &found, &d);
}
