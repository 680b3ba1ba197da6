/* Drawn tables: rules of any thickness, seen from aside and on bent paper. */
#ifndef DIGITNET_TESTS_DRAWN_TABLE_H
#define DIGITNET_TESTS_DRAWN_TABLE_H

#include "drawing.h"

/* A table's place in a picture, and its rules. */
typedef struct drawn_table {
    digitnet__point corners[4]; /* from the upper left one clockwise */
    size_t rows, columns;
    const double *widths;    /* of the columns, whose sum is 1; NULL: all alike */
    double thickness, thick; /* of a rule, and of every third one from the first */
    double ink;
    double bend;    /* how far the table's middle is bent down, in pixels */
    double missing; /* the part of the rules between two crossings that is not there */
} drawn_table;

/* Where rules cross. */
digitnet__point table_crossing(const drawn_table *table, size_t row, size_t column);

void draw_table(digitnet__plane *plane, const drawn_table *table);

/* A picture of the ink on paper; the caller's to free(). */
uint8_t *picture_of(const digitnet__plane *ink);

#endif
