#include "drawing.h"

#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { SIDE = 28, SAMPLES = 300 };

digitnet__plane new_plane(size_t width, size_t height) {
    digitnet__plane plane;
    expect_ok(digitnet__plane_create(&plane, width, height));
    return plane;
}

digitnet__plane copy_of(const digitnet__plane *plane) {
    digitnet__plane copy = new_plane(plane->width, plane->height);
    memcpy(copy.pixels, plane->pixels, plane->width * plane->height);
    return copy;
}

void darken(uint8_t *pixel, double ink) {
    *pixel = ink > *pixel ? (uint8_t)ink : *pixel;
}

double line_cover(double distance, double thickness) {
    return fmin(fmax(thickness / 2.0 + 0.5 - distance, 0.0), fmin(thickness, 1.0));
}

/* The pixels first .. end - 1 that are near an interval. */
static void range_near(size_t *first, size_t *end, double a, double b, double reach, size_t count) {
    *first = (size_t)fmin(fmax(floor(fmin(a, b) - reach), 0.0), (double)count);
    *end = (size_t)fmin(fmax(ceil(fmax(a, b) + reach), 0.0), (double)count);
}

void draw_stroke(digitnet__plane *plane, double x0, double y0, double x1, double y1, double thickness, double ink) {
    double length = fmax(hypot(x1 - x0, y1 - y0), 1e-9);
    size_t left, right, top, bottom;
    range_near(&left, &right, x0, x1, thickness + 1.0, plane->width);
    range_near(&top, &bottom, y0, y1, thickness + 1.0, plane->height);
    for (size_t row = top; row < bottom; row++) {
        for (size_t column = left; column < right; column++) {
            double x = (double)column + 0.5 - x0, y = (double)row + 0.5 - y0;
            double along = fmin(fmax((x * (x1 - x0) + y * (y1 - y0)) / length, 0.0), length);
            double distance = hypot(x - along * (x1 - x0) / length, y - along * (y1 - y0) / length);
            darken(&plane->pixels[row * plane->width + column], ink * line_cover(distance, thickness));
        }
    }
}

void draw_noise(digitnet__plane *plane, double most, uint64_t seed) {
    for (size_t i = 0; i < plane->width * plane->height; i++)
        darken(&plane->pixels[i], fabs((double)noise(seed, i)) * most);
}

drawn_digits load_digits(void) {
    digitnet_dataset *train = NULL, *test = NULL;
    drawn_digits digits = {must_allocate(SAMPLES * SIDE * SIDE * sizeof(float)),
                           must_allocate(SAMPLES * sizeof(int32_t)), SAMPLES};
    load_subset(&train, &test);
    expect_ok(digitnet_dataset_read(digits.images, SAMPLES * SIDE * SIDE, digits.labels, SAMPLES, test, 0, SAMPLES));
    digitnet_dataset_free(test);
    digitnet_dataset_free(train);
    return digits;
}

void free_digits(drawn_digits *digits) {
    free(digits->images);
    free(digits->labels);
}

/* The columns, or rows, of an image that have ink: first .. end - 1. */
static void ink_range(size_t *first, size_t *end, const float *image, bool rows) {
    *first = SIDE;
    *end = 0;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        size_t place = rows ? i / SIDE : i % SIDE;
        if (image[i] < 0.5f)
            continue;
        *first = place < *first ? place : *first;
        *end = place + 1 > *end ? place + 1 : *end;
    }
}

/* The image between its pixels. */
static double sample(const float *image, double x, double y) {
    x = fmin(fmax(x - 0.5, 0.0), SIDE - 1.001);
    y = fmin(fmax(y - 0.5, 0.0), SIDE - 1.001);
    const float *corner = image + (size_t)y * SIDE + (size_t)x;
    double right = x - floor(x), lower = y - floor(y);
    double upper_ink = (double)corner[0] * (1.0 - right) + (double)corner[1] * right;
    double lower_ink = (double)corner[SIDE] * (1.0 - right) + (double)corner[SIDE + 1] * right;
    return upper_ink * (1.0 - lower) + lower_ink * lower;
}

drawn_box draw_digit(digitnet__plane *plane, const drawn_digits *digits, size_t index, double left, double top,
                     double height, double ink) {
    const float *image = digits->images + index * SIDE * SIDE;
    size_t x, right, y, bottom;
    ink_range(&x, &right, image, false);
    ink_range(&y, &bottom, image, true);
    double zoom = height / (double)(bottom - y), width = (double)(right - x) * zoom;
    for (size_t row = (size_t)fmax(top, 0.0); (double)row < top + height && row < plane->height; row++) {
        for (size_t column = (size_t)fmax(left, 0.0); (double)column < left + width && column < plane->width;
             column++) {
            double value = sample(image, (double)x + ((double)column + 0.5 - left) / zoom,
                                  (double)y + ((double)row + 0.5 - top) / zoom);
            darken(&plane->pixels[row * plane->width + column], ink * fmin(fmax((value - 0.35) / 0.3, 0.0), 1.0));
        }
    }
    return (drawn_box){left, top, left + width, top + height};
}
