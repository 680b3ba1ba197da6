/* Pictures of lines of digits, as they stand on forms, cheques and envelopes. */
#ifndef DRAW_LINE_H
#define DRAW_LINE_H

#include "draw_random.h"
#include "glyphs.h"

enum { MOST_LINE_DIGITS = 12, MOST_LINE_WIDTH = 900, MOST_LINE_HEIGHT = 224 };

/* Where digits come from: hands of each source, a line from one of them, with weights that need not add up to 1. */
struct line_material {
    const struct glyphs *sources;
    const float *weights;
    size_t count;
    const struct glyphs *words; /* printed ones that stand beside numbers, and are not read; NULL: none */
};

struct drawn_line {
    uint8_t *pixels; /* height x width, 0 dark to 255 light */
    size_t width, height;
    int32_t digits[MOST_LINE_DIGITS];
    size_t count;               /* 0: there is nothing to read */
    float digit_height, middle; /* of its digits, in pixels; the row at half of that */
};

/* Memory for one line at a time; 0, or -1. */
struct line_canvas {
    float *written, *printed;
    uint8_t *pixels;
};
int make_line_canvas(struct line_canvas *canvas);
void free_line_canvas(struct line_canvas *canvas);

/* Draws one line, no longer than `widest` heights of its digits, the same for the same state of `random`. Its pixels
 * are the canvas's. */
void draw_digit_line(struct drawn_line *line, struct line_canvas *canvas, const struct line_material *material,
                     float widest, struct draw_random *random);

#endif
