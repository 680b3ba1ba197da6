/* A picture of one byte a pixel in memory of its own, and what is done with whole pictures. */
#ifndef DNN_IMAGE_PLANE_H
#define DNN_IMAGE_PLANE_H

#include "core/ieee.h"
#include "digitnet/status.h"

#include <stddef.h>
#include <stdint.h>

/* `height` rows of `width` pixels, without gaps. */
typedef struct digitnet__plane {
    uint8_t *pixels;
    size_t width, height;
} digitnet__plane;

/* A place in a picture. The centre of pixel (column, row) is (column + 1/2, row + 1/2). */
typedef struct digitnet__point {
    double x, y;
} digitnet__point;

/* All pixels are zero. ENOMEM. To be released after a success. */
digitnet_status digitnet__plane_create(digitnet__plane *out, size_t width, size_t height);
/* A plane that holds nothing, as one that is all zeros, is fine. */
void digitnet__plane_release(digitnet__plane *plane);

/* Black becomes white. */
void digitnet__plane_invert(digitnet__plane *plane);

/* How many pixels have each value. */
void digitnet__plane_count(size_t histogram[256], const digitnet__plane *plane);
/* The highest value that at least so many pixels reach; 0 where there are not so many. */
size_t digitnet__plane_level(const size_t histogram[256], size_t count);

/* The largest value of each column. */
void digitnet__plane_column_maxima(uint8_t *maxima, const digitnet__plane *plane);

/* The columns first .. end - 1, with a margin of zeros on all sides. ENOMEM. */
digitnet_status digitnet__plane_cut_columns(digitnet__plane *out, const digitnet__plane *plane, size_t first,
                                            size_t end, size_t margin);

/* The picture with margins into which its edges go on. ENOMEM. */
digitnet_status digitnet__plane_extend(digitnet__plane *out, const digitnet__plane *plane, size_t margin);

/* Turns by 0 to 3 quarters, clockwise. ENOMEM. */
digitnet_status digitnet__plane_turn(digitnet__plane *out, const digitnet__plane *plane, int quarters);

/* The means of blocks of factor x factor pixels; those at the right and lower edge may be smaller. ENOMEM. */
digitnet_status digitnet__plane_reduce(digitnet__plane *out, const digitnet__plane *plane, size_t factor);

/* Fills `out` with what a quadrilateral of `plane` holds, as seen from the front: its corners, from the one that
 * becomes the upper left one clockwise, are the corners of `out`. What lies outside of `plane` is zero, and so may be
 * everything where the corners form no convex quadrilateral. */
void digitnet__plane_sample(digitnet__plane *out, const digitnet__plane *plane, const digitnet__point corners[4]);

#endif
