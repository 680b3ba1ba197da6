/* Each change of an image, by what it must and must not do to it. A warp is measured: an image whose two channels are
 * its pixels' columns and rows says, after the warp, where each pixel came from, since bilinear samples of a plane are
 * exact. */
#include "augment/augment.h"
#include "augment/draw.h"
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { SIDE = 29, CENTRE = SIDE / 2, MAP_VALUES = SIDE * SIDE * 2, RUNS = 200 };

static const digitnet__shape map_shape = {SIDE, SIDE, 2, false};

/* Changes `image` with what these options and this seed give. */
static void change(float *image, const digitnet_augment_options *options, digitnet__shape shape, uint64_t seed) {
    digitnet__augment *augment;
    expect_ok(digitnet__augment_create(&augment, options, shape, false));
    void *scratch = digitnet__allocate(augment->scratch_size);
    assert_non_null(scratch);
    memset(scratch, 0xff, augment->scratch_size); /* nothing of it may be taken for values: these are no numbers */
    digitnet__augment_image(image, augment, seed, digitnet__kernels_best(), scratch);
    digitnet__release(scratch);
    digitnet__augment_release(augment);
}

typedef struct place {
    double x, y;
} place;

/* Where the pixel at (x, y) came from, counted from the centre. */
static place source_of(const float *map, int x, int y) {
    const float *pixel = map + ((size_t)y * SIDE + (size_t)x) * 2;
    return (place){(double)pixel[0] - CENTRE, (double)pixel[1] - CENTRE};
}

/* Whether it came from within the image: else the background is mixed in. */
static bool is_inside(const float *map, int x, int y) {
    place from = source_of(map, x, y);
    return fabs(from.x) < CENTRE - 1 && fabs(from.y) < CENTRE - 1;
}

/* The background is far outside. */
static void make_map(float *map, digitnet_augment_options options, uint64_t seed) {
    options.background = 1e30;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        map[2 * i] = (float)(i % SIDE);
        map[2 * i + 1] = (float)(i / SIDE);
    }
    change(map, &options, map_shape, seed);
}

#define FOR_INSIDE(map, x, y)              \
    for (int y = 0; (y) < SIDE; (y)++)     \
        for (int x = 0; (x) < SIDE; (x)++) \
            if (is_inside(map, x, y))

#define assert_near(a, b, tolerance)                                                                         \
    do {                                                                                                     \
        if (!(fabs((a) - (b)) <= (tolerance)))                                                               \
            fail_msg("%s is %.9g, %s is %.9g, %g apart", #a, (double)(a), #b, (double)(b), fabs((a) - (b))); \
    } while (0)

static void nothing_is_done_unasked(void **state) {
    (void)state;
    float map[MAP_VALUES], same[MAP_VALUES];
    for (uint64_t seed = 0; seed < 10; seed++) {
        make_map(map, (digitnet_augment_options){0}, seed);
        make_map(same, (digitnet_augment_options){.classes = 10, .elastic_sigma = 8, .max_value = 2}, seed);
        assert_same_floats(map, same, MAP_VALUES);
        for (size_t i = 0; i < SIDE * SIDE; i++)
            assert_true(map[2 * i] == (float)(i % SIDE) && map[2 * i + 1] == (float)(i / SIDE));
    }
}

static void shifts_are_the_same_everywhere(void **state) {
    (void)state;
    float map[MAP_VALUES];
    double most = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        make_map(map, (digitnet_augment_options){.shift = 0.2}, seed);
        place centre = source_of(map, CENTRE, CENTRE);
        most = fmax(most, fmax(fabs(centre.x), fabs(centre.y)));
        FOR_INSIDE(map, x, y) {
            assert_near(source_of(map, x, y).x - (x - CENTRE), centre.x, 1e-4);
            assert_near(source_of(map, x, y).y - (y - CENTRE), centre.y, 1e-4);
        }
    }
    assert_true(most > 0.95 * 0.2 * SIDE && most <= 0.2 * SIDE + 1e-4);
}

static void rotations_keep_distances(void **state) {
    (void)state;
    float map[MAP_VALUES];
    double most = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        make_map(map, (digitnet_augment_options){.rotate = 30}, seed);
        place right = source_of(map, CENTRE + 5, CENTRE);
        double angle = atan2(right.y, right.x);
        most = fmax(most, fabs(angle));
        FOR_INSIDE(map, x, y) {
            place from = source_of(map, x, y);
            assert_near(from.x, cos(angle) * (x - CENTRE) - sin(angle) * (y - CENTRE), 2e-4);
            assert_near(from.y, sin(angle) * (x - CENTRE) + cos(angle) * (y - CENTRE), 2e-4);
        }
    }
    assert_true(most > 28 * 3.14159 / 180 && most <= 30.001 * 3.14159 / 180);
}

static void zooms_keep_the_shape(void **state) {
    (void)state;
    float map[MAP_VALUES];
    double least = 1, most = 1;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        make_map(map, (digitnet_augment_options){.zoom = 0.25}, seed);
        double factor = 5 / source_of(map, CENTRE + 5, CENTRE).x;
        least = fmin(least, factor);
        most = fmax(most, factor);
        FOR_INSIDE(map, x, y) {
            assert_near(source_of(map, x, y).x * factor, x - CENTRE, 1e-4);
            assert_near(source_of(map, x, y).y * factor, y - CENTRE, 1e-4);
        }
    }
    assert_true(least >= 0.7499 && least < 0.77 && most > 1.23 && most <= 1.2501);
}

static void shears_keep_rows(void **state) {
    (void)state;
    float map[MAP_VALUES];
    double most = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        make_map(map, (digitnet_augment_options){.shear = 20}, seed);
        double lean = source_of(map, CENTRE, CENTRE + 5).x / 5;
        most = fmax(most, fabs(lean));
        FOR_INSIDE(map, x, y) {
            assert_near(source_of(map, x, y).y, y - CENTRE, 1e-4);
            assert_near(source_of(map, x, y).x, x - CENTRE + lean * (y - CENTRE), 1e-4);
        }
    }
    assert_true(most > 0.95 * tan(20 * 3.14159 / 180) && most <= 1.0001 * tan(20 * 3.14159 / 180));
}

/* The reciprocals of the factors by which distances from the centre change are a plane over the image, 1 there. */
static void perspectives_are_projective(void **state) {
    (void)state;
    float map[MAP_VALUES];
    double most = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        make_map(map, (digitnet_augment_options){.perspective = 0.3}, seed);
        assert_near(source_of(map, CENTRE, CENTRE).x, 0, 1e-4);
        double slant_x = (4 / source_of(map, CENTRE + 4, CENTRE).x - 1) / 4;
        double slant_y = (4 / source_of(map, CENTRE, CENTRE + 4).y - 1) / 4;
        most = fmax(most, fmax(fabs(slant_x), fabs(slant_y)) * SIDE / 2);
        FOR_INSIDE(map, x, y) {
            double depth = 1 + slant_x * (x - CENTRE) + slant_y * (y - CENTRE);
            assert_near(source_of(map, x, y).x * depth, x - CENTRE, 1e-3);
            assert_near(source_of(map, x, y).y * depth, y - CENTRE, 1e-3);
        }
    }
    assert_true(most > 0.28 && most <= 0.3001);
}

static void flips_are_exact(void **state) {
    (void)state;
    float map[MAP_VALUES];
    for (int flips = 0; flips < 4; flips++) {
        make_map(map, (digitnet_augment_options){.horizontal_flip = flips & 1, .vertical_flip = flips >> 1}, 5);
        for (size_t i = 0; i < SIDE * SIDE; i++) {
            size_t x = i % SIDE, y = i / SIDE;
            assert_true(map[2 * i] == (float)(flips & 1 ? SIDE - 1 - x : x));
            assert_true(map[2 * i + 1] == (float)(flips >> 1 ? SIDE - 1 - y : y));
        }
    }
}

/* Displacements have the root mean square that was asked for, no mean, and are smooth: neighbours differ by what a
 * Gaussian of this deviation lets them, about rms / (sqrt(2) sigma). */
static void elastic_displacements_are_smooth_and_of_the_size_asked_for(void **state) {
    (void)state;
    static const double sizes[] = {0.5, 1, 1}, sigmas[] = {0, 4, 6};
    float map[MAP_VALUES];
    for (size_t i = 0; i < 3; i++) {
        double sum = 0, squares = 0, differences = 0, count = 0, pairs = 0;
        for (uint64_t seed = 0; seed < 3 * RUNS; seed++) {
            make_map(map, (digitnet_augment_options){.elastic = sizes[i], .elastic_sigma = sigmas[i]}, seed);
            for (int y = 6; y < SIDE - 6; y++)
                for (int x = 6; x < SIDE - 7; x++) {
                    double across = source_of(map, x, y).x - (x - CENTRE),
                           along = source_of(map, x, y).y - (y - CENTRE);
                    double next = source_of(map, x + 1, y).x - (x + 1 - CENTRE);
                    sum += across + along;
                    squares += across * across + along * along;
                    differences += (next - across) * (next - across);
                    count += 2;
                    pairs++;
                }
        }
        double sigma = sigmas[i] > 0 ? sigmas[i] : 4;
        assert_near(sum / count, 0, 0.05 * sizes[i]);
        assert_near(sqrt(squares / count), sizes[i], 0.05 * sizes[i]);
        assert_near(sqrt(differences / pairs), sizes[i] / (sqrt(2) * sigma), 0.15 * sizes[i] / (sqrt(2) * sigma));
    }
}

/* ---- Values in their places ---- */

enum { WIDE = 23, HIGH = 17, CHANNELS = 3, VALUES = WIDE * HIGH * CHANNELS };

static const digitnet__shape shape = {HIGH, WIDE, CHANNELS, false};

static void make_image(float *image, uint64_t seed) {
    for (size_t i = 0; i < VALUES; i++)
        image[i] = 0.5f + 0.5f * noise(seed, i);
}

/* The largest (sign 1) or smallest (-1) of a value and its four neighbours in its channel. */
static float extreme(const float *image, size_t i, float sign) {
    size_t x = i / CHANNELS % WIDE, y = i / CHANNELS / WIDE;
    float most = sign * image[i];
    if (x > 0)
        most = fmaxf(most, sign * image[i - CHANNELS]);
    if (x < WIDE - 1)
        most = fmaxf(most, sign * image[i + CHANNELS]);
    if (y > 0)
        most = fmaxf(most, sign * image[i - CHANNELS * WIDE]);
    if (y < HIGH - 1)
        most = fmaxf(most, sign * image[i + CHANNELS * WIDE]);
    return sign * most;
}

/* One share for the whole image, between the image and its dilation or erosion. */
static void strokes_grow_or_shrink_by_up_to_a_pixel(void **state) {
    (void)state;
    float image[VALUES], changed[VALUES];
    size_t grown = 0, shrunk = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        make_image(image, seed);
        memcpy(changed, image, sizeof image);
        change(changed, &(digitnet_augment_options){.thickness = 1}, shape, seed);
        double share = -1;
        float sign = 0;
        for (size_t i = 0; i < VALUES && sign == 0; i++)
            sign = changed[i] > image[i] ? 1 : changed[i] < image[i] ? -1 : 0;
        grown += sign > 0;
        shrunk += sign < 0;
        for (size_t i = 0; i < VALUES; i++) {
            double whole = (double)extreme(image, i, sign) - (double)image[i];
            double part = (double)changed[i] - (double)image[i];
            if (share < 0 && fabs(whole) > 0.3)
                share = part / whole;
            assert_true(part * (double)sign >= -1e-6 && fabs(part) <= fabs(whole) + 1e-6);
            if (share >= 0)
                assert_near(part, share * whole, 1e-5);
        }
    }
    assert_true(grown > RUNS / 3 && shrunk > RUNS / 3 && grown + shrunk == RUNS);
}

/* A single bright pixel becomes a diamond: so many pixels wide and high as pixels were asked for. */
static void strokes_grow_by_several_pixels(void **state) {
    (void)state;
    const digitnet__shape grey = {21, 21, 1, false};
    size_t widest = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        float image[21 * 21] = {0};
        image[10 * 21 + 10] = 1;
        change(image, &(digitnet_augment_options){.thickness = 4}, grey, seed);
        size_t across = 0, along = 0;
        for (size_t i = 0; i < 21; i++) {
            across += image[10 * 21 + i] > 0;
            along += image[i * 21 + 10] > 0;
        }
        assert_int_equal(across, along);
        widest = across > widest ? across : widest;
    }
    assert_int_equal(widest, 9);
}

static void contrast_keeps_the_mean(void **state) {
    (void)state;
    float image[VALUES], changed[VALUES];
    double least = 1, most = 1;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        double mean = 0, factor = 0;
        make_image(image, seed);
        memcpy(changed, image, sizeof image);
        change(changed, &(digitnet_augment_options){.contrast = 0.5}, shape, seed);
        for (size_t i = 0; i < VALUES; i++)
            mean += (double)image[i] / VALUES;
        for (size_t i = 0; i < VALUES && factor == 0; i++)
            if (fabs((double)image[i] - mean) > 0.3)
                factor = ((double)changed[i] - mean) / ((double)image[i] - mean);
        for (size_t i = 0; i < VALUES; i++)
            assert_near((double)changed[i], mean + factor * ((double)image[i] - mean), 1e-5);
        least = fmin(least, factor);
        most = fmax(most, factor);
    }
    assert_true(least >= 0.4999 && least < 0.53 && most > 1.47 && most <= 1.5001);
}

static void brightness_is_added_within_the_limits(void **state) {
    (void)state;
    float image[VALUES], changed[VALUES], limited[VALUES];
    double most = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        make_image(image, seed);
        memcpy(changed, image, sizeof image);
        memcpy(limited, image, sizeof image);
        change(changed, &(digitnet_augment_options){.brightness = 0.4}, shape, seed);
        change(limited, &(digitnet_augment_options){.brightness = 0.4, .max_value = 1}, shape, seed);
        double added = (double)changed[0] - (double)image[0];
        most = fmax(most, fabs(added));
        for (size_t i = 0; i < VALUES; i++) {
            assert_near((double)changed[i] - (double)image[i], added, 1e-6);
            assert_true(limited[i] == fmaxf(0, fminf(changed[i], 1)));
        }
    }
    assert_true(most > 0.38 && most <= 0.4001);
}

/* Of deviation d, drawn from 0 to n: its square is n^2 / 3 on average. */
static void noise_has_the_deviation_asked_for(void **state) {
    (void)state;
    float image[VALUES], changed[VALUES];
    double sum = 0, squares = 0, fourth = 0;
    for (uint64_t seed = 0; seed < 10 * RUNS; seed++) {
        make_image(image, seed);
        memcpy(changed, image, sizeof image);
        change(changed, &(digitnet_augment_options){.noise = 0.3}, shape, seed);
        for (size_t i = 0; i < VALUES; i++) {
            double difference = (double)changed[i] - (double)image[i];
            sum += difference;
            squares += difference * difference;
        }
    }
    assert_near(sum / (10 * RUNS * VALUES), 0, 1e-3);
    assert_near(squares / (10 * RUNS * VALUES), 0.09 / 3, 0.05 * 0.09 / 3);
    /* Four uniform numbers: the fourth moment is 3 - 6 / (5 x 4). */
    digitnet__random random;
    digitnet__random_seed(&random, 1);
    sum = squares = 0;
    for (int i = 0; i < 100000; i++) {
        double x = digitnet__draw_normal(&random);
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
    }
    assert_near(sum / 100000, 0, 0.02);
    assert_near(squares / 100000, 1, 0.02);
    assert_near(fourth / 100000, 2.7, 0.1);
}

/* An even image stays as it is; a bright pixel's brightness is spread evenly on all sides, and none is lost. */
static void blur_spreads_evenly(void **state) {
    (void)state;
    const digitnet__shape grey = {SIDE, SIDE, 1, false};
    double widest = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        float even[SIDE * SIDE], dot[SIDE * SIDE] = {0};
        double sum = 0, variance = 0;
        for (size_t i = 0; i < SIDE * SIDE; i++)
            even[i] = 0.75f;
        dot[CENTRE * SIDE + CENTRE] = 1;
        change(even, &(digitnet_augment_options){.blur = 2}, grey, seed);
        change(dot, &(digitnet_augment_options){.blur = 2}, grey, seed);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                float value = dot[y * SIDE + x];
                assert_near((double)even[y * SIDE + x], 0.75, 1e-6);
                assert_true(value == dot[(SIDE - 1 - y) * SIDE + x] && value == dot[y * SIDE + SIDE - 1 - x]);
                assert_near((double)value, (double)dot[x * SIDE + y], 1e-7);
                sum += (double)value;
                variance += (double)value * (x - CENTRE) * (x - CENTRE);
            }
        assert_near(sum, 1, 1e-5);
        widest = fmax(widest, sqrt(variance));
    }
    assert_true(widest > 1.8 && widest <= 2.01);
}

static void erased_rectangles_are_background(void **state) {
    (void)state;
    float image[VALUES], changed[VALUES];
    size_t most_rows = 0, most_columns = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        size_t top = HIGH, bottom = 0, left = WIDE, right = 0, erased = 0;
        make_image(image, seed);
        memcpy(changed, image, sizeof image);
        change(changed, &(digitnet_augment_options){.erase = 0.5, .background = -3}, shape, seed);
        for (size_t i = 0; i < VALUES; i++) {
            size_t x = i / CHANNELS % WIDE, y = i / CHANNELS / WIDE;
            if (changed[i] == image[i])
                continue;
            assert_true(changed[i] == -3);
            erased++;
            top = y < top ? y : top;
            bottom = y > bottom ? y : bottom;
            left = x < left ? x : left;
            right = x > right ? x : right;
        }
        size_t rows = bottom - top + 1, columns = right - left + 1;
        assert_int_equal(erased, rows * columns * CHANNELS);
        most_rows = rows > most_rows ? rows : most_rows;
        most_columns = columns > most_columns ? columns : most_columns;
    }
    assert_int_equal(most_rows, HIGH / 2);
    assert_int_equal(most_columns, WIDE / 2);
}

/* All of them at once, with the largest settings, over images of all shapes, of values as large as floats can be. */
static void results_are_finite(void **state) {
    (void)state;
    static const digitnet__shape shapes[] = {{1, 1, 1, false}, {1, 40, 2, false},  {33, 1, 1, false},
                                             {5, 3, 4, false}, {16, 16, 1, false}, {17, 31, 3, false}};
    const digitnet_augment_options most = {.shift = 1,
                                           .rotate = 180,
                                           .zoom = 0.9,
                                           .shear = 60,
                                           .perspective = 0.45,
                                           .elastic = 100,
                                           .elastic_sigma = 1,
                                           .thickness = 8,
                                           .blur = 16,
                                           .contrast = 1,
                                           .brightness = 1e38,
                                           .noise = 1e38,
                                           .erase = 1,
                                           .horizontal_flip = 0.5,
                                           .vertical_flip = 0.5};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (uint64_t seed = 0; seed < 40; seed++) {
            size_t count = digitnet__shape_values(shapes[i]);
            float *image = must_allocate(count * sizeof *image);
            for (size_t k = 0; k < count; k++)
                image[k] = 1e38f * noise(seed, k);
            change(image, &most, shapes[i], seed);
            for (size_t k = 0; k < count; k++)
                assert_true(isfinite(image[k]));
            free(image);
        }
}

/* ---- Mixing ---- */

static bool draw(digitnet__mix *mix, const digitnet_augment_options *options, uint64_t seed, size_t count) {
    digitnet__augment *augment;
    expect_ok(digitnet__augment_create(&augment, options, shape, false));
    bool mixed = digitnet__mix_draw(mix, augment, seed, count);
    digitnet__augment_release(augment);
    return mixed;
}

/* Beta(a, a) has mean 1/2 and variance 1 / (4 (2 a + 1)); partners come up equally often. */
static void mixup_shares_are_of_the_beta_distribution(void **state) {
    (void)state;
    enum { DRAWS = 20000, PARTNERS = 5 };
    static const double alphas[] = {0.01, 0.2, 1, 3, 100};
    for (size_t i = 0; i < sizeof alphas / sizeof *alphas; i++) {
        double sum = 0, squares = 0;
        size_t partners[PARTNERS] = {0}, none = 0;
        for (uint64_t seed = 0; seed < DRAWS; seed++) {
            digitnet__mix mix;
            if (!draw(&mix, &(digitnet_augment_options){.mixup = alphas[i]}, seed, PARTNERS)) {
                none++; /* a share of 0 */
                squares += 0.25;
                sum += -0.5;
                continue;
            }
            assert_true(mix.share > 0 && mix.share <= 1 && !mix.is_rectangle);
            sum += (double)mix.share - 0.5;
            squares += ((double)mix.share - 0.5) * ((double)mix.share - 0.5);
            partners[mix.partner]++;
        }
        double variance = 1 / (4 * (2 * alphas[i] + 1));
        assert_near(sum / DRAWS, 0, 4 * sqrt(variance / DRAWS));
        assert_near(squares / DRAWS, variance, 0.04 * variance);
        for (size_t k = 0; k < PARTNERS; k++)
            assert_near((double)partners[k] * PARTNERS / (double)(DRAWS - none), 1.0, 0.08);
    }
}

static void cuts_have_the_share_of_their_area(void **state) {
    (void)state;
    size_t mixed = 0, mixups = 0;
    const digitnet_augment_options options = {
        .mixup = 1, .mixup_probability = 0.25, .cutmix = 1, .cutmix_probability = 0.5};
    for (uint64_t seed = 0; seed < 40 * RUNS; seed++) {
        float image[VALUES] = {0}, partner[VALUES];
        digitnet__mix mix;
        if (!draw(&mix, &options, seed, 3))
            continue;
        mixed++;
        mixups += !mix.is_rectangle;
        if (!mix.is_rectangle)
            continue;
        for (size_t i = 0; i < VALUES; i++)
            partner[i] = 1;
        digitnet__mix_images(image, partner, &mix, shape);
        double sum = 0;
        for (size_t i = 0; i < VALUES; i++) {
            size_t x = i / CHANNELS % WIDE, y = i / CHANNELS / WIDE;
            bool is_inside_cut = y - mix.top < mix.rows && x - mix.left < mix.columns;
            assert_true(image[i] == (is_inside_cut ? 1.0f : 0.0f));
            sum += (double)image[i];
        }
        assert_near(sum / VALUES, (double)mix.share, 1e-6);
    }
    /* A few cuts are too small to have a pixel. */
    assert_near((double)mixups / (40 * RUNS), 0.25, 0.02);
    assert_near((double)mixed / (40 * RUNS), 0.75, 0.03);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_done_unasked),
        cmocka_unit_test(shifts_are_the_same_everywhere),
        cmocka_unit_test(rotations_keep_distances),
        cmocka_unit_test(zooms_keep_the_shape),
        cmocka_unit_test(shears_keep_rows),
        cmocka_unit_test(perspectives_are_projective),
        cmocka_unit_test(flips_are_exact),
        cmocka_unit_test(elastic_displacements_are_smooth_and_of_the_size_asked_for),
        cmocka_unit_test(strokes_grow_or_shrink_by_up_to_a_pixel),
        cmocka_unit_test(strokes_grow_by_several_pixels),
        cmocka_unit_test(contrast_keeps_the_mean),
        cmocka_unit_test(brightness_is_added_within_the_limits),
        cmocka_unit_test(noise_has_the_deviation_asked_for),
        cmocka_unit_test(blur_spreads_evenly),
        cmocka_unit_test(erased_rectangles_are_background),
        cmocka_unit_test(results_are_finite),
        cmocka_unit_test(mixup_shares_are_of_the_beta_distribution),
        cmocka_unit_test(cuts_have_the_share_of_their_area),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
