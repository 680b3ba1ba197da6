#include "image/morphology.h"

#include "core/memory.h"

#include <stdbool.h>
#include <string.h>

/* A maximum or minimum over windows takes three comparisons a pixel, whatever the window: van Herk, "A fast algorithm
 * for local minimum and maximum filters on rectangular and octagonal kernels" (1992); Gil and Werman (1993). Lines are
 * extended by `before` and `after` places that never win, and cut into blocks as long as the window; each window is the
 * end of one block and the beginning of the next. */
typedef struct window {
    size_t side, before, after;
    bool largest;
} window;

static uint8_t better(uint8_t a, uint8_t b, bool largest) {
    return (a > b) == largest ? a : b;
}

static void better_row(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b, size_t count,
                       bool largest) {
    if (largest)
        for (size_t i = 0; i < count; i++)
            out[i] = a[i] > b[i] ? a[i] : b[i];
    else
        for (size_t i = 0; i < count; i++)
            out[i] = a[i] < b[i] ? a[i] : b[i];
}

/* Over all rows; `from_start` and `from_end` have room for a row that is extended. */
static void filter_rows(digitnet__plane *plane, const window *w, uint8_t *from_start, uint8_t *from_end) {
    size_t extended = plane->width + w->before + w->after;
    for (size_t row = 0; row < plane->height; row++) {
        uint8_t *pixels = plane->pixels + row * plane->width;
        memset(from_start, w->largest ? 0 : 255, extended);
        memcpy(from_start + w->before, pixels, plane->width);
        memcpy(from_end, from_start, extended);
        for (size_t i = 1; i < extended; i++)
            if (i % w->side != 0)
                from_start[i] = better(from_start[i], from_start[i - 1], w->largest);
        for (size_t i = extended - 1; i-- > 0;)
            if ((i + 1) % w->side != 0)
                from_end[i] = better(from_end[i], from_end[i + 1], w->largest);
        better_row(pixels, from_end, from_start + w->side - 1, plane->width, w->largest);
    }
}

/* Over all columns, row by row; `from_start` and `from_end` have room for the extended rows. */
static void filter_columns(digitnet__plane *plane, const window *w, uint8_t *from_start, uint8_t *from_end) {
    size_t width = plane->width, extended = plane->height + w->before + w->after;
    memset(from_start, w->largest ? 0 : 255, extended * width);
    memcpy(from_start + w->before * width, plane->pixels, plane->height * width);
    memcpy(from_end, from_start, extended * width);
    for (size_t i = 1; i < extended; i++) {
        uint8_t *row = from_start + i * width;
        for (size_t column = 0; i % w->side != 0 && column < width; column++)
            row[column] = better(row[column], row[column - width], w->largest);
    }
    for (size_t i = extended - 1; i-- > 0;) {
        uint8_t *row = from_end + i * width;
        for (size_t column = 0; (i + 1) % w->side != 0 && column < width; column++)
            row[column] = better(row[column], row[column + width], w->largest);
    }
    for (size_t row = 0; row < plane->height; row++)
        better_row(plane->pixels + row * width, from_end + row * width, from_start + (row + w->side - 1) * width, width,
                   w->largest);
}

digitnet_status digitnet__morphology_close(digitnet__plane *plane, size_t side) {
    window dilation = {.side = side, .before = (side - 1) / 2, .after = side / 2, .largest = true};
    window erosion = {.side = side, .before = side / 2, .after = (side - 1) / 2, .largest = false};
    digitnet__arena scratch = {.size = 0};
    size_t rows = plane->height + side, columns = plane->width + side;
    size_t start = digitnet__arena_reserve(&scratch, rows, columns);
    size_t end = digitnet__arena_reserve(&scratch, rows, columns);
    if (!digitnet__arena_allocate(&scratch))
        return DIGITNET_ENOMEM;
    uint8_t *from_start = digitnet__arena_at(&scratch, start), *from_end = digitnet__arena_at(&scratch, end);
    filter_rows(plane, &dilation, from_start, from_end);
    filter_columns(plane, &dilation, from_start, from_end);
    filter_rows(plane, &erosion, from_start, from_end);
    filter_columns(plane, &erosion, from_start, from_end);
    digitnet__arena_release(&scratch);
    return DIGITNET_OK;
}
