/* The digits in a comb's cells, each one whole, also where it reaches beyond its cell. */
#ifndef DNN_IMAGE_COMB_DIGITS_H
#define DNN_IMAGE_COMB_DIGITS_H

#include "image/components.h"
#include "image/grid.h"

/* first .. end - 1: of cells that a piece belongs to none, one, or several whose digits touch, of which each has what
 * lies in it. */
typedef struct digitnet__comb_span {
    size_t first, end;
} digitnet__comb_span;

/* Ink without the rules, and its pieces. */
typedef struct digitnet__comb_digits {
    const digitnet__grid *grid;
    digitnet__plane ink;
    digitnet__components pieces;
    digitnet__comb_span *cells; /* of each piece */
} digitnet__comb_digits;

/* Finds the digits in the cells of the grid's only row. ENOMEM; ELIMIT. To be released after a success, before the
 * grid. */
digitnet_status digitnet__comb_digits_find(digitnet__comb_digits *out, const digitnet__plane *ink,
                                           const digitnet__grid *grid);
void digitnet__comb_digits_release(digitnet__comb_digits *found);

/* Fills a frame as digitnet_image_frame_digit() does. `digits` receives how many pieces that may be digits stand side
 * by side. ENOTFOUND, without a message, where the cell is empty; ENOMEM. */
digitnet_status digitnet__comb_digits_frame(float *frame, size_t *digits, const digitnet__comb_digits *found,
                                            size_t cell);

/* The digits of all cells as one line, without anything else, and the column in which each cell ends. ENOMEM; ELIMIT.
 * To be released after a success. */
digitnet_status digitnet__comb_digits_line(digitnet__plane *line, double *ends, const digitnet__comb_digits *found);

#endif
