/* Digits as people wrote them, ready to be drawn into pictures. */
#ifndef GLYPHS_H
#define GLYPHS_H

#include "strokes.h"

#include <digitnet/digitnet.h>

/* One digit in MNIST's frame. */
struct glyph {
    uint8_t pixels[GLYPH_SIDE * GLYPH_SIDE]; /* 0 paper to 255 ink */
    uint8_t left, right, top, bottom;        /* the box of its ink: columns left .. right - 1 */
    /* For each row the first and the last column with ink; first > last where there is none. */
    uint8_t first[GLYPH_SIDE], last[GLYPH_SIDE];
    struct strokes strokes;
};

/* Digits of one source. */
struct glyphs {
    struct glyph *items;
    size_t count;
    /* Those of a class are order[starts[class]] .. order[starts[class + 1] - 1]. */
    size_t *order, starts[11];
};

/* All images of a data set of MNIST's form; what is empty is left out. */
digitnet_status make_glyphs(struct glyphs *glyphs, const digitnet_dataset *digits);
void free_glyphs(struct glyphs *glyphs);

#endif
