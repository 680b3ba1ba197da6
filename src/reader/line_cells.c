#include "reader/line_cells.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/comb.h"
#include "image/comb_digits.h"
#include "reader/cells.h"
#include "reader/choice.h"
#include "reader/reading.h"
#include "reader/second_opinion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TEXTS = 16 };
/* Digits are in most of the cells that are not empty, and more certain than this on average. */
#define LEAST_PART 0.6
#define LEAST_CERTAINTY 0.6

/* A line's ink, and where its corners are in the caller's picture. */
typedef struct seen_ink {
    const digitnet__plane *plane;
    const digitnet_place *corners;
} seen_ink;

/* The cells of a line that are not empty. */
typedef struct written {
    const digitnet__comb *comb;
    digitnet__cell_scores *cells;  /* of all columns */
    size_t columns[DNN_GRID_MOST]; /* of each */
    size_t count, digits;
    double certainty; /* of the digits, on average, as their own network has it */
} written;

/* Whether the cell holds one digit and nothing else. */
static bool has_digit(const digitnet__cell_scores *cell, size_t outputs) {
    return cell->digits == 1 && digitnet__is_digit(cell->values, outputs);
}

/* Widens the cells by those beside them that hold digits, seen rules or not: first .. end - 1. */
static void find_ends(size_t *first, size_t *end, const digitnet__comb *comb, const digitnet__cell_scores *cells,
                      size_t outputs) {
    *first = comb->first;
    *end = comb->end;
    while (*first > 0 && !cells[*first - 1].empty && has_digit(&cells[*first - 1], outputs))
        --*first;
    while (*end < comb->grid.columns && !cells[*end].empty && has_digit(&cells[*end], outputs))
        ++*end;
}

static void find_written(written *w, size_t outputs) {
    size_t first, end;
    find_ends(&first, &end, w->comb, w->cells, outputs);
    w->count = w->digits = 0;
    for (size_t column = first; column < end; column++) {
        if (w->cells[column].empty)
            continue;
        w->columns[w->count++] = column;
        w->digits += has_digit(&w->cells[column], outputs);
    }
}

static double certainty_of(const written *w, size_t outputs) {
    double sum = 0.0;
    for (size_t i = 0; i < w->count; i++) {
        const digitnet__cell_scores *cell = &w->cells[w->columns[i]];
        if (has_digit(cell, outputs))
            sum += log(cell->values[digitnet__best_digit(cell->values)]);
    }
    return w->digits > 0 ? exp(sum / (double)w->digits) : 0.0;
}

static bool holds_digits(const written *w) {
    return (double)w->digits >= LEAST_PART * (double)w->count && w->certainty >= LEAST_CERTAINTY;
}

/* ---- Texts ---- */

/* The most probable texts, by their first digits; each takes DNN_GRID_MOST labels. */
typedef struct beam {
    int32_t *labels;
    digitnet__text texts[MOST_TEXTS];
    size_t count;
} beam;

typedef struct branch {
    size_t text;
    int32_t digit;
    double probability;
} branch;

static int compare_branches(const void *a, const void *b) {
    const branch *x = a, *y = b;
    if (x->probability != y->probability)
        return x->probability < y->probability ? 1 : -1;
    return x->text != y->text ? (x->text > y->text) - (x->text < y->text)
                              : (x->digit > y->digit) - (x->digit < y->digit);
}

/* Lengthens all texts by a cell's digit. */
static void add_cell(beam *next, const beam *b, const digitnet__cell_scores *cell) {
    branch branches[MOST_TEXTS * DNN_DIGITS] = {{0}};
    size_t count = 0;
    for (size_t text = 0; text < b->count; text++)
        for (int32_t digit = 0; digit < DNN_DIGITS; digit++)
            branches[count++] = (branch){text, digit, b->texts[text].probability * cell->values[digit]};
    qsort(branches, count, sizeof *branches, compare_branches);
    next->count = count < MOST_TEXTS ? count : MOST_TEXTS;
    for (size_t i = 0; i < next->count; i++) {
        const digitnet__text *from = &b->texts[branches[i].text];
        int32_t *labels = next->labels + i * DNN_GRID_MOST;
        if (from->count > 0)
            memcpy(labels, from->labels, from->count * sizeof *labels);
        labels[from->count] = branches[i].digit;
        next->texts[i] = (digitnet__text){labels, from->count + 1, branches[i].probability};
    }
}

static digitnet_status choose(digitnet__choice *chosen, int32_t *labels, const written *w,
                              const digitnet__read_call *call) {
    digitnet__arena scratch = {.size = 0};
    size_t one = digitnet__arena_reserve(&scratch, MOST_TEXTS * DNN_GRID_MOST, sizeof(int32_t));
    size_t other = digitnet__arena_reserve(&scratch, MOST_TEXTS * DNN_GRID_MOST, sizeof(int32_t));
    if (!digitnet__arena_allocate(&scratch))
        return DIGITNET_ENOMEM;
    beam b = {.labels = digitnet__arena_at(&scratch, one), .texts = {{.probability = 1.0}}, .count = 1};
    beam next = {.labels = digitnet__arena_at(&scratch, other)};
    for (size_t i = 0; i < w->count; i++) {
        beam last = b;
        add_cell(&next, &b, &w->cells[w->columns[i]]);
        b = next;
        next = last;
    }
    digitnet_status status = digitnet__choose(chosen, b.texts, b.count, call);
    if (!status)
        memcpy(labels, b.texts[chosen->index].labels, w->count * sizeof *labels);
    digitnet__arena_release(&scratch);
    return status;
}

/* ---- The line ---- */

/* From places in the ink to those in the picture. */
static void place_in_picture(digitnet_place corners[4], const seen_ink *ink) {
    for (size_t i = 0; i < 4; i++)
        corners[i] = digitnet__place_within(ink->corners, corners[i].x / (double)ink->plane->width,
                                            corners[i].y / (double)ink->plane->height);
}

static digitnet_status add_line(digitnet__read_call *call, const seen_ink *ink, const written *w,
                                const digitnet__choice *chosen, const int32_t *labels) {
    const digitnet__grid *grid = &w->comb->grid;
    digitnet_reading_line line = {.struct_size = 0};
    digitnet_reading_character *characters = digitnet__allocate_zeroed_array(w->count, sizeof *characters);
    if (!characters)
        return DIGITNET_ENOMEM;
    digitnet__choice_judge(&line, chosen, call);
    digitnet__cells_corners(line.corners, grid, 0, w->columns[0], w->columns[w->count - 1]);
    place_in_picture(line.corners, ink);
    for (size_t i = 0; i < w->count; i++) {
        const digitnet__cell_scores *cell = &w->cells[w->columns[i]];
        digitnet__cell_describe(&characters[i], w->cells, grid, 0, w->columns[i], call);
        place_in_picture(characters[i].corners, ink);
        if (characters[i].digit >= 0 && characters[i].digit != labels[i])
            digitnet__character_set_label(&characters[i], labels[i], cell->values, call->options.error_rate);
        if (!has_digit(cell, call->scratch->digit.outputs)) {
            line.status = DIGITNET_READING_UNSURE;
            line.reason = characters[i].reason;
        }
    }
    digitnet_status status = digitnet__reading_add_line(call->reading, &line, characters, w->count);
    digitnet__release(characters);
    return status;
}

static digitnet_status add_written(digitnet__read_call *call, const seen_ink *ink, const written *w) {
    digitnet__choice chosen;
    int32_t labels[DNN_GRID_MOST];
    DNN_TRY(choose(&chosen, labels, w, call));
    for (size_t i = 0; i < w->count; i++)
        chosen.allowed = fmin(chosen.allowed, w->cells[w->columns[i]].allowed);
    return add_line(call, ink, w, &chosen, labels);
}

static digitnet_status frame_cell(float *out, size_t *digits, const void *context, size_t row, size_t column) {
    (void)row; /* there is one */
    return digitnet__comb_digits_frame(out, digits, context, column);
}

/* Whether the cells hold digits is for their own network to say, and then the line is heard. */
static digitnet_status read_found(written *w, const digitnet__read_call *call, const digitnet__comb_digits *found) {
    const digitnet__cell_frames frames = {frame_cell, found, found->grid->rows, found->grid->columns};
    size_t outputs = call->scratch->digit.outputs;
    DNN_TRY(digitnet__cells_read(w->cells, call, &frames));
    find_written(w, outputs);
    w->certainty = certainty_of(w, outputs);
    if (!holds_digits(w))
        return DIGITNET_ENOTFOUND;
    DNN_TRY(digitnet__second_opinion(w->cells, call, found));
    find_written(w, outputs);
    return DIGITNET_OK;
}

static digitnet_status read_written(written *w, const digitnet__read_call *call, const digitnet__plane *ink) {
    digitnet__comb_digits found;
    DNN_TRY(digitnet__comb_digits_find(&found, ink, &w->comb->grid));
    digitnet_status status = read_found(w, call, &found);
    digitnet__comb_digits_release(&found);
    return status;
}

static digitnet_status read_comb(digitnet__read_call *call, double *certainty, const seen_ink *ink,
                                 const digitnet__comb *comb) {
    written w = {.comb = comb, .cells = digitnet__allocate_zeroed_array(comb->grid.columns, sizeof *w.cells)};
    digitnet_status status = w.cells ? read_written(&w, call, ink->plane) : DIGITNET_ENOMEM;
    if (!status)
        status = add_written(call, ink, &w);
    *certainty = w.certainty;
    digitnet__release(w.cells);
    return status;
}

digitnet_status digitnet__line_cells_read(digitnet__read_call *call, double *certainty, const digitnet__plane *ink,
                                          bool is_alone, const digitnet_place corners[4]) {
    const seen_ink seen = {ink, corners};
    digitnet__comb comb;
    if (!call->scratch->digit.session)
        return DIGITNET_ENOTFOUND;
    DNN_TRY(digitnet__comb_find(&comb, ink, is_alone));
    digitnet_status status = read_comb(call, certainty, &seen, &comb);
    digitnet__grid_release(&comb.grid);
    return status;
}
