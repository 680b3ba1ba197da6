/* Drawings in ink: what a picture of a digit is made from. */
#ifndef DRAWING_H
#define DRAWING_H

#include <stdint.h>

enum { DRAWING_SIDE = 144 };

/* 0 paper to 1 ink, rows of `width` values. */
struct drawing {
    int width, height; /* up to DRAWING_SIDE */
    float ink[DRAWING_SIDE * DRAWING_SIDE];
};

/* Columns left .. right - 1 and rows top .. bottom - 1. */
struct ink_box {
    int left, right, top, bottom;
};

/* Where a place (x, y) comes from: (x_x x + x_y y + x_0, y_x x + y_y y + y_0). */
struct affine {
    float x_x, x_y, x_0, y_x, y_y, y_0;
};

/* A drawing without ink. */
void clear_drawing(struct drawing *drawing, int width, int height);
/* A drawing from bytes, 0 paper to 255 ink. */
void drawing_from_bytes(struct drawing *drawing, const uint8_t *pixels, int width, int height);
/* Where there is ink of more than a tenth; empty where there is none. */
struct ink_box find_ink(const struct drawing *drawing);

/* Each of these adds ink: a place keeps the stronger of what it has and what it gets. */
void draw_mapped(struct drawing *to, const struct drawing *from, const struct affine *map);
void draw_line(struct drawing *drawing, float x0, float y0, float x1, float y1, float width, float ink);
/* An arc of the ellipse from an angle on, in radians. */
void draw_arc(struct drawing *drawing, const float centre[2], const float radius[2], float start, float length,
              float width, float ink);

/* A mean over 3 x 3 places, so many times. */
void smooth_drawing(struct drawing *drawing, int times);
/* Ink where there is more than `threshold`, with an edge between paper and ink that is so wide, in ink. */
void harden_drawing(struct drawing *drawing, float threshold, float edge);

#endif
