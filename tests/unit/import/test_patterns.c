/* Functions that a file spells out in several nodes become one, and what only looks like them does not. */
#include "import/patterns.h"
#include "import_graph.h"

#include <math.h>

static void match(import_graph *own) {
    expect_ok(digitnet__import_match_patterns(&own->importer));
}

/* x sigmoid(x), in either order. */
static void swish_is_found(void **state) {
    (void)state;
    for (int swapped = 0; swapped < 2; swapped++) {
        import_graph own;
        begin_graph(&own, 1, 4, 4);
        size_t gate = NODE(&own, "Sigmoid", 0), x = swapped ? NODE(&own, "Mul", gate, 0) : NODE(&own, "Mul", 0, gate);
        match(&own);
        assert_type(&own, x, "Swish");
        assert_int_equal(own.nodes[own.graph.values[x].producer].inputs[0], 0);
        end_graph(&own);
    }
    import_graph own;
    begin_graph(&own, 1, 4, 4);
    size_t other = NODE(&own, "Relu", 0), x = NODE(&own, "Mul", other, NODE(&own, "Sigmoid", 0));
    match(&own);
    assert_type(&own, x, "Mul");
    end_graph(&own);
}

/* x relu6(x + 3) / 6, by these numbers. */
static size_t hard_swish(import_graph *own, float shift, float most, float divisor) {
    size_t shifted = NODE(own, "Add", 0, add_number(own, shift));
    size_t clipped = NODE(own, "Clip", shifted, add_number(own, 0), add_number(own, most));
    return NODE(own, "Div", NODE(own, "Mul", 0, clipped), add_number(own, divisor));
}

static void hard_swish_is_found(void **state) {
    (void)state;
    static const float wrong[][3] = {{2, 6, 6}, {3, 5, 6}, {3, 6, 5}};
    import_graph own;
    begin_graph(&own, 1, 4, 4);
    size_t x = hard_swish(&own, 3, 6, 6);
    match(&own);
    assert_type(&own, x, "HardSwish");
    end_graph(&own);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        begin_graph(&own, 1, 4, 4);
        x = hard_swish(&own, wrong[i][0], wrong[i][1], wrong[i][2]);
        match(&own);
        assert_type(&own, x, "Div");
        end_graph(&own);
    }
    begin_graph(&own, 1, 4, 4);
    size_t hard = NODE(&own, "HardSigmoid", 0);
    set_number(&own, "alpha", 1.0f / 6);
    x = NODE(&own, "Mul", hard, 0);
    match(&own);
    assert_type(&own, x, "HardSwish");
    end_graph(&own);
}

/* x (1 + erf(x / root)) / 2 */
static size_t gelu(import_graph *own, float root, float half) {
    size_t erf = NODE(own, "Erf", NODE(own, "Div", 0, add_number(own, root)));
    size_t product = NODE(own, "Mul", 0, NODE(own, "Add", erf, add_number(own, 1)));
    return NODE(own, "Mul", product, add_number(own, half));
}

static void gelu_is_found(void **state) {
    (void)state;
    import_graph own;
    begin_graph(&own, 1, 4, 4);
    size_t x = gelu(&own, sqrtf(2), 0.5f);
    match(&own);
    assert_type(&own, x, "Gelu");
    assert_int_equal(own.nodes[own.graph.values[x].producer].attribute_count, 0);
    end_graph(&own);
    begin_graph(&own, 1, 4, 4);
    x = gelu(&own, 1.5f, 0.5f);
    match(&own);
    assert_type(&own, x, "Mul");
    end_graph(&own);
}

/* (x - mean) / sqrt(mean of squares + epsilon), over these axes. */
static size_t layer_normalization(import_graph *own, int64_t axis, int64_t other_axis) {
    size_t mean = NODE(own, "ReduceMean", 0);
    LIST(own, "axes", axis);
    size_t centered = NODE(own, "Sub", 0, mean), squares = NODE(own, "Pow", centered, add_number(own, 2));
    size_t variance = NODE(own, "ReduceMean", squares);
    LIST(own, "axes", other_axis);
    size_t root = NODE(own, "Sqrt", NODE(own, "Add", variance, add_number(own, 1e-3f)));
    return NODE(own, "Div", centered, root);
}

static void layer_normalization_is_found(void **state) {
    (void)state;
    import_graph own;
    float epsilon = 0;
    begin_graph(&own, 3, 4, 4);
    size_t x = layer_normalization(&own, -1, -1);
    match(&own);
    assert_type(&own, x, "LayerNormalization");
    expect_ok(digitnet__import_number(&epsilon, &own.nodes[own.graph.values[x].producer], "epsilon"));
    assert_float_equal(epsilon, 1e-3f, 0);
    end_graph(&own);
    begin_graph(&own, 3, 4, 4);
    x = layer_normalization(&own, -1, 1);
    match(&own);
    assert_type(&own, x, "Div");
    end_graph(&own);
}

static void logarithms_are_found(void **state) {
    (void)state;
    import_graph own;
    begin_graph(&own, 1, 4, 4);
    size_t log_softmax = NODE(&own, "Log", NODE(&own, "Softmax", 0));
    size_t softmax = NODE(&own, "Exp", NODE(&own, "LogSoftmax", 0));
    size_t log_sigmoid = NODE(&own, "Log", NODE(&own, "Sigmoid", 0));
    size_t log = NODE(&own, "Log", NODE(&own, "Relu", 0)), exp = NODE(&own, "Exp", NODE(&own, "Softmax", 0));
    match(&own);
    assert_type(&own, log_softmax, "LogSoftmax");
    assert_type(&own, softmax, "Softmax");
    assert_type(&own, log_sigmoid, "LogSigmoid");
    assert_type(&own, log, "Log");
    assert_type(&own, exp, "Exp");
    end_graph(&own);
}

/* As PyTorch has softplus: x itself beyond a limit. */
static void softplus_is_found(void **state) {
    (void)state;
    for (int far = 0; far < 2; far++) {
        import_graph own;
        begin_graph(&own, 1, 4, 4);
        size_t beyond = NODE(&own, "Greater", 0, add_number(&own, far ? 20 : 2));
        size_t x = NODE(&own, "Where", beyond, 0, NODE(&own, "Softplus", 0));
        match(&own);
        assert_type(&own, x, far ? "Softplus" : "Where");
        end_graph(&own);
    }
    import_graph own;
    begin_graph(&own, 1, 4, 4);
    size_t other = NODE(&own, "Where", NODE(&own, "Greater", 0, add_number(&own, 20)), NODE(&own, "Tanh", 0),
                        NODE(&own, "Softplus", 0));
    match(&own);
    assert_type(&own, other, "Where");
    end_graph(&own);
    begin_graph(&own, 1, 4, 4);
    size_t factor = add_number(&own, 2), scaled = NODE(&own, "Mul", 0, factor);
    size_t beyond = NODE(&own, "Greater", scaled, add_number(&own, 20));
    size_t softplus = NODE(&own, "Div", NODE(&own, "Softplus", scaled), factor);
    size_t x = NODE(&own, "Where", beyond, 0, softplus);
    match(&own);
    assert_type(&own, x, "Identity");
    assert_int_equal(own.nodes[own.graph.values[x].producer].inputs[0], softplus);
    end_graph(&own);
}

/* As Dynamo has x[:, indices]. */
static void indexing_is_found(void **state) {
    (void)state;
    static const struct {
        int64_t before[4], behind[4];
        bool found;
    } cases[] = {
        {{1, 0, 2, 3}, {1, 0, 2, 3}, true},  {{3, 1, 2, 0}, {3, 1, 2, 0}, true},  {{1, 0, 2, 3}, {2, 1, 0, 3}, false},
        {{1, 2, 0, 3}, {1, 2, 0, 3}, false}, {{0, 1, 2, 3}, {0, 1, 2, 3}, false},
    };
    /* A tensor of two integers, 2 x 1, and as a row. */
    static const unsigned char column[] = {8, 2, 8, 1, 16, 7, 58, 2, 1, 0}, row[] = {8, 2, 16, 7, 58, 2, 1, 0};
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
        import_graph own;
        bool as_column = i % 2;
        begin_graph(&own, 2, 4, 4);
        size_t indices = INTEGERS(&own, 1, 0);
        own.graph.values[indices].initializer =
            as_column ? (digitnet__wire_view){column, sizeof column, 0} : (digitnet__wire_view){row, sizeof row, 0};
        size_t before = NODE(&own, "Transpose", 0);
        set_integers(&own, "perm", cases[i / 2].before, 4);
        size_t x = NODE(&own, "Transpose", NODE(&own, "GatherND", before, indices));
        set_integers(&own, "perm", cases[i / 2].behind, 4);
        match(&own);
        assert_type(&own, x, cases[i / 2].found && as_column ? "Gather" : "Transpose");
        if (cases[i / 2].found && as_column)
            assert_int_equal(own.nodes[own.graph.values[x].producer].inputs[0], 0);
        end_graph(&own);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(swish_is_found),       cmocka_unit_test(hard_swish_is_found),
        cmocka_unit_test(gelu_is_found),        cmocka_unit_test(layer_normalization_is_found),
        cmocka_unit_test(logarithms_are_found), cmocka_unit_test(softplus_is_found),
        cmocka_unit_test(indexing_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
