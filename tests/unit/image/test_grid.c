/* Tables in ink maps that are drawn here: their crossings are found where they are. */
#include "drawn_table.h"
#include "image/grid.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WIDTH = 480, HEIGHT = 400, NOISE = 4 };

static drawn_digits digits;

static const drawn_table plain = {.corners = {{60, 50}, {420, 50}, {420, 350}, {60, 350}},
                                  .rows = 9,
                                  .columns = 9,
                                  .thickness = 2,
                                  .thick = 2,
                                  .ink = 160};

/* A digit in every cell, some of which cross a rule. */
static void draw_writing(digitnet__plane *plane, const drawn_table *table) {
    for (size_t row = 0; row < table->rows; row++) {
        for (size_t column = 0; column < table->columns; column++) {
            digitnet__point a = table_crossing(table, row, column), b = table_crossing(table, row + 1, column + 1);
            digitnet__point c = table_crossing(table, row, column + 1), d = table_crossing(table, row + 1, column);
            double cell = fmin(hypot(c.x - a.x, c.y - a.y), hypot(d.x - a.x, d.y - a.y));
            double height = cell * ((row + column) % 5 == 0 ? 0.8 : 0.55);
            double x = (a.x + b.x + c.x + d.x) / 4.0 + 0.1 * cell * noise(11, row * 100 + column);
            double y = (a.y + b.y + c.y + d.y) / 4.0 + 0.1 * cell * noise(12, row * 100 + column);
            size_t digit = (row * table->columns + column) % digits.count;
            draw_digit(plane, &digits, digit, x - 0.35 * height, y - 0.5 * height, height, 230.0);
        }
    }
}

static digitnet__plane drawn(const drawn_table *table) {
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    draw_table(&plane, table);
    draw_writing(&plane, table);
    draw_noise(&plane, NOISE, 7);
    return plane;
}

/* The grid is the table's: of 25 crossings at most one, where a digit hides the rules, is farther off than this part of
 * a cell. */
static void expect_grid(const digitnet__grid *grid, const drawn_table *table, double tolerance) {
    size_t crossings = (table->rows + 1) * (table->columns + 1), off = 0;
    assert_int_equal(grid->rows, table->rows);
    assert_int_equal(grid->columns, table->columns);
    for (size_t i = 0; i < crossings; i++) {
        size_t row = i / (table->columns + 1), column = i % (table->columns + 1);
        digitnet__point at = table_crossing(table, row, column);
        digitnet__point beside = table_crossing(table, row, column ? column - 1 : 1);
        digitnet__point above = table_crossing(table, row ? row - 1 : 1, column);
        double cell = fmin(hypot(beside.x - at.x, beside.y - at.y), hypot(above.x - at.x, above.y - at.y));
        off += hypot(grid->points[i].x - at.x, grid->points[i].y - at.y) > tolerance * cell;
    }
    assert_true(25 * off <= crossings);
}

static void expect_found(const digitnet__plane *plane, const drawn_table *table, size_t rows, size_t columns,
                         double tolerance) {
    digitnet__grid grid;
    expect_ok(digitnet__grid_find(&grid, plane, rows, columns));
    expect_grid(&grid, table, tolerance);
    digitnet__grid_release(&grid);
}

/* Both where its size is known and where it is not. */
static void expect_table(const drawn_table *table, double tolerance) {
    digitnet__plane plane = drawn(table);
    expect_found(&plane, table, table->rows, table->columns, tolerance);
    expect_found(&plane, table, 0, 0, tolerance);
    digitnet__plane_release(&plane);
}

static void a_table_is_found_from_aside(void **state) {
    (void)state;
    drawn_table table = plain;
    expect_table(&table, 0.08);
    const digitnet__point corners[4] = {{110, 60}, {390, 40}, {450, 350}, {40, 330}};
    memcpy(table.corners, corners, sizeof corners);
    expect_table(&table, 0.1);
}

static void a_turned_table_is_found(void **state) {
    (void)state;
    for (int degrees = -20; degrees <= 20; degrees += 10) {
        drawn_table table = plain;
        double angle = degrees * M_PI / 180.0, c = cos(angle), s = sin(angle);
        for (size_t i = 0; i < 4; i++) {
            double x = i == 1 || i == 2 ? 140.0 : -140.0, y = i < 2 ? -130.0 : 130.0;
            table.corners[i] = (digitnet__point){240.0 + c * x - s * y, 200.0 + s * x + c * y};
        }
        expect_table(&table, 0.12);
    }
}

static void a_table_on_bent_paper_is_found(void **state) {
    (void)state;
    drawn_table table = plain;
    for (double bend = -20.0; bend <= 20.0; bend += 40.0) {
        table.bend = bend;
        expect_table(&table, 0.1);
    }
}

static void thick_thin_and_faint_rules_are_found(void **state) {
    (void)state;
    drawn_table table = plain;
    table.thick = 7;
    table.thickness = 1;
    expect_table(&table, 0.1);
    table.ink = 60;
    expect_table(&table, 0.12);
}

static void parts_of_rules_may_be_missing(void **state) {
    (void)state;
    drawn_table table = plain;
    table.missing = 0.12;
    expect_table(&table, 0.1);
}

static void rows_and_columns_may_be_few_or_many(void **state) {
    (void)state;
    static const size_t sizes[][2] = {{1, 6}, {1, 2}, {2, 3}, {12, 4}, {5, 14}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        drawn_table table = plain;
        table.rows = sizes[i][0];
        table.columns = sizes[i][1];
        if (table.rows == 1)
            table.corners[2].y = table.corners[3].y = 110;
        expect_table(&table, 0.12);
    }
}

static void columns_may_be_of_different_widths(void **state) {
    (void)state;
    static const double widths[] = {0.1, 0.35, 0.15, 0.4};
    drawn_table table = plain;
    table.rows = 6;
    table.columns = 4;
    table.widths = widths;
    expect_table(&table, 0.12);
}

static void a_table_may_run_out_of_the_picture(void **state) {
    (void)state;
    drawn_table table = plain;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    table.corners[0].y = table.corners[1].y = -3.0; /* its uppermost rule is not to be seen */
    draw_table(&plane, &table);
    expect_found(&plane, &table, 9, 9, 0.15);
    digitnet__plane_release(&plane);
}

/* A larger table has other things around it: a smaller one, a frame, lines of writing. */
static void the_largest_table_is_taken(void **state) {
    (void)state;
    drawn_table table = plain, small = plain;
    for (size_t i = 0; i < 4; i++) {
        table.corners[i].x = 30.0 + 0.8 * (table.corners[i].x - 60.0);
        small.corners[i].x = 350.0 + 0.3 * (small.corners[i].x - 60.0);
        small.corners[i].y = 60.0 + 0.3 * (small.corners[i].y - 50.0);
    }
    digitnet__plane plane = drawn(&table);
    draw_table(&plane, &small);
    for (double x = 340.0; x < 460.0; x += 11.0)
        for (double y = 180.0; y < 340.0; y += 20.0)
            draw_stroke(&plane, x, y, x + 5.0, y + 9.0, 2.0, 200.0);
    draw_stroke(&plane, 20.0, 20.0, 460.0, 22.0, 3.0, 200.0);
    draw_stroke(&plane, 330.0, 20.0, 332.0, 390.0, 3.0, 200.0);
    expect_found(&plane, &table, 9, 9, 0.1);
    expect_found(&plane, &table, 0, 0, 0.1);
    digitnet__plane_release(&plane);
}

/* Another table, a row's height below: they are not one. */
static void a_gap_ends_a_table(void **state) {
    (void)state;
    drawn_table upper = plain, lower = plain;
    upper.rows = 5;
    lower.rows = 3;
    upper.corners[2].y = upper.corners[3].y = 200;
    lower.corners[0].y = lower.corners[1].y = 230;
    lower.corners[2].y = lower.corners[3].y = 320;
    digitnet__plane plane = drawn(&upper);
    draw_table(&plane, &lower);
    expect_found(&plane, &upper, 5, 9, 0.1);
    expect_found(&plane, &upper, 0, 0, 0.1);
    digitnet__plane_release(&plane);
}

static void pictures_without_a_table_have_none(void **state) {
    (void)state;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    digitnet__grid grid;
    expect_failure(digitnet__grid_find(&grid, &plane, 0, 0), DIGITNET_ENOTFOUND, "no table");
    draw_noise(&plane, 60.0, 3);
    expect_failure(digitnet__grid_find(&grid, &plane, 0, 0), DIGITNET_ENOTFOUND, "no table");
    draw_stroke(&plane, 40.0, 40.0, 440.0, 44.0, 3.0, 220.0); /* a frame of one cell */
    draw_stroke(&plane, 440.0, 44.0, 436.0, 350.0, 3.0, 220.0);
    draw_stroke(&plane, 436.0, 350.0, 40.0, 348.0, 3.0, 220.0);
    draw_stroke(&plane, 40.0, 348.0, 40.0, 40.0, 3.0, 220.0);
    expect_failure(digitnet__grid_find(&grid, &plane, 0, 0), DIGITNET_ENOTFOUND, "no table");
    draw_table(&plane, &plain);
    expect_failure(digitnet__grid_find(&grid, &plane, 30, 4), DIGITNET_ENOTFOUND, "no table");
    assert_null(grid.points);
    digitnet__plane_release(&plane);
}

static void small_and_large_pictures_are_looked_at(void **state) {
    (void)state;
    for (size_t side = 1; side < 20; side += 3) {
        digitnet__plane plane = new_plane(side, 20 - side);
        digitnet__grid grid;
        draw_noise(&plane, 200.0, side);
        assert_int_equal(digitnet__grid_find(&grid, &plane, 0, 0), DIGITNET_ENOTFOUND);
        digitnet__plane_release(&plane);
    }
    drawn_table table = plain;
    digitnet__plane plane = new_plane(2000, 1700); /* is reduced */
    for (size_t i = 0; i < 4; i++)
        table.corners[i] = (digitnet__point){4.0 * table.corners[i].x, 4.0 * table.corners[i].y};
    table.thickness = table.thick = 5;
    draw_table(&plane, &table);
    expect_found(&plane, &table, 0, 0, 0.05);
    digitnet__plane_release(&plane);
}

static void more_cells_than_are_found_are_refused(void **state) {
    (void)state;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    digitnet__grid grid;
    expect_failure(digitnet__grid_find(&grid, &plane, DNN_GRID_MOST + 1, 2), DIGITNET_EINVAL, "129 x 2");
    digitnet__plane_release(&plane);
}

/* A quarter clockwise: what was the first column from below is the first row. */
static void a_grid_is_turned(void **state) {
    (void)state;
    drawn_table table = plain;
    table.rows = 4;
    digitnet__plane plane = drawn(&table);
    digitnet__grid grid;
    digitnet__point corners[4];
    expect_ok(digitnet__grid_find(&grid, &plane, 4, 9));
    digitnet__point lower_left = grid.points[4 * 10], upper_left = grid.points[0], upper_right = grid.points[9];
    expect_ok(digitnet__grid_turn(&grid));
    assert_int_equal(grid.rows, 9);
    assert_int_equal(grid.columns, 4);
    assert_memory_equal(&grid.points[0], &lower_left, sizeof lower_left);
    assert_memory_equal(&grid.points[4], &upper_left, sizeof upper_left);
    assert_memory_equal(&grid.points[9 * 5 + 4], &upper_right, sizeof upper_right);
    digitnet__grid_cell(corners, &grid, 8, 3);
    assert_memory_equal(&corners[2], &upper_right, sizeof upper_right);
    digitnet__grid_release(&grid);
    digitnet__plane_release(&plane);
}

static int load(void **state) {
    (void)state;
    digits = load_digits();
    return 0;
}

static int unload(void **state) {
    (void)state;
    free_digits(&digits);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_found_from_aside),
        cmocka_unit_test(a_turned_table_is_found),
        cmocka_unit_test(a_table_on_bent_paper_is_found),
        cmocka_unit_test(thick_thin_and_faint_rules_are_found),
        cmocka_unit_test(parts_of_rules_may_be_missing),
        cmocka_unit_test(rows_and_columns_may_be_few_or_many),
        cmocka_unit_test(columns_may_be_of_different_widths),
        cmocka_unit_test(a_table_may_run_out_of_the_picture),
        cmocka_unit_test(the_largest_table_is_taken),
        cmocka_unit_test(a_gap_ends_a_table),
        cmocka_unit_test(pictures_without_a_table_have_none),
        cmocka_unit_test(small_and_large_pictures_are_looked_at),
        cmocka_unit_test(more_cells_than_are_found_are_refused),
        cmocka_unit_test(a_grid_is_turned),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
