#include "image/ink_map.h"

#include "core/memory.h"
#include "image/ink_polarity.h"
#include "image/morphology.h"

#include <stdbool.h>
#include <string.h>

/* The paper is looked for in a picture that is reduced until a stroke has at most twice this width. */
enum { REDUCED_STROKE = 6 };
/* Paper darker than this, and than this part of the brightest, is taken as if it were so bright: else its noise were
 * amplified, and the grain of a table around the sheet. A shadow leaves more light. A twentieth of the picture may be
 * brighter, as a window. */
enum { DARKEST_PAPER = 40, BRIGHTER = 20 };
#define DARKEST_PART 0.35
/* What takes more of the paper's light, of 255, is no noise. */
enum { SURE_INK = 64 };

static digitnet_status copy_picture(digitnet__plane *out, const digitnet_image *image) {
    digitnet_status status = digitnet__plane_create(out, image->width, image->height);
    for (size_t row = 0; !status && row < image->height; row++)
        memcpy(out->pixels + row * image->width, image->pixels + row * image->stride, image->width);
    return status;
}

/* The pixel of the reduced picture after which one of the large picture lies, and how near that is to the next, in
 * parts of 256. */
typedef struct reduced_place {
    uint32_t pixel, part;
} reduced_place;

static reduced_place reduce_place(size_t index, size_t factor) {
    size_t twice = 2 * index + 1; /* half pixels from the edge */
    if (twice <= factor)
        return (reduced_place){0, 0};
    return (reduced_place){(uint32_t)((twice - factor) / (2 * factor)),
                           (uint32_t)((twice - factor) % (2 * factor) * 256 / (2 * factor))};
}

/* A row of the reduced paper at each column of the large picture, in parts of 256. */
static void widen_row(uint16_t *restrict wide, const digitnet__plane *paper, size_t row, const reduced_place *places,
                      size_t count) {
    const uint8_t *pixels = paper->pixels + row * paper->width;
    for (size_t i = 0; i < count; i++) {
        size_t next = places[i].pixel + 1 < paper->width ? places[i].pixel + 1 : places[i].pixel;
        wide[i] = (uint16_t)(pixels[places[i].pixel] * (256 - places[i].part) + pixels[next] * places[i].part);
    }
}

/* The paper's light between two such rows. */
static void mix_rows(uint8_t *restrict light, const uint16_t *restrict above, const uint16_t *restrict below,
                     uint32_t part, size_t count) {
    for (size_t i = 0; i < count; i++)
        light[i] = (uint8_t)((above[i] * (256 - part) + below[i] * part + (1U << 15)) >> 16);
}

/* Replaces brightness by the part of the light that the ink takes away. The quotients are exact: they are farther from
 * the next integer than a float's rounding. Each loop is one that compilers vectorize. */
static void divide_row(uint8_t *restrict pixels, uint8_t *restrict light, size_t count, uint8_t darkest) {
    for (size_t i = 0; i < count; i++)
        pixels[i] = (uint8_t)(light[i] > pixels[i] ? light[i] - pixels[i] : 0);
    for (size_t i = 0; i < count; i++)
        light[i] = light[i] > darkest ? light[i] : darkest;
    for (size_t i = 0; i < count; i++)
        pixels[i] = (uint8_t)(int32_t)((float)(pixels[i] * 255) / (float)light[i]);
}

/* How dark paper may be. */
static uint8_t find_darkest(const digitnet__plane *paper) {
    size_t histogram[256], pixels = paper->width * paper->height;
    digitnet__plane_count(histogram, paper);
    double least = DARKEST_PART * (double)digitnet__plane_level(histogram, (pixels - 1) / BRIGHTER + 1);
    return least > DARKEST_PAPER ? (uint8_t)least : DARKEST_PAPER;
}

/* ENOMEM, which leaves the picture as it was. */
static digitnet_status divide_paper(digitnet__plane *picture, const digitnet__plane *paper, size_t factor) {
    digitnet__arena scratch = {.size = 0};
    size_t width = picture->width;
    size_t columns = digitnet__arena_reserve(&scratch, width, sizeof(reduced_place));
    size_t upper = digitnet__arena_reserve(&scratch, width, sizeof(uint16_t));
    size_t lower = digitnet__arena_reserve(&scratch, width, sizeof(uint16_t));
    size_t lights = digitnet__arena_reserve(&scratch, width, 1);
    if (!digitnet__arena_allocate(&scratch))
        return DIGITNET_ENOMEM;
    reduced_place *places = digitnet__arena_at(&scratch, columns);
    uint16_t *above = digitnet__arena_at(&scratch, upper), *below = digitnet__arena_at(&scratch, lower);
    uint8_t *light = digitnet__arena_at(&scratch, lights), darkest = find_darkest(paper);
    for (size_t column = 0; column < width; column++)
        places[column] = reduce_place(column, factor);
    widen_row(below, paper, 0, places, width);
    for (size_t row = 0, begun = 0; row < picture->height; row++) {
        reduced_place place = reduce_place(row, factor);
        for (; begun <= place.pixel; begun++) { /* `above` is that row, and `below` the next */
            uint16_t *last = above;
            above = below;
            below = last;
            widen_row(below, paper, begun + 1 < paper->height ? begun + 1 : begun, places, width);
        }
        mix_rows(light, above, below, place.part, width);
        divide_row(picture->pixels + row * width, light, width, darkest);
    }
    digitnet__arena_release(&scratch);
    return DIGITNET_OK;
}

/* Paper's noise is nowhere negative here, since paper is the brightest around. Takes off what half of the paper has. */
static void subtract_median(digitnet__plane *ink) {
    size_t histogram[256], below = 0, paper = 0;
    uint32_t median = 0;
    uint8_t table[256];
    digitnet__plane_count(histogram, ink);
    for (size_t value = 0; value < SURE_INK; value++)
        paper += histogram[value];
    while (2 * (below + histogram[median]) < paper)
        below += histogram[median++];
    for (uint32_t value = 0; value < 256; value++)
        table[value] = (uint8_t)(value <= median ? 0 : (value - median) * 255 / (255 - median));
    for (size_t i = 0; median > 0 && i < ink->width * ink->height; i++)
        ink->pixels[i] = table[ink->pixels[i]];
}

digitnet_status digitnet__ink_map_divide(digitnet__plane *picture, size_t stroke, size_t factor) {
    digitnet__plane paper;
    digitnet_status status = digitnet__plane_reduce(&paper, picture, factor);
    if (status)
        return status;
    status = digitnet__morphology_close(&paper, stroke / factor + 2);
    if (!status)
        status = divide_paper(picture, &paper, factor);
    if (!status)
        subtract_median(picture);
    digitnet__plane_release(&paper);
    return status;
}

digitnet_status digitnet__ink_map_create(digitnet__plane *ink, const digitnet_image *image, size_t stroke) {
    stroke = stroke > 2 ? stroke : 2;
    size_t factor = stroke / REDUCED_STROKE > 1 ? stroke / REDUCED_STROKE : 1;
    digitnet_status status = copy_picture(ink, image);
    if (status)
        return status;
    bool dark = image->polarity == DIGITNET_POLARITY_DARK_INK;
    if (image->polarity == DIGITNET_POLARITY_AUTO)
        status = digitnet__ink_polarity_find(&dark, ink);
    if (!status && !dark)
        digitnet__plane_invert(ink);
    if (!status)
        status = digitnet__ink_map_divide(ink, stroke, factor);
    if (status)
        digitnet__plane_release(ink);
    return status;
}
