#include "image/ink_map.h"

#include "core/memory.h"
#include "image/morphology.h"

#include <stdbool.h>
#include <string.h>

/* The paper is looked for in a picture that is reduced until a stroke has at most twice this width. */
enum { REDUCED_STROKE = 6 };
/* Paper darker than this is taken as if it were this bright: else its noise were amplified. */
enum { DARKEST_PAPER = 40 };
/* What takes more of the paper's light, of 255, is no noise. */
enum { SURE_INK = 64 };
/* Polarity is judged by tiles of this many stroke widths a side. */
enum { TILE_STROKES = 8 };

static digitnet_status copy_picture(digitnet__plane *out, const digitnet_image *image) {
    digitnet_status status = digitnet__plane_create(out, image->width, image->height);
    for (size_t row = 0; !status && row < image->height; row++)
        memcpy(out->pixels + row * image->width, image->pixels + row * image->stride, image->width);
    return status;
}

/* The sum of squares by which the tile's pixels are darker than their median, less that by which they are lighter. */
static double tile_darkness(const digitnet__plane *plane, size_t left, size_t top, size_t side) {
    size_t right = plane->width - left < side ? plane->width : left + side;
    size_t bottom = plane->height - top < side ? plane->height : top + side;
    size_t histogram[256] = {0}, below = 0, median = 0;
    for (size_t row = top; row < bottom; row++)
        for (size_t column = left; column < right; column++)
            histogram[plane->pixels[row * plane->width + column]]++;
    while (2 * (below + histogram[median]) < (right - left) * (bottom - top))
        below += histogram[median++];
    double sum = 0.0;
    for (size_t grey = 0; grey < 256; grey++) {
        double difference = (double)median - (double)grey;
        sum += (grey < median ? 1.0 : -1.0) * difference * difference * (double)histogram[grey];
    }
    return sum;
}

/* Ink is less than half of nearly every tile, so that the median is paper. */
static bool ink_is_dark(const digitnet__plane *plane, size_t stroke) {
    size_t side = TILE_STROKES * stroke;
    double darkness = 0.0;
    for (size_t top = 0; top < plane->height; top += side)
        for (size_t left = 0; left < plane->width; left += side)
            darkness += tile_darkness(plane, left, top, side);
    return darkness >= 0.0;
}

/* Two neighbours between which a pixel of the large picture lies in the reduced one, and how near it is to the second,
 * in parts of 256. */
typedef struct neighbours {
    size_t first, second;
    uint32_t part;
} neighbours;

static neighbours reduced_place(size_t index, size_t factor, size_t count) {
    size_t twice = 2 * index + 1; /* half pixels from the edge */
    if (twice <= factor)
        return (neighbours){0, 0, 0};
    size_t first = (twice - factor) / (2 * factor);
    size_t part = (twice - factor) % (2 * factor) * 256 / (2 * factor);
    return (neighbours){first, first + 1 < count ? first + 1 : first, (uint32_t)part};
}

/* Replaces brightness by the part of the paper's light that the ink takes away. */
static void divide_paper(digitnet__plane *picture, const digitnet__plane *paper, size_t factor) {
    for (size_t row = 0, i = 0; row < picture->height; row++) {
        neighbours y = reduced_place(row, factor, paper->height);
        const uint8_t *above = paper->pixels + y.first * paper->width, *below = paper->pixels + y.second * paper->width;
        for (size_t column = 0; column < picture->width; column++, i++) {
            neighbours x = reduced_place(column, factor, paper->width);
            uint32_t left = above[x.first] * (256 - y.part) + below[x.first] * y.part;
            uint32_t right = above[x.second] * (256 - y.part) + below[x.second] * y.part;
            int32_t light = (int32_t)((left * (256 - x.part) + right * x.part + (1U << 15)) >> 16);
            int32_t taken = light - picture->pixels[i];
            picture->pixels[i] =
                (uint8_t)(taken <= 0 ? 0 : taken * 255 / (light > DARKEST_PAPER ? light : DARKEST_PAPER));
        }
    }
}

/* Paper's noise is nowhere negative here, since paper is the brightest around. Takes off what half of the paper has. */
static void subtract_median(digitnet__plane *ink) {
    size_t histogram[256] = {0}, below = 0, paper = 0, pixels = ink->width * ink->height;
    uint32_t median = 0;
    uint8_t table[256];
    for (size_t i = 0; i < pixels; i++)
        histogram[ink->pixels[i]]++;
    for (size_t value = 0; value < SURE_INK; value++)
        paper += histogram[value];
    while (2 * (below + histogram[median]) < paper)
        below += histogram[median++];
    for (uint32_t value = 0; value < 256; value++)
        table[value] = (uint8_t)(value <= median ? 0 : (value - median) * 255 / (255 - median));
    for (size_t i = 0; i < pixels; i++)
        ink->pixels[i] = table[ink->pixels[i]];
}

digitnet_status digitnet__ink_map_divide(digitnet__plane *picture, size_t stroke, size_t factor) {
    digitnet__plane paper;
    digitnet_status status = digitnet__plane_reduce(&paper, picture, factor);
    if (status)
        return status;
    status = digitnet__morphology_close(&paper, stroke / factor + 2);
    if (!status) {
        divide_paper(picture, &paper, factor);
        subtract_median(picture);
    }
    digitnet__plane_release(&paper);
    return status;
}

digitnet_status digitnet__ink_map_create(digitnet__plane *ink, const digitnet_image *image, size_t stroke) {
    stroke = stroke > 2 ? stroke : 2;
    digitnet_status status = copy_picture(ink, image);
    if (status)
        return status;
    bool dark = image->polarity == DIGITNET_POLARITY_AUTO ? ink_is_dark(ink, stroke)
                                                          : image->polarity == DIGITNET_POLARITY_DARK_INK;
    if (!dark)
        digitnet__plane_invert(ink);
    status = digitnet__ink_map_divide(ink, stroke, stroke / REDUCED_STROKE > 1 ? stroke / REDUCED_STROKE : 1);
    if (status)
        digitnet__plane_release(ink);
    return status;
}
