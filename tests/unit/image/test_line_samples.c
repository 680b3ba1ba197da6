/* Drawn lines: the same for the same seed, on any number of threads, and framed at the size that they were drawn in. */
#include "../../../examples/canvas.h"
#include "../../../examples/glyphs.h"
#include "../../../examples/line_network.h"
#include "../../../examples/line_samples.h"
#include "../../../examples/strokes.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { DIGITS = 500, LINES = 60, STRIPS = 12, MOST_LABELS = 24, STRIP_VALUES = STRIP_HEIGHT * STRIP_WIDTH };

static struct glyphs glyphs, words;
static const float whole = 1;
static const struct line_material material = {&glyphs, &whole, 1, &words};

static int load(void **state) {
    (void)state;
    digitnet_dataset *train, *test;
    load_subset(&train, &test);
    expect_ok(add_framed(&glyphs, train, 0, DIGITS));
    expect_ok(sort_glyphs(&glyphs));
    expect_ok(add_glyph(&words, glyphs.items[0].pixels, WORD_GOES_ON));
    expect_ok(add_glyph(&words, glyphs.items[1].pixels, WORD_ENDS));
    digitnet_dataset_free(train);
    digitnet_dataset_free(test);
    return 0;
}

static int unload(void **state) {
    (void)state;
    free_glyphs(&glyphs);
    free_glyphs(&words);
    return 0;
}

/* ---- Strokes ---- */

/* A ring of ink, closed or with a gap on the right. */
static void draw_ring(uint8_t *glyph, int closed) {
    for (int y = 0; y < GLYPH_SIDE; y++) {
        for (int x = 0; x < GLYPH_SIDE; x++) {
            double distance = fabs(hypot(x - 13.5, y - 13.5) - 8);
            int gap = !closed && x > 14 && abs(y - 13) < 4;
            glyph[y * GLYPH_SIDE + x] = distance < 1.6 && !gap ? 255 : 0;
        }
    }
}

static void strokes_are_the_middle_of_ink(void **state) {
    (void)state;
    uint8_t glyph[GLYPH_SIDE * GLYPH_SIDE];
    struct strokes strokes;
    draw_ring(glyph, 1);
    find_strokes(&strokes, glyph, 0);
    assert_true(strokes.points > 60);
    assert_int_equal(strokes.joints, strokes.points);
    for (size_t i = 0; i < strokes.points; i++) {
        double x = (double)strokes.x[i] / STROKE_STEPS - 14, y = (double)strokes.y[i] / STROKE_STEPS - 14;
        assert_float_equal(hypot(x, y), 8.0, 0.8);
    }
    draw_ring(glyph, 0);
    find_strokes(&strokes, glyph, 2);
    assert_int_equal(strokes.joints, strokes.points - 1);
    find_strokes(&strokes, glyph, 0); /* no 0 without a loop */
    assert_int_equal(strokes.points, 0);
}

/* ---- Lines ---- */

static void lines_depend_on_the_seed_alone(void **state) {
    (void)state;
    struct line_canvas canvases[2];
    struct drawn_line lines[2];
    size_t different = 0;
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(make_line_canvas(&canvases[i]), 0);
    for (size_t i = 0; i < LINES; i++) {
        struct draw_random first = seed_random(3, i), second = seed_random(3, i), other = seed_random(4, i);
        draw_digit_line(&lines[0], &canvases[0], &material, MOST_LINE_DIGITS, &first);
        draw_digit_line(&lines[1], &canvases[1], &material, MOST_LINE_DIGITS, &second);
        assert_int_equal(lines[0].width, lines[1].width);
        assert_int_equal(lines[0].height, lines[1].height);
        assert_int_equal(lines[0].count, lines[1].count);
        assert_memory_equal(lines[0].pixels, lines[1].pixels, lines[0].width * lines[0].height);
        assert_memory_equal(lines[0].digits, lines[1].digits, lines[0].count * sizeof(int32_t));
        draw_digit_line(&lines[1], &canvases[1], &material, MOST_LINE_DIGITS, &other);
        different += lines[0].width != lines[1].width || lines[0].count != lines[1].count;
    }
    assert_true(different > LINES / 2);
    for (size_t i = 0; i < 2; i++)
        free_line_canvas(&canvases[i]);
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The strip is as long as the line is in heights of its digits. */
static void lines_are_framed_at_their_size(void **state) {
    (void)state;
    static float frame[STRIP_HEIGHT * 4096];
    struct line_canvas canvas;
    double ratios[LINES];
    size_t count = 0;
    assert_int_equal(make_line_canvas(&canvas), 0);
    for (size_t i = 0; i < LINES; i++) {
        struct draw_random random = seed_random(5, i);
        struct drawn_line line;
        size_t width;
        draw_digit_line(&line, &canvas, &material, MOST_LINE_DIGITS, &random);
        if (line.count < 4 || digitnet_image_frame_line(frame, sizeof frame / sizeof *frame, &width,
                                                        DIGITNET_WITH(digitnet_image, .pixels = line.pixels,
                                                                      .width = line.width, .height = line.height)))
            continue;
        ratios[count++] = (double)width / (20.0 * (double)line.width / (double)line.digit_height);
    }
    assert_true(count > LINES / 2);
    qsort(ratios, count, sizeof *ratios, compare);
    assert_in_range((int)(100 * ratios[count / 2]), 80, 110);
    assert_in_range((int)(100 * ratios[count / 5]), 65, 105);
    assert_in_range((int)(100 * ratios[count - 1 - count / 5]), 85, 130);
    free_line_canvas(&canvas);
}

/* ---- Data sets ---- */

static void samples_do_not_depend_on_threads(void **state) {
    (void)state;
    float *images[2];
    int32_t labels[2][STRIPS * MOST_LABELS];
    size_t digits = 0;
    for (size_t i = 0; i < 2; i++) {
        digitnet_dataset *samples;
        images[i] = must_allocate(STRIPS * STRIP_VALUES * sizeof(float));
        expect_ok(create_line_samples(&samples, &material, STRIPS, 9, 1 + 2 * i));
        expect_ok(digitnet_dataset_read(images[i], STRIPS * STRIP_VALUES, labels[i], STRIPS * MOST_LABELS, samples, 0,
                                        STRIPS));
        digitnet_dataset_free(samples);
    }
    assert_same_floats(images[0], images[1], STRIPS * STRIP_VALUES);
    assert_memory_equal(labels[0], labels[1], sizeof labels[0]);
    for (size_t i = 0; i < STRIPS * MOST_LABELS; i++)
        digits += labels[0][i] >= 0;
    assert_true(digits > 4 * STRIPS);
    for (size_t i = 0; i < 2; i++)
        free(images[i]);
}

static void labels_are_given_without_images(void **state) {
    (void)state;
    digitnet_dataset *samples;
    size_t counts[10], digits = 0;
    expect_ok(create_line_samples(&samples, &material, STRIPS, 9, 2));
    expect_ok(digitnet_dataset_count_classes(counts, 10, samples));
    for (size_t i = 0; i < 10; i++)
        digits += counts[i];
    assert_true(digits > 4 * STRIPS);
    digitnet_dataset_free(samples);
}

static void the_network_takes_the_samples(void **state) {
    (void)state;
    digitnet_model *model;
    digitnet_dataset *samples;
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_ok(digitnet_model_create(&model, STRIP_HEIGHT, STRIP_WIDTH, 1));
    add_line_layers(model);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAMW, DIGITNET_LOSS_CTC));
    digitnet_layer_info last = DIGITNET_INIT(digitnet_layer_info);
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, model));
    expect_ok(digitnet_model_describe_layer(&last, model, info.layers - 1));
    assert_int_equal(last.width, STRIP_WIDTH);
    expect_ok(create_line_samples(&samples, &material, STRIPS, 9, 2));
    expect_ok(digitnet_model_evaluate(&metrics, model, samples, NULL));
    assert_true(metrics.loss > 1.0);
    digitnet_dataset_free(samples);
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strokes_are_the_middle_of_ink),   cmocka_unit_test(lines_depend_on_the_seed_alone),
        cmocka_unit_test(lines_are_framed_at_their_size),  cmocka_unit_test(samples_do_not_depend_on_threads),
        cmocka_unit_test(labels_are_given_without_images), cmocka_unit_test(the_network_takes_the_samples),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
