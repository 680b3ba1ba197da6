#include "resize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a pixel sees of an axis that is `size` pixels long: it is the mean over this range. */
struct range {
    double low, high;
};

/* A pixel's own part of the axis where that becomes shorter; else a range of one pixel around its centre, whose mean is
 * the linear interpolation of the two pixels in it. */
static struct range range_of(size_t place, size_t size, size_t new_size) {
    double scale = (double)size / (double)new_size;
    if (scale >= 1) {
        double high = fmin((double)(place + 1) * scale, (double)size);
        return (struct range){(double)place * scale, high};
    }
    double low = fmin(fmax(((double)place + 0.5) * scale - 0.5, 0), (double)(size - 1));
    return (struct range){low, low + 1};
}

/* The part of the range that pixel `i` covers. */
static float share(struct range range, size_t i) {
    return (float)((fmin(range.high, (double)(i + 1)) - fmax(range.low, (double)i)) / (range.high - range.low));
}

/* One row of the new height, in the old width. */
static void mix_rows(float *row, const struct picture *picture, struct range range) {
    size_t values = picture->width * picture->channels;
    memset(row, 0, values * sizeof *row);
    for (size_t y = (size_t)range.low; (double)y < range.high && y < picture->height; y++) {
        float weight = share(range, y);
        for (size_t i = 0; i < values; i++)
            row[i] += weight * picture->pixels[y * values + i];
    }
}

static uint8_t mix_columns(const float *row, const struct picture *picture, struct range range, size_t channel) {
    float sum = 0;
    for (size_t x = (size_t)range.low; (double)x < range.high && x < picture->width; x++)
        sum += share(range, x) * row[x * picture->channels + channel];
    return (uint8_t)fminf(sum + 0.5f, 255);
}

int resize_picture(uint8_t *pixels, size_t height, size_t width, const struct picture *picture) {
    float *row = calloc(picture->width, picture->channels * sizeof *row);
    if (!row)
        return -1;
    for (size_t y = 0; y < height; y++) {
        mix_rows(row, picture, range_of(y, picture->height, height));
        for (size_t x = 0; x < width; x++) {
            struct range range = range_of(x, picture->width, width);
            for (size_t channel = 0; channel < picture->channels; channel++)
                *pixels++ = mix_columns(row, picture, range, channel);
        }
    }
    free(row);
    return 0;
}
