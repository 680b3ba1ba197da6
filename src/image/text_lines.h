/* Lines of characters on a page. */
#ifndef DNN_IMAGE_TEXT_LINES_H
#define DNN_IMAGE_TEXT_LINES_H

#include "image/components.h"

typedef struct digitnet__text_line {
    double left, right;   /* the columns between which its pieces are */
    double middle, slope; /* the row at half of its digits' height at column 0, and by how much it falls by column */
    double above, below;  /* how far its pieces reach from there, both positive */
    double height;        /* the usual height of its digits */
    size_t pieces;        /* how many it has */
} digitnet__text_line;

#define DNN_NO_LINE UINT32_MAX

typedef struct digitnet__text_lines {
    digitnet__text_line *items; /* from top to bottom */
    size_t count;
    uint32_t *line_of; /* of each of the pieces' runs, or DNN_NO_LINE */
} digitnet__text_lines;

/* Groups the pieces of a page whose lines run from left to right and fall by about `slope` from column to column. A
 * piece that lines share, as their digits touch, is cut. `size` is the pieces' usual one, as digitnet__text_size_find()
 * finds it. ENOMEM. To be released after a success. */
digitnet_status digitnet__text_lines_find(digitnet__text_lines *out, const digitnet__components *pieces, double size,
                                          double slope);
void digitnet__text_lines_release(digitnet__text_lines *lines);

/* The corners of a line, the upper left one first, clockwise. */
void digitnet__text_line_corners(digitnet__point corners[4], const digitnet__text_line *line);

/* A line as if it ran straight along the rows, without the pieces of others: its corners are those of `out`. ENOMEM. */
digitnet_status digitnet__text_line_cut(digitnet__plane *out, const digitnet__text_lines *lines, size_t line,
                                        const digitnet__components *pieces, const digitnet__plane *ink);

#endif
