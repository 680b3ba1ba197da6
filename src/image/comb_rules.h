/* The rules around a comb's cells. */
#ifndef DNN_IMAGE_COMB_RULES_H
#define DNN_IMAGE_COMB_RULES_H

#include "image/grid.h"

/* Takes them out of the ink, but for strokes that cross them. They are measured over all cells of the grid's only row,
 * so that a stroke along one of them is not taken for a part of it. ENOMEM. */
digitnet_status digitnet__comb_erase_rules(digitnet__plane *ink, const digitnet__grid *grid);

#endif
