/* The middle lines of a written digit, so that another pen can draw it. */
#ifndef STROKES_H
#define STROKES_H

#include <stddef.h>
#include <stdint.h>

enum { GLYPH_SIDE = 28, MOST_STROKE_POINTS = 192, STROKE_STEPS = 256 /* of a pixel */ };

/* Points in steps of the glyph's pixels, and which of them a stroke joins. */
struct strokes {
    uint16_t points, joints;
    int16_t x[MOST_STROKE_POINTS], y[MOST_STROKE_POINTS];
    uint8_t from[MOST_STROKE_POINTS + 8], to[MOST_STROKE_POINTS + 8];
};

/* Finds the middle lines of a glyph of GLYPH_SIDE x GLYPH_SIDE, 0 paper to 255 ink. There are none where it is empty or
 * has too many points, or where it has not as many closed loops as its digit, as where thick ink has filled one. */
void find_strokes(struct strokes *strokes, const uint8_t *glyph, int32_t digit);

#endif
