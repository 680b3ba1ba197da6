#include "image/crossings.h"

#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

/* Rules are at least this part of the picture's shorter side, and pieces are joined over at most that part. */
enum { SHORTEST_PART = 50, GAP_PART = 8 };
/* Rules of each direction that are tried. */
enum { MOST_RULES = 512 };
/* How far from their crossing both rules have to have been seen, in parts of the shortest rule. */
#define REACH 0.6

static int longer_first(const void *a, const void *b) {
    size_t x = ((const digitnet__trace *)a)->count, y = ((const digitnet__trace *)b)->count;
    if (x != y)
        return x < y ? 1 : -1;
    const digitnet__trace_point *p = ((const digitnet__trace *)a)->points, *q = ((const digitnet__trace *)b)->points;
    return (p > q) - (p < q);
}

static digitnet_status find_rules(digitnet__traces *out, const digitnet__plane *ink,
                                  digitnet__trace_direction direction, uint8_t least_ink) {
    size_t side = ink->width < ink->height ? ink->width : ink->height;
    digitnet_status status =
        digitnet__traces_find(out, ink, direction, side / SHORTEST_PART > 4 ? side / SHORTEST_PART : 4, least_ink);
    if (!status)
        status = digitnet__traces_join(out, side / GAP_PART);
    if (status)
        return status;
    qsort(out->items, out->count, sizeof *out->items, longer_first);
    out->count = out->count < MOST_RULES ? out->count : MOST_RULES;
    return DIGITNET_OK;
}

digitnet__point digitnet__traces_cross(const digitnet__trace *across, const digitnet__trace *down) {
    /* Both are within 40 degrees of their directions, so that the steps shrink. */
    enum { STEPS = 12 };
    const digitnet__trace_point *middle = &down->points[down->count / 2];
    double x = middle->across, y = middle->along;
    for (int i = 0; i < STEPS; i++) {
        double last = x;
        y = digitnet__trace_at(across, x);
        x = digitnet__trace_at(down, y);
        if (fabs(x - last) < 0.01)
            break;
    }
    return (digitnet__point){x, y};
}

static bool is_near(const digitnet__trace *trace, double along, double reach) {
    return digitnet__trace_seen(trace, along - reach, along + reach) > 0.0;
}

/* Whether one rule lies so near to where the other one may be that they may cross. */
static bool may_cross(const digitnet__trace *a, const digitnet__trace *b, double reach) {
    return a->points[0].along <= b->most + 2 * reach && a->points[a->count - 1].along >= b->least - 2 * reach;
}

static void cross_all(digitnet__crossings *c, double reach) {
    for (size_t i = 0, k = 0; i < c->across.count; i++) {
        const digitnet__trace *across = &c->across.items[i];
        for (size_t j = 0; j < c->down.count; j++, k++) {
            const digitnet__trace *down = &c->down.items[j];
            if (!may_cross(across, down, reach) || !may_cross(down, across, reach))
                continue;
            c->points[k] = digitnet__traces_cross(across, down);
            c->seen[k] = is_near(across, c->points[k].x, reach) && is_near(down, c->points[k].y, reach);
        }
    }
}

digitnet_status digitnet__crossings_find(digitnet__crossings *out, const digitnet__plane *ink, uint8_t least_ink) {
    size_t side = ink->width < ink->height ? ink->width : ink->height;
    *out = (digitnet__crossings){.points = NULL};
    digitnet_status status = find_rules(&out->across, ink, DNN_TRACES_ACROSS, least_ink);
    if (!status)
        status = find_rules(&out->down, ink, DNN_TRACES_DOWN, least_ink);
    if (!status) {
        size_t pairs = out->across.count * out->down.count;
        out->points = digitnet__allocate_zeroed_array(pairs, sizeof *out->points);
        out->seen = out->points ? digitnet__allocate_zeroed(pairs) : NULL;
        status = out->seen ? DIGITNET_OK : DIGITNET_ENOMEM;
    }
    if (status) {
        digitnet__crossings_release(out);
        return status;
    }
    cross_all(out, REACH * (double)side / SHORTEST_PART);
    return DIGITNET_OK;
}

void digitnet__crossings_release(digitnet__crossings *crossings) {
    digitnet__traces_release(&crossings->across);
    digitnet__traces_release(&crossings->down);
    digitnet__release(crossings->points);
    digitnet__release(crossings->seen);
    *crossings = (digitnet__crossings){.points = NULL};
}
