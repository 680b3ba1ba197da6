#include "core/memory.h"
#include "core/status.h"
#include "image/cell.h"
#include "image/ink_map.h"
#include "reader/reader.h"
#include "reader/reading.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { FRAME_VALUES = DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE, DIGITS = 10, MOST_OUTPUTS = DIGITS + 1 };
/* A stroke or rule is at most this part of the picture's shorter side wide. */
enum { STROKE_PARTS = 24 };
/* Where digits are read worse than this on average, by the logarithm of their confidence, the table may lie on its side
 * or stand on its head; it does where they are then read better by so much. */
#define GOOD_VALUE (-0.7)
#define CLEAR_VALUE 0.7
/* What a cell takes off at most. */
#define WORST_VALUE 4.0

/* A cell as the network sees it. */
typedef struct cell_scores {
    bool empty;
    float values[MOST_OUTPUTS];
} cell_scores;

/* A table that was found, one way up. */
typedef struct table {
    digitnet__grid grid;
    cell_scores *cells;
    double value; /* the mean logarithm of its digits' confidence; 0 without digits */
} table;

static void release_table(table *t) {
    digitnet__grid_release(&t->grid);
    digitnet__release(t->cells);
    *t = (table){.cells = NULL};
}

/* ---- Finding ---- */

/* Whether a failure is that there is none, which is then forgotten. */
static bool none_found(digitnet_status status, const digitnet__message *message) {
    if (status == DIGITNET_ENOTFOUND)
        digitnet__message_restore(message);
    return status == DIGITNET_ENOTFOUND;
}

/* Finds the table upright, or on its side where that is another shape. ENOTFOUND and others. */
static digitnet_status find_grid(digitnet__grid *grid, const digitnet__plane *ink,
                                 const digitnet_read_options *options) {
    digitnet__message message = digitnet__message_keep();
    digitnet_status status = digitnet__grid_find(grid, ink, options->rows, options->columns);
    if (status != DIGITNET_ENOTFOUND || options->rows == options->columns)
        return status;
    digitnet__message_restore(&message);
    DNN_TRY(digitnet__grid_find(grid, ink, options->columns, options->rows));
    status = digitnet__grid_turn(grid);
    if (status)
        digitnet__grid_release(grid);
    return status;
}

/* The picture's ink and the table in it, whichever is darker where the caller does not say. ENOTFOUND and others. */
static digitnet_status find_table(digitnet__plane *ink, digitnet__grid *grid, const digitnet__read_call *call) {
    const digitnet_polarity either[] = {call->image.polarity, DIGITNET_POLARITY_DARK_INK, DIGITNET_POLARITY_LIGHT_INK};
    size_t count = call->image.polarity == DIGITNET_POLARITY_AUTO ? 3 : 1;
    size_t side = call->image.width < call->image.height ? call->image.width : call->image.height;
    digitnet__message message = digitnet__message_keep();
    digitnet_status status = DIGITNET_ENOTFOUND;
    for (size_t i = 0; i < count && none_found(status, &message); i++) {
        digitnet_image image = call->image;
        image.polarity = either[i];
        DNN_TRY(digitnet__ink_map_create(ink, &image, side / STROKE_PARTS));
        status = digitnet__read_step(call, "ink", ink);
        if (!status)
            status = find_grid(grid, ink, &call->options);
        if (status)
            digitnet__plane_release(ink);
    }
    return status;
}

/* ---- Reading ---- */

static digitnet_status read_cell(cell_scores *scores, const digitnet__read_call *call, const digitnet__plane *ink,
                                 const digitnet__grid *grid, size_t row, size_t column) {
    digitnet__cell cell;
    float frame[FRAME_VALUES];
    DNN_TRY(digitnet__cell_cut(&cell, ink, grid, row, column));
    digitnet_status status = digitnet__cell_frame(frame, &cell);
    digitnet__plane_release(&cell.ink);
    scores->empty = status == DIGITNET_ENOTFOUND;
    if (status)
        return scores->empty ? DIGITNET_OK : status;
    return digitnet_session_run(scores->values, MOST_OUTPUTS, call->scratch->digit, frame, FRAME_VALUES);
}

static double value_of(const cell_scores *scores) {
    float best = 0.0f;
    for (size_t digit = 0; digit < DIGITS; digit++)
        best = fmaxf(best, scores->values[digit]);
    return fmax(log(best), -WORST_VALUE);
}

static digitnet_status read_cells(table *t, const digitnet__read_call *call, const digitnet__plane *ink) {
    size_t digits = 0;
    double sum = 0.0;
    t->cells = digitnet__allocate_array(t->grid.rows * t->grid.columns, sizeof *t->cells);
    if (!t->cells)
        return DIGITNET_ENOMEM;
    for (size_t row = 0, i = 0; row < t->grid.rows; row++) {
        for (size_t column = 0; column < t->grid.columns; column++, i++) {
            DNN_TRY(read_cell(&t->cells[i], call, ink, &t->grid, row, column));
            sum += t->cells[i].empty ? 0.0 : value_of(&t->cells[i]);
            digits += !t->cells[i].empty;
        }
    }
    t->value = digits > 0 ? sum / (double)digits : 0.0;
    return DIGITNET_OK;
}

/* Reads the table, turned by so many quarters. */
static digitnet_status read_turned(table *t, const table *upright, int quarters, const digitnet__read_call *call,
                                   const digitnet__plane *ink) {
    size_t points = (upright->grid.rows + 1) * (upright->grid.columns + 1);
    *t = (table){.grid = upright->grid};
    t->grid.points = digitnet__allocate_array(points, sizeof *t->grid.points);
    digitnet_status status = t->grid.points ? DIGITNET_OK : DIGITNET_ENOMEM;
    if (!status)
        memcpy(t->grid.points, upright->grid.points, points * sizeof *t->grid.points);
    for (int i = 0; !status && i < quarters; i++)
        status = digitnet__grid_turn(&t->grid);
    if (!status)
        status = read_cells(t, call, ink);
    if (status)
        release_table(t);
    return status;
}

/* Reads the table as it lies, and where that gives no digits in each other way that has the shape asked for. */
static digitnet_status read_best(table *best, const digitnet__read_call *call, const digitnet__plane *ink) {
    int step = call->options.rows == call->options.columns ? 1 : 2;
    DNN_TRY(read_cells(best, call, ink));
    if (best->value >= GOOD_VALUE)
        return DIGITNET_OK;
    table upright = *best;
    double needed = upright.value + CLEAR_VALUE;
    digitnet_status status = DIGITNET_OK;
    for (int quarters = step; !status && quarters < 4; quarters += step) {
        table turned;
        status = read_turned(&turned, &upright, quarters, call, ink);
        if (status)
            break;
        if (turned.value < needed) {
            release_table(&turned);
            continue;
        }
        needed = turned.value;
        if (best->cells != upright.cells)
            release_table(best);
        *best = turned;
    }
    if (best->cells != upright.cells)
        release_table(&upright);
    return status;
}

/* ---- What was read ---- */

static void set_corners(digitnet_place out[4], const digitnet__point corners[4]) {
    for (size_t i = 0; i < 4; i++)
        out[i] = (digitnet_place){corners[i].x, corners[i].y};
}

static void set_character(digitnet_reading_character *character, const cell_scores *scores,
                          const digitnet__read_call *call) {
    if (scores->empty)
        digitnet__character_set_none(character, DNN_REASON_EMPTY);
    else
        digitnet__character_set_scores(character, scores->values, call->scratch->digit_outputs,
                                       call->options.error_rate);
}

/* A row is as sure as its cells together. Empty cells are none of its business where others have something. */
static void judge_row(digitnet_reading_line *line, const digitnet_reading_character *characters, size_t count,
                      double error_rate) {
    size_t digits = 0, others = 0;
    line->confidence = 1.0;
    for (size_t i = 0; i < count; i++) {
        line->confidence *= characters[i].confidence;
        digits += characters[i].digit >= 0;
        others += characters[i].digit < 0 && strcmp(characters[i].reason, DNN_REASON_EMPTY) != 0;
    }
    line->reason = DNN_REASON_NONE;
    if (digits == 0 || others > 0)
        line->reason = others > 0 ? DNN_REASON_NO_DIGIT : DNN_REASON_EMPTY;
    else if (line->confidence < digitnet__confidence_needed(error_rate))
        line->reason = DNN_REASON_CONFIDENCE;
    line->status = digits == 0       ? DIGITNET_READING_NO_DIGITS
                   : line->reason[0] ? DIGITNET_READING_UNSURE
                                     : DIGITNET_READING_OK;
}

static digitnet_status add_rows(const digitnet__read_call *call, const table *t) {
    size_t columns = t->grid.columns;
    digitnet_reading_character *characters = digitnet__allocate_zeroed_array(columns, sizeof *characters);
    digitnet_status status = characters ? DIGITNET_OK : DIGITNET_ENOMEM;
    for (size_t row = 0; !status && row < t->grid.rows; row++) {
        const digitnet__point *upper = t->grid.points + row * (columns + 1), *lower = upper + columns + 1;
        digitnet_reading_line line = {.struct_size = 0};
        set_corners(line.corners, (const digitnet__point[]){upper[0], upper[columns], lower[columns], lower[0]});
        for (size_t column = 0; column < columns; column++) {
            digitnet__point corners[4];
            digitnet__grid_cell(corners, &t->grid, row, column);
            set_corners(characters[column].corners, corners);
            set_character(&characters[column], &t->cells[row * columns + column], call);
        }
        judge_row(&line, characters, columns, call->options.error_rate);
        status = digitnet__reading_add_line(call->reading, &line, characters, columns);
    }
    digitnet__release(characters);
    return status;
}

static digitnet_status read_table(digitnet__read_call *call) {
    digitnet__plane ink;
    table found = {.cells = NULL};
    if (!call->scratch->digit)
        return digitnet__fail(DIGITNET_ESTATE, "%s: the reader has no model of digits", call->where);
    digitnet__message message = digitnet__message_keep();
    digitnet_status status = find_table(&ink, &found.grid, call);
    if (status)
        return none_found(status, &message) ? DIGITNET_OK : status;
    status = read_best(&found, call, &ink);
    if (!status)
        status = add_rows(call, &found);
    release_table(&found);
    digitnet__plane_release(&ink);
    return status;
}

digitnet_status digitnet_reader_read_table(digitnet_reading **out, digitnet_reader_scratch *scratch,
                                           const digitnet_image *image, const digitnet_read_options *options) {
    return digitnet__read(out, scratch, image, options, "digitnet_reader_read_table", read_table);
}
