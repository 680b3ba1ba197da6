/* Lines on drawn pages: of MNIST's digits, that wander, lean, touch, and have other things around them. */
#include "drawing.h"
#include "image/text_direction.h"
#include "image/text_lines.h"
#include "image/text_size.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { WIDTH = 900, HEIGHT = 700, THRESHOLD = 48, MOST_DIGITS = 20 };

/* A line as it is drawn, by its first digit's left and middle; the digits' places come out. */
struct drawn_line {
    double left, middle, height, gap, slope, wander;
    size_t count;
    drawn_box boxes[MOST_DIGITS];
};

static int load(void **state) {
    drawn_digits *digits = must_allocate(sizeof *digits);
    *digits = load_digits();
    *state = digits;
    return 0;
}

static int unload(void **state) {
    free_digits(*state);
    free(*state);
    return 0;
}

/* Heights differ by a fifth, and the line rises and falls by `wander` heights. */
static void draw_line(digitnet__plane *page, struct drawn_line *line, const drawn_digits *digits, size_t first_digit) {
    double x = line->left;
    for (size_t i = 0; i < line->count; i++) {
        size_t digit = (first_digit + i) % digits->count;
        double height = line->height * (1.0 + 0.1 * (double)noise(1, digit));
        double middle = line->middle + line->slope * (x - line->left) + line->wander * line->height * sin((double)i);
        line->boxes[i] = draw_digit(page, digits, digit, x, middle - height / 2.0, height, 220.0);
        x = line->boxes[i].right + line->gap * line->height;
    }
}

typedef struct found {
    digitnet__components pieces;
    double size;
    digitnet__text_direction direction;
    digitnet__text_lines lines;
} found;

static found find_lines(const digitnet__plane *page) {
    found f;
    expect_ok(digitnet__components_find(&f.pieces, page, THRESHOLD));
    expect_ok(digitnet__text_size_find(&f.size, &f.pieces));
    expect_ok(digitnet__text_direction_find(&f.direction, &f.pieces, f.size));
    expect_ok(digitnet__text_lines_find(&f.lines, &f.pieces, f.size, f.direction.slope));
    return f;
}

static void release(found *f) {
    digitnet__text_lines_release(&f->lines);
    digitnet__components_release(&f->pieces);
}

/* Whether a place is inside of a quadrilateral whose corners run clockwise. */
static bool is_inside(const digitnet__point corners[4], double x, double y) {
    for (size_t i = 0; i < 4; i++) {
        const digitnet__point *a = &corners[i], *b = &corners[(i + 1) % 4];
        if ((b->x - a->x) * (y - a->y) - (b->y - a->y) * (x - a->x) < 0.0)
            return false;
    }
    return true;
}

/* The found line is the drawn one: around all its digits, as high and as steep. */
static void check_line(const digitnet__text_line *line, const struct drawn_line *drawn) {
    digitnet__point corners[4];
    digitnet__text_line_corners(corners, line);
    for (size_t i = 0; i < drawn->count; i++) {
        const drawn_box *box = &drawn->boxes[i];
        assert_true(is_inside(corners, (box->left + box->right) / 2.0, (box->top + box->bottom) / 2.0));
    }
    assert_true(fabs(line->left - drawn->boxes[0].left) < 4.0);
    assert_true(fabs(line->right - drawn->boxes[drawn->count - 1].right) < 4.0);
    assert_true(fabs(line->height - drawn->height) < 0.15 * drawn->height);
    assert_true(fabs(line->slope - drawn->slope) < 0.02);
}

/* Near and far apart, of two sizes, one below the other and beside each other. */
static struct drawn_line plain_lines[] = {
    {.left = 60, .middle = 80, .height = 50, .gap = 0.2, .count = 12, .wander = 0.08},
    {.left = 90, .middle = 165, .height = 50, .gap = 3.0, .count = 4},
    {.left = 60, .middle = 240, .height = 46, .gap = 0.1, .count = 9, .slope = 0.03},
    {.left = 70, .middle = 330, .height = 26, .gap = 0.3, .count = 15, .slope = 0.02},
    {.left = 60, .middle = 410, .height = 48, .gap = 0.4, .count = 5},
    {.left = 640, .middle = 415, .height = 50, .gap = 0.3, .count = 3},
    {.left = 100, .middle = 500, .height = 60, .gap = -0.1, .count = 10},
};
enum { PLAIN_LINES = sizeof plain_lines / sizeof *plain_lines };

static digitnet__plane draw_lines(struct drawn_line *lines, size_t count, const drawn_digits *digits) {
    digitnet__plane page = new_plane(WIDTH, HEIGHT);
    for (size_t i = 0; i < count; i++)
        draw_line(&page, &lines[i], digits, 20 * i);
    return page;
}

static void check_plain_lines(const digitnet__plane *page) {
    found f = find_lines(page);
    assert_int_equal(f.lines.count, PLAIN_LINES);
    assert_true(f.direction.evidence > 6.0);
    for (size_t i = 0; i < PLAIN_LINES; i++)
        check_line(&f.lines.items[i], &plain_lines[i]);
    release(&f);
}

static void lines_are_found_in_order(void **state) {
    digitnet__plane page = draw_lines(plain_lines, PLAIN_LINES, *state);
    check_plain_lines(&page);
    digitnet__plane_release(&page);
}

static void specks_and_dashes_are_no_lines(void **state) {
    digitnet__plane page = draw_lines(plain_lines, PLAIN_LINES, *state);
    for (size_t i = 0; i < 200; i++) {
        double x = 450.0 * (1.0 + (double)noise(4, i)), y = 350.0 * (1.0 + (double)noise(5, i));
        draw_stroke(&page, x, y, x + 1.0, y + 1.0, 2.0, 200.0);
    }
    draw_stroke(&page, 100.0, 600.0, 300.0, 600.0, 3.0, 220.0);
    check_plain_lines(&page);
    digitnet__plane_release(&page);
}

/* The whole page leans by six degrees. */
static void a_pages_slope_is_found(void **state) {
    const double lean = 0.105;
    struct drawn_line lines[5];
    for (size_t i = 0; i < 5; i++)
        lines[i] = (struct drawn_line){
            .left = 60, .middle = 60 + 100.0 * (double)i, .height = 50, .gap = 0.5, .count = 10, .slope = lean};
    digitnet__plane page = draw_lines(lines, 5, *state);
    found f = find_lines(&page);
    assert_true(fabs(f.direction.slope - lean) < 0.025);
    assert_int_equal(f.lines.count, 5);
    for (size_t i = 0; i < 5; i++)
        check_line(&f.lines.items[i], &lines[i]);
    release(&f);
    digitnet__plane_release(&page);
}

static void a_page_on_its_side_is_noticed(void **state) {
    digitnet__plane page = draw_lines(plain_lines, PLAIN_LINES, *state);
    for (int quarters = 0; quarters < 4; quarters++) {
        digitnet__plane turned;
        digitnet__components pieces;
        digitnet__text_direction direction;
        double size;
        expect_ok(digitnet__plane_turn(&turned, &page, quarters));
        expect_ok(digitnet__components_find(&pieces, &turned, THRESHOLD));
        expect_ok(digitnet__text_size_find(&size, &pieces));
        expect_ok(digitnet__text_direction_find(&direction, &pieces, size));
        assert_true(quarters % 2 ? direction.evidence < -6.0 : direction.evidence > 6.0);
        digitnet__components_release(&pieces);
        digitnet__plane_release(&turned);
    }
    digitnet__plane_release(&page);
}

static double ink_of(const digitnet__plane *plane) {
    double sum = 0.0;
    for (size_t i = 0; i < plane->width * plane->height; i++)
        sum += plane->pixels[i];
    return sum;
}

/* Lines so close that their boxes overlap, of which two even touch: each is cut out with its own ink. */
static void neighbours_are_left_out(void **state) {
    struct drawn_line lines[4];
    for (size_t i = 0; i < 4; i++)
        lines[i] = (struct drawn_line){.left = 60,
                                       .middle = 60 + 62.0 * (double)i,
                                       .height = 50,
                                       .gap = 0.3,
                                       .count = 10,
                                       .slope = 0.04,
                                       .wander = 0.08};
    digitnet__plane page = draw_lines(lines, 4, *state);
    const drawn_box *upper = &lines[1].boxes[4], *lower = &lines[2].boxes[4];
    double x = (fmax(upper->left, lower->left) + fmin(upper->right, lower->right)) / 2.0;
    draw_stroke(&page, x, upper->bottom - 20.0, x, lower->top + 20.0, 4.0, 220.0);
    found f = find_lines(&page);
    assert_int_equal(f.lines.count, 4);
    for (size_t i = 0; i < 4; i++) {
        digitnet__plane alone = new_plane(WIDTH, HEIGHT), cut;
        draw_line(&alone, &lines[i], *state, 20 * i);
        check_line(&f.lines.items[i], &lines[i]);
        expect_ok(digitnet__text_line_cut(&cut, &f.lines, i, &f.pieces, &page));
        print_message("line %zu: %.3f of its ink, %zu rows\n", i, ink_of(&cut) / ink_of(&alone), cut.height);
        assert_true(fabs(ink_of(&cut) / ink_of(&alone) - 1.0) < 0.05);
        assert_true(cut.height < 85);
        digitnet__plane_release(&cut);
        digitnet__plane_release(&alone);
    }
    release(&f);
    digitnet__plane_release(&page);
}

/* A line that falls lies straight once it is cut out. */
static void cut_lines_are_straight(void **state) {
    (void)state;
    digitnet__plane page = new_plane(WIDTH, HEIGHT), cut;
    for (double x = 100.0; x < 800.0; x += 50.0)
        draw_stroke(&page, x, 100.0 + 0.1 * x, x, 140.0 + 0.1 * x, 4.0, 220.0);
    found f = find_lines(&page);
    assert_int_equal(f.lines.count, 1);
    assert_true(fabs(f.lines.items[0].slope - 0.1) < 0.01);
    expect_ok(digitnet__text_line_cut(&cut, &f.lines, 0, &f.pieces, &page));
    assert_true(cut.height <= 50 && cut.width <= 660);
    digitnet__plane_release(&cut);
    release(&f);
    digitnet__plane_release(&page);
}

static void a_page_may_be_empty(void **state) {
    (void)state;
    digitnet__plane page = new_plane(WIDTH, HEIGHT);
    found f = find_lines(&page);
    assert_int_equal(f.lines.count, 0);
    assert_true(f.direction.evidence == 0.0);
    release(&f);
    page.pixels[5 * WIDTH + 7] = 255;
    f = find_lines(&page);
    assert_int_equal(f.lines.count, 0);
    release(&f);
    for (size_t i = 0; i < WIDTH * HEIGHT; i += 2)
        page.pixels[i] = (uint8_t)(i / WIDTH % 2 ? 200 : 0); /* more specks than are looked at */
    f = find_lines(&page);
    assert_true(f.pieces.count > 8192);
    assert_int_equal(f.lines.count, 0);
    release(&f);
    digitnet__plane_release(&page);
}

/* Texture has more pieces than are looked at, and takes no longer. */
static void texture_is_no_trouble(void **state) {
    (void)state;
    digitnet__plane page = new_plane(WIDTH, HEIGHT);
    for (double y = 4.0; y < HEIGHT - 4; y += 6.0)
        for (double x = 4.0; x < WIDTH - 8; x += 8.0)
            draw_stroke(&page, x, y, x + 4.5, y, 2.0, 200.0);
    found f = find_lines(&page);
    assert_true(f.pieces.count > 8192);
    release(&f);
    digitnet__plane_release(&page);
}

static void memory_may_end_anywhere(void **state) {
    (void)state;
    allocation_counts counts;
    begin_counting(&counts);
    digitnet__plane page = new_plane(WIDTH, HEIGHT), cut;
    digitnet__components pieces;
    digitnet__text_lines lines;
    digitnet__text_direction direction;
    double size;
    for (double x = 100.0; x < 800.0; x += 50.0)
        draw_stroke(&page, x, 100.0, x, 140.0, 4.0, 220.0);
    expect_ok(digitnet__components_find(&pieces, &page, THRESHOLD));
    digitnet_status status = DIGITNET_ENOMEM;
    size_t failing = 1;
    for (; status == DIGITNET_ENOMEM; failing++) {
        atomic_store(&counts.fail_at, atomic_load(&counts.allocations) + failing);
        status = digitnet__text_size_find(&size, &pieces);
        if (status)
            continue;
        status = digitnet__text_direction_find(&direction, &pieces, size);
        if (status)
            continue;
        status = digitnet__text_lines_find(&lines, &pieces, size, 0.0);
        if (status)
            continue;
        status = digitnet__text_line_cut(&cut, &lines, 0, &pieces, &page);
        if (status)
            digitnet__text_lines_release(&lines);
    }
    atomic_store(&counts.fail_at, 0);
    expect_ok(status);
    assert_true(failing > 9);
    digitnet__plane_release(&cut);
    digitnet__text_lines_release(&lines);
    digitnet__components_release(&pieces);
    digitnet__plane_release(&page);
    end_counting(&counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_may_end_anywhere), /* first, since there may be no objects */
        cmocka_unit_test_setup_teardown(lines_are_found_in_order, load, unload),
        cmocka_unit_test_setup_teardown(specks_and_dashes_are_no_lines, load, unload),
        cmocka_unit_test_setup_teardown(a_pages_slope_is_found, load, unload),
        cmocka_unit_test_setup_teardown(a_page_on_its_side_is_noticed, load, unload),
        cmocka_unit_test_setup_teardown(neighbours_are_left_out, load, unload),
        cmocka_unit_test(cut_lines_are_straight),
        cmocka_unit_test(a_page_may_be_empty),
        cmocka_unit_test(texture_is_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
