/* Matrix products of every set, and of OpenBLAS, against plain loops: test_kernels_gemm [SHAPES] */
#include "kernels/gemm.h"
#include "kernels/gemm_openblas.h"
#include "test_kernels.h"

static size_t random_shapes = 1500;

typedef struct product {
    digitnet__gemm gemm;
    watched a, b;
    exact_sum *expected;
    float *before; /* of C, all of it */
    size_t c_values;
    bool whole;
} product;

static size_t matrix_values(size_t rows, size_t columns, size_t stride) {
    return rows == 0 ? 0 : (rows - 1) * stride + columns;
}

static float element(const float *matrix, size_t stride, digitnet__transpose transpose, size_t row, size_t column) {
    return transpose == DNN_PLAIN ? matrix[row * stride + column] : matrix[column * stride + row];
}

static void prepare(product *p, digitnet__random *random) {
    digitnet__gemm *g = &p->gemm;
    size_t a_rows = g->transpose_a == DNN_PLAIN ? g->rows : g->depth, a_columns = g->rows + g->depth - a_rows;
    size_t b_rows = g->transpose_b == DNN_PLAIN ? g->depth : g->columns, b_columns = g->depth + g->columns - b_rows;
    g->a_stride = a_columns + random_between(random, 0, 3);
    g->b_stride = b_columns + random_between(random, 0, 3);
    g->c_stride = g->columns + random_between(random, 0, 3);
    size_t a_values = matrix_values(a_rows, a_columns, g->a_stride);
    size_t b_values = matrix_values(b_rows, b_columns, g->b_stride);
    p->a = watched_floats(a_values);
    p->b = watched_floats(b_values);
    fill_random(p->a.memory, a_values, random, p->whole);
    fill_random(p->b.memory, b_values, random, p->whole);
    g->a = p->a.memory;
    g->b = p->b.memory;
    p->c_values = matrix_values(g->rows, g->columns, g->c_stride);
    p->before = malloc((p->c_values + 1) * sizeof *p->before);
    p->expected = malloc((p->c_values + 1) * sizeof *p->expected);
    assert_true(p->before && p->expected);
    fill_random(p->before, p->c_values, random, p->whole);
    for (size_t i = 0; i < p->c_values; i++)
        p->expected[i] = (exact_sum){p->before[i], fabs(p->before[i])};
    for (size_t row = 0; row < g->rows; row++)
        for (size_t column = 0; column < g->columns; column++) {
            exact_sum sum = {0};
            add_product(&sum, p->before[row * g->c_stride + column], g->beta);
            for (size_t k = 0; k < g->depth; k++)
                add_product(&sum, element(g->a, g->a_stride, g->transpose_a, row, k),
                            element(g->b, g->b_stride, g->transpose_b, k, column));
            p->expected[row * g->c_stride + column] = sum;
            if (g->beta == 0)
                p->before[row * g->c_stride + column] = NAN; /* not read */
        }
}

static void release(product *p) {
    watched_free(&p->a);
    watched_free(&p->b);
    free(p->expected);
    free(p->before);
}

typedef void (*gemm_fn)(const digitnet__gemm *gemm);

static void check(const product *p, gemm_fn gemm, const char *name) {
    watched c = watched_floats(p->c_values);
    digitnet__gemm g = p->gemm;
    g.c = c.memory;
    memcpy(g.c, p->before, p->c_values * sizeof *g.c);
    snprintf(context, sizeof context, "%s: %c%c %zu x %zu x %zu, strides %zu %zu %zu, beta %g", name,
             "NT"[g.transpose_a], "NT"[g.transpose_b], g.rows, g.columns, g.depth, g.a_stride, g.b_stride, g.c_stride,
             (double)g.beta);
    gemm(&g);
    compare_sums(g.c, p->expected, p->c_values, p->whole, g.depth + 1, "C");
    watched_free(&c);
}

static void by_openblas(const digitnet__gemm *gemm) {
#if DNN_OPENBLAS
    assert_true(digitnet__openblas_gemm(gemm));
#else
    digitnet__kernels_best()->gemm(gemm);
#endif
}

static void by_choice(const digitnet__gemm *gemm) {
    digitnet__gemm_run(digitnet__kernels_best(), gemm);
}

static void check_by_all(product *p, digitnet__random *random) {
    const digitnet__kernels *k;
    prepare(p, random);
    FOR_EACH_SET(k) {
        check(p, k->gemm, k->name);
    }
    check(p, by_choice, "digitnet__gemm_run");
    if (p->gemm.rows > 0 && p->gemm.columns > 0 && p->gemm.depth > 0)
        check(p, by_openblas, "OpenBLAS");
    release(p);
}

static void random_shapes_agree_with_plain_loops(void **state) {
    (void)state;
    digitnet__random random;
    digitnet__random_seed(&random, 99);
    digitnet__blas_enter();
    for (size_t i = 0; i < random_shapes; i++) {
        size_t most = i % 10 == 0 ? 300 : i % 3 == 0 ? 70 : 25;
        product p = {.gemm = {.transpose_a = random_between(&random, 0, 1) ? DNN_TRANSPOSED : DNN_PLAIN,
                              .transpose_b = random_between(&random, 0, 1) ? DNN_TRANSPOSED : DNN_PLAIN,
                              .rows = random_between(&random, 0, 40),
                              .columns = random_between(&random, 0, most),
                              .depth = random_between(&random, 0, i % 20 == 1 ? 1000 : most),
                              .beta = (float)random_between(&random, 0, 1)},
                     .whole = i % 2 == 0};
        check_by_all(&p, &random);
    }
    digitnet__blas_leave();
}

static void large_shapes_agree_with_plain_loops(void **state) {
    (void)state;
    digitnet__random random;
    digitnet__random_seed(&random, 5);
    digitnet__blas_enter();
    for (int i = 0; i < 4; i++) {
        product p = {.gemm = {.transpose_a = i & 1 ? DNN_TRANSPOSED : DNN_PLAIN,
                              .transpose_b = i & 2 ? DNN_TRANSPOSED : DNN_PLAIN,
                              .rows = 150,
                              .columns = 270,
                              .depth = 300},
                     .whole = true};
        check_by_all(&p, &random);
    }
    digitnet__blas_leave();
}

/* Each row by itself is what it is among the others, bit for bit: an image's scores do not depend on its neighbours. */
static void rows_do_not_depend_on_each_other(void **state) {
    (void)state;
    enum { ROWS = 13, COLUMNS = 75, DEPTH = 613 };
    static float a[ROWS * DEPTH], b[COLUMNS * DEPTH], together[ROWS * COLUMNS], alone[COLUMNS];
    const digitnet__kernels *k;
    digitnet__random random;
    digitnet__random_seed(&random, 17);
    fill_random(a, ROWS * DEPTH, &random, false);
    fill_random(b, COLUMNS * DEPTH, &random, false);
    for (int i = 0; i < 4; i++) {
        digitnet__gemm g = {.transpose_a = i & 1 ? DNN_TRANSPOSED : DNN_PLAIN,
                            .transpose_b = i & 2 ? DNN_TRANSPOSED : DNN_PLAIN,
                            .columns = COLUMNS,
                            .depth = DEPTH,
                            .b = b,
                            .a_stride = i & 1 ? ROWS : DEPTH,
                            .b_stride = i & 2 ? DEPTH : COLUMNS,
                            .c_stride = COLUMNS};
        FOR_EACH_SET(k) {
            g.rows = ROWS;
            g.a = a;
            g.c = together;
            k->gemm(&g);
            for (size_t row = 0; row < ROWS; row++) {
                g.rows = 1;
                g.a = a + (i & 1 ? row : row * DEPTH);
                g.c = alone;
                k->gemm(&g);
                assert_memory_equal(alone, together + row * COLUMNS, sizeof alone);
            }
        }
    }
}

static void nan_and_infinity_are_not_lost(void **state) {
    (void)state;
    enum { ROWS = 5, COLUMNS = 37, DEPTH = 50 };
    static float a[ROWS * DEPTH], b[COLUMNS * DEPTH], c[ROWS * COLUMNS];
    const digitnet__kernels *k;
    for (int i = 0; i < 4; i++)
        FOR_EACH_SET(k) {
            for (size_t place = 0; place < ROWS * DEPTH; place++)
                a[place] = 1;
            for (size_t place = 0; place < COLUMNS * DEPTH; place++)
                b[place] = 1;
            digitnet__gemm g = {.transpose_a = i & 1 ? DNN_TRANSPOSED : DNN_PLAIN,
                                .transpose_b = i & 2 ? DNN_TRANSPOSED : DNN_PLAIN,
                                .rows = ROWS,
                                .columns = COLUMNS,
                                .depth = DEPTH,
                                .a = a,
                                .b = b,
                                .c = c,
                                .a_stride = i & 1 ? ROWS : DEPTH,
                                .b_stride = i & 2 ? DEPTH : COLUMNS,
                                .c_stride = COLUMNS};
            a[i & 1 ? 49 * ROWS + 2 : 2 * DEPTH + 49] = NAN;
            b[i & 2 ? 36 * DEPTH + 7 : 7 * COLUMNS + 36] = INFINITY;
            k->gemm(&g);
            for (size_t row = 0; row < ROWS; row++)
                for (size_t column = 0; column < COLUMNS; column++) {
                    float value = c[row * COLUMNS + column];
                    assert_true(row == 2 ? isnan(value) : column == 36 ? value == INFINITY : value == DEPTH);
                }
        }
}

#if DNN_OPENBLAS
int openblas_get_num_threads(void);
void openblas_set_num_threads(int threads);
int openblas_get_parallel(void);

static void openblas_gets_its_threads_back(void **state) {
    (void)state;
    if (openblas_get_parallel() == 0)
        skip_because("OpenBLAS has no threads");
    int before = openblas_get_num_threads();
    openblas_set_num_threads(2);
    int count = openblas_get_num_threads();
    digitnet__blas_enter();
    assert_int_equal(openblas_get_num_threads(), 1);
    digitnet__blas_enter();
    digitnet__blas_leave();
    assert_int_equal(openblas_get_num_threads(), 1);
    digitnet__blas_leave();
    assert_int_equal(openblas_get_num_threads(), count);
    openblas_set_num_threads(before);
}

/* Set by the host while the library has one thread. */
static void openblas_keeps_what_its_host_sets(void **state) {
    (void)state;
    if (openblas_get_parallel() == 0)
        skip_because("OpenBLAS has no threads");
    int before = openblas_get_num_threads();
    openblas_set_num_threads(2);
    digitnet__blas_enter();
    openblas_set_num_threads(3);
    digitnet__blas_enter();
    assert_int_equal(openblas_get_num_threads(), 1);
    openblas_set_num_threads(4);
    digitnet__blas_leave();
    assert_int_equal(openblas_get_num_threads(), 1);
    digitnet__blas_leave();
    assert_int_equal(openblas_get_num_threads(), 4);
    openblas_set_num_threads(1);
    digitnet__blas_enter();
    digitnet__blas_leave();
    assert_int_equal(openblas_get_num_threads(), 1);
    openblas_set_num_threads(before);
}

static void openblas_refuses_what_its_integers_do_not_hold(void **state) {
    (void)state;
    digitnet__gemm g = {
        .rows = 1, .columns = 1, .depth = (size_t)INT32_MAX + 1, .a_stride = 1, .b_stride = 1, .c_stride = 1};
    assert_false(digitnet__openblas_gemm(&g));
    g.depth = 1;
    g.c_stride = (size_t)INT32_MAX + 1;
    assert_false(digitnet__openblas_gemm(&g));
}
#endif

int main(int argc, char **argv) {
    random_shapes = count_from(argc, argv, random_shapes);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_shapes_agree_with_plain_loops),
        cmocka_unit_test(large_shapes_agree_with_plain_loops),
        cmocka_unit_test(rows_do_not_depend_on_each_other),
        cmocka_unit_test(nan_and_infinity_are_not_lost),
#if DNN_OPENBLAS
        cmocka_unit_test(openblas_gets_its_threads_back),
        cmocka_unit_test(openblas_keeps_what_its_host_sets),
        cmocka_unit_test(openblas_refuses_what_its_integers_do_not_hold),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
