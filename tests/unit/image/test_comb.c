/* Cells of a line between upright rules at equal distances. */
#include "image/comb.h"
#include "support.h"

#include <math.h>

enum { WIDTH = 420, HEIGHT = 60, CELLS = 8, INK = 230 };

/* A form's boxes, and what is written in them. */
struct boxes {
    double left, distance, top, bottom;
    double slope;         /* by which all of it is turned: rows a column */
    unsigned missing;     /* a bit for each upright rule that is not there */
    bool without_lines;   /* rules above and below */
    double stroke_height; /* of an upright stroke in each cell; 0: none */
    double gap;           /* between the rules of boxes that stand apart; 0: they share one */
};

static const struct boxes usual = {.left = 20.5, .distance = 45.0, .top = 8.0, .bottom = 52.0, .stroke_height = 24.0};

static void darken(digitnet__plane *plane, double x, double y) {
    if (x >= 0.0 && y >= 0.0 && x < (double)plane->width && y < (double)plane->height)
        plane->pixels[(size_t)y * plane->width + (size_t)x] = INK;
}

/* A bar two pixels wide, of a picture that is turned around its middle. */
static void draw_bar(digitnet__plane *plane, const struct boxes *b, double x0, double y0, double x1, double y1) {
    for (double x = x0 - 1.0; x <= x1; x += 0.5)
        for (double y = y0 - 1.0; y <= y1; y += 0.5)
            darken(plane, x + b->slope * (y - HEIGHT / 2.0), y - b->slope * (x - WIDTH / 2.0));
}

static digitnet__plane draw(const struct boxes *b) {
    digitnet__plane plane;
    expect_ok(digitnet__plane_create(&plane, WIDTH, HEIGHT));
    for (int i = 0; i <= CELLS; i++) {
        double x = b->left + i * b->distance, middle = (b->top + b->bottom) / 2.0;
        if (!(b->missing >> i & 1) && (b->gap == 0.0 || i > 0))
            draw_bar(&plane, b, x - b->gap / 2, b->top, x - b->gap / 2, b->bottom);
        if (!(b->missing >> i & 1) && b->gap > 0.0 && i < CELLS)
            draw_bar(&plane, b, x + b->gap / 2, b->top, x + b->gap / 2, b->bottom);
        if (b->stroke_height > 0.0 && i < CELLS)
            draw_bar(&plane, b, x + b->distance * 0.4, middle - b->stroke_height / 2, x + b->distance * 0.4,
                     middle + b->stroke_height / 2);
    }
    for (int i = 0; i < 2 * CELLS && !b->without_lines; i++) {
        double y = i % 2 ? b->bottom : b->top, x = b->left + i / 2 * b->distance;
        draw_bar(&plane, b, x + b->gap / 2, y, x + b->distance - b->gap / 2, y);
    }
    return plane;
}

static void expect_cells(const struct boxes *b) {
    digitnet__plane plane = draw(b);
    digitnet__comb comb;
    expect_ok(digitnet__comb_find(&comb, &plane, true));
    assert_int_equal(comb.grid.rows, 1);
    size_t seen_first = b->missing & 1, seen_end = CELLS - (b->missing >> CELLS & 1);
    assert_int_equal(comb.end - comb.first, seen_end - seen_first);
    size_t before = comb.first - seen_first;
    assert_in_range(before, 0, 1);
    assert_in_range(comb.grid.columns, before + CELLS, before + CELLS + 2);
    for (int i = 0; i < CELLS; i++) {
        digitnet__point corners[4];
        digitnet__grid_cell(corners, &comb.grid, 0, before + (size_t)i);
        for (int k = 0; k < 4; k++) {
            bool right = k == 1 || k == 2;
            double y = k < 2 ? b->top : b->bottom, x = b->left + (i + right) * b->distance;
            x += (right ? -0.5 : 0.5) * b->gap;
            assert_float_equal(corners[k].x, x + b->slope * (y - HEIGHT / 2.0), 2.5);
            assert_float_equal(corners[k].y, fmin(fmax(y - b->slope * (x - WIDTH / 2.0), 0.0), HEIGHT), 3.5);
        }
    }
    digitnet__grid_release(&comb.grid);
    digitnet__plane_release(&plane);
}

static void expect_none(const struct boxes *b) {
    digitnet__plane plane = draw(b);
    digitnet__comb comb;
    assert_int_equal(digitnet__comb_find(&comb, &plane, true), DIGITNET_ENOTFOUND);
    digitnet__plane_release(&plane);
}

static void boxes_are_found(void **state) {
    (void)state;
    expect_cells(&usual);
    struct boxes empty = usual;
    empty.stroke_height = 0.0;
    expect_cells(&empty);
}

static void boxes_may_be_turned(void **state) {
    (void)state;
    for (int way = -1; way <= 1; way += 2) {
        struct boxes turned = usual;
        turned.slope = 0.03 * way;
        turned.top = 16.0;
        turned.bottom = 44.0;
        turned.distance = 40.0;
        turned.stroke_height = 14.0;
        expect_cells(&turned);
    }
}

static void boxes_may_stand_apart(void **state) {
    (void)state;
    for (double gap = 4.0; gap <= 16.0; gap += 2.0) { /* rules are three pixels wide: the least is one between them */
        struct boxes apart = usual;
        apart.gap = gap;
        expect_cells(&apart);
        apart.slope = 0.02;
        apart.top = 14.0;
        apart.bottom = 46.0;
        apart.stroke_height = 14.0;
        expect_cells(&apart);
    }
}

/* So that an empty box at an end is one, too. */
static void each_box_apart_has_its_own_sides(void **state) {
    (void)state;
    struct boxes apart = usual;
    apart.gap = 12.0;
    digitnet__plane plane = draw(&apart);
    digitnet__comb comb;
    expect_ok(digitnet__comb_find(&comb, &plane, true));
    assert_true(comb.grid.apart);
    assert_int_equal(comb.end - comb.first, CELLS);
    digitnet__grid_release(&comb.grid);
    digitnet__plane_release(&plane);
}

/* Upright strokes of digits may be as far from the rules as the sides of boxes apart: the rules above and below say
 * that there is one box. */
static void boxes_share_sides_where_rules_go_on(void **state) {
    (void)state;
    struct boxes strokes = usual;
    strokes.stroke_height = 44.0; /* beside each rule, as long */
    digitnet__plane plane = draw(&strokes);
    digitnet__comb comb;
    expect_ok(digitnet__comb_find(&comb, &plane, true));
    assert_false(comb.grid.apart);
    digitnet__grid_release(&comb.grid);
    digitnet__plane_release(&plane);
}

static void a_box_apart_may_lack_a_side(void **state) {
    (void)state;
    struct boxes worn = usual;
    worn.gap = 8.0;
    worn.missing = 1u << 4;
    expect_cells(&worn);
}

/* As a row that is cut out of a table: its rules go on to the picture's edges. */
static void rules_may_end_at_the_edges(void **state) {
    (void)state;
    struct boxes cut = usual;
    cut.top = 0.0;
    cut.bottom = HEIGHT;
    cut.without_lines = true;
    cut.left = 10.5;
    cut.distance = 49.0;
    expect_cells(&cut);
}

static void a_rule_that_is_missing_is_where_it_should_be(void **state) {
    (void)state;
    struct boxes worn = usual;
    worn.missing = 1u << 3;
    expect_cells(&worn);
    worn.missing = 1u << 2 | 1u << 6;
    expect_cells(&worn);
}

/* As where a picture was cut. */
static void cells_go_on_where_outer_rules_are_missing(void **state) {
    (void)state;
    struct boxes cut = usual;
    cut.missing = 1u | 1u << CELLS;
    expect_cells(&cut);
}

/* Digits that lean, as ones and sevens. */
static void strokes_that_lean_do_not_tilt_cells(void **state) {
    (void)state;
    for (int lean = -6; lean <= 6; lean += 3) {
        struct boxes leaning = usual;
        leaning.stroke_height = 0.0;
        digitnet__plane ink = draw(&leaning);
        for (int i = 1; i < CELLS; i += 2)
            for (double row = 12.0; row < 48.0; row += 0.5)
                for (double x = 0.0; x < 4.0; x += 1.0)
                    darken(&ink, leaning.left + (i + 0.5) * leaning.distance + x + lean * (row - 30.0) / 36.0, row);
        digitnet__comb found;
        expect_ok(digitnet__comb_find(&found, &ink, true));
        for (size_t i = 0; i < found.grid.columns; i++) {
            digitnet__point corners[4];
            digitnet__grid_cell(corners, &found.grid, 0, i);
            assert_float_equal(corners[0].x, corners[3].x, 1.0);
        }
        digitnet__grid_release(&found.grid);
        digitnet__plane_release(&ink);
    }
}

static void strokes_are_no_rules(void **state) {
    (void)state;
    struct boxes strokes = usual;
    strokes.missing = ~0u;
    strokes.without_lines = true;
    strokes.stroke_height = 36.0;
    expect_none(&strokes); /* equally far apart, but held by nothing */
    struct boxes blank = strokes;
    blank.stroke_height = 0.0;
    expect_none(&blank);
}

static void rules_at_any_distance_are_no_comb(void **state) {
    (void)state;
    struct boxes few = usual;
    few.missing = ~0x7u; /* three of them: two cells */
    expect_none(&few);
    struct boxes scattered = usual;
    scattered.missing = 0x1b4; /* distances of 1, 2 and 3 cells */
    expect_none(&scattered);
}

static void cells_that_hold_many_digits_are_none(void **state) {
    (void)state;
    struct boxes wide = usual;
    wide.left = 15.5;
    wide.distance = 48.0;
    wide.top = 20.0;
    wide.bottom = 40.0;
    wide.stroke_height = 12.0;
    digitnet__plane low = draw(&wide), plane;
    expect_ok(digitnet__plane_create(&plane, WIDTH, 24)); /* 2.4 times as wide as high */
    memcpy(plane.pixels, low.pixels + 18 * WIDTH, plane.width * plane.height);
    digitnet__comb comb;
    assert_int_equal(digitnet__comb_find(&comb, &plane, true), DIGITNET_ENOTFOUND);
    digitnet__plane_release(&plane);
    digitnet__plane_release(&low);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_are_found),
        cmocka_unit_test(boxes_may_be_turned),
        cmocka_unit_test(boxes_may_stand_apart),
        cmocka_unit_test(each_box_apart_has_its_own_sides),
        cmocka_unit_test(boxes_share_sides_where_rules_go_on),
        cmocka_unit_test(a_box_apart_may_lack_a_side),
        cmocka_unit_test(rules_may_end_at_the_edges),
        cmocka_unit_test(a_rule_that_is_missing_is_where_it_should_be),
        cmocka_unit_test(cells_go_on_where_outer_rules_are_missing),
        cmocka_unit_test(strokes_that_lean_do_not_tilt_cells),
        cmocka_unit_test(strokes_are_no_rules),
        cmocka_unit_test(rules_at_any_distance_are_no_comb),
        cmocka_unit_test(cells_that_hold_many_digits_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
