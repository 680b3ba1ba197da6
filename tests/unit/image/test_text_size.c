/* The usual size of a page's pieces. */
#include "image/text_size.h"
#include "support.h"

enum { WIDTH = 700, HEIGHT = 200, INK = 220, BARS = 8, APART = 80 };

static void fill(digitnet__plane *plane, size_t left, size_t top, size_t width, size_t height) {
    for (size_t row = top; row < top + height; row++)
        memset(plane->pixels + row * plane->width + left, INK, width);
}

static void draw_frame(digitnet__plane *plane, size_t left, size_t top, size_t width, size_t height) {
    fill(plane, left, top, width, 2);
    fill(plane, left, top + height - 2, width, 2);
    fill(plane, left, top, 2, height);
    fill(plane, left + width - 2, top, 2, height);
}

/* Bars of 12 x 40 in a row. */
static digitnet__plane draw_bars(void) {
    digitnet__plane plane;
    expect_ok(digitnet__plane_create(&plane, WIDTH, HEIGHT));
    for (size_t i = 0; i < BARS; i++)
        fill(&plane, 40 + i * APART, 60, 12, 40);
    return plane;
}

static double size_on(digitnet__plane *plane) {
    digitnet__components pieces;
    double size;
    expect_ok(digitnet__components_find(&pieces, plane, INK));
    expect_ok(digitnet__text_size_find(&size, &pieces));
    digitnet__components_release(&pieces);
    digitnet__plane_release(plane);
    return size;
}

static void it_is_the_longer_side(void **state) {
    (void)state;
    digitnet__plane plane = draw_bars();
    assert_float_equal(size_on(&plane), 40.0, 4.0);
    digitnet__plane blank;
    expect_ok(digitnet__plane_create(&blank, WIDTH, HEIGHT));
    assert_float_equal(size_on(&blank), 0.0, 0.0);
}

/* A form's boxes that touch are one piece, far larger than what is written in them. */
static void boxes_do_not_count(void **state) {
    (void)state;
    digitnet__plane touching = draw_bars(), apart = draw_bars();
    for (size_t i = 0; i < BARS; i++) {
        draw_frame(&touching, 10 + i * APART, 40, APART, 80);
        draw_frame(&apart, 10 + i * APART, 40, APART - 6, 80);
    }
    assert_float_equal(size_on(&touching), 40.0, 4.0);
    assert_float_equal(size_on(&apart), 40.0, 4.0);
}

/* So are those whose digits touch them: they hold nothing then. */
static void boxes_that_digits_touch_do_not_count(void **state) {
    (void)state;
    digitnet__plane plane = draw_bars();
    fill(&plane, 20, 10, 12, 40); /* what is written beside them */
    fill(&plane, 60, 10, 12, 40);
    for (size_t i = 0; i < BARS; i++) {
        draw_frame(&plane, 10 + i * APART, 58, APART, 80);
        fill(&plane, 40 + i * APART, 58, 12, 40);
    }
    assert_float_equal(size_on(&plane), 40.0, 4.0);
}

/* As of digits that lie on their side. */
static void a_lying_bar_counts(void **state) {
    (void)state;
    digitnet__plane plane;
    expect_ok(digitnet__plane_create(&plane, WIDTH, HEIGHT));
    for (size_t i = 0; i < BARS; i++)
        fill(&plane, 40 + i * APART, 60, 40, 8);
    assert_float_equal(size_on(&plane), 40.0, 4.0);
}

static void what_holds_a_speck_counts(void **state) {
    (void)state;
    digitnet__plane plane;
    expect_ok(digitnet__plane_create(&plane, WIDTH, HEIGHT));
    for (size_t i = 0; i < BARS; i++) {
        draw_frame(&plane, 40 + i * APART, 60, 30, 40); /* a nought */
        fill(&plane, 50 + i * APART, 70, 10, 10);
    }
    assert_float_equal(size_on(&plane), 40.0, 4.0);
}

/* Of a page without writing no piece is a character, not even a thin line, which has no size either. */
static void nothing_fits_no_size(void **state) {
    (void)state;
    const digitnet__component line = {.box = {.width = 200, .height = 1}, .pixels = 200};
    const digitnet__component nought = {.box = {.width = 20, .height = 30}, .pixels = 120};
    assert_false(digitnet__text_size_fits(&line, 0.0));
    assert_false(digitnet__text_size_fits(&nought, 0.0));
    assert_true(digitnet__text_size_fits(&nought, 30.0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_longer_side),
        cmocka_unit_test(boxes_do_not_count),
        cmocka_unit_test(boxes_that_digits_touch_do_not_count),
        cmocka_unit_test(a_lying_bar_counts),
        cmocka_unit_test(what_holds_a_speck_counts),
        cmocka_unit_test(nothing_fits_no_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
