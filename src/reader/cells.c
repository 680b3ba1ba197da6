#include "reader/cells.h"

#include "core/memory.h"
#include "core/status.h"
#include "reader/reading.h"

#include <string.h>

/* Frames and scores of the cells of a row that are not empty, close together. */
typedef struct row_buffer {
    float *frames, *scores;
} row_buffer;

static digitnet_status read_row(digitnet__cell_scores *cells, const row_buffer *buffer, const digitnet__read_call *call,
                                const digitnet__cell_frames *frames, size_t row) {
    size_t framed = 0, outputs = call->scratch->digit.outputs;
    for (size_t column = 0; column < frames->columns; column++) {
        digitnet_status status = frames->frame(buffer->frames + framed * DNN_FRAME_VALUES, &cells[column].digits,
                                               frames->context, row, column);
        if (status && status != DIGITNET_ENOTFOUND)
            return status;
        cells[column].empty = status == DIGITNET_ENOTFOUND;
        framed += !cells[column].empty;
    }
    if (framed > 0)
        DNN_TRY(digitnet__digit_network_run(buffer->scores, &call->scratch->digit, buffer->frames, framed));
    framed = 0;
    for (size_t column = 0; column < frames->columns; column++) {
        if (cells[column].empty)
            continue;
        memcpy(cells[column].values, buffer->scores + framed++ * outputs, outputs * sizeof *buffer->scores);
        cells[column].allowed = digitnet__allowed_apply(cells[column].values, outputs, &call->allowed);
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__cells_read(digitnet__cell_scores *cells, const digitnet__read_call *call,
                                     const digitnet__cell_frames *frames) {
    row_buffer buffer = {.frames = digitnet__allocate_array(frames->columns, DNN_FRAME_VALUES * sizeof *buffer.frames),
                         .scores =
                             digitnet__allocate_array(frames->columns, DNN_MOST_DIGIT_OUTPUTS * sizeof *buffer.scores)};
    digitnet_status status = buffer.frames && buffer.scores ? DIGITNET_OK : DIGITNET_ENOMEM;
    for (size_t row = 0; !status && row < frames->rows; row++)
        status = read_row(cells + row * frames->columns, &buffer, call, frames, row);
    digitnet__release(buffer.frames);
    digitnet__release(buffer.scores);
    return status;
}

void digitnet__cells_corners(digitnet_place corners[4], const digitnet__grid *grid, size_t row, size_t first,
                             size_t last) {
    digitnet__point left[4], right[4];
    digitnet__grid_cell(left, grid, row, first);
    digitnet__grid_cell(right, grid, row, last);
    const digitnet__point points[4] = {left[0], right[1], right[2], left[3]};
    for (size_t i = 0; i < 4; i++)
        corners[i] = (digitnet_place){points[i].x, points[i].y};
}

void digitnet__cell_describe(digitnet_reading_character *character, const digitnet__cell_scores *cells,
                             const digitnet__grid *grid, size_t row, size_t column, const digitnet__read_call *call) {
    const digitnet__cell_scores *scores = &cells[row * grid->columns + column];
    digitnet__cells_corners(character->corners, grid, row, column, column);
    if (scores->empty) {
        digitnet__character_set_none(character, DNN_REASON_EMPTY);
        return;
    }
    digitnet__character_set_scores(character, scores->values, call->scratch->digit.outputs, call->options.error_rate);
    if (digitnet__allowed_doubt(scores->allowed))
        digitnet__character_doubt(character, DNN_REASON_ALLOWED);
    if (scores->digits > 1)
        digitnet__character_doubt(character, DNN_REASON_SEVERAL);
}
