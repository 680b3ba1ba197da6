#include "image/frame_rules.h"

#include <stdbool.h>

enum {
    MOST_LINES = 8,   /* in one direction */
    SLANT_PARTS = 12, /* from end to end a line moves aside by this part of its length at most */
    GAP_PARTS = 6,    /* and this part of it may be missing */
    WIDTH_PARTS = 14, /* it is at most this part of the picture's shorter side wide, but for a pixel */
    MOST_WIDTH = 64
};

/* The picture, or the picture with rows and columns exchanged: lines run along rows. */
typedef struct view {
    uint8_t *pixels;
    size_t length, breadth; /* along and across the lines */
    size_t step, stride;    /* from a pixel to the next along and across */
    uint8_t threshold;
    double before, after; /* between these parts of the breadth lines may be strokes */
    bool with_middle;     /* such lines are looked for, too */
} view;

/* A line from (0, start) to (length, start + drift). */
typedef struct line {
    long start, drift;
    size_t covered;
} line;

static long place_at(const view *v, const line *l, size_t along) {
    return l->start + l->drift * (long)along / (long)v->length;
}

static bool is_ink(const view *v, size_t along, long across) {
    return across >= 0 && across < (long)v->breadth &&
           v->pixels[along * v->step + (size_t)across * v->stride] >= v->threshold;
}

/* How much of the line there is; 0 where too much is missing. Goes through the same places as place_at(), without its
 * division. */
static size_t cover(const view *v, const line *l) {
    size_t missing = 0, most = v->length / GAP_PARTS;
    long across = l->start, way = l->drift < 0 ? -1 : 1, drift = l->drift * way, moved = 0;
    for (size_t along = 0; along < v->length && missing <= most; along++) {
        missing += !is_ink(v, along, across);
        moved += drift;
        if (moved >= (long)v->length) {
            moved -= (long)v->length;
            across += way;
        }
    }
    return missing > most ? 0 : v->length - missing;
}

/* Whether the line runs where strokes may. */
static bool is_middle(const view *v, const line *l) {
    double middle = ((double)l->start + (double)l->drift / 2.0) / (double)v->breadth;
    return middle > v->before && middle < v->after;
}

static line best_line(const view *v) {
    line best = {.covered = 0};
    long most = (long)(v->length / SLANT_PARTS), step = most / 16 + 1;
    for (long drift = -most; drift <= most; drift += step) {
        for (long start = 0; start < (long)v->breadth; start++) {
            line candidate = {start, drift, 0};
            if (v->with_middle || !is_middle(v, &candidate))
                candidate.covered = cover(v, &candidate);
            if (candidate.covered > best.covered)
                best = candidate;
        }
    }
    return best;
}

/* The run of ink across the line at a place of it, which has ink. */
static void run_at(const view *v, size_t along, long across, long *first, long *end) {
    *first = across;
    *end = across + 1;
    while (is_ink(v, along, *first - 1))
        --*first;
    while (is_ink(v, along, *end))
        ++*end;
}

/* The width that half of the line does not exceed; MOST_WIDTH where that is more. */
static long width_of(const view *v, const line *l) {
    size_t histogram[MOST_WIDTH + 1] = {0}, below = 0;
    long width = 0;
    for (size_t along = 0; along < v->length; along++) {
        long first, end, across = place_at(v, l, along);
        if (!is_ink(v, along, across))
            continue;
        run_at(v, along, across, &first, &end);
        histogram[end - first < MOST_WIDTH ? end - first : MOST_WIDTH]++;
    }
    while (width < MOST_WIDTH && 2 * (below += histogram[width]) < l->covered)
        width++;
    return width;
}

/* Where more ink than the line's own stands across it, a stroke crosses. */
static void erase(const view *v, const line *l, long width) {
    for (size_t along = 0; along < v->length; along++) {
        long first, end, across = place_at(v, l, along);
        if (!is_ink(v, along, across))
            continue;
        run_at(v, along, across, &first, &end);
        for (long i = first; i < end && end - first <= width + width / 2 + 1; i++)
            v->pixels[along * v->step + (size_t)i * v->stride] = 0;
    }
}

/* Returns how many lines were erased, and adds to `middle` how many of them may have been strokes. */
static size_t erase_along(const view *v, size_t *middle) {
    size_t shorter = v->length < v->breadth ? v->length : v->breadth, lines = 0;
    for (; lines < MOST_LINES; lines++) {
        line found = best_line(v);
        if (found.covered == 0)
            break;
        long width = width_of(v, &found);
        if (width >= MOST_WIDTH || (size_t)width > shorter / WIDTH_PARTS + 1)
            break;
        erase(v, &found, width);
        *middle += is_middle(v, &found);
    }
    return lines;
}

/* A line down the middle is the stem of a 4 or a 1, one across it the bar of a 4. */
digitnet__frame_rules digitnet__frame_rules_erase(digitnet__plane *ink, uint8_t threshold, bool with_middle) {
    view rows = {ink->pixels, ink->width, ink->height, 1, ink->width, threshold, 0.25, 0.55, with_middle};
    view columns = {ink->pixels, ink->height, ink->width, ink->width, 1, threshold, 0.22, 0.78, with_middle};
    digitnet__frame_rules found = {.middle = 0};
    found.across = erase_along(&rows, &found.middle);
    found.down = erase_along(&columns, &found.middle);
    return found;
}
