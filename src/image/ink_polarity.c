#include "image/ink_polarity.h"

#include "core/memory.h"
#include "image/morphology.h"

#include <string.h>

/* Strokes are looked for in a picture that is reduced to this longer side, by squares of these sides; but in a long
 * line the shorter side keeps enough of them. */
enum { LONGEST_SIDE = 600, LEAST_SHORTER_SIDE = 32, SMALLEST_SQUARE = 3, LARGEST_SQUARE = 9 };
/* This part of each side is left out, since what an edge cuts off is narrow, too. */
enum { MARGIN_PART = 16 };

static size_t reduction(size_t width, size_t height) {
    size_t longer = width > height ? width : height, shorter = width > height ? height : width;
    size_t most = shorter > LEAST_SHORTER_SIDE ? shorter / LEAST_SHORTER_SIDE : 1,
           usual = (longer - 1) / LONGEST_SIDE + 1;
    return usual < most ? usual : most;
}

static digitnet_status copy_middle(digitnet__plane *out, const digitnet__plane *plane) {
    size_t across = plane->width / MARGIN_PART, down = plane->height / MARGIN_PART;
    digitnet_status status = digitnet__plane_create(out, plane->width - 2 * across, plane->height - 2 * down);
    for (size_t row = 0; !status && row < out->height; row++)
        memcpy(out->pixels + row * out->width, plane->pixels + (row + down) * plane->width + across, out->width);
    return status;
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

/* Adds up what is dark and narrow. Strokes are narrower than the gaps between them: the smaller a square, the more it
 * counts. */
static digitnet_status add_darkness(double *sum, const digitnet__plane *plane, digitnet__plane *scratch, double sign) {
    for (size_t side = SMALLEST_SQUARE; side <= LARGEST_SQUARE; side += 2) {
        double narrow;
        digitnet_status status = narrow_darkness(&narrow, plane, scratch, side);
        if (status)
            return status;
        *sum += sign * narrow / (double)(side * side);
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__ink_polarity_find(bool *dark, const digitnet__plane *picture) {
    digitnet__plane reduced = {.pixels = NULL}, middle = {.pixels = NULL}, scratch = {.pixels = NULL};
    double balance = 0.0;
    digitnet_status status = digitnet__plane_reduce(&reduced, picture, reduction(picture->width, picture->height));
    if (!status)
        status = copy_middle(&middle, &reduced);
    if (!status)
        status = digitnet__plane_create(&scratch, middle.width, middle.height);
    if (!status)
        status = add_darkness(&balance, &middle, &scratch, 1.0);
    if (!status) {
        digitnet__plane_invert(&middle);
        status = add_darkness(&balance, &middle, &scratch, -1.0);
    }
    *dark = balance >= 0.0;
    digitnet__plane_release(&scratch);
    digitnet__plane_release(&middle);
    digitnet__plane_release(&reduced);
    return status;
}
