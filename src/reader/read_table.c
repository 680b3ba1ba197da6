#include "core/memory.h"
#include "core/status.h"
#include "image/cell.h"
#include "image/table.h"
#include "reader/cells.h"
#include "reader/reading.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Where digits are read worse than this on average, by the logarithm of their confidence, the table may lie on its side
 * or stand on its head; it does where they are then read better by so much. */
#define GOOD_VALUE (-0.7)
#define CLEAR_VALUE 0.7
/* What a cell takes off at most. */
#define WORST_VALUE 4.0

/* A table one way up. */
typedef struct reading_way {
    digitnet__grid grid;
    digitnet__cell_scores *cells;
    double value; /* how sure its digits are */
} reading_way;

static void release_way(reading_way *t) {
    digitnet__grid_release(&t->grid);
    digitnet__release(t->cells);
    *t = (reading_way){.cells = NULL};
}

/* ---- Reading ---- */

/* The mean logarithm of the digits' confidence; 0 without digits. */
static double value_of(const reading_way *way) {
    double sum = 0.0, count = 0.0;
    for (size_t i = 0; i < way->grid.rows * way->grid.columns; i++) {
        const float *scores = way->cells[i].values;
        if (way->cells[i].empty)
            continue;
        sum += fmax(log(scores[digitnet__best_digit(scores)]), -WORST_VALUE);
        count += 1.0;
    }
    return count > 0.0 ? sum / count : 0.0;
}

/* A table's ink, and one way of seeing it. */
typedef struct seen_table {
    const digitnet__plane *ink;
    const digitnet__grid *grid;
} seen_table;

static digitnet_status frame_cell(float *out, size_t *digits, const void *context, size_t row, size_t column) {
    const seen_table *table = context;
    return digitnet__cell_frame(out, digits, table->ink, table->grid, row, column);
}

static digitnet_status read_cells(reading_way *way, const digitnet__read_call *call, const digitnet__plane *ink) {
    way->cells = digitnet__allocate_zeroed_array(way->grid.rows * way->grid.columns, sizeof *way->cells);
    if (!way->cells)
        return DIGITNET_ENOMEM;
    const seen_table table = {ink, &way->grid};
    const digitnet__cell_frames frames = {frame_cell, &table, way->grid.rows, way->grid.columns};
    DNN_TRY(digitnet__cells_read(way->cells, call, &frames));
    way->value = value_of(way);
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
        digitnet_reading_line line = {.struct_size = 0};
        digitnet__cells_corners(line.corners, &t->grid, row, 0, columns - 1);
        for (size_t column = 0; column < columns; column++)
            digitnet__cell_describe(&characters[column], t->cells, &t->grid, row, column, call);
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
    if (!call->scratch->digit.session)
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
