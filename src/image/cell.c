#include "image/cell.h"

#include "core/memory.h"
#include "core/status.h"
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
/* A rule's middle has at least this part of the most ink of what is as near to the cell's edge, a bar of a digit. */
#define SIDE_PART 0.3
/* Ink may vary where there is this part of the most; and a rule ends where there is so little. */
#define FLAT_PART 0.7
enum { EDGE_INK = 6, LEAST_INK = 12 };
/* How far a rule reaches into the cell, beside what the opposite one does, unless that is faint, as one that the
 * picture hardly shows; and so many pixels more. */
enum { MOST_TIMES_OPPOSITE = 2, LEAST_LIMIT = 3 };
/* A rule's ink varies: so many times what was measured is taken away. */
#define SUBTRACTED 1.3
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

/* The rule at a side: its ink at each place across, and the places first .. end - 1 that are its own; none where `ink`,
 * the most of it, is 0. */
typedef struct side_rule {
    uint8_t profile[MOST_SIDE], ink;
    size_t first, end;
} side_rule;

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

/* Whether a place across a side is the darkest one of its own rule. */
static bool is_ridge(const uint8_t *profile, size_t at) {
    return profile[at] >= profile[at - 1] && profile[at] >= profile[at + 1];
}

/* Where the rule is darkest: of several ridges, as of a bar beside it or another cell's rule, the one nearest to the
 * cell's edge, and of two as near the inner one. */
static size_t find_middle(const uint8_t *profile, size_t reach) {
    size_t first = DNN_CELL_MARGIN - reach, last = DNN_CELL_MARGIN + reach, middle = DNN_CELL_MARGIN, nearest = reach;
    uint8_t darkest = 0;
    for (size_t i = first; i <= last; i++)
        darkest = profile[i] > darkest ? profile[i] : darkest;
    for (size_t i = first; i <= last; i++) {
        size_t away = i > DNN_CELL_MARGIN ? i - DNN_CELL_MARGIN : DNN_CELL_MARGIN - i;
        if (away > nearest || !is_ridge(profile, i) || (double)profile[i] < SIDE_PART * (double)darkest)
            continue;
        nearest = away;
        middle = i;
    }
    return middle;
}

/* Whether a rule goes on at the next place: its ink falls from its middle on, and where it rises, a stroke begins. */
static bool goes_on(const uint8_t *profile, size_t middle, size_t at, size_t next) {
    return profile[next] > EDGE_INK &&
           (profile[next] <= profile[at] || (double)profile[at] >= FLAT_PART * (double)profile[middle]);
}

static side_rule find_rule(const side *s) {
    side_rule rule = {.profile = {0}};
    double inner = (double)(s->breadth - 2 * DNN_CELL_MARGIN);
    size_t end = DNN_CELL_MARGIN + (size_t)(FARTHEST_REACH * inner), reach = (size_t)(FARTHEST_MIDDLE * inner) + 1;
    for (size_t i = 0; i < end; i++)
        rule.profile[i] = quantile_at(s, i);
    size_t middle = find_middle(rule.profile, reach);
    rule.ink = rule.profile[middle] < LEAST_INK ? 0 : rule.profile[middle];
    rule.first = rule.end = middle;
    if (rule.ink == 0)
        return rule;
    while (rule.first > 0 && goes_on(rule.profile, middle, rule.first, rule.first - 1))
        rule.first--;
    while (rule.end + 1 < end && goes_on(rule.profile, middle, rule.end, rule.end + 1))
        rule.end++;
    rule.end++;
    return rule;
}

/* How far a rule reaches into the cell. */
static size_t reach_of(const side_rule *rule) {
    return rule->end > DNN_CELL_MARGIN ? rule->end - DNN_CELL_MARGIN : 0;
}

/* A rule reaches about as far into the cell as the opposite one does; what goes on from it is a stroke along it. */
static void limit_reach(side_rule *rule, size_t opposite) {
    size_t most = DNN_CELL_MARGIN + MOST_TIMES_OPPOSITE * opposite + LEAST_LIMIT;
    rule->end = rule->end > most ? most : rule->end;
}

/* Subtracts a side's rule. */
static void erase_rule(const side_rule *rule, const side *s) {
    for (size_t across = rule->first; across < rule->end; across++) {
        int taken = (int)(SUBTRACTED * rule->profile[across]);
        for (size_t along = 0; along < s->length; along++) {
            uint8_t *pixel = pixel_of(s, along, across);
            *pixel = (uint8_t)(*pixel > taken ? *pixel - taken : 0);
        }
    }
}

static void erase_rules(digitnet__cell *cell) {
    side_rule rules[4];
    for (size_t i = 0; i < 4; i++) {
        side s = side_of(&cell->ink, i);
        rules[i] = find_rule(&s);
        cell->rules[i] = reach_of(&rules[i]);
        cell->rule_ink[i] = rules[i].ink;
    }
    for (size_t i = 0; i < 4; i++)
        if (2 * cell->rule_ink[(i + 2) % 4] > cell->rule_ink[i])
            limit_reach(&rules[i], cell->rules[(i + 2) % 4]);
    for (size_t i = 0; i < 4; i++) {
        side s = side_of(&cell->ink, i);
        erase_rule(&rules[i], &s);
        cell->rules[i] = reach_of(&rules[i]);
    }
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
            own[run->component] += digitnet__overlap(run->first, run->end, left, right);
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
    erase_rules(cell);
    status = keep_own(cell);
    if (status)
        digitnet__plane_release(&cell->ink);
    return status;
}

digitnet_status digitnet__cell_frame(float *frame, size_t *digits, const digitnet__plane *ink,
                                     const digitnet__grid *grid, size_t row, size_t column) {
    digitnet__cell cell;
    DNN_TRY(digitnet__cell_cut(&cell, ink, grid, row, column));
    size_t width = cell.ink.width - 2 * DNN_CELL_MARGIN, height = cell.ink.height - 2 * DNN_CELL_MARGIN;
    digitnet_status status =
        digitnet__frame_cell_ink(frame, digits, &cell.ink, (double)(width < height ? width : height));
    digitnet__plane_release(&cell.ink);
    return status;
}
