#include "core/ieee.h"
#include "image/lower_bound.h"
#include "image/traces.h"

#include <math.h>

/* As many points say how a rule goes on beyond its ends. */
enum { END_POINTS = 48 };

/* The line that fits the first or last points best, by least squares. */
static digitnet__trace_line fit_end(const digitnet__trace *trace, bool last) {
    size_t count = trace->count < END_POINTS ? trace->count : END_POINTS;
    const digitnet__trace_point *points = trace->points + (last ? trace->count - count : 0);
    double along = 0.0, across = 0.0, squares = 0.0, products = 0.0;
    for (size_t i = 0; i < count; i++) {
        along += points[i].along / (double)count;
        across += points[i].across / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        squares += (points[i].along - along) * (points[i].along - along);
        products += (points[i].along - along) * (points[i].across - across);
    }
    return (digitnet__trace_line){along, across, squares > 0.0 ? products / squares : 0.0};
}

void digitnet__trace_measure(digitnet__trace *trace) {
    trace->least = INFINITY;
    trace->most = -INFINITY;
    for (size_t i = 0; i < trace->count; i++) {
        trace->least = fmin(trace->least, trace->points[i].across);
        trace->most = fmax(trace->most, trace->points[i].across);
    }
    trace->start = fit_end(trace, false);
    trace->end = fit_end(trace, true);
}

double digitnet__trace_line_at(digitnet__trace_line line, double along) {
    return line.across + line.slope * (along - line.along);
}

/* The number of points before `along`: as many as pixels from either end, but where the rule was not seen. */
static size_t points_before(const digitnet__trace *trace, double along) {
    double count = (double)trace->count, last = trace->points[trace->count - 1].along;
    size_t low = (size_t)fmin(fmax(along - last + count - 1.0, 0.0), count);
    size_t high = (size_t)fmin(fmax(ceil(along - trace->points[0].along), 0.0), count);
    return digitnet__lower_bound(&trace->points->along, sizeof *trace->points, low, high, along);
}

double digitnet__trace_at(const digitnet__trace *trace, double along) {
    size_t next = points_before(trace, along);
    if (next == 0)
        return digitnet__trace_line_at(trace->start, along);
    if (next == trace->count)
        return digitnet__trace_line_at(trace->end, along);
    const digitnet__trace_point *a = &trace->points[next - 1], *b = &trace->points[next];
    double part = (along - a->along) / (b->along - a->along);
    return (1.0 - part) * a->across + part * b->across;
}

double digitnet__trace_seen(const digitnet__trace *trace, double from, double to) {
    double points = (double)(points_before(trace, to) - points_before(trace, from));
    return to - from > 1.0 ? fmin(points / (to - from), 1.0) : 1.0;
}
