#include "image/frame_digit.h"

#include "core/call.h"
#include "core/status.h"
#include "digitnet/image.h"
#include "image/picture.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    FRAME = DIGITNET_FRAME_SIZE,
    BOX = 20, /* the longer side of the digit inside the frame */
    FRAME_VALUES = FRAME * FRAME
};

/* A digit has at least this part of its cell's shorter side. */
#define SMALLEST_DIGIT_PARTS 6.0

/* MNIST's strokes are 1.4 to 4.6 pixels wide, 2.4 in the median. Thinner ones, as of a fine pen in a large picture, are
 * drawn with a brush two pixels wide, and full ink is what most of such a stroke reaches, not where two of them cross.
 */
#define THIN_STROKE 1.3
#define WIDE_BRUSH 2.0
#define STROKE_TO_CROSSING 0.7f

/* The digit at its final size. */
typedef struct scaled_digit {
    size_t width, height;
    float values[BOX * BOX];
} scaled_digit;

/* The part of the interval from .. to that pixel `index` covers. */
static double overlap(double from, double to, size_t index) {
    return fmax(0.0, fmin(to, (double)index + 1.0) - fmax(from, (double)index));
}

/* The mean of the ink over the rectangle with these edges, in pixels; 0 outside the picture. */
static float area_mean(const digitnet__digit_ink *ink, double left, double right, double top, double bottom) {
    double sum = 0.0;
    for (size_t row = (size_t)fmax(top, 0.0); row < ink->height && (double)row < bottom; row++) {
        double height = overlap(top, bottom, row);
        for (size_t column = (size_t)fmax(left, 0.0); column < ink->width && (double)column < right; column++)
            sum += height * overlap(left, right, column) * ink->values[row * ink->width + column];
    }
    return (float)(sum / ((right - left) * (bottom - top)));
}

/* The mean width of the strokes in pixels: twice the ink's area over the length of its outline. The sum of absolute
 * differences between neighbours counts an outline of all directions 4 / pi times as long as it is. */
static double stroke_width(const digitnet__digit_ink *ink) {
    double area = 0.0, outline = 0.0;
    for (size_t row = 0; row < ink->box.height; row++) {
        const float *values = ink->values + (ink->box.top + row) * ink->width + ink->box.left;
        for (size_t column = 0; column < ink->box.width; column++) {
            float left = column ? values[column - 1] : 0.0f, above = row ? (values - ink->width)[column] : 0.0f;
            area += values[column];
            outline += fabsf(values[column] - left) + fabsf(values[column] - above);
            outline += column + 1 == ink->box.width ? values[column] : 0.0f;
            outline += row + 1 == ink->box.height ? values[column] : 0.0f;
        }
    }
    return 2.0 * area / (outline * M_PI / 4.0);
}

/* Scales the digit's box so that its longer side is BOX. Each value is the mean over the area that it stands for; where
 * the picture is enlarged, over one pixel's area around its centre, which is bilinear interpolation. The strongest
 * becomes 1. */
static void scale_digit(scaled_digit *scaled, const digitnet__digit_ink *ink) {
    const digitnet__box *box = &ink->box;
    double longer = (double)(box->width > box->height ? box->width : box->height);
    scaled->width = (size_t)fmax(1.0, round((double)box->width * BOX / longer));
    scaled->height = (size_t)fmax(1.0, round((double)box->height * BOX / longer));
    double across = (double)box->width / (double)scaled->width, down = (double)box->height / (double)scaled->height;
    bool thin = stroke_width(ink) < THIN_STROKE * longer / BOX;
    double brush = thin ? WIDE_BRUSH : 1.0;
    double half_width = fmax(across * brush, 1.0) / 2, half_height = fmax(down * brush, 1.0) / 2;
    float strongest = 0.0f;
    for (size_t row = 0, i = 0; row < scaled->height; row++) {
        double y = (double)box->top + ((double)row + 0.5) * down;
        for (size_t column = 0; column < scaled->width; column++, i++) {
            double x = (double)box->left + ((double)column + 0.5) * across;
            scaled->values[i] = area_mean(ink, x - half_width, x + half_width, y - half_height, y + half_height);
            strongest = fmaxf(strongest, scaled->values[i]);
        }
    }
    float full = thin ? STROKE_TO_CROSSING * strongest : strongest;
    for (size_t i = 0; i < scaled->width * scaled->height; i++)
        scaled->values[i] = fminf(scaled->values[i] / full, 1.0f);
}

/* Where a side of `length` pixels starts so that its centre of mass comes nearest to the frame's middle pixel. The
 * centre counts from the first pixel's middle. MNIST has it at pixel 14, not at 13.5: that is the mean over its images.
 */
static size_t centred_start(double centre, size_t length) {
    double start = round(FRAME / 2.0 - centre);
    return (size_t)fmin(fmax(start, 0.0), (double)(FRAME - length));
}

static void place_digit(float *out, const scaled_digit *scaled) {
    double mass = 0.0, x = 0.0, y = 0.0;
    for (size_t row = 0, i = 0; row < scaled->height; row++) {
        for (size_t column = 0; column < scaled->width; column++, i++) {
            mass += scaled->values[i];
            x += scaled->values[i] * (double)column;
            y += scaled->values[i] * (double)row;
        }
    }
    size_t left = centred_start(x / mass, scaled->width), top = centred_start(y / mass, scaled->height);
    memset(out, 0, FRAME_VALUES * sizeof *out);
    for (size_t row = 0; row < scaled->height; row++)
        memcpy(out + (top + row) * FRAME + left, scaled->values + row * scaled->width, scaled->width * sizeof *out);
}

void digitnet__frame_digit_ink(float *out, const digitnet__digit_ink *ink) {
    scaled_digit scaled;
    scale_digit(&scaled, ink);
    place_digit(out, &scaled);
}

digitnet_status digitnet__frame_cell_ink(float *out, size_t *digits, digitnet__plane *ink, double shorter_side) {
    digitnet__digit_ink digit;
    DNN_TRY(digitnet__digit_ink_find_in(&digit, ink));
    size_t longer = digit.box.width > digit.box.height ? digit.box.width : digit.box.height;
    bool is_empty = SMALLEST_DIGIT_PARTS * (double)longer < shorter_side;
    *digits = digit.digits;
    if (!is_empty)
        digitnet__frame_digit_ink(out, &digit);
    digitnet__digit_ink_release(&digit);
    return is_empty ? DIGITNET_ENOTFOUND : DIGITNET_OK;
}

digitnet_status digitnet__frame_digit(float *out, size_t *digits, const digitnet_image *image) {
    digitnet__digit_ink ink;
    DNN_TRY(digitnet__digit_ink_find(&ink, image));
    *digits = ink.digits;
    digitnet__frame_digit_ink(out, &ink);
    digitnet__digit_ink_release(&ink);
    return DIGITNET_OK;
}

static digitnet_status frame_digit(float *out, size_t capacity, const digitnet_image *image) {
    const char *where = "digitnet_image_frame_digit";
    digitnet_image own;
    size_t digits;
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "%s: out is NULL", where);
    digitnet_status status = digitnet__picture_read(&own, image, where);
    if (!status && capacity < FRAME_VALUES)
        status = digitnet__fail(DIGITNET_EBUFFER, "%s: out has room for %zu values, %d are needed", where, capacity,
                                FRAME_VALUES);
    return status ? status : digitnet__frame_digit(out, &digits, &own);
}

digitnet_status digitnet_image_frame_digit(float *out, size_t capacity, const digitnet_image *image) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, frame_digit(out, capacity, image));
}
