#include "core/memory.h"
#include "image/lower_bound.h"
#include "image/traces.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* The pieces of a rule may overlap by this many pixels. */
enum { OVERLAP = 8 };
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
    return fabs(digitnet__trace_line_at(line, point.along) - point.across);
}

/* How badly `after` continues `before`, or infinity where it does not. */
static double price(const digitnet__trace *before, const digitnet__trace *after, size_t longest_gap) {
    double gap = first_along(after) - last_along(before);
    if (before->border || after->border || gap < -OVERLAP || gap > (double)longest_gap ||
        last_along(after) <= last_along(before))
        return INFINITY;
    double off = deviation(before->end, after->points[0]);
    double back = deviation(after->start, before->points[before->count - 1]);
    double tolerance = TOLERANCE + TOLERANCE_PER_PIXEL * fmax(gap, 0.0);
    return off <= tolerance && back <= tolerance ? off + back + PRICE_PER_PIXEL * fabs(gap) : INFINITY;
}

/* Where a piece begins. */
typedef struct beginning {
    double along;
    size_t piece;
} beginning;

typedef struct joiner {
    beginning *beginnings; /* in their order */
    size_t *successors, *predecessors;
    double *prices; /* of the successors */
} joiner;

static int compare_beginnings(const void *a, const void *b) {
    const beginning *p = a, *q = b;
    if (p->along != q->along)
        return p->along > q->along ? 1 : -1;
    return (p->piece > q->piece) - (p->piece < q->piece);
}

/* The piece that continues this one best, of those alike the first, among those that begin near to its end. */
static void find_successor(joiner *j, const digitnet__traces *rules, size_t piece, size_t longest_gap) {
    double end = last_along(&rules->items[piece]), best = INFINITY;
    j->successors[piece] = NONE;
    size_t first = digitnet__lower_bound(&j->beginnings->along, sizeof *j->beginnings, 0, rules->count, end - OVERLAP);
    for (size_t i = first; i < rules->count && j->beginnings[i].along <= end + (double)longest_gap; i++) {
        size_t next = j->beginnings[i].piece;
        double p = price(&rules->items[piece], &rules->items[next], longest_gap);
        if (p < best || (p == best && p < INFINITY && next < j->successors[piece])) {
            best = p;
            j->successors[piece] = next;
        }
    }
    j->prices[piece] = best;
}

/* For each piece the one that continues it best, and of those that it continues best the best one. */
static void match(joiner *j, const digitnet__traces *rules, size_t longest_gap) {
    for (size_t i = 0; i < rules->count; i++) {
        j->beginnings[i] = (beginning){first_along(&rules->items[i]), i};
        j->predecessors[i] = NONE;
    }
    qsort(j->beginnings, rules->count, sizeof *j->beginnings, compare_beginnings);
    for (size_t i = 0; i < rules->count; i++)
        find_successor(j, rules, i, longest_gap);
    for (size_t i = 0; i < rules->count; i++) {
        size_t next = j->successors[i], rival = next == NONE ? NONE : j->predecessors[next];
        if (next != NONE && (rival == NONE || j->prices[i] < j->prices[rival]))
            j->predecessors[next] = i;
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
    digitnet__trace_measure(&out);
    return out;
}

digitnet_status digitnet__traces_join(digitnet__traces *rules, size_t longest_gap) {
    digitnet__arena memory = {.size = 0};
    size_t count = rules->count, total = 0;
    for (size_t i = 0; i < count; i++)
        total += rules->items[i].count;
    size_t beginnings = digitnet__arena_reserve(&memory, count, sizeof(beginning));
    size_t prices = digitnet__arena_reserve(&memory, count, sizeof(double));
    size_t successors = digitnet__arena_reserve(&memory, count, sizeof(size_t));
    size_t predecessors = digitnet__arena_reserve(&memory, count, sizeof(size_t));
    digitnet__traces joined = {.items = digitnet__allocate_array(count, sizeof *joined.items),
                               .points = digitnet__allocate_array(total, sizeof *joined.points)};
    digitnet_status status = DIGITNET_ENOMEM;
    if (joined.items && joined.points && digitnet__arena_allocate(&memory)) {
        joiner j = {digitnet__arena_at(&memory, beginnings), digitnet__arena_at(&memory, successors),
                    digitnet__arena_at(&memory, predecessors), digitnet__arena_at(&memory, prices)};
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
