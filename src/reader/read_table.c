#include "core/memory.h"
#include "core/status.h"
#include "image/cell.h"
#include "image/table.h"
#include "reader/reader.h"
#include "reader/reading.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { FRAME_VALUES = DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE, DIGITS = 10, MOST_OUTPUTS = DIGITS + 1 };
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

/* A table one way up. */
typedef struct reading_way {
    digitnet__grid grid;
    cell_scores *cells;
    double value; /* the mean logarithm of its digits' confidence; 0 without digits */
} reading_way;

static void release_way(reading_way *t) {
    digitnet__grid_release(&t->grid);
    digitnet__release(t->cells);
    *t = (reading_way){.cells = NULL};
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

static digitnet_status read_cells(reading_way *t, const digitnet__read_call *call, const digitnet__plane *ink) {
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
static digitnet_status read_turned(reading_way *t, const reading_way *upright, int quarters,
                                   const digitnet__read_call *call, const digitnet__plane *ink) {
    size_t points = (upright->grid.rows + 1) * (upright->grid.columns + 1);
    *t = (reading_way){.grid = upright->grid};
    t->grid.points = digitnet__allocate_array(points, sizeof *t->grid.points);
    digitnet_status status = t->grid.points ? DIGITNET_OK : DIGITNET_ENOMEM;
    if (!status)
        memcpy(t->grid.points, upright->grid.points, points * sizeof *t->grid.points);
    for (int i = 0; !status && i < quarters; i++)
        status = digitnet__grid_turn(&t->grid);
    if (!status)
        status = read_cells(t, call, ink);
    if (status)
        release_way(t);
    return status;
}

/* Reads the table as it lies, and where that gives no digits in each other way that has the shape asked for. */
static digitnet_status read_best(reading_way *best, const digitnet__read_call *call, const digitnet__plane *ink) {
    int step = call->options.rows == call->options.columns ? 1 : 2;
    DNN_TRY(read_cells(best, call, ink));
    if (best->value >= GOOD_VALUE)
        return DIGITNET_OK;
    reading_way upright = *best;
    double needed = upright.value + CLEAR_VALUE;
    digitnet_status status = DIGITNET_OK;
    for (int quarters = step; !status && quarters < 4; quarters += step) {
        reading_way turned;
        status = read_turned(&turned, &upright, quarters, call, ink);
        if (status)
            break;
        if (turned.value < needed) {
            release_way(&turned);
            continue;
        }
        needed = turned.value;
        if (best->cells != upright.cells)
            release_way(best);
        *best = turned;
    }
    if (best->cells != upright.cells)
        release_way(&upright);
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

static digitnet_status add_rows(const digitnet__read_call *call, const reading_way *t) {
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

static digitnet_status show_ink(const digitnet__plane *ink, void *call) {
    return digitnet__read_step(call, "ink", ink);
}

static digitnet_status read_table(digitnet__read_call *call) {
    digitnet__table found;
    if (!call->scratch->digit)
        return digitnet__fail(DIGITNET_ESTATE, "%s: the reader has no model of digits", call->where);
    digitnet__message message = digitnet__message_keep();
    digitnet_status status =
        digitnet__table_find(&found, &call->image, call->options.rows, call->options.columns, show_ink, call);
    if (status == DIGITNET_ENOTFOUND) {
        digitnet__message_restore(&message);
        return DIGITNET_OK;
    }
    DNN_TRY(status);
    reading_way best = {.grid = found.grid};
    found.grid.points = NULL;
    status = read_best(&best, call, &found.ink);
    if (!status)
        status = add_rows(call, &best);
    release_way(&best);
    digitnet__table_release(&found);
    return status;
}

digitnet_status digitnet_reader_read_table(digitnet_reading **out, digitnet_reader_scratch *scratch,
                                           const digitnet_image *image, const digitnet_read_options *options) {
    return digitnet__read(out, scratch, image, options, "digitnet_reader_read_table", read_table);
}
