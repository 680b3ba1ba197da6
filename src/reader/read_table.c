#include "core/memory.h"
#include "core/status.h"
#include "image/cell.h"
#include "image/frame_digit.h"
#include "image/ink_map.h"
#include "reader/reader.h"
#include "reader/reading.h"

#include <math.h>

enum { FRAME_VALUES = DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE };
/* A stroke is at most this part of the shorter side of a picture of a table. */
enum { STROKES_PER_SIDE = 24 };

/* A table on the way from its picture to its rows. */
typedef struct table {
    digitnet__read_call *call;
    digitnet__grid grid;
    digitnet_reading_character *cells; /* of one row */
    float *frames, *scores;            /* of those of its cells that are not empty */
} table;

static digitnet_status allocate_row(table *t) {
    size_t columns = t->grid.columns;
    t->cells = digitnet__allocate_zeroed_array(columns, sizeof *t->cells);
    t->frames = digitnet__allocate_array(columns, FRAME_VALUES * sizeof *t->frames);
    t->scores = digitnet__allocate_array(columns, t->call->scratch->digit_outputs * sizeof *t->scores);
    return t->cells && t->frames && t->scores ? DIGITNET_OK : DIGITNET_ENOMEM;
}

static void release_table(table *t) {
    digitnet__release(t->scores);
    digitnet__release(t->frames);
    digitnet__release(t->cells);
    digitnet__grid_release(&t->grid);
}

static void set_corners(digitnet_place out[4], const digitnet__point in[4]) {
    for (size_t i = 0; i < 4; i++)
        out[i] = (digitnet_place){in[i].x, in[i].y};
}

/* Frames the digit of a cell; false where the cell is empty. */
static digitnet_status frame_cell(bool *has_ink, float *frame, const table *t, const digitnet__plane *ink, size_t row,
                                  size_t column) {
    digitnet__message message = digitnet__message_keep();
    digitnet__cell cell;
    digitnet__ink found;
    DNN_TRY(digitnet__cell_cut(&cell, ink, &t->grid, row, column));
    digitnet_status status = digitnet__ink_find_in(&found, &cell.ink);
    digitnet__plane_release(&cell.ink);
    *has_ink = status == DIGITNET_OK;
    if (status == DIGITNET_ENOTFOUND) {
        digitnet__message_restore(&message);
        return DIGITNET_OK;
    }
    DNN_TRY(status);
    digitnet__frame_digit_ink(frame, &found);
    digitnet__ink_release(&found);
    return DIGITNET_OK;
}

/* Frames a row's cells, those with ink close together. */
static digitnet_status frame_row(size_t *framed, const table *t, const digitnet__plane *ink, size_t row) {
    *framed = 0;
    for (size_t column = 0; column < t->grid.columns; column++) {
        digitnet__point corners[4];
        bool has_ink;
        DNN_TRY(frame_cell(&has_ink, t->frames + *framed * FRAME_VALUES, t, ink, row, column));
        digitnet__grid_cell(corners, &t->grid, row, column);
        set_corners(t->cells[column].corners, corners);
        t->cells[column].digit = has_ink ? 0 : -1;
        *framed += has_ink;
    }
    return DIGITNET_OK;
}

/* What the model makes of the cells that have ink. */
static void read_cells(const table *t) {
    size_t outputs = t->call->scratch->digit_outputs, framed = 0;
    for (size_t column = 0; column < t->grid.columns; column++) {
        digitnet_reading_character *cell = &t->cells[column];
        if (cell->digit < 0)
            digitnet__character_set_none(cell, DNN_REASON_EMPTY);
        else
            digitnet__character_set_scores(cell, t->scores + outputs * framed++, outputs, t->call->options.error_rate);
    }
}

/* A row is as sure as all its cells together: an empty one counts as read. */
static digitnet_reading_line row_of(const table *t) {
    size_t last = t->grid.columns - 1;
    digitnet_reading_line line = {.confidence = 1.0, .status = DIGITNET_READING_OK, .reason = DNN_REASON_NONE};
    line.corners[0] = t->cells[0].corners[0];
    line.corners[1] = t->cells[last].corners[1];
    line.corners[2] = t->cells[last].corners[2];
    line.corners[3] = t->cells[0].corners[3];
    for (size_t i = 0; i <= last; i++) {
        const digitnet_reading_character *cell = &t->cells[i];
        line.confidence *= cell->confidence;
        if (cell->status != DIGITNET_READING_OK && !digitnet__character_is_empty(cell)) {
            line.status = DIGITNET_READING_UNSURE;
            line.reason = cell->reason;
        }
    }
    return line;
}

static digitnet_status read_row(const table *t, const digitnet__plane *ink, size_t row) {
    size_t framed = 0, outputs = t->call->scratch->digit_outputs;
    DNN_TRY(frame_row(&framed, t, ink, row));
    if (framed > 0)
        DNN_TRY(digitnet_session_run(t->scores, framed * outputs, t->call->scratch->digit, t->frames,
                                     framed * FRAME_VALUES));
    read_cells(t);
    digitnet_reading_line line = row_of(t);
    return digitnet__reading_add_line(t->call->reading, &line, t->cells, t->grid.columns);
}

static digitnet_status read_rows(digitnet__read_call *call, const digitnet__plane *ink) {
    digitnet__message message = digitnet__message_keep();
    table t = {.call = call};
    digitnet_status status = digitnet__grid_find(&t.grid, ink, call->options.rows, call->options.columns);
    if (status == DIGITNET_ENOTFOUND) {
        digitnet__message_restore(&message);
        return DIGITNET_OK;
    }
    DNN_TRY(status);
    status = allocate_row(&t);
    for (size_t row = 0; !status && row < t.grid.rows; row++)
        status = read_row(&t, ink, row);
    release_table(&t);
    return status;
}

static digitnet_status read_table(digitnet__read_call *call) {
    digitnet__plane ink;
    size_t shorter = call->image.width < call->image.height ? call->image.width : call->image.height;
    if (!call->scratch->digit)
        return digitnet__fail(DIGITNET_ESTATE, "%s: the reader has no model of digits", call->where);
    DNN_TRY(digitnet__ink_map_create(&ink, &call->image, shorter / STROKES_PER_SIDE));
    digitnet_status status = digitnet__read_step(call, "ink", &ink);
    if (!status)
        status = read_rows(call, &ink);
    digitnet__plane_release(&ink);
    return status;
}

digitnet_status digitnet_reader_read_table(digitnet_reading **out, digitnet_reader_scratch *scratch,
                                           const digitnet_image *image, const digitnet_read_options *options) {
    return digitnet__read(out, scratch, image, options, "digitnet_reader_read_table", read_table);
}
