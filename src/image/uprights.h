/* Upright rules of a line: the sides of a form's boxes, and strokes of digits that are as long. */
#ifndef DNN_IMAGE_UPRIGHTS_H
#define DNN_IMAGE_UPRIGHTS_H

#include "image/plane.h"

/* The most that are found. */
enum { DNN_UPRIGHTS_MOST = 256 };

/* An upright rule: its column in the middle row, the rows first .. end - 1, and the mean ink along it, where it has
 * most.
 */
typedef struct digitnet__upright {
    double column, first, end, ink;
} digitnet__upright;

typedef struct digitnet__uprights {
    digitnet__upright items[DNN_UPRIGHTS_MOST]; /* from left to right */
    size_t count;
    double slope; /* of all: columns to the right a row down */
} digitnet__uprights;

/* Finds what goes through the middle row of a line's ink, is about half as long as the line is high, or longer, and has
 * ink of `threshold` along it. Two that are close together are one only where there is no less ink between them.
 * ENOMEM. */
digitnet_status digitnet__uprights_find(digitnet__uprights *out, const digitnet__plane *ink, uint8_t threshold);

#endif
