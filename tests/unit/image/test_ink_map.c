/* Ink maps of drawn pictures: the ink that was drawn, whatever the light, and nothing else. */
#include "drawing.h"
#include "image/ink_map.h"
#include "image/ink_polarity.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { WIDTH = 420, HEIGHT = 300, STROKE = 24 };
#define DARKNESS 0.85 /* of the light that full ink takes away */

/* Strokes from 1 to 20 pixels thick. */
static digitnet__plane draw_strokes(void) {
    digitnet__plane ink = new_plane(WIDTH, HEIGHT);
    const double thick[] = {1.0, 2.0, 4.0, 8.0, 14.0, 20.0};
    for (size_t i = 0; i < sizeof thick / sizeof *thick; i++) {
        double x = 40.0 + 65.0 * (double)i;
        draw_stroke(&ink, x, 40.0, x + 25.0, 130.0, thick[i], 255.0);
        draw_stroke(&ink, x + 20.0, 180.0, x - 5.0, 260.0, thick[i], 255.0);
    }
    return ink;
}

/* The light on the paper at a place, 0 to 255. */
typedef double (*light_fn)(double x, double y);

static double even_light(double x, double y) {
    (void)x, (void)y;
    return 230.0;
}

static double light_from_aside(double x, double y) {
    return 240.0 - 100.0 * x / WIDTH - 30.0 * y / HEIGHT;
}

static double hard_shadow(double x, double y) {
    return x + 0.5 * y > 0.6 * WIDTH ? 120.0 : 225.0;
}

/* The picture of ink under a light, with some noise. */
static uint8_t *photograph(const digitnet__plane *ink, light_fn light) {
    uint8_t *pixels = must_allocate(ink->width * ink->height);
    for (size_t i = 0; i < ink->width * ink->height; i++) {
        double full = light((double)(i % ink->width), (double)(i / ink->width));
        double grey = full * (1.0 - DARKNESS * ink->pixels[i] / 255.0) + 2.0 * (double)noise(5, i);
        pixels[i] = (uint8_t)fmin(fmax(grey + 0.5, 0.0), 255.0);
    }
    return pixels;
}

static digitnet__plane map_of(const uint8_t *pixels, digitnet_polarity polarity) {
    digitnet_image image = {.pixels = pixels, .width = WIDTH, .height = HEIGHT, .stride = WIDTH, .polarity = polarity};
    digitnet__plane map;
    expect_ok(digitnet__ink_map_create(&map, &image, STROKE));
    return map;
}

static bool near_shadow_edge(size_t index) {
    double x = (double)(index % WIDTH), y = (double)(index / WIDTH);
    return fabs(x + 0.5 * y - 0.6 * WIDTH) < STROKE;
}

/* Full ink is at least nearly as dark as was drawn, and bare paper has next to none. */
static void check_map(const digitnet__plane *map, const digitnet__plane *ink, bool shadow) {
    for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
        if (ink->pixels[i] == 255 && map->pixels[i] < 0.85 * DARKNESS * 255.0)
            fail_msg("ink of %d at %zu, %zu", map->pixels[i], i % WIDTH, i / WIDTH);
        if (ink->pixels[i] == 0 && map->pixels[i] > 24 && !(shadow && near_shadow_edge(i)))
            fail_msg("paper with ink of %d at %zu, %zu", map->pixels[i], i % WIDTH, i / WIDTH);
    }
}

static void light_does_not_matter(void **state) {
    (void)state;
    const light_fn lights[] = {even_light, light_from_aside, hard_shadow};
    digitnet__plane ink = draw_strokes();
    for (size_t i = 0; i < sizeof lights / sizeof *lights; i++) {
        uint8_t *pixels = photograph(&ink, lights[i]);
        digitnet__plane map = map_of(pixels, DIGITNET_POLARITY_AUTO);
        check_map(&map, &ink, lights[i] == hard_shadow);
        digitnet__plane_release(&map);
        free(pixels);
    }
    digitnet__plane_release(&ink);
}

/* Where a shadow ends there is no stroke: hardly a pixel looks like ink. */
static void a_shadows_edge_is_no_ink(void **state) {
    (void)state;
    digitnet__plane bare = new_plane(WIDTH, HEIGHT);
    uint8_t *pixels = photograph(&bare, hard_shadow);
    digitnet__plane map = map_of(pixels, DIGITNET_POLARITY_DARK_INK);
    size_t dark = 0;
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        dark += map.pixels[i] >= 48;
    print_message("%zu pixels along %d rows\n", dark, HEIGHT);
    assert_true(dark <= 3 * HEIGHT);
    digitnet__plane_release(&map);
    digitnet__plane_release(&bare);
    free(pixels);
}

static void polarity_is_found_or_given(void **state) {
    (void)state;
    digitnet__plane ink = draw_strokes();
    uint8_t *pixels = photograph(&ink, even_light);
    digitnet__plane dark = map_of(pixels, DIGITNET_POLARITY_AUTO);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        pixels[i] = (uint8_t)(255 - pixels[i]);
    digitnet__plane found = map_of(pixels, DIGITNET_POLARITY_AUTO);
    digitnet__plane given = map_of(pixels, DIGITNET_POLARITY_LIGHT_INK);
    digitnet__plane wrong = map_of(pixels, DIGITNET_POLARITY_DARK_INK);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        assert_true(abs(dark.pixels[i] - found.pixels[i]) <= 2);
    assert_memory_equal(found.pixels, given.pixels, WIDTH * HEIGHT);
    assert_memory_not_equal(found.pixels, wrong.pixels, WIDTH * HEIGHT);
    digitnet__plane_release(&wrong);
    digitnet__plane_release(&given);
    digitnet__plane_release(&found);
    digitnet__plane_release(&dark);
    digitnet__plane_release(&ink);
    free(pixels);
}

/* A line that is a hundred times as long as high, of strokes an eighth as wide. */
static void polarity_is_found_in_long_lines(void **state) {
    (void)state;
    enum { LONG = 4000, LOW = 40 };
    uint8_t *pixels = must_allocate(LONG * LOW);
    for (size_t i = 0; i < LONG * LOW; i++)
        pixels[i] = i / LONG > 7 && i / LONG < 32 && i % LONG % 30 < 5 ? 20 : 230;
    for (int inverted = 0; inverted < 2; inverted++) {
        const digitnet__plane line = {.pixels = pixels, .width = LONG, .height = LOW};
        bool dark;
        expect_ok(digitnet__ink_polarity_find(&dark, &line));
        assert_int_equal(dark, !inverted);
        for (size_t i = 0; i < LONG * LOW; i++)
            pixels[i] = (uint8_t)(255 - pixels[i]);
    }
    free(pixels);
}

/* A leaning 1 and a 7 that touch the picture's edges: what these cut off is no stroke. */
static void polarity_is_found_of_a_digit_that_fills_its_picture(void **state) {
    (void)state;
    enum { SIDES = 4 };
    const size_t heights[SIDES] = {24, 40, 120, 300};
    for (size_t i = 0; i < 2 * SIDES; i++) {
        size_t height = heights[i / 2];
        double pen = (double)height / 7.0, top = pen / 2.0, bottom = (double)height - top, right = 0.6 * (double)height;
        bool dark;
        digitnet__plane digit = new_plane((size_t)right, height);
        draw_stroke(&digit, right - top, top, top, bottom, pen, 200.0);
        if (i % 2 == 1)
            draw_stroke(&digit, top, top, right - top, top, pen, 200.0);
        expect_ok(digitnet__ink_polarity_find(&dark, &digit));
        assert_false(dark);
        digitnet__plane_invert(&digit);
        expect_ok(digitnet__ink_polarity_find(&dark, &digit));
        assert_true(dark);
        digitnet__plane_release(&digit);
    }
}

/* What is broader than a stroke is paper of another colour. */
static void dark_ground_is_paper(void **state) {
    (void)state;
    digitnet__plane ink = new_plane(WIDTH, HEIGHT);
    for (size_t row = 150; row < HEIGHT; row++)
        memset(ink.pixels + row * WIDTH, 200, WIDTH / 2);
    draw_stroke(&ink, 60.0, 200.0, 100.0, 260.0, 6.0, 255.0);
    uint8_t *pixels = photograph(&ink, even_light);
    digitnet__plane map = map_of(pixels, DIGITNET_POLARITY_DARK_INK);
    assert_true(map.pixels[280 * WIDTH + 30] < 16);
    assert_true(map.pixels[30 * WIDTH + 30] < 16);
    assert_true(map.pixels[230 * WIDTH + 80] > 48);
    digitnet__plane_release(&map);
    digitnet__plane_release(&ink);
    free(pixels);
}

/* A sheet, half in a hard shadow, on a dark table. */
static bool on_sheet(double x, double y) {
    return x > 40.0 + 0.05 * y && x < WIDTH - 30.0 && y > 20.0 + 0.04 * x && y < HEIGHT - 25.0;
}

static double light_on_table(double x, double y) {
    return (x + y > 0.55 * (WIDTH + HEIGHT) ? 250.0 : 110.0) * (on_sheet(x, y) ? 1.0 : 0.24);
}

/* Thin lines of writing, all of them in the shadow. */
static digitnet__plane draw_writing(void) {
    digitnet__plane ink = new_plane(WIDTH, HEIGHT);
    for (double y = 60.0; y < 180.0; y += 40.0)
        for (double x = 70.0; x < 160.0; x += 12.0)
            draw_stroke(&ink, x, y, x + 6.0, y + 16.0, 2.0, 230.0);
    return ink;
}

/* Its grain is hardly ink, and does not say that the ink is light. */
static void a_sheet_on_a_dark_table_is_paper(void **state) {
    (void)state;
    enum { GRAIN = WIDTH - 14, ROW = 200 };
    digitnet__plane ink = draw_writing();
    uint8_t *pixels = photograph(&ink, light_on_table);
    for (size_t row = ROW - 40; row < ROW + 40; row++)
        for (size_t column = GRAIN; column < GRAIN + 4; column++)
            pixels[row * WIDTH + column] = (uint8_t)(pixels[row * WIDTH + column] * 4 / 5);
    const digitnet__plane picture = {.pixels = pixels, .width = WIDTH, .height = HEIGHT};
    bool dark;
    expect_ok(digitnet__ink_polarity_find(&dark, &picture));
    assert_true(dark);
    digitnet__plane map = map_of(pixels, DIGITNET_POLARITY_AUTO);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        if (ink.pixels[i] == 230)
            assert_true(map.pixels[i] > 100);
    assert_in_range(map.pixels[ROW * WIDTH + GRAIN + 2], 1, 47);
    digitnet__plane_release(&map);
    digitnet__plane_release(&ink);
    free(pixels);
}

static void memory_may_end_anywhere(void **state) {
    (void)state;
    allocation_counts counts;
    begin_counting(&counts);
    digitnet__plane ink = draw_strokes(), map;
    uint8_t *pixels = photograph(&ink, even_light);
    digitnet_image image = {.pixels = pixels, .width = WIDTH, .height = HEIGHT, .stride = WIDTH};
    digitnet_status status = DIGITNET_ENOMEM;
    size_t failing = 1;
    for (; status == DIGITNET_ENOMEM; failing++) {
        atomic_store(&counts.fail_at, atomic_load(&counts.allocations) + failing);
        status = digitnet__ink_map_create(&map, &image, STROKE);
    }
    atomic_store(&counts.fail_at, 0);
    expect_ok(status);
    assert_true(failing > 6);
    digitnet__plane_release(&map);
    digitnet__plane_release(&ink);
    free(pixels);
    end_counting(&counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(light_does_not_matter),
        cmocka_unit_test(a_shadows_edge_is_no_ink),
        cmocka_unit_test(polarity_is_found_or_given),
        cmocka_unit_test(polarity_is_found_in_long_lines),
        cmocka_unit_test(polarity_is_found_of_a_digit_that_fills_its_picture),
        cmocka_unit_test(dark_ground_is_paper),
        cmocka_unit_test(a_sheet_on_a_dark_table_is_paper),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
