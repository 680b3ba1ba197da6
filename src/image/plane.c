#include "image/plane.h"

#include "core/memory.h"

#include <math.h>
#include <string.h>

/* A pixel of a sampled picture is the mean of at most this many samples a side. */
enum { MOST_SAMPLES = 8 };

/* x = (h0 u + h1 v + h2) / w, y = (h3 u + h4 v + h5) / w with w = h6 u + h7 v + 1. */
typedef struct projection {
    double h[8];
} projection;

digitnet_status digitnet__plane_create(digitnet__plane *out, size_t width, size_t height) {
    size_t pixels = 0;
    *out = (digitnet__plane){.width = width, .height = height};
    if (digitnet__size_multiply(&pixels, width, height))
        out->pixels = digitnet__allocate_zeroed(pixels);
    return out->pixels ? DIGITNET_OK : DIGITNET_ENOMEM;
}

void digitnet__plane_release(digitnet__plane *plane) {
    digitnet__release(plane->pixels);
    *plane = (digitnet__plane){.pixels = NULL};
}

void digitnet__plane_invert(digitnet__plane *plane) {
    for (size_t i = 0; i < plane->width * plane->height; i++)
        plane->pixels[i] = (uint8_t)(255 - plane->pixels[i]);
}

/* Where the pixel (column, row) of the turned picture comes from. */
static size_t turned_index(const digitnet__plane *plane, size_t column, size_t row, int quarters) {
    size_t width = plane->width, height = plane->height;
    switch (quarters) {
    case 1:
        return (height - 1 - column) * width + row;
    case 2:
        return (height - 1 - row) * width + width - 1 - column;
    case 3:
        return column * width + width - 1 - row;
    default:
        return row * width + column;
    }
}

digitnet_status digitnet__plane_turn(digitnet__plane *out, const digitnet__plane *plane, int quarters) {
    enum { TILE = 64 }; /* both pictures' parts stay in cache */
    size_t width = quarters % 2 ? plane->height : plane->width, height = quarters % 2 ? plane->width : plane->height;
    digitnet_status status = digitnet__plane_create(out, width, height);
    if (status)
        return status;
    for (size_t top = 0; top < height; top += TILE) {
        size_t bottom = height - top < TILE ? height : top + TILE;
        for (size_t left = 0; left < width; left += TILE) {
            size_t right = width - left < TILE ? width : left + TILE;
            for (size_t row = top; row < bottom; row++)
                for (size_t column = left; column < right; column++)
                    out->pixels[row * width + column] = plane->pixels[turned_index(plane, column, row, quarters)];
        }
    }
    return DIGITNET_OK;
}

static uint8_t block_mean(const digitnet__plane *plane, size_t left, size_t top, size_t factor) {
    size_t right = plane->width - left < factor ? plane->width : left + factor;
    size_t bottom = plane->height - top < factor ? plane->height : top + factor;
    uint64_t sum = 0, pixels = (right - left) * (bottom - top);
    for (size_t row = top; row < bottom; row++)
        for (size_t column = left; column < right; column++)
            sum += plane->pixels[row * plane->width + column];
    return (uint8_t)((sum + pixels / 2) / pixels);
}

digitnet_status digitnet__plane_reduce(digitnet__plane *out, const digitnet__plane *plane, size_t factor) {
    digitnet_status status =
        digitnet__plane_create(out, (plane->width - 1) / factor + 1, (plane->height - 1) / factor + 1);
    if (status)
        return status;
    if (factor == 1)
        memcpy(out->pixels, plane->pixels, plane->width * plane->height);
    for (size_t row = 0, i = 0; factor > 1 && row < out->height; row++)
        for (size_t column = 0; column < out->width; column++, i++)
            out->pixels[i] = block_mean(plane, column * factor, row * factor, factor);
    return DIGITNET_OK;
}

/* The unit square onto the quadrilateral: Heckbert, "Fundamentals of Texture Mapping and Image Warping" (1989),
 * section 2.2.3. */
static projection square_to_quadrilateral(const digitnet__point c[4]) {
    double dx1 = c[1].x - c[2].x, dx2 = c[3].x - c[2].x, sx = c[0].x - c[1].x + c[2].x - c[3].x;
    double dy1 = c[1].y - c[2].y, dy2 = c[3].y - c[2].y, sy = c[0].y - c[1].y + c[2].y - c[3].y;
    double area = dx1 * dy2 - dx2 * dy1;
    double g = (sx * dy2 - dx2 * sy) / area, h = (dx1 * sy - sx * dy1) / area;
    return (projection){{c[1].x - c[0].x + g * c[1].x, c[3].x - c[0].x + h * c[3].x, c[0].x,
                         c[1].y - c[0].y + g * c[1].y, c[3].y - c[0].y + h * c[3].y, c[0].y, g, h}};
}

static digitnet__point project(const projection *map, double u, double v) {
    const double *h = map->h;
    double w = h[6] * u + h[7] * v + 1.0;
    return (digitnet__point){(h[0] * u + h[1] * v + h[2]) / w, (h[3] * u + h[4] * v + h[5]) / w};
}

static double pixel_at(const digitnet__plane *plane, double column, double row) {
    if (!(column >= 0.0 && row >= 0.0 && column < (double)plane->width && row < (double)plane->height))
        return 0.0;
    return plane->pixels[(size_t)row * plane->width + (size_t)column];
}

static double bilinear(const digitnet__plane *plane, digitnet__point at) {
    double left = floor(at.x - 0.5), top = floor(at.y - 0.5);
    double x = at.x - 0.5 - left, y = at.y - 0.5 - top;
    return (1.0 - y) * ((1.0 - x) * pixel_at(plane, left, top) + x * pixel_at(plane, left + 1.0, top)) +
           y * ((1.0 - x) * pixel_at(plane, left, top + 1.0) + x * pixel_at(plane, left + 1.0, top + 1.0));
}

static double distance(digitnet__point a, digitnet__point b) {
    return hypot(a.x - b.x, a.y - b.y);
}

/* How many samples a side stand for a pixel, where the longest of both sides in the picture has `length` pixels and
 * becomes `count` ones. */
static size_t samples_for(double length, size_t count) {
    return (size_t)fmin(fmax(ceil(length / (double)count), 1.0), MOST_SAMPLES);
}

void digitnet__plane_sample(digitnet__plane *out, const digitnet__plane *plane, const digitnet__point corners[4]) {
    projection map = square_to_quadrilateral(corners);
    size_t across = samples_for(fmax(distance(corners[0], corners[1]), distance(corners[3], corners[2])), out->width);
    size_t down = samples_for(fmax(distance(corners[0], corners[3]), distance(corners[1], corners[2])), out->height);
    double column_step = 1.0 / (double)(across * out->width), row_step = 1.0 / (double)(down * out->height);
    for (size_t row = 0, i = 0; row < out->height; row++) {
        for (size_t column = 0; column < out->width; column++, i++) {
            double sum = 0.0;
            for (size_t sample = 0; sample < across * down; sample++) {
                double u = ((double)(column * across + sample % across) + 0.5) * column_step;
                double v = ((double)(row * down + sample / across) + 0.5) * row_step;
                sum += bilinear(plane, project(&map, u, v));
            }
            out->pixels[i] = (uint8_t)(sum / (double)(across * down) + 0.5);
        }
    }
}
