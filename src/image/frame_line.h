/* A line of digits at the size and place that a network reads. */
#ifndef DNN_IMAGE_FRAME_LINE_H
#define DNN_IMAGE_FRAME_LINE_H

#include "image/plane.h"

/* Where a line's digits are in a picture. */
typedef struct digitnet__line_place {
    double middle;      /* the row at half of the digits' height, at column 0 */
    double slope;       /* rows that it falls by from column to column */
    double height;      /* the usual height of its digits, in pixels */
    double left, right; /* the columns between which there is ink, with a margin */
    uint8_t threshold;  /* the least ink of its strokes */
} digitnet__line_place;

/* Finds the place of the only line that `ink` holds, and erases there what does not belong to digits: rules, and what
 * reaches in from the lines above and below. ENOTFOUND where it holds none; ENOMEM. */
digitnet_status digitnet__line_find_place(digitnet__line_place *place, digitnet__plane *ink);

/* The line scaled into DIGITNET_LINE_HEIGHT rows; 255 is the ink that most strokes reach. A smaller height in `place`
 * shows the digits larger. ELIMIT where it were wider than DNN_LONGEST_LINE columns; ENOMEM. */
digitnet_status digitnet__line_frame(digitnet__plane *strip, const digitnet__plane *ink,
                                     const digitnet__line_place *place);

#define DNN_LONGEST_LINE ((size_t)4096)

#endif
