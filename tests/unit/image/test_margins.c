/* What lies beside the sheet is erased, what lies on it is not. */
#include "drawing.h"
#include "image/margins.h"
#include "support.h"

#include <math.h>

enum { WIDTH = 400, HEIGHT = 600, THRESHOLD = 48 };

/* A stroke in the middle, and one that reaches the left edge. */
static void draw_text(digitnet__plane *ink) {
    draw_stroke(ink, 200.0, 300.0, 220.0, 360.0, 5.0, 220.0);
    draw_stroke(ink, 0.0, 450.0, 40.0, 450.0, 5.0, 220.0);
}

static size_t count_ink(const digitnet__plane *ink, size_t left, size_t top, size_t right, size_t bottom) {
    size_t count = 0;
    for (size_t row = top; row < bottom; row++)
        for (size_t column = left; column < right; column++)
            count += ink->pixels[row * ink->width + column] >= THRESHOLD;
    return count;
}

/* A border all around, and a table that shows as a wedge on the right. */
static void bands_are_erased(void **state) {
    (void)state;
    digitnet__plane ink = new_plane(WIDTH, HEIGHT), text = new_plane(WIDTH, HEIGHT);
    draw_text(&ink);
    draw_text(&text);
    for (size_t row = 0; row < HEIGHT; row++)
        for (size_t column = 0; column < WIDTH; column++)
            if (row < 6 || row >= HEIGHT - 6 || column < 6 || column >= WIDTH - 6 - row / 40)
                ink.pixels[row * WIDTH + column] = 200;
    expect_ok(digitnet__margins_erase_bands(&ink, THRESHOLD));
    assert_int_equal(count_ink(&ink, 10, 10, 380, 590), count_ink(&text, 10, 10, 380, 590));
    assert_true(count_ink(&ink, 0, 0, WIDTH, 10) + count_ink(&ink, 0, 590, WIDTH, HEIGHT) +
                    count_ink(&ink, 0, 10, 6, 590) + count_ink(&ink, 380, 10, WIDTH, 590) <
                10);
    digitnet__plane_release(&text);
    digitnet__plane_release(&ink);
}

static void strokes_at_an_edge_are_no_bands(void **state) {
    (void)state;
    digitnet__plane ink = new_plane(WIDTH, HEIGHT);
    draw_text(&ink);
    digitnet__plane before = copy_of(&ink);
    expect_ok(digitnet__margins_erase_bands(&ink, THRESHOLD));
    assert_memory_equal(ink.pixels, before.pixels, WIDTH * HEIGHT);
    digitnet__plane_release(&before);
    digitnet__plane_release(&ink);
}

static void pieces_beside_the_sheet_are_erased(void **state) {
    (void)state;
    digitnet__plane ink = new_plane(WIDTH, HEIGHT);
    digitnet__components pieces;
    draw_stroke(&ink, 200.0, 300.0, 220.0, 360.0, 5.0, 220.0);
    draw_stroke(&ink, 392.0, 40.0, 400.0, 150.0, 8.0, 220.0); /* along the edge */
    draw_stroke(&ink, 100.0, 3.0, 104.0, 4.0, 3.0, 220.0);    /* in the margin */
    draw_stroke(&ink, 60.0, 598.0, 80.0, 540.0, 4.0, 220.0);  /* to the edge */
    expect_ok(digitnet__components_find(&pieces, &ink, THRESHOLD));
    assert_int_equal(pieces.count, 4);
    expect_ok(digitnet__margins_erase_pieces(&ink, &pieces));
    digitnet__components_release(&pieces);
    expect_ok(digitnet__components_find(&pieces, &ink, THRESHOLD));
    assert_int_equal(pieces.count, 2);
    assert_true(pieces.items[0].box.top > 290 && pieces.items[1].box.top > 530);
    digitnet__components_release(&pieces);
    digitnet__plane_release(&ink);
}

static void pictures_may_be_tiny(void **state) {
    (void)state;
    for (size_t side = 1; side < 5; side++) {
        digitnet__plane ink = new_plane(side, 5 - side);
        memset(ink.pixels, 200, side * (5 - side));
        expect_ok(digitnet__margins_erase_bands(&ink, THRESHOLD));
        digitnet__plane_release(&ink);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bands_are_erased),
        cmocka_unit_test(strokes_at_an_edge_are_no_bands),
        cmocka_unit_test(pieces_beside_the_sheet_are_erased),
        cmocka_unit_test(pictures_may_be_tiny),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
