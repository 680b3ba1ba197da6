#include "image/margins.h"

#include "core/memory.h"

#include <stdbool.h>
#include <string.h>

/* Parts of an edge's length: a band is at least so long, and goes on behind so long a gap. */
enum { BAND_PART = 20, GAP_PART = 100 };
/* A band's blur, in pixels. */
enum { BLUR = 2 };
/* The margin is this part of the picture's shorter side. */
enum { MARGIN_PART = 50 };
/* A piece runs along an edge where it is so many times as long as deep. */
enum { LONG = 2 };

/* ---- Bands
 * ------------------------------------------------------------------------------------------------------------ */

/* An edge: `length` places along it, each the first of `depth` pixels away from it. */
typedef struct edge {
    uint8_t *first;
    ptrdiff_t along, inward;
    size_t length, depth;
} edge;

static edge edge_of(digitnet__plane *ink, int side) {
    ptrdiff_t row = (ptrdiff_t)ink->width, last_row = ((ptrdiff_t)ink->height - 1) * row;
    switch (side) {
    case 0:
        return (edge){ink->pixels, 1, row, ink->width, ink->height};
    case 1:
        return (edge){ink->pixels + last_row, 1, -row, ink->width, ink->height};
    case 2:
        return (edge){ink->pixels, row, 1, ink->height, ink->width};
    default:
        return (edge){ink->pixels + row - 1, row, -1, ink->height, ink->width};
    }
}

static uint8_t *pixel_of(const edge *e, size_t along, size_t depth) {
    return e->first + (ptrdiff_t)along * e->along + (ptrdiff_t)depth * e->inward;
}

/* How deep the ink is that begins at the edge. */
static void measure_depths(size_t *depths, const edge *e, uint8_t threshold) {
    for (size_t i = 0; i < e->length; i++)
        for (depths[i] = 0; depths[i] < e->depth && *pixel_of(e, i, depths[i]) >= threshold;)
            depths[i]++;
}

/* The better of the values from each place on, or up to it, within a window: the window is doubled. */
static size_t better(size_t a, size_t b, bool largest) {
    return (a > b) == largest ? a : b;
}

static void best_of_next(size_t *values, size_t count, size_t window, bool largest) {
    for (size_t done = 1; done < window;) {
        size_t shift = done < window - done ? done : window - done;
        for (size_t i = 0; i + shift < count; i++)
            values[i] = better(values[i], values[i + shift], largest);
        done += shift;
    }
}

static void best_of_last(size_t *values, size_t count, size_t window, bool largest) {
    for (size_t done = 1; done < window;) {
        size_t shift = done < window - done ? done : window - done;
        for (size_t i = count; i-- > shift;)
            values[i] = better(values[i], values[i - shift], largest);
        done += shift;
    }
}

/* Closes gaps, and opens what is shorter than a band, as strokes are. */
static void smooth_depths(size_t *depths, size_t count) {
    size_t gap = count / GAP_PART + 1, band = count / BAND_PART + 1;
    best_of_next(depths, count, gap, true);
    best_of_last(depths, count, gap, false);
    best_of_next(depths, count, band, false);
    memset(depths + count - (band - 1), 0, (band - 1) * sizeof *depths); /* no band begins here */
    best_of_last(depths, count, band, true);
}

digitnet_status digitnet__margins_erase_bands(digitnet__plane *ink, uint8_t threshold) {
    size_t longer = ink->width > ink->height ? ink->width : ink->height;
    size_t *depths = digitnet__allocate_array(longer, sizeof *depths);
    for (int side = 0; depths && side < 4; side++) {
        edge e = edge_of(ink, side);
        measure_depths(depths, &e, threshold);
        smooth_depths(depths, e.length);
        for (size_t i = 0; i < e.length; i++)
            for (size_t depth = 0; depths[i] > 0 && depth < depths[i] + BLUR && depth < e.depth; depth++)
                *pixel_of(&e, i, depth) = 0;
    }
    digitnet__release(depths);
    return depths ? DIGITNET_OK : DIGITNET_ENOMEM;
}

/* ---- Pieces
 * ----------------------------------------------------------------------------------------------------------- */

/* Whether a piece that begins `distance` pixels from an edge, and has these sides along it and away from it, is not the
 * sheet's. */
static bool is_beside(size_t distance, size_t along, size_t depth, size_t margin) {
    return distance + depth <= margin || (distance == 0 && along >= LONG * depth);
}

digitnet_status digitnet__margins_erase_pieces(digitnet__plane *ink, const digitnet__components *pieces) {
    size_t margin = (ink->width < ink->height ? ink->width : ink->height) / MARGIN_PART;
    unsigned char *erase = digitnet__allocate_zeroed_array(pieces->count, 1);
    if (!erase)
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < pieces->count; i++) {
        const digitnet__box *box = &pieces->items[i].box;
        size_t right = ink->width - box->left - box->width, below = ink->height - box->top - box->height;
        erase[i] =
            is_beside(box->top, box->width, box->height, margin) || is_beside(below, box->width, box->height, margin) ||
            is_beside(box->left, box->height, box->width, margin) || is_beside(right, box->height, box->width, margin);
    }
    digitnet__components_erase(ink, pieces, erase);
    digitnet__release(erase);
    return DIGITNET_OK;
}
