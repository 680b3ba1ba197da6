/* A cell's ink without the rules around it. */
#include "image/cell.h"
#include "support.h"

enum { SIDE = 80, FIRST = 20, END = 60 }; /* the cell's rules are in the middle of a picture, two pixels wide */

static void fill(digitnet__plane *plane, size_t top, size_t bottom, size_t left, size_t right, uint8_t ink) {
    for (size_t row = top; row < bottom; row++)
        memset(plane->pixels + row * plane->width + left, ink, right - left);
}

static digitnet__plane draw_box(uint8_t ink) {
    digitnet__plane plane;
    expect_ok(digitnet__plane_create(&plane, SIDE, SIDE));
    fill(&plane, FIRST - 1, FIRST + 1, FIRST - 1, END + 1, ink);
    fill(&plane, END - 1, END + 1, FIRST - 1, END + 1, ink);
    fill(&plane, FIRST - 1, END + 1, FIRST - 1, FIRST + 1, ink);
    fill(&plane, FIRST - 1, END + 1, END - 1, END + 1, ink);
    return plane;
}

static digitnet__cell cut(const digitnet__plane *plane) {
    digitnet__cell cell;
    digitnet__point points[4] = {{FIRST, FIRST}, {END, FIRST}, {FIRST, END}, {END, END}};
    const digitnet__grid grid = {.rows = 1, .columns = 1, .points = points};
    expect_ok(digitnet__cell_cut(&cell, plane, &grid, 0, 0));
    return cell;
}

/* The most ink in rows of the picture, between the upright rules. */
static uint8_t most_ink(const digitnet__cell *cell, size_t top, size_t bottom) {
    uint8_t most = 0;
    size_t margin = DNN_CELL_MARGIN;
    for (size_t row = top - FIRST + margin; row < bottom - FIRST + margin; row++)
        for (size_t column = margin; column < cell->ink.width - margin; column++)
            most = cell->ink.pixels[row * cell->ink.width + column] > most
                       ? cell->ink.pixels[row * cell->ink.width + column]
                       : most;
    return most;
}

/* A bar from side to side, as a seven has, between these rows. */
static void expect_bar(uint8_t rule, uint8_t bar, size_t top, size_t bottom) {
    digitnet__plane plane = draw_box(rule);
    fill(&plane, top, bottom, FIRST + 6, END - 6, bar);
    digitnet__cell cell = cut(&plane);
    assert_in_range(most_ink(&cell, bottom - 2, bottom), bar - bar / 8, 255);
    assert_int_equal(most_ink(&cell, bottom + 2, END + 4), 0);
    digitnet__plane_release(&cell.ink);
    digitnet__plane_release(&plane);
}

static void rules_are_erased(void **state) {
    (void)state;
    digitnet__plane plane = draw_box(230);
    digitnet__cell cell = cut(&plane);
    assert_int_equal(most_ink(&cell, FIRST - 4, END + 4), 0);
    for (size_t i = 0; i < 4; i++)
        assert_in_range(cell.rules[i], 1, 2);
    digitnet__plane_release(&cell.ink);
    digitnet__plane_release(&plane);
}

static void a_bar_beside_a_rule_stays(void **state) {
    (void)state;
    expect_bar(230, 230, FIRST + 3, FIRST + 7);
    expect_bar(230, 120, FIRST + 3, FIRST + 7);
}

static void a_bar_on_a_rule_stays(void **state) {
    (void)state;
    expect_bar(230, 230, FIRST, FIRST + 6);
}

static void a_bar_darker_than_the_rule_stays(void **state) {
    (void)state;
    expect_bar(90, 230, FIRST + 3, FIRST + 6);
}

/* As that of the next box, where boxes stand apart. */
static void a_rule_beyond_the_cell_is_not_its_own(void **state) {
    (void)state;
    digitnet__plane plane = draw_box(200);
    fill(&plane, FIRST - 5, FIRST - 3, FIRST - 1, END + 1, 230);
    digitnet__cell cell = cut(&plane);
    assert_int_equal(most_ink(&cell, FIRST - 6, END + 4), 0);
    digitnet__plane_release(&cell.ink);
    digitnet__plane_release(&plane);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_erased),
        cmocka_unit_test(a_bar_beside_a_rule_stays),
        cmocka_unit_test(a_bar_on_a_rule_stays),
        cmocka_unit_test(a_bar_darker_than_the_rule_stays),
        cmocka_unit_test(a_rule_beyond_the_cell_is_not_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
