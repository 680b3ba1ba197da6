/* Connected pieces against a search that spreads from pixel to pixel. */
#include "drawing.h"
#include "image/components.h"
#include "support.h"

#include <stdlib.h>

/* Ink on about `share` of the pixels, whatever else has nearly as much. */
static digitnet__plane random_ink(size_t width, size_t height, double share, uint8_t threshold, uint64_t seed) {
    digitnet__plane plane = new_plane(width, height);
    for (size_t i = 0; i < width * height; i++)
        plane.pixels[i] =
            (uint8_t)((double)noise(seed, i) < 2.0 * share - 1.0 ? threshold + (int)(i % (256U - threshold))
                                                                 : threshold - 1);
    return plane;
}

/* Gives `number` to all pixels without one that are connected to this one. */
static void spread(size_t *numbers, const digitnet__plane *plane, uint8_t threshold, size_t first, size_t number) {
    size_t *stack = must_allocate(plane->width * plane->height * sizeof *stack), count = 0;
    numbers[first] = number;
    stack[count++] = first;
    while (count > 0) {
        size_t at = stack[--count], column = at % plane->width, row = at / plane->width;
        for (size_t i = 0; i < 9; i++) {
            size_t x = column + i % 3 - 1, y = row + i / 3 - 1; /* beyond the edges they wrap, and are too large */
            if (x >= plane->width || y >= plane->height)
                continue;
            size_t next = y * plane->width + x;
            if (plane->pixels[next] < threshold || numbers[next] != 0)
                continue;
            numbers[next] = number;
            stack[count++] = next;
        }
    }
    free(stack);
}

static void check_pieces(const digitnet__plane *plane, uint8_t threshold) {
    size_t pixels = plane->width * plane->height, count = 0, covered = 0;
    size_t *numbers = must_allocate(pixels * sizeof *numbers);
    digitnet__components pieces;
    memset(numbers, 0, pixels * sizeof *numbers);
    for (size_t i = 0; i < pixels; i++)
        if (plane->pixels[i] >= threshold && numbers[i] == 0)
            spread(numbers, plane, threshold, i, ++count);
    expect_ok(digitnet__components_find(&pieces, plane, threshold));
    assert_int_equal(pieces.count, count);
    for (size_t i = 0; i < pieces.run_count; i++) {
        const digitnet__run *run = &pieces.runs[i];
        const digitnet__box *box = &pieces.items[run->component].box;
        assert_true(run->first >= box->left && run->end <= box->left + box->width);
        assert_true(run->row >= box->top && run->row < box->top + box->height);
        for (size_t column = run->first; column < run->end; column++, covered++)
            assert_int_equal(numbers[run->row * plane->width + column], run->component + 1);
    }
    for (size_t i = 0; i < count; i++) {
        size_t own = 0, ink = 0;
        for (size_t j = 0; j < pixels; j++) {
            own += numbers[j] == i + 1;
            ink += numbers[j] == i + 1 ? plane->pixels[j] : 0;
        }
        assert_int_equal(pieces.items[i].pixels, own);
        assert_int_equal(pieces.items[i].ink, ink);
        covered -= own;
    }
    assert_int_equal(covered, 0);
    digitnet__components_release(&pieces);
    free(numbers);
}

static void pieces_are_what_is_connected(void **state) {
    (void)state;
    static const uint8_t thresholds[] = {1, 100, 128, 255};
    static const size_t sizes[][2] = {{1, 1}, {1, 20}, {20, 1}, {9, 9}, {40, 33}, {64, 50}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t j = 0; j < 5 * sizeof thresholds; j++) {
            uint8_t threshold = thresholds[j / 5];
            digitnet__plane plane = random_ink(sizes[i][0], sizes[i][1], 0.25 * (double)(j % 5), threshold, i);
            check_pieces(&plane, threshold);
            digitnet__plane_release(&plane);
        }
    }
}

static void chosen_pieces_are_erased(void **state) {
    (void)state;
    const uint8_t threshold = 100;
    digitnet__plane plane = random_ink(50, 40, 0.3, threshold, 9);
    digitnet__components pieces;
    expect_ok(digitnet__components_find(&pieces, &plane, threshold));
    assert_true(pieces.count > 10);
    unsigned char *erase = must_allocate(pieces.count);
    size_t ink = 0, left = 0;
    for (size_t i = 0; i < pieces.count; i++) {
        erase[i] = i % 2;
        ink += erase[i] ? 0 : pieces.items[i].pixels;
    }
    digitnet__components_erase(&plane, &pieces, erase);
    for (size_t i = 0; i < 50 * 40; i++)
        left += plane.pixels[i] >= threshold;
    assert_int_equal(left, ink);
    free(erase);
    digitnet__components_release(&pieces);
    digitnet__plane_release(&plane);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_what_is_connected),
        cmocka_unit_test(chosen_pieces_are_erased),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
