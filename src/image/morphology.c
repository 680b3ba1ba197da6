#include "image/morphology.h"

#include "core/memory.h"

#include <stdbool.h>
#include <string.h>

/* The best, the largest or the smallest, of the pixels in a window: `before` and `after` the present one, which is
 * among the `side`. Places beyond the edges never win. */
typedef struct window {
    size_t side, before, after;
    bool largest;
} window;

/* Takes the other values where they are better. */
static void improve(uint8_t *restrict values, const uint8_t *restrict others, size_t count, bool largest) {
    if (largest)
        for (size_t i = 0; i < count; i++)
            values[i] = values[i] > others[i] ? values[i] : others[i];
    else
        for (size_t i = 0; i < count; i++)
            values[i] = values[i] < others[i] ? values[i] : others[i];
}

/* Along rows, by windows that begin at each place and double. `scratch` has room for two rows with what is beyond their
 * edges. */
static void filter_rows(digitnet__plane *plane, const window *w, uint8_t *scratch) {
    size_t width = plane->width, count = width + w->side;
    uint8_t *best = scratch, *copy = scratch + count;
    for (size_t row = 0; row < plane->height; row++) {
        uint8_t *pixels = plane->pixels + row * width;
        memset(best, w->largest ? 0 : 255, count);
        memcpy(best + w->before, pixels, width);
        for (size_t done = 1; done < w->side;) {
            size_t shift = done < w->side - done ? done : w->side - done;
            memcpy(copy, best, count);
            improve(best, copy + shift, count - shift, w->largest);
            done += shift;
        }
        memcpy(pixels, best, width);
    }
}

/* A row of the picture with `before` rows beyond its upper edge; NULL for those beyond its edges. */
static const uint8_t *extended_row(const digitnet__plane *plane, const window *w, size_t row) {
    return row >= w->before && row - w->before < plane->height ? plane->pixels + (row - w->before) * plane->width
                                                               : NULL;
}

/* For each row of a block the best of those from there to the block's end. */
static void take_block(uint8_t *block, const digitnet__plane *plane, const window *w, size_t first) {
    size_t width = plane->width;
    memset(block, w->largest ? 0 : 255, w->side * width);
    for (size_t i = w->side; i-- > 0;) {
        const uint8_t *row = extended_row(plane, w, first + i);
        if (row)
            memcpy(block + i * width, row, width);
        if (i + 1 < w->side)
            improve(block + i * width, block + (i + 1) * width, width, w->largest);
    }
}

/* Along columns, all at once: rows are cut into blocks as long as the window, and each window is the end of one block
 * and the beginning of the next: van Herk, "A fast algorithm for local minimum and maximum filters on rectangular and
 * octagonal kernels" (1992); Gil and Werman (1993). `scratch` has room for two blocks and a row. */
static void filter_columns(digitnet__plane *plane, const window *w, uint8_t *scratch) {
    size_t width = plane->width, side = w->side;
    uint8_t *block = scratch, *next = block + side * width, *begun = next + side * width;
    take_block(block, plane, w, 0);
    for (size_t first = 0; first < plane->height; first += side) {
        uint8_t *done = block;
        take_block(next, plane, w, first + side); /* before its rows are written */
        memset(begun, w->largest ? 0 : 255, width);
        for (size_t i = 0; i < side && first + i < plane->height; i++) {
            const uint8_t *row = i > 0 ? extended_row(plane, w, first + side + i - 1) : NULL;
            if (row)
                improve(begun, row, width, w->largest);
            memcpy(plane->pixels + (first + i) * width, block + i * width, width);
            improve(plane->pixels + (first + i) * width, begun, width, w->largest);
        }
        block = next;
        next = done;
    }
}

digitnet_status digitnet__morphology_close(digitnet__plane *plane, size_t side) {
    window dilation = {.side = side, .before = (side - 1) / 2, .after = side / 2, .largest = true};
    window erosion = {.side = side, .before = side / 2, .after = (side - 1) / 2, .largest = false};
    digitnet__arena scratch = {.size = 0};
    size_t row = digitnet__arena_reserve(&scratch, plane->width + side, 2);
    size_t blocks = digitnet__arena_reserve(&scratch, 2 * side + 1, plane->width);
    if (!digitnet__arena_allocate(&scratch))
        return DIGITNET_ENOMEM;
    const window *windows[] = {&dilation, &erosion};
    for (size_t i = 0; i < 2; i++) {
        filter_rows(plane, windows[i], digitnet__arena_at(&scratch, row));
        filter_columns(plane, windows[i], digitnet__arena_at(&scratch, blocks));
    }
    digitnet__arena_release(&scratch);
    return DIGITNET_OK;
}
