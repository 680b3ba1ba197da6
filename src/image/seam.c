#include "image/seam.h"

#include "core/memory.h"

/* What a step from row to row costs: its pixel's ink and the length that it adds, more where it is slanting. */
enum { STEP = 2, STRAIGHT = 5, SLANTING = 7 };

/* The cheapest way to reach each pixel from the top row, by dynamic programming as in Avidan and Shamir (2007). */
typedef struct paths {
    uint32_t *costs; /* of the row above and the one that is looked at */
    int8_t *from;    /* for each pixel, how many columns further right the path comes from */
    size_t columns;
} paths;

static uint32_t pixel_cost(const uint8_t *row, size_t column) {
    return (uint32_t)row[column] + STEP;
}

static void find_row(paths *p, const uint8_t *row, const uint32_t *above, uint32_t *costs, int8_t *from) {
    for (size_t i = 0; i < p->columns; i++) {
        uint32_t own = pixel_cost(row, i);
        costs[i] = above[i] + STRAIGHT * own;
        from[i] = 0;
        if (i > 0 && above[i - 1] + SLANTING * own < costs[i]) {
            costs[i] = above[i - 1] + SLANTING * own;
            from[i] = -1;
        }
        if (i + 1 < p->columns && above[i + 1] + SLANTING * own < costs[i]) {
            costs[i] = above[i + 1] + SLANTING * own;
            from[i] = 1;
        }
    }
}

/* The column in which the cheapest path ends; of several, the one nearest to the middle. */
static size_t cheapest_end(const uint32_t *costs, size_t columns) {
    size_t best = columns / 2;
    for (size_t i = 1; i <= columns; i++) {
        size_t column = i % 2 ? columns / 2 + (i + 1) / 2 : columns / 2 - i / 2;
        if (column < columns && costs[column] < costs[best])
            best = column;
    }
    return best;
}

digitnet_status digitnet__seam_find(uint32_t *seam, double *ink, const digitnet__plane *plane, size_t first,
                                    size_t last) {
    digitnet__arena scratch = {.size = 0};
    paths p = {.columns = last - first + 1};
    size_t costs = digitnet__arena_reserve(&scratch, 2 * p.columns, sizeof *p.costs);
    size_t from = digitnet__arena_reserve(&scratch, plane->height * p.columns, sizeof *p.from);
    if (!digitnet__arena_allocate(&scratch))
        return DIGITNET_ENOMEM;
    p.costs = digitnet__arena_at(&scratch, costs);
    p.from = digitnet__arena_at(&scratch, from);
    uint32_t *above = p.costs, *below = p.costs + p.columns;
    for (size_t row = 0; row < plane->height; row++) {
        find_row(&p, plane->pixels + row * plane->width + first, above, below, p.from + row * p.columns);
        uint32_t *swapped = above;
        above = below;
        below = swapped;
    }
    size_t column = cheapest_end(above, p.columns), crossed = 0;
    for (size_t row = plane->height; row-- > 0;) {
        seam[row] = (uint32_t)(first + column);
        crossed += plane->pixels[row * plane->width + first + column];
        column = (size_t)((ptrdiff_t)column + p.from[row * p.columns + column]);
    }
    *ink = (double)crossed / (255.0 * (double)plane->height);
    digitnet__arena_release(&scratch);
    return DIGITNET_OK;
}
