#include "image/ink.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/paper.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* A larger region is reduced until no side is longer. */
enum { LONGEST_SIDE = 1024 };

/* Grey levels between paper and ink below which a picture counts as empty. */
#define SMALLEST_CONTRAST 24.0f
/* What differs from the paper by less than this many grey levels, or standard deviations of its noise, is paper. */
#define SMALLEST_DIFFERENCE 10.0
#define NOISE_DEVIATIONS 4.0
/* Nor is it ink below this part of full ink. */
#define WEAK_INK 0.12f
/* A connected piece is ink where some pixel of it exceeds this part of full ink. */
#define STRONG_INK 0.5f
/* Shading cannot make paper darker than this part of its brightest place without being taken for ink. */
#define DARKEST_PAPER 0.2f

/* A piece counts with at least 1/12 of the largest piece's ink, and with 1/100 where it is no further from the largest
 * than a quarter of that one's longer side: the loose bar of a 5, but not a speck in a corner. */
#define LARGE_PIECE (1.0 / 12)
#define NEAR_PIECE (1.0 / 100)
#define NEAR_DISTANCE 4
/* A piece that covers more than 1/5 of the picture's border is a table's edge or a shadow, where there is another. */
#define BORDER_SHARE 5

/* The bit that is set in the first pixel of each piece in the list of visited pixels. */
#define FIRST_OF_PIECE ((uint32_t)1 << 31)

/* Connected ink pixels: a range of the list of visited pixels. */
typedef struct piece {
    size_t first, end;
    digitnet__box box;
    double mass;
    bool strong, background;
} piece;

/* Averages factor x factor blocks of the region; those at its right and lower edge may be smaller. */
static void reduce(digitnet__ink *ink, const digitnet_image *image, const digitnet__box *region, size_t factor) {
    size_t stride = image->stride ? image->stride : image->width;
    memset(ink->values, 0, ink->width * ink->height * sizeof *ink->values);
    for (size_t row = 0; row < region->height; row++) {
        const uint8_t *pixels = image->pixels + (region->top + row) * stride + region->left;
        float *values = ink->values + row / factor * ink->width;
        for (size_t first = 0, column = 0; first < region->width; first += factor, column++) {
            size_t end = region->width - first < factor ? region->width : first + factor;
            uint32_t sum = 0;
            for (size_t i = first; i < end; i++)
                sum += pixels[i];
            values[column] += (float)sum / (float)(end - first);
        }
    }
    for (size_t row = 0; factor > 1 && row < ink->height; row++) {
        size_t rows = region->height - row * factor < factor ? region->height - row * factor : factor;
        for (size_t column = 0; column < ink->width; column++)
            ink->values[row * ink->width + column] /= (float)rows;
    }
}

/* Replaces grey by its difference from the paper, positive towards ink, in grey levels. Ink on light paper is measured
 * relative to the paper's brightness at its place, since a shadow dims both alike. */
static void subtract_paper(digitnet__ink *ink, const digitnet__paper *paper, digitnet_polarity polarity) {
    float grey[LONGEST_SIDE];
    double darker = 0.0, lighter = 0.0;
    float brightest = 1.0f;
    for (size_t row = 0; row < ink->height; row++) {
        const float *values = ink->values + row * ink->width;
        digitnet__paper_row(grey, paper, row);
        for (size_t column = 0; column < ink->width; column++) {
            float difference = values[column] - grey[column];
            *(difference < 0.0f ? &darker : &lighter) += (double)difference * difference;
            brightest = fmaxf(brightest, grey[column]);
        }
    }
    bool dark = polarity == DIGITNET_POLARITY_AUTO ? darker > lighter : polarity == DIGITNET_POLARITY_DARK_INK;
    for (size_t row = 0; row < ink->height; row++) {
        float *values = ink->values + row * ink->width;
        digitnet__paper_row(grey, paper, row);
        for (size_t column = 0; column < ink->width; column++) {
            float darkness =
                (grey[column] - values[column]) * brightest / fmaxf(grey[column], DARKEST_PAPER * brightest);
            values[column] = dark ? darkness : values[column] - grey[column];
        }
    }
}

/* The difference that a tenth of the ink exceeds, ink being what differs by more than half of the mean over all that is
 * above `floor`, each weighed by itself; 0 where nothing is above it. */
static float full_ink(const digitnet__ink *ink, float floor) {
    enum { LEVELS = 1024 };
    size_t histogram[LEVELS] = {0}, count = 0, above = 0, level = LEVELS;
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < ink->width * ink->height; i++) {
        float value = ink->values[i];
        if (value <= floor)
            continue;
        sum += value;
        squares += (double)value * value;
        histogram[(size_t)fminf(value, LEVELS - 1)]++;
    }
    if (sum == 0.0)
        return 0.0f;
    size_t lowest = (size_t)fmin(squares / sum / 2, LEVELS - 1);
    for (size_t i = lowest; i < LEVELS; i++)
        count += histogram[i];
    while (level > lowest && 10 * above <= count)
        above += histogram[--level];
    return (float)level;
}

/* Appends the pixels of the piece around `start` to `list`, which serves as the queue, and notes them as seen. Returns
 * the list's end. */
static size_t gather_piece(const digitnet__ink *ink, uint32_t *list, size_t first, unsigned char *seen, size_t start) {
    size_t end = first;
    list[end++] = (uint32_t)start;
    seen[start] = 1;
    for (size_t next = first; next < end; next++) {
        size_t row = list[next] / ink->width, column = list[next] % ink->width;
        for (size_t r = row ? row - 1 : 0; r <= row + 1 && r < ink->height; r++) {
            for (size_t c = column ? column - 1 : 0; c <= column + 1 && c < ink->width; c++) {
                size_t neighbour = r * ink->width + c;
                if (ink->values[neighbour] > 0.0f && !seen[neighbour]) {
                    seen[neighbour] = 1;
                    list[end++] = (uint32_t)neighbour;
                }
            }
        }
    }
    return end;
}

static piece measure_piece(const digitnet__ink *ink, const uint32_t *list, size_t count) {
    size_t left = SIZE_MAX, right = 0, top = SIZE_MAX, bottom = 0, border = 0;
    piece measured = {.mass = 0.0};
    for (size_t i = 0; i < count; i++) {
        size_t row = list[i] / ink->width, column = list[i] % ink->width;
        float value = ink->values[list[i]];
        measured.mass += value;
        measured.strong = measured.strong || value > STRONG_INK;
        border += row == 0 || column == 0 || row + 1 == ink->height || column + 1 == ink->width;
        left = column < left ? column : left;
        right = column > right ? column : right;
        top = row < top ? row : top;
        bottom = row > bottom ? row : bottom;
    }
    measured.box = (digitnet__box){left, top, right - left + 1, bottom - top + 1};
    measured.background = BORDER_SHARE * border > 2 * (ink->width + ink->height);
    return measured;
}

static bool is_near(const digitnet__box *a, const digitnet__box *b, size_t distance) {
    return a->left < b->left + b->width + distance && b->left < a->left + a->width + distance &&
           a->top < b->top + b->height + distance && b->top < a->top + a->height + distance;
}

static bool belongs(const piece *candidate, const piece *largest) {
    size_t side = largest->box.width > largest->box.height ? largest->box.width : largest->box.height;
    if (!candidate->strong || candidate->background != largest->background)
        return false;
    return candidate->mass >= LARGE_PIECE * largest->mass ||
           (candidate->mass >= NEAR_PIECE * largest->mass &&
            is_near(&candidate->box, &largest->box, side / NEAR_DISTANCE + 1));
}

/* Keeps the digit's pieces, erases all others, and sets the box. False where there is no piece of strong ink. `list`
 * and `seen`, which is zero, have an element for each pixel. */
static bool keep_digit(digitnet__ink *ink, uint32_t *list, unsigned char *seen) {
    size_t pixels = ink->width * ink->height, listed = 0;
    piece largest = {.background = true};
    for (size_t i = 0; i < pixels; i++) {
        if (ink->values[i] <= 0.0f || seen[i])
            continue;
        size_t end = gather_piece(ink, list, listed, seen, i);
        piece found = measure_piece(ink, list + listed, end - listed);
        bool better = found.background == largest.background ? found.mass > largest.mass : !found.background;
        if (found.strong && better)
            largest = found;
        list[listed] |= FIRST_OF_PIECE;
        listed = end;
    }
    ink->box = largest.box;
    for (size_t first = 0, end; first < listed; first = end) {
        list[first] &= ~FIRST_OF_PIECE;
        for (end = first + 1; end < listed && !(list[end] & FIRST_OF_PIECE);)
            end++;
        piece candidate = measure_piece(ink, list + first, end - first);
        if (belongs(&candidate, &largest)) {
            digitnet__box_unite(&ink->box, &candidate.box);
            continue;
        }
        for (size_t i = first; i < end; i++)
            ink->values[list[i]] = 0.0f;
    }
    return largest.mass > 0.0;
}

/* Turns grey values into ink from 0 to 1. False where the picture is empty. */
static bool separate_ink(digitnet__ink *ink, digitnet_polarity polarity) {
    digitnet__paper paper;
    digitnet__paper_fit(&paper, ink->values, ink->width, ink->height);
    subtract_paper(ink, &paper, polarity);
    float floor = (float)fmax(SMALLEST_DIFFERENCE, NOISE_DEVIATIONS * paper.noise);
    float full = full_ink(ink, floor);
    if (full < SMALLEST_CONTRAST)
        return false;
    floor = fmaxf(floor, WEAK_INK * full);
    for (size_t i = 0; i < ink->width * ink->height; i++)
        ink->values[i] = ink->values[i] > floor ? fminf(ink->values[i] / full, 1.0f) : 0.0f;
    return true;
}

/* Finds the ink of one region. */
static digitnet_status find_in_region(digitnet__ink *ink, const digitnet_image *image, const digitnet__box *region,
                                      size_t factor) {
    digitnet__arena scratch = {.size = 0};
    *ink = (digitnet__ink){.width = (region->width - 1) / factor + 1, .height = (region->height - 1) / factor + 1};
    size_t pixels = ink->width * ink->height;
    size_t list = digitnet__arena_reserve(&scratch, pixels, sizeof(uint32_t));
    size_t seen = digitnet__arena_reserve(&scratch, pixels, 1);
    digitnet_status status = DIGITNET_ENOMEM;
    ink->values = digitnet__allocate_array(pixels, sizeof *ink->values);
    if (!ink->values || !digitnet__arena_allocate(&scratch))
        goto out;
    reduce(ink, image, region, factor);
    status = DIGITNET_OK;
    if (!separate_ink(ink, image->polarity) ||
        !keep_digit(ink, digitnet__arena_at(&scratch, list), digitnet__arena_at(&scratch, seen)))
        status =
            digitnet__fail(DIGITNET_ENOTFOUND, "digitnet_image_frame_digit: no ink in the picture of %zu x %zu pixels",
                           image->width, image->height);
out:
    digitnet__arena_release(&scratch);
    if (status)
        digitnet__ink_release(ink);
    return status;
}

static size_t reduction(const digitnet__box *region) {
    return ((region->width > region->height ? region->width : region->height) - 1) / LONGEST_SIDE + 1;
}

/* The part of the region around the digit, with half of the digit's longer side as a margin. */
static digitnet__box closer(const digitnet__ink *ink, const digitnet__box *region, size_t factor) {
    size_t margin = (ink->box.width > ink->box.height ? ink->box.width : ink->box.height) / 2 + 1;
    size_t left = ink->box.left > margin ? ink->box.left - margin : 0;
    size_t top = ink->box.top > margin ? ink->box.top - margin : 0;
    size_t right = factor * (ink->box.left + ink->box.width + margin);
    size_t bottom = factor * (ink->box.top + ink->box.height + margin);
    right = right < region->width ? right : region->width;
    bottom = bottom < region->height ? bottom : region->height;
    return (digitnet__box){region->left + factor * left, region->top + factor * top, right - factor * left,
                           bottom - factor * top};
}

digitnet_status digitnet__ink_find(digitnet__ink *ink, const digitnet_image *image) {
    digitnet__box region = {0, 0, image->width, image->height};
    for (;;) {
        size_t factor = reduction(&region);
        digitnet_status status = find_in_region(ink, image, &region, factor);
        if (status)
            return status;
        /* A small digit in a large picture is looked at again from closer by, where that at least halves the reduction:
         * so all looks together take no longer than twice the first. */
        digitnet__box next = closer(ink, &region, factor);
        if (2 * reduction(&next) > factor)
            return DIGITNET_OK;
        region = next;
        digitnet__ink_release(ink);
    }
}

void digitnet__ink_release(digitnet__ink *ink) {
    digitnet__release(ink->values);
    ink->values = NULL;
}
