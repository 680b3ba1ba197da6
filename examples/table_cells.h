/* Cells of photographed tables, cut out by the tables' corners. */
#ifndef TABLE_CELLS_H
#define TABLE_CELLS_H

#include "draw_random.h"
#include "photo.h"
#include "tables.h"

#include <stddef.h>

enum { CELL_SIDE = 44, CELL_PATCH = 72 /* a cell and what is around it */ };

struct cell {
    int32_t label;
    uint8_t pixels[CELL_PATCH * CELL_PATCH];
};

struct cells {
    struct cell *items;
    size_t count;
};

/* The cells of those tables in FOLDER/grids whose corners are known, and whose number leaves `rest` when divided by
 * `divisor`. Returns 0, or -1 with a message on stderr. */
int load_cells(struct cells *cells, const char *folder, unsigned divisor, unsigned rest);
void free_cells(struct cells *cells);

/* The cell cut out anew: a little larger or smaller, turned and moved. */
void cut_cell(struct photo *photo, const struct cell *cell, struct draw_random *random);

#endif
