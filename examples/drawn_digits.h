/* Drawings of single digits as pens, printers and displays leave them. */
#ifndef DRAWN_DIGITS_H
#define DRAWN_DIGITS_H

#include "draw_random.h"
#include "drawing.h"
#include "stencils.h"

/* A form in another size, width, slant and strength of stroke, with margins. */
void draw_stencil(struct drawing *drawing, const struct stencil *stencil, struct draw_random *random);
/* The same with what European hands add: an upstroke and a foot to a 1, a bar to a 7. */
void draw_written_digit(struct drawing *drawing, const struct stencil *stencil, struct draw_random *random);
/* A digit of a display of seven segments, as it is lit. */
void form_segments(struct drawing *form, int32_t digit, struct draw_random *random);
/* The same in another size, as a stencil is drawn. */
void draw_segments(struct drawing *drawing, int32_t digit, struct draw_random *random);

#endif
