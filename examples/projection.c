#include "projection.h"

#include <math.h>

/* Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989, section 2.2.3. */
struct projection project(const struct corners *corners) {
    const double *x = corners->x, *y = corners->y;
    double dx1 = x[1] - x[2], dx2 = x[3] - x[2], sx = x[0] - x[1] + x[2] - x[3];
    double dy1 = y[1] - y[2], dy2 = y[3] - y[2], sy = y[0] - y[1] + y[2] - y[3];
    double determinant = dx1 * dy2 - dx2 * dy1;
    double g = (sx * dy2 - dx2 * sy) / determinant, h = (dx1 * sy - sx * dy1) / determinant;
    return (struct projection){x[1] - x[0] + g * x[1],
                               x[3] - x[0] + h * x[3],
                               x[0],
                               y[1] - y[0] + g * y[1],
                               y[3] - y[0] + h * y[3],
                               y[0],
                               g,
                               h};
}

static double pixel_at(const struct picture *picture, double x, double y) {
    double column = fmin(fmax(x, 0), (double)picture->width - 1.001);
    double row = fmin(fmax(y, 0), (double)picture->height - 1.001);
    const uint8_t *pixel = picture->pixels + (size_t)row * picture->width + (size_t)column;
    double right = column - floor(column), below = row - floor(row);
    return (1 - below) * ((1 - right) * pixel[0] + right * pixel[1]) +
           below * ((1 - right) * pixel[picture->width] + right * pixel[picture->width + 1]);
}

double projected_pixel(const struct picture *picture, const struct projection *map, double u, double v) {
    double w = map->g * u + map->h * v + 1;
    return pixel_at(picture, (map->a * u + map->b * v + map->c) / w - 0.5,
                    (map->d * u + map->e * v + map->f) / w - 0.5);
}
