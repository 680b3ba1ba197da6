#include "image/ink_polarity.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/morphology.h"

#include <math.h>
#include <string.h>

/* Strokes are looked for in a picture that is reduced to this longer side, by squares of these sides; but in a long
 * line the shorter side keeps enough of them. */
enum { LONGEST_SIDE = 600, LEAST_SHORTER_SIDE = 32, SMALLEST_SQUARE = 3, LARGEST_SQUARE = 47 };
/* The strokes of a digit that fills its picture take this part of the shorter side. */
enum { STROKE_PART = 5 };
/* This part of the pixels is darker or lighter than paper and ink. */
enum { EXTREME = 200 };
/* There is more paper than ink; but where strokes are clearly told by their width, that does not count: a sheet may lie
 * on a dark table. */
#define MAJORITY_PART 0.5
/* Brightness counts by its logarithm, above such a level: in a shadow strokes differ less from their paper, and lit
 * paper between shadows is no light ink. Chosen on drawn photos. */
#define SHADE 100.0

static size_t reduction(size_t width, size_t height) {
    size_t longer = width > height ? width : height, shorter = width > height ? height : width;
    size_t most = shorter > LEAST_SHORTER_SIDE ? shorter / LEAST_SHORTER_SIDE : 1,
           usual = (longer - 1) / LONGEST_SIDE + 1;
    return usual < most ? usual : most;
}

/* How much closing with a square of this side fills, by fourth powers, beside which noise is nothing. `scratch` has
 * room for the plane. */
static digitnet_status narrow_darkness(double *out, const digitnet__plane *plane, digitnet__plane *scratch,
                                       size_t side) {
    size_t pixels = plane->width * plane->height, histogram[256] = {0};
    memcpy(scratch->pixels, plane->pixels, pixels);
    digitnet_status status = digitnet__morphology_close(scratch, side);
    *out = 0.0;
    if (status)
        return status;
    for (size_t i = 0; i < pixels; i++)
        histogram[scratch->pixels[i] - plane->pixels[i]]++;
    for (size_t value = 0; value < 256; value++) {
        double square = (double)(value * value);
        *out += square * square * (double)histogram[value];
    }
    return DIGITNET_OK;
}

/* From a square to the next. */
static size_t next_side(size_t side) {
    return side + 2 * (side / 8 + 1);
}

/* Adds up what is dark and narrow. Strokes are narrower than the gaps between them: the smaller a square, the more it
 * counts. */
static digitnet_status find_narrow(double *sum, const digitnet__plane *plane, digitnet__plane *scratch,
                                   size_t largest) {
    *sum = 0.0;
    for (size_t side = SMALLEST_SQUARE; side <= largest; side = next_side(side)) {
        double narrow;
        DNN_TRY(narrow_darkness(&narrow, plane, scratch, side));
        *sum += narrow * (double)(next_side(side) - side) / (double)(side * side * side);
    }
    return DIGITNET_OK;
}

/* How much more there is of what is light than of what is dark, from -1 to 1. */
static double find_majority(const digitnet__plane *plane) {
    size_t pixels = plane->width * plane->height, histogram[256], light = 0;
    digitnet__plane_count(histogram, plane);
    size_t extreme = pixels / EXTREME;
    size_t middle =
        (digitnet__plane_level(histogram, pixels - extreme + 1) + digitnet__plane_level(histogram, extreme + 1)) / 2;
    for (size_t value = middle + 1; value < 256; value++)
        light += histogram[value];
    return 2.0 * (double)light / (double)pixels - 1.0;
}

/* `scratch` has room for the plane, which has margins as wide as the largest square. */
static digitnet_status compare(bool *dark, digitnet__plane *plane, digitnet__plane *scratch, size_t largest,
                               double majority) {
    double darkness, lightness;
    DNN_TRY(find_narrow(&darkness, plane, scratch, largest));
    digitnet__plane_invert(plane);
    DNN_TRY(find_narrow(&lightness, plane, scratch, largest));
    *dark = darkness - lightness + MAJORITY_PART * majority * (darkness + lightness) >= 0.0;
    return DIGITNET_OK;
}

/* Makes equal factors of light equal differences. */
static void even_light(digitnet__plane *plane) {
    uint8_t evened[256];
    for (size_t value = 0; value < 256; value++)
        evened[value] = (uint8_t)(255.0 * log1p((double)value / SHADE) / log1p(255.0 / SHADE) + 0.5);
    for (size_t i = 0; i < plane->width * plane->height; i++)
        plane->pixels[i] = evened[plane->pixels[i]];
}

static digitnet_status decide(bool *dark, const digitnet__plane *plane) {
    digitnet__plane extended = {.pixels = NULL}, scratch = {.pixels = NULL};
    size_t shorter = plane->width < plane->height ? plane->width : plane->height;
    size_t widest = SMALLEST_SQUARE + shorter / STROKE_PART,
           largest = widest < LARGEST_SQUARE ? widest : LARGEST_SQUARE;
    /* What an edge cuts off is not narrow for that. */
    digitnet_status status = digitnet__plane_extend(&extended, plane, largest);
    if (!status)
        status = digitnet__plane_create(&scratch, extended.width, extended.height);
    if (!status)
        status = compare(dark, &extended, &scratch, largest, find_majority(plane));
    digitnet__plane_release(&scratch);
    digitnet__plane_release(&extended);
    return status;
}

digitnet_status digitnet__ink_polarity_find(bool *dark, const digitnet__plane *picture) {
    digitnet__plane reduced;
    DNN_TRY(digitnet__plane_reduce(&reduced, picture, reduction(picture->width, picture->height)));
    even_light(&reduced);
    digitnet_status status = decide(dark, &reduced);
    digitnet__plane_release(&reduced);
    return status;
}
