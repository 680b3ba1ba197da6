/* The stroke that parts a fraction's numbers: a bar between them, or a slash. */
#ifndef DNN_IMAGE_DIVIDER_H
#define DNN_IMAGE_DIVIDER_H

#include "image/box.h"
#include "image/plane.h"

#include <stdbool.h>

/* A straight stroke. A bar's rows are a function of columns, a slash's columns one of rows: `along` is the column of a
 * bar, the row of a slash, and `across` the other one. */
typedef struct digitnet__divider {
    bool is_slash;
    double offset, slope; /* across its middle: offset + slope * along */
    double first, end;    /* along it */
    double thickness;     /* where nothing else touches it */
} digitnet__divider;

/* Finds the longest bar, or slash, in the ink of `threshold` and more that the box holds. Its length is 0 where there
 * is none. ENOMEM. */
digitnet_status digitnet__divider_find(digitnet__divider *out, const digitnet__plane *ink, const digitnet__box *box,
                                       uint8_t threshold, bool is_slash);

/* How far a place lies beyond the stroke's middle line: below a bar, to the right of a slash; negative on the other
 * side. */
double digitnet__divider_distance(const digitnet__divider *divider, double x, double y);

#endif
