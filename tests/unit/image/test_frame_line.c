/* Frames of lines: how high the digits are and where, on lines that are drawn here, with what forms and other lines put
 * around them. */
#include "core/ieee.h"
#include "image/frame_line.h"
#include "image/ink_level.h"
#include "image/ink_polarity.h"
#include "image/line_rules.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 360, HEIGHT = 90, DIGITS = 6, INK = 200, LONGEST = 4096 };

/* Rings as high as digits: their middles fall from column to column. */
struct row_of_rings {
    double left, middle, slope, height, distance, pen;
};
static const struct row_of_rings usual = {60.0, 42.0, 0.0, 30.0, 40.0, 4.0};

static digitnet__plane new_plane(size_t width, size_t height) {
    digitnet__plane plane;
    expect_ok(digitnet__plane_create(&plane, width, height));
    return plane;
}

static void darken(digitnet__plane *plane, size_t column, size_t row, double ink) {
    uint8_t *pixel = &plane->pixels[row * plane->width + column];
    *pixel = ink > *pixel ? (uint8_t)ink : *pixel;
}

/* A ring that is 0.7 times as wide as high, with soft edges. */
static void draw_ring(digitnet__plane *plane, double x, double y, double height, double pen) {
    double radius = (height - pen) / 2.0;
    for (size_t row = 0; row < plane->height; row++) {
        for (size_t column = 0; column < plane->width; column++) {
            double distance = fabs(hypot(((double)column + 0.5 - x) / 0.7, (double)row + 0.5 - y) - radius);
            darken(plane, column, row, INK * fmin(fmax(pen / 2.0 + 0.5 - distance, 0.0), 1.0));
        }
    }
}

static void draw_rings(digitnet__plane *plane, const struct row_of_rings *rings, double zoom) {
    for (int i = 0; i < DIGITS; i++) {
        double x = zoom * (rings->left + rings->distance * i);
        draw_ring(plane, x, zoom * rings->middle + rings->slope * x, zoom * rings->height, zoom * rings->pen);
    }
}

static void draw_bar(digitnet__plane *plane, size_t left, size_t right, size_t top, size_t bottom, double ink) {
    for (size_t row = top; row < bottom; row++)
        for (size_t column = left; column < right; column++)
            darken(plane, column, row, ink);
}

static void draw_sloped_rule(digitnet__plane *plane, double row, double slope, double ink) {
    for (size_t column = 0; column < plane->width; column++) {
        size_t top = (size_t)(row + slope * (double)column);
        draw_bar(plane, column, column + 1, top, top + 2, ink);
    }
}

static void expect_place(const digitnet__line_place *place, const struct row_of_rings *rings) {
    assert_float_equal(place->height, rings->height, 0.06 * rings->height);
    assert_float_equal(place->slope, rings->slope, 0.01);
    assert_float_equal(place->middle, rings->middle, 0.06 * rings->height + 100.0 * fabs(rings->slope - place->slope));
    assert_float_equal(place->left, rings->left - 0.85 * rings->height, 0.4 * rings->height);
    assert_float_equal(place->right, rings->left + rings->distance * (DIGITS - 1) + 0.85 * rings->height,
                       0.4 * rings->height);
}

/* ---- What is around a line ---- */

static void add_nothing(digitnet__plane *plane) {
    (void)plane;
}

static void add_rule_below(digitnet__plane *plane) {
    draw_bar(plane, 0, WIDTH, 64, 66, 255);
}

static void add_rule_at_the_feet(digitnet__plane *plane) {
    draw_bar(plane, 20, WIDTH - 20, 56, 58, 120);
}

static void add_rule_through(digitnet__plane *plane) {
    draw_bar(plane, 0, WIDTH, 40, 42, 150);
}

static void add_sloped_rules(digitnet__plane *plane) {
    draw_sloped_rule(plane, 60.0, 0.04, 150);
    draw_sloped_rule(plane, 3.0, 0.04, 150);
}

/* Boxes, one a digit. */
static void add_boxes(digitnet__plane *plane) {
    draw_bar(plane, 40, 281, 20, 22, 180);
    draw_bar(plane, 40, 281, 64, 66, 180);
    for (size_t i = 0; i <= DIGITS; i++)
        draw_bar(plane, 40 + 40 * i, 41 + 40 * i, 20, 66, 180);
}

static void add_specks(digitnet__plane *plane) {
    for (size_t i = 0; i < 12; i++)
        draw_bar(plane, 20 + 27 * i, 23 + 27 * i, 70 + i % 3, 73 + i % 3, INK);
}

static void add_points_and_dashes(digitnet__plane *plane) {
    draw_bar(plane, 78, 82, 54, 58, INK);
    draw_bar(plane, 194, 206, 40, 44, INK);
}

/* The feet of the line above, and the heads of the one below. */
static void add_neighbours(digitnet__plane *plane) {
    for (int i = 0; i < 4; i++) {
        draw_ring(plane, 50.0 + 80.0 * i, -4.0, 30.0, 4.0);
        draw_ring(plane, 90.0 + 80.0 * i, 92.0, 30.0, 4.0);
    }
}

static void add_edge_of_the_sheet(digitnet__plane *plane) {
    draw_bar(plane, WIDTH - 5, WIDTH, 0, HEIGHT, 255);
}

static void add_noise(digitnet__plane *plane) {
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        darken(plane, i % WIDTH, i / WIDTH, 30.0 * fabs((double)noise(11, i)));
}

static void (*const surroundings[])(digitnet__plane *) = {
    add_nothing, add_rule_below, add_rule_at_the_feet,  add_rule_through, add_sloped_rules,     add_boxes,
    add_specks,  add_noise,      add_points_and_dashes, add_neighbours,   add_edge_of_the_sheet};

static void the_place_is_that_of_the_digits(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof surroundings / sizeof *surroundings; i++) {
        digitnet__line_place place;
        digitnet__plane plane = new_plane(WIDTH, HEIGHT);
        draw_rings(&plane, &usual, 1.0);
        surroundings[i](&plane);
        expect_ok(digitnet__line_find_place(&place, &plane));
        expect_place(&place, &usual);
        digitnet__plane_release(&plane);
    }
}

static void lines_that_fall_or_rise_are_followed(void **state) {
    (void)state;
    for (double slope = -0.06; slope < 0.07; slope += 0.03) {
        digitnet__line_place place;
        digitnet__plane plane = new_plane(WIDTH, HEIGHT);
        struct row_of_rings rings = usual;
        rings.slope = slope;
        rings.middle = 42.0 - 160.0 * slope;
        draw_rings(&plane, &rings, 1.0);
        expect_ok(digitnet__line_find_place(&place, &plane));
        expect_place(&place, &rings);
        digitnet__plane_release(&plane);
    }
}

static void a_few_tall_digits_do_not_count(void **state) {
    (void)state;
    digitnet__line_place place;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    draw_rings(&plane, &usual, 1.0);
    draw_ring(&plane, 300.0, 46.0, 52.0, 4.0);
    expect_ok(digitnet__line_find_place(&place, &plane));
    assert_float_equal(place.height, usual.height, 2.0);
    digitnet__plane_release(&plane);
}

/* A digit in two parts, one above the other, is as high as both. */
static void parts_of_a_digit_are_put_together(void **state) {
    (void)state;
    digitnet__line_place place;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    for (size_t i = 0; i < 4; i++) {
        draw_bar(&plane, 60 + 50 * i, 80 + 50 * i, 25, 29, INK);
        draw_bar(&plane, 62 + 50 * i, 78 + 50 * i, 32, 55, INK);
    }
    expect_ok(digitnet__line_find_place(&place, &plane));
    assert_float_equal(place.height, 30.0, 1.0);
    digitnet__plane_release(&plane);
}

/* ---- Rules ---- */

static void rules_go_and_strokes_stay(void **state) {
    (void)state;
    digitnet__plane digits = new_plane(WIDTH, HEIGHT), both = new_plane(WIDTH, HEIGHT);
    draw_rings(&digits, &usual, 1.0);
    draw_rings(&both, &usual, 1.0);
    add_rule_through(&both);
    add_rule_below(&both);
    expect_ok(digitnet__line_erase_rules(&both, 60));
    size_t kept = 0, strokes = 0, left_over = 0;
    for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
        strokes += digits.pixels[i] >= INK;
        kept += digits.pixels[i] >= INK && both.pixels[i] >= INK;
        left_over += digits.pixels[i] == 0 && both.pixels[i] >= 60;
    }
    assert_true(kept >= strokes * 97 / 100);
    assert_true(left_over <= 60); /* beside the strokes that cross it */
    digitnet__plane_release(&both);
    digitnet__plane_release(&digits);
}

static void digits_alone_lose_nothing(void **state) {
    (void)state;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT), before = new_plane(WIDTH, HEIGHT);
    struct row_of_rings close = usual;
    close.distance = 21.5; /* they touch */
    draw_rings(&plane, &close, 1.0);
    memcpy(before.pixels, plane.pixels, WIDTH * HEIGHT);
    expect_ok(digitnet__line_erase_rules(&plane, 60));
    assert_memory_equal(plane.pixels, before.pixels, WIDTH * HEIGHT);
    digitnet__plane_release(&before);
    digitnet__plane_release(&plane);
}

/* The bars of printed sevens, in a picture as high as they are, look like a rule until one is drawn over them. */
static void bars_in_a_row_are_no_rule(void **state) {
    (void)state;
    for (int ruled = 0; ruled <= 1; ruled++) {
        digitnet__plane plane = new_plane(16 * DIGITS - 3, 24), before = new_plane(16 * DIGITS - 3, 24);
        for (size_t left = 0; left < plane.width; left += 16) {
            draw_bar(&plane, left, left + 13, 0, 3, INK);
            draw_bar(&plane, left + 9, left + 12, 3, 24, INK);
        }
        if (ruled)
            draw_bar(&plane, 0, plane.width, 0, 3, INK);
        memcpy(before.pixels, plane.pixels, plane.width * plane.height);
        expect_ok(digitnet__line_erase_rules(&plane, 60));
        for (size_t i = 0; i < plane.width * plane.height; i++) {
            size_t column = i % plane.width % 16;
            bool on_upright = column >= 9 && column < 12, erased = ruled && !on_upright;
            assert_int_equal(plane.pixels[i], erased ? 0 : before.pixels[i]);
        }
        digitnet__plane_release(&before);
        digitnet__plane_release(&plane);
    }
}

/* As strokes that touch from digit to digit are: a straight bar of the same thickness is erased. */
static void a_crooked_band_is_no_rule(void **state) {
    (void)state;
    for (int crooked = 0; crooked <= 1; crooked++) {
        digitnet__plane plane = new_plane(WIDTH, 2 * 16), before = new_plane(WIDTH, 2 * 16);
        for (size_t column = 0; column < WIDTH; column++) {
            size_t top = 14 + (size_t)lround(crooked * 2.0 * sin(0.4 * (double)column));
            draw_bar(&plane, column, column + 1, top, top + 3, INK);
        }
        memcpy(before.pixels, plane.pixels, plane.width * plane.height);
        expect_ok(digitnet__line_erase_rules(&plane, 60));
        assert_int_equal(memcmp(plane.pixels, before.pixels, plane.width * plane.height) == 0, crooked);
        digitnet__plane_release(&before);
        digitnet__plane_release(&plane);
    }
}

static void dirt_goes_and_points_stay(void **state) {
    (void)state;
    digitnet__line_place place;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    draw_rings(&plane, &usual, 1.0);
    draw_bar(&plane, 78, 80, 40, 42, INK);
    draw_bar(&plane, 118, 122, 54, 58, INK);
    expect_ok(digitnet__line_find_place(&place, &plane));
    assert_int_equal(plane.pixels[40 * WIDTH + 78], 0);
    assert_int_equal(plane.pixels[55 * WIDTH + 119], INK);
    digitnet__plane_release(&plane);
}

/* Pens of any width, with gaps between the strokes that are narrower; on a dark table too. */
static void ink_is_told_from_gaps(void **state) {
    (void)state;
    for (size_t pen = 2; pen <= 11; pen++) {
        bool dark = true;
        digitnet__plane plane = new_plane(WIDTH, HEIGHT);
        for (size_t i = 0; i < 2 * DIGITS; i++)
            draw_bar(&plane, 60 + (pen + 7) * i, 60 + (pen + 7) * i + pen, 25, 65, INK);
        expect_ok(digitnet__ink_polarity_find(&dark, &plane));
        assert_false(dark);
        digitnet__plane_invert(&plane);
        expect_ok(digitnet__ink_polarity_find(&dark, &plane));
        assert_true(dark);
        if (pen < 7) {
            for (size_t i = 0; i < WIDTH * HEIGHT / 5; i++)
                plane.pixels[i] = 30;
            expect_ok(digitnet__ink_polarity_find(&dark, &plane));
            assert_true(dark);
        }
        digitnet__plane_release(&plane);
    }
}

/* The last digit of a line that a pen wrote which ran dry: no piece of it is high. */
static void a_broken_digit_ends_the_line(void **state) {
    (void)state;
    digitnet__line_place place;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    draw_ring(&plane, usual.left + usual.distance * DIGITS, usual.middle, usual.height, usual.pen);
    for (size_t row = 0; row < HEIGHT; row++)
        if (row % 8 < 2)
            memset(plane.pixels + row * WIDTH, 0, WIDTH);
    draw_rings(&plane, &usual, 1.0);
    expect_ok(digitnet__line_find_place(&place, &plane));
    assert_float_equal(place.right, usual.left + usual.distance * DIGITS + 0.85 * usual.height, 2.0);
    digitnet__plane_release(&plane);
}

/* A point and a dash behind the last digit, as of "12.-", and a dash before the first; but no speck, nor what is far.
 */
static void marks_beside_the_digits_are_in_the_strip(void **state) {
    (void)state;
    digitnet__line_place bare, place;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    draw_rings(&plane, &usual, 1.0);
    expect_ok(digitnet__line_find_place(&bare, &plane));
    draw_bar(&plane, 24, 38, 40, 43, INK);
    draw_bar(&plane, 280, 284, 53, 57, INK);
    draw_bar(&plane, 292, 312, 41, 44, INK);
    draw_bar(&plane, 345, 350, 53, 57, INK);
    expect_ok(digitnet__line_find_place(&place, &plane));
    assert_float_equal(place.left, 24.0 - 0.5 * place.height, 0.5);
    assert_float_equal(place.right, 312.0 + 0.5 * place.height, 0.5);
    assert_true(bare.left > place.left + 10.0 && bare.right < place.right - 30.0);
    digitnet__plane_release(&plane);
}

/* A 2 or a 5, whose upright segments are half as high as the digit. */
static void draw_segments(digitnet__plane *plane, size_t left, bool is_two) {
    enum { TOP = 27, PEN = 4, UPRIGHT = 7, ACROSS = 18, BREAK = 2 };
    size_t next = PEN + BREAK + UPRIGHT + BREAK, right = left + ACROSS - PEN;
    size_t upper = is_two ? right : left, lower = is_two ? left : right;
    for (size_t i = 0; i < 3; i++)
        draw_bar(plane, left, left + ACROSS, TOP + next * i, TOP + next * i + PEN, INK);
    draw_bar(plane, upper, upper + PEN, TOP + PEN + BREAK, TOP + next - BREAK, INK);
    draw_bar(plane, lower, lower + PEN, TOP + next + PEN + BREAK, TOP + 2 * next - BREAK, INK);
}

static void a_displays_segments_are_digits(void **state) {
    (void)state;
    digitnet__line_place place;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    for (size_t i = 0; i < DIGITS; i++)
        draw_segments(&plane, 51 + 40 * i, i % 2 == 0);
    expect_ok(digitnet__line_find_place(&place, &plane));
    assert_float_equal(place.height, 34.0, 2.0);
    assert_float_equal(place.middle, 44.0, 1.0);
    digitnet__plane_release(&plane);
}

/* ---- The strip ---- */

static digitnet__plane strip_of(double zoom, double ink) {
    digitnet__line_place place;
    digitnet__plane strip, plane = new_plane((size_t)(zoom * WIDTH), (size_t)(zoom * HEIGHT));
    draw_rings(&plane, &usual, zoom);
    for (size_t i = 0; i < plane.width * plane.height; i++)
        plane.pixels[i] = (uint8_t)(plane.pixels[i] * ink);
    expect_ok(digitnet__line_find_place(&place, &plane));
    expect_ok(digitnet__line_frame(&strip, &plane, &place));
    digitnet__plane_release(&plane);
    return strip;
}

static size_t rows_with_ink(const digitnet__plane *strip) {
    size_t rows = 0;
    for (size_t row = 0; row < strip->height; row++) {
        uint8_t most = 0;
        for (size_t column = 0; column < strip->width; column++)
            most =
                strip->pixels[row * strip->width + column] > most ? strip->pixels[row * strip->width + column] : most;
        rows += most >= 128;
    }
    return rows;
}

static void strips_depend_neither_on_size_nor_on_darkness(void **state) {
    (void)state;
    digitnet__plane usual_strip = strip_of(1.0, 1.0);
    assert_int_equal(usual_strip.height, DIGITNET_LINE_HEIGHT);
    assert_in_range(rows_with_ink(&usual_strip), 19, 21);
    const double others[][2] = {{0.6, 1.0}, {2.0, 1.0}, {5.0, 1.0}, {1.0, 0.4}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        digitnet__plane strip = strip_of(others[i][0], others[i][1]);
        assert_in_range(strip.width, usual_strip.width - 4, usual_strip.width + 4);
        assert_in_range(rows_with_ink(&strip), 19, 21);
        uint8_t most = 0;
        for (size_t k = 0; k < strip.width * strip.height; k++)
            most = strip.pixels[k] > most ? strip.pixels[k] : most;
        assert_int_equal(most, 255);
        digitnet__plane_release(&strip);
    }
    digitnet__plane_release(&usual_strip);
}

static uint8_t darkest_between(const digitnet__plane *strip, size_t first, size_t end) {
    uint8_t darkest = 0;
    for (size_t row = 0; row < strip->height; row++)
        for (size_t column = first; column < end; column++)
            if (darkest < strip->pixels[row * strip->width + column])
                darkest = strip->pixels[row * strip->width + column];
    return darkest;
}

/* A digit of a thin pen among those of a thick one; but what is as faint as the other side of the paper stays so. */
static void thin_strokes_are_dark(void **state) {
    (void)state;
    const double zoom = 5.0, pens[] = {4.0, 0.8};
    for (size_t i = 0; i < 2; i++) {
        digitnet__line_place place;
        digitnet__plane strip, plane = new_plane((size_t)(zoom * WIDTH), (size_t)(zoom * HEIGHT));
        draw_rings(&plane, &usual, zoom);
        draw_ring(&plane, zoom * (usual.left + usual.distance * (DIGITS + 0.5)), zoom * usual.middle,
                  zoom * usual.height, pens[i]);
        expect_ok(digitnet__line_find_place(&place, &plane));
        expect_ok(digitnet__line_frame(&strip, &plane, &place));
        if (i == 0)
            assert_in_range(darkest_between(&strip, strip.width - 30, strip.width), 220, 255);
        else
            assert_in_range(darkest_between(&strip, strip.width - 20, strip.width), 10, 60);
        digitnet__plane_release(&strip);
        digitnet__plane_release(&plane);
    }
}

/* ---- The public function ---- */

static void pictures_are_framed(void **state) {
    (void)state;
    static float out[DIGITNET_LINE_HEIGHT * LONGEST];
    size_t width = 0, needed = 0;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    draw_rings(&plane, &usual, 1.0);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        plane.pixels[i] = (uint8_t)(250 - plane.pixels[i]);
    const digitnet_image *image =
        DIGITNET_WITH(digitnet_image, .pixels = plane.pixels, .width = WIDTH, .height = HEIGHT);
    expect_ok(digitnet_image_frame_line(out, DIGITNET_LINE_HEIGHT * LONGEST, &width, image));
    double height_in_strip = 20.0 / usual.height;
    assert_in_range(width, (size_t)(height_in_strip * 230), (size_t)(height_in_strip * 270));
    for (size_t i = 0; i < DIGITNET_LINE_HEIGHT * width; i++)
        assert_true(out[i] >= 0.0f && out[i] <= 1.0f);
    expect_failure(digitnet_image_frame_line(out, DIGITNET_LINE_HEIGHT * width - 1, &needed, image), DIGITNET_EBUFFER,
                   "needed");
    assert_int_equal(needed, width);
    expect_failure(digitnet_image_frame_line(NULL, 0, &width, image), DIGITNET_EINVAL, "out is NULL");
    expect_failure(digitnet_image_frame_line(out, 0, NULL, image), DIGITNET_EINVAL, "width is NULL");
    digitnet__plane_release(&plane);
}

static void paper_without_a_line_is_none(void **state) {
    (void)state;
    digitnet__line_place place;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    expect_failure(digitnet__line_find_place(&place, &plane), DIGITNET_ENOTFOUND, "no ink");
    add_rule_below(&plane);
    expect_failure(digitnet__line_find_place(&place, &plane), DIGITNET_ENOTFOUND, "no ink but rules");
    digitnet__plane_release(&plane);
    plane = new_plane(WIDTH, HEIGHT);
    for (size_t left = 20; left < WIDTH - 20; left += 10)
        draw_bar(&plane, left, left + 2, 40, 43, INK);
    expect_failure(digitnet__line_find_place(&place, &plane), DIGITNET_ENOTFOUND, "4 pixels or more");
    digitnet__plane_release(&plane);
}

static void long_lines_are_refused(void **state) {
    (void)state;
    digitnet__plane strip, plane = new_plane(WIDTH, HEIGHT);
    digitnet__line_place place = {.middle = 45.0, .height = 0.01, .right = WIDTH};
    expect_failure(digitnet__line_frame(&strip, &plane, &place), DIGITNET_ELIMIT, "times as long");
    digitnet__plane_release(&plane);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_place_is_that_of_the_digits),
        cmocka_unit_test(lines_that_fall_or_rise_are_followed),
        cmocka_unit_test(a_few_tall_digits_do_not_count),
        cmocka_unit_test(parts_of_a_digit_are_put_together),
        cmocka_unit_test(rules_go_and_strokes_stay),
        cmocka_unit_test(digits_alone_lose_nothing),
        cmocka_unit_test(bars_in_a_row_are_no_rule),
        cmocka_unit_test(a_crooked_band_is_no_rule),
        cmocka_unit_test(dirt_goes_and_points_stay),
        cmocka_unit_test(ink_is_told_from_gaps),
        cmocka_unit_test(a_broken_digit_ends_the_line),
        cmocka_unit_test(marks_beside_the_digits_are_in_the_strip),
        cmocka_unit_test(a_displays_segments_are_digits),
        cmocka_unit_test(strips_depend_neither_on_size_nor_on_darkness),
        cmocka_unit_test(thin_strokes_are_dark),
        cmocka_unit_test(pictures_are_framed),
        cmocka_unit_test(paper_without_a_line_is_none),
        cmocka_unit_test(long_lines_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
