/* Products value by value, their sums, and values between two rows, against plain loops, by each set. */
#include "test_kernels.h"

enum { ROWS = 5, MOST_COLUMNS = 150 };

/* Two matrices, a row, and room for a result. */
typedef struct factors {
    size_t columns, count;
    watched first, second, single, product;
    float *a, *b, *row, *got;
} factors;

static factors begin(const digitnet__kernels *k, size_t columns, digitnet__random *random) {
    factors f = {.columns = columns, .count = ROWS * columns};
    snprintf(context, sizeof context, "%s, %d x %zu", k->name, ROWS, columns);
    f.first = watched_floats(f.count);
    f.second = watched_floats(f.count);
    f.single = watched_floats(columns);
    f.product = watched_floats(f.count);
    f.a = f.first.memory;
    f.b = f.second.memory;
    f.row = f.single.memory;
    f.got = f.product.memory;
    fill_random(f.a, f.count, random, false);
    fill_random(f.b, f.count, random, false);
    fill_random(f.row, columns, random, false);
    return f;
}

static void end(factors *f) {
    watched_free(&f->first);
    watched_free(&f->second);
    watched_free(&f->single);
    watched_free(&f->product);
}

#define FOR_EACH_SIZE(columns) for (size_t columns = 1; columns < MOST_COLUMNS; columns += 7)

static void products(void **state) {
    (void)state;
    const digitnet__kernels *k;
    digitnet__random random;
    digitnet__random_seed(&random, 41);
    FOR_EACH_SET(k) {
        FOR_EACH_SIZE(columns) {
            factors f = begin(k, columns, &random);
            float expected[ROWS * MOST_COLUMNS];
            for (size_t i = 0; i < f.count; i++)
                expected[i] = f.a[i] * f.b[i];
            k->multiply(f.got, f.a, f.b, f.count);
            assert_memory_equal(f.got, expected, f.count * sizeof(float));
            for (size_t i = 0; i < f.count; i++)
                expected[i] = f.a[i] * f.row[i % columns];
            k->multiply_rows(f.got, f.a, f.row, ROWS, columns);
            assert_memory_equal(f.got, expected, f.count * sizeof(float));
            k->multiply_rows(f.a, f.a, f.row, ROWS, columns); /* in place */
            assert_memory_equal(f.a, expected, f.count * sizeof(float));
            for (size_t i = 0; i < f.count; i++)
                expected[i] = f.a[i] * f.b[i];
            k->multiply(f.a, f.a, f.b, f.count);
            assert_memory_equal(f.a, expected, f.count * sizeof(float));
            end(&f);
        }
    }
}

static void sums_of_products(void **state) {
    (void)state;
    const digitnet__kernels *k;
    digitnet__random random;
    digitnet__random_seed(&random, 42);
    FOR_EACH_SET(k) {
        FOR_EACH_SIZE(columns) {
            factors f = begin(k, columns, &random);
            exact_sum expected[MOST_COLUMNS] = {{0}};
            for (size_t i = 0; i < f.count; i++)
                add_product(&expected[i % columns], f.a[i], f.b[i]);
            k->sum_products(f.row, f.a, f.b, ROWS, columns);
            compare_sums(f.row, expected, columns, false, ROWS + 1, "sums");
            end(&f);
        }
    }
}

static void values_between_two(void **state) {
    (void)state;
    const digitnet__kernels *k;
    digitnet__random random;
    digitnet__random_seed(&random, 43);
    FOR_EACH_SET(k) {
        FOR_EACH_SIZE(columns) {
            factors f = begin(k, columns, &random);
            exact_sum between[ROWS * MOST_COLUMNS] = {{0}}, added[ROWS * MOST_COLUMNS] = {{0}};
            for (size_t i = 0; i < f.count; i++) {
                add_product(&between[i], f.a[i], 1);
                add_product(&between[i], f.b[i], 0.3f);
                add_product(&between[i], f.a[i], -(double)0.3f);
                add_product(&added[i], f.a[i], 1);
                add_product(&added[i], f.b[i], 0.3f);
            }
            k->interpolate(f.got, f.a, f.b, 0.3f, f.count);
            compare_sums(f.got, between, f.count, false, 3, "between");
            k->interpolate(f.got, f.a, f.b, 0, f.count);
            assert_memory_equal(f.got, f.a, f.count * sizeof(float));
            k->add_scaled(f.a, f.b, 0.3f, f.count);
            compare_sums(f.a, added, f.count, false, 2, "sum");
            end(&f);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products),
        cmocka_unit_test(sums_of_products),
        cmocka_unit_test(values_between_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
