/* Which way the lines of a page run. */
#ifndef DNN_IMAGE_TEXT_DIRECTION_H
#define DNN_IMAGE_TEXT_DIRECTION_H

#include "image/components.h"

typedef struct digitnet__text_direction {
    double evidence; /* positive where lines run from left to right, or back; negative where they run down, or up */
    double slope;    /* rows by which lines that run from left to right fall from column to column */
} digitnet__text_direction;

/* Judges by the shape of pieces, since digits are higher than wide, and by how well they stand in rows and in columns.
 * Lines may lean by 15 degrees. `size` is the pieces' usual one, as digitnet__text_size_find() finds it. ENOMEM. */
digitnet_status digitnet__text_direction_find(digitnet__text_direction *out, const digitnet__components *pieces,
                                              double size);

#endif
