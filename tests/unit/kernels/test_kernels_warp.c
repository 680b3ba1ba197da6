/* What augmentation computes, in every set against plain loops, and all sets against each other:
 * test_kernels_warp [SHAPES] */
#include "test_kernels.h"

static size_t random_shapes = 200;

static size_t blocks_of(size_t width) {
    return (width - 1) / DNN_WARP_BLOCK + 1;
}

static double between(digitnet__random *random, double least, double most) {
    return least + (most - least) * (double)digitnet__random_float(random);
}

/* The results of one set, which those of all others must be. */
typedef struct same_values {
    float *values;
    size_t count;
} same_values;

static void keep_or_compare(same_values *kept, const float *values, size_t count) {
    if (!kept->values) {
        kept->values = malloc(count * sizeof *values);
        assert_non_null(kept->values);
        memcpy(kept->values, values, count * sizeof *values);
        kept->count = count;
    }
    assert_int_equal(kept->count, count);
    for (size_t i = 0; i < count; i++)
        if (memcmp(&kept->values[i], &values[i], sizeof *values) != 0)
            fail_msg("%s: value %zu differs between sets", context, i);
}

static void spline_rows_are_weighted_sums(void **state) {
    (void)state;
    enum { BLOCKS = 3, NODES = 20 };
    digitnet__random random;
    digitnet__random_seed(&random, 1);
    for (size_t i = 0; i < random_shapes; i++) {
        const digitnet__kernels *k;
        size_t band = random_between(&random, 1, 8);
        size_t first[BLOCKS] = {0, random_between(&random, 0, NODES - band), NODES - band};
        float weights[BLOCKS * 8 * DNN_WARP_BLOCK], nodes[NODES];
        exact_sum expected[BLOCKS * DNN_WARP_BLOCK] = {{0}};
        same_values kept = {0};
        fill_random(weights, BLOCKS * band * DNN_WARP_BLOCK, &random, false);
        fill_random(nodes, NODES, &random, false);
        for (size_t b = 0; b < BLOCKS; b++)
            for (size_t n = 0; n < band; n++)
                for (size_t lane = 0; lane < DNN_WARP_BLOCK; lane++)
                    add_product(&expected[b * DNN_WARP_BLOCK + lane], weights[(b * band + n) * DNN_WARP_BLOCK + lane],
                                nodes[first[b] + n]);
        const digitnet__spline spline = {BLOCKS, band, first, weights};
        FOR_EACH_SET(k) {
            watched values = watched_floats(BLOCKS * DNN_WARP_BLOCK);
            snprintf(context, sizeof context, "%s, band %zu", k->name, band);
            k->spline_row(values.memory, nodes, &spline);
            compare_sums(values.memory, expected, BLOCKS * DNN_WARP_BLOCK, false, 2 * band, "sums");
            keep_or_compare(&kept, values.memory, BLOCKS * DNN_WARP_BLOCK);
            watched_free(&values);
        }
        free(kept.values);
    }
}

/* A warp whose map does not leave what floats hold exactly by more than the tolerance below. */
typedef struct warp_case {
    digitnet__warp warp;
    float *displacements; /* across, then along */
    size_t row_first[40];
    float row_weights[40 * DNN_SPLINE_TAPS];
} warp_case;

static void make_warp(warp_case *c, digitnet__random *random) {
    size_t height = random_between(random, 1, 40), width = random_between(random, 1, 40);
    size_t stride = blocks_of(width) * DNN_WARP_BLOCK, rows = 8;
    c->warp = (digitnet__warp){.height = height, .width = width, .stride = stride};
    for (int i = 0; i < 6; i++)
        c->warp.matrix[i] = (float)between(random, i % 3 == 2 ? -20 : -1, i % 3 == 2 ? 40 : 2);
    c->warp.matrix[6] = (float)between(random, 0, 0.01);
    c->warp.matrix[7] = (float)between(random, 0, 0.01);
    c->warp.matrix[8] = 1;
    c->displacements = malloc(2 * rows * stride * sizeof(float));
    assert_non_null(c->displacements);
    fill_random(c->displacements, 2 * rows * stride, random, false);
    fill_random(c->row_weights, height * DNN_SPLINE_TAPS, random, false);
    for (size_t y = 0; y < height; y++)
        c->row_first[y] = random_between(random, 0, rows - DNN_SPLINE_TAPS);
    if (random_between(random, 0, 1) == 0)
        return;
    c->warp.across = c->displacements;
    c->warp.along = c->displacements + rows * stride;
    c->warp.row_first = c->row_first;
    c->warp.row_weights = c->row_weights;
}

/* A coordinate counted from the border, within it. */
static double expected_place(const warp_case *c, size_t x, size_t y, int coordinate) {
    const float *m = c->warp.matrix, *rows = coordinate ? c->warp.along : c->warp.across;
    double size = (double)(coordinate ? c->warp.height : c->warp.width);
    double scale = (double)m[6] * (double)x + (double)m[7] * (double)y + (double)m[8];
    double place = (double)m[3 * coordinate] * (double)x + (double)m[3 * coordinate + 1] * (double)y +
                   (double)m[3 * coordinate + 2];
    place /= scale;
    for (size_t k = 0; rows && k < DNN_SPLINE_TAPS; k++)
        place +=
            (double)c->row_weights[y * DNN_SPLINE_TAPS + k] * (double)rows[(c->row_first[y] + k) * c->warp.stride + x];
    return fmin(fmax(place, -1), size) + 1;
}

static void check_places(const warp_case *c, const int32_t *places, const float *right, const float *down, size_t y) {
    size_t plane_width = c->warp.width + DNN_WARP_BORDER;
    for (size_t x = 0; x < c->warp.width; x++) {
        double across = (double)(places[x] % (int32_t)plane_width) + (double)right[x];
        double along = (double)(places[x] / (int32_t)plane_width) + (double)down[x];
        assert_true(right[x] >= 0 && right[x] <= 1 && down[x] >= 0 && down[x] <= 1);
        if (fabs(across - expected_place(c, x, y, 0)) > 1e-4 || fabs(along - expected_place(c, x, y, 1)) > 1e-4)
            fail_msg("%s: (%zu, %zu) comes from (%g, %g), not (%g, %g)", context, x, y, across, along,
                     expected_place(c, x, y, 0), expected_place(c, x, y, 1));
    }
    /* What is behind the row's end is read as well. */
    for (size_t x = 0; x < c->warp.stride; x++)
        assert_in_range(places[x], 0, (c->warp.height + 2) * plane_width - 2);
}

static void rows_are_warped(void **state) {
    (void)state;
    digitnet__random random;
    digitnet__random_seed(&random, 2);
    for (size_t i = 0; i < random_shapes; i++) {
        const digitnet__kernels *k;
        warp_case c;
        make_warp(&c, &random);
        size_t stride = c.warp.stride;
        for (size_t y = 0; y < c.warp.height; y += 3) {
            same_values kept = {0};
            FOR_EACH_SET(k) {
                watched places = watched_floats(stride), shares = watched_floats(2 * stride);
                float *right = shares.memory, *down = right + stride;
                snprintf(context, sizeof context, "%s, %zux%zu", k->name, c.warp.height, c.warp.width);
                k->warp_row(places.memory, right, down, &c.warp, y);
                check_places(&c, places.memory, right, down, y);
                keep_or_compare(&kept, right, 2 * stride);
                watched_free(&places);
                watched_free(&shares);
            }
            free(kept.values);
        }
        free(c.displacements);
    }
}

/* Where a map gives no number, or one far outside, a place in the border is taken. */
static void places_stay_within_the_border(void **state) {
    (void)state;
    const digitnet__kernels *k;
    const float wild[] = {0, 1e30f, -1e30f, INFINITY, -INFINITY, NAN};
    for (size_t i = 0; i < sizeof wild / sizeof *wild; i++)
        FOR_EACH_SET(k) {
            const digitnet__warp warp = {.height = 5,
                                         .width = 7,
                                         .stride = DNN_WARP_BLOCK,
                                         .matrix = {1, 0, wild[i], 0, 1, -wild[i], 0, 0, i % 2 ? 1 : 0}};
            int32_t places[DNN_WARP_BLOCK];
            float right[DNN_WARP_BLOCK], down[DNN_WARP_BLOCK];
            k->warp_row(places, right, down, &warp, 2);
            for (size_t x = 0; x < DNN_WARP_BLOCK; x++) {
                assert_in_range(places[x], 0, 7 * 10 - 2);
                assert_true(right[x] >= 0 && right[x] <= 1 && down[x] >= 0 && down[x] <= 1);
            }
        }
}

static void samples_are_bilinear(void **state) {
    (void)state;
    enum { COUNT = 3 * DNN_WARP_BLOCK, WIDTH_MOST = 20, HEIGHT_MOST = 9 };
    digitnet__random random;
    digitnet__random_seed(&random, 3);
    for (size_t i = 0; i < random_shapes; i++) {
        const digitnet__kernels *k;
        size_t width = random_between(&random, 2, WIDTH_MOST), height = random_between(&random, 2, HEIGHT_MOST);
        watched plane = watched_floats(width * height);
        const float *pixels = plane.memory;
        int32_t places[COUNT];
        float right[COUNT], down[COUNT];
        exact_sum expected[COUNT] = {{0}};
        same_values kept = {0};
        fill_random(plane.memory, width * height, &random, false);
        for (size_t x = 0; x < COUNT; x++) {
            size_t place = random_between(&random, 0, height - 2) * width + random_between(&random, 0, width - 2);
            places[x] = (int32_t)place;
            right[x] = x % 5 == 0 ? 0 : digitnet__random_float(&random);
            down[x] = x % 7 == 0 ? 1 : digitnet__random_float(&random);
            double r = right[x], d = down[x];
            add_product(&expected[x], (1 - d) * (1 - r), pixels[place]);
            add_product(&expected[x], (1 - d) * r, pixels[place + 1]);
            add_product(&expected[x], d * (1 - r), pixels[place + width]);
            add_product(&expected[x], d * r, pixels[place + width + 1]);
        }
        FOR_EACH_SET(k) {
            watched values = watched_floats(COUNT);
            snprintf(context, sizeof context, "%s, %zux%zu", k->name, height, width);
            k->sample_row(values.memory, pixels, places, right, down, width, COUNT);
            compare_sums(values.memory, expected, COUNT, false, 8, "samples");
            keep_or_compare(&kept, values.memory, COUNT);
            watched_free(&values);
        }
        free(kept.values);
        watched_free(&plane);
    }
}

static void strokes_grow_and_shrink(void **state) {
    (void)state;
    digitnet__random random;
    digitnet__random_seed(&random, 4);
    for (size_t i = 0; i < random_shapes; i++) {
        const digitnet__kernels *k;
        size_t count = random_between(&random, 1, 70), next = random_between(&random, 1, 4), stride = count + 2 * next;
        const float shares[] = {1, -1, 0.25f, -0.75f};
        float share = shares[random_between(&random, 0, 3)];
        watched rows = watched_floats(3 * stride);
        const float *middle = (const float *)rows.memory + stride + next;
        double expected[70];
        same_values kept = {0};
        fill_random(rows.memory, 3 * stride, &random, true);
        for (size_t x = 0; x < count; x++) {
            const float *v = middle + x;
            double sign = share > 0 ? 1 : -1;
            double most = fmax(fmax(sign * (double)v[0], sign * (double)*(v - stride)), sign * (double)v[stride]);
            most = sign * fmax(most, fmax(sign * (double)*(v - next), sign * (double)v[next]));
            expected[x] = (double)v[0] + fabs((double)share) * (most - (double)v[0]);
        }
        FOR_EACH_SET(k) {
            watched values = watched_floats(count);
            snprintf(context, sizeof context, "%s, %zu values, %zu apart, share %g", k->name, count, next,
                     (double)share);
            k->thicken_row(values.memory, middle, stride, next, count, share);
            compare_floats(values.memory, expected, count, "strokes");
            keep_or_compare(&kept, values.memory, count);
            watched_free(&values);
        }
        free(kept.values);
        watched_free(&rows);
    }
}

int main(int argc, char **argv) {
    random_shapes = count_from(argc, argv, random_shapes);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spline_rows_are_weighted_sums), cmocka_unit_test(rows_are_warped),
        cmocka_unit_test(places_stay_within_the_border), cmocka_unit_test(samples_are_bilinear),
        cmocka_unit_test(strokes_grow_and_shrink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
