/* What stands between digits, by its shape and place. */
#include "core/memory.h"
#include "reader/separators.h"
#include "support.h"

enum { WIDTH = 200, HEIGHT = DIGITNET_LINE_HEIGHT, DIGITS = 5, PER_COLUMN = 4 };

/* Five upright strokes of 20 rows, the digits of a line, and what each test draws between them. */
struct line {
    digitnet__line_view view;
    digitnet_ctc_sequence sequence;
    size_t first_columns[DIGITS], end_columns[DIGITS];
    int32_t labels[DIGITS];
};

static void fill(digitnet__plane *plane, size_t left, size_t width, size_t top, size_t height) {
    for (size_t row = top; row < top + height; row++)
        memset(plane->pixels + row * plane->width + left, 255, width);
}

static void draw_digits(struct line *line) {
    *line = (struct line){.view = {.scores = {.columns = WIDTH / PER_COLUMN}}};
    expect_ok(digitnet__plane_create(&line->view.strip, WIDTH, HEIGHT));
    for (size_t i = 0; i < DIGITS; i++) {
        fill(&line->view.strip, 18 + 40 * i, 3, 6, 20);
        line->first_columns[i] = (18 + 40 * i) / PER_COLUMN;
        line->end_columns[i] = line->first_columns[i] + 1;
        line->labels[i] = 1;
    }
    line->sequence = (digitnet_ctc_sequence){.labels = line->labels,
                                             .count = DIGITS,
                                             .first_columns = line->first_columns,
                                             .end_columns = line->end_columns};
}

static void draw_slash(digitnet__plane *plane, size_t left) {
    for (size_t row = 4; row < 29; row++)
        memset(plane->pixels + row * plane->width + left + (28 - row) / 3, 255, 2);
}

static void expect_found(const struct line *line, const char *wanted, const char *characters, const size_t *before) {
    digitnet__separator *found;
    size_t count;
    expect_ok(digitnet__separators_find(&found, &count, &line->view, &line->sequence, wanted));
    assert_int_equal(count, strlen(characters));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(found[i].character, characters[i]);
        assert_int_equal(found[i].digits_before, before[i]);
    }
    digitnet__release(found);
}

static void each_is_known_by_its_shape(void **state) {
    (void)state;
    struct line line;
    draw_digits(&line);
    fill(&line.view.strip, 38, 3, 24, 3);
    fill(&line.view.strip, 79, 2, 23, 7);
    fill(&line.view.strip, 113, 10, 15, 3);
    draw_slash(&line.view.strip, 154);
    fill(&line.view.strip, 193, 4, 16, 2); /* behind the last digit */
    expect_found(&line, ".,-/", ".,-/-", (const size_t[]){1, 2, 3, 4, 5});
    expect_found(&line, ".", ".", (const size_t[]){1});
    expect_found(&line, "/-", "-/-", (const size_t[]){3, 4, 5});
    expect_found(&line, "", "", NULL);
    expect_found(&line, NULL, "", NULL);
    digitnet__plane_release(&line.view.strip);
}

static void what_stands_elsewhere_is_none(void **state) {
    (void)state;
    struct line line;
    draw_digits(&line);
    fill(&line.view.strip, 5, 3, 24, 3);    /* a point before the first digit */
    fill(&line.view.strip, 38, 3, 5, 3);    /* a point above */
    fill(&line.view.strip, 79, 1, 25, 1);   /* a speck */
    fill(&line.view.strip, 113, 10, 27, 2); /* a dash at the feet */
    fill(&line.view.strip, 157, 3, 4, 24);  /* upright */
    expect_found(&line, ".,-/", "", NULL);
    digitnet__plane_release(&line.view.strip);
}

static void a_dash_may_come_first(void **state) {
    (void)state;
    struct line line;
    draw_digits(&line);
    fill(&line.view.strip, 4, 8, 15, 2);
    expect_found(&line, ".-", "-", (const size_t[]){0});
    digitnet__plane_release(&line.view.strip);
}

static void a_dash_of_a_word_before_the_line_is_none(void **state) {
    (void)state;
    struct line line;
    draw_digits(&line);
    memset(line.view.strip.pixels, 0, WIDTH * HEIGHT);
    line.sequence.labels++;
    line.sequence.first_columns++;
    line.sequence.end_columns++;
    line.sequence.count--;
    fill(&line.view.strip, 18, 8, 15, 2); /* far before the first digit */
    fill(&line.view.strip, 58, 3, 6, 20);
    expect_found(&line, "-", "", NULL);
    fill(&line.view.strip, 18, 8, 6, 20); /* the end of a word */
    fill(&line.view.strip, 38, 8, 15, 2);
    expect_found(&line, "-", "", NULL);
    memset(line.view.strip.pixels, 0, WIDTH * HEIGHT);
    fill(&line.view.strip, 58, 3, 6, 20);
    fill(&line.view.strip, 32, 20, 10, 12); /* letters that touch */
    expect_found(&line, "-", "", NULL);
    memset(line.view.strip.pixels, 0, WIDTH * HEIGHT);
    fill(&line.view.strip, 58, 3, 6, 20);
    fill(&line.view.strip, 38, 8, 15, 2);
    expect_found(&line, "-", "-", (const size_t[]){0});
    digitnet__plane_release(&line.view.strip);
}

static void a_bar_beside_a_digit_that_has_the_other_one_is_none(void **state) {
    (void)state;
    struct line line;
    draw_digits(&line);
    fill(&line.view.strip, 21, 10, 12, 2);
    fill(&line.view.strip, 24, 9, 18, 2);
    expect_found(&line, "-", "", NULL);
    digitnet__plane_release(&line.view.strip);
}

static void dashes_above_one_another_are_none(void **state) {
    (void)state;
    struct line line;
    draw_digits(&line);
    fill(&line.view.strip, 3, 10, 12, 2);
    fill(&line.view.strip, 4, 10, 18, 2);
    fill(&line.view.strip, 33, 10, 15, 2);
    fill(&line.view.strip, 23, 30, 29, 1); /* what is left of a rule */
    expect_found(&line, ".-", "-", (const size_t[]){1});
    digitnet__plane_release(&line.view.strip);
}

/* A stroke that is read as a digit stays one. */
static void a_digit_is_no_separator(void **state) {
    (void)state;
    struct line line;
    draw_digits(&line);
    memset(line.view.strip.pixels, 0, WIDTH * HEIGHT);
    draw_slash(&line.view.strip, 94);
    expect_found(&line, "/", "", NULL);
    digitnet__plane_release(&line.view.strip);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_known_by_its_shape),
        cmocka_unit_test(what_stands_elsewhere_is_none),
        cmocka_unit_test(a_dash_may_come_first),
        cmocka_unit_test(dashes_above_one_another_are_none),
        cmocka_unit_test(a_digit_is_no_separator),
        cmocka_unit_test(a_dash_of_a_word_before_the_line_is_none),
        cmocka_unit_test(a_bar_beside_a_digit_that_has_the_other_one_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
