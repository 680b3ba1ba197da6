/* Perspective: the unit square seen as a quadrilateral. */
#ifndef DNN_IMAGE_PROJECTION_H
#define DNN_IMAGE_PROJECTION_H

#include "image/plane.h"

#include <stdbool.h>

/* x = (h0 u + h1 v + h2) / w, y = (h3 u + h4 v + h5) / w with w = h6 u + h7 v + h8. */
typedef struct digitnet__projection {
    double h[9];
} digitnet__projection;

/* The unit square onto the quadrilateral with these corners, clockwise from that of (0, 0). */
digitnet__projection digitnet__projection_onto(const digitnet__point corners[4]);
/* False where it has none. */
bool digitnet__projection_invert(digitnet__projection *out, const digitnet__projection *projection);

static inline digitnet__point digitnet__project(const digitnet__projection *projection, digitnet__point at) {
    const double *h = projection->h;
    double w = h[6] * at.x + h[7] * at.y + h[8];
    return (digitnet__point){(h[0] * at.x + h[1] * at.y + h[2]) / w, (h[3] * at.x + h[4] * at.y + h[5]) / w};
}

#endif
