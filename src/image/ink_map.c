#include "image/ink_map.h"

#include "core/memory.h"
#include "image/morphology.h"

#include <stdbool.h>
#include <string.h>

/* The paper is looked for in a picture that is reduced until a stroke has at most twice this width. */
enum { REDUCED_STROKE = 6 };
/* Paper darker than this is taken as if it were this bright: else its noise were amplified. */
enum { DARKEST_PAPER = 40 };

static digitnet_status copy_picture(digitnet__plane *out, const digitnet_image *image) {
    digitnet_status status = digitnet__plane_create(out, image->width, image->height);
    for (size_t row = 0; !status && row < image->height; row++)
        memcpy(out->pixels + row * image->width, image->pixels + row * image->stride, image->width);
    return status;
}

static void invert(digitnet__plane *plane) {
    for (size_t i = 0; i < plane->width * plane->height; i++)
        plane->pixels[i] = (uint8_t)(255 - plane->pixels[i]);
}

/* Sums of each column over the rows of a window that moves down. */
static void move_sums(uint32_t *sums, const digitnet__plane *plane, size_t row, size_t half) {
    size_t width = plane->width;
    if (row == 0)
        for (size_t i = 0; i < width * (half < plane->height ? half : plane->height); i++)
            sums[i % width] += plane->pixels[i];
    for (size_t i = 0; row + half < plane->height && i < width; i++)
        sums[i] += plane->pixels[(row + half) * width + i];
    for (size_t i = 0; row > half && i < width; i++)
        sums[i] -= plane->pixels[(row - half - 1) * width + i];
}

/* The sum of cubes by which a row's pixels are darker than the mean around them. */
static double row_darkness(const uint32_t *sums, const digitnet__plane *plane, size_t row, size_t half) {
    const uint8_t *pixels = plane->pixels + row * plane->width;
    size_t top = row > half ? row - half : 0, bottom = row + half < plane->height ? row + half + 1 : plane->height;
    uint64_t sum = 0;
    double darkness = 0.0;
    for (size_t i = 0; i < half && i < plane->width; i++)
        sum += sums[i];
    for (size_t i = 0; i < plane->width; i++) {
        size_t left = i > half ? i - half : 0, right = i + half < plane->width ? i + half + 1 : plane->width;
        sum += i + half < plane->width ? sums[i + half] : 0;
        sum -= i > half ? sums[i - half - 1] : 0;
        double difference = (double)sum / (double)((bottom - top) * (right - left)) - pixels[i];
        darkness += difference * difference * difference;
    }
    return darkness;
}

/* Ink is the lesser part around nearly every place, and so differs more from the mean than paper does; at the edge of a
 * shadow or a sheet both sides differ alike, and their cubes cancel. ENOMEM. */
static digitnet_status find_polarity(bool *dark, const digitnet__plane *plane, size_t stroke) {
    uint32_t *sums = digitnet__allocate_zeroed_array(plane->width, sizeof *sums);
    double darkness = 0.0;
    for (size_t row = 0; sums && row < plane->height; row++) {
        move_sums(sums, plane, row, stroke);
        darkness += row_darkness(sums, plane, row, stroke);
    }
    *dark = darkness >= 0.0;
    digitnet__release(sums);
    return sums ? DIGITNET_OK : DIGITNET_ENOMEM;
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

/* Paper's noise is nowhere negative here, since paper is the brightest around. Takes off what half of the picture has.
 */
static void subtract_median(digitnet__plane *ink) {
    size_t histogram[256] = {0}, below = 0, pixels = ink->width * ink->height;
    uint32_t median = 0;
    uint8_t table[256];
    for (size_t i = 0; i < pixels; i++)
        histogram[ink->pixels[i]]++;
    while (2 * (below + histogram[median]) < pixels)
        below += histogram[median++];
    for (uint32_t value = 0; value < 256; value++)
        table[value] = (uint8_t)(value <= median ? 0 : (value - median) * 255 / (255 - median));
    for (size_t i = 0; i < pixels; i++)
        ink->pixels[i] = table[ink->pixels[i]];
}

digitnet_status digitnet__ink_map_create(digitnet__plane *ink, const digitnet_image *image, size_t stroke) {
    digitnet__plane picture = {.pixels = NULL}, paper = {.pixels = NULL};
    stroke = stroke > 2 ? stroke : 2;
    size_t factor = stroke / REDUCED_STROKE > 1 ? stroke / REDUCED_STROKE : 1;
    digitnet_status status = copy_picture(&picture, image);
    bool dark = image->polarity == DIGITNET_POLARITY_DARK_INK;
    if (!status)
        status = digitnet__plane_reduce(&paper, &picture, factor);
    if (!status && image->polarity == DIGITNET_POLARITY_AUTO)
        status = find_polarity(&dark, &paper, stroke / factor);
    if (!status && !dark) {
        invert(&picture);
        invert(&paper);
    }
    if (!status)
        status = digitnet__morphology_close(&paper, stroke / factor + 2);
    if (!status) {
        divide_paper(&picture, &paper, factor);
        subtract_median(&picture);
        *ink = picture;
        picture = (digitnet__plane){.pixels = NULL};
    }
    digitnet__plane_release(&picture);
    digitnet__plane_release(&paper);
    return status;
}
