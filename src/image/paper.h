/* The brightness of the bare paper at every place of a picture, under light that may be uneven. */
#ifndef DNN_IMAGE_PAPER_H
#define DNN_IMAGE_PAPER_H

#include "core/ieee.h"

#include <stddef.h>

#define DNN_PAPER_TERMS 6

/* A quadratic surface a + b x + c y + d x^2 + e x y + f y^2 over the picture scaled to [-1, 1] x [-1, 1]. */
typedef struct digitnet__paper {
    size_t width, height;
    double terms[DNN_PAPER_TERMS];
    /* The standard deviation of the paper around the surface, in grey levels. */
    double noise;
} digitnet__paper;

/* Fits the surface to what most of the border and then most of the picture agree on; ink counts as outliers. Looks at
 * no more than some thousand pixels. */
void digitnet__paper_fit(digitnet__paper *paper, const float *pixels, size_t width, size_t height);

/* The paper's brightness along a row, within [0, 255]; `brightness` has room for `width` values. */
void digitnet__paper_row(float *brightness, const digitnet__paper *paper, size_t row);

#endif
