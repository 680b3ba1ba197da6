/* Words of a line: where gaps part them, and how high they are. */
#include "core/memory.h"
#include "drawing.h"
#include "image/words.h"
#include "support.h"

enum { WIDTH = 200, HEIGHT = 40 };

static void draw_box(digitnet__plane *plane, size_t left, size_t right, size_t top, size_t bottom, uint8_t ink) {
    for (size_t row = top; row < bottom; row++)
        for (size_t column = left; column < right; column++)
            plane->pixels[row * plane->width + column] = ink;
}

static void expect_word(const digitnet__word *word, size_t first, size_t end, size_t height) {
    assert_int_equal(word->first, first);
    assert_int_equal(word->end, end);
    assert_int_equal(word->height, height);
}

static void gaps_part_words(void **state) {
    (void)state;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    digitnet__word *words;
    size_t count;
    draw_box(&plane, 10, 20, 5, 35, 200);
    draw_box(&plane, 25, 35, 8, 30, 180);
    draw_box(&plane, 45, 50, 30, 34, 200);
    draw_box(&plane, 120, 200, 0, 40, 200);
    draw_box(&plane, 80, 90, 5, 35, 10); /* what shows through the paper is no ink */
    expect_ok(digitnet__words_find(&words, &count, &plane, 10.0));
    assert_int_equal(count, 3);
    expect_word(&words[0], 10, 35, 30);
    expect_word(&words[1], 45, 50, 4);
    expect_word(&words[2], 120, 200, 40);
    digitnet__release(words);
    expect_ok(digitnet__words_find(&words, &count, &plane, 10.5));
    assert_int_equal(count, 2);
    expect_word(&words[0], 10, 50, 30);
    digitnet__release(words);
    digitnet__plane_release(&plane);
}

static void paper_has_no_words(void **state) {
    (void)state;
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    digitnet__word *words;
    size_t count = 1;
    expect_ok(digitnet__words_find(&words, &count, &plane, 1.0));
    assert_int_equal(count, 0);
    digitnet__release(words);
    digitnet__plane_release(&plane);
}

static void memory_may_end(void **state) {
    (void)state;
    allocation_counts counts;
    begin_counting(&counts);
    digitnet__plane plane = new_plane(WIDTH, HEIGHT);
    digitnet__word *words;
    size_t count;
    for (size_t failing = 1; failing <= 2; failing++) {
        size_t live = atomic_load(&counts.live);
        atomic_store(&counts.fail_at, atomic_load(&counts.allocations) + failing);
        assert_int_equal(digitnet__words_find(&words, &count, &plane, 1.0), DIGITNET_ENOMEM);
        assert_int_equal(atomic_load(&counts.live), live);
    }
    atomic_store(&counts.fail_at, 0);
    digitnet__plane_release(&plane);
    end_counting(&counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_part_words),
        cmocka_unit_test(paper_has_no_words),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
