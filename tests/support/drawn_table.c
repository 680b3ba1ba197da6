#include "drawn_table.h"

#include "image/projection.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { PARTS = 8 /* straight pieces between two crossings */ };

static digitnet__point place(const drawn_table *table, double u, double v) {
    digitnet__projection map = digitnet__projection_onto(table->corners);
    digitnet__point at = digitnet__project(&map, (digitnet__point){u, v});
    at.y += table->bend * sin(M_PI * u);
    return at;
}

static double column_start(const drawn_table *table, size_t column) {
    double start = 0.0;
    for (size_t i = 0; i < column && i < table->columns; i++)
        start += table->widths ? table->widths[i] : 1.0 / (double)table->columns;
    return start;
}

digitnet__point table_crossing(const drawn_table *table, size_t row, size_t column) {
    return place(table, column_start(table, column), (double)row / (double)table->rows);
}

/* A rule from one place to another in the table. */
static void draw_piece(digitnet__plane *plane, const drawn_table *table, digitnet__point from, digitnet__point to,
                       double thickness) {
    digitnet__point last = place(table, from.x, from.y);
    for (int i = 1; i <= PARTS; i++) {
        double part = (double)i / PARTS;
        digitnet__point next = place(table, from.x + part * (to.x - from.x), from.y + part * (to.y - from.y));
        draw_stroke(plane, last.x, last.y, next.x, next.y, thickness, table->ink);
        last = next;
    }
}

static bool is_missing(const drawn_table *table, size_t row, size_t column, size_t direction) {
    return fabs((double)noise(direction, row * 100 + column)) < table->missing;
}

void draw_table(digitnet__plane *plane, const drawn_table *table) {
    for (size_t row = 0; row <= table->rows; row++) {
        for (size_t column = 0; column <= table->columns; column++) {
            digitnet__point at = {column_start(table, column), (double)row / (double)table->rows};
            digitnet__point right = {column_start(table, column + 1), at.y};
            digitnet__point below = {at.x, (double)(row + 1) / (double)table->rows};
            if (column < table->columns && !is_missing(table, row, column, 1))
                draw_piece(plane, table, at, right, row % 3 ? table->thickness : table->thick);
            if (row < table->rows && !is_missing(table, row, column, 2))
                draw_piece(plane, table, at, below, column % 3 ? table->thickness : table->thick);
        }
    }
}

uint8_t *picture_of(const digitnet__plane *ink) {
    uint8_t *pixels = must_allocate(ink->width * ink->height);
    for (size_t i = 0; i < ink->width * ink->height; i++)
        pixels[i] = (uint8_t)(230 - ink->pixels[i] * 200 / 255);
    return pixels;
}
