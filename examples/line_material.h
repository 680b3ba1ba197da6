/* Whose digits lines are drawn with. */
#ifndef LINE_MATERIAL_H
#define LINE_MATERIAL_H

#include "draw_line.h"

struct line_options {
    const char *mnist; /* the folder of MNIST */
    const char *data;  /* a folder with digits/ and grids/, or NULL */
    const char *own;   /* a folder of pictures with a sub-folder for each digit, or NULL */
    const char *fonts; /* the folder of the system's fonts */
};

struct line_digits {
    struct line_material train;
    struct line_material held_out; /* MNIST's last training images, of which no line of `train` has any */
    struct glyphs *all;            /* what the two draw from */
    float *weights;
    size_t count;
};

/* Reads all. Returns 0, or -1 with a message on stderr. */
int load_line_digits(struct line_digits *digits, const struct line_options *options);
void free_line_digits(struct line_digits *digits);

#endif
