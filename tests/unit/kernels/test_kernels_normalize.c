/* What batch normalization computes by channel, against plain loops:
 * test_kernels_normalize [SHAPES] */
#include "test_kernels.h"

static size_t random_shapes = 300;

/* A table of rows x channels, and what the functions make of it. */
typedef struct table {
    size_t rows, channels, count;
    watched first, second, factors, others, shifts, output, sums, products;
} table;

static table begin_table(digitnet__random *random) {
    size_t channels = random_between(random, 1, 70), rows = random_between(random, 0, 40), count = rows * channels;
    table t = {.rows = rows,
               .channels = channels,
               .count = count,
               .first = watched_floats(count),
               .second = watched_floats(count),
               .factors = watched_floats(channels),
               .others = watched_floats(channels),
               .shifts = watched_floats(channels),
               .output = watched_floats(count),
               .sums = watched_allocate(channels * sizeof(double)),
               .products = watched_allocate(channels * sizeof(double))};
    snprintf(context, sizeof context, "%zu rows of %zu channels", rows, channels);
    fill_random(t.first.memory, count, random, false);
    fill_random(t.second.memory, count, random, false);
    fill_random(t.factors.memory, channels, random, false);
    fill_random(t.others.memory, channels, random, false);
    fill_random(t.shifts.memory, channels, random, false);
    return t;
}

static void end_table(table *t) {
    watched *all[] = {&t->first, &t->second, &t->factors, &t->others, &t->shifts, &t->output, &t->sums, &t->products};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        watched_free(all[i]);
}

/* Sums in the order of the rows: each one is the same double as the loop's. */
static void compare_in_order(const table *t, const float *first, const float *second, const char *what) {
    for (size_t channel = 0; channel < t->channels; channel++) {
        double sum = 0, product = 0;
        for (size_t row = 0; row < t->rows; row++) {
            double value = (double)first[row * t->channels + channel];
            sum += value;
            product += value * (double)second[row * t->channels + channel]; /* exact in double */
        }
        double sums[] = {((const double *)t->sums.memory)[channel], ((const double *)t->products.memory)[channel]};
        if (sums[0] != sum || sums[1] != product)
            fail_msg("%s: %s: channel %zu is %.17g and %.17g, not %.17g and %.17g", context, what, channel, sums[0],
                     sums[1], sum, product);
    }
}

/* Where the output is 0 the gradient becomes 0, and is summed so. */
static void check_relu(const table *t, const digitnet__kernels *k, digitnet__random *random) {
    float *gradient = t->first.memory, *output = t->output.memory;
    watched passed = watched_floats(t->count);
    float *expected = passed.memory;
    for (size_t i = 0; i < t->count; i++) {
        output[i] = random_between(random, 0, 1) ? 0 : i % 7 ? digitnet__random_float(random) + 1 : NAN;
        expected[i] = output[i] == 0 ? 0 : gradient[i];
    }
    k->channel_products_relu(t->sums.memory, t->products.memory, gradient, t->second.memory, output, t->rows,
                             t->channels);
    compare_in_order(t, expected, t->second.memory, "products through ReLU");
    if (t->count > 0)
        assert_memory_equal(gradient, expected, t->count * sizeof(float));
    watched_free(&passed);
}

static void sums_are_those_of_channels(void **state) {
    (void)state;
    const digitnet__kernels *k;
    digitnet__random random;
    digitnet__random_seed(&random, 41);
    for (size_t i = 0; i < random_shapes; i++) {
        FOR_EACH_SET(k) {
            table t = begin_table(&random);
            k->channel_moments(t.sums.memory, t.products.memory, t.first.memory, t.rows, t.channels);
            compare_in_order(&t, t.first.memory, t.first.memory, "moments");
            k->channel_products(t.sums.memory, t.products.memory, t.first.memory, t.second.memory, t.rows, t.channels);
            compare_in_order(&t, t.first.memory, t.second.memory, "products");
            check_relu(&t, k, &random);
            end_table(&t);
        }
    }
}

/* The sum of up to two values, scaled by their channel, and a shift. */
static void compare_scaled(const table *t, bool two, bool relu, const char *what) {
    const float *first = t->first.memory, *second = t->second.memory, *factors = t->factors.memory,
                *others = t->others.memory, *shifts = t->shifts.memory;
    for (size_t i = 0; i < t->count; i++) {
        size_t channel = i % t->channels;
        exact_sum sum = {0};
        add_product(&sum, (double)first[i], (double)factors[channel]);
        if (two)
            add_product(&sum, (double)second[i], (double)others[channel]);
        add_product(&sum, (double)shifts[channel], 1);
        sum.value = relu && sum.value < 0 ? 0 : sum.value;
        compare_sums((const float *)t->output.memory + i, &sum, 1, false, two ? 4 : 2, what);
    }
}

static void values_are_scaled_and_shifted(void **state) {
    (void)state;
    const digitnet__kernels *k;
    digitnet__random random;
    digitnet__random_seed(&random, 42);
    for (size_t i = 0; i < random_shapes; i++) {
        FOR_EACH_SET(k) {
            table t = begin_table(&random);
            for (int relu = 0; relu < 2; relu++) {
                k->scale_shift(t.output.memory, t.first.memory, t.factors.memory, t.shifts.memory, t.rows, t.channels,
                               relu);
                compare_scaled(&t, false, relu, relu ? "scaled, with ReLU" : "scaled");
            }
            k->scale_shift_two(t.output.memory, t.first.memory, t.factors.memory, t.second.memory, t.others.memory,
                               t.shifts.memory, t.rows, t.channels);
            compare_scaled(&t, true, false, "two, scaled");
            end_table(&t);
        }
    }
}

static void relu_does_not_lose_nan(void **state) {
    (void)state;
    const digitnet__kernels *k;
    FOR_EACH_SET(k) {
        float values[40], ones[20], zeros[20] = {0};
        for (size_t i = 0; i < 40; i++)
            values[i] = i % 3 ? -1.0f : NAN;
        for (size_t i = 0; i < 20; i++)
            ones[i] = 1;
        k->scale_shift(values, values, ones, zeros, 2, 20, true);
        for (size_t i = 0; i < 40; i++)
            assert_true(i % 3 ? values[i] == 0 : isnan(values[i]));
    }
}

int main(int argc, char **argv) {
    random_shapes = count_from(argc, argv, random_shapes);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_channels),
        cmocka_unit_test(values_are_scaled_and_shifted),
        cmocka_unit_test(relu_does_not_lose_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
