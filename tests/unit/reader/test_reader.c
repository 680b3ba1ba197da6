/* What a reader makes of the scores of its models. */
#include "models.h"
#include "reader_models.h"
#include "support.h"

#include <math.h>
#include <pthread.h>

enum { SIDE = 60, LINE_LENGTH = 200 };

static uint8_t one_digit[SIDE * SIDE], empty[SIDE * SIDE], strokes[SIDE * LINE_LENGTH];

static int draw(void **state) {
    (void)state;
    memset(one_digit, 240, sizeof one_digit);
    memset(empty, 240, sizeof empty);
    memset(strokes, 240, sizeof strokes);
    for (size_t row = 10; row < 50; row++) {
        memset(one_digit + row * SIDE + 28, 20, 5);
        for (size_t stroke = 0; stroke < 3; stroke++)
            memset(strokes + row * LINE_LENGTH + 22 + 60 * stroke, 20, 2);
    }
    return 0;
}

static digitnet_image picture(const uint8_t *pixels, size_t width) {
    return (digitnet_image){.struct_size = sizeof(digitnet_image), .pixels = pixels, .width = width, .height = SIDE};
}

/* A reader of these models, which are released, and its scratch object. */
static digitnet_reader_scratch *make_scratch(digitnet_model *digit, digitnet_model *line) {
    digitnet_reader *reader;
    digitnet_reader_scratch *scratch;
    expect_ok(digitnet_reader_create(&reader, digit, line));
    digitnet_model_free(digit);
    digitnet_model_free(line);
    expect_ok(digitnet_reader_scratch_create(&scratch, reader));
    digitnet_reader_free(reader);
    return scratch;
}

static digitnet_reading_line line_at(const digitnet_reading *reading, size_t index) {
    digitnet_reading_line line = DIGITNET_INIT(digitnet_reading_line);
    expect_ok(digitnet_reading_describe_line(&line, reading, index));
    return line;
}

static digitnet_reading_character character_at(const digitnet_reading *reading, size_t line, size_t index) {
    digitnet_reading_character character = DIGITNET_INIT(digitnet_reading_character);
    expect_ok(digitnet_reading_describe_character(&character, reading, line, index));
    return character;
}

/* ---- One digit ---- */

/* The reading of a picture with a digit whose scores are softmax of these. */
static digitnet_reading *read_scores(const float *logits, size_t outputs, const digitnet_read_options *options) {
    digitnet_reader_scratch *scratch = make_scratch(make_constant_digit_model(logits, outputs), NULL);
    digitnet_image image = picture(one_digit, SIDE);
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_digit(&reading, scratch, &image, options));
    digitnet_reader_scratch_free(scratch);
    assert_int_equal(digitnet_reading_line_count(reading), 1);
    return reading;
}

static void a_digit_has_alternatives(void **state) {
    (void)state;
    const float logits[11] = {[3] = 9, [8] = 5, [5] = 4, [0] = 3};
    digitnet_reading *reading = read_scores(logits, 11, NULL);
    digitnet_reading_line line = line_at(reading, 0);
    digitnet_reading_character character = character_at(reading, 0, 0);
    const int32_t alternatives[] = {8, 5, 0};
    assert_string_equal(line.text, "3");
    assert_int_equal(line.characters, 1);
    assert_int_equal(line.status, DIGITNET_READING_OK);
    assert_string_equal(line.reason, "");
    assert_int_equal(character.digit, 3);
    assert_float_equal(character.confidence, exp(9) / (exp(9) + exp(5) + exp(4) + exp(3) + 7), 1e-5);
    for (size_t i = 0; i < DIGITNET_ALTERNATIVES; i++)
        assert_int_equal(character.alternatives[i].digit, alternatives[i]);
    assert_float_equal(character.alternatives[0].probability, character.confidence * exp(-4), 1e-5);
    digitnet_reading_free(reading);
}

static void doubt_is_told(void **state) {
    (void)state;
    const float logits[11] = {[3] = 6, [8] = 5.5f};
    digitnet_reading *reading = read_scores(logits, 11, NULL);
    digitnet_reading_line line = line_at(reading, 0);
    assert_string_equal(line.text, "3");
    assert_int_equal(line.status, DIGITNET_READING_UNSURE);
    assert_string_equal(line.reason, "other readings are nearly as probable");
    digitnet_reading_free(reading);
    reading = read_scores(logits, 11, DIGITNET_WITH(digitnet_read_options, .error_rate = 0.5));
    assert_int_equal(line_at(reading, 0).status, DIGITNET_READING_OK);
    digitnet_reading_free(reading);
}

static void what_is_no_digit_is_not_read(void **state) {
    (void)state;
    const float logits[11] = {[3] = 4, [10] = 6};
    digitnet_reading *reading = read_scores(logits, 11, NULL);
    assert_string_equal(line_at(reading, 0).text, "?");
    assert_int_equal(line_at(reading, 0).status, DIGITNET_READING_NO_DIGITS);
    assert_int_equal(character_at(reading, 0, 0).digit, -1);
    assert_int_equal(character_at(reading, 0, 0).alternatives[0].digit, 3);
    digitnet_reading_free(reading);
}

/* Three strokes and, in the place of a fourth, a block that is read as one too. */
static void one_that_is_clearly_no_digit_puts_the_line_in_doubt(void **state) {
    (void)state;
    for (size_t width = 2; width <= 12; width += 10) {
        uint8_t pixels[sizeof strokes];
        digitnet_reader_scratch *scratch = make_scratch(make_stroke_digit_model(), make_stroke_line_model(0));
        digitnet_image image = picture(pixels, LINE_LENGTH);
        digitnet_reading *reading;
        memcpy(pixels, strokes, sizeof strokes);
        for (size_t row = 10; row < 50; row++)
            memset(pixels + row * LINE_LENGTH + 40, 20, width);
        image.polarity = DIGITNET_POLARITY_DARK_INK;
        expect_ok(digitnet_reader_read_line(&reading, scratch, &image, NULL));
        assert_string_equal(line_at(reading, 0).text, "1111");
        assert_int_equal(line_at(reading, 0).status, width > 2 ? DIGITNET_READING_UNSURE : DIGITNET_READING_OK);
        assert_string_equal(line_at(reading, 0).reason, width > 2 ? "what is here is no digit" : "");
        digitnet_reading_free(reading);
        digitnet_reader_scratch_free(scratch);
    }
}

static void an_empty_picture_has_no_digit(void **state) {
    (void)state;
    const float logits[10] = {0};
    digitnet_reader_scratch *scratch = make_scratch(make_constant_digit_model(logits, 10), make_stroke_line_model(0));
    digitnet_image image = picture(empty, SIDE);
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_digit(&reading, scratch, &image, NULL));
    assert_string_equal(line_at(reading, 0).text, " ");
    assert_int_equal(line_at(reading, 0).status, DIGITNET_READING_NO_DIGITS);
    assert_string_equal(line_at(reading, 0).reason, "there is no ink");
    digitnet_reading_free(reading);
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image, NULL));
    assert_string_equal(line_at(reading, 0).text, "");
    assert_int_equal(line_at(reading, 0).status, DIGITNET_READING_NO_DIGITS);
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(scratch);
}

/* ---- Checks ---- */

static int allows(const char *text, void *user_data) {
    const char *const *allowed = user_data;
    for (; *allowed; allowed++)
        if (strcmp(*allowed, text) == 0)
            return 1;
    return 0;
}

static int fails(const char *text, void *user_data) {
    (void)text;
    digitnet_set_error("the list of codes is gone");
    return *(int *)user_data;
}

static void the_check_chooses_a_digit(void **state) {
    (void)state;
    const float logits[11] = {[3] = 9, [8] = 5, [5] = 4};
    const char *eight[] = {"8", "5", NULL}, *none[] = {NULL};
    digitnet_reading *reading =
        read_scores(logits, 11, DIGITNET_WITH(digitnet_read_options, .check = allows, .user_data = eight));
    assert_string_equal(line_at(reading, 0).text, "8");
    assert_float_equal(line_at(reading, 0).confidence, exp(5) / (exp(5) + exp(4) + 1), 1e-4);
    digitnet_reading_free(reading);
    reading = read_scores(logits, 11, DIGITNET_WITH(digitnet_read_options, .check = allows, .user_data = none));
    assert_string_equal(line_at(reading, 0).text, "3");
    assert_int_equal(line_at(reading, 0).status, DIGITNET_READING_UNSURE);
    assert_string_equal(line_at(reading, 0).reason, "no probable reading passes the check");
    digitnet_reading_free(reading);
}

static void a_check_that_fails_ends_the_reading(void **state) {
    (void)state;
    const float logits[10] = {[3] = 9};
    digitnet_reader_scratch *scratch = make_scratch(make_constant_digit_model(logits, 10), make_stroke_line_model(0));
    digitnet_image digit = picture(one_digit, SIDE), line = picture(strokes, LINE_LENGTH);
    digitnet_reading *reading;
    int result = DIGITNET_EIO;
    digitnet_read_options options = DIGITNET_INIT(digitnet_read_options);
    options.check = fails;
    options.user_data = &result;
    expect_passed_on(digitnet_reader_read_digit(&reading, scratch, &digit, &options), DIGITNET_EIO,
                     "the list of codes is gone");
    assert_null(reading);
    expect_passed_on(digitnet_reader_read_line(&reading, scratch, &line, &options), DIGITNET_EIO,
                     "the list of codes is gone");
    assert_null(reading);
    result = 2;
    expect_failure(digitnet_reader_read_digit(&reading, scratch, &digit, &options), DIGITNET_ECALLBACK, "check");
    expect_failure(digitnet_reader_read_line(&reading, scratch, &line, &options), DIGITNET_ECALLBACK, "check");
    digitnet_reader_scratch_free(scratch);
}

/* ---- Lines ---- */

static void a_line_has_its_digits_in_place(void **state) {
    (void)state;
    digitnet_reader_scratch *scratch = make_scratch(NULL, make_stroke_line_model(0));
    digitnet_image image = picture(strokes, LINE_LENGTH);
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image, NULL));
    digitnet_reading_line line = line_at(reading, 0);
    assert_string_equal(line.text, "111");
    assert_int_equal(line.status, DIGITNET_READING_OK);
    assert_true(line.confidence > 0.9);
    for (size_t i = 0; i < 3; i++) {
        digitnet_reading_character character = character_at(reading, 0, i);
        double stroke = 23.0 + 60.0 * (double)i;
        assert_true(character.corners[0].x < stroke && character.corners[1].x > stroke);
        assert_true(character.corners[1].x - character.corners[0].x < 25.0);
        assert_float_equal(character.corners[0].y, 10.0, 3.0);
        assert_float_equal(character.corners[3].y, 50.0, 3.0);
    }
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(scratch);
}

/* What says a digit may be narrower than the digit. */
static void a_box_has_all_of_its_digits_ink(void **state) {
    (void)state;
    enum { FOOT = 30, BOTTOM = 48, HEIGHT = 4 };
    static uint8_t feet[SIDE * LINE_LENGTH];
    digitnet_reader_scratch *scratch = make_scratch(NULL, make_stroke_line_model(0));
    digitnet_image image = picture(feet, LINE_LENGTH);
    digitnet_reading *reading;
    memcpy(feet, strokes, sizeof feet);
    for (size_t i = 0; i < 3 * HEIGHT; i++)
        memset(feet + (BOTTOM - i / 3) * LINE_LENGTH + 23 - FOOT / 2 + 60 * (i % 3), 20, FOOT);
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image, NULL));
    assert_string_equal(line_at(reading, 0).text, "111");
    for (size_t i = 0; i < 3; i++) {
        digitnet_reading_character character = character_at(reading, 0, i);
        double middle = 23.0 + 60.0 * (double)i;
        assert_float_equal(character.corners[0].x, middle - FOOT / 2, 4.0);
        assert_float_equal(character.corners[1].x, middle + FOOT / 2, 4.0);
    }
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(scratch);
}

static void length_and_check_choose_a_line(void **state) {
    (void)state;
    digitnet_reader_scratch *scratch = make_scratch(NULL, make_stroke_line_model(1.0f));
    digitnet_image image = picture(strokes, LINE_LENGTH);
    digitnet_reading *reading;
    const char *codes[] = {"117", "777", NULL};
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image, NULL));
    assert_string_equal(line_at(reading, 0).text, "111");
    digitnet_reading_free(reading);
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image,
                                        DIGITNET_WITH(digitnet_read_options, .check = allows, .user_data = codes)));
    assert_string_equal(line_at(reading, 0).text, "117");
    digitnet_reading_free(reading);
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image,
                                        DIGITNET_WITH(digitnet_read_options, .min_length = 40, .max_length = 41)));
    assert_string_equal(line_at(reading, 0).text, "111");
    assert_int_equal(line_at(reading, 0).status, DIGITNET_READING_UNSURE);
    assert_string_equal(line_at(reading, 0).reason, "there are more or fewer digits than asked for");
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(scratch);
}

/* Probabilities are those given that no other digit stands there. */
static void digits_that_are_not_allowed_are_not_read(void **state) {
    (void)state;
    const float logits[11] = {[1] = 4, [7] = 5, [9] = 2};
    const double sum = exp(4) + exp(2) + 1;
    digitnet_reading *reading = read_scores(logits, 11, DIGITNET_WITH(digitnet_read_options, .allow = "19"));
    digitnet_reading_character character = character_at(reading, 0, 0);
    assert_int_equal(character.digit, 1);
    assert_float_equal(character.confidence, exp(4) / sum, 1e-5);
    assert_int_equal(character.alternatives[0].digit, 9);
    assert_float_equal(character.alternatives[0].probability, exp(2) / sum, 1e-5);
    assert_int_equal(character.alternatives[1].digit, -1);
    digitnet_reading_free(reading);
    reading = read_scores(logits, 11, DIGITNET_WITH(digitnet_read_options, .allow = "0123456789"));
    assert_int_equal(character_at(reading, 0, 0).digit, 7);
    digitnet_reading_free(reading);
}

static void what_is_far_more_probable_than_what_is_allowed_leaves_doubt(void **state) {
    (void)state;
    const float logits[10] = {[7] = 12, [1] = 9, [9] = 2};
    digitnet_reading *reading = read_scores(logits, 10, DIGITNET_WITH(digitnet_read_options, .allow = "19"));
    assert_string_equal(line_at(reading, 0).text, "1");
    assert_true(line_at(reading, 0).confidence > 0.99);
    assert_int_equal(line_at(reading, 0).status, DIGITNET_READING_UNSURE);
    assert_string_equal(line_at(reading, 0).reason, "what is more probable may not stand here");
    digitnet_reading_free(reading);
}

static void a_line_has_the_digits_that_are_allowed(void **state) {
    (void)state;
    digitnet_reader_scratch *scratch = make_scratch(NULL, make_stroke_line_model(1.0f));
    digitnet_image image = picture(strokes, LINE_LENGTH);
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image,
                                        DIGITNET_WITH(digitnet_read_options, .allow = "7", .error_rate = 0.5)));
    assert_string_equal(line_at(reading, 0).text, "777");
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(scratch);
}

static void separators_are_kept_where_asked_for(void **state) {
    (void)state;
    static uint8_t pixels[SIDE * LINE_LENGTH];
    digitnet_reader_scratch *scratch = make_scratch(NULL, make_stroke_line_model(0));
    digitnet_image image = picture(pixels, LINE_LENGTH);
    digitnet_reading *reading;
    memcpy(pixels, strokes, sizeof pixels);
    for (size_t row = 45; row < 50; row++)
        memset(pixels + row * LINE_LENGTH + 110, 20, 5);
    expect_ok(digitnet_reader_read_line(
        &reading, scratch, &image,
        DIGITNET_WITH(digitnet_read_options, .separators = ".", .min_length = 3, .max_length = 3)));
    assert_string_equal(line_at(reading, 0).text, "11.1");
    assert_int_equal(line_at(reading, 0).characters, 4);
    assert_int_equal(line_at(reading, 0).status, DIGITNET_READING_OK);
    digitnet_reading_character point = character_at(reading, 0, 2);
    assert_int_equal(point.separator, '.');
    assert_int_equal(point.digit, -1);
    assert_int_equal(point.status, DIGITNET_READING_OK);
    assert_float_equal(point.corners[0].x, 110.0, 3.0);
    assert_float_equal(point.corners[1].x, 115.0, 3.0);
    assert_int_equal(character_at(reading, 0, 3).separator, 0);
    digitnet_reading_free(reading);
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image, NULL));
    assert_string_equal(line_at(reading, 0).text, "111");
    digitnet_reading_free(reading);
    assert_int_equal(
        digitnet_reader_read_line(&reading, scratch, &image, DIGITNET_WITH(digitnet_read_options, .separators = ".:")),
        DIGITNET_EINVAL);
    assert_non_null(strstr(digitnet_last_error(), "separators is \".:\"; it may have . , - and / only"));
    digitnet_reader_scratch_free(scratch);
}

/* ---- Lines in cells ---- */

enum { BOX = 38, BOXES = 5 };

/* Five boxes side by side, so far apart, with as many upright strokes in each as this says. */
static digitnet_image draw_boxes_apart(uint8_t pixels[SIDE * LINE_LENGTH], const size_t strokes_in[BOXES], size_t gap) {
    memset(pixels, 240, SIDE * LINE_LENGTH);
    for (size_t y = 10; y < 50; y++) {
        for (size_t x = 0; x <= BOXES * BOX - gap; x++) {
            size_t in_box = x % BOX, last = BOX - gap;
            bool rule = in_box < 2 || ((y < 12 || y >= 48) && in_box <= last) ||
                        (gap > 0 && in_box + 1 >= last && in_box <= last);
            for (size_t i = 0; x / BOX < BOXES && i < strokes_in[x / BOX]; i++)
                rule = rule || (x % BOX / 4 == 3 + 3 * i && y > 18 && y < 42);
            pixels[y * LINE_LENGTH + 4 + x] = rule ? 20 : 240;
        }
    }
    return picture(pixels, LINE_LENGTH);
}

static digitnet_image draw_boxes(uint8_t pixels[SIDE * LINE_LENGTH], const size_t strokes_in[BOXES]) {
    return draw_boxes_apart(pixels, strokes_in, 0);
}

/* An empty cell is left out. */
static void a_line_in_cells_is_read_cell_by_cell(void **state) {
    (void)state;
    static uint8_t pixels[SIDE * LINE_LENGTH];
    const float logits[11] = {[1] = 9};
    digitnet_reader_scratch *scratch = make_scratch(make_constant_digit_model(logits, 11), make_stroke_line_model(0));
    digitnet_image image = draw_boxes(pixels, (const size_t[BOXES]){1, 0, 1, 1, 0});
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image, NULL));
    assert_string_equal(line_at(reading, 0).text, "111");
    assert_int_equal(line_at(reading, 0).status, DIGITNET_READING_OK);
    assert_float_equal(line_at(reading, 0).corners[0].x, 5.0, 3.0);
    assert_float_equal(line_at(reading, 0).corners[1].x, 5.0 + 4 * BOX, 3.0);
    assert_float_equal(character_at(reading, 0, 1).corners[0].x, 5.0 + 2 * BOX, 3.0);
    assert_float_equal(character_at(reading, 0, 1).corners[2].y, 48.0, 3.0);
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(scratch);
}

/* Its own network counts more where both are sure, but the line is in doubt. */
static void a_cell_that_the_line_says_something_else_of_leaves_doubt(void **state) {
    (void)state;
    static uint8_t pixels[SIDE * LINE_LENGTH];
    const float logits[11] = {[4] = 9};
    digitnet_reader_scratch *scratch = make_scratch(make_constant_digit_model(logits, 11), make_stroke_line_model(0));
    digitnet_image image = draw_boxes(pixels, (const size_t[BOXES]){1, 0, 1, 1, 0});
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image, NULL));
    assert_string_equal(line_at(reading, 0).text, "444");
    assert_int_equal(line_at(reading, 0).status, DIGITNET_READING_UNSURE);
    assert_int_equal(character_at(reading, 0, 0).alternatives[0].digit, 1);
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(scratch);
}

/* Of two digits that a cell's own network takes for nearly as probable. */
static void the_line_decides_between_a_cells_digits(void **state) {
    (void)state;
    static uint8_t pixels[SIDE * LINE_LENGTH];
    const float logits[11] = {[4] = 9, [1] = 8};
    digitnet_reader_scratch *scratch = make_scratch(make_constant_digit_model(logits, 11), make_stroke_line_model(0));
    digitnet_image image = draw_boxes(pixels, (const size_t[BOXES]){1, 1, 1, 1, 0});
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image, NULL));
    assert_string_equal(line_at(reading, 0).text, "1111");
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(scratch);
}

static void boxes_that_stand_apart_are_cells(void **state) {
    (void)state;
    static uint8_t pixels[SIDE * LINE_LENGTH];
    const float logits[11] = {[1] = 9};
    digitnet_reader_scratch *scratch = make_scratch(make_constant_digit_model(logits, 11), make_stroke_line_model(0));
    for (size_t gap = 2; gap < 10; gap++) {
        digitnet_image image = draw_boxes_apart(pixels, (const size_t[BOXES]){1, 0, 1, 1, 0}, gap);
        digitnet_reading *reading;
        expect_ok(digitnet_reader_read_line(&reading, scratch, &image, NULL));
        assert_string_equal(line_at(reading, 0).text, "111");
        assert_float_equal(character_at(reading, 0, 1).corners[0].x, 5.0 + 2 * BOX, 3.0);
        assert_float_equal(character_at(reading, 0, 1).corners[1].x, 4.0 + 3 * BOX - (double)gap, 3.0);
        digitnet_reading_free(reading);
    }
    digitnet_reader_scratch_free(scratch);
}

static void length_and_check_choose_among_cells(void **state) {
    (void)state;
    static uint8_t pixels[SIDE * LINE_LENGTH];
    const float logits[11] = {[4] = 9, [7] = 8};
    const char *codes[] = {"4747", "7474", NULL};
    digitnet_reader_scratch *scratch = make_scratch(make_constant_digit_model(logits, 11), make_stroke_line_model(0));
    digitnet_image image = draw_boxes(pixels, (const size_t[BOXES]){1, 1, 1, 1, 0});
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image,
                                        DIGITNET_WITH(digitnet_read_options, .check = allows, .user_data = codes)));
    assert_true(strcmp(line_at(reading, 0).text, "4747") == 0 || strcmp(line_at(reading, 0).text, "7474") == 0);
    assert_int_equal(character_at(reading, 0, 3).digit, line_at(reading, 0).text[3] - '0');
    digitnet_reading_free(reading);
    expect_ok(
        digitnet_reader_read_line(&reading, scratch, &image, DIGITNET_WITH(digitnet_read_options, .min_length = 5)));
    assert_string_equal(line_at(reading, 0).reason, "there are more or fewer digits than asked for");
    digitnet_reading_free(reading);
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image,
                                        DIGITNET_WITH(digitnet_read_options, .allow = "71", .error_rate = 0.5)));
    assert_string_equal(line_at(reading, 0).text, "7777");
    digitnet_reading_free(reading);
    assert_int_equal(
        digitnet_reader_read_line(&reading, scratch, &image,
                                  DIGITNET_WITH(digitnet_read_options, .check = fails, .user_data = &(int){-4})),
        -4);
    assert_null(reading);
    digitnet_reader_scratch_free(scratch);
}

static void a_cell_with_several_digits_leaves_doubt(void **state) {
    (void)state;
    static uint8_t pixels[SIDE * LINE_LENGTH];
    const float logits[11] = {[1] = 9};
    digitnet_reader_scratch *scratch = make_scratch(make_constant_digit_model(logits, 11), make_stroke_line_model(0));
    digitnet_image image = draw_boxes(pixels, (const size_t[BOXES]){1, 1, 2, 1, 1});
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image, NULL));
    assert_int_equal(line_at(reading, 0).characters, 5);
    assert_int_equal(line_at(reading, 0).status, DIGITNET_READING_UNSURE);
    assert_string_equal(line_at(reading, 0).reason, "there are several digits");
    assert_int_equal(character_at(reading, 0, 2).status, DIGITNET_READING_UNSURE);
    assert_int_equal(character_at(reading, 0, 1).status, DIGITNET_READING_OK);
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(scratch);
}

/* What is no digit is not a line in cells, but may be one without. */
static void cells_without_digits_are_read_as_a_line(void **state) {
    (void)state;
    static uint8_t pixels[SIDE * LINE_LENGTH];
    const float logits[11] = {[10] = 9};
    digitnet_reader_scratch *scratch = make_scratch(make_constant_digit_model(logits, 11), make_stroke_line_model(0));
    digitnet_image image = draw_boxes(pixels, (const size_t[BOXES]){1, 1, 1, 0, 0});
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image, NULL));
    assert_int_equal(line_at(reading, 0).text[0], '1'); /* by the model of lines, rules included */
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(scratch);
}

/* ---- Pale digits ---- */

enum { PALE = 30, PALE_WIDTH = 13, SOFT_WIDTH = 9, FAR_LENGTH = 9000 };

/* Three strokes with soft edges, and a pale block as high as they are. */
static digitnet_image draw_pale_digit(uint8_t *pixels, size_t length, size_t pale_column) {
    static const uint8_t profile[SOFT_WIDTH] = {60, 120, 200, 220, 220, 220, 200, 120, 60};
    memset(pixels, 240, SIDE * length);
    for (size_t row = 10; row < 50; row++) {
        memset(pixels + row * length + pale_column, 240 - PALE, PALE_WIDTH);
        for (size_t column = 0; column < 3 * SOFT_WIDTH; column++)
            pixels[row * length + 20 + 40 * (column / SOFT_WIDTH) + column % SOFT_WIDTH] -=
                profile[column % SOFT_WIDTH];
    }
    return picture(pixels, length);
}

static void expect_pale(const char *text, uint8_t *pixels, size_t length, size_t pale_column) {
    const float logits[11] = {[1] = 9};
    digitnet_reader_scratch *scratch = make_scratch(make_constant_digit_model(logits, 11), make_stroke_line_model(0));
    digitnet_image image = draw_pale_digit(pixels, length, pale_column);
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image, NULL));
    digitnet_reading_line line = line_at(reading, 0);
    assert_string_equal(line.text, text);
    assert_int_equal(line.status, DIGITNET_READING_UNSURE);
    assert_string_equal(line.reason, "some digits are much paler than others");
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(scratch);
}

static void a_pale_digit_is_read_and_leaves_doubt(void **state) {
    (void)state;
    static uint8_t pixels[SIDE * LINE_LENGTH];
    expect_pale("1111", pixels, LINE_LENGTH, 150);
}

/* The line is as it was without the pale digit, with which it is too long. */
static void a_pale_digit_that_is_too_far_away_leaves_doubt(void **state) {
    (void)state;
    static uint8_t pixels[SIDE * FAR_LENGTH];
    expect_pale("111", pixels, FAR_LENGTH, FAR_LENGTH - 40);
}

/* ---- Tables ---- */

static void a_table_has_its_cells_in_place(void **state) {
    (void)state;
    static uint8_t pixels[TABLE_WIDTH * TABLE_HEIGHT];
    const float logits[11] = {[5] = 9};
    digitnet_reader_scratch *scratch = make_scratch(make_constant_digit_model(logits, 11), NULL);
    digitnet_image image = draw_small_table(pixels), empty_image = picture(empty, SIDE);
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_table(&reading, scratch, &image, NULL));
    assert_int_equal(digitnet_reading_line_count(reading), 3);
    assert_string_equal(line_at(reading, 0).text, " 555");
    assert_string_equal(line_at(reading, 2).text, "5555");
    assert_int_equal(line_at(reading, 0).status, DIGITNET_READING_OK);
    assert_int_equal(character_at(reading, 0, 0).status, DIGITNET_READING_NO_DIGITS);
    assert_float_equal(character_at(reading, 1, 2).corners[0].x, 90.0, 2.0);
    assert_float_equal(character_at(reading, 1, 2).corners[2].y, 90.0, 2.0);
    digitnet_reading_free(reading);
    expect_ok(digitnet_reader_read_table(&reading, scratch, &empty_image, NULL));
    assert_int_equal(digitnet_reading_line_count(reading), 0);
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(scratch);
}

/* ---- Steps ---- */

static int keep_name(const char *name, const uint8_t *pixels, size_t width, size_t height, void *user_data) {
    char *names = user_data;
    assert_non_null(pixels);
    assert_true(width > 0 && height > 0);
    strcat(strcat(names, name), " ");
    return 0;
}

static int stop_at_step(const char *name, const uint8_t *pixels, size_t width, size_t height, void *user_data) {
    (void)pixels, (void)width, (void)height, (void)user_data;
    return strcmp(name, "line") == 0 ? DIGITNET_EIO : 0;
}

static void steps_are_shown(void **state) {
    (void)state;
    digitnet_reader_scratch *scratch = make_scratch(NULL, make_stroke_line_model(0));
    digitnet_image image = picture(strokes, LINE_LENGTH);
    digitnet_reading *reading;
    char names[200] = "";
    expect_ok(digitnet_reader_read_line(
        &reading, scratch, &image, DIGITNET_WITH(digitnet_read_options, .on_step = keep_name, .user_data = names)));
    assert_string_equal(names, "ink line ");
    digitnet_reading_free(reading);
    expect_passed_on(digitnet_reader_read_line(&reading, scratch, &image,
                                               DIGITNET_WITH(digitnet_read_options, .on_step = stop_at_step)),
                     DIGITNET_EIO, "on_step");
    assert_null(reading);
    digitnet_reader_scratch_free(scratch);
}

/* ---- Threads ---- */

typedef struct second_use {
    digitnet_reader_scratch *scratch;
    const digitnet_image *image;
} second_use;

static void *use_as_well(void *context) {
    const second_use *second = context;
    digitnet_reading *reading;
    expect_failure(digitnet_reader_read_digit(&reading, second->scratch, second->image, NULL), DIGITNET_ESTATE,
                   "another thread is using the scratch object");
    assert_null(reading);
    return NULL;
}

/* Uses the scratch object of the reading that calls. */
static int use_from_another_thread(const char *text, void *user_data) {
    pthread_t thread;
    (void)text;
    assert_int_equal(pthread_create(&thread, NULL, use_as_well, user_data), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    return 1;
}

static void a_scratch_object_is_one_threads(void **state) {
    (void)state;
    const float logits[10] = {[3] = 9};
    digitnet_image image = picture(one_digit, SIDE);
    second_use second = {make_scratch(make_constant_digit_model(logits, 10), NULL), &image};
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_digit(
        &reading, second.scratch, &image,
        DIGITNET_WITH(digitnet_read_options, .check = use_from_another_thread, .user_data = &second)));
    assert_string_equal(line_at(reading, 0).text, "3");
    digitnet_reading_free(reading);
    expect_ok(digitnet_reader_read_digit(&reading, second.scratch, &image, NULL));
    digitnet_reading_free(reading);
    digitnet_reader_scratch_free(second.scratch);
}

/* ---- Misuse ---- */

static void other_models_are_refused(void **state) {
    (void)state;
    digitnet_reader *reader;
    digitnet_model *small = make_small_network(1), *draft = begin_model(28, 28, 1);
    const float logits[10] = {0};
    digitnet_model *digit = make_constant_digit_model(logits, 10);
    expect_failure(digitnet_reader_create(&reader, small, NULL), DIGITNET_ESHAPE, "28 x 28 x 1");
    assert_null(reader);
    expect_failure(digitnet_reader_create(&reader, NULL, digit), DIGITNET_ESHAPE, "11 channels");
    expect_ok(digitnet_model_add_flatten(draft));
    expect_ok(digitnet_model_add_dense(draft, 10, DIGITNET_ACTIVATION_SOFTMAX));
    expect_failure(digitnet_reader_create(&reader, draft, NULL), DIGITNET_ESTATE, "weights");
    expect_failure(digitnet_reader_create(&reader, NULL, NULL), DIGITNET_EINVAL, "one is needed");
    expect_failure(digitnet_reader_load(&reader, "/nonexistent/digit.onnx", NULL), DIGITNET_ENOTFOUND, "nonexistent");
    assert_null(reader);
    digitnet_model_free(small);
    digitnet_model_free(draft);
    digitnet_model_free(digit);
}

static void a_model_that_is_missing_is_named(void **state) {
    (void)state;
    const float logits[10] = {0};
    digitnet_reader_scratch *digits = make_scratch(make_constant_digit_model(logits, 10), NULL);
    digitnet_reader_scratch *lines = make_scratch(NULL, make_stroke_line_model(0));
    digitnet_image image = picture(one_digit, SIDE);
    digitnet_reading *reading;
    expect_failure(digitnet_reader_read_line(&reading, digits, &image, NULL), DIGITNET_ESTATE, "no model of lines");
    expect_failure(digitnet_reader_read_digit(&reading, lines, &image, NULL), DIGITNET_ESTATE, "no model of digits");
    expect_failure(digitnet_reader_read_page(&reading, digits, &image, NULL), DIGITNET_ESTATE, "no model of lines");
    expect_failure(digitnet_reader_read_table(&reading, lines, &image, NULL), DIGITNET_ESTATE, "no model of digits");
    digitnet_reader_scratch_free(digits);
    digitnet_reader_scratch_free(lines);
}

static void a_model_of_one_width_is_refused(void **state) {
    (void)state;
    digitnet_reader *reader;
    digitnet_model *model = begin_model(DIGITNET_LINE_HEIGHT, 64, 1);
    expect_ok(digitnet_model_add_prelu(model));
    expect_ok(digitnet_model_add_conv2d_ex(model, 11, DIGITNET_LINE_HEIGHT, DIGITNET_ACTIVATION_SOFTMAX,
                                           DIGITNET_WITH(digitnet_conv2d_options, .kernel_width = 1)));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_CTC));
    expect_failure(digitnet_reader_create(&reader, NULL, model), DIGITNET_ESHAPE, "prelu");
    assert_null(reader);
    digitnet_model_free(model);
}

static void a_reader_needs_memory(void **state) {
    (void)state;
    const float logits[10] = {0};
    digitnet_reader *reader = NULL;
    allocation_counts counts;
    digitnet_status status = DIGITNET_ENOMEM;
    begin_counting(&counts);
    digitnet_model *digit = make_constant_digit_model(logits, 10), *line = make_stroke_line_model(0);
    for (size_t failed = 0; status == DIGITNET_ENOMEM; failed++) {
        counts.fail_at = counts.allocations + failed + 1;
        status = recorded(digitnet_reader_create(&reader, digit, line));
    }
    counts.fail_at = 0;
    assert_int_equal(status, DIGITNET_OK);
    digitnet_reader_free(reader);
    digitnet_model_free(digit);
    digitnet_model_free(line);
    end_counting(&counts);
}

static int answer_wrongly(const char *name, const uint8_t *pixels, size_t width, size_t height, void *user_data) {
    (void)name, (void)pixels, (void)width, (void)height, (void)user_data;
    return 2;
}

static void steps_that_answer_wrongly_end_the_reading(void **state) {
    (void)state;
    static uint8_t pixels[TABLE_WIDTH * TABLE_HEIGHT];
    const float logits[10] = {0};
    digitnet_reader_scratch *scratch = make_scratch(make_constant_digit_model(logits, 10), make_stroke_line_model(0));
    digitnet_image table = draw_small_table(pixels), line = picture(strokes, LINE_LENGTH);
    digitnet_reading *reading;
    digitnet_read_options options = DIGITNET_INIT(digitnet_read_options);
    options.on_step = answer_wrongly;
    expect_failure(digitnet_reader_read_page(&reading, scratch, &line, &options), DIGITNET_ECALLBACK, "on_step");
    assert_null(reading);
    expect_failure(digitnet_reader_read_table(&reading, scratch, &table, &options), DIGITNET_ECALLBACK, "on_step");
    assert_null(reading);
    digitnet_reader_scratch_free(scratch);
}

static void options_out_of_range_are_refused(void **state) {
    (void)state;
    digitnet_reader_scratch *scratch = make_scratch(NULL, make_stroke_line_model(0));
    digitnet_image image = picture(one_digit, SIDE);
    digitnet_reading *reading;
    const double rates[] = {-0.01, 1.0, (double)NAN};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        expect_failure(digitnet_reader_read_line(&reading, scratch, &image,
                                                 DIGITNET_WITH(digitnet_read_options, .error_rate = rates[i])),
                       DIGITNET_EINVAL, "error rate");
    expect_failure(digitnet_reader_read_line(&reading, scratch, &image,
                                             DIGITNET_WITH(digitnet_read_options, .min_length = 5, .max_length = 4)),
                   DIGITNET_EINVAL, "max_length 4 is less than min_length 5");
    expect_failure(
        digitnet_reader_read_line(&reading, scratch, &image, DIGITNET_WITH(digitnet_read_options, .allow = "1a")),
        DIGITNET_EINVAL, "allow is \"1a\"");
    expect_failure(
        digitnet_reader_read_line(&reading, scratch, &image, DIGITNET_WITH(digitnet_read_options, .allow = "")),
        DIGITNET_EINVAL, "allow is \"\"");
    image.polarity = 3;
    expect_failure(digitnet_reader_read_line(&reading, scratch, &image, NULL), DIGITNET_EINVAL, "polarity");
    image = picture(one_digit, SIDE);
    image.max_pixels = SIDE * SIDE - 1;
    expect_failure(digitnet_reader_read_line(&reading, scratch, &image, NULL), DIGITNET_ELIMIT, "pixels");
    digitnet_reader_scratch_free(scratch);
}

static void places_that_are_not_there_are_refused(void **state) {
    (void)state;
    const float logits[10] = {[3] = 9};
    digitnet_reading *reading = read_scores(logits, 10, NULL);
    digitnet_reading_line line = DIGITNET_INIT(digitnet_reading_line);
    digitnet_reading_character character = DIGITNET_INIT(digitnet_reading_character);
    expect_failure(digitnet_reading_describe_line(&line, reading, 1), DIGITNET_ENOTFOUND, "no line 1");
    expect_failure(digitnet_reading_describe_character(&character, reading, 1, 0), DIGITNET_ENOTFOUND, "no line 1");
    expect_failure(digitnet_reading_describe_character(&character, reading, 0, 1), DIGITNET_ENOTFOUND,
                   "no character 1");
    digitnet_reading_free(reading);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digit_has_alternatives),
        cmocka_unit_test(doubt_is_told),
        cmocka_unit_test(what_is_no_digit_is_not_read),
        cmocka_unit_test(one_that_is_clearly_no_digit_puts_the_line_in_doubt),
        cmocka_unit_test(an_empty_picture_has_no_digit),
        cmocka_unit_test(the_check_chooses_a_digit),
        cmocka_unit_test(a_check_that_fails_ends_the_reading),
        cmocka_unit_test(a_line_has_its_digits_in_place),
        cmocka_unit_test(a_box_has_all_of_its_digits_ink),
        cmocka_unit_test(length_and_check_choose_a_line),
        cmocka_unit_test(digits_that_are_not_allowed_are_not_read),
        cmocka_unit_test(what_is_far_more_probable_than_what_is_allowed_leaves_doubt),
        cmocka_unit_test(a_line_has_the_digits_that_are_allowed),
        cmocka_unit_test(separators_are_kept_where_asked_for),
        cmocka_unit_test(a_line_in_cells_is_read_cell_by_cell),
        cmocka_unit_test(a_cell_that_the_line_says_something_else_of_leaves_doubt),
        cmocka_unit_test(the_line_decides_between_a_cells_digits),
        cmocka_unit_test(boxes_that_stand_apart_are_cells),
        cmocka_unit_test(length_and_check_choose_among_cells),
        cmocka_unit_test(a_cell_with_several_digits_leaves_doubt),
        cmocka_unit_test(cells_without_digits_are_read_as_a_line),
        cmocka_unit_test(a_pale_digit_is_read_and_leaves_doubt),
        cmocka_unit_test(a_pale_digit_that_is_too_far_away_leaves_doubt),
        cmocka_unit_test(a_table_has_its_cells_in_place),
        cmocka_unit_test(steps_are_shown),
        cmocka_unit_test(a_scratch_object_is_one_threads),
        cmocka_unit_test(other_models_are_refused),
        cmocka_unit_test(a_model_that_is_missing_is_named),
        cmocka_unit_test(a_model_of_one_width_is_refused),
        cmocka_unit_test(a_reader_needs_memory),
        cmocka_unit_test(steps_that_answer_wrongly_end_the_reading),
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(places_that_are_not_there_are_refused),
    };
    return cmocka_run_group_tests(tests, draw, NULL);
}
