/* Pages of which a model reads one shape alone, an angle that stands upright: however they lie, its lines come out. */
#include "drawing.h"
#include "reader_models.h"
#include "support.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { WIDTH = 360, HEIGHT = 300, LINES = 4 };

/* How many angles each line has, and where; they read "7". */
static const struct {
    size_t count;
    double left, middle;
} lines[LINES] = {{4, 40, 50}, {7, 60, 110}, {2, 50, 170}, {5, 90, 230}};

/* Higher than wide, with a bar at the upper end. */
static void draw_angle(digitnet__plane *page, double x, double middle) {
    draw_stroke(page, x, middle - 15.0, x, middle + 15.0, 3.0, 255.0);
    draw_stroke(page, x + 4.0, middle - 12.0, x + 18.0, middle - 12.0, 7.0, 255.0);
}

static double angle_place(size_t line, size_t index) {
    return lines[line].left + 35.0 * (double)index;
}

/* Dark ink on paper. */
static digitnet__plane draw_page(void) {
    digitnet__plane page = new_plane(WIDTH, HEIGHT);
    for (size_t line = 0; line < LINES; line++)
        for (size_t i = 0; i < lines[line].count; i++)
            draw_angle(&page, angle_place(line, i), lines[line].middle);
    draw_noise(&page, 8.0, 1);
    digitnet__plane_invert(&page);
    return page;
}

static digitnet_reader_scratch *make_scratch(void) {
    digitnet_reader *reader;
    digitnet_reader_scratch *scratch;
    digitnet_model *model = make_flag_line_model();
    expect_ok(digitnet_reader_create(&reader, NULL, model));
    digitnet_model_free(model);
    expect_ok(digitnet_reader_scratch_create(&scratch, reader));
    digitnet_reader_free(reader);
    return scratch;
}

static digitnet_image picture_of(const digitnet__plane *page) {
    return (digitnet_image){
        .struct_size = sizeof(digitnet_image), .pixels = page->pixels, .width = page->width, .height = page->height};
}

/* Where a place of the page is in a picture that is turned by quarters clockwise. */
static digitnet_place turned_place(double x, double y, int quarters) {
    const digitnet_place places[] = {{x, y}, {HEIGHT - y, x}, {WIDTH - x, HEIGHT - y}, {y, WIDTH - x}};
    return places[quarters];
}

/* Corners run clockwise. */
static bool is_inside(const digitnet_place corners[4], digitnet_place place) {
    for (size_t i = 0; i < 4; i++) {
        const digitnet_place *a = &corners[i], *b = &corners[(i + 1) % 4];
        if ((b->x - a->x) * (place.y - a->y) - (b->y - a->y) * (place.x - a->x) < 0.0)
            return false;
    }
    return true;
}

static void check_reading(const digitnet_reading *reading, int quarters) {
    assert_int_equal(digitnet_reading_line_count(reading), LINES);
    for (size_t i = 0; i < LINES; i++) {
        digitnet_reading_line line = DIGITNET_INIT(digitnet_reading_line);
        expect_ok(digitnet_reading_describe_line(&line, reading, i));
        assert_int_equal(line.characters, lines[i].count);
        assert_int_equal(strspn(line.text, "7"), lines[i].count);
        assert_int_equal(line.status, DIGITNET_READING_OK);
        for (size_t j = 0; j < lines[i].count; j++) {
            digitnet_reading_character character = DIGITNET_INIT(digitnet_reading_character);
            digitnet_place bar = turned_place(angle_place(i, j) + 9.0, lines[i].middle - 11.0, quarters);
            expect_ok(digitnet_reading_describe_character(&character, reading, i, j));
            assert_true(is_inside(line.corners, bar));
            assert_true(is_inside(character.corners, bar));
        }
    }
}

static void pages_may_lie_on_any_side(void **state) {
    (void)state;
    digitnet_reader_scratch *scratch = make_scratch();
    digitnet__plane page = draw_page();
    for (int quarters = 0; quarters < 4; quarters++) {
        digitnet__plane turned;
        digitnet_reading *reading;
        expect_ok(digitnet__plane_turn(&turned, &page, quarters));
        digitnet_image image = picture_of(&turned);
        expect_ok(digitnet_reader_read_page(&reading, scratch, &image, NULL));
        check_reading(reading, quarters);
        digitnet_reading_free(reading);
        digitnet__plane_release(&turned);
    }
    digitnet__plane_release(&page);
    digitnet_reader_scratch_free(scratch);
}

/* Rules through the page, a dark edge, and things that the model does not read. */
static void what_is_not_digits_is_left_out(void **state) {
    (void)state;
    digitnet_reader_scratch *scratch = make_scratch();
    digitnet__plane page = draw_page();
    digitnet__plane_invert(&page);
    draw_stroke(&page, 0.0, 115.0, WIDTH, 117.0, 2.0, 200.0);
    draw_stroke(&page, 2.0, 0.0, 2.0, HEIGHT, 6.0, 240.0);
    for (double x = 60.0; x < 260.0; x += 40.0) { /* angles that hang down */
        draw_stroke(&page, x, 260.0, x, 290.0, 3.0, 255.0);
        draw_stroke(&page, x, 288.0, x + 18.0, 288.0, 7.0, 255.0);
    }
    digitnet__plane_invert(&page);
    digitnet_image image = picture_of(&page);
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_page(&reading, scratch, &image, NULL));
    check_reading(reading, 0);
    digitnet_reading_free(reading);
    digitnet__plane_release(&page);
    digitnet_reader_scratch_free(scratch);
}

/* As the "oo" in "Room": between things that the model does not read, close to them. */
static void digits_within_a_word_are_letters(void **state) {
    (void)state;
    const double letters[] = {103.0, 113.0, 176.0, 186.0};
    digitnet_reader_scratch *scratch = make_scratch();
    for (size_t count = 0; count <= 4; count += 4) {
        digitnet__plane page = new_plane(WIDTH, HEIGHT);
        draw_angle(&page, 124.0, 120.0);
        draw_angle(&page, 148.0, 120.0);
        for (size_t i = 0; i < count; i++)
            draw_stroke(&page, letters[i], 105.0, letters[i], 135.0, 3.0, 255.0);
        draw_noise(&page, 8.0, 1);
        digitnet__plane_invert(&page);
        digitnet_image image = picture_of(&page);
        digitnet_reading *reading;
        expect_ok(digitnet_reader_read_page(&reading, scratch, &image, NULL));
        assert_int_equal(digitnet_reading_line_count(reading), count == 0);
        digitnet_reading_free(reading);
        digitnet__plane_release(&page);
    }
    digitnet_reader_scratch_free(scratch);
}

static int accept_text(const char *text, void *is_accepted) {
    (void)text;
    return *(const int *)is_accepted;
}

/* As a postal code before its town: the line as a whole where that is sure, else the number by itself. */
static void a_number_beside_a_word_is_read_alone_where_the_line_is_not_sure(void **state) {
    (void)state;
    const double letters[] = {190.0, 198.0, 206.0, 214.0};
    digitnet_reader_scratch *scratch = make_scratch();
    digitnet__plane page = new_plane(WIDTH, HEIGHT);
    for (size_t i = 0; i < 3; i++)
        draw_angle(&page, 40.0 + 30.0 * (double)i, 120.0);
    for (size_t i = 0; i < 4; i++)
        draw_stroke(&page, letters[i], 105.0, letters[i], 135.0, 3.0, 255.0);
    draw_noise(&page, 8.0, 1);
    digitnet__plane_invert(&page);
    digitnet_image image = picture_of(&page);
    for (int is_sure = 0; is_sure < 2; is_sure++) {
        digitnet_reading_line line = DIGITNET_INIT(digitnet_reading_line);
        digitnet_reading *reading;
        expect_ok(digitnet_reader_read_page(
            &reading, scratch, &image,
            DIGITNET_WITH(digitnet_read_options, .check = accept_text, .user_data = &is_sure)));
        assert_int_equal(digitnet_reading_line_count(reading), 1);
        expect_ok(digitnet_reading_describe_line(&line, reading, 0));
        assert_string_equal(line.text, "777");
        assert_int_equal(line.status, is_sure ? DIGITNET_READING_OK : DIGITNET_READING_UNSURE);
        assert_int_equal(line.corners[1].x > letters[3], is_sure);
        assert_int_equal(line.corners[1].x < letters[0], !is_sure);
        digitnet_reading_free(reading);
    }
    digitnet__plane_release(&page);
    digitnet_reader_scratch_free(scratch);
}

enum { BOXES = 10, BOX = 24, BOXES_LEFT = 100, BOXES_TOP = 100, BOX_HEIGHT = 32 };

/* A form's boxes, with a 1 in those of which `written` has the bit. */
static void draw_boxes(digitnet__plane *page, unsigned written) {
    const double bottom = BOXES_TOP + BOX_HEIGHT;
    for (int i = 0; i <= BOXES; i++)
        draw_stroke(page, BOXES_LEFT + i * BOX, BOXES_TOP, BOXES_LEFT + i * BOX, bottom, 2.0, 160.0);
    draw_stroke(page, BOXES_LEFT, BOXES_TOP, BOXES_LEFT + BOXES * BOX, BOXES_TOP, 2.0, 160.0);
    draw_stroke(page, BOXES_LEFT, bottom, BOXES_LEFT + BOXES * BOX, bottom, 2.0, 160.0);
    for (int i = 0; i < BOXES; i++)
        if (written >> i & 1) /* out of the box above */
            draw_stroke(page, BOXES_LEFT + (i + 0.5) * BOX, BOXES_TOP - 6.0, BOXES_LEFT + (i + 0.5) * BOX,
                        bottom - 10.0, 4.0, 255.0);
}

static digitnet_reader_scratch *make_scratch_of_both(void) {
    digitnet_reader *reader;
    digitnet_reader_scratch *scratch;
    digitnet_model *digit = make_stroke_digit_model(), *line = make_stroke_line_model(0.0f);
    expect_ok(digitnet_reader_create(&reader, digit, line));
    digitnet_model_free(line);
    digitnet_model_free(digit);
    expect_ok(digitnet_reader_scratch_create(&scratch, reader));
    digitnet_reader_free(reader);
    return scratch;
}

static bool has_text(const digitnet_reading *reading, const char *text) {
    for (size_t i = 0; i < digitnet_reading_line_count(reading); i++) {
        digitnet_reading_line line = DIGITNET_INIT(digitnet_reading_line);
        expect_ok(digitnet_reading_describe_line(&line, reading, i));
        if (strcmp(line.text, text) == 0)
            return true;
    }
    return false;
}

/* In any order, since strokes are the same on their head. */
static void expect_texts(digitnet_reader_scratch *scratch, const digitnet__plane *page, const char *const *texts,
                         size_t count) {
    digitnet_image image = picture_of(page);
    digitnet_reading *reading;
    expect_ok(digitnet_reader_read_page(&reading, scratch, &image, NULL));
    assert_int_equal(digitnet_reading_line_count(reading), count);
    for (size_t i = 0; i < count; i++)
        assert_true(has_text(reading, texts[i]));
    digitnet_reading_free(reading);
}

/* A line of them would have the boxes' sides as digits, too. */
static void rows_of_boxes_are_read_box_by_box(void **state) {
    (void)state;
    digitnet_reader_scratch *scratch = make_scratch_of_both();
    for (size_t beside = 0; beside <= 2; beside += 2) {
        digitnet__plane page = new_plane(WIDTH, HEIGHT);
        draw_boxes(&page, 0x3ff);
        for (size_t i = 0; i < beside; i++)
            draw_stroke(&page, 20.0 + 20.0 * (double)i, BOXES_TOP + 2.0, 20.0 + 20.0 * (double)i, BOXES_TOP + 28.0, 4.0,
                        255.0);
        draw_noise(&page, 8.0, 1);
        digitnet__plane_invert(&page);
        const char *const texts[] = {"11", "1111111111"};
        expect_texts(scratch, &page, beside ? texts : texts + 1, beside ? 2 : 1);
        digitnet__plane_release(&page);
    }
    digitnet_reader_scratch_free(scratch);
}

/* Empty boxes are left out. */
static void boxes_may_be_empty(void **state) {
    (void)state;
    digitnet_reader_scratch *scratch = make_scratch_of_both();
    digitnet__plane page = new_plane(WIDTH, HEIGHT);
    draw_boxes(&page, 0x303);
    draw_noise(&page, 8.0, 1);
    digitnet__plane_invert(&page);
    expect_texts(scratch, &page, (const char *const[]){"1111"}, 1);
    digitnet__plane_release(&page);
    digitnet_reader_scratch_free(scratch);
}

static void an_empty_page_has_no_lines(void **state) {
    (void)state;
    digitnet_reader_scratch *scratch = make_scratch();
    digitnet__plane page = new_plane(WIDTH, HEIGHT);
    digitnet__plane_invert(&page);
    for (size_t side = 1; side <= WIDTH; side *= 3) {
        digitnet_image image = picture_of(&page);
        digitnet_reading *reading;
        image.width = image.stride = side;
        image.height = WIDTH / side < HEIGHT ? WIDTH / side : HEIGHT;
        expect_ok(digitnet_reader_read_page(&reading, scratch, &image, NULL));
        assert_int_equal(digitnet_reading_line_count(reading), 0);
        digitnet_reading_free(reading);
    }
    digitnet__plane_release(&page);
    digitnet_reader_scratch_free(scratch);
}

static int count_steps(const char *name, const uint8_t *pixels, size_t width, size_t height, void *user_data) {
    size_t *counts = user_data;
    assert_non_null(pixels);
    assert_true(width > 0 && height > 0);
    counts[0] += strcmp(name, "ink") == 0;
    counts[1] += strcmp(name, "clean") == 0;
    counts[2] += strcmp(name, "line") == 0;
    return counts[2] == 3 ? DIGITNET_EIO : DIGITNET_OK;
}

static void steps_are_shown_and_may_end_it(void **state) {
    (void)state;
    digitnet_reader_scratch *scratch = make_scratch();
    digitnet__plane page = draw_page();
    digitnet_image image = picture_of(&page);
    digitnet_reading *reading;
    size_t counts[3] = {0};
    expect_passed_on(
        digitnet_reader_read_page(&reading, scratch, &image,
                                  DIGITNET_WITH(digitnet_read_options, .on_step = count_steps, .user_data = counts)),
        DIGITNET_EIO, "on_step");
    assert_null(reading);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 1);
    assert_int_equal(counts[2], 3);
    digitnet__plane_release(&page);
    digitnet_reader_scratch_free(scratch);
}

static void memory_may_end_anywhere(void **state) {
    (void)state;
    allocation_counts counts;
    begin_counting(&counts);
    digitnet_reader_scratch *scratch = make_scratch();
    digitnet__plane page = new_plane(200, 60);
    for (double x = 30.0; x < 170.0; x += 35.0)
        draw_angle(&page, x, 30.0);
    digitnet__plane_invert(&page);
    digitnet_image image = picture_of(&page);
    digitnet_reading *reading;
    digitnet_status status = DIGITNET_ENOMEM;
    size_t failing = 1;
    for (; status == DIGITNET_ENOMEM; failing += 1 + failing / 20) {
        size_t live = atomic_load(&counts.live);
        atomic_store(&counts.fail_at, atomic_load(&counts.allocations) + failing);
        status = digitnet_reader_read_page(&reading, scratch, &image, NULL);
        assert_true(status == DIGITNET_OK || atomic_load(&counts.live) == live);
    }
    atomic_store(&counts.fail_at, 0);
    expect_ok(status);
    assert_int_equal(digitnet_reading_line_count(reading), 1);
    assert_true(failing > 50);
    digitnet_reading_free(reading);
    digitnet__plane_release(&page);
    digitnet_reader_scratch_free(scratch);
    end_counting(&counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_may_end_anywhere), /* first, since there may be no objects */
        cmocka_unit_test(pages_may_lie_on_any_side),
        cmocka_unit_test(what_is_not_digits_is_left_out),
        cmocka_unit_test(digits_within_a_word_are_letters),
        cmocka_unit_test(a_number_beside_a_word_is_read_alone_where_the_line_is_not_sure),
        cmocka_unit_test(rows_of_boxes_are_read_box_by_box),
        cmocka_unit_test(boxes_may_be_empty),
        cmocka_unit_test(an_empty_page_has_no_lines),
        cmocka_unit_test(steps_are_shown_and_may_end_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
