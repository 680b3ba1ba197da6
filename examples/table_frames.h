/* Cells of photographed tables as a reader of tables frames them. */
#ifndef TABLE_FRAMES_H
#define TABLE_FRAMES_H

#include "framed_digits.h"

/* Photographs each of the tables of FOLDER/grids whose number leaves `rest` when divided by `divisor` anew, `times`
 * times, and finds and frames their cells. To be freed after a failure as well. Returns 0, or -1 with a message on
 * stderr. */
int frame_tables(struct framed_digits *frames, const char *folder, unsigned divisor, unsigned rest, size_t times,
                 uint64_t seed);

#endif
