#include "image/cell.h"

#include "core/memory.h"
#include "image/components.h"
#include "image/frame_digit.h"
#include "image/projection.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { MOST_SIDE = DNN_CELL_SIDE + 2 * DNN_CELL_MARGIN, LEAST_SIDE = 8 };
/* The ends of a side are left out where its rule is measured: other rules cross there. */
enum { END_PARTS = 8 };
/* A rule's middle is at most this part of the cell away from the cell's edge, and the rule reaches so far into it. */
#define FARTHEST_MIDDLE 0.1
#define FARTHEST_REACH 0.2
/* A place across a rule is measured by what this part of its pixels does not exceed: strokes that cross do not count.
 */
#define QUANTILE 0.4
/* A rule ends where it has this part of its ink, or as little ink as this. */
#define EDGE_PART 0.12
enum { EDGE_INK = 6, LEAST_INK = 12 };
/* A rule's ink varies: so many times what was measured is taken away. */
#define SUBTRACTED 1.3
/* A digit has at least this part of the cell's shorter side. */
enum { SMALLEST_DIGIT_PARTS = 6 };
/* What is left of a rule is no wider, beside it, and has less than this part of its ink. */
enum { LEFT_WIDTH = 4 };
#define LEFT_PART 0.33
/* The part of its pixels that a cell's own piece has within the cell's rules. */
#define OWN_PART 0.5

/* A side of the cell: its pixels along and across it, from outside inwards. */
typedef struct side {
    uint8_t *first;
    ptrdiff_t along, across;
    size_t length, breadth;
} side;

static side side_of(const digitnet__plane *plane, size_t index) {
    ptrdiff_t width = (ptrdiff_t)plane->width, last = width * ((ptrdiff_t)plane->height - 1);
    switch (index) {
    case 0:
        return (side){plane->pixels, 1, width, plane->width, plane->height};
    case 1:
        return (side){plane->pixels + width - 1, width, -1, plane->height, plane->width};
    case 2:
        return (side){plane->pixels + last, 1, -width, plane->width, plane->height};
    default:
        return (side){plane->pixels, width, 1, plane->height, plane->width};
    }
}

static uint8_t *pixel_of(const side *s, size_t along, size_t across) {
    return s->first + (ptrdiff_t)along * s->along + (ptrdiff_t)across * s->across;
}

/* The ink of a rule at a place across it. */
static uint8_t quantile_at(const side *s, size_t across) {
    uint8_t sorted[MOST_SIDE] = {0};
    size_t from = DNN_CELL_MARGIN + s->length / END_PARTS, count = s->length - 2 * from;
    for (size_t i = 0; i < count; i++) {
        uint8_t value = *pixel_of(s, from + i, across);
        size_t at = i;
        for (; at > 0 && sorted[at - 1] > value; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = value;
    }
    return sorted[(size_t)(QUANTILE * (double)count)];
}

/* Subtracts the rule at a side of the cell. Returns how far it reaches into the cell. */
static size_t erase_side(uint8_t *ink, const side *s) {
    uint8_t profile[MOST_SIDE] = {0};
    double inner = (double)(s->breadth - 2 * DNN_CELL_MARGIN);
    size_t end = DNN_CELL_MARGIN + (size_t)(FARTHEST_REACH * inner), reach = (size_t)(FARTHEST_MIDDLE * inner) + 1;
    size_t middle = DNN_CELL_MARGIN, first, last;
    for (size_t i = 0; i < end; i++)
        profile[i] = quantile_at(s, i);
    for (size_t i = DNN_CELL_MARGIN - reach; i <= DNN_CELL_MARGIN + reach && i < end; i++)
        middle = profile[i] > profile[middle] ? i : middle;
    *ink = profile[middle] < LEAST_INK ? 0 : profile[middle];
    if (*ink == 0)
        return 0;
    double least = fmax(EDGE_INK, EDGE_PART * profile[middle]);
    for (first = middle; first > 0 && profile[first - 1] > least;)
        first--;
    for (last = middle; last + 1 < end && profile[last + 1] > least;)
        last++;
    for (size_t across = first; across <= last; across++) {
        int taken = (int)(SUBTRACTED * profile[across]);
        for (size_t along = 0; along < s->length; along++) {
            uint8_t *pixel = pixel_of(s, along, across);
            *pixel = (uint8_t)(*pixel > taken ? *pixel - taken : 0);
        }
    }
    return last + 1 > DNN_CELL_MARGIN ? last + 1 - DNN_CELL_MARGIN : 0;
}

static size_t overlap(size_t from, size_t end, size_t first, size_t last) {
    size_t a = from > first ? from : first, b = end < last ? end : last;
    return a < b ? b - a : 0;
}

/* Whether a piece lies along a rule and has little of its ink: where the rule bends, some of it is left. */
static bool is_left_of_rule(const digitnet__component *piece, const digitnet__cell *cell) {
    const digitnet__box *box = &piece->box;
    const digitnet__plane *ink = &cell->ink;
    const size_t reach[4] = {box->top + box->height, ink->width - box->left, ink->height - box->top,
                             box->left + box->width}; /* from each side */
    for (size_t i = 0; i < 4; i++)
        if (reach[i] <= DNN_CELL_MARGIN + cell->rules[i] + LEFT_WIDTH &&
            (double)piece->ink < LEFT_PART * cell->rule_ink[i] * (double)piece->pixels)
            return true;
    return false;
}

/* Erases pieces of which most lies beyond the cell's rules, and what rules left of themselves. */
static digitnet_status keep_own(digitnet__cell *cell) {
    digitnet__components pieces;
    size_t width = cell->ink.width, height = cell->ink.height;
    size_t top = DNN_CELL_MARGIN + cell->rules[0], right = width - DNN_CELL_MARGIN - cell->rules[1];
    size_t bottom = height - DNN_CELL_MARGIN - cell->rules[2], left = DNN_CELL_MARGIN + cell->rules[3];
    digitnet_status status = digitnet__components_find(&pieces, &cell->ink, LEAST_INK);
    if (status)
        return status;
    uint64_t *own = digitnet__allocate_zeroed_array(pieces.count, sizeof *own);
    unsigned char *erase = own ? digitnet__allocate_zeroed(pieces.count) : NULL;
    for (size_t i = 0; erase && i < pieces.run_count; i++) {
        const digitnet__run *run = &pieces.runs[i];
        if (run->row >= top && run->row < bottom)
            own[run->component] += overlap(run->first, run->end, left, right);
    }
    for (size_t i = 0; erase && i < pieces.count; i++)
        erase[i] =
            (double)own[i] < OWN_PART * (double)pieces.items[i].pixels || is_left_of_rule(&pieces.items[i], cell);
    if (erase)
        digitnet__components_erase(&cell->ink, &pieces, erase);
    status = erase ? DIGITNET_OK : DIGITNET_ENOMEM;
    digitnet__release(own);
    digitnet__release(erase);
    digitnet__components_release(&pieces);
    return status;
}

static double distance(digitnet__point a, digitnet__point b) {
    return hypot(a.x - b.x, a.y - b.y);
}

/* A plane for the cell, of whose sides the longer one has DNN_CELL_SIDE, unless the picture has less, and its margins.
 * ENOMEM. */
static digitnet_status create_plane(digitnet__plane *out, const digitnet__point corners[4]) {
    double width = fmax(distance(corners[0], corners[1]), distance(corners[3], corners[2]));
    double height = fmax(distance(corners[0], corners[3]), distance(corners[1], corners[2]));
    double scale = fmin(1.0, DNN_CELL_SIDE / fmax(width, height));
    return digitnet__plane_create(out, (size_t)fmax(LEAST_SIDE, round(width * scale)) + 2 * DNN_CELL_MARGIN,
                                  (size_t)fmax(LEAST_SIDE, round(height * scale)) + 2 * DNN_CELL_MARGIN);
}

digitnet_status digitnet__cell_cut(digitnet__cell *cell, const digitnet__plane *ink, const digitnet__grid *grid,
                                   size_t row, size_t column) {
    digitnet__point corners[4], outer[4];
    digitnet__grid_cell(corners, grid, row, column);
    digitnet_status status = create_plane(&cell->ink, corners);
    if (status)
        return status;
    digitnet__projection map = digitnet__projection_onto(corners);
    double x = DNN_CELL_MARGIN / (double)(cell->ink.width - 2 * DNN_CELL_MARGIN);
    double y = DNN_CELL_MARGIN / (double)(cell->ink.height - 2 * DNN_CELL_MARGIN);
    const digitnet__point square[4] = {{-x, -y}, {1.0 + x, -y}, {1.0 + x, 1.0 + y}, {-x, 1.0 + y}};
    for (size_t i = 0; i < 4; i++)
        outer[i] = digitnet__project(&map, square[i]);
    digitnet__plane_sample(&cell->ink, ink, outer);
    for (size_t i = 0; i < 4; i++) {
        side s = side_of(&cell->ink, i);
        cell->rules[i] = erase_side(&cell->rule_ink[i], &s);
    }
    status = keep_own(cell);
    if (status)
        digitnet__plane_release(&cell->ink);
    return status;
}

digitnet_status digitnet__cell_frame(float *frame, size_t *digits, digitnet__cell *cell) {
    digitnet__digit_ink digit;
    size_t width = cell->ink.width - 2 * DNN_CELL_MARGIN, height = cell->ink.height - 2 * DNN_CELL_MARGIN;
    digitnet_status status = digitnet__digit_ink_find_in(&digit, &cell->ink);
    if (status)
        return status;
    *digits = digit.digits;
    size_t longer = digit.box.width > digit.box.height ? digit.box.width : digit.box.height;
    if (SMALLEST_DIGIT_PARTS * longer < (width < height ? width : height))
        status = DIGITNET_ENOTFOUND;
    else
        digitnet__frame_digit_ink(frame, &digit);
    digitnet__digit_ink_release(&digit);
    return status;
}
