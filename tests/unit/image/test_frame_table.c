/* The cells of a table as frames. */
#include "support.h"

enum { SIDE = 120, CELLS = 4, FRAME = DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE };

static uint8_t table[SIDE * SIDE], empty[SIDE * SIDE];

/* 2 x 2 cells, of which the lower left one has a stroke. */
static int draw(void **state) {
    (void)state;
    memset(table, 240, sizeof table);
    memset(empty, 240, sizeof empty);
    for (size_t i = 10; i < 112; i++)
        for (size_t rule = 10; rule <= 110; rule += 50)
            for (size_t k = rule; k < rule + 2; k++)
                table[i * SIDE + k] = table[k * SIDE + i] = 20;
    for (size_t row = 72; row < 98; row++)
        memset(table + row * SIDE + 34, 20, 4);
    return 0;
}

static digitnet_image picture(const uint8_t *pixels) {
    return (digitnet_image){.struct_size = sizeof(digitnet_image), .pixels = pixels, .width = SIDE, .height = SIDE};
}

static float strongest(const float *frame) {
    float most = 0.0f;
    for (size_t i = 0; i < FRAME; i++)
        most = frame[i] > most ? frame[i] : most;
    return most;
}

static void cells_come_row_by_row(void **state) {
    (void)state;
    static float frames[CELLS * FRAME];
    const digitnet_image image = picture(table);
    size_t rows = 0, columns = 0;
    expect_ok(digitnet_image_frame_table(frames, CELLS * FRAME, &rows, &columns, &image));
    assert_int_equal(rows, 2);
    assert_int_equal(columns, 2);
    for (size_t cell = 0; cell < CELLS; cell++)
        assert_float_equal(strongest(frames + cell * FRAME), cell == 2 ? 1.0f : 0.0f, 0.0f);
}

static void failures_say_what_is_wrong(void **state) {
    (void)state;
    static float frames[CELLS * FRAME];
    digitnet_image image = picture(table);
    size_t rows = 2, columns = 0;
    expect_failure(digitnet_image_frame_table(frames, CELLS * FRAME - 1, &rows, &columns, &image), DIGITNET_EBUFFER,
                   "2 x 2");
    assert_int_equal(columns, 2);
    rows = 129;
    expect_failure(digitnet_image_frame_table(frames, CELLS * FRAME, &rows, &columns, &image), DIGITNET_EINVAL, "128");
    rows = columns = 0;
    image.max_pixels = SIDE * SIDE - 1;
    expect_failure(digitnet_image_frame_table(frames, CELLS * FRAME, &rows, &columns, &image), DIGITNET_ELIMIT,
                   "pixels");
    image = picture(empty);
    expect_failure(digitnet_image_frame_table(frames, CELLS * FRAME, &rows, &columns, &image), DIGITNET_ENOTFOUND,
                   "table");
}

static void memory_may_end_anywhere(void **state) {
    (void)state;
    static float frames[CELLS * FRAME];
    const digitnet_image image = picture(table);
    size_t rows = 2, columns = 2, failed = 0;
    allocation_counts counts;
    digitnet_status status = DIGITNET_ENOMEM;
    begin_counting(&counts);
    for (; status == DIGITNET_ENOMEM; failed++) {
        counts.fail_at = counts.allocations + failed + 1;
        status = recorded(digitnet_image_frame_table(frames, CELLS * FRAME, &rows, &columns, &image));
    }
    counts.fail_at = 0;
    end_counting(&counts);
    assert_int_equal(status, DIGITNET_OK);
    assert_true(failed > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_come_row_by_row),
        cmocka_unit_test(failures_say_what_is_wrong),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, draw, NULL);
}
