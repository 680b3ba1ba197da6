#include "image/projection.h"

#include <math.h>

/* Heckbert, "Fundamentals of Texture Mapping and Image Warping" (1989), section 2.2.3. */
digitnet__projection digitnet__projection_onto(const digitnet__point c[4]) {
    double dx1 = c[1].x - c[2].x, dx2 = c[3].x - c[2].x, sx = c[0].x - c[1].x + c[2].x - c[3].x;
    double dy1 = c[1].y - c[2].y, dy2 = c[3].y - c[2].y, sy = c[0].y - c[1].y + c[2].y - c[3].y;
    double area = dx1 * dy2 - dx2 * dy1;
    double g = (sx * dy2 - dx2 * sy) / area, h = (dx1 * sy - sx * dy1) / area;
    return (digitnet__projection){{c[1].x - c[0].x + g * c[1].x, c[3].x - c[0].x + h * c[3].x, c[0].x,
                                   c[1].y - c[0].y + g * c[1].y, c[3].y - c[0].y + h * c[3].y, c[0].y, g, h, 1.0}};
}

/* The adjoint matrix: a projection does not depend on its scale. */
bool digitnet__projection_invert(digitnet__projection *out, const digitnet__projection *projection) {
    const double *h = projection->h;
    *out = (digitnet__projection){{h[4] * h[8] - h[5] * h[7], h[2] * h[7] - h[1] * h[8], h[1] * h[5] - h[2] * h[4],
                                   h[5] * h[6] - h[3] * h[8], h[0] * h[8] - h[2] * h[6], h[2] * h[3] - h[0] * h[5],
                                   h[3] * h[7] - h[4] * h[6], h[1] * h[6] - h[0] * h[7], h[0] * h[4] - h[1] * h[3]}};
    double determinant = h[0] * out->h[0] + h[1] * out->h[3] + h[2] * out->h[6];
    return isfinite(determinant) && determinant != 0.0;
}
