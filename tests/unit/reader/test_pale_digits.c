/* Digits that are too pale to be read with the others of a line. */
#include "reader/pale_digits.h"
#include "reader_models.h"
#include "support.h"

enum { WIDTH = 200, HEIGHT = 60, DIGITS = 3, DARK = 220, PALE = 70, PAPER = 30, PER_COLUMN = 2 };

/* A block beside three dark strokes, which were read. */
typedef struct block {
    size_t left, width, height;
    uint8_t level;
} block;

static digitnet__plane draw_line(void) {
    digitnet__plane ink;
    expect_ok(digitnet__plane_create(&ink, WIDTH, HEIGHT));
    for (size_t row = 16; row < 44; row++)
        for (size_t stroke = 0; stroke < DIGITS; stroke++)
            memset(ink.pixels + row * WIDTH + 22 + 60 * stroke, DARK, 4);
    return ink;
}

static void draw_block(digitnet__plane *ink, const block *b) {
    for (size_t row = (HEIGHT - b->height) / 2; row < (HEIGHT + b->height) / 2; row++)
        memset(ink->pixels + row * WIDTH + b->left, b->level, b->width);
}

static bool finds(const block *b, digitnet_model *model) {
    digitnet__plane ink = draw_line();
    digitnet__digit_network network = {.outputs = DNN_MOST_DIGIT_OUTPUTS};
    digitnet__line_view view = {.allowed = 1.0};
    size_t first[DIGITS], end[DIGITS];
    const digitnet_ctc_sequence read = {
        .count = DIGITS, .labels = (int32_t[DIGITS]){1, 1, 1}, .first_columns = first, .end_columns = end};
    bool found;
    expect_ok(digitnet_session_create(&network.session, model, NULL));
    expect_ok(digitnet__line_find_place(&view.place, &ink));
    expect_ok(digitnet__line_frame(&view.strip, &ink, &view.place));
    view.scores.columns = view.strip.width / PER_COLUMN;
    for (size_t i = 0; i < DIGITS; i++) {
        double part = (24.0 + 60.0 * (double)i - view.place.left) / (view.place.right - view.place.left);
        first[i] = (size_t)(part * (double)view.scores.columns);
        end[i] = first[i] + 1;
    }
    view.place.threshold = DARK / 2; /* as where strokes are blurred */
    draw_block(&ink, b);
    expect_ok(digitnet__pale_digits_darken(&found, &ink, &view, &read, &network));
    uint8_t level = ink.pixels[HEIGHT / 2 * WIDTH + b->left + b->width / 2];
    assert_int_equal(level, found ? DARK / 2 * 3 / 2 : b->level);
    digitnet__plane_release(&view.strip);
    digitnet__plane_release(&ink);
    digitnet_session_free(network.session);
    digitnet_model_free(model);
    return found;
}

static digitnet_model *always(size_t output) {
    float logits[DNN_MOST_DIGIT_OUTPUTS] = {0};
    logits[output] = 20.0f;
    return make_constant_digit_model(logits, DNN_MOST_DIGIT_OUTPUTS);
}

static void a_pale_digit_is_found(void **state) {
    (void)state;
    assert_true(finds(&(block){46, 16, 26, PALE}, always(8)));
    assert_true(finds(&(block){170, 16, 26, PALE}, always(8))); /* beyond what was read */
}

static void other_things_are_none(void **state) {
    (void)state;
    assert_false(finds(&(block){46, 16, 26, PALE}, always(DNN_DIGITS))); /* as its network says */
    assert_false(finds(&(block){46, 16, 26, PAPER}, always(8)));
    assert_false(finds(&(block){46, 16, 10, PALE}, always(8))); /* a dash, */
    assert_false(finds(&(block){50, 4, 26, PALE}, always(8)));  /* a rule, */
    assert_false(finds(&(block){46, 16, 50, PALE}, always(8))); /* and what reaches in from other lines */
}

/* Nor what is as dark as strokes, which is for the network of lines to read or not, or a part of what was read. */
static void what_was_seen_is_none(void **state) {
    (void)state;
    assert_false(finds(&(block){46, 16, 26, DARK}, always(8)));
    assert_false(finds(&(block){14, 20, 26, PALE}, always(8)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pale_digit_is_found),
        cmocka_unit_test(other_things_are_none),
        cmocka_unit_test(what_was_seen_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
