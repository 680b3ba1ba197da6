/* Which cell of a comb a place is in. Grids are of one row. */
#ifndef DNN_IMAGE_COMB_CELLS_H
#define DNN_IMAGE_COMB_CELLS_H

#include "image/grid.h"

/* The mean width and height of a cell. */
double digitnet__comb_cell_width(const digitnet__grid *grid);
double digitnet__comb_cell_height(const digitnet__grid *grid);

/* Where a cell that is not the first begins in a row: in the middle between its side and that of the one before. */
double digitnet__comb_cell_start(const digitnet__grid *grid, size_t cell, double row);

/* The cell that a place is in, however far above or below; the first and the last have no outer end, and what is
 * between boxes that stand apart belongs to the nearer one. */
size_t digitnet__comb_cell_at(const digitnet__grid *grid, digitnet__point place);

/* Whether a place is between the rules above and below a cell. */
bool digitnet__comb_is_between(const digitnet__grid *grid, size_t cell, digitnet__point place);

/* Whether a place is within `reach` of one of the rules around a cell. */
bool digitnet__comb_is_beside_rule(const digitnet__grid *grid, size_t cell, digitnet__point place, double reach);

#endif
