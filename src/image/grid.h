/* A table's grid: where its rules cross. */
#ifndef DNN_IMAGE_GRID_H
#define DNN_IMAGE_GRID_H

#include "image/plane.h"

#include <stdbool.h>

/* The most rows or columns that are found. */
#define DNN_GRID_MOST 128

/* rows + 1 times columns + 1 crossings of rules, from left to right, row by row; where cells stand apart, each side has
 * its own rule, and it is rows + 1 times 2 x columns of them. */
typedef struct digitnet__grid {
    size_t rows, columns;
    bool apart; /* cells beside each other; tables' never do */
    digitnet__point *points;
    double seen; /* the part of the crossings at which rules were seen; the others follow from those */
} digitnet__grid;

/* Finds the largest table of rows x columns cells, or of any number where that is 0, whose rules are within 35 degrees
 * of the picture's sides. ENOTFOUND where there is none; EINVAL for more than DNN_GRID_MOST; ENOMEM. To be released
 * after a success. */
digitnet_status digitnet__grid_find(digitnet__grid *out, const digitnet__plane *ink, size_t rows, size_t columns);
void digitnet__grid_release(digitnet__grid *grid);

/* Reorders the crossings to those of the picture turned by a quarter clockwise; their places stay. ENOMEM, which leaves
 * them as they were. */
digitnet_status digitnet__grid_turn(digitnet__grid *grid);

/* The corners of a cell, from the upper left one clockwise. */
void digitnet__grid_cell(digitnet__point corners[4], const digitnet__grid *grid, size_t row, size_t column);

#endif
