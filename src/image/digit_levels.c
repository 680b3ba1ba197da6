#include "image/digit_levels.h"

#include "image/box.h"

#include <math.h>

/* Ink, of 255, below which a picture counts as empty. */
enum { FAINTEST_INK = 24 };
/* What has less ink than this, or than so many standard deviations of the paper's noise, is paper. */
#define LEAST_INK 10.0
#define NOISE_DEVIATIONS 4.0
/* The edge of a stroke ends, and a stroke itself begins, with this part of full ink. */
#define EDGE_INK 0.12
#define STROKE_INK 0.25

/* The standard deviation of the paper's noise, from the differences between neighbours that are both paper. */
static double noise_of(const digitnet__plane *ink) {
    size_t histogram[FAINTEST_INK] = {0}, count = 0, below = 0, median = 0;
    for (size_t row = 0; row < ink->height; row++) {
        const uint8_t *pixels = ink->pixels + row * ink->width;
        for (size_t column = 1; column < ink->width; column++) {
            int difference = pixels[column] - pixels[column - 1];
            difference = difference < 0 ? -difference : difference;
            if (pixels[column] == 0 || pixels[column - 1] == 0 || difference >= FAINTEST_INK)
                continue;
            histogram[difference]++;
            count++;
        }
    }
    while (median + 1 < FAINTEST_INK && 2 * (below + histogram[median]) < count)
        below += histogram[median++];
    /* Half of the differences of normal noise are within 0.954 of its deviations. */
    return (double)median / 0.954;
}

/* The ink that a tenth of the strokes exceeds, strokes being what has more than half of the mean over all that is above
 * `floor`, each weighed by itself; 0 where nothing is above it. */
static uint8_t full_ink(const digitnet__plane *ink, const digitnet__box *part, double floor) {
    size_t histogram[256] = {0}, count = 0;
    double sum = 0.0, squares = 0.0;
    for (size_t row = part->top; row < part->top + part->height; row++)
        for (size_t column = part->left; column < part->left + part->width; column++)
            histogram[ink->pixels[row * ink->width + column]]++;
    for (size_t i = (size_t)floor + 1; i < 256; i++) {
        sum += (double)(i * histogram[i]);
        squares += (double)(i * i * histogram[i]);
    }
    if (sum == 0.0)
        return 0;
    size_t lowest = (size_t)(squares / sum / 2);
    for (size_t i = lowest; i < 256; i++)
        count += histogram[i];
    return (uint8_t)digitnet__plane_level(histogram, count / 10 + 1);
}

/* What lies near the edges, such as a black border or a frame, says little of the digit's ink. */
bool digitnet__digit_levels_find(digitnet__digit_levels *out, const digitnet__plane *ink) {
    double floor = fmax(LEAST_INK, NOISE_DEVIATIONS * noise_of(ink));
    size_t across = ink->width / 8, down = ink->height / 8;
    digitnet__box middle = {across, down, ink->width - 2 * across, ink->height - 2 * down};
    uint8_t full = full_ink(ink, &middle, floor);
    if (full < FAINTEST_INK)
        full = full_ink(ink, &(digitnet__box){0, 0, ink->width, ink->height}, floor);
    *out =
        (digitnet__digit_levels){full, (uint8_t)fmax(floor, STROKE_INK * full), (uint8_t)fmax(floor, EDGE_INK * full)};
    return full >= FAINTEST_INK;
}
