/* Reading the cells of a grid, one digit each. */
#ifndef DNN_READER_CELLS_H
#define DNN_READER_CELLS_H

#include "image/grid.h"
#include "reader/reader.h"

/* A cell as the network sees it. */
typedef struct digitnet__cell_scores {
    bool empty;
    size_t digits;                        /* that stand side by side in it */
    float values[DNN_MOST_DIGIT_OUTPUTS]; /* given what may stand there, */
    double allowed;                       /* and how probable that was */
} digitnet__cell_scores;

/* Frames of cells, which `frame` makes of the context: ENOTFOUND where a cell is empty; ENOMEM. `digits` receives how
 * many pieces that may be digits stand side by side. */
typedef struct digitnet__cell_frames {
    digitnet_status (*frame)(float *out, size_t *digits, const void *context, size_t row, size_t column);
    const void *context;
    size_t rows, columns;
} digitnet__cell_frames;

/* Reads all cells, row by row, into as many elements. ENOMEM, and the statuses of digitnet_session_run(). */
digitnet_status digitnet__cells_read(digitnet__cell_scores *cells, const digitnet__read_call *call,
                                     const digitnet__cell_frames *frames);

/* What was read in a cell, with its place. */
void digitnet__cell_describe(digitnet_reading_character *character, const digitnet__cell_scores *cells,
                             const digitnet__grid *grid, size_t row, size_t column, const digitnet__read_call *call);

/* The corners of cells `first` to `last` of a row together. */
void digitnet__cells_corners(digitnet_place corners[4], const digitnet__grid *grid, size_t row, size_t first,
                             size_t last);

#endif
