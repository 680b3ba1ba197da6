#include "image/ink_level.h"

/* Less is no stroke, however clean the paper. */
enum { FAINTEST_INK = 24 };
/* A stroke's edges are fainter than the threshold that parts ink from paper best. */
#define EDGE_PART 0.75

static size_t count_from(const size_t histogram[256], size_t level) {
    size_t count = 0;
    for (; level < 256; level++)
        count += histogram[level];
    return count;
}

/* The level from which on pixels are of the second of two classes whose means differ most: Otsu, "A threshold selection
 * method from gray-level histograms" (1979). 0 where all are the same. */
static size_t otsu_level(const size_t histogram[256], size_t pixels) {
    double sum = 0.0, below_sum = 0.0, below = 0.0, best = 0.0;
    size_t level = 0;
    for (size_t i = 0; i < 256; i++)
        sum += (double)i * (double)histogram[i];
    for (size_t i = 0; i < 255; i++) {
        below += (double)histogram[i];
        below_sum += (double)i * (double)histogram[i];
        double above = (double)pixels - below;
        if (below == 0.0 || above == 0.0)
            continue;
        double difference = (sum - below_sum) / above - below_sum / below,
               between = below * above * difference * difference;
        if (between > best) {
            best = between;
            level = i + 1;
        }
    }
    return level;
}

uint8_t digitnet__stroke_threshold(const digitnet__plane *ink) {
    size_t histogram[256];
    digitnet__plane_count(histogram, ink);
    size_t threshold = (size_t)(EDGE_PART * (double)otsu_level(histogram, ink->width * ink->height));
    threshold = threshold > FAINTEST_INK ? threshold : FAINTEST_INK;
    return (uint8_t)(count_from(histogram, threshold) > 0 ? threshold : 0);
}

void digitnet__stretch_ink(digitnet__plane *ink, uint8_t threshold) {
    size_t histogram[256];
    uint8_t table[256];
    digitnet__plane_count(histogram, ink);
    size_t full = digitnet__plane_level(histogram, count_from(histogram, threshold) / 10 + 1);
    for (size_t value = 0; value < 256; value++)
        table[value] = (uint8_t)(value >= full ? 255 : value * 255 / full);
    for (size_t i = 0; i < ink->width * ink->height; i++)
        ink->pixels[i] = table[ink->pixels[i]];
}
