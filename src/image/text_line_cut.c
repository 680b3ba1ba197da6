/* A line of a page as a picture of its own. */
#include "core/memory.h"
#include "image/text_lines.h"

#include <math.h>
#include <string.h>

/* Ink fainter than the pieces' threshold around them, in pixels for each of a digit's height, belongs to them. */
#define FRINGE 0.05
/* And no more than these: a page of texture may be one high line of very many pieces. */
#define MOST_FRINGE 8.0

/* The part of the page that has the line, its upper left pixel, and the faint edge of pieces that it has. */
typedef struct region {
    digitnet__plane plane;
    size_t left, top, fringe;
} region;

static double clamp(double value, size_t most) {
    return fmin(fmax(value, 0.0), (double)most);
}

/* The region of a line, still empty. ENOMEM. */
static digitnet_status make_region(region *out, const digitnet__text_line *line, const digitnet__plane *ink) {
    digitnet__point corners[4];
    digitnet__text_line_corners(corners, line);
    size_t fringe = (size_t)fmin(ceil(FRINGE * line->height), MOST_FRINGE);
    double left = clamp(line->left - (double)fringe, ink->width - 1);
    double right = clamp(line->right + (double)fringe, ink->width);
    double top = clamp(floor(fmin(corners[0].y, corners[1].y)) - (double)fringe, ink->height - 1);
    double bottom = clamp(ceil(fmax(corners[2].y, corners[3].y)) + (double)fringe, ink->height);
    *out = (region){.left = (size_t)left, .top = (size_t)top, .fringe = fringe};
    return digitnet__plane_create(&out->plane, (size_t)(right - left), (size_t)(bottom - top));
}

/* The first run from a row on. */
static size_t first_run(const digitnet__components *pieces, size_t row) {
    size_t low = 0, high = pieces->run_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pieces->runs[middle].row < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Copies, or where `ink` is NULL erases, what a run covers of the region, widened by a number of pixels. */
static void paint(region *r, const digitnet__run *run, const digitnet__plane *ink, size_t wider) {
    size_t right = r->left + r->plane.width, bottom = r->top + r->plane.height;
    size_t first = run->first > r->left + wider ? run->first - wider : r->left;
    size_t end = run->end + wider < right ? run->end + wider : right;
    size_t top = run->row > r->top + wider ? run->row - wider : r->top;
    size_t end_row = run->row + wider + 1 < bottom ? run->row + wider + 1 : bottom;
    for (size_t row = top; first < end && row < end_row; row++) {
        uint8_t *pixels = r->plane.pixels + (row - r->top) * r->plane.width + (first - r->left);
        if (ink)
            memcpy(pixels, ink->pixels + row * ink->width + first, end - first);
        else
            memset(pixels, 0, end - first);
    }
}

/* The line's own pieces, and then not what comes near them. */
static void fill_region(region *r, const digitnet__text_lines *lines, size_t line, const digitnet__components *pieces,
                        const digitnet__plane *ink) {
    size_t first = first_run(pieces, r->top), end = first_run(pieces, r->top + r->plane.height);
    for (size_t i = first; i < end; i++)
        if (lines->line_of[i] == line)
            paint(r, &pieces->runs[i], ink, r->fringe);
    for (size_t i = first; i < end; i++)
        if (lines->line_of[i] != line)
            paint(r, &pieces->runs[i], NULL, 0);
}

/* Shears the region: each column is moved so that the line runs along the rows. */
static void straighten(digitnet__plane *out, const digitnet__text_line *line, const region *r) {
    const digitnet__plane *from = &r->plane;
    for (size_t column = 0; column < out->width; column++) {
        double x = line->left + (double)column + 0.5;
        double top = line->middle + line->slope * x - line->above - (double)r->top;
        double row = floor(top), part = top - row;
        size_t source = (size_t)clamp(floor(x) - (double)r->left, from->width - 1);
        for (size_t i = 0; i < out->height; i++, row += 1.0) {
            double upper =
                row >= 0.0 && row < (double)from->height ? from->pixels[(size_t)row * from->width + source] : 0.0;
            double lower = row >= -1.0 && row + 1.0 < (double)from->height
                               ? from->pixels[(size_t)(row + 1.0) * from->width + source]
                               : 0.0;
            out->pixels[i * out->width + column] = (uint8_t)(upper + part * (lower - upper) + 0.5);
        }
    }
}

digitnet_status digitnet__text_line_cut(digitnet__plane *out, const digitnet__text_lines *lines, size_t line,
                                        const digitnet__components *pieces, const digitnet__plane *ink) {
    const digitnet__text_line *item = &lines->items[line];
    region r;
    digitnet_status status = make_region(&r, item, ink);
    if (status)
        return status;
    status =
        digitnet__plane_create(out, (size_t)ceil(item->right - item->left), (size_t)ceil(item->above + item->below));
    if (!status) {
        fill_region(&r, lines, line, pieces, ink);
        straighten(out, item, &r);
    }
    digitnet__plane_release(&r.plane);
    return status;
}
