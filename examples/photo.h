/* What a camera or a scanner makes of a drawing. */
#ifndef PHOTO_H
#define PHOTO_H

#include "draw_random.h"
#include "drawing.h"

/* A grey picture, rows of `width` bytes. */
struct photo {
    int width, height;
    uint8_t pixels[DRAWING_SIDE * DRAWING_SIDE];
};

/* Ink and paper of some brightness, light from one side, perhaps a shadow, noise; perhaps light on dark. */
void photograph(struct photo *photo, const struct drawing *drawing, struct draw_random *random);

#endif
