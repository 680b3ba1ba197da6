#include "image/comb_cells.h"

#include <math.h>

double digitnet__comb_cell_width(const digitnet__grid *grid) {
    digitnet__point first[4], last[4];
    digitnet__grid_cell(first, grid, 0, 0);
    digitnet__grid_cell(last, grid, 0, grid->columns - 1);
    return (last[1].x - first[0].x) / (double)grid->columns;
}

double digitnet__comb_cell_height(const digitnet__grid *grid) {
    digitnet__point first[4], last[4];
    digitnet__grid_cell(first, grid, 0, 0);
    digitnet__grid_cell(last, grid, 0, grid->columns - 1);
    return (first[3].y - first[0].y + last[2].y - last[1].y) / 2.0;
}

/* Where an upright side is in a row. */
static double column_at(digitnet__point upper, digitnet__point lower, double row) {
    return upper.x + (row - upper.y) * (lower.x - upper.x) / (lower.y - upper.y);
}

/* Where a side along the line is in a column. */
static double row_at(digitnet__point left, digitnet__point right, double column) {
    return left.y + (column - left.x) * (right.y - left.y) / (right.x - left.x);
}

double digitnet__comb_cell_start(const digitnet__grid *grid, size_t cell, double row) {
    digitnet__point before[4], own[4];
    digitnet__grid_cell(before, grid, 0, cell - 1);
    digitnet__grid_cell(own, grid, 0, cell);
    return (column_at(before[1], before[2], row) + column_at(own[0], own[3], row)) / 2.0;
}

size_t digitnet__comb_cell_at(const digitnet__grid *grid, digitnet__point place) {
    size_t low = 0, high = grid->columns - 1;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        if (place.x < digitnet__comb_cell_start(grid, middle, place.y))
            high = middle - 1;
        else
            low = middle;
    }
    return low;
}

bool digitnet__comb_is_between(const digitnet__grid *grid, size_t cell, digitnet__point place) {
    digitnet__point c[4];
    digitnet__grid_cell(c, grid, 0, cell);
    return place.y >= row_at(c[0], c[1], place.x) && place.y < row_at(c[3], c[2], place.x);
}

bool digitnet__comb_is_beside_rule(const digitnet__grid *grid, size_t cell, digitnet__point place, double reach) {
    digitnet__point c[4];
    digitnet__grid_cell(c, grid, 0, cell);
    return fabs(place.x - column_at(c[0], c[3], place.y)) <= reach ||
           fabs(place.x - column_at(c[1], c[2], place.y)) <= reach ||
           fabs(place.y - row_at(c[0], c[1], place.x)) <= reach || fabs(place.y - row_at(c[3], c[2], place.x)) <= reach;
}
