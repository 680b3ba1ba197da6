/* Digits as people wrote them, ready to be drawn into pictures. */
#ifndef GLYPHS_H
#define GLYPHS_H

#include "strokes.h"

#include <digitnet/digitnet.h>

/* The label of what is none. */
enum { NO_DIGIT = 10 };

/* The labels of printed letters: is there another one of the same word behind it? */
enum { WORD_ENDS, WORD_GOES_ON };

/* One digit in MNIST's frame. */
struct glyph {
    int32_t label;
    uint8_t pixels[GLYPH_SIDE * GLYPH_SIDE]; /* 0 paper to 255 ink */
    uint8_t left, right, top, bottom;        /* the box of its ink: columns left .. right - 1 */
    /* For each row the first and the last column with ink; first > last where there is none. */
    uint8_t first[GLYPH_SIDE], last[GLYPH_SIDE];
    struct strokes strokes;
};

/* Digits of one source. */
struct glyphs {
    struct glyph *items;
    size_t count, capacity;
    /* Those of a class are order[starts[class]] .. order[starts[class + 1] - 1]. */
    size_t *order, starts[11];
    int printed; /* 1: by a machine, all alike */
};

/* Adds a glyph; what is empty or no digit is left out. ENOMEM. */
digitnet_status add_glyph(struct glyphs *glyphs, const uint8_t *pixels, int32_t label);
/* Adds the images first .. end - 1 of a data set of MNIST's form. */
digitnet_status add_framed(struct glyphs *glyphs, const digitnet_dataset *digits, size_t first, size_t end);
/* Puts them in order, once all are there. ENOMEM. */
digitnet_status sort_glyphs(struct glyphs *glyphs);
void free_glyphs(struct glyphs *glyphs);

#endif
