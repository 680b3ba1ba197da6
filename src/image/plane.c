#include "image/plane.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/projection.h"

#include <math.h>
#include <string.h>

/* A pixel of a sampled picture is the mean of at most this many samples a side. */
enum { MOST_SAMPLES = 8 };

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

/* Neighbours most often have the same value, and would wait for each other in one table. */
void digitnet__plane_count(size_t histogram[256], const digitnet__plane *plane) {
    enum { TABLES = 4 };
    size_t tables[TABLES][256] = {{0}}, pixels = plane->width * plane->height;
    for (size_t i = 0; i < pixels; i++)
        tables[i % TABLES][plane->pixels[i]]++;
    for (size_t value = 0; value < 256; value++) {
        histogram[value] = 0;
        for (size_t i = 0; i < TABLES; i++)
            histogram[value] += tables[i][value];
    }
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

size_t digitnet__plane_level(const size_t histogram[256], size_t count) {
    size_t level = 255, above = histogram[255];
    while (level > 0 && above < count)
        above += histogram[--level];
    return level;
}

void digitnet__plane_column_maxima(uint8_t *maxima, const digitnet__plane *plane) {
    memset(maxima, 0, plane->width);
    for (size_t row = 0; row < plane->height; row++) {
        const uint8_t *pixels = plane->pixels + row * plane->width;
        for (size_t column = 0; column < plane->width; column++)
            maxima[column] = pixels[column] > maxima[column] ? pixels[column] : maxima[column];
    }
}

digitnet_status digitnet__plane_cut_columns(digitnet__plane *out, const digitnet__plane *plane, size_t first,
                                            size_t end, size_t margin) {
    DNN_TRY(digitnet__plane_create(out, end - first + 2 * margin, plane->height + 2 * margin));
    for (size_t row = 0; row < plane->height; row++)
        memcpy(out->pixels + (row + margin) * out->width + margin, plane->pixels + row * plane->width + first,
               end - first);
    return DIGITNET_OK;
}

static size_t clamp(size_t index, size_t margin, size_t count) {
    return index < margin ? 0 : index - margin < count ? index - margin : count - 1;
}

digitnet_status digitnet__plane_extend(digitnet__plane *out, const digitnet__plane *plane, size_t margin) {
    DNN_TRY(digitnet__plane_create(out, plane->width + 2 * margin, plane->height + 2 * margin));
    for (size_t row = 0, i = 0; row < out->height; row++) {
        const uint8_t *pixels = plane->pixels + clamp(row, margin, plane->height) * plane->width;
        for (size_t column = 0; column < out->width; column++)
            out->pixels[i++] = pixels[clamp(column, margin, plane->width)];
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__plane_turn(digitnet__plane *out, const digitnet__plane *plane, int quarters) {
    enum { TILE = 64 }; /* both pictures' parts stay in cache */
    size_t width = quarters % 2 ? plane->height : plane->width, height = quarters % 2 ? plane->width : plane->height;
    digitnet_status status = digitnet__plane_create(out, width, height);
    if (status)
        return status;
    size_t step = turned_index(plane, 1, 0, quarters) - turned_index(plane, 0, 0, quarters); /* modulo 2^N */
    for (size_t top = 0; top < height; top += TILE) {
        size_t bottom = height - top < TILE ? height : top + TILE;
        for (size_t left = 0; left < width; left += TILE) {
            size_t right = width - left < TILE ? width : left + TILE;
            for (size_t row = top; row < bottom; row++) {
                size_t from = turned_index(plane, left, row, quarters);
                for (size_t column = left; column < right; column++, from += step)
                    out->pixels[row * width + column] = plane->pixels[from];
            }
        }
    }
    return DIGITNET_OK;
}

/* Adds rows to a sum for each column. */
static void add_rows(uint32_t *restrict sums, const digitnet__plane *plane, size_t first, size_t end) {
    for (size_t row = first; row < end; row++) {
        const uint8_t *restrict pixels = plane->pixels + row * plane->width;
        for (size_t column = 0; column < plane->width; column++)
            sums[column] += pixels[column];
    }
}

digitnet_status digitnet__plane_reduce(digitnet__plane *out, const digitnet__plane *plane, size_t factor) {
    uint32_t *sums = digitnet__allocate_array(plane->width, sizeof *sums);
    if (!sums)
        return DIGITNET_ENOMEM;
    digitnet_status status =
        digitnet__plane_create(out, (plane->width - 1) / factor + 1, (plane->height - 1) / factor + 1);
    for (size_t row = 0, i = 0; !status && row < out->height; row++) {
        size_t top = row * factor, bottom = plane->height - top < factor ? plane->height : top + factor;
        memset(sums, 0, plane->width * sizeof *sums);
        add_rows(sums, plane, top, bottom);
        for (size_t left = 0; left < plane->width; left += factor, i++) {
            size_t right = plane->width - left < factor ? plane->width : left + factor;
            uint64_t sum = 0, pixels = (right - left) * (bottom - top);
            for (size_t column = left; column < right; column++)
                sum += sums[column];
            out->pixels[i] = (uint8_t)((sum + pixels / 2) / pixels);
        }
    }
    digitnet__release(sums);
    return status;
}

static double pixel_at(const digitnet__plane *plane, double column, double row) {
    if (!(column >= 0.0 && row >= 0.0 && column < (double)plane->width && row < (double)plane->height))
        return 0.0;
    return plane->pixels[(size_t)row * plane->width + (size_t)column];
}

/* Between the four pixels from (left, top) on. */
static double between(const digitnet__plane *plane, size_t left, size_t top, double x, double y) {
    const uint8_t *upper = plane->pixels + top * plane->width + left, *lower = upper + plane->width;
    return (1.0 - y) * ((1.0 - x) * upper[0] + x * upper[1]) + y * ((1.0 - x) * lower[0] + x * lower[1]);
}

static double bilinear(const digitnet__plane *plane, digitnet__point at) {
    double x = at.x - 0.5, y = at.y - 0.5;
    if (!isfinite(x) || !isfinite(y)) /* of a quadrilateral that is none */
        return 0.0;
    if (x >= 0.0 && y >= 0.0 && x < (double)plane->width - 1.0 && y < (double)plane->height - 1.0)
        return between(plane, (size_t)x, (size_t)y, x - (double)(size_t)x, y - (double)(size_t)y);
    double left = floor(x), top = floor(y);
    x -= left;
    y -= top;
    return (1.0 - y) * ((1.0 - x) * pixel_at(plane, left, top) + x * pixel_at(plane, left + 1.0, top)) +
           y * ((1.0 - x) * pixel_at(plane, left, top + 1.0) + x * pixel_at(plane, left + 1.0, top + 1.0));
}

static double distance(digitnet__point a, digitnet__point b) {
    return hypot(a.x - b.x, a.y - b.y);
}

/* How many samples a side stand for a pixel, where the longest of both sides in the picture has `length` pixels and
 * becomes `count` ones. A sample of four pixels also serves where it stands for a little more than one. */
static size_t samples_for(double length, size_t count) {
    return (size_t)fmin(fmax(ceil(length / (double)count - 0.25), 1.0), MOST_SAMPLES);
}

/* The mean of across x down samples around the pixel whose upper left corner is (u, v), `right` and `below` apart. */
static double sample_pixel(const digitnet__plane *plane, const digitnet__projection *map, digitnet__point corner,
                           size_t across, double right, size_t down, double below) {
    double sum = 0.0;
    for (size_t i = 0; i < down; i++) {
        digitnet__point at = {corner.x + 0.5 * right, corner.y + ((double)i + 0.5) * below};
        for (size_t j = 0; j < across; j++, at.x += right)
            sum += bilinear(plane, digitnet__project(map, at));
    }
    return sum / (double)(across * down);
}

void digitnet__plane_sample(digitnet__plane *out, const digitnet__plane *plane, const digitnet__point corners[4]) {
    digitnet__projection map = digitnet__projection_onto(corners);
    size_t across = samples_for(fmax(distance(corners[0], corners[1]), distance(corners[3], corners[2])), out->width);
    size_t down = samples_for(fmax(distance(corners[0], corners[3]), distance(corners[1], corners[2])), out->height);
    double width = 1.0 / (double)out->width, height = 1.0 / (double)out->height;
    double right = width / (double)across, below = height / (double)down;
    for (size_t row = 0, i = 0; row < out->height; row++) {
        for (size_t column = 0; column < out->width; column++, i++) {
            digitnet__point corner = {(double)column * width, (double)row * height};
            out->pixels[i] = (uint8_t)(sample_pixel(plane, &map, corner, across, right, down, below) + 0.5);
        }
    }
}
