/* Pooling against plain loops, by each set:
 * test_kernels_pool2d [SHAPES] */
#include "test_kernels.h"

static size_t random_shapes = 300;

/* Windows that overlap, lie side by side or leave gaps; and sometimes one that is the whole image. */
static digitnet__pool2d_shape random_pool2d(digitnet__random *random, const digitnet__kernels *k) {
    digitnet__pool2d_shape s = {.channels = random_between(random, 1, 6 * k->width),
                                .pool_height = random_between(random, 1, 4),
                                .pool_width = random_between(random, 1, 4),
                                .stride_height = random_between(random, 1, 4),
                                .stride_width = random_between(random, 1, 4),
                                .divisor = (digitnet__pool2d_divisor)random_between(random, 0, 2)};
    if (random_between(random, 0, 3) == 0) {
        s.stride_height = s.pool_height;
        s.stride_width = s.pool_width;
    }
    s.padding_top = random_between(random, 0, s.pool_height - 1);
    s.padding_left = random_between(random, 0, s.pool_width - 1);
    size_t below = random_between(random, 0, s.pool_height - 1), right = random_between(random, 0, s.pool_width - 1);
    s.height = s.pool_height + random_between(random, 0, 6);
    s.width = s.pool_width + random_between(random, 0, 6);
    if (random_between(random, 0, 9) == 0) {
        s.padding_top = s.padding_left = below = right = 0;
        s.pool_height = s.stride_height = s.height;
        s.pool_width = s.stride_width = s.width;
    }
    s.output_height = window_outputs(s.height, s.padding_top, below, s.pool_height, s.stride_height);
    s.output_width = window_outputs(s.width, s.padding_left, right, s.pool_width, s.stride_width);
    snprintf(context, sizeof context, "%s, %zux%zux%zu, pool %zux%zu, stride %zux%zu, padding %zu %zu, divisor %d",
             k->name, s.height, s.width, s.channels, s.pool_height, s.pool_width, s.stride_height, s.stride_width,
             s.padding_top, s.padding_left, (int)s.divisor);
    return s;
}

/* The image, its outputs, and a gradient of random values that is to be overwritten. */
typedef struct pooling {
    digitnet__pool2d_shape shape;
    size_t values, count; /* of the image and of the outputs */
    watched image, output, gradient, places;
    float *pixels, *got, *back;
    double *expected; /* of the image's gradient */
} pooling;

static pooling begin(const digitnet__kernels *k, digitnet__random *random, bool whole) {
    pooling p = {.shape = random_pool2d(random, k)};
    p.values = p.shape.height * p.shape.width * p.shape.channels;
    p.count = p.shape.output_height * p.shape.output_width * p.shape.channels;
    p.image = watched_floats(p.values);
    p.output = watched_floats(p.count);
    p.gradient = watched_floats(p.values);
    p.places = watched_allocate(p.count * sizeof(int32_t));
    p.pixels = p.image.memory;
    p.got = p.output.memory;
    p.back = p.gradient.memory;
    p.expected = calloc(p.values, sizeof *p.expected);
    assert_non_null(p.expected);
    fill_random(p.pixels, p.values, random, whole);
    fill_random(p.back, p.values, random, whole);
    return p;
}

static void end(pooling *p) {
    free(p->expected);
    watched_free(&p->image);
    watched_free(&p->output);
    watched_free(&p->gradient);
    watched_free(&p->places);
}

/* The value in the image that output `k` has at a place of its window; false in the padding. */
static bool find_value(size_t *value, const digitnet__pool2d_shape *s, size_t k, size_t place) {
    size_t window = k / s->channels;
    size_t y = window / s->output_width * s->stride_height + place / s->pool_width - s->padding_top;
    size_t x = window % s->output_width * s->stride_width + place % s->pool_width - s->padding_left;
    *value = (y * s->width + x) * s->channels + k % s->channels;
    return y < s->height && x < s->width;
}

static size_t find_maximum(const pooling *p, size_t k) {
    size_t best = SIZE_MAX, value;
    for (size_t place = 0; place < p->shape.pool_height * p->shape.pool_width; place++)
        if (find_value(&value, &p->shape, k, place) && (best == SIZE_MAX || p->pixels[value] > p->pixels[best]))
            best = value;
    return best;
}

/* The first of equals in each window, with values that are often equal; and the gradient goes to just these places. */
static void max_pool_takes_the_first_of_equals(void **state) {
    (void)state;
    const digitnet__kernels *k;
    digitnet__random random;
    digitnet__random_seed(&random, 33);
    FOR_EACH_SET(k) {
        for (size_t i = 0; i < random_shapes; i++) {
            pooling p = begin(k, &random, true);
            int32_t *places = p.places.memory;
            k->max_pool2d(p.got, NULL, p.pixels, &p.shape);
            for (size_t j = 0; j < p.count; j++)
                assert_true(p.got[j] == p.pixels[find_maximum(&p, j)]);
            k->max_pool2d(p.got, places, p.pixels, &p.shape);
            for (size_t j = 0; j < p.count; j++) {
                size_t best = find_maximum(&p, j);
                assert_true(p.got[j] == p.pixels[best]);
                assert_int_equal(places[j], best / p.shape.channels);
                p.got[j] = (float)j;
                p.expected[best] += (double)j;
            }
            k->max_pool2d_backward(p.back, p.got, places, &p.shape);
            compare_floats(p.back, p.expected, p.values, "gradient");
            end(&p);
        }
    }
}

static void max_pool_does_not_lose_nan(void **state) {
    (void)state;
    const digitnet__kernels *k;
    enum { CHANNELS = 2 };
    const digitnet__pool2d_shape s = {.height = 3,
                                      .width = 3,
                                      .channels = CHANNELS,
                                      .pool_height = 3,
                                      .pool_width = 3,
                                      .stride_height = 1,
                                      .stride_width = 1,
                                      .output_height = 1,
                                      .output_width = 1};
    FOR_EACH_SET(k) {
        for (size_t place = 0; place < 9; place++) {
            float image[9 * CHANNELS], output[CHANNELS] = {0};
            int32_t places[CHANNELS] = {99, 99};
            for (size_t i = 0; i < 9 * CHANNELS; i++)
                image[i] = (float)i;
            image[place * CHANNELS] = image[8 * CHANNELS] = NAN; /* the first of two */
            k->max_pool2d(output, NULL, image, &s);
            assert_true(isnan(output[0]) && output[1] == 17);
            k->max_pool2d(output, places, image, &s);
            assert_true(isnan(output[0]) && output[1] == 17);
            assert_int_equal(places[0], place);
            assert_int_equal(places[1], 8);
        }
    }
}

static double divide_by(const digitnet__pool2d_shape *s, size_t inside) {
    return s->divisor == DNN_DIVIDE_BY_ONE      ? 1
           : s->divisor == DNN_DIVIDE_BY_WINDOW ? (double)(s->pool_height * s->pool_width)
                                                : (double)inside;
}

/* The mean of the window of output `k`; of each value inside its share of the gradient is added. */
static exact_sum mean_of(const pooling *p, exact_sum *shares, size_t k, double gradient) {
    size_t places = p->shape.pool_height * p->shape.pool_width, inside = 0, value;
    for (size_t place = 0; place < places; place++)
        inside += find_value(&value, &p->shape, k, place);
    exact_sum sum = {0};
    double divisor = divide_by(&p->shape, inside);
    for (size_t place = 0; place < places; place++)
        if (find_value(&value, &p->shape, k, place)) {
            add_product(&sum, p->pixels[value], 1 / divisor);
            add_product(&shares[value], gradient, 1 / divisor);
        }
    return sum;
}

static void average_pool_and_its_gradient(void **state) {
    (void)state;
    const digitnet__kernels *k;
    digitnet__random random;
    digitnet__random_seed(&random, 36);
    FOR_EACH_SET(k) {
        for (size_t i = 0; i < random_shapes; i++) {
            pooling p = begin(k, &random, false);
            exact_sum *means = calloc(p.count + p.values, sizeof *means), *shares = means + p.count;
            float *gradient = calloc(p.count, sizeof *gradient);
            assert_true(means && gradient);
            fill_random(gradient, p.count, &random, false);
            for (size_t j = 0; j < p.count; j++)
                means[j] = mean_of(&p, shares, j, gradient[j]);
            size_t terms = p.shape.pool_height * p.shape.pool_width + 1;
            k->average_pool2d(p.got, p.pixels, &p.shape);
            compare_sums(p.got, means, p.count, false, terms, "mean");
            memcpy(p.got, gradient, p.count * sizeof *gradient);
            k->average_pool2d_backward(p.back, p.got, &p.shape);
            compare_sums(p.back, shares, p.values, false, terms, "gradient");
            free(means);
            free(gradient);
            end(&p);
        }
    }
}

/* Order and division are the same in every set. */
static void means_have_the_same_bits_in_every_set(void **state) {
    (void)state;
    enum { SIZE = 9, CHANNELS = 21, VALUES = SIZE * SIZE * CHANNELS };
    const digitnet__pool2d_shape s = {.height = SIZE,
                                      .width = SIZE,
                                      .channels = CHANNELS,
                                      .pool_height = SIZE,
                                      .pool_width = SIZE,
                                      .stride_height = SIZE,
                                      .stride_width = SIZE,
                                      .output_height = 1,
                                      .output_width = 1};
    float image[VALUES], first[CHANNELS], output[CHANNELS];
    const digitnet__kernels *k;
    digitnet__random random;
    digitnet__random_seed(&random, 37);
    fill_random(image, VALUES, &random, false);
    digitnet__kernels_best()->average_pool2d(first, image, &s);
    FOR_EACH_SET(k) {
        k->average_pool2d(output, image, &s);
        assert_memory_equal(output, first, sizeof first);
    }
}

int main(int argc, char **argv) {
    random_shapes = count_from(argc, argv, random_shapes);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(max_pool_takes_the_first_of_equals),
        cmocka_unit_test(max_pool_does_not_lose_nan),
        cmocka_unit_test(average_pool_and_its_gradient),
        cmocka_unit_test(means_have_the_same_bits_in_every_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
