/* Rules in ink maps that are drawn here: found where they are, and taken out without the strokes that cross them. */
#include "drawing.h"
#include "image/components.h"
#include "image/rules.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { WIDTH = 480, HEIGHT = 360, LENGTH = 120, THICKNESS = 10, NOISE = 6 };

/* Along y = at + slope x + bend (x / WIDTH)^2 from one column to another; dots take every other `dots` columns. */
struct drawn_rule {
    double at, slope, bend, from, to, thickness, ink;
    int dots;
};

static double place_of(const struct drawn_rule *rule, double x) {
    return rule->at + rule->slope * x + rule->bend * (x / WIDTH) * (x / WIDTH);
}

static void draw_rule(digitnet__plane *plane, const struct drawn_rule *rule) {
    for (size_t row = 0; row < HEIGHT; row++) {
        for (size_t column = 0; column < WIDTH; column++) {
            double x = (double)column + 0.5, distance = fabs((double)row + 0.5 - place_of(rule, x));
            bool dot = rule->dots == 0 || column / (size_t)rule->dots % 2 == 0;
            if (dot && x >= rule->from && x <= rule->to)
                darken(&plane->pixels[row * WIDTH + column], rule->ink * line_cover(distance, rule->thickness));
        }
    }
}

/* Of two strokes: its bar, which is so long, and its stem. */
static void draw_seven(digitnet__plane *plane, double x, double y, double bar) {
    draw_stroke(plane, x, y, x + bar, y - 1.0, 5.0, 230.0);
    draw_stroke(plane, x + bar, y - 1.0, x + 5.0, y + 40.0, 5.0, 230.0);
}

/* Sevens in five rows. */
static void draw_sevens(digitnet__plane *plane) {
    for (int i = 0; i < 40; i++)
        draw_seven(plane, 40.0 + 52.0 * (i % 8), 34.0 + 66.0 * (i / 8) + 3.0 * (i % 3), 20.0 + i % 5);
}

/* As print has them: side by side at one height, their bars so far apart. */
static void draw_printed_sevens(digitnet__plane *plane, double x, double y, size_t count, double apart) {
    for (size_t i = 0; i < count; i++)
        draw_seven(plane, x + (28.0 + apart) * (double)i, y, 23.0);
}

static const struct drawn_rule drawn[] = {
    {30.0, 0.0, 0.0, 0.0, WIDTH, 1.0, 40.0, 0},       /* pale, as ruled paper has them */
    {60.0, 0.1, 0.0, 40.0, 440.0, 2.0, 200.0, 0},     /* leaning */
    {150.0, -0.02, 30.0, 20.0, 460.0, 3.0, 220.0, 0}, /* bent */
    {250.0, 0.03, 0.0, 100.0, 400.0, 8.0, 230.0, 0},  /* thick */
    {320.0, 0.0, 0.0, 15.0, 470.0, 2.0, 200.0, 3},    /* dotted */
};
enum { DRAWN = sizeof drawn / sizeof *drawn };

static void rules_are_found(void **state) {
    (void)state;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    digitnet__rules rules;
    draw_sevens(&plane);
    for (size_t i = 0; i < DRAWN; i++)
        draw_rule(&plane, &drawn[i]);
    draw_noise(&plane, NOISE, 3);
    expect_ok(digitnet__rules_find(&rules, &plane, LENGTH, THICKNESS));
    assert_int_equal(rules.count, DRAWN);
    for (size_t i = 0; i < DRAWN; i++) {
        const struct drawn_rule *rule = &drawn[i];
        size_t match = 0;
        while (match < rules.count && fabs(rules.items[match].end.y - place_of(rule, rules.items[match].end.x)) > 2.0)
            match++;
        assert_true(match < rules.count);
        const digitnet__rule *found = &rules.items[match];
        assert_false(found->upright);
        assert_true(fabs(found->start.x - rule->from) <= 4.0 && fabs(found->end.x - rule->to) <= 4.0);
        assert_true(fabs(found->thickness - rule->thickness) <= 1.5);
        for (size_t node = 0; node < found->node_count; node++)
            assert_true(fabs(found->nodes[node].y - place_of(rule, found->nodes[node].x)) <= 1.5);
    }
    digitnet__rules_release(&rules);
    digitnet__plane_release(&plane);
}

static void upright_rules_are_found_as_those_that_lie(void **state) {
    (void)state;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT), turned;
    digitnet__rules rules;
    for (size_t i = 0; i < DRAWN; i++)
        draw_rule(&plane, &drawn[i]);
    expect_ok(digitnet__plane_turn(&turned, &plane, 1));
    expect_ok(digitnet__rules_find(&rules, &turned, LENGTH, THICKNESS));
    assert_int_equal(rules.count, DRAWN);
    for (size_t i = 0; i < DRAWN; i++)
        assert_true(rules.items[i].upright && rules.items[i].end.y > rules.items[i].start.y);
    digitnet__rules_erase(&turned, &rules);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        assert_true(turned.pixels[i] <= 16);
    digitnet__rules_release(&rules);
    digitnet__plane_release(&turned);
    digitnet__plane_release(&plane);
}

static void strokes_alone_are_no_rules(void **state) {
    (void)state;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    digitnet__rules rules;
    draw_sevens(&plane);
    draw_stroke(&plane, 20.0, 350.0, 100.0, 345.0, 3.0, 230.0); /* long, but shorter than a rule */
    draw_noise(&plane, NOISE, 3);
    expect_ok(digitnet__rules_find(&rules, &plane, LENGTH, THICKNESS));
    assert_int_equal(rules.count, 0);
    digitnet__rules_release(&rules);
    digitnet__plane_release(&plane);
}

/* Bars of printed sevens lie on one straight line. */
static void strokes_in_a_row_are_no_rules(void **state) {
    (void)state;
    for (double apart = 2.0; apart <= 12.0; apart += 0.5) {
        digitnet__plane plane = new_plane(WIDTH, HEIGHT);
        digitnet__rules rules;
        for (size_t i = 0; i < 4; i++)
            draw_printed_sevens(&plane, 20.0, 40.0 + 80.0 * (double)i, 5 + 2 * i, apart);
        draw_noise(&plane, NOISE, 3);
        expect_ok(digitnet__rules_find(&rules, &plane, LENGTH, THICKNESS));
        assert_int_equal(rules.count, 0);
        digitnet__rules_release(&rules);
        digitnet__plane_release(&plane);
    }
}

/* A rule ends before sevens whose bars continue it, whether it is solid or dotted. */
static void strokes_continue_no_rule(void **state) {
    (void)state;
    for (int dots = 0; dots <= 3; dots++) {
        const struct drawn_rule rule = {180.0, 0.0, 0.0, 30.0, 240.0, 3.0, 220.0, dots};
        digitnet__plane plane = new_plane(WIDTH, HEIGHT);
        digitnet__rules rules;
        draw_rule(&plane, &rule);
        draw_printed_sevens(&plane, 255.0, 180.0, 6, 6.0);
        expect_ok(digitnet__rules_find(&rules, &plane, LENGTH, THICKNESS));
        assert_int_equal(rules.count, 1);
        assert_true(fabs(rules.items[0].end.x - rule.to) <= 4.0);
        digitnet__rules_release(&rules);
        digitnet__plane_release(&plane);
    }
}

/* Solid or dotted, where sevens cross it, and where they stand on it. */
static void rules_are_found_among_strokes(void **state) {
    (void)state;
    static const int dots[] = {0, 1, 2, 3};
    for (size_t i = 0; i < sizeof dots / sizeof *dots; i++) {
        for (double at = 150.0; at <= 188.0; at += 2.0) {
            const struct drawn_rule rule = {at, 0.0, 0.0, 30.0, 450.0, 2.0, 200.0, dots[i]};
            digitnet__plane plane = new_plane(WIDTH, HEIGHT);
            digitnet__rules rules;
            draw_rule(&plane, &rule);
            draw_printed_sevens(&plane, 60.0, 140.0, 9, 8.0);
            expect_ok(digitnet__rules_find(&rules, &plane, LENGTH, THICKNESS));
            size_t whole = 0;
            for (size_t j = 0; j < rules.count; j++)
                whole += rules.items[j].start.x <= rule.from + 12.0 && rules.items[j].end.x >= rule.to - 30.0;
            assert_true(whole >= 1);
            digitnet__rules_release(&rules);
            digitnet__plane_release(&plane);
        }
    }
}

static size_t count_pieces(const digitnet__plane *plane) {
    digitnet__components pieces;
    size_t large = 0;
    expect_ok(digitnet__components_find(&pieces, plane, 48));
    for (size_t i = 0; i < pieces.count; i++)
        large += pieces.items[i].pixels > 12;
    digitnet__components_release(&pieces);
    return large;
}

/* What is left are forty sevens, nearly as they were before the rules came. */
static void strokes_stay_when_rules_are_erased(void **state) {
    (void)state;
    digitnet__plane sevens = new_plane(WIDTH, HEIGHT);
    digitnet__rules rules;
    draw_sevens(&sevens);
    digitnet__plane plane = copy_of(&sevens);
    for (size_t i = 0; i < DRAWN; i++)
        draw_rule(&plane, &drawn[i]);
    assert_true(count_pieces(&plane) < 40);
    expect_ok(digitnet__rules_find(&rules, &plane, LENGTH, THICKNESS));
    digitnet__rules_erase(&plane, &rules);
    double missing = 0.0, added = 0.0, ink = 0.0;
    for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
        ink += sevens.pixels[i];
        missing += fmax((double)sevens.pixels[i] - (double)plane.pixels[i], 0.0);
        added += fmax((double)plane.pixels[i] - (double)sevens.pixels[i], 0.0);
    }
    print_message("missing %.4f, added %.4f of the ink\n", missing / ink, added / ink);
    assert_true(missing <= 0.02 * ink && added <= 0.03 * ink);
    assert_int_equal(count_pieces(&plane), count_pieces(&sevens));
    digitnet__rules_release(&rules);
    digitnet__plane_release(&plane);
    digitnet__plane_release(&sevens);
}

/* A stroke along a rule is left where it is darker or thicker than the rule, which is erased. */
static void strokes_along_rules_stay(void **state) {
    (void)state;
    static const struct {
        double thickness, ink, rule_thickness, rule_ink;
    } cases[] = {{3.0, 200.0, 1.5, 60.0}, {3.0, 150.0, 3.0, 60.0}, {9.0, 200.0, 3.0, 200.0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (double beside = -1.0; beside <= 1.0; beside += 0.25) {
            const struct drawn_rule rule = {180.0, 0.0, 0.0, 20.0, 460.0, cases[i].rule_thickness, cases[i].rule_ink,
                                            0};
            digitnet__plane plane = new_plane(WIDTH, HEIGHT);
            digitnet__rules rules;
            draw_rule(&plane, &rule);
            draw_stroke(&plane, 220.0, 180.0 + beside, 255.0, 180.0 + beside, cases[i].thickness, cases[i].ink);
            expect_ok(digitnet__rules_find(&rules, &plane, LENGTH, THICKNESS));
            assert_int_equal(rules.count, 1);
            digitnet__rules_erase(&plane, &rules);
            const uint8_t *row = plane.pixels + (size_t)(180.0 + beside) * WIDTH;
            for (size_t column = 0; column < WIDTH; column++) {
                if (column >= 220 && column < 255)
                    assert_true(row[column] >= 0.6 * cases[i].ink);
                else if (column < 210 || column >= 265)
                    assert_true(row[column] <= 16);
            }
            digitnet__rules_release(&rules);
            digitnet__plane_release(&plane);
        }
    }
}

/* Wherever a rule begins and ends: what is some pixels away stays as it is. */
static void nothing_else_is_erased(void **state) {
    (void)state;
    for (double shift = 0.0; shift < 8.0; shift += 0.5) {
        const struct drawn_rule rule = {180.0, 0.01, 0.0, 60.0 + shift, 400.0 - shift, 2.0, 200.0, 3};
        digitnet__plane plane = new_plane(WIDTH, HEIGHT);
        digitnet__rules rules;
        draw_sevens(&plane);
        draw_rule(&plane, &rule);
        digitnet__plane before = copy_of(&plane);
        expect_ok(digitnet__rules_find(&rules, &plane, LENGTH, THICKNESS));
        assert_int_equal(rules.count, 1);
        digitnet__rules_erase(&plane, &rules);
        for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
            double x = (double)(i % WIDTH), y = (double)(i / WIDTH);
            if (fabs(y - place_of(&rule, x)) > 6.0 || x < rule.from - 30.0 || x > rule.to + 30.0)
                assert_int_equal(plane.pixels[i], before.pixels[i]);
        }
        digitnet__rules_release(&rules);
        digitnet__plane_release(&before);
        digitnet__plane_release(&plane);
    }
}

/* Noise has thousands of what looks like rules at such a length. */
static void texture_has_no_rules(void **state) {
    (void)state;
    digitnet__plane plane = new_plane(3 * WIDTH, 3 * HEIGHT);
    digitnet__rules rules;
    for (size_t i = 0; i < plane.width * plane.height; i++)
        plane.pixels[i] = (uint8_t)(127.5f * (1.0f + noise(6, i)));
    expect_ok(digitnet__rules_find(&rules, &plane, 24, THICKNESS));
    assert_int_equal(rules.count, 0);
    digitnet__rules_release(&rules);
    digitnet__plane_release(&plane);
}

static void pictures_may_be_tiny(void **state) {
    (void)state;
    for (size_t side = 1; side < 6; side++) {
        digitnet__plane plane;
        digitnet__rules rules;
        expect_ok(digitnet__plane_create(&plane, side, 6 - side));
        memset(plane.pixels, 200, side * (6 - side));
        for (size_t length = 1; length < 40; length += 13) {
            expect_ok(digitnet__rules_find(&rules, &plane, length, 1));
            digitnet__rules_erase(&plane, &rules);
            digitnet__rules_release(&rules);
        }
        digitnet__plane_release(&plane);
    }
}

static void memory_may_end_anywhere(void **state) {
    (void)state;
    allocation_counts counts;
    begin_counting(&counts);
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    digitnet__rules rules;
    for (size_t i = 0; i < DRAWN; i++)
        draw_rule(&plane, &drawn[i]);
    digitnet_status status = DIGITNET_ENOMEM;
    size_t failing = 1;
    for (; status == DIGITNET_ENOMEM; failing++) {
        atomic_store(&counts.fail_at, atomic_load(&counts.allocations) + failing);
        status = digitnet__rules_find(&rules, &plane, LENGTH, THICKNESS);
    }
    atomic_store(&counts.fail_at, 0);
    expect_ok(status);
    assert_true(failing > 10);
    digitnet__rules_release(&rules);
    digitnet__plane_release(&plane);
    end_counting(&counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_found),
        cmocka_unit_test(upright_rules_are_found_as_those_that_lie),
        cmocka_unit_test(strokes_alone_are_no_rules),
        cmocka_unit_test(strokes_in_a_row_are_no_rules),
        cmocka_unit_test(strokes_continue_no_rule),
        cmocka_unit_test(rules_are_found_among_strokes),
        cmocka_unit_test(strokes_stay_when_rules_are_erased),
        cmocka_unit_test(strokes_along_rules_stay),
        cmocka_unit_test(nothing_else_is_erased),
        cmocka_unit_test(texture_has_no_rules),
        cmocka_unit_test(pictures_may_be_tiny),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
