/* Whole planes: turned, reduced and closed, against what is meant, pixel by pixel. */
#include "drawing.h"
#include "image/morphology.h"
#include "support.h"

#include <stdbool.h>
#include <stdlib.h>

static digitnet__plane random_plane(size_t width, size_t height, uint64_t seed) {
    digitnet__plane plane = new_plane(width, height);
    for (size_t i = 0; i < width * height; i++)
        plane.pixels[i] = (uint8_t)(127.5f * (1.0f + noise(seed, i)));
    return plane;
}

static uint8_t pixel(const digitnet__plane *plane, size_t column, size_t row) {
    assert_true(column < plane->width && row < plane->height);
    return plane->pixels[row * plane->width + column];
}

static const size_t sizes[][2] = {{1, 1}, {1, 7}, {7, 1}, {2, 3}, {70, 5}, {67, 131}};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* A quarter clockwise takes the lower left pixel to the upper left corner. */
static void planes_turn_clockwise(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        digitnet__plane plane = random_plane(sizes[i][0], sizes[i][1], i), turned = copy_of(&plane);
        for (int quarters = 0; quarters < 4; quarters++) {
            digitnet__plane made, next = new_plane(turned.height, turned.width);
            expect_ok(digitnet__plane_turn(&made, &plane, quarters));
            assert_int_equal(made.width, turned.width);
            assert_int_equal(made.height, turned.height);
            assert_memory_equal(made.pixels, turned.pixels, made.width * made.height);
            for (size_t row = 0; row < next.height; row++)
                for (size_t column = 0; column < next.width; column++)
                    next.pixels[row * next.width + column] = pixel(&turned, row, turned.height - 1 - column);
            digitnet__plane_release(&made);
            digitnet__plane_release(&turned);
            turned = next;
        }
        assert_memory_equal(turned.pixels, plane.pixels, plane.width * plane.height);
        digitnet__plane_release(&turned);
        digitnet__plane_release(&plane);
    }
}

static void values_are_counted(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        size_t histogram[256], counted[256] = {0};
        digitnet__plane plane = random_plane(sizes[i][0], sizes[i][1], i);
        digitnet__plane_count(histogram, &plane);
        for (size_t k = 0; k < plane.width * plane.height; k++)
            counted[plane.pixels[k]]++;
        assert_memory_equal(histogram, counted, sizeof counted);
        digitnet__plane_release(&plane);
    }
}

static void columns_are_cut_out(void **state) {
    (void)state;
    enum { FIRST = 3, END = 8, MARGIN = 2, WIDTH = 10, HEIGHT = 4 };
    digitnet__plane out, plane = random_plane(WIDTH, HEIGHT, 1);
    expect_ok(digitnet__plane_cut_columns(&out, &plane, FIRST, END, MARGIN));
    assert_int_equal(out.width, END - FIRST + 2 * MARGIN);
    assert_int_equal(out.height, HEIGHT + 2 * MARGIN);
    for (size_t row = 0; row < out.height; row++) {
        for (size_t column = 0; column < out.width; column++) {
            bool inside = row >= MARGIN && row < MARGIN + HEIGHT && column >= MARGIN && column < MARGIN + END - FIRST;
            assert_int_equal(pixel(&out, column, row),
                             inside ? pixel(&plane, column - MARGIN + FIRST, row - MARGIN) : 0);
        }
    }
    digitnet__plane_release(&out);
    digitnet__plane_release(&plane);
}

static void columns_have_maxima(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        uint8_t maxima[128];
        digitnet__plane plane = random_plane(sizes[i][0], sizes[i][1], i);
        digitnet__plane_column_maxima(maxima, &plane);
        for (size_t column = 0; column < plane.width; column++) {
            uint8_t most = 0;
            for (size_t row = 0; row < plane.height; row++)
                most = pixel(&plane, column, row) > most ? pixel(&plane, column, row) : most;
            assert_int_equal(maxima[column], most);
        }
        digitnet__plane_release(&plane);
    }
}

/* Corners on a straight line, as the cells of a table may have that is none. */
static void a_quadrilateral_that_is_none_is_empty(void **state) {
    (void)state;
    digitnet__plane out = new_plane(5, 5), plane = random_plane(20, 20, 1);
    digitnet__plane_sample(&out, &plane, (const digitnet__point[]){{2, 2}, {6, 6}, {10, 10}, {14, 14}});
    for (size_t i = 0; i < out.width * out.height; i++)
        assert_int_equal(out.pixels[i], 0);
    digitnet__plane_release(&out);
    digitnet__plane_release(&plane);
}

static void planes_are_reduced_to_means(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        digitnet__plane plane = random_plane(sizes[i][0], sizes[i][1], i);
        for (size_t factor = 1; factor < 9; factor += 2) {
            digitnet__plane made;
            expect_ok(digitnet__plane_reduce(&made, &plane, factor));
            assert_int_equal(made.width, (plane.width + factor - 1) / factor);
            assert_int_equal(made.height, (plane.height + factor - 1) / factor);
            for (size_t block = 0; block < made.width * made.height; block++) {
                size_t left = block % made.width * factor, top = block / made.width * factor, sum = 0, count = 0;
                for (size_t row = top; row < top + factor && row < plane.height; row++)
                    for (size_t column = left; column < left + factor && column < plane.width; column++, count++)
                        sum += pixel(&plane, column, row);
                assert_int_equal(made.pixels[block], (2 * sum + count) / (2 * count));
            }
            digitnet__plane_release(&made);
        }
        digitnet__plane_release(&plane);
    }
}

/* The largest or smallest pixel of a square that begins `before` pixels before one; places beyond the edges do not
 * count. */
static uint8_t best_of_square(const digitnet__plane *plane, size_t column, size_t row, size_t before, size_t side,
                              bool largest) {
    uint8_t best = pixel(plane, column, row);
    for (size_t i = 0; i < side * side; i++) {
        size_t x = column + i % side, y = row + i / side;
        if (x < before || y < before || x - before >= plane->width || y - before >= plane->height)
            continue;
        uint8_t value = pixel(plane, x - before, y - before);
        best = (value > best) == largest ? value : best;
    }
    return best;
}

static void filter(digitnet__plane *plane, size_t before, size_t side, bool largest) {
    digitnet__plane from = copy_of(plane);
    for (size_t i = 0; i < plane->width * plane->height; i++)
        plane->pixels[i] = best_of_square(&from, i % plane->width, i / plane->width, before, side, largest);
    digitnet__plane_release(&from);
}

static void closing_is_dilation_and_erosion(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        for (size_t side = 1; side < 12; side += side < 5 ? 1 : 3) {
            digitnet__plane plane = random_plane(sizes[i][0], sizes[i][1], i), expected = copy_of(&plane);
            filter(&expected, (side - 1) / 2, side, true);
            filter(&expected, side / 2, side, false);
            expect_ok(digitnet__morphology_close(&plane, side));
            assert_memory_equal(plane.pixels, expected.pixels, plane.width * plane.height);
            digitnet__plane_release(&expected);
            digitnet__plane_release(&plane);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planes_turn_clockwise),
        cmocka_unit_test(values_are_counted),
        cmocka_unit_test(columns_are_cut_out),
        cmocka_unit_test(columns_have_maxima),
        cmocka_unit_test(a_quadrilateral_that_is_none_is_empty),
        cmocka_unit_test(planes_are_reduced_to_means),
        cmocka_unit_test(closing_is_dilation_and_erosion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
