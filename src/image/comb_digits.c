#include "image/comb_digits.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/comb_cells.h"
#include "image/comb_rules.h"
#include "image/frame_digit.h"
#include "image/ink_level.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* The least ink of a piece, and the pixels around a cell with its pieces. */
enum { LEAST_INK = 12, MARGIN = 8 };
/* The part of its pixels that a piece has between the rules above and below, and that the largest of a cell has at
 * least. */
#define OWN_PART 0.5
#define LARGEST_PART 0.2
/* What is left of a rule has this part of its pixels beside it, within this part of a cell's width; and is fainter than
 * this part of a stroke's least ink, or shorter or thinner than these parts of a cell's height. */
#define BESIDE_PART 0.9
#define BESIDE_REACH 0.08
#define FAINTEST_PART 0.8
#define SHORT_PART 0.4
#define THIN_PART 0.05
/* A wider piece, in cells, is several digits that touch. */
#define WIDEST_DIGIT 1.3
/* A cell has a digit of its own in a piece by this part of what it would have of one that is spread evenly. */
#define LEAST_SHARE 0.35

static digitnet__point middle_of(size_t column, size_t row) {
    return (digitnet__point){(double)column + 0.5, (double)row + 0.5};
}

/* ---- Whose a piece is ---- */

/* Where a piece's pixels are. */
typedef struct pixels {
    digitnet__comb_span reach; /* all cells that it may be in; `counts` has how many pixels are in each one */
    size_t *counts;
    size_t between, beside; /* between the rules above and below, and beside a rule */
} pixels;

/* The pieces of a comb, and how many pixels of those that are its own each cell has. */
typedef struct dealing {
    const digitnet__comb_digits *found;
    pixels *pieces;
    size_t *counts; /* of all pieces, one behind the other */
    size_t *filled;
    double width, height; /* of a cell */
    double faintest;
} dealing;

static digitnet__comb_span reach_of(const digitnet__grid *grid, const digitnet__box *box) {
    size_t right = box->left + box->width - 1, bottom = box->top + box->height - 1;
    size_t first = digitnet__comb_cell_at(grid, middle_of(box->left, box->top));
    size_t lower_first = digitnet__comb_cell_at(grid, middle_of(box->left, bottom));
    size_t last = digitnet__comb_cell_at(grid, middle_of(right, box->top));
    size_t lower_last = digitnet__comb_cell_at(grid, middle_of(right, bottom));
    return (digitnet__comb_span){first < lower_first ? first : lower_first,
                                 (last > lower_last ? last : lower_last) + 1};
}

/* Returns how many counts all pieces have together. */
static size_t set_reaches(pixels *pieces, const digitnet__comb_digits *found) {
    size_t counts = 0;
    for (size_t i = 0; i < found->pieces.count; i++) {
        pieces[i].reach = reach_of(found->grid, &found->pieces.items[i].box);
        counts += pieces[i].reach.end - pieces[i].reach.first;
    }
    return counts;
}

static void count_pixels(const dealing *d) {
    const digitnet__grid *grid = d->found->grid;
    size_t *counts = d->counts;
    for (size_t i = 0; i < d->found->pieces.count; i++) {
        d->pieces[i].counts = counts;
        counts += d->pieces[i].reach.end - d->pieces[i].reach.first;
    }
    for (size_t i = 0; i < d->found->pieces.run_count; i++) {
        const digitnet__run *run = &d->found->pieces.runs[i];
        pixels *piece = &d->pieces[run->component];
        for (size_t column = run->first; column < run->end; column++) {
            digitnet__point place = middle_of(column, run->row);
            size_t cell = digitnet__comb_cell_at(grid, place);
            piece->counts[cell - piece->reach.first]++;
            piece->between += digitnet__comb_is_between(grid, cell, place);
            piece->beside += digitnet__comb_is_beside_rule(grid, cell, place, BESIDE_REACH * d->width + 1.0);
        }
    }
}

static bool is_left_of_rule(const dealing *d, size_t piece) {
    const digitnet__component *item = &d->found->pieces.items[piece];
    double width = (double)item->box.width, height = (double)item->box.height;
    return (double)d->pieces[piece].beside > BESIDE_PART * (double)item->pixels &&
           ((double)item->ink < d->faintest * (double)item->pixels || fmax(width, height) < SHORT_PART * d->height ||
            fmin(width, height) < THIN_PART * d->height);
}

/* The cell with most of a piece. */
static size_t main_cell(const pixels *piece) {
    size_t best = piece->reach.first;
    for (size_t cell = best + 1; cell < piece->reach.end; cell++)
        if (piece->counts[cell - piece->reach.first] > piece->counts[best - piece->reach.first])
            best = cell;
    return best;
}

static void give(digitnet__comb_span *cells, const dealing *d, size_t piece) {
    const pixels *given = &d->pieces[piece];
    size_t cell = cells[piece].first;
    cells[piece].end = cell + 1;
    d->filled[cell] += given->counts[cell - given->reach.first];
}

/* Gives each piece to the cell that has most of it; none gets what is left of rules, or other lines'. */
static void deal(digitnet__comb_span *cells, const dealing *d) {
    for (size_t i = 0; i < d->found->pieces.count; i++) {
        const pixels *piece = &d->pieces[i];
        bool is_own = (double)piece->between >= OWN_PART * (double)d->found->pieces.items[i].pixels;
        size_t cell = main_cell(piece);
        cells[i] = (digitnet__comb_span){cell, cell};
        if (is_own && !is_left_of_rule(d, i))
            give(cells, d, i);
    }
}

/* Gives cells what reaches into them, where that is more than they have. */
static void deal_rest(digitnet__comb_span *cells, const dealing *d) {
    for (size_t i = 0; i < d->found->pieces.count; i++) {
        size_t between = d->pieces[i].between;
        bool is_free = cells[i].end == cells[i].first;
        if (is_free && between > d->filled[cells[i].first] && !is_left_of_rule(d, i) &&
            (double)between >= LARGEST_PART * (double)d->found->pieces.items[i].pixels)
            give(cells, d, i);
    }
}

/* Whether a cell beside those of a piece has a digit in it too: the piece is too wide for one, or nearly all that the
 * cell has. */
static bool is_shared(const dealing *d, size_t piece, size_t cell) {
    const digitnet__component *item = &d->found->pieces.items[piece];
    double width = (double)item->box.width;
    double least = LEAST_SHARE * (double)item->pixels * fmin(d->width / width, 1.0);
    return (double)d->pieces[piece].counts[cell - d->pieces[piece].reach.first] >= least &&
           (width > WIDEST_DIGIT * d->width || (double)d->filled[cell] < least);
}

/* Gives pieces in which digits touch to all their cells. */
static void share(digitnet__comb_span *cells, const dealing *d) {
    for (size_t i = 0; i < d->found->pieces.count; i++) {
        digitnet__comb_span reach = d->pieces[i].reach;
        if (cells[i].first == cells[i].end)
            continue;
        while (cells[i].first > reach.first && is_shared(d, i, cells[i].first - 1))
            cells[i].first--;
        while (cells[i].end < reach.end && is_shared(d, i, cells[i].end))
            cells[i].end++;
    }
}

static digitnet_status deal_pieces(digitnet__comb_digits *found) {
    dealing d = {.found = found,
                 .pieces = digitnet__allocate_zeroed_array(found->pieces.count, sizeof *d.pieces),
                 .filled = digitnet__allocate_zeroed_array(found->grid->columns, sizeof *d.filled),
                 .width = digitnet__comb_cell_width(found->grid),
                 .height = digitnet__comb_cell_height(found->grid),
                 .faintest = FAINTEST_PART * digitnet__stroke_threshold(&found->ink)};
    found->cells = digitnet__allocate_array(found->pieces.count, sizeof *found->cells);
    if (d.pieces)
        d.counts = digitnet__allocate_zeroed_array(set_reaches(d.pieces, found), sizeof *d.counts);
    bool allocated = d.pieces && d.filled && d.counts && found->cells;
    if (allocated) {
        count_pixels(&d);
        deal(found->cells, &d);
        deal_rest(found->cells, &d);
        share(found->cells, &d);
    }
    digitnet__release(d.counts);
    digitnet__release(d.filled);
    digitnet__release(d.pieces);
    return allocated ? DIGITNET_OK : DIGITNET_ENOMEM;
}

digitnet_status digitnet__comb_digits_find(digitnet__comb_digits *out, const digitnet__plane *ink,
                                           const digitnet__grid *grid) {
    *out = (digitnet__comb_digits){.grid = grid};
    digitnet_status status = digitnet__plane_create(&out->ink, ink->width, ink->height);
    if (!status) {
        memcpy(out->ink.pixels, ink->pixels, ink->width * ink->height);
        status = digitnet__comb_erase_rules(&out->ink, grid);
    }
    if (!status)
        status = digitnet__components_find(&out->pieces, &out->ink, LEAST_INK);
    if (!status)
        status = deal_pieces(out);
    if (status)
        digitnet__comb_digits_release(out);
    return status;
}

void digitnet__comb_digits_release(digitnet__comb_digits *found) {
    digitnet__release(found->cells);
    digitnet__components_release(&found->pieces);
    digitnet__plane_release(&found->ink);
}

/* ---- A cell ---- */

/* What of from .. to the picture has of its `size` columns, or rows: at least one. */
static digitnet__comb_span within(double from, double to, size_t size) {
    size_t first = (size_t)fmin(fmax(from, 0.0), (double)(size - 1));
    return (digitnet__comb_span){first, (size_t)fmin(fmax(to, (double)first + 1.0), (double)size)};
}

/* The cell and the pieces that are its own alone, with a margin. */
static digitnet__box box_of(const digitnet__comb_digits *found, size_t cell) {
    digitnet__point c[4];
    digitnet__grid_cell(c, found->grid, 0, cell);
    double left = fmin(c[0].x, c[3].x), right = fmax(c[1].x, c[2].x);
    double top = fmin(c[0].y, c[1].y), bottom = fmax(c[2].y, c[3].y);
    for (size_t i = 0; i < found->pieces.count; i++) {
        const digitnet__box *box = &found->pieces.items[i].box;
        if (found->cells[i].first != cell || found->cells[i].end != cell + 1)
            continue;
        left = fmin(left, (double)box->left);
        right = fmax(right, (double)(box->left + box->width));
        top = fmin(top, (double)box->top);
        bottom = fmax(bottom, (double)(box->top + box->height));
    }
    digitnet__comb_span columns = within(left - MARGIN, right + MARGIN, found->ink.width);
    digitnet__comb_span rows = within(top - MARGIN, bottom + MARGIN, found->ink.height);
    return (digitnet__box){columns.first, rows.first, columns.end - columns.first, rows.end - rows.first};
}

/* Whether a pixel of a piece is the cell's: beyond the piece's cells it is the nearest one's. */
static bool is_own(const digitnet__comb_digits *found, digitnet__comb_span cells, digitnet__point place, size_t cell) {
    if (cell < cells.first || cell >= cells.end)
        return false;
    size_t at = digitnet__comb_cell_at(found->grid, place);
    return at == cell || (at < cells.first && cell == cells.first) || (at >= cells.end && cell == cells.end - 1);
}

static void erase_others(digitnet__plane *own, const digitnet__box *box, const digitnet__comb_digits *found,
                         const digitnet__run *run, size_t cell) {
    size_t first = run->first > box->left ? run->first : box->left;
    size_t end = run->end < box->left + box->width ? run->end : box->left + box->width;
    if (run->row < box->top || run->row >= box->top + box->height)
        return;
    for (size_t column = first; column < end; column++)
        if (!is_own(found, found->cells[run->component], middle_of(column, run->row), cell))
            own->pixels[(run->row - box->top) * own->width + column - box->left] = 0;
}

/* The ink of a cell, without others' pieces. ENOMEM. */
static digitnet_status copy_own(digitnet__plane *out, const digitnet__comb_digits *found, size_t cell) {
    digitnet__box box = box_of(found, cell);
    DNN_TRY(digitnet__plane_create(out, box.width, box.height));
    for (size_t row = 0; row < box.height; row++)
        memcpy(out->pixels + row * box.width, found->ink.pixels + (box.top + row) * found->ink.width + box.left,
               box.width);
    for (size_t i = 0; i < found->pieces.run_count; i++)
        erase_others(out, &box, found, &found->pieces.runs[i], cell);
    return DIGITNET_OK;
}

digitnet_status digitnet__comb_digits_frame(float *frame, size_t *digits, const digitnet__comb_digits *found,
                                            size_t cell) {
    digitnet__plane own;
    double shorter = fmin(digitnet__comb_cell_width(found->grid), digitnet__comb_cell_height(found->grid));
    DNN_TRY(copy_own(&own, found, cell));
    digitnet_status status = digitnet__frame_cell_ink(frame, digits, &own, shorter);
    digitnet__plane_release(&own);
    return status;
}

/* ---- The line ---- */

digitnet_status digitnet__comb_digits_line(digitnet__plane *line, double *ends, const digitnet__comb_digits *found) {
    const digitnet__grid *grid = found->grid;
    digitnet__point c[4];
    DNN_TRY(digitnet__plane_cut_columns(line, &found->ink, 0, found->ink.width, 0));
    for (size_t i = 0; i < found->pieces.run_count; i++) {
        const digitnet__run *run = &found->pieces.runs[i];
        digitnet__comb_span cells = found->cells[run->component];
        if (cells.first == cells.end)
            memset(line->pixels + run->row * line->width + run->first, 0, run->end - run->first);
    }
    for (size_t cell = 0; cell + 1 < grid->columns; cell++) {
        digitnet__grid_cell(c, grid, 0, cell);
        ends[cell] = digitnet__comb_cell_start(grid, cell + 1, (c[1].y + c[2].y) / 2.0);
    }
    ends[grid->columns - 1] = (double)line->width;
    return DIGITNET_OK;
}
