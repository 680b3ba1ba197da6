#include "core/memory.h"
#include "image/traces.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* The pieces of a rule may overlap by this many pixels. */
enum { OVERLAP = 8 };
/* As many points at its end say how a piece goes on. */
enum { END_POINTS = 48 };
/* How far a piece may lie off another one's continuation, in pixels, and for each pixel between them. */
#define TOLERANCE 2.0
#define TOLERANCE_PER_PIXEL 0.06
#define PRICE_PER_PIXEL 0.02

#define NONE SIZE_MAX

static double first_along(const digitnet__trace *rule) {
    return rule->points[0].along;
}

static double last_along(const digitnet__trace *rule) {
    return rule->points[rule->count - 1].along;
}

static double deviation(digitnet__trace_line line, digitnet__trace_point point) {
    return fabs(line.across + line.slope * (point.along - line.along) - point.across);
}

/* How badly `after` continues `before`, or infinity where it does not. */
static double price(const digitnet__trace *before, digitnet__trace_line end, const digitnet__trace *after,
                    digitnet__trace_line start, size_t longest_gap) {
    double gap = first_along(after) - last_along(before);
    if (before->border || after->border || gap < -OVERLAP || gap > (double)longest_gap ||
        last_along(after) <= last_along(before))
        return INFINITY;
    double off = deviation(end, after->points[0]), back = deviation(start, before->points[before->count - 1]);
    double tolerance = TOLERANCE + TOLERANCE_PER_PIXEL * fmax(gap, 0.0);
    return off <= tolerance && back <= tolerance ? off + back + PRICE_PER_PIXEL * fabs(gap) : INFINITY;
}

typedef struct joiner {
    digitnet__trace_line *starts, *ends;
    size_t *successors, *predecessors;
} joiner;

/* For each piece the one that continues it best, and the one that it continues best. */
static void match(joiner *j, const digitnet__traces *rules, size_t longest_gap) {
    for (size_t i = 0; i < rules->count; i++) {
        j->starts[i] = digitnet__trace_end(&rules->items[i], false, END_POINTS);
        j->ends[i] = digitnet__trace_end(&rules->items[i], true, END_POINTS);
        j->successors[i] = j->predecessors[i] = NONE;
    }
    for (size_t i = 0; i < rules->count; i++) {
        double best = INFINITY;
        for (size_t k = 0; k < rules->count; k++) {
            double p =
                k == i ? INFINITY : price(&rules->items[i], j->ends[i], &rules->items[k], j->starts[k], longest_gap);
            if (p < best) {
                best = p;
                j->successors[i] = k;
            }
        }
    }
    for (size_t k = 0; k < rules->count; k++) {
        double best = INFINITY;
        for (size_t i = 0; i < rules->count; i++) {
            double p = j->successors[i] != k
                           ? INFINITY
                           : price(&rules->items[i], j->ends[i], &rules->items[k], j->starts[k], longest_gap);
            if (p < best) {
                best = p;
                j->predecessors[k] = i;
            }
        }
    }
}

/* Writes the piece `first` and those that continue it to `points` as one rule. */
static digitnet__trace chain(const joiner *j, const digitnet__traces *rules, size_t first,
                             digitnet__trace_point *points) {
    digitnet__trace out = {.points = points, .border = rules->items[first].border};
    double thickness = 0.0;
    size_t counted = 0;
    for (size_t i = first; i != NONE;) {
        const digitnet__trace *piece = &rules->items[i];
        for (size_t k = 0; k < piece->count; k++)
            if (out.count == 0 || piece->points[k].along > points[out.count - 1].along)
                points[out.count++] = piece->points[k];
        thickness += piece->thickness * (double)piece->count;
        counted += piece->count;
        size_t next = j->successors[i];
        i = next != NONE && j->predecessors[next] == i ? next : NONE;
    }
    out.thickness = thickness / (double)counted;
    return out;
}

digitnet_status digitnet__traces_join(digitnet__traces *rules, size_t longest_gap) {
    digitnet__arena memory = {.size = 0};
    size_t count = rules->count, total = 0;
    for (size_t i = 0; i < count; i++)
        total += rules->items[i].count;
    size_t starts = digitnet__arena_reserve(&memory, count, sizeof(digitnet__trace_line));
    size_t ends = digitnet__arena_reserve(&memory, count, sizeof(digitnet__trace_line));
    size_t successors = digitnet__arena_reserve(&memory, count, sizeof(size_t));
    size_t predecessors = digitnet__arena_reserve(&memory, count, sizeof(size_t));
    digitnet__traces joined = {.items = digitnet__allocate_array(count, sizeof *joined.items),
                               .points = digitnet__allocate_array(total, sizeof *joined.points)};
    digitnet_status status = DIGITNET_ENOMEM;
    if (joined.items && joined.points && digitnet__arena_allocate(&memory)) {
        joiner j = {digitnet__arena_at(&memory, starts), digitnet__arena_at(&memory, ends),
                    digitnet__arena_at(&memory, successors), digitnet__arena_at(&memory, predecessors)};
        digitnet__trace_point *next = joined.points;
        match(&j, rules, longest_gap);
        for (size_t i = 0; i < count; i++) {
            size_t before = j.predecessors[i];
            if (before != NONE && j.successors[before] == i)
                continue;
            joined.items[joined.count] = chain(&j, rules, i, next);
            next += joined.items[joined.count++].count;
        }
        digitnet__traces swapped = *rules;
        *rules = joined;
        joined = swapped;
        status = DIGITNET_OK;
    }
    digitnet__traces_release(&joined);
    digitnet__arena_release(&memory);
    return status;
}
