#include "image/ink.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/components.h"
#include "image/frame_rules.h"
#include "image/ink_map.h"
#include "image/polarity.h"

#include <math.h>
#include <string.h>

enum {
    LONGEST_SIDE = 384,       /* a larger region is reduced until no side is longer */
    STROKE_PARTS = 3,         /* a stroke is at most this part of the picture's longer side wide */
    INNER_PARTS = 4,          /* a digit within a frame is at least this part of the picture's shorter side long */
    FRAME_PARTS = 7,          /* a frame's lines are at most this part of it wide */
    CLEAR_PARTS = 12,         /* from a single rule at an edge a digit keeps this part of it away from all edges */
    EDGE_PARTS = 64,          /* nearer to an edge than this part of it a piece touches it */
    RULES_OF_PAPER = 3,       /* as many lines in one direction are those of paper */
    SMALLEST_WITH_LINES = 24, /* smaller pictures hold no more than the digit */
    MARGIN_PARTS = 4,         /* a piece counts less in the outer quarters of the picture */
    SOFT_EDGE = 2             /* so many pixels wide is the edge of a stroke whose ink is weak */
};

/* Ink, of 255, below which a picture counts as empty. */
enum { FAINTEST_INK = 24 };
/* What has less ink than this, or than so many standard deviations of the paper's noise, is paper. */
#define LEAST_INK 10.0
#define NOISE_DEVIATIONS 4.0
/* The edge of a stroke ends, and a stroke itself begins, with this part of full ink. */
#define EDGE_INK 0.12
#define STROKE_INK 0.25
/* A piece is ink where some pixel of it exceeds this part of full ink. */
#define STRONG_INK 0.5

/* A piece belongs to the digit with at least 1/12 of its ink no further away than half of its longer side, and with
 * 1/100 no further than a quarter: the loose bar of a 5, but not a speck in a corner. */
#define LARGE_PIECE (1.0 / 12)
#define SMALL_PIECE (1.0 / 100)
enum { LARGE_DISTANCE_PARTS = 2, SMALL_DISTANCE_PARTS = 4 };
/* Without the rules there must be this part of the ink that counted before: else they were strokes. */
#define REST_AFTER_RULES 0.3

/* What ink is worth, in parts of 255. */
typedef struct levels {
    uint8_t full, stroke, edge;
} levels;

/* The pieces of ink, and what is known of each. */
typedef struct pieces {
    digitnet__components found;
    double *score;         /* ink, which counts less near the picture's edges */
    unsigned char *strong; /* 1 where there is strong ink */
} pieces;

/* ---- Levels ---- */

/* Averages factor x factor blocks of the region; those at its right and lower edge may be smaller. */
static void reduce(digitnet__plane *out, const digitnet_image *image, const digitnet__box *region, size_t factor) {
    for (size_t row = 0, i = 0; row < out->height; row++) {
        for (size_t column = 0; column < out->width; column++, i++) {
            size_t right = (column + 1) * factor, bottom = (row + 1) * factor;
            uint32_t sum = 0, count = 0;
            for (size_t y = row * factor; y < bottom && y < region->height; y++) {
                const uint8_t *pixels = image->pixels + (region->top + y) * image->stride + region->left;
                for (size_t x = column * factor; x < right && x < region->width; x++, count++)
                    sum += pixels[x];
            }
            out->pixels[i] = (uint8_t)((sum + count / 2) / count);
        }
    }
}

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
    size_t histogram[256] = {0}, count = 0, above = 0, level = 256;
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
    while (level > lowest && 10 * above <= count)
        above += histogram[--level];
    return (uint8_t)level;
}

/* What lies near the edges, such as a black border or a frame, says little of the digit's ink. */
static levels find_levels(const digitnet__plane *ink) {
    double floor = fmax(LEAST_INK, NOISE_DEVIATIONS * noise_of(ink));
    size_t across = ink->width / 8, down = ink->height / 8;
    digitnet__box middle = {across, down, ink->width - 2 * across, ink->height - 2 * down};
    uint8_t full = full_ink(ink, &middle, floor);
    if (full < FAINTEST_INK)
        full = full_ink(ink, &(digitnet__box){0, 0, ink->width, ink->height}, floor);
    return (levels){full, (uint8_t)fmax(floor, STROKE_INK * full), (uint8_t)fmax(floor, EDGE_INK * full)};
}

/* ---- Pieces ---- */

/* From 0 at the ends of a side to 1 in its middle half. */
static double middle_weight(size_t place, size_t length) {
    size_t distance = place < length - 1 - place ? place : length - 1 - place;
    return fmin(1.0, MARGIN_PARTS * ((double)distance + 0.5) / (double)length);
}

/* Whether ink grows that fast that it is no gradient of light: by this part of full ink over so many pixels. */
#define EDGE_GROWTH 0.25
enum { EDGE_PIXELS = 3 };

static bool has_edge(const digitnet__plane *ink, size_t column, size_t row, const levels *level) {
    const uint8_t *at = ink->pixels + row * ink->width + column;
    size_t left = column < EDGE_PIXELS ? column : EDGE_PIXELS, up = row < EDGE_PIXELS ? row : EDGE_PIXELS;
    size_t right = ink->width - 1 - column < EDGE_PIXELS ? ink->width - 1 - column : EDGE_PIXELS;
    size_t down = ink->height - 1 - row < EDGE_PIXELS ? ink->height - 1 - row : EDGE_PIXELS;
    uint8_t across = at[right] < *(at - left) ? at[right] : *(at - left);
    uint8_t along = at[down * ink->width] < *(at - up * ink->width) ? at[down * ink->width] : *(at - up * ink->width);
    return *at - (across < along ? across : along) >= EDGE_GROWTH * level->full;
}

static void measure(pieces *p, const digitnet__plane *ink, const levels *level) {
    for (size_t i = 0; i < p->found.run_count; i++) {
        const digitnet__run *run = &p->found.runs[i];
        double down = middle_weight(run->row, ink->height);
        for (size_t column = run->first; column < run->end; column++) {
            uint8_t value = ink->pixels[run->row * ink->width + column];
            double weight = fmin(down, middle_weight(column, ink->width));
            p->score[run->component] += value * weight * weight;
            if (value > STRONG_INK * level->full && !p->strong[run->component])
                p->strong[run->component] = has_edge(ink, column, run->row, level);
        }
    }
}

static void release_pieces(pieces *p) {
    digitnet__components_release(&p->found);
    digitnet__release(p->score);
    digitnet__release(p->strong);
}

static digitnet_status find_pieces(pieces *p, const digitnet__plane *ink, const levels *level) {
    *p = (pieces){.score = NULL};
    digitnet_status status = digitnet__components_find(&p->found, ink, level->stroke);
    if (status)
        return status;
    p->score = digitnet__allocate_zeroed_array(p->found.count + 1, sizeof *p->score);
    p->strong = digitnet__allocate_zeroed_array(p->found.count + 1, sizeof *p->strong);
    if (!p->score || !p->strong) {
        release_pieces(p);
        return DIGITNET_ENOMEM;
    }
    measure(p, ink, level);
    return DIGITNET_OK;
}

static size_t shorter_side(const digitnet__plane *ink) {
    return ink->width < ink->height ? ink->width : ink->height;
}

/* Whether a piece comes that near to an edge of the picture. */
static bool comes_near_edge(const digitnet__box *box, const digitnet__plane *ink, size_t margin) {
    return box->left <= margin || box->top <= margin || box->left + box->width + margin >= ink->width ||
           box->top + box->height + margin >= ink->height;
}

static bool touches_edge(const digitnet__box *box, const digitnet__plane *ink) {
    return comes_near_edge(box, ink, shorter_side(ink) / EDGE_PARTS);
}

/* Whether a piece reaches across the whole picture, as a frame does. */
static bool spans(const digitnet__box *box, const digitnet__plane *ink) {
    return 8 * box->width >= 7 * ink->width || 8 * box->height >= 7 * ink->height;
}

/* Whether a piece is what a frame is like: lines that are thin beside the picture, from edge to edge. */
static bool is_frame(const digitnet__component *item, const digitnet__plane *ink) {
    size_t outline = 2 * (item->box.width + item->box.height);
    return shorter_side(ink) >= SMALLEST_WITH_LINES && touches_edge(&item->box, ink) && spans(&item->box, ink) &&
           FRAME_PARTS * item->pixels <= outline * shorter_side(ink);
}

/* The piece that counts most, or the number of pieces where none is strong. Where that is a frame, another one within
 * it that is large enough for a digit. */
static size_t main_piece(const pieces *p, const digitnet__plane *ink) {
    size_t best = p->found.count, inner = best;
    for (size_t i = 0; i < p->found.count; i++) {
        const digitnet__box *box = &p->found.items[i].box;
        size_t longer = box->width > box->height ? box->width : box->height;
        if (!p->strong[i])
            continue;
        if (best == p->found.count || p->score[i] > p->score[best])
            best = i;
        if (!touches_edge(box, ink) && INNER_PARTS * longer >= shorter_side(ink) &&
            (inner == p->found.count || p->score[i] > p->score[inner]))
            inner = i;
    }
    return inner < p->found.count && is_frame(&p->found.items[best], ink) ? inner : best;
}

static bool is_near(const digitnet__box *a, const digitnet__box *b, size_t distance) {
    return a->left < b->left + b->width + distance && b->left < a->left + a->width + distance &&
           a->top < b->top + b->height + distance && b->top < a->top + a->height + distance;
}

static bool belongs(const digitnet__component *candidate, const digitnet__component *digit) {
    size_t side = digit->box.width > digit->box.height ? digit->box.width : digit->box.height;
    double part = (double)candidate->ink / (double)digit->ink;
    return (part >= LARGE_PIECE && is_near(&candidate->box, &digit->box, side / LARGE_DISTANCE_PARTS + 1)) ||
           (part >= SMALL_PIECE && is_near(&candidate->box, &digit->box, side / SMALL_DISTANCE_PARTS + 1));
}

/* Marks the pieces of the digit, of which `first` is one. */
static void gather_digit(unsigned char *kept, const pieces *p, size_t first, const digitnet__plane *ink) {
    digitnet__component digit = p->found.items[first];
    bool at_edge = touches_edge(&digit.box, ink), more = true;
    kept[first] = 1;
    while (more) {
        more = false;
        for (size_t i = 0; i < p->found.count; i++) {
            const digitnet__component *item = &p->found.items[i];
            if (kept[i] || !p->strong[i] || !belongs(item, &digit) || (!at_edge && touches_edge(&item->box, ink)) ||
                spans(&item->box, ink))
                continue;
            kept[i] = 1;
            more = true;
            digit.ink += item->ink;
            digitnet__box_unite(&digit.box, &item->box);
        }
    }
}

/* Whether one stands beside the other: at about the same height, about as high, with a gap between them. */
static bool stands_beside(const digitnet__box *a, const digitnet__box *b) {
    size_t higher = a->height > b->height ? a->height : b->height, gap = higher / 24;
    size_t top = a->top > b->top ? a->top : b->top;
    size_t bottom = a->top + a->height < b->top + b->height ? a->top + a->height : b->top + b->height;
    return bottom > top && 2 * (bottom - top) > higher &&
           (a->left + a->width + gap < b->left || b->left + b->width + gap < a->left);
}

/* How many pieces stand beside the digit and beside each other, the digit itself counted. */
static size_t count_digits(const pieces *p, size_t first, const digitnet__plane *ink) {
    const digitnet__box *digit = &p->found.items[first].box;
    size_t count = 1;
    for (size_t i = 0; i < p->found.count; i++) {
        const digitnet__component *item = &p->found.items[i];
        bool counts = i != first && p->strong[i] && stands_beside(&item->box, digit) &&
                      !touches_edge(&item->box, ink) && !spans(&item->box, ink);
        for (size_t j = 0; counts && j < i; j++) /* a stroke above another one is the same digit's */
            counts = j == first || !p->strong[j] || !stands_beside(&p->found.items[j].box, digit) ||
                     stands_beside(&p->found.items[j].box, &item->box);
        count += counts;
    }
    return count;
}

/* ---- The digit ---- */

/* Copies the ink without its rules, of which there are `lines`. On ruled paper they may be anywhere; of a few lines
 * those in the middle may be strokes. */
static digitnet_status copy_without_rules(digitnet__plane *out, size_t *lines, const digitnet__plane *ink,
                                          uint8_t threshold) {
    size_t pixels = ink->width * ink->height;
    digitnet_status status = digitnet__plane_create(out, ink->width, ink->height);
    if (status)
        return status;
    memcpy(out->pixels, ink->pixels, pixels);
    digitnet__frame_rules found = digitnet__frame_rules_erase(out, threshold, true);
    if (found.across < RULES_OF_PAPER && found.down < RULES_OF_PAPER && found.middle > 0) {
        memcpy(out->pixels, ink->pixels, pixels);
        found = digitnet__frame_rules_erase(out, threshold, false);
    }
    *lines = found.across + found.down;
    return DIGITNET_OK;
}

/* Whether what is left without rules is a digit: else the rules were strokes of one that fills its picture, and a good
 * part of it is gone with them, or the rest still reaches the picture's edge, or, of a single line, comes near it. */
static bool is_digit_without(const pieces *after, const digitnet__plane *without, double score_before, size_t lines) {
    size_t rest = main_piece(after, without), margin = shorter_side(without) / (lines > 1 ? EDGE_PARTS : CLEAR_PARTS);
    return rest < after->found.count && after->score[rest] >= REST_AFTER_RULES * score_before &&
           !comes_near_edge(&after->found.items[rest].box, without, margin);
}

static digitnet_status erase_rules(digitnet__plane *ink, pieces *p, const levels *level) {
    size_t first = main_piece(p, ink), lines = 0;
    pieces after;
    digitnet__plane without;
    if (first == p->found.count || shorter_side(ink) < SMALLEST_WITH_LINES)
        return DIGITNET_OK;
    digitnet_status status = copy_without_rules(&without, &lines, ink, level->stroke);
    if (!status && lines > 0) {
        status = find_pieces(&after, &without, level);
        if (!status && is_digit_without(&after, &without, p->score[first], lines)) {
            pieces before = *p;
            digitnet__plane with = *ink;
            *p = after;
            *ink = without;
            after = before;
            without = with;
        }
        if (!status)
            release_pieces(&after);
    }
    digitnet__plane_release(&without);
    return status;
}

/* Marks pixels of the kept pieces, and of the weaker ink at their edges, in `mask`. */
static void mark_digit(unsigned char *mask, const digitnet__plane *ink, const pieces *p, const unsigned char *kept,
                       uint8_t edge) {
    for (size_t i = 0; i < p->found.run_count; i++) {
        const digitnet__run *run = &p->found.runs[i];
        if (kept[run->component])
            memset(mask + run->row * ink->width + run->first, 1, run->end - run->first);
    }
    for (unsigned char step = 1; step <= SOFT_EDGE; step++) {
        for (size_t row = 0, i = 0; row < ink->height; row++) {
            for (size_t column = 0; column < ink->width; column++, i++) {
                if (mask[i] || ink->pixels[i] < edge)
                    continue;
                bool beside = (column > 0 && mask[i - 1] && mask[i - 1] <= step) ||
                              (column + 1 < ink->width && mask[i + 1] && mask[i + 1] <= step) ||
                              (row > 0 && mask[i - ink->width] && mask[i - ink->width] <= step) ||
                              (row + 1 < ink->height && mask[i + ink->width] && mask[i + ink->width] <= step);
                mask[i] = beside ? (unsigned char)(step + 1) : 0;
            }
        }
    }
}

/* The marked ink in parts of full ink, and its box. */
static void copy_digit(digitnet__ink *out, const digitnet__plane *ink, const unsigned char *mask, uint8_t full) {
    bool any = false;
    for (size_t row = 0, i = 0; row < ink->height; row++) {
        for (size_t column = 0; column < ink->width; column++, i++) {
            out->values[i] = mask[i] ? fminf((float)ink->pixels[i] / (float)full, 1.0f) : 0.0f;
            if (!mask[i])
                continue;
            digitnet__box pixel = {column, row, 1, 1};
            if (any)
                digitnet__box_unite(&out->box, &pixel);
            else
                out->box = pixel;
            any = true;
        }
    }
}

static digitnet_status find_digit(digitnet__ink *out, digitnet__plane *ink) {
    digitnet__arena scratch = {.size = 0};
    pieces p;
    levels level = find_levels(ink);
    if (level.full < FAINTEST_INK)
        return DIGITNET_ENOTFOUND;
    digitnet_status status = find_pieces(&p, ink, &level);
    if (status)
        return status;
    status = erase_rules(ink, &p, &level);
    size_t first = main_piece(&p, ink), pixels = ink->width * ink->height;
    size_t kept = digitnet__arena_reserve(&scratch, p.found.count + 1, 1);
    size_t mask = digitnet__arena_reserve(&scratch, pixels, 1);
    if (!status && first == p.found.count)
        status = DIGITNET_ENOTFOUND;
    if (!status && !digitnet__arena_allocate(&scratch))
        status = DIGITNET_ENOMEM;
    if (!status) {
        gather_digit(digitnet__arena_at(&scratch, kept), &p, first, ink);
        mark_digit(digitnet__arena_at(&scratch, mask), ink, &p, digitnet__arena_at(&scratch, kept), level.edge);
        copy_digit(out, ink, digitnet__arena_at(&scratch, mask), level.full);
        out->digits = count_digits(&p, first, ink);
    }
    digitnet__arena_release(&scratch);
    release_pieces(&p);
    return status;
}

/* ---- Regions ---- */

/* The ink of one region, as a plane. */
static digitnet_status map_region(digitnet__plane *ink, const digitnet_image *image, const digitnet__box *region,
                                  size_t factor) {
    bool dark = image->polarity != DIGITNET_POLARITY_LIGHT_INK;
    digitnet_status status =
        digitnet__plane_create(ink, (region->width - 1) / factor + 1, (region->height - 1) / factor + 1);
    if (status)
        return status;
    reduce(ink, image, region, factor);
    if (image->polarity == DIGITNET_POLARITY_AUTO)
        status = digitnet__polarity_find(&dark, ink);
    if (!dark)
        digitnet__plane_invert(ink);
    size_t longer = ink->width > ink->height ? ink->width : ink->height;
    if (!status)
        status = digitnet__ink_map_divide(ink, longer / STROKE_PARTS + 1, 1);
    if (status)
        digitnet__plane_release(ink);
    return status;
}

digitnet_status digitnet__ink_find_in(digitnet__ink *ink, digitnet__plane *map) {
    *ink = (digitnet__ink){.width = map->width, .height = map->height};
    ink->values = digitnet__allocate_array(map->width * map->height, sizeof *ink->values);
    digitnet_status status = ink->values ? find_digit(ink, map) : DIGITNET_ENOMEM;
    if (status)
        digitnet__ink_release(ink);
    return status;
}

static digitnet_status find_in_region(digitnet__ink *ink, const digitnet_image *image, const digitnet__box *region,
                                      size_t factor) {
    digitnet__plane map;
    digitnet_status status = map_region(&map, image, region, factor);
    if (status)
        return status;
    status = digitnet__ink_find_in(ink, &map);
    digitnet__plane_release(&map);
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
    size_t factor = reduction(&region);
    digitnet_status status = find_in_region(ink, image, &region, factor);
    /* A small digit in a large picture is looked at again from closer by, where that at least halves the reduction: so
     * all looks together take no longer than twice the first. */
    while (!status) {
        digitnet__box next = closer(ink, &region, factor);
        digitnet__ink nearer;
        if (2 * reduction(&next) > factor)
            return DIGITNET_OK;
        status = find_in_region(&nearer, image, &next, reduction(&next));
        if (status == DIGITNET_ENOTFOUND) /* as wide as a shadow, seen from here */
            return DIGITNET_OK;
        digitnet__ink_release(ink);
        nearer.digits = ink->digits;
        *ink = nearer;
        region = next;
        factor = reduction(&region);
    }
    if (status == DIGITNET_ENOTFOUND)
        status = digitnet__fail(status, "digitnet_image_frame_digit: no ink in the picture of %zu x %zu pixels",
                                image->width, image->height);
    return status;
}

void digitnet__ink_release(digitnet__ink *ink) {
    digitnet__release(ink->values);
    ink->values = NULL;
}
