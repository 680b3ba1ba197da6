/* Planes seen under perspective. */
#ifndef PROJECTION_H
#define PROJECTION_H

#include "read_image.h"

/* Four corners, from the upper left one clockwise. */
struct corners {
    double x[4], y[4];
};

/* A map of the unit square to a quadrilateral: x = (a u + b v + c) / (g u + h v + 1), y likewise. */
struct projection {
    double a, b, c, d, e, f, g, h;
};

struct projection project(const struct corners *corners);

/* The grey picture's value at the place of (u, v), between its pixels; beyond its sides that of the nearest one. */
double projected_pixel(const struct picture *picture, const struct projection *map, double u, double v);

#endif
