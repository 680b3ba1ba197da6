/* The digits in a comb's cells, whole. */
#include "digitnet/image.h"
#include "image/comb_digits.h"
#include "support.h"

#include <stdlib.h>

enum { WIDTH = 300, HEIGHT = 80, CELLS = 6, LEFT = 30, SIDE = 40, TOP = 20, BOTTOM = 60, RULE = 120, PEN = 230 };

typedef struct page {
    digitnet__plane ink;
    digitnet__grid grid;
} page;

static void draw(page *p, size_t left, size_t top, size_t width, size_t height, uint8_t level) {
    for (size_t y = top; y < top + height; y++)
        for (size_t x = left; x < left + width; x++) {
            uint8_t *pixel = &p->ink.pixels[y * WIDTH + x];
            *pixel = *pixel > level ? *pixel : level;
        }
}

/* Boxes that share their sides, with rules two pixels thick, the grid at their middles. */
static page draw_boxes(void) {
    page p;
    expect_ok(digitnet__plane_create(&p.ink, WIDTH, HEIGHT));
    p.grid = (digitnet__grid){.rows = 1, .columns = CELLS, .seen = 1.0};
    p.grid.points = must_allocate(2 * (CELLS + 1) * sizeof *p.grid.points);
    for (size_t i = 0; i <= CELLS; i++) {
        draw(&p, LEFT + i * SIDE - 1, TOP - 1, 2, BOTTOM - TOP + 2, RULE);
        p.grid.points[i] = (digitnet__point){LEFT + i * SIDE, TOP};
        p.grid.points[CELLS + 1 + i] = (digitnet__point){LEFT + i * SIDE, BOTTOM};
    }
    draw(&p, LEFT - 1, TOP - 1, CELLS * SIDE + 2, 2, RULE);
    draw(&p, LEFT - 1, BOTTOM - 1, CELLS * SIDE + 2, 2, RULE);
    return p;
}

static digitnet__comb_digits find(const page *p) {
    digitnet__comb_digits found;
    expect_ok(digitnet__comb_digits_find(&found, &p->ink, &p->grid));
    return found;
}

static void release(page *p, digitnet__comb_digits *found) {
    digitnet__comb_digits_release(found);
    digitnet__plane_release(&p->ink);
    free(p->grid.points);
}

static uint8_t ink_at(const digitnet__comb_digits *found, size_t x, size_t y) {
    return found->ink.pixels[y * WIDTH + x];
}

/* How wide and high the digit of a cell is in its frame; 0 x 0 where the cell is empty. */
static digitnet__box framed(const digitnet__comb_digits *found, size_t cell) {
    float frame[DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE];
    size_t digits;
    digitnet__box box = {.width = 0};
    digitnet_status status = digitnet__comb_digits_frame(frame, &digits, found, cell);
    if (status == DIGITNET_ENOTFOUND)
        return box;
    expect_ok(status);
    for (size_t i = 0; i < sizeof frame / sizeof *frame; i++) {
        digitnet__box pixel = {i % DIGITNET_FRAME_SIZE, i / DIGITNET_FRAME_SIZE, 1, 1};
        if (frame[i] < 0.5f)
            continue;
        if (box.width == 0)
            box = pixel;
        digitnet__box_unite(&box, &pixel);
    }
    return box;
}

static digitnet__comb_span cells_of(const digitnet__comb_digits *found, size_t x, size_t y) {
    for (size_t i = 0; i < found->pieces.run_count; i++) {
        const digitnet__run *run = &found->pieces.runs[i];
        if (run->row == y && x >= run->first && x < run->end)
            return found->cells[run->component];
    }
    fail_msg("no piece at %zu, %zu", x, y);
    return (digitnet__comb_span){0, 0};
}

static void expect_span(digitnet__comb_span span, size_t first, size_t end) {
    assert_int_equal(span.first, first);
    assert_int_equal(span.end, end);
}

/* ---- Rules ---- */

static void rules_are_erased(void **state) {
    (void)state;
    page p = draw_boxes();
    digitnet__comb_digits found = find(&p);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        assert_int_equal(found.ink.pixels[i], 0);
    for (size_t cell = 0; cell < CELLS; cell++)
        assert_int_equal(framed(&found, cell).width, 0);
    release(&p, &found);
}

/* As a table's, which are thicker and darker at every third one. */
static void so_are_rules_that_are_thicker(void **state) {
    (void)state;
    page p = draw_boxes();
    for (size_t i = 0; i <= CELLS; i += 3)
        draw(&p, LEFT + i * SIDE - 2, TOP - 1, 4, BOTTOM - TOP + 2, 170);
    digitnet__comb_digits found = find(&p);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        assert_int_equal(found.ink.pixels[i], 0);
    release(&p, &found);
}

/* As where the grid follows from few of them. */
static void so_are_rules_beside_their_places(void **state) {
    (void)state;
    for (int away = -3; away <= 3; away++) {
        page p = draw_boxes();
        for (size_t i = 0; i < 2 * (CELLS + 1); i++) {
            p.grid.points[i].x += away;
            p.grid.points[i].y += away;
        }
        digitnet__comb_digits found = find(&p);
        for (size_t i = 0; i < WIDTH * HEIGHT; i++)
            assert_int_equal(found.ink.pixels[i], 0);
        release(&p, &found);
    }
}

static void strokes_that_cross_rules_stay(void **state) {
    (void)state;
    page p = draw_boxes();
    draw(&p, LEFT + 2 * SIDE + 18, TOP - 12, 5, 40, PEN); /* out of the box above, */
    draw(&p, LEFT + 4 * SIDE - 14, TOP + 20, 24, 5, PEN); /* and to the left */
    digitnet__comb_digits found = find(&p);
    for (size_t y = TOP - 12; y < TOP + 28; y++)
        assert_int_equal(ink_at(&found, LEFT + 2 * SIDE + 20, y), PEN);
    for (size_t x = LEFT + 4 * SIDE - 14; x < LEFT + 4 * SIDE + 10; x++)
        assert_int_equal(ink_at(&found, x, TOP + 22), PEN);
    assert_int_equal(ink_at(&found, LEFT + 2 * SIDE + 8, TOP), 0); /* the rule beside it */
    digitnet__box box = framed(&found, 2);
    assert_int_equal(box.height, 20); /* a bar 8 times as high as wide */
    assert_in_range(box.width, 2, 3);
    release(&p, &found);
}

/* A digit's own upright stroke, as long as most of its box's side. */
static void a_stroke_along_a_rule_stays(void **state) {
    (void)state;
    page p = draw_boxes();
    draw(&p, LEFT + 3 * SIDE, TOP + 8, 8, 26, PEN);
    digitnet__comb_digits found = find(&p);
    digitnet__box box = framed(&found, 3);
    assert_int_equal(box.height, 20);
    assert_in_range(box.width, 5, 7);
    assert_int_equal(framed(&found, 2).width, 0);
    release(&p, &found);
}

/* ---- Pieces ---- */

static void a_piece_belongs_to_the_cell_that_has_most_of_it(void **state) {
    (void)state;
    page p = draw_boxes();
    draw(&p, LEFT + SIDE - 8, TOP + 10, 5, 20, PEN);
    draw(&p, LEFT + SIDE - 8, TOP + 18, 40, 5, PEN); /* more of it is in the second box */
    draw(&p, LEFT + 12, TOP + 10, 8, 20, PEN);       /* and the first one has its own */
    digitnet__comb_digits found = find(&p);
    expect_span(cells_of(&found, LEFT + SIDE + 10, TOP + 20), 1, 2);
    expect_span(cells_of(&found, LEFT + 15, TOP + 20), 0, 1);
    assert_in_range(framed(&found, 1).width, 19, 21);
    assert_in_range(framed(&found, 0).width, 7, 9);
    release(&p, &found);
}

static void digits_that_touch_are_parted_between_their_cells(void **state) {
    (void)state;
    page p = draw_boxes();
    draw(&p, LEFT + SIDE + 5, TOP + 18, 70, 5, PEN); /* over two boxes, and an end in a third one */
    digitnet__comb_digits found = find(&p);
    expect_span(cells_of(&found, LEFT + SIDE + 10, TOP + 20), 1, 3);
    assert_in_range(framed(&found, 1).width, 19, 21);
    assert_in_range(framed(&found, 2).width, 19, 21);
    assert_int_equal(framed(&found, 3).width, 0);
    release(&p, &found);
}

/* Else an empty cell beside it would have nothing, and the other one two digits. */
static void a_piece_is_parted_where_a_cell_has_nothing_else(void **state) {
    (void)state;
    page p = draw_boxes();
    draw(&p, LEFT + SIDE - 20, TOP + 18, 40, 5, PEN);
    digitnet__comb_digits found = find(&p);
    expect_span(cells_of(&found, LEFT + SIDE, TOP + 20), 0, 2);
    release(&p, &found);
}

static void what_is_above_or_below_is_no_digit(void **state) {
    (void)state;
    page p = draw_boxes();
    draw(&p, LEFT + 18, 2, 5, 14, PEN);
    draw(&p, LEFT + SIDE + 18, BOTTOM + 4, 5, 14, PEN);
    digitnet__comb_digits found = find(&p);
    assert_int_equal(framed(&found, 0).width, 0);
    assert_int_equal(framed(&found, 1).width, 0);
    release(&p, &found);
}

/* A digit that is written too high. */
static void a_cell_has_what_reaches_into_it_most(void **state) {
    (void)state;
    page p = draw_boxes();
    draw(&p, LEFT + 2 * SIDE + 4, 2, 24, 5, PEN);
    draw(&p, LEFT + 2 * SIDE + 23, 2, 5, 35, PEN); /* as a seven, of which the smaller part is in the box */
    draw(&p, LEFT + 4 * SIDE + 4, 2, 24, 5, PEN);
    draw(&p, LEFT + 4 * SIDE + 23, 2, 5, 35, PEN); /* and another one above a digit */
    draw(&p, LEFT + 4 * SIDE + 8, TOP + 8, 6, 26, PEN);
    digitnet__comb_digits found = find(&p);
    expect_span(cells_of(&found, LEFT + 2 * SIDE + 25, TOP + 10), 2, 3);
    expect_span(cells_of(&found, LEFT + 4 * SIDE + 10, TOP + 20), 4, 5);
    expect_span(cells_of(&found, LEFT + 4 * SIDE + 25, TOP + 10), 4, 4);
    assert_in_range(framed(&found, 2).width, 13, 16);
    release(&p, &found);
}

/* ---- The line ---- */

static void the_line_has_what_belongs_to_cells(void **state) {
    (void)state;
    page p = draw_boxes();
    double ends[CELLS];
    digitnet__plane line;
    draw(&p, LEFT + 18, 2, 5, 14, PEN); /* above a box */
    draw(&p, LEFT + SIDE + 18, TOP + 8, 5, 24, PEN);
    digitnet__comb_digits found = find(&p);
    expect_ok(digitnet__comb_digits_line(&line, ends, &found));
    assert_int_equal(line.width, WIDTH);
    assert_int_equal(line.height, HEIGHT);
    assert_int_equal(line.pixels[8 * WIDTH + LEFT + 20], 0);
    assert_int_equal(line.pixels[(TOP + 20) * WIDTH + LEFT + SIDE + 20], PEN);
    assert_int_equal(line.pixels[(TOP + 20) * WIDTH + LEFT], 0); /* a rule */
    for (size_t cell = 0; cell + 1 < CELLS; cell++)
        assert_float_equal(ends[cell], LEFT + SIDE * (double)(cell + 1), 1e-9);
    assert_float_equal(ends[CELLS - 1], WIDTH, 1e-9);
    digitnet__plane_release(&line);
    release(&p, &found);
}

static void specks_are_no_digits(void **state) {
    (void)state;
    page p = draw_boxes();
    draw(&p, LEFT + 18, TOP + 18, 4, 4, PEN);       /* a tenth of the cell */
    draw(&p, LEFT + SIDE + 2, TOP + 4, 2, 12, PEN); /* beside the rule, as what is left of it */
    digitnet__comb_digits found = find(&p);
    assert_int_equal(framed(&found, 0).width, 0);
    assert_int_equal(framed(&found, 1).width, 0);
    release(&p, &found);
}

static void a_cell_may_reach_beyond_the_picture(void **state) {
    (void)state;
    page p = draw_boxes();
    draw(&p, LEFT + 18, TOP + 8, 5, 24, PEN);
    for (size_t i = 0; i < 2 * (CELLS + 1); i++)
        p.grid.points[i].y += i > CELLS ? 300.0 : 0.0;
    p.grid.points[0].x = p.grid.points[CELLS + 1].x = -200.0;
    p.grid.points[CELLS].x = p.grid.points[2 * CELLS + 1].x = 900.0;
    digitnet__comb_digits found = find(&p);
    for (size_t cell = 0; cell < CELLS; cell++)
        framed(&found, cell);
    release(&p, &found);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_erased),
        cmocka_unit_test(so_are_rules_that_are_thicker),
        cmocka_unit_test(so_are_rules_beside_their_places),
        cmocka_unit_test(strokes_that_cross_rules_stay),
        cmocka_unit_test(a_stroke_along_a_rule_stays),
        cmocka_unit_test(a_piece_belongs_to_the_cell_that_has_most_of_it),
        cmocka_unit_test(digits_that_touch_are_parted_between_their_cells),
        cmocka_unit_test(a_piece_is_parted_where_a_cell_has_nothing_else),
        cmocka_unit_test(what_is_above_or_below_is_no_digit),
        cmocka_unit_test(a_cell_has_what_reaches_into_it_most),
        cmocka_unit_test(the_line_has_what_belongs_to_cells),
        cmocka_unit_test(specks_are_no_digits),
        cmocka_unit_test(a_cell_may_reach_beyond_the_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
