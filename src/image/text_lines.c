#include "image/text_lines.h"

#include "core/memory.h"
#include "image/text_size.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Pieces from this part of the usual size on make lines; smaller ones, down to the next part, are added to them. There
 * are at most so many, the largest. */
#define LEAST_SIZE 0.25
#define SPECK_SIZE 0.1
enum { MOST_PIECES = 8192 };
/* Parts of a broken digit are so near to each other, and together so high, in usual sizes. */
#define BREAK 0.2
#define HIGHEST_WHOLE 1.3
/* A piece goes on with a line that ends at most so far to its left, in heights of its digits; that has its middle
 * nearly where the line goes on; and whose digits are about as high. */
#define LONGEST_GAP 5.0
#define LARGEST_STEP 0.45
#define LARGEST_RATIO 1.8
/* What a gap counts beside a step. */
#define GAP_COST 0.05
/* What a piece counts once another has followed it, and how many heights long a line must be for its own slope to count
 * as much as the page's. */
#define MEMORY 0.8
#define STIFFNESS 4.0
/* How far from a line's middle and beyond its ends other pieces still belong to it, in heights. */
#define REACH_ACROSS 0.65
#define REACH_ALONG 0.6
/* What is lower than this is no digit of a line, in heights. */
#define LEAST_DIGIT 0.4
/* Lines that are broken are joined in at most so many rounds. */
enum { MOST_ROUNDS = 4 };
/* How many lines one piece may touch. */
enum { MOST_SHARED = 4 };
/* What is so many heights above or below a line's digits is not the line's, whatever it hangs together with. */
#define FARTHEST 3.0
/* Lines are beside each other where one is lower by less than this part of their height. */
#define SAME_ROW 0.5
/* A digit may be so many times as high as the others of its line. */
#define HIGHEST 3.0
/* A single piece is no line where it is lower than this part of the usual size, or so many times as long as high. */
#define LEAST_LINE 0.5
#define LONGEST_PIECE 6.0

/* A piece of a line, in a picture that is sheared so that the page's lines run along the rows. */
typedef struct piece {
    double left, right, middle, height;
    uint32_t component, group;
    uint32_t whole; /* the component of the piece that it is a part of; else its own */
} piece;

/* A line in the making, and the weighted sums for its regression, from its first piece on. */
typedef struct group {
    double left, right, height;
    double origin, weight, x, y, xx, xy;
    size_t first, count; /* pieces, once they are sorted by group */
} group;

typedef struct grouping {
    const digitnet__components *components;
    double slope, size;
    piece *pieces;
    size_t piece_count;
    group *groups;
    size_t group_count;
    uint32_t (*owners)[MOST_SHARED]; /* the groups of each component */
} grouping;

/* ---- Pieces to groups
 * ------------------------------------------------------------------------------------------------- */

static size_t count_pieces(const digitnet__components *components, double least) {
    size_t count = 0;
    for (size_t i = 0; i < components->count; i++)
        count += digitnet__text_size_of(&components->items[i]) >= least;
    return count;
}

static int compare_lefts(const void *a, const void *b) {
    const piece *p = a, *q = b;
    if (p->left != q->left)
        return p->left > q->left ? 1 : -1;
    return (p->component > q->component) - (p->component < q->component);
}

static void choose_pieces(grouping *page) {
    double least = SPECK_SIZE * page->size;
    if (page->size == 0.0) /* all are specks */
        return;
    while (count_pieces(page->components, least) > MOST_PIECES)
        least *= 1.25;
    for (size_t i = 0; i < page->components->count; i++) {
        const digitnet__box *box = &page->components->items[i].box;
        double left = (double)box->left, right = left + (double)box->width, height = (double)box->height;
        double middle = (double)box->top + height / 2.0 - page->slope * (left + right) / 2.0;
        if (digitnet__text_size_of(&page->components->items[i]) >= least)
            page->pieces[page->piece_count++] =
                (piece){left, right, middle, height, (uint32_t)i, DNN_NO_LINE, (uint32_t)i};
    }
    qsort(page->pieces, page->piece_count, sizeof *page->pieces, compare_lefts);
}

static bool is_part(const piece *p) {
    return p->whole != p->component;
}

/* Whether two pieces are parts of one broken digit: one is above the other, close by, and both are as high as one. */
static bool are_parts(const piece *a, const piece *b, double size) {
    double top = fmin(a->middle - a->height / 2.0, b->middle - b->height / 2.0);
    double bottom = fmax(a->middle + a->height / 2.0, b->middle + b->height / 2.0);
    double gap = bottom - top - a->height - b->height, narrower = fmin(a->right - a->left, b->right - b->left);
    return fmin(a->right, b->right) - fmax(a->left, b->left) > narrower / 2.0 && gap < BREAK * size &&
           bottom - top < HIGHEST_WHOLE * size;
}

/* Makes one piece of both. */
static void add_part(piece *whole, piece *part) {
    double top = fmin(whole->middle - whole->height / 2.0, part->middle - part->height / 2.0);
    double bottom = fmax(whole->middle + whole->height / 2.0, part->middle + part->height / 2.0);
    whole->left = fmin(whole->left, part->left);
    whole->right = fmax(whole->right, part->right);
    whole->middle = (top + bottom) / 2.0;
    whole->height = bottom - top;
    part->whole = whole->component;
}

/* Puts broken digits together; pieces are in the order of their left edges. */
static void join_parts(grouping *page) {
    for (size_t i = 0; i < page->piece_count; i++) {
        piece *whole = &page->pieces[i];
        for (size_t j = i + 1; !is_part(whole) && j < page->piece_count && page->pieces[j].left < whole->right; j++)
            if (!is_part(&page->pieces[j]) && are_parts(whole, &page->pieces[j], page->size))
                add_part(whole, &page->pieces[j]);
    }
}

static double centre_of(const piece *p) {
    return (p->left + p->right) / 2.0;
}

/* Where a line goes through a column. */
static double middle_at(const group *g, double x) {
    double stiff = STIFFNESS * g->height, mean_x = g->x / g->weight, mean_y = g->y / g->weight;
    double slope = (g->xy - g->x * mean_y) / (g->xx - g->x * mean_x + stiff * stiff);
    return mean_y + slope * (x - g->origin - mean_x);
}

static bool are_as_high(double a, double b) {
    return a <= LARGEST_RATIO * b && b <= LARGEST_RATIO * a;
}

/* How badly a piece goes on with a line; infinite where it does not. */
static double cost_of(const group *g, const piece *p) {
    double lower = fmin(g->height, p->height), gap = fmax(p->left - g->right, 0.0);
    if (gap > LONGEST_GAP * g->height || !are_as_high(g->height, p->height))
        return INFINITY;
    double step = fabs(p->middle - middle_at(g, centre_of(p)));
    return step > LARGEST_STEP * lower ? INFINITY : (step + GAP_COST * gap) / lower;
}

/* Adds a piece to a line whose earlier ones count `memory` of what they did. */
static void add_piece(group *g, const piece *p, double memory) {
    if (g->count == 0)
        *g = (group){.left = p->left, .right = p->right, .origin = centre_of(p), .first = g->first};
    double x = centre_of(p) - g->origin, y = p->middle, before = memory * g->weight;
    g->height = (g->height * before + p->height) / (before + 1.0);
    g->weight = before + 1.0;
    g->x = memory * g->x + x;
    g->y = memory * g->y + y;
    g->xx = memory * g->xx + x * x;
    g->xy = memory * g->xy + x * y;
    g->left = fmin(g->left, p->left);
    g->right = fmax(g->right, p->right);
    g->count++;
}

/* From left to right, each piece that is large enough to the line that it goes on with, or to a new one. */
static void form_groups(grouping *page) {
    for (size_t i = 0; i < page->piece_count; i++) {
        piece *p = &page->pieces[i];
        double least = INFINITY;
        size_t best = page->group_count;
        if (is_part(p) || fmax(p->height, p->right - p->left) < LEAST_SIZE * page->size)
            continue;
        for (size_t j = 0; j < page->group_count; j++) {
            double cost = cost_of(&page->groups[j], p);
            if (cost < least) {
                least = cost;
                best = j;
            }
        }
        page->group_count += best == page->group_count;
        add_piece(&page->groups[best], p, MEMORY);
        p->group = (uint32_t)best;
    }
}

/* ---- Groups to lines
 * -------------------------------------------------------------------------------------------------- */

static int compare_groups(const void *a, const void *b) {
    const piece *p = a, *q = b;
    if (p->group != q->group)
        return p->group > q->group ? 1 : -1;
    if (p->height != q->height)
        return p->height > q->height ? 1 : -1;
    return (p->component > q->component) - (p->component < q->component);
}

/* Fits each line to all its pieces alike. */
static void fit_groups(grouping *page) {
    qsort(page->pieces, page->piece_count, sizeof *page->pieces, compare_groups);
    memset(page->groups, 0, page->group_count * sizeof *page->groups);
    for (size_t i = page->piece_count; i-- > 0;) {
        if (page->pieces[i].group == DNN_NO_LINE)
            continue;
        group *g = &page->groups[page->pieces[i].group];
        add_piece(g, &page->pieces[i], 1.0);
        g->first = i;
    }
    for (size_t i = 0; i < page->group_count; i++) {
        group *g = &page->groups[i];
        if (g->count > 0)
            g->height = page->pieces[g->first + g->count / 2].height; /* the median */
    }
}

/* Whether two lines are parts of one. */
static bool are_one_line(const group *a, const group *b) {
    double gap = fmax(a->left, b->left) - fmin(a->right, b->right); /* negative where they overlap */
    double x = (fmax(a->left, b->left) + fmin(a->right, b->right)) / 2.0, lower = fmin(a->height, b->height);
    return gap <= LONGEST_GAP * fmax(a->height, b->height) && are_as_high(a->height, b->height) &&
           fabs(middle_at(a, x) - middle_at(b, x)) <= LARGEST_STEP * lower;
}

/* Whether all pieces of a line lie within another, as broken strokes do. */
static bool lies_within(const grouping *page, const group *part, const group *line) {
    if ((double)part->count * part->height >= (double)line->count * line->height)
        return false;
    for (size_t i = part->first; i < part->first + part->count; i++) {
        const piece *p = &page->pieces[i];
        if (p->left < line->left - REACH_ALONG * line->height || p->right > line->right + REACH_ALONG * line->height ||
            fabs(p->middle - middle_at(line, centre_of(p))) > REACH_ACROSS * line->height ||
            p->height > LARGEST_RATIO * line->height)
            return false;
    }
    return true;
}

static void move_pieces(grouping *page, group *from, size_t to) {
    for (size_t i = from->first; i < from->first + from->count; i++)
        page->pieces[i].group = (uint32_t)to;
    from->count = 0;
}

static bool join_groups(grouping *page) {
    bool joined = false;
    for (size_t i = 0; i < page->group_count; i++) {
        for (size_t j = 0; j < page->group_count && page->groups[i].count > 0; j++) {
            const group *line = &page->groups[j];
            if (i == j || line->count == 0)
                continue;
            if ((i > j && are_one_line(&page->groups[i], line)) || lies_within(page, &page->groups[i], line)) {
                move_pieces(page, &page->groups[i], j);
                joined = true;
            }
        }
    }
    return joined;
}

/* ---- Pieces beside and between lines
 * ----------------------------------------------------------------------------------- */

/* How far a piece's middle is from a line's, in heights of its digits; infinite where it is farther than `reach`
 * heights beyond the line's ends. */
static double distance_from(const piece *p, const group *line, double reach) {
    if (line->count == 0 || p->right < line->left - reach * line->height ||
        p->left > line->right + reach * line->height)
        return INFINITY;
    return fabs(p->middle - middle_at(line, centre_of(p))) / line->height;
}

/* Adds a small piece, as a point or a broken stroke, to the line around it; what may be a digit may stand apart. */
static void add_small(grouping *page, const piece *p) {
    double nearest = REACH_ACROSS;
    for (size_t i = 0; i < page->group_count; i++) {
        const group *line = &page->groups[i];
        double distance = distance_from(p, line, p->height < LEAST_DIGIT * line->height ? REACH_ALONG : LONGEST_GAP);
        if (distance <= nearest) {
            nearest = distance;
            page->owners[p->component][0] = (uint32_t)i;
        }
    }
}

/* Gives a piece that is far higher than others to the lines whose middles it crosses: their digits touch. One line may
 * have a digit that is so high, but not much higher. */
static void share_high(grouping *page, piece *p) {
    uint32_t *owners = page->owners[p->component];
    size_t count = 0, own = p->group;
    for (size_t i = 0; i < page->group_count && count < MOST_SHARED; i++) {
        const group *line = &page->groups[i];
        if (i != own && line->count > 1 && !are_as_high(line->height, p->height) && line->height < p->height &&
            distance_from(p, line, REACH_ALONG) * line->height < p->height / 2.0)
            owners[count++] = (uint32_t)i;
    }
    if (count == 1 && p->height > HIGHEST * page->groups[owners[0]].height)
        owners[0] = DNN_NO_LINE;
    if (owners[0] != DNN_NO_LINE)
        page->groups[own].count--;
}

/* A single small piece, or a dash, is no line. */
static bool is_line(const grouping *page, const group *g) {
    const piece *first = &page->pieces[g->first];
    double size = fmax(first->height, first->right - first->left);
    return g->count > 1 ||
           (g->count == 1 && first->height >= LEAST_LINE * page->size && size <= LONGEST_PIECE * first->height);
}

static void settle_owners(grouping *page) {
    memset(page->owners, 0xff, page->components->count * sizeof *page->owners); /* DNN_NO_LINE */
    for (size_t i = 0; i < page->group_count; i++)
        for (size_t j = page->groups[i].first, n = page->groups[i].count; n > 0 && n <= 2; n--, j++)
            share_high(page, &page->pieces[j]);
    for (size_t i = 0; i < page->group_count; i++)
        if (!is_line(page, &page->groups[i]))
            page->groups[i].count = 0;
    for (size_t i = 0; i < page->piece_count; i++) {
        const piece *p = &page->pieces[i];
        if (is_part(p) || page->owners[p->component][0] != DNN_NO_LINE)
            continue;
        if (p->group == DNN_NO_LINE || page->groups[p->group].count == 0)
            add_small(page, p);
        else
            page->owners[p->component][0] = p->group;
    }
    for (size_t i = 0; i < page->piece_count; i++) {
        const piece *p = &page->pieces[i];
        if (is_part(p))
            memcpy(page->owners[p->component], page->owners[p->whole], sizeof *page->owners);
    }
}

/* ---- Lines
 * ------------------------------------------------------------------------------------------------------------ */

static void describe_line(digitnet__text_line *line, const grouping *page, const group *g) {
    double far = g->origin + 1.0;
    double slope = middle_at(g, far) - middle_at(g, g->origin);
    *line = (digitnet__text_line){.left = g->left,
                                  .right = g->right,
                                  .middle = middle_at(g, 0.0),
                                  .slope = slope + page->slope,
                                  .height = g->height,
                                  .pieces = g->count};
}

static double row_at(const digitnet__text_line *line, double x) {
    return line->middle + line->slope * x;
}

/* The line of a run: of those that share its component, the one whose digits it is nearest to, or none. */
static uint32_t line_of_run(const digitnet__text_lines *lines, const uint32_t owners[MOST_SHARED],
                            const digitnet__run *run) {
    double x = (double)(run->first + run->end) / 2.0, least = INFINITY;
    uint32_t nearest = DNN_NO_LINE;
    for (size_t i = 0; i < MOST_SHARED && owners[i] != DNN_NO_LINE; i++) {
        const digitnet__text_line *line = &lines->items[owners[i]];
        double distance = fabs((double)run->row + 0.5 - row_at(line, x)) - line->height / 2.0;
        if (distance < least && distance <= FARTHEST * line->height) {
            least = distance;
            nearest = owners[i];
        }
    }
    return nearest;
}

static void assign_runs(digitnet__text_lines *lines, const grouping *page) {
    for (size_t i = 0; i < page->components->run_count; i++) {
        const digitnet__run *run = &page->components->runs[i];
        uint32_t own = line_of_run(lines, page->owners[run->component], run);
        lines->line_of[i] = own;
        if (own == DNN_NO_LINE)
            continue;
        digitnet__text_line *line = &lines->items[own];
        double across = (double)run->row - row_at(line, (double)(run->first + run->end) / 2.0);
        line->left = fmin(line->left, (double)run->first);
        line->right = fmax(line->right, (double)run->end);
        line->above = fmax(line->above, -across);
        line->below = fmax(line->below, across + 1.0);
    }
}

/* ---- The whole
 * -------------------------------------------------------------------------------------------------------- */

/* A line with its place on the page as it would be without slope, and the group that it was. */
typedef struct placed {
    digitnet__text_line line;
    double row;
    uint32_t group;
} placed;

static int compare_rows(const void *a, const void *b) {
    const placed *p = a, *q = b;
    if (p->row != q->row)
        return p->row > q->row ? 1 : -1;
    return (p->group > q->group) - (p->group < q->group);
}

/* From top to bottom, and in a row from left to right. */
static void sort_lines(placed *all, size_t count) {
    qsort(all, count, sizeof *all, compare_rows);
    for (size_t i = 1; i < count; i++) {
        placed moved = all[i];
        size_t to = i;
        for (; to > 0 && all[to - 1].line.left > moved.line.left &&
               moved.row - all[to - 1].row < SAME_ROW * fmin(moved.line.height, all[to - 1].line.height);
             to--)
            all[to] = all[to - 1];
        all[to] = moved;
    }
}

/* Leaves out the groups that are no lines, and sorts the others. ENOMEM. */
static digitnet_status arrange(digitnet__text_lines *lines, const grouping *page) {
    placed *all = digitnet__allocate_array(page->group_count, sizeof *all);
    uint32_t *numbers = digitnet__allocate_array(page->group_count, sizeof *numbers);
    size_t count = 0;
    for (size_t i = 0; all && numbers && i < page->group_count; i++) {
        const digitnet__text_line *line = &lines->items[i];
        double row = row_at(line, (line->left + line->right) / 2.0) - page->slope * (line->left + line->right) / 2.0;
        if (line->pieces > 0)
            all[count++] = (placed){*line, row, (uint32_t)i};
    }
    if (all && numbers) {
        sort_lines(all, count);
        for (size_t i = 0; i < count; i++) {
            lines->items[i] = all[i].line;
            numbers[all[i].group] = (uint32_t)i;
        }
        for (size_t i = 0; i < page->components->run_count; i++)
            if (lines->line_of[i] != DNN_NO_LINE)
                lines->line_of[i] = numbers[lines->line_of[i]];
        lines->count = count;
    }
    digitnet_status status = all && numbers ? DIGITNET_OK : DIGITNET_ENOMEM;
    digitnet__release(numbers);
    digitnet__release(all);
    return status;
}

static digitnet_status find_lines(digitnet__text_lines *out, grouping *page) {
    choose_pieces(page);
    join_parts(page);
    form_groups(page);
    bool joined = true;
    for (int round = 0; round < MOST_ROUNDS && joined; round++) {
        fit_groups(page);
        joined = join_groups(page);
    }
    fit_groups(page);
    settle_owners(page);
    out->items = digitnet__allocate_array(page->group_count, sizeof *out->items);
    out->line_of = digitnet__allocate_array(page->components->run_count, sizeof *out->line_of);
    if (!out->items || !out->line_of)
        return DIGITNET_ENOMEM;
    for (size_t i = 0; i < page->group_count; i++)
        describe_line(&out->items[i], page, &page->groups[i]);
    assign_runs(out, page);
    return arrange(out, page);
}

digitnet_status digitnet__text_lines_find(digitnet__text_lines *out, const digitnet__components *components,
                                          double size, double slope) {
    grouping page = {.components = components, .slope = slope, .size = size};
    *out = (digitnet__text_lines){.items = NULL};
    page.pieces = digitnet__allocate_array(components->count, sizeof *page.pieces);
    page.owners = digitnet__allocate_array(components->count, sizeof *page.owners);
    page.groups = digitnet__allocate_zeroed_array(MOST_PIECES, sizeof *page.groups);
    digitnet_status status = page.pieces && page.owners && page.groups ? find_lines(out, &page) : DIGITNET_ENOMEM;
    digitnet__release(page.groups);
    digitnet__release(page.owners);
    digitnet__release(page.pieces);
    if (status)
        digitnet__text_lines_release(out);
    return status;
}

void digitnet__text_lines_release(digitnet__text_lines *lines) {
    digitnet__release(lines->line_of);
    digitnet__release(lines->items);
    *lines = (digitnet__text_lines){.items = NULL};
}

void digitnet__text_line_corners(digitnet__point corners[4], const digitnet__text_line *line) {
    for (size_t i = 0; i < 4; i++) {
        double x = i == 0 || i == 3 ? line->left : line->right;
        corners[i] = (digitnet__point){x, row_at(line, x) + (i < 2 ? -line->above : line->below)};
    }
}
