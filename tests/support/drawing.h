/* Drawn ink: strokes, and digits of MNIST at any size. */
#ifndef DIGITNET_TESTS_DRAWING_H
#define DIGITNET_TESTS_DRAWING_H

#include "digitnet/digitnet.h"
#include "image/plane.h"

#include <stddef.h>
#include <stdint.h>

/* Without ink. */
digitnet__plane new_plane(size_t width, size_t height);
digitnet__plane copy_of(const digitnet__plane *plane);

/* A pixel takes the ink if that is more than it has. */
void darken(uint8_t *pixel, double ink);

/* How much of a pixel, whose middle is so far from the middle of a line, the line covers. */
double line_cover(double distance, double thickness);

/* A straight stroke with round ends. */
void draw_stroke(digitnet__plane *plane, double x0, double y0, double x1, double y1, double thickness, double ink);

/* Noise on paper, up to `most`. */
void draw_noise(digitnet__plane *plane, double most, uint64_t seed);

/* Where a digit was drawn. */
typedef struct drawn_box {
    double left, top, right, bottom;
} drawn_box;

/* The digits of tests/data/mnist-subset. */
typedef struct drawn_digits {
    float *images; /* 28 x 28 each */
    int32_t *labels;
    size_t count;
} drawn_digits;
drawn_digits load_digits(void);
void free_digits(drawn_digits *digits);

/* Draws a digit so high, with its ink's box at this place. */
drawn_box draw_digit(digitnet__plane *plane, const drawn_digits *digits, size_t index, double left, double top,
                     double height, double ink);

#endif
