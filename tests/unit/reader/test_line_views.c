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

/* What a model of strokes with this doubt makes of them; the model is released. */
static digitnet__line_views look_at_strokes(float doubt) {
    digitnet__line_views views;
    digitnet__line_place place;
    digitnet_session *session;
    digitnet_model *model = make_stroke_line_model(doubt);
    digitnet__plane ink = draw_line_of_strokes();
    expect_ok(digitnet_session_create(&session, model,
                                      DIGITNET_WITH(digitnet_session_options, .batch_size = 1, .max_width = 1024)));
    expect_ok(digitnet__line_find_place(&place, &ink));
    expect_ok(digitnet__line_views_create(&views, session, &ink, &place,
                                          &(digitnet__line_search){&(digitnet__allowed){.all = true}, BEAM_WIDTH}));
    digitnet_session_free(session);
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
    digitnet__line_views views = look_at_strokes(0.0f);
    assert_int_equal(views.count, 1);
    assert_int_equal(views.candidates[0].sequence.count, 3);
    digitnet__line_views_release(&views);
}

static void in_doubt_all_sizes_are_looked_at(void **state) {
    (void)state;
    digitnet__line_views views = look_at_strokes(1.0f);
    assert_int_equal(views.count, DNN_LINE_VIEWS);
    assert_true(views.items[1].strip.width < views.items[0].strip.width);
    assert_true(views.items[2].strip.width > views.items[0].strip.width);
    digitnet__line_views_release(&views);
}

static void candidates_have_the_mean_of_all_views(void **state) {
    (void)state;
    digitnet__line_views views = look_at_strokes(1.0f);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sure_look_is_the_only_one),
        cmocka_unit_test(in_doubt_all_sizes_are_looked_at),
        cmocka_unit_test(candidates_have_the_mean_of_all_views),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
