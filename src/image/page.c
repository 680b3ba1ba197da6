#include "image/page.h"

#include "core/status.h"
#include "image/ink_map.h"
#include "image/margins.h"
#include "image/rules.h"
#include "image/text_direction.h"
#include "image/text_size.h"

#include <math.h>
#include <string.h>

/* Parts of the picture's longer side: strokes and rules are at most so wide; what is straight and so long is a rule
 * whatever the size of digits, and none is shorter than the last. */
enum { STROKE_PART = 50, THICKNESS_PART = 200, LONG_PART = 2, SHORT_PART = 12 };
enum { LEAST_STROKE = 8, LEAST_THICKNESS = 4 };
/* Strokes are not so many times as long as digits are high. */
#define LONGEST_STROKE 3.0
/* Writing that is larger, in pixels, is reduced to this size. */
#define LARGE_SIZE 200.0
/* The least ink of a stroke. */
enum { STROKE_INK = 48 };

static size_t longer_side(size_t width, size_t height) {
    return width > height ? width : height;
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

digitnet_status digitnet__page_find_ink(digitnet__page_ink *ink, const digitnet_image *image) {
    size_t stroke = longer_side(image->width, image->height) / STROKE_PART;
    *ink = (digitnet__page_ink){.factor = 1};
    return digitnet__ink_map_create(&ink->plane, image, larger(stroke, LEAST_STROKE));
}

void digitnet__page_ink_release(digitnet__page_ink *ink) {
    digitnet__plane_release(&ink->plane);
    digitnet__plane_release(&ink->ruled);
}

static digitnet_status copy_ruled(digitnet__page_ink *ink) {
    DNN_TRY(digitnet__plane_create(&ink->ruled, ink->plane.width, ink->plane.height));
    memcpy(ink->ruled.pixels, ink->plane.pixels, ink->plane.width * ink->plane.height);
    return DIGITNET_OK;
}

/* Keeps the ink as it was with its first rules. */
static digitnet_status erase_rules(digitnet__page_ink *ink, size_t length) {
    size_t thickness = longer_side(ink->plane.width, ink->plane.height) / THICKNESS_PART;
    digitnet__rules rules;
    DNN_TRY(digitnet__rules_find(&rules, &ink->plane, length, larger(thickness, LEAST_THICKNESS)));
    digitnet_status status = rules.count > 0 && !ink->ruled.pixels ? copy_ruled(ink) : DIGITNET_OK;
    if (!status)
        digitnet__rules_erase(&ink->plane, &rules);
    digitnet__rules_release(&rules);
    return status;
}

/* Erases pieces beside the sheet, and finds the usual size of the others. */
static digitnet_status erase_margins(double *size, digitnet__plane *ink) {
    digitnet__components pieces;
    DNN_TRY(digitnet__components_find(&pieces, ink, STROKE_INK));
    digitnet_status status = digitnet__margins_erase_pieces(ink, &pieces);
    if (!status)
        status = digitnet__text_size_find(size, &pieces);
    digitnet__components_release(&pieces);
    return status;
}

static digitnet_status reduce(digitnet__plane *plane, size_t factor) {
    digitnet__plane reduced;
    DNN_TRY(digitnet__plane_reduce(&reduced, plane, factor));
    digitnet__plane_release(plane);
    *plane = reduced;
    return DIGITNET_OK;
}

/* Reduces ink whose pieces have this size, which becomes that of the reduced ones. */
static digitnet_status reduce_large(digitnet__page_ink *ink, double *size) {
    size_t factor = (size_t)(*size / LARGE_SIZE);
    if (factor < 2)
        return DIGITNET_OK;
    DNN_TRY(reduce(&ink->plane, factor));
    if (ink->ruled.pixels)
        DNN_TRY(reduce(&ink->ruled, factor));
    ink->factor = factor;
    *size /= (double)factor;
    return DIGITNET_OK;
}

digitnet_status digitnet__page_clean(digitnet__page_ink *ink) {
    double size;
    DNN_TRY(digitnet__margins_erase_bands(&ink->plane, STROKE_INK));
    DNN_TRY(erase_rules(ink, larger(longer_side(ink->plane.width, ink->plane.height) / LONG_PART, 1)));
    DNN_TRY(erase_margins(&size, &ink->plane));
    DNN_TRY(reduce_large(ink, &size));
    size_t shortest = longer_side(ink->plane.width, ink->plane.height) / SHORT_PART;
    return erase_rules(ink, larger((size_t)(LONGEST_STROKE * size), larger(shortest, 1)));
}

static digitnet_status find_lines(digitnet__page *page) {
    digitnet__text_direction direction;
    double size;
    DNN_TRY(digitnet__components_find(&page->pieces, &page->ink, STROKE_INK));
    DNN_TRY(digitnet__text_size_find(&size, &page->pieces));
    DNN_TRY(digitnet__text_direction_find(&direction, &page->pieces, size));
    page->evidence = direction.evidence;
    return digitnet__text_lines_find(&page->lines, &page->pieces, size, direction.slope);
}

digitnet_status digitnet__page_find_lines(digitnet__page *page, const digitnet__page_ink *ink, int quarters) {
    bool has_rules = ink->ruled.pixels != NULL;
    *page = (digitnet__page){.ruled = has_rules ? &ink->ruled : &ink->plane,
                             .factor = ink->factor,
                             .quarters = quarters,
                             .has_rules = has_rules};
    DNN_TRY(digitnet__plane_turn(&page->ink, &ink->plane, quarters));
    digitnet_status status = find_lines(page);
    if (status)
        digitnet__page_release(page);
    return status;
}

void digitnet__page_release(digitnet__page *page) {
    digitnet__text_lines_release(&page->lines);
    digitnet__components_release(&page->pieces);
    digitnet__plane_release(&page->ink);
}

/* Where a place of the page was before it was turned. */
static digitnet__point turn_back(digitnet__point p, const digitnet__page *page) {
    double width = (double)page->ink.width, height = (double)page->ink.height; /* of the turned page */
    switch (page->quarters) {
    case 1:
        return (digitnet__point){p.y, width - p.x};
    case 2:
        return (digitnet__point){width - p.x, height - p.y};
    case 3:
        return (digitnet__point){height - p.y, p.x};
    default:
        return p;
    }
}

/* Where a place of the page is in the picture. */
static digitnet__point place_in_picture(digitnet__point p, const digitnet__page *page) {
    digitnet__point back = turn_back(p, page);
    return (digitnet__point){back.x * (double)page->factor, back.y * (double)page->factor};
}

digitnet_status digitnet__page_cut_line(digitnet__plane *line_ink, digitnet__point corners[4],
                                        const digitnet__page *page, size_t line, bool on_head) {
    digitnet__point found[4];
    digitnet__text_line_corners(found, &page->lines.items[line]);
    for (size_t i = 0; i < 4; i++)
        corners[i] = place_in_picture(found[on_head ? (i + 2) % 4 : i], page);
    DNN_TRY(digitnet__text_line_cut(line_ink, &page->lines, line, &page->pieces, &page->ink));
    if (!on_head)
        return DIGITNET_OK;
    digitnet__plane turned;
    digitnet_status status = digitnet__plane_turn(&turned, line_ink, 2);
    digitnet__plane_release(line_ink);
    *line_ink = turned;
    return status;
}

/* Moves the corners of a line outwards, by so much at its ends, and above and below it. */
static void widen(digitnet__point corners[4], double ends, double sides) {
    double width = hypot(corners[1].x - corners[0].x, corners[1].y - corners[0].y);
    double height = hypot(corners[3].x - corners[0].x, corners[3].y - corners[0].y);
    digitnet__point along = {ends * (corners[1].x - corners[0].x) / width,
                             ends * (corners[1].y - corners[0].y) / width};
    digitnet__point across = {sides * (corners[3].x - corners[0].x) / height,
                              sides * (corners[3].y - corners[0].y) / height};
    for (size_t i = 0; i < 4; i++) {
        double right = i == 1 || i == 2 ? 1.0 : -1.0, down = i >= 2 ? 1.0 : -1.0;
        corners[i].x += right * along.x + down * across.x;
        corners[i].y += right * along.y + down * across.y;
    }
}

digitnet_status digitnet__page_cut_around(digitnet__plane *out, digitnet__point corners[4], const digitnet__page *page,
                                          size_t line, bool on_head, double ends, double sides) {
    digitnet__point found[4], places[4];
    digitnet__text_line_corners(found, &page->lines.items[line]);
    for (size_t i = 0; i < 4; i++)
        places[i] = turn_back(found[on_head ? (i + 2) % 4 : i], page);
    widen(places, ends, sides);
    double width = hypot(places[1].x - places[0].x, places[1].y - places[0].y);
    double height = hypot(places[3].x - places[0].x, places[3].y - places[0].y);
    for (size_t i = 0; i < 4; i++)
        corners[i] = (digitnet__point){places[i].x * (double)page->factor, places[i].y * (double)page->factor};
    DNN_TRY(digitnet__plane_create(out, (size_t)ceil(width), (size_t)ceil(height)));
    digitnet__plane_sample(out, page->ruled, places);
    return DIGITNET_OK;
}
