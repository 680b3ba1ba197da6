/* Nodes of constants, built in memory. */
#include "import/constant.h"
#include "onnx/schema.h"
#include "support.h"

#include <string.h>

static digitnet__wire_view text(const char *string) {
    return (digitnet__wire_view){.bytes = (const unsigned char *)string, .size = strlen(string)};
}

static const size_t any_inputs[4];

/* A node of constants, with one attribute that is an integer, or a list of them (count above 0), or none (name NULL).
 */
static digitnet_status fold(digitnet__import_constant *result, digitnet__pool *pool, const char *type,
                            const digitnet__import_constant *const *inputs, size_t count, const char *name,
                            const int64_t *integers, size_t integer_count) {
    const digitnet__import_attribute attribute = {.name = name ? text(name) : (digitnet__wire_view){0},
                                                  .type =
                                                      integer_count ? DNN_ATTRIBUTE_TYPE_INTS : DNN_ATTRIBUTE_TYPE_INT,
                                                  .integer = integers ? *integers : 0,
                                                  .integers = integers,
                                                  .count = integer_count};
    const digitnet__import_node node = {.type = text(type),
                                        .inputs = any_inputs,
                                        .input_count = count,
                                        .attributes = &attribute,
                                        .attribute_count = name != NULL};
    return digitnet__constant_fold(result, pool, &node, inputs);
}

static digitnet__import_constant integers(const int64_t *values, size_t count) {
    return (digitnet__import_constant){
        .is_integer = true, .rank = 1, .sizes = {count}, .count = count, .integers = values};
}

static digitnet__import_constant numbers(const float *values, size_t rows, size_t columns) {
    return (digitnet__import_constant){.rank = 2, .sizes = {rows, columns}, .count = rows * columns, .numbers = values};
}

#define INTEGERS(...) integers((const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static void expect_integers(const digitnet__import_constant *constant, const int64_t *expected, size_t count) {
    assert_true(constant->is_integer);
    assert_int_equal(constant->count, count);
    assert_memory_equal(constant->integers, expected, count * sizeof *expected);
}

static void expect_numbers(const digitnet__import_constant *constant, const float *expected, size_t count) {
    assert_false(constant->is_integer);
    assert_int_equal(constant->count, count);
    assert_same_floats(constant->numbers, expected, count);
}

/* What PyTorch makes of x.view(x.size(0), -1). */
static void shapes_are_computed(void **state) {
    (void)state;
    digitnet__pool pool = {.left = 10000};
    digitnet__import_constant shape = INTEGERS(INT32_MAX, 3, 20, 24), index = INTEGERS(0), end = INTEGERS(-1), size,
                              all;
    index.rank = 0;
    expect_ok(fold(&size, &pool, "Gather", (const digitnet__import_constant *[]){&shape, &index}, 2, "axis",
                   (const int64_t[]){0}, 0));
    assert_int_equal(size.rank, 0);
    expect_ok(fold(&size, &pool, "Unsqueeze", (const digitnet__import_constant *[]){&size}, 1, "axes",
                   (const int64_t[]){0}, 1));
    expect_ok(fold(&all, &pool, "Concat", (const digitnet__import_constant *[]){&size, &end}, 2, "axis",
                   (const int64_t[]){0}, 0));
    expect_integers(&all, (const int64_t[]){INT32_MAX, -1}, 2);
    digitnet__import_constant first = INTEGERS(1), last = INTEGERS(INT64_MAX), part, product;
    expect_ok(
        fold(&part, &pool, "Slice", (const digitnet__import_constant *[]){&shape, &first, &last}, 3, NULL, NULL, 0));
    expect_integers(&part, (const int64_t[]){3, 20, 24}, 3);
    expect_ok(fold(&product, &pool, "ReduceProd", (const digitnet__import_constant *[]){&part}, 1, "keepdims",
                   (const int64_t[]){0}, 0));
    expect_integers(&product, (const int64_t[]){1440}, 1);
    digitnet__pool_release(&pool);
}

static void values_are_moved(void **state) {
    (void)state;
    digitnet__pool pool = {.left = 10000};
    const float values[] = {1, 2, 3, 4, 5, 6};
    digitnet__import_constant matrix = numbers(values, 2, 3), turned, joined, start = INTEGERS(-1), end = INTEGERS(-10),
                              axes = INTEGERS(1), steps = INTEGERS(-2), part;
    expect_ok(fold(&turned, &pool, "Transpose", (const digitnet__import_constant *[]){&matrix}, 1, NULL, NULL, 0));
    assert_int_equal(turned.sizes[0], 3);
    expect_numbers(&turned, (const float[]){1, 4, 2, 5, 3, 6}, 6);
    expect_ok(fold(&joined, &pool, "Concat", (const digitnet__import_constant *[]){&matrix, &matrix}, 2, "axis",
                   (const int64_t[]){-1}, 0));
    expect_numbers(&joined, (const float[]){1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6}, 12);
    expect_ok(fold(&part, &pool, "Slice", (const digitnet__import_constant *[]){&matrix, &start, &end, &axes, &steps},
                   5, NULL, NULL, 0));
    expect_numbers(&part, (const float[]){3, 1, 6, 4}, 4);
    digitnet__import_constant target = INTEGERS(3, -1), reshaped;
    expect_ok(
        fold(&reshaped, &pool, "Reshape", (const digitnet__import_constant *[]){&matrix, &target}, 2, NULL, NULL, 0));
    assert_int_equal(reshaped.sizes[1], 2);
    expect_numbers(&reshaped, values, 6);
    digitnet__pool_release(&pool);
}

static void arithmetic_repeats_shapes(void **state) {
    (void)state;
    digitnet__pool pool = {.left = 10000};
    const float values[] = {1, 2, 3, 4, 5, 6}, column[] = {10, 20}, row[] = {1, 0.5f, 2};
    digitnet__import_constant matrix = numbers(values, 2, 3), down = numbers(column, 2, 1), along = numbers(row, 1, 3),
                              result;
    expect_ok(fold(&result, &pool, "Add", (const digitnet__import_constant *[]){&matrix, &down}, 2, NULL, NULL, 0));
    expect_numbers(&result, (const float[]){11, 12, 13, 24, 25, 26}, 6);
    expect_ok(fold(&result, &pool, "Mul", (const digitnet__import_constant *[]){&down, &along}, 2, NULL, NULL, 0));
    expect_numbers(&result, (const float[]){10, 5, 20, 20, 10, 40}, 6);
    digitnet__import_constant shape = INTEGERS(2, 2, 3), is_one, other = INTEGERS(2, 1, 3), chosen;
    expect_ok(fold(&result, &pool, "Expand", (const digitnet__import_constant *[]){&along, &shape}, 2, NULL, NULL, 0));
    assert_int_equal(result.count, 12);
    assert_float_equal(result.numbers[10], 0.5f, 0);
    expect_ok(fold(&is_one, &pool, "Equal", (const digitnet__import_constant *[]){&shape, &other}, 2, NULL, NULL, 0));
    expect_integers(&is_one, (const int64_t[]){1, 0, 1}, 3);
    expect_ok(fold(&chosen, &pool, "Where", (const digitnet__import_constant *[]){&is_one, &shape, &other}, 3, NULL,
                   NULL, 0));
    expect_integers(&chosen, (const int64_t[]){2, 1, 3}, 3);
    digitnet__pool_release(&pool);
}

static void axes_are_reduced(void **state) {
    (void)state;
    static const struct {
        const char *type;
        float rows[2], columns[3], all;
    } cases[] = {
        {"ReduceSum", {6, -9}, {-3, 3, -3}, -3},
        {"ReduceMean", {2, -3}, {-1.5f, 1.5f, -1.5f}, -0.5f},
        {"ReduceMax", {3, 0}, {1, 3, 2}, 3},
        {"ReduceMin", {1, -5}, {-4, 0, -5}, -5},
        {"ReduceProd", {6, 0}, {-4, 0, -10}, 0},
        {"ReduceL1", {6, 9}, {5, 3, 7}, 15},
        {"ReduceL2", {3.7416575f, 6.4031243f}, {4.1231055f, 3, 5.3851647f}, 7.4161983f},
    };
    const float values[] = {1, 3, 2, -4, 0, -5};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet__pool pool = {.left = 10000};
        digitnet__import_constant matrix = numbers(values, 2, 3), rows, columns, all;
        const digitnet__import_constant *inputs[] = {&matrix};
        expect_ok(fold(&rows, &pool, cases[i].type, inputs, 1, "axes", (const int64_t[]){-1}, 1));
        expect_ok(fold(&columns, &pool, cases[i].type, inputs, 1, "axes", (const int64_t[]){0}, 1));
        expect_ok(fold(&all, &pool, cases[i].type, inputs, 1, "keepdims", (const int64_t[]){0}, 0));
        assert_int_equal(rows.rank, 2);
        assert_int_equal(all.rank, 0);
        assert_int_equal(rows.count, 2);
        assert_int_equal(columns.count, 3);
        assert_close_floats(rows.numbers, cases[i].rows, 2, 1e-6);
        assert_close_floats(columns.numbers, cases[i].columns, 3, 1e-6);
        assert_close_floats(all.numbers, &cases[i].all, 1, 1e-6);
        digitnet__pool_release(&pool);
    }
}

/* Which has no 0 to begin with. */
static void extremes_are_those_of_the_values(void **state) {
    (void)state;
    static const struct {
        const char *type;
        float values[2], expected;
    } cases[] = {{"ReduceMax", {-3, -2}, -2}, {"ReduceMin", {3, 2}, 2}};
    for (size_t i = 0; i < 2; i++) {
        digitnet__pool pool = {.left = 1000};
        digitnet__import_constant row = numbers(cases[i].values, 1, 2), result;
        expect_ok(fold(&result, &pool, cases[i].type, (const digitnet__import_constant *[]){&row}, 1, NULL, NULL, 0));
        expect_numbers(&result, &cases[i].expected, 1);
        digitnet__pool_release(&pool);
    }
}

static void matrices_are_multiplied(void **state) {
    (void)state;
    digitnet__pool pool = {.left = 1000};
    const float values[] = {1, 2, 3, 4, 5, 6}, factors[] = {1, 0, -1};
    digitnet__import_constant matrix = numbers(values, 2, 3), column = numbers(factors, 3, 1), row = column, result;
    expect_ok(
        fold(&result, &pool, "MatMul", (const digitnet__import_constant *[]){&matrix, &column}, 2, NULL, NULL, 0));
    assert_int_equal(result.rank, 2);
    expect_numbers(&result, (const float[]){-2, -2}, 2);
    row.rank = 1;
    expect_ok(fold(&result, &pool, "MatMul", (const digitnet__import_constant *[]){&matrix, &row}, 2, NULL, NULL, 0));
    assert_int_equal(result.rank, 1);
    expect_numbers(&result, (const float[]){-2, -2}, 2);
    expect_failure(
        fold(&result, &pool, "MatMul", (const digitnet__import_constant *[]){&matrix, &matrix}, 2, NULL, NULL, 0),
        DIGITNET_EFORMAT, "do not fit");
    /* Time is limited as memory is: there is enough for the results, but not for the sums. */
    for (pool.left = 30; pool.left >= 6 + 8;)
        expect_ok(
            fold(&result, &pool, "MatMul", (const digitnet__import_constant *[]){&matrix, &row}, 2, NULL, NULL, 0));
    pool.left = 8 + 5;
    expect_failure(
        fold(&result, &pool, "MatMul", (const digitnet__import_constant *[]){&matrix, &row}, 2, NULL, NULL, 0),
        DIGITNET_ELIMIT, "takes longer");
    digitnet__pool_release(&pool);
}

static void values_become_others(void **state) {
    (void)state;
    static const struct {
        const char *type;
        float values[4];
    } cases[] = {
        {"Neg", {2, 0.5f, -0.25f, -3}},  {"Abs", {2, 0.5f, 0.25f, 3}},
        {"Sign", {-1, -1, 1, 1}},        {"Relu", {0, 0, 0.25f, 3}},
        {"Floor", {-2, -1, 0, 3}},       {"Ceil", {-2, -0.0f, 1, 3}},
        {"Clip", {-1, -0.5f, 0.25f, 1}}, {"Reciprocal", {-0.5f, -2, 4, 1.0f / 3}},
    };
    const float values[] = {-2, -0.5f, 0.25f, 3}, limits[] = {-1, 1};
    digitnet__import_constant matrix = numbers(values, 2, 2), least = numbers(limits, 1, 1),
                              most = numbers(limits + 1, 1, 1), result;
    const digitnet__import_constant *inputs[] = {&matrix, &least, &most};
    digitnet__pool pool = {.left = 10000};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t count = strcmp(cases[i].type, "Clip") == 0 ? 3 : 1;
        expect_ok(fold(&result, &pool, cases[i].type, inputs, count, NULL, NULL, 0));
        expect_numbers(&result, cases[i].values, 4);
    }
    const digitnet__import_constant twice = INTEGERS(1, 2);
    expect_ok(fold(&result, &pool, "Tile", (const digitnet__import_constant *[]){&matrix, &twice}, 2, NULL, NULL, 0));
    expect_numbers(&result, (const float[]){-2, -0.5f, -2, -0.5f, 0.25f, 3, 0.25f, 3}, 8);
    digitnet__pool_release(&pool);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    digitnet__pool pool = {.left = 10000};
    const float values[] = {1, 2, 3, 4, 5, 6};
    digitnet__import_constant matrix = numbers(values, 2, 3), zero = INTEGERS(0),
                              large = INTEGERS(INT32_MAX - 1, INT32_MAX - 1), five = INTEGERS(5), result;
    expect_failure(
        fold(&result, &pool, "Expand", (const digitnet__import_constant *[]){&five, &large}, 2, NULL, NULL, 0),
        DIGITNET_ELIMIT, "exceed the limit");
    expect_failure(fold(&result, &pool, "Div", (const digitnet__import_constant *[]){&five, &zero}, 2, NULL, NULL, 0),
                   DIGITNET_EUNSUPPORTED, "division by 0");
    expect_failure(fold(&result, &pool, "Gather", (const digitnet__import_constant *[]){&matrix, &five}, 2, "axis",
                        (const int64_t[]){1}, 0),
                   DIGITNET_EFORMAT, "out of range");
    expect_failure(
        fold(&result, &pool, "Reshape", (const digitnet__import_constant *[]){&matrix, &five}, 2, NULL, NULL, 0),
        DIGITNET_EFORMAT, "another number of values");
    expect_failure(fold(&result, &pool, "Transpose", (const digitnet__import_constant *[]){&matrix}, 1, "perm",
                        (const int64_t[]){1, 1}, 2),
                   DIGITNET_EFORMAT, "one twice");
    const digitnet__import_constant samples = INTEGERS(INT32_MAX, 1);
    expect_failure(
        fold(&result, &pool, "Tile", (const digitnet__import_constant *[]){&matrix, &samples}, 2, NULL, NULL, 0),
        DIGITNET_EUNSUPPORTED, "its shape");
    expect_failure(fold(&result, &pool, "Asin", (const digitnet__import_constant *[]){&matrix}, 1, NULL, NULL, 0),
                   DIGITNET_EUNSUPPORTED, "'Asin'");
    digitnet__pool_release(&pool);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_computed),
        cmocka_unit_test(values_are_moved),
        cmocka_unit_test(arithmetic_repeats_shapes),
        cmocka_unit_test(axes_are_reduced),
        cmocka_unit_test(extremes_are_those_of_the_values),
        cmocka_unit_test(matrices_are_multiplied),
        cmocka_unit_test(values_become_others),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
