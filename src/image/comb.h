/* Upright rules at equal distances that part a line into cells: a form's boxes for single digits, a row of a table. */
#ifndef DNN_IMAGE_COMB_H
#define DNN_IMAGE_COMB_H

#include "image/grid.h"

/* Cells first .. end - 1 of the grid's only row lie between rules that were seen. Those beyond, as far as the picture
 * goes, are there if they hold digits. */
typedef struct digitnet__comb {
    digitnet__grid grid;
    size_t first, end;
} digitnet__comb;

/* Finds the cells of the line that `ink` holds; what is at its ends may be something else, unless the line is alone.
 * ENOTFOUND, without a message, where it has none; ENOMEM. The grid
 * is to be released after a success. */
digitnet_status digitnet__comb_find(digitnet__comb *out, const digitnet__plane *ink, bool is_alone);

#endif
