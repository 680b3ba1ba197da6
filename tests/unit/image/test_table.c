/* Tables in pictures: their cells become frames. */
#include "digitnet/image.h"
#include "drawn_table.h"
#include "support.h"

#include <stdlib.h>

enum { WIDTH = 480, HEIGHT = 400, ROWS = 4, COLUMNS = 5, FRAME = DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE };

static const drawn_table table = {.corners = {{60, 50}, {420, 60}, {430, 350}, {50, 340}},
                                  .rows = ROWS,
                                  .columns = COLUMNS,
                                  .thickness = 2,
                                  .thick = 4,
                                  .ink = 200};

static float frames[ROWS * COLUMNS * FRAME];

/* An upright stroke in every cell but one. */
static digitnet__plane drawn(void) {
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    draw_table(&plane, &table);
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t column = 0; column < COLUMNS; column++) {
            digitnet__point a = table_crossing(&table, row, column), b = table_crossing(&table, row + 1, column + 1);
            double x = (a.x + b.x) / 2.0;
            if (row != 2 || column != 3)
                draw_stroke(&plane, x, a.y + 18.0, x, b.y - 18.0, 5.0, 230.0);
        }
    }
    draw_noise(&plane, 4.0, 5);
    return plane;
}

static digitnet_image image_of(const uint8_t *pixels) {
    return (digitnet_image){.struct_size = sizeof(digitnet_image), .pixels = pixels, .width = WIDTH, .height = HEIGHT};
}

static float ink_of(const float *frame) {
    float sum = 0.0f;
    for (size_t i = 0; i < FRAME; i++)
        sum += frame[i];
    return sum;
}

/* The part of a frame's ink in its six middle columns. */
static float upright_part(const float *frame) {
    float sum = 0.0f;
    for (size_t i = 0; i < FRAME; i++)
        sum += i % DIGITNET_FRAME_SIZE >= 11 && i % DIGITNET_FRAME_SIZE < 17 ? frame[i] : 0.0f;
    return sum / ink_of(frame);
}

static void cells_become_frames(void **state) {
    (void)state;
    digitnet__plane ink = drawn();
    uint8_t *pixels = picture_of(&ink);
    digitnet_image image = image_of(pixels);
    for (size_t known = 0; known < 2; known++) {
        size_t rows = known ? ROWS : 0, columns = known ? COLUMNS : 0;
        expect_ok(digitnet_image_frame_table(frames, ROWS * COLUMNS * FRAME, &rows, &columns, &image));
        assert_int_equal(rows, ROWS);
        assert_int_equal(columns, COLUMNS);
        for (size_t i = 0; i < ROWS * COLUMNS; i++) {
            if (i == 2 * COLUMNS + 3)
                assert_float_equal(ink_of(frames + i * FRAME), 0.0f, 0.0f);
            else
                assert_true(upright_part(frames + i * FRAME) > 0.95f);
        }
    }
    free(pixels);
    digitnet__plane_release(&ink);
}

static void light_ink_on_dark_paper_is_found(void **state) {
    (void)state;
    digitnet__plane ink = drawn();
    uint8_t *pixels = picture_of(&ink);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        pixels[i] = (uint8_t)(255 - pixels[i]);
    digitnet_image image = image_of(pixels);
    size_t rows = 0, columns = 0;
    expect_ok(digitnet_image_frame_table(frames, ROWS * COLUMNS * FRAME, &rows, &columns, &image));
    assert_int_equal(rows * columns, ROWS * COLUMNS);
    free(pixels);
    digitnet__plane_release(&ink);
}

/* Its first row is the picture's first column from below; strokes lie. */
static void a_table_on_its_side_is_found_by_its_shape(void **state) {
    (void)state;
    digitnet__plane ink = drawn();
    uint8_t *pixels = picture_of(&ink);
    digitnet_image image = image_of(pixels);
    size_t rows = COLUMNS, columns = ROWS;
    expect_ok(digitnet_image_frame_table(frames, ROWS * COLUMNS * FRAME, &rows, &columns, &image));
    assert_int_equal(rows, COLUMNS);
    assert_float_equal(ink_of(frames + (3 * ROWS + 1) * FRAME), 0.0f, 0.0f); /* the empty cell */
    assert_true(upright_part(frames) < 0.5f);
    free(pixels);
    digitnet__plane_release(&ink);
}

static void what_is_wrong_is_told(void **state) {
    (void)state;
    digitnet__plane ink = drawn();
    uint8_t *pixels = picture_of(&ink);
    digitnet_image image = image_of(pixels);
    size_t rows = 0, columns = 0, many = 129;
    expect_failure(digitnet_image_frame_table(NULL, FRAME, &rows, &columns, &image), DIGITNET_EINVAL, "out is NULL");
    expect_failure(digitnet_image_frame_table(frames, FRAME, NULL, &columns, &image), DIGITNET_EINVAL, "rows is NULL");
    expect_failure(digitnet_image_frame_table(frames, FRAME, &rows, NULL, &image), DIGITNET_EINVAL, "columns is NULL");
    expect_failure(digitnet_image_frame_table(frames, FRAME, &rows, &columns, NULL), DIGITNET_EINVAL, "image is NULL");
    expect_failure(digitnet_image_frame_table(frames, FRAME, &many, &columns, &image), DIGITNET_EINVAL, "129 x 0");
    expect_failure(digitnet_image_frame_table(frames, FRAME, &rows, &columns, &image), DIGITNET_EBUFFER, "4 x 5 x 784");
    assert_int_equal(rows, ROWS);
    assert_int_equal(columns, COLUMNS);
    image.max_pixels = 100;
    expect_failure(digitnet_image_frame_table(frames, FRAME, &rows, &columns, &image), DIGITNET_ELIMIT, "480 x 400");
    image.max_pixels = 0;
    memset(pixels, 200, WIDTH * HEIGHT);
    expect_failure(digitnet_image_frame_table(frames, FRAME, &rows, &columns, &image), DIGITNET_ENOTFOUND, "no table");
    free(pixels);
    digitnet__plane_release(&ink);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_become_frames),
        cmocka_unit_test(light_ink_on_dark_paper_is_found),
        cmocka_unit_test(a_table_on_its_side_is_found_by_its_shape),
        cmocka_unit_test(what_is_wrong_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
