/* Ridges of ink, seen strip by strip: what long rules are made of. */
#ifndef DNN_IMAGE_RIDGES_H
#define DNN_IMAGE_RIDGES_H

#include "image/plane.h"

#include <stdbool.h>

/* Where a ridge crosses a strip. */
typedef struct digitnet__ridge {
    float place, thickness; /* its middle and its breadth across, in pixels */
    uint32_t strip;
    uint32_t before; /* the same rule's ridge in an earlier strip; set by who links them */
    uint8_t level;   /* how far its ink stands out */
} digitnet__ridge;

/* A picture cut into strips of `strip` columns, or rows where `upright` is set; the rest at the end is left out. */
typedef struct digitnet__ridges {
    digitnet__ridge *items; /* by strip and place */
    size_t count;
    size_t *first;        /* of each strip, and then their number */
    size_t strips, strip; /* how many, how broad */
    bool upright;
} digitnet__ridges;

/* Finds what is at most `thickness` pixels broad across a strip and stands out there, on the mean over the strip.
 * ENOMEM; ELIMIT for more than 2^32 - 1 ridges. To be released after a success. */
digitnet_status digitnet__ridges_find(digitnet__ridges *out, const digitnet__plane *ink, size_t strip, size_t thickness,
                                      bool upright);
void digitnet__ridges_release(digitnet__ridges *ridges);

#endif
