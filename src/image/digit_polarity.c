#include "image/digit_polarity.h"

#include "core/memory.h"
#include "image/morphology.h"

#include <string.h>

enum {
    LONGEST_SIDE = 24, /* enough to see strokes, */
    WIDEST = 5,        /* which are narrower than this */
    MARGIN = 6
};

/* By how much, squared, closing with a square fills what is dark and narrow. `scratch` has room for the picture. */
static digitnet_status narrow_darkness(double *out, const digitnet__plane *picture, digitnet__plane *scratch,
                                       size_t side) {
    memcpy(scratch->pixels, picture->pixels, picture->width * picture->height);
    digitnet_status status = digitnet__morphology_close(scratch, side);
    double sum = 0.0;
    for (size_t i = 0; i < picture->width * picture->height; i++) {
        double difference = scratch->pixels[i] - picture->pixels[i];
        sum += difference * difference;
    }
    *out = sum;
    return status;
}

/* Adds by how much there is more of what is dark and narrow than of what is light and narrow. Of strokes and the gaps
 * between them strokes are the narrower ones: so the smallest square that fills much counts most. */
static digitnet_status add_balance(double *balance, const digitnet__plane *picture, double weight) {
    size_t longer = picture->width > picture->height ? picture->width : picture->height;
    digitnet__plane reduced = {.pixels = NULL}, own = {.pixels = NULL}, scratch = {.pixels = NULL};
    digitnet_status status = digitnet__plane_reduce(&reduced, picture, (longer - 1) / LONGEST_SIDE + 1);
    if (!status)
        status = digitnet__plane_extend(&own, &reduced, MARGIN);
    if (!status)
        status = digitnet__plane_create(&scratch, own.width, own.height);
    for (int sign = 1; !status && sign >= -1; sign -= 2) {
        for (size_t side = 3; !status && side <= WIDEST; side += 2) {
            double narrow = 0.0;
            status = narrow_darkness(&narrow, &own, &scratch, side);
            *balance += weight * sign * narrow / (double)(side * side * reduced.width * reduced.height);
        }
        digitnet__plane_invert(&own);
    }
    digitnet__plane_release(&scratch);
    digitnet__plane_release(&own);
    digitnet__plane_release(&reduced);
    return status;
}

/* The picture without an eighth at each side, where there may be a black border. */
static digitnet_status copy_middle(digitnet__plane *out, const digitnet__plane *picture) {
    size_t across = picture->width / 8, down = picture->height / 8;
    digitnet_status status = digitnet__plane_create(out, picture->width - 2 * across, picture->height - 2 * down);
    for (size_t row = 0; !status && row < out->height; row++)
        memcpy(out->pixels + row * out->width, picture->pixels + (row + down) * picture->width + across, out->width);
    return status;
}

/* The weights of both parts were found by trying. */
digitnet_status digitnet__digit_polarity_find(bool *dark, const digitnet__plane *picture) {
    digitnet__plane middle = {.pixels = NULL};
    double balance = 0.0;
    digitnet_status status = add_balance(&balance, picture, 2.0);
    if (!status)
        status = copy_middle(&middle, picture);
    if (!status)
        status = add_balance(&balance, &middle, 1.0);
    *dark = balance >= 0.0;
    digitnet__plane_release(&middle);
    return status;
}
