/* The seam between two digits. */
#include "image/seam.h"
#include "support.h"

enum { WIDTH = 40, HEIGHT = 24 };

static digitnet__plane paper(void) {
    digitnet__plane plane;
    expect_ok(digitnet__plane_create(&plane, WIDTH, HEIGHT));
    return plane;
}

/* A stroke three pixels wide whose upper end is in this column, and which leans to the left by a column every two rows.
 */
static void draw_slanting(digitnet__plane *plane, size_t column) {
    for (size_t row = 0; row < HEIGHT; row++)
        memset(plane->pixels + row * WIDTH + column - row / 2, 255, 3);
}

static void a_seam_leans_with_the_strokes_beside_it(void **state) {
    (void)state;
    uint32_t seam[HEIGHT];
    double ink;
    digitnet__plane plane = paper();
    draw_slanting(&plane, 18);
    draw_slanting(&plane, 24);
    expect_ok(digitnet__seam_find(seam, &ink, &plane, 9, 25));
    assert_float_equal(ink, 0.0, 1e-12);
    for (size_t row = 0; row < HEIGHT; row++) {
        assert_in_range(seam[row], 9, 25);
        assert_true(seam[row] + row / 2 >= 21 && seam[row] + row / 2 < 24);
        assert_true(row == 0 || (seam[row] + 1 >= seam[row - 1] && seam[row] <= seam[row - 1] + 1));
    }
    digitnet__plane_release(&plane);
}

static void a_seam_crosses_where_least_ink_joins(void **state) {
    (void)state;
    uint32_t seam[HEIGHT];
    double ink;
    digitnet__plane plane = paper();
    for (size_t row = 10; row < 14; row++) /* four rows, but two where the bar is thin */
        memset(plane.pixels + row * WIDTH + 5, 255, 30);
    for (size_t row = 12; row < 14; row++)
        memset(plane.pixels + row * WIDTH + 20, 0, 3);
    expect_ok(digitnet__seam_find(seam, &ink, &plane, 8, 32));
    assert_float_equal(ink, 2.0 / HEIGHT, 1e-12);
    assert_in_range(seam[12], 20, 22);
    digitnet__plane_release(&plane);
}

static void without_ink_a_seam_is_straight_and_in_the_middle(void **state) {
    (void)state;
    uint32_t seam[HEIGHT];
    double ink;
    digitnet__plane plane = paper();
    expect_ok(digitnet__seam_find(seam, &ink, &plane, 10, 30));
    for (size_t row = 0; row < HEIGHT; row++)
        assert_int_equal(seam[row], 20);
    expect_ok(digitnet__seam_find(seam, &ink, &plane, 7, 7));
    assert_int_equal(seam[0], 7);
    digitnet__plane_release(&plane);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seam_leans_with_the_strokes_beside_it),
        cmocka_unit_test(a_seam_crosses_where_least_ink_joins),
        cmocka_unit_test(without_ink_a_seam_is_straight_and_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
