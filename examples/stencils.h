/* Forms to draw with: digits that people wrote, and printed characters. */
#ifndef STENCILS_H
#define STENCILS_H

#include "fonts.h"

#include <digitnet/digitnet.h>

/* 0 paper to 255 ink, cut to its ink; rows of `width` bytes. */
struct stencil {
    int width, height;
    int32_t label;
    uint8_t *pixels;
};

struct stencils {
    struct stencil *items;
    size_t count, capacity;
};

/* Each of these adds to the stencils and returns 0, or -1 with a message in digitnet_last_error(). */

/* Images of a data set: those with an index that is `first` or `step`, 2 x `step`, ... more. */
int add_written(struct stencils *stencils, const digitnet_dataset *digits, size_t first, size_t step);
/* The characters of a text in every font; the label is the place in the text. */
int add_printed(struct stencils *stencils, struct fonts *fonts, const char *text);

void free_stencils(struct stencils *stencils);

#endif
