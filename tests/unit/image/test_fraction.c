/* Numbers with a fraction at their end, drawn as blocks: what belongs to which part. */
#include "image/fraction.h"
#include "support.h"

enum { WIDTH = 240, HEIGHT = 80, INK = 200, THRESHOLD = 100, SOFT = 60 };

static digitnet__plane line;

static int create_line(void **state) {
    (void)state;
    return digitnet__plane_create(&line, WIDTH, HEIGHT);
}

static int release_line(void **state) {
    (void)state;
    digitnet__plane_release(&line);
    return 0;
}

static void draw(size_t left, size_t top, size_t width, size_t height) {
    for (size_t row = top; row < top + height; row++)
        memset(line.pixels + row * WIDTH + left, INK, width);
}

/* Two digits of 44 rows, with soft edges to the left. */
static void draw_whole(void) {
    for (size_t left = 20; left <= 50; left += 30) {
        draw(left, 18, 14, 44);
        for (size_t row = 18; row < 62; row++)
            line.pixels[row * WIDTH + left - 1] = SOFT;
    }
}

static void draw_small_digits(size_t left, size_t top, size_t count) {
    for (size_t i = 0; i < count; i++)
        draw(left + 14 * i, top, 7, 20);
}

static void draw_bar(double slope) {
    for (size_t column = 78; column < 138; column++)
        draw(column, (size_t)(38.0 + slope * ((double)column - 108.0)), 1, 4);
}

static void draw_slash(void) {
    for (size_t row = 12; row < 68; row++)
        draw((size_t)(132.0 - 0.4 * (double)(row - 12)), row, 4, 1);
}

/* The box of what has ink. */
static digitnet__box box_of(const digitnet__plane *plane) {
    digitnet__box box = {.width = 0};
    for (size_t i = 0; i < plane->width * plane->height; i++) {
        digitnet__box pixel = {i % plane->width, i / plane->width, 1, 1};
        if (plane->pixels[i] == 0)
            continue;
        if (box.width == 0)
            box = pixel;
        digitnet__box_unite(&box, &pixel);
    }
    return box;
}

static void expect_box(const digitnet__plane *plane, size_t left, size_t top, size_t width, size_t height) {
    digitnet__box box = box_of(plane);
    assert_int_equal(box.left, left);
    assert_int_equal(box.top, top);
    assert_int_equal(box.width, width);
    assert_int_equal(box.height, height);
}

static void expect_none(void) {
    digitnet__fraction fraction;
    assert_int_equal(digitnet__fraction_find(&fraction, &line, THRESHOLD), DIGITNET_ENOTFOUND);
}

static void numbers_above_and_below_a_bar(void **state) {
    (void)state;
    digitnet__fraction fraction;
    draw_whole();
    draw_small_digits(90, 12, 2);
    draw_bar(0.0);
    draw_small_digits(84, 48, 3);
    expect_ok(digitnet__fraction_find(&fraction, &line, THRESHOLD));
    expect_box(&fraction.parts[DNN_FRACTION_WHOLE], 19, 18, 45, 44);
    expect_box(&fraction.parts[DNN_FRACTION_NUMERATOR], 90, 12, 21, 20);
    expect_box(&fraction.parts[DNN_FRACTION_DENOMINATOR], 84, 48, 35, 20);
    assert_int_equal(fraction.divider.left, 78);
    assert_int_equal(fraction.divider.width, 60);
    assert_int_equal(fraction.divider.top, 38);
    assert_int_equal(fraction.divider.height, 4);
    assert_int_equal(fraction.parts[DNN_FRACTION_WHOLE].pixels[30 * WIDTH + 19], SOFT);
    digitnet__fraction_release(&fraction);
}

/* A bar that rises, and one digit on it and one that hangs from it. */
static void digits_may_touch_the_bar(void **state) {
    (void)state;
    digitnet__fraction fraction;
    draw_whole();
    draw_small_digits(90, 12, 1);
    draw(104, 12, 7, 28);
    draw_bar(-0.1);
    draw(84, 40, 7, 26);
    draw_small_digits(98, 48, 2);
    expect_ok(digitnet__fraction_find(&fraction, &line, THRESHOLD));
    digitnet__box above = box_of(&fraction.parts[DNN_FRACTION_NUMERATOR]);
    digitnet__box below = box_of(&fraction.parts[DNN_FRACTION_DENOMINATOR]);
    assert_int_equal(above.left, 90);
    assert_int_equal(above.left + above.width, 111);
    assert_in_range(above.top + above.height, 32, 38);
    assert_int_equal(below.left, 84);
    assert_in_range(below.top, 43, 46);
    digitnet__fraction_release(&fraction);
}

static void numbers_beside_a_slash(void **state) {
    (void)state;
    digitnet__fraction fraction;
    draw_whole();
    draw_small_digits(84, 12, 2);
    draw_slash();
    draw_small_digits(136, 46, 3);
    draw(230, 2, 2, 76); /* the side of a form's box */
    expect_ok(digitnet__fraction_find(&fraction, &line, THRESHOLD));
    expect_box(&fraction.parts[DNN_FRACTION_NUMERATOR], 84, 12, 21, 20);
    expect_box(&fraction.parts[DNN_FRACTION_DENOMINATOR], 136, 46, 35, 20);
    assert_int_equal(fraction.parts[DNN_FRACTION_WHOLE].pixels[30 * WIDTH + 55], INK);
    digitnet__fraction_release(&fraction);
}

static void what_is_none(void **state) {
    (void)state;
    expect_none();
    draw_whole();
    expect_none();
    draw_small_digits(90, 12, 2); /* raised, */
    expect_none();
    draw_bar(0.0); /* underlined, */
    expect_none();
    draw_small_digits(84, 48, 3);
    draw(150, 18, 14, 44); /* before another digit */
    expect_none();
}

static void full_digits_beside_a_slash_are_none(void **state) {
    (void)state;
    draw_whole();
    draw_slash();
    for (size_t left = 140; left <= 200; left += 30)
        draw(left, 18, 14, 44);
    expect_none();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_above_and_below_a_bar, create_line, release_line),
        cmocka_unit_test_setup_teardown(digits_may_touch_the_bar, create_line, release_line),
        cmocka_unit_test_setup_teardown(numbers_beside_a_slash, create_line, release_line),
        cmocka_unit_test_setup_teardown(what_is_none, create_line, release_line),
        cmocka_unit_test_setup_teardown(full_digits_beside_a_slash_are_none, create_line, release_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
