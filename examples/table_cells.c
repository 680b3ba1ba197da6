#include "table_cells.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void copy_cell(struct cell *cell, const struct picture *picture, const struct projection *map, int row,
                      int column) {
    for (int i = 0; i < CELL_PATCH * CELL_PATCH; i++) {
        double across = (i % CELL_PATCH + 0.5 - CELL_PATCH / 2.0) / CELL_SIDE + 0.5;
        double down = (double)(i / CELL_PATCH) / CELL_SIDE + (0.5 - CELL_PATCH / 2.0) / CELL_SIDE + 0.5;
        cell->pixels[i] =
            (uint8_t)(projected_pixel(picture, map, (column + across) / TABLE_COLUMNS, (row + down) / TABLE_ROWS) +
                      0.5);
    }
}

static int add_table(const struct table *table, void *context) {
    struct cells *cells = context;
    struct projection map = project(&table->corners);
    if (!table->has_corners)
        return 0;
    struct cell *more = realloc(cells->items, (cells->count + TABLE_CELLS) * sizeof *more);
    if (!more) {
        fprintf(stderr, "out of memory for cells\n");
        return -1;
    }
    cells->items = more;
    for (int i = 0; i < TABLE_CELLS; i++, cells->count++) {
        more[cells->count].label = table->digits[i];
        copy_cell(&more[cells->count], &table->picture, &map, i / TABLE_COLUMNS, i % TABLE_COLUMNS);
    }
    return 0;
}

int load_cells(struct cells *cells, const char *folder, unsigned divisor, unsigned rest) {
    return visit_tables(folder, divisor, rest, add_table, cells);
}

void free_cells(struct cells *cells) {
    free(cells->items);
    *cells = (struct cells){.count = 0};
}

void cut_cell(struct photo *photo, const struct cell *cell, struct draw_random *random) {
    struct drawing patch, cut;
    drawing_from_bytes(&patch, cell->pixels, CELL_PATCH, CELL_PATCH);
    float size = random_in(random, 0.85f, 1.2f) * CELL_SIDE, zoom = random_log(random, 0.7f, 1.3f);
    float angle = random_normal(random) * 0.025f, side = roundf(size * zoom);
    float x = CELL_PATCH / 2.0f + random_normal(random) * 0.03f * CELL_SIDE;
    float y = CELL_PATCH / 2.0f + random_normal(random) * 0.03f * CELL_SIDE;
    float c = cosf(angle) / zoom, s = sinf(angle) / zoom;
    clear_drawing(&cut, (int)side, (int)side);
    draw_mapped(&cut, &patch, &(struct affine){c, s, x - (c + s) * side / 2, -s, c, y - (c - s) * side / 2});
    photo->width = cut.width;
    photo->height = cut.height;
    for (int i = 0; i < cut.width * cut.height; i++)
        photo->pixels[i] = (uint8_t)(255 * cut.ink[i] + 0.5f);
}
