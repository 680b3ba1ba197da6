/* Drawings of what is no digit. */
#ifndef NON_DIGITS_H
#define NON_DIGITS_H

#include "draw_random.h"
#include "drawing.h"
#include "stencils.h"

/* Two or three digits side by side, with gaps or touching. */
void draw_several(struct drawing *drawing, const struct stencils *digits, struct draw_random *random);
/* The left or the right half of a digit, or the end of one and the beginning of the next. */
void draw_halves(struct drawing *drawing, const struct stencils *digits, struct draw_random *random);
/* A pen's lines and loops that mean nothing, small drawings as of faces among them. */
void draw_scribble(struct drawing *drawing, struct draw_random *random);
/* Corners, crossings and boxes of printed lines. */
void draw_rules(struct drawing *drawing, struct draw_random *random);
/* A filled form, evenly or with a texture, often the same to the left and to the right. */
void draw_solid(struct drawing *drawing, struct draw_random *random);
/* Blots, specks, stripes and clouds all over. */
void draw_texture(struct drawing *drawing, struct draw_random *random);

#endif
