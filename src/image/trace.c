#include "core/ieee.h"
#include "image/traces.h"

/* As many points say how a rule goes on beyond its ends. */
enum { END_POINTS = 48 };

digitnet__trace_line digitnet__trace_end(const digitnet__trace *rule, bool last, size_t count) {
    count = count < rule->count ? count : rule->count;
    const digitnet__trace_point *points = rule->points + (last ? rule->count - count : 0);
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

static double along_line(digitnet__trace_line line, double along) {
    return line.across + line.slope * (along - line.along);
}

double digitnet__trace_at(const digitnet__trace *rule, double along) {
    const digitnet__trace_point *points = rule->points;
    size_t low = 0, high = rule->count - 1;
    if (along <= points[low].along)
        return along_line(digitnet__trace_end(rule, false, END_POINTS), along);
    if (along >= points[high].along)
        return along_line(digitnet__trace_end(rule, true, END_POINTS), along);
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        *(points[middle].along <= along ? &low : &high) = middle;
    }
    double part = (along - points[low].along) / (points[high].along - points[low].along);
    return (1.0 - part) * points[low].across + part * points[high].across;
}
