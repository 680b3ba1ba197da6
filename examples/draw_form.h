/* What stands on paper besides the line that is to be read. */
#ifndef DRAW_FORM_H
#define DRAW_FORM_H

#include "hand.h"

/* Where the line is, in pixels. */
struct form {
    float left, middle, height, slope;
    float pitch; /* of printed cells, one a digit; 0: there are none */
    size_t cells;
};

/* Rules, boxes and combs of a form, or nothing. */
void draw_form(struct canvas *printed, const struct form *form, struct draw_random *random);
/* What reaches in from the lines above and below; often nothing. */
void draw_neighbours(struct canvas *written, const struct form *form, const struct hand *hand,
                     const struct glyphs *source, struct draw_random *random);
/* A mark that is no digit, on a line with nothing to read; or nothing. */
void draw_stray_marks(struct canvas *written, const struct form *form, const struct hand *hand,
                      struct draw_random *random);

#endif
