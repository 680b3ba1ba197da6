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
    float values[MOST_OUTPUTS]; /* given what may stand there, */
    double allowed;             /* and how probable that was */
} cell_scores;

/* A table one way up. */
typedef struct reading_way {
    digitnet__grid grid;
    cell_scores *cells;
    double value; /* how sure its digits are */
} reading_way;

static void release_way(reading_way *t) {
    digitnet__grid_release(&t->grid);
    digitnet__release(t->cells);
    *t = (reading_way){.cells = NULL};
}

/* ---- Reading ---- */

/* Frames and scores of the cells of a row that are not empty, close together. */
typedef struct row_buffer {
    float *frames, *scores;
} row_buffer;

static digitnet_status frame_cell(bool *empty, float *frame, const digitnet__plane *ink, const digitnet__grid *grid,
                                  size_t row, size_t column) {
    digitnet__cell cell;
    DNN_TRY(digitnet__cell_cut(&cell, ink, grid, row, column));
    digitnet_status status = digitnet__cell_frame(frame, &cell);
    digitnet__plane_release(&cell.ink);
    *empty = status == DIGITNET_ENOTFOUND;
    return *empty ? DIGITNET_OK : status;
}

static digitnet_status read_row(reading_way *way, const row_buffer *buffer, const digitnet__read_call *call,
                                const digitnet__plane *ink, size_t row) {
    size_t framed = 0, outputs = call->scratch->digit_outputs;
    cell_scores *cells = way->cells + row * way->grid.columns;
    for (size_t column = 0; column < way->grid.columns; column++) {
        DNN_TRY(frame_cell(&cells[column].empty, buffer->frames + framed * FRAME_VALUES, ink, &way->grid, row, column));
        framed += !cells[column].empty;
    }
    if (framed > 0)
        DNN_TRY(digitnet_session_run(buffer->scores, framed * outputs, call->scratch->digit, buffer->frames,
                                     framed * FRAME_VALUES));
    framed = 0;
    for (size_t column = 0; column < way->grid.columns; column++) {
        if (cells[column].empty)
            continue;
        memcpy(cells[column].values, buffer->scores + framed++ * outputs, outputs * sizeof *buffer->scores);
        cells[column].allowed = digitnet__allowed_apply(cells[column].values, outputs, &call->allowed);
    }
    return DIGITNET_OK;
}

/* The mean logarithm of the digits' confidence; 0 without digits. */
static double value_of(const reading_way *way) {
    double sum = 0.0, count = 0.0;
    for (size_t i = 0; i < way->grid.rows * way->grid.columns; i++) {
        float best = 0.0f;
        if (way->cells[i].empty)
            continue;
        for (size_t digit = 0; digit < DIGITS; digit++)
            best = fmaxf(best, way->cells[i].values[digit]);
        sum += fmax(log(best), -WORST_VALUE);
        count += 1.0;
    }
    return count > 0.0 ? sum / count : 0.0;
}

static digitnet_status read_cells(reading_way *way, const digitnet__read_call *call, const digitnet__plane *ink) {
    size_t columns = way->grid.columns;
    way->cells = digitnet__allocate_zeroed_array(way->grid.rows * columns, sizeof *way->cells);
    row_buffer buffer = {.frames = digitnet__allocate_array(columns, FRAME_VALUES * sizeof *buffer.frames),
                         .scores = digitnet__allocate_array(columns, MOST_OUTPUTS * sizeof *buffer.scores)};
    digitnet_status status = way->cells && buffer.frames && buffer.scores ? DIGITNET_OK : DIGITNET_ENOMEM;
    for (size_t row = 0; !status && row < way->grid.rows; row++)
        status = read_row(way, &buffer, call, ink, row);
    if (!status)
        way->value = value_of(way);
    digitnet__release(buffer.frames);
    digitnet__release(buffer.scores);
    return status;
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
    if (scores->empty) {
        digitnet__character_set_none(character, DNN_REASON_EMPTY);
        return;
    }
    digitnet__character_set_scores(character, scores->values, call->scratch->digit_outputs, call->options.error_rate);
    if (digitnet__allowed_doubt(scores->allowed))
        digitnet__character_doubt(character, DNN_REASON_ALLOWED);
}

/* A row is as sure as all its cells together: an empty one counts as read. */
static void judge_row(digitnet_reading_line *line, const digitnet_reading_character *characters, size_t count) {
    line->confidence = 1.0;
    line->status = DIGITNET_READING_OK;
    line->reason = DNN_REASON_NONE;
    for (size_t i = 0; i < count; i++) {
        line->confidence *= characters[i].confidence;
        if (characters[i].status != DIGITNET_READING_OK && !digitnet__character_is_empty(&characters[i])) {
            line->status = DIGITNET_READING_UNSURE;
            line->reason = characters[i].reason;
        }
    }
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
        judge_row(&line, characters, columns);
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
