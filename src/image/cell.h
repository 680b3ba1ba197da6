/* One cell of a table: its ink without the rules around it. */
#ifndef DNN_IMAGE_CELL_H
#define DNN_IMAGE_CELL_H

#include "image/grid.h"

/* Pixels of a cell's longer side, and around it. */
#define DNN_CELL_SIDE 52
#define DNN_CELL_MARGIN 8

/* Ink of a cell as seen from the front. */
typedef struct digitnet__cell {
    digitnet__plane ink; /* of the cell and DNN_CELL_MARGIN pixels around it; to be released */
    size_t rules[4];     /* how many pixels the rule above, right, below and left reaches into the cell */
    uint8_t rule_ink[4]; /* of each; 0 where there is none */
} digitnet__cell;

/* Cuts the cell out of the table's ink, and takes away its rules and what belongs to other cells. ENOMEM. */
digitnet_status digitnet__cell_cut(digitnet__cell *cell, const digitnet__plane *ink, const digitnet__grid *grid,
                                   size_t row, size_t column);

/* Fills a frame as digitnet_image_frame_digit() does with what is in the cell. `digits` receives how many pieces that
 * may be digits stand side by side. ENOTFOUND, without a message, where the cell is empty; ENOMEM. */
digitnet_status digitnet__cell_frame(float *frame, size_t *digits, const digitnet__plane *ink,
                                     const digitnet__grid *grid, size_t row, size_t column);

#endif
