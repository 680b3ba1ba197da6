/* Ink on a picture: strokes of a round pen, and pictures of digits under an affine map. */
#ifndef CANVAS_H
#define CANVAS_H

#include <stddef.h>
#include <stdint.h>

/* height x width values from 0, paper, to 1, full ink; where two things cross, the darker one counts. What lies outside
 * is left out. */
struct canvas {
    float *ink;
    int width, height;
};

struct point {
    float x, y;
};

/* A stroke from `a` to `b` of a round pen. A pen thinner than a pixel is paler instead. */
void draw_segment(struct canvas *canvas, struct point a, struct point b, float pen);

/* Where a glyph's pixels go: (x, y) of the glyph is drawn at (xx x + xy y + x0, yx x + yy y + y0). */
struct affine {
    float xx, xy, x0, yx, yy, y0;
};
struct point map_point(const struct affine *map, float x, float y);

/* How grey becomes ink: what is above `threshold` is, more or less sharply. */
struct tone {
    float threshold, sharpness;
};
/* A value of side x side at a place, linear between the four nearest, whose middles lie at halves; 0 outside. */
float sample_values(const float *values, int side, float x, float y);
/* Draws values of 0 to 1, side x side. */
void draw_values(struct canvas *canvas, const float *values, int side, const struct affine *map, struct tone tone);

#endif
