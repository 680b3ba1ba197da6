/* Photographed tables of digits, as the folder grids/ of other people's data has them. */
#ifndef TABLES_H
#define TABLES_H

#include "projection.h"

#include <stdint.h>

enum { TABLE_ROWS = 9, TABLE_COLUMNS = 9, TABLE_CELLS = TABLE_ROWS * TABLE_COLUMNS };

struct table {
    unsigned number;
    int32_t digits[TABLE_CELLS];
    struct picture picture; /* grey */
    struct corners corners;
    int has_corners; /* 0: they are not those of the table */
};

/* Calls `visit` for each table of FOLDER/grids/corners.csv whose number leaves `rest` when divided by `divisor`.
 * Returns 0, what is not 0 of `visit`, or -1 with a message on stderr. */
int visit_tables(const char *folder, unsigned divisor, unsigned rest,
                 int (*visit)(const struct table *table, void *context), void *context);

#endif
