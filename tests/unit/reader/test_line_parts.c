/* Lines that end in hundredths: 00 00/100, drawn as blocks, of which a 1 is the higher one. */
#include "reader_models.h"
#include "support.h"

#include <math.h>

enum { WIDTH = 260, HEIGHT = 84, PAPER = 240, DARK = 20 };

static uint8_t pixels[WIDTH * HEIGHT];

static void draw(size_t left, size_t top, size_t width, size_t height) {
    for (size_t row = top; row < top + height; row++)
        memset(pixels + row * WIDTH + left, DARK, width);
}

/* The denominator's first digit is so high. */
static void draw_amount(size_t first_height) {
    memset(pixels, PAPER, sizeof pixels);
    draw(30, 18, 14, 44);
    draw(64, 18, 14, 44);
    draw(106, 10, 8, 20);
    draw(124, 10, 8, 20);
    draw(92, 36, 64, 4);
    draw(98, 72 - first_height, 8, first_height);
    draw(116, 52, 8, 20);
    draw(134, 52, 8, 20);
}

static digitnet_reader_scratch *make_scratch(void) {
    digitnet_model *model = make_height_line_model();
    digitnet_reader *reader;
    digitnet_reader_scratch *scratch;
    expect_ok(digitnet_reader_create(&reader, NULL, model));
    expect_ok(digitnet_reader_scratch_create(&scratch, reader));
    digitnet_reader_free(reader);
    digitnet_model_free(model);
    return scratch;
}

static digitnet_reading *read_amount(size_t first_height, const digitnet_read_options *options) {
    digitnet_reader_scratch *scratch = make_scratch();
    digitnet_image image = DIGITNET_INIT(digitnet_image);
    digitnet_reading *reading;
    draw_amount(first_height);
    image.pixels = pixels;
    image.width = WIDTH;
    image.height = HEIGHT;
    image.polarity = DIGITNET_POLARITY_DARK_INK;
    expect_ok(digitnet_reader_read_line(&reading, scratch, &image, options));
    digitnet_reader_scratch_free(scratch);
    assert_int_equal(digitnet_reading_line_count(reading), 1);
    return reading;
}

static digitnet_reading_line only_line(const digitnet_reading *reading) {
    digitnet_reading_line line = DIGITNET_INIT(digitnet_reading_line);
    expect_ok(digitnet_reading_describe_line(&line, reading, 0));
    return line;
}

static void expect_middle(const digitnet_reading *reading, size_t character, double x, double y) {
    digitnet_reading_character found = DIGITNET_INIT(digitnet_reading_character);
    expect_ok(digitnet_reading_describe_character(&found, reading, 0, character));
    assert_float_equal((found.corners[0].x + found.corners[2].x) / 2, x, 4.0);
    assert_float_equal((found.corners[0].y + found.corners[2].y) / 2, y, 4.0);
}

static void hundredths_are_read_part_by_part(void **state) {
    (void)state;
    digitnet_reading *reading = read_amount(28, NULL);
    assert_string_equal(only_line(reading).text, "0000100");
    expect_middle(reading, 1, 71, 40);
    expect_middle(reading, 2, 110, 20);
    expect_middle(reading, 3, 128, 20);
    expect_middle(reading, 4, 102, 60);
    expect_middle(reading, 6, 138, 62);
    digitnet_reading_free(reading);
}

static void their_bar_is_a_separator(void **state) {
    (void)state;
    digitnet_reading *reading = read_amount(28, DIGITNET_WITH(digitnet_read_options, .separators = "./"));
    digitnet_reading_character bar = DIGITNET_INIT(digitnet_reading_character);
    assert_string_equal(only_line(reading).text, "0000/100");
    expect_ok(digitnet_reading_describe_character(&bar, reading, 0, 4));
    assert_int_equal(bar.separator, '/');
    expect_middle(reading, 4, 124, 38);
    digitnet_reading_free(reading);
    reading = read_amount(28, DIGITNET_WITH(digitnet_read_options, .separators = "."));
    assert_string_equal(only_line(reading).text, "0000100");
    digitnet_reading_free(reading);
}

static int is_of_seven(const char *text, void *user_data) {
    *(int *)user_data += strcmp(text, "0000100") == 0;
    return strlen(text) == 7;
}

static void lengths_and_checks_are_of_all_digits(void **state) {
    (void)state;
    int seen = 0;
    digitnet_reading *reading = read_amount(28, DIGITNET_WITH(digitnet_read_options, .check = is_of_seven,
                                                              .user_data = &seen, .min_length = 7, .max_length = 7));
    assert_string_equal(only_line(reading).text, "0000100");
    assert_int_equal(seen, 1);
    digitnet_reading_free(reading);
}

/* 000 below the bar: what is there is read as one line. */
static void other_denominators_are_none(void **state) {
    (void)state;
    digitnet_reading *reading = read_amount(20, DIGITNET_WITH(digitnet_read_options, .separators = "/"));
    assert_null(strchr(only_line(reading).text, '/'));
    digitnet_reading_free(reading);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hundredths_are_read_part_by_part),
        cmocka_unit_test(their_bar_is_a_separator),
        cmocka_unit_test(lengths_and_checks_are_of_all_digits),
        cmocka_unit_test(other_denominators_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
