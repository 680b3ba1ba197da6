/* One line at several sizes: when it is looked at again, and what all looks together say. */
#include "reader/line_views.h"
#include "reader_models.h"
#include "support.h"

#include <math.h>

enum { WIDTH = 200, HEIGHT = 60, BEAM_WIDTH = 8 };

/* Three upright strokes, 40 rows high. */
static digitnet__plane draw_line_of_strokes(void) {
    digitnet__plane ink;
    expect_ok(digitnet__plane_create(&ink, WIDTH, HEIGHT));
    for (size_t row = 10; row < 50; row++)
        for (size_t stroke = 0; stroke < 3; stroke++)
            memset(ink.pixels + row * WIDTH + 22 + 60 * stroke, 220, 2);
    return ink;
}

/* What a model of strokes with this doubt makes of them, and where it is given one of digits; both are released. */
static digitnet__line_views look_at_strokes(float doubt, digitnet_model *digits) {
    digitnet__line_views views;
    digitnet__line_place place;
    digitnet__line_search search = {.allowed = &(digitnet__allowed){.all = true}, .beam_width = BEAM_WIDTH};
    digitnet_model *model = make_stroke_line_model(doubt);
    digitnet__plane ink = draw_line_of_strokes();
    expect_ok(digitnet_session_create(&search.session, model,
                                      DIGITNET_WITH(digitnet_session_options, .batch_size = 1, .max_width = 1024)));
    expect_ok(digitnet__line_find_place(&place, &ink));
    if (digits) {
        search.digit.outputs = 10;
        expect_ok(digitnet_session_create(&search.digit.session, digits, NULL));
    }
    expect_ok(digitnet__line_views_create(&views, &ink, &place, &search));
    digitnet_session_free(search.digit.session);
    digitnet_session_free(search.session);
    digitnet_model_free(digits);
    digitnet_model_free(model);
    digitnet__plane_release(&ink);
    return views;
}

/* The probability that a view gives the digits, 0 where it does not find them. */
static double probability_in(const digitnet__line_view *view, const digitnet_ctc_sequence *digits) {
    for (size_t i = 0; i < digitnet_ctc_decoding_count(view->decoding); i++) {
        digitnet_ctc_sequence sequence = DIGITNET_INIT(digitnet_ctc_sequence);
        expect_ok(digitnet_ctc_decoding_describe(&sequence, view->decoding, i));
        if (sequence.count == digits->count &&
            (digits->count == 0 || memcmp(sequence.labels, digits->labels, digits->count * sizeof(int32_t)) == 0))
            return exp(sequence.log_probability);
    }
    return 0.0;
}

static void a_sure_look_is_the_only_one(void **state) {
    (void)state;
    digitnet__line_views views = look_at_strokes(0.0f, NULL);
    assert_int_equal(views.count, 1);
    assert_int_equal(views.candidates[0].sequence.count, 3);
    digitnet__line_views_release(&views);
}

static void in_doubt_all_sizes_are_looked_at(void **state) {
    (void)state;
    digitnet__line_views views = look_at_strokes(1.0f, NULL);
    assert_int_equal(views.count, DNN_LINE_VIEWS);
    assert_true(views.items[1].strip.width < views.items[0].strip.width);
    assert_true(views.items[2].strip.width > views.items[0].strip.width);
    digitnet__line_views_release(&views);
}

static void candidates_have_the_mean_of_all_views(void **state) {
    (void)state;
    digitnet__line_views views = look_at_strokes(1.0f, NULL);
    double all = 0.0;
    assert_true(views.candidate_count > 1);
    for (size_t i = 0; i < views.candidate_count; i++) {
        const digitnet__line_candidate *candidate = &views.candidates[i];
        double sum = 0.0, highest = 0.0;
        for (size_t view = 0; view < views.count; view++) {
            double probability = probability_in(&views.items[view], &candidate->sequence);
            sum += probability;
            highest = fmax(highest, probability);
        }
        assert_float_equal(candidate->probability, sum / DNN_LINE_VIEWS, 1e-9);
        assert_float_equal(probability_in(&views.items[candidate->view], &candidate->sequence), highest, 1e-12);
        assert_true(i == 0 || candidate->probability <= views.candidates[i - 1].probability);
        all += candidate->probability;
    }
    assert_true(all <= 1.0 + 1e-9);
    digitnet__line_views_release(&views);
}

static digitnet_model *make_reader_of(int digit) {
    float logits[10] = {0};
    logits[digit] = 20.0f;
    return make_constant_digit_model(logits, 10);
}

static int32_t first_digit(const digitnet__line_views *views, size_t candidate) {
    return views->candidates[candidate].sequence.labels[0];
}

/* In doubt between 1 and 7, by the line alone 7, the digits look like 1. */
static void what_single_digits_look_like_decides(void **state) {
    (void)state;
    digitnet__line_views alone = look_at_strokes(1.0f, NULL), helped = look_at_strokes(1.0f, make_reader_of(1));
    assert_int_equal(helped.candidates[0].sequence.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(helped.candidates[0].sequence.labels[i], 1);
    assert_true(helped.candidates[0].probability > alone.candidates[0].probability);
    assert_true(helped.count <= alone.count);
    digitnet__line_views_release(&alone);
    digitnet__line_views_release(&helped);
}

/* Where single digits look like none of what the line says, there is more doubt than without them. */
static void digits_that_look_otherwise_leave_doubt(void **state) {
    (void)state;
    digitnet__line_views alone = look_at_strokes(0.0f, NULL), doubted = look_at_strokes(0.0f, make_reader_of(4));
    assert_int_equal(first_digit(&alone, 0), 1);
    assert_int_equal(first_digit(&doubted, 0), 1);
    assert_true(doubted.candidates[0].probability < alone.candidates[0].probability);
    digitnet__line_views_release(&alone);
    digitnet__line_views_release(&doubted);
}

/* How probable it is that both of two strokes are digits, with a block so far left of the first. */
static double likeness_beside_a_block(size_t distance) {
    enum { FIRST = 100, SECOND = 140, BLOCK = 20 };
    int32_t labels[] = {1, 1};
    size_t first_columns[] = {FIRST, SECOND}, end_columns[] = {FIRST + 2, SECOND + 2};
    const digitnet_ctc_sequence sequence = {
        .labels = labels, .count = 2, .first_columns = first_columns, .end_columns = end_columns};
    digitnet__digit_network network = {.outputs = 11};
    digitnet__line_digits digits = {.count = 0};
    digitnet__plane strip;
    digitnet_model *model = make_stroke_digit_model();
    double likeness;
    expect_ok(digitnet_session_create(&network.session, model, NULL));
    expect_ok(digitnet__plane_create(&strip, WIDTH, DIGITNET_LINE_HEIGHT));
    for (size_t row = 6; row < 26; row++) {
        memset(strip.pixels + row * WIDTH + FIRST, 255, 2);
        memset(strip.pixels + row * WIDTH + SECOND, 255, 2);
        memset(strip.pixels + row * WIDTH + FIRST - distance - BLOCK, 255, BLOCK);
    }
    expect_ok(digitnet__line_digits_find_least(&likeness, &digits, &strip, WIDTH, &sequence, &network,
                                               &(digitnet__allowed){.all = true}));
    digitnet__line_digits_release(&digits);
    digitnet__plane_release(&strip);
    digitnet_session_free(network.session);
    digitnet_model_free(model);
    return likeness;
}

static void a_mark_far_from_a_digit_is_not_its_own(void **state) {
    (void)state;
    assert_true(likeness_beside_a_block(0) < 0.01);
    assert_true(likeness_beside_a_block(35) > 0.99);
}

/* How probable it is that eight pieces are digits, of which so many are blocks. */
static double likeness_with_blocks(size_t blocks) {
    enum { PIECES = 8, PITCH = 24, BLOCK = 14 };
    int32_t labels[PIECES];
    size_t first_columns[PIECES], end_columns[PIECES];
    const digitnet_ctc_sequence sequence = {
        .labels = labels, .count = PIECES, .first_columns = first_columns, .end_columns = end_columns};
    digitnet__digit_network network = {.outputs = 11};
    digitnet__line_digits digits = {.count = 0};
    digitnet__line_opinion opinion;
    digitnet__plane strip;
    digitnet_model *model = make_stroke_digit_model();
    expect_ok(digitnet_session_create(&network.session, model, NULL));
    expect_ok(digitnet__plane_create(&strip, WIDTH, DIGITNET_LINE_HEIGHT));
    for (size_t i = 0; i < PIECES; i++) {
        size_t width = i < blocks ? BLOCK : 2;
        labels[i] = 1;
        first_columns[i] = 12 + PITCH * i - width / 2;
        end_columns[i] = first_columns[i] + width;
        for (size_t row = 6; row < 26; row++)
            memset(strip.pixels + row * WIDTH + first_columns[i], 255, width);
    }
    expect_ok(digitnet__line_digits_read(&opinion, &digits, &strip, WIDTH, &sequence, &network,
                                         &(digitnet__allowed){.all = true}));
    digitnet__line_digits_release(&digits);
    digitnet__plane_release(&strip);
    digitnet_session_free(network.session);
    digitnet_model_free(model);
    return opinion.likeness;
}

static void a_quarter_may_look_like_no_digits(void **state) {
    (void)state;
    assert_true(likeness_with_blocks(0) > 0.99);
    assert_true(likeness_with_blocks(2) > 0.99);
    assert_true(likeness_with_blocks(3) < 0.1);
    assert_true(likeness_with_blocks(8) < 1e-7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sure_look_is_the_only_one),
        cmocka_unit_test(in_doubt_all_sizes_are_looked_at),
        cmocka_unit_test(candidates_have_the_mean_of_all_views),
        cmocka_unit_test(what_single_digits_look_like_decides),
        cmocka_unit_test(digits_that_look_otherwise_leave_doubt),
        cmocka_unit_test(a_mark_far_from_a_digit_is_not_its_own),
        cmocka_unit_test(a_quarter_may_look_like_no_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
