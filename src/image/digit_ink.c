#include "image/digit_ink.h"

#include "core/memory.h"
#include "core/status.h"
#include "image/digit_pieces.h"
#include "image/digit_polarity.h"
#include "image/frame_rules.h"
#include "image/ink_map.h"

#include <math.h>
#include <string.h>

enum {
    LONGEST_SIDE = 384, /* a larger region is reduced until no side is longer */
    STROKE_PARTS = 3,   /* a stroke is at most this part of the picture's longer side wide */
    CLEAR_PARTS = 12,   /* a digit keeps this part of the shorter side away from all edges if a single rule is there */
    RULES_OF_PAPER = 3, /* as many lines in one direction are those of paper */
    SOFT_EDGE = 2       /* so many pixels wide is the edge of a stroke whose ink is weak */
};
/* Without the rules there must be this part of the ink that counted before: else they were strokes. */
#define REST_AFTER_RULES 0.3

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
static bool is_digit_without(const digitnet__digit_pieces *after, const digitnet__plane *without, double score_before,
                             size_t lines) {
    size_t rest = digitnet__digit_pieces_main(after, without);
    return rest < after->found.count && after->score[rest] >= REST_AFTER_RULES * score_before &&
           digitnet__is_inside(&after->found.items[rest].box, without, lines > 1 ? DNN_EDGE_PARTS : CLEAR_PARTS);
}

static digitnet_status erase_rules(digitnet__plane *ink, digitnet__digit_pieces *p,
                                   const digitnet__digit_levels *level) {
    size_t first = digitnet__digit_pieces_main(p, ink), lines = 0;
    digitnet__digit_pieces after;
    digitnet__plane without;
    if (first == p->found.count || !digitnet__may_have_lines(ink))
        return DIGITNET_OK;
    digitnet_status status = copy_without_rules(&without, &lines, ink, level->stroke);
    if (!status && lines > 0) {
        status = digitnet__digit_pieces_find(&after, &without, level);
        if (!status && is_digit_without(&after, &without, p->score[first], lines)) {
            digitnet__digit_pieces before = *p;
            digitnet__plane with = *ink;
            *p = after;
            *ink = without;
            after = before;
            without = with;
        }
        if (!status)
            digitnet__digit_pieces_release(&after);
    }
    digitnet__plane_release(&without);
    return status;
}

/* Marks pixels of the kept pieces, and of the weaker ink at their edges, in `mask`. */
static void mark_digit(unsigned char *mask, const digitnet__plane *ink, const digitnet__digit_pieces *p,
                       const unsigned char *kept, uint8_t edge) {
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
static void copy_digit(digitnet__digit_ink *out, const digitnet__plane *ink, const unsigned char *mask, uint8_t full) {
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

static digitnet_status find_digit(digitnet__digit_ink *out, digitnet__plane *ink) {
    digitnet__arena scratch = {.size = 0};
    digitnet__digit_pieces p;
    digitnet__digit_levels level;
    if (!digitnet__digit_levels_find(&level, ink))
        return DIGITNET_ENOTFOUND;
    digitnet_status status = digitnet__digit_pieces_find(&p, ink, &level);
    if (status)
        return status;
    status = erase_rules(ink, &p, &level);
    size_t first = digitnet__digit_pieces_main(&p, ink), pixels = ink->width * ink->height;
    size_t kept = digitnet__arena_reserve(&scratch, p.found.count + 1, 1);
    size_t mask = digitnet__arena_reserve(&scratch, pixels, 1);
    if (!status && first == p.found.count)
        status = DIGITNET_ENOTFOUND;
    if (!status && !digitnet__arena_allocate(&scratch))
        status = DIGITNET_ENOMEM;
    if (!status) {
        digitnet__digit_pieces_gather(digitnet__arena_at(&scratch, kept), &p, first, ink);
        mark_digit(digitnet__arena_at(&scratch, mask), ink, &p, digitnet__arena_at(&scratch, kept), level.edge);
        copy_digit(out, ink, digitnet__arena_at(&scratch, mask), level.full);
        out->digits = digitnet__digit_pieces_count(&p, first, ink);
    }
    digitnet__arena_release(&scratch);
    digitnet__digit_pieces_release(&p);
    return status;
}

/* ---- Regions ---- */

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
        status = digitnet__digit_polarity_find(&dark, ink);
    if (!dark)
        digitnet__plane_invert(ink);
    size_t longer = ink->width > ink->height ? ink->width : ink->height;
    if (!status)
        status = digitnet__ink_map_divide(ink, longer / STROKE_PARTS + 1, 1);
    if (status)
        digitnet__plane_release(ink);
    return status;
}

digitnet_status digitnet__digit_ink_find_in(digitnet__digit_ink *ink, digitnet__plane *map) {
    *ink = (digitnet__digit_ink){.width = map->width, .height = map->height};
    ink->values = digitnet__allocate_array(map->width * map->height, sizeof *ink->values);
    digitnet_status status = ink->values ? find_digit(ink, map) : DIGITNET_ENOMEM;
    if (status)
        digitnet__digit_ink_release(ink);
    return status;
}

static digitnet_status find_in_region(digitnet__digit_ink *ink, const digitnet_image *image,
                                      const digitnet__box *region, size_t factor) {
    digitnet__plane map;
    digitnet_status status = map_region(&map, image, region, factor);
    if (status)
        return status;
    status = digitnet__digit_ink_find_in(ink, &map);
    digitnet__plane_release(&map);
    return status;
}

static size_t reduction(const digitnet__box *region) {
    return ((region->width > region->height ? region->width : region->height) - 1) / LONGEST_SIDE + 1;
}

/* The part of the region around the digit, with half of the digit's longer side as a margin. */
static digitnet__box closer(const digitnet__digit_ink *ink, const digitnet__box *region, size_t factor) {
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

digitnet_status digitnet__digit_ink_find(digitnet__digit_ink *ink, const digitnet_image *image) {
    digitnet__box region = {0, 0, image->width, image->height};
    size_t factor = reduction(&region);
    digitnet_status status = find_in_region(ink, image, &region, factor);
    /* A small digit in a large picture is looked at again from closer by, where that at least halves the reduction: so
     * all looks together take no longer than twice the first. */
    while (!status) {
        digitnet__box next = closer(ink, &region, factor);
        digitnet__digit_ink nearer;
        if (2 * reduction(&next) > factor)
            return DIGITNET_OK;
        status = find_in_region(&nearer, image, &next, reduction(&next));
        if (status == DIGITNET_ENOTFOUND) /* as wide as a shadow, seen from here */
            return DIGITNET_OK;
        digitnet__digit_ink_release(ink);
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

void digitnet__digit_ink_release(digitnet__digit_ink *ink) {
    digitnet__release(ink->values);
    ink->values = NULL;
}
