/* What waits until a layer takes it, arithmetic and padding, and in which order values stand. */
#include "import_graph.h"

#include <math.h>

/* 3 x 3, without a bias. */
static size_t conv(import_graph *own, size_t x, size_t filters, size_t channels) {
    return NODE(own, "Conv", x, add_constant(own, NULL, SIZES(filters, channels, 3, 3)));
}

/* ---- Arithmetic with constants ---- */

static void mean_and_deviation_are_a_normalization(void **state) {
    (void)state;
    static const float mean[] = {0.5f, 0.25f}, deviation[] = {2, 0.5f};
    import_graph own;
    begin_graph(&own, 2, 5, 6);
    size_t x = NODE(&own, "Sub", 0, add_constant(&own, mean, SIZES(2, 1, 1)));
    x = conv(&own, NODE(&own, "Div", x, add_constant(&own, deviation, SIZES(1, 2, 1, 1))), 3, 2);
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "normalization conv2d");
    assert_close_floats(tensor_of(&own, 0, "mean"), mean, 2, 1e-6);
    assert_close_floats(tensor_of(&own, 0, "variance"), ((const float[]){4, 0.25f}), 2, 1e-6);
    end_graph(&own);
}

static void one_number_for_all_is_a_rescaling(void **state) {
    (void)state;
    import_graph own;
    begin_graph(&own, 2, 5, 6);
    size_t x = NODE(&own, "Sub", add_constant(&own, (const float[]){1}, NULL, 0), 0); /* 1 - x */
    x = conv(&own, NODE(&own, "Mul", x, add_constant(&own, (const float[]){3}, SIZES(1))), 3, 2);
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "rescaling conv2d");
    const digitnet__attributes *attributes = &own.importer.drafts[0].layer.attributes;
    assert_true(attributes->scale == -3 && attributes->offset == 3);
    end_graph(&own);
}

/* Scale and offset behind a convolution go into its kernel and its bias, unless another node takes it too. */
static void arithmetic_goes_into_the_kernel(void **state) {
    (void)state;
    static const float factors[] = {2, -1, 0.5f}, added[] = {1, 2, 3};
    for (int shared = 0; shared < 2; shared++) {
        import_graph own;
        begin_graph(&own, 2, 5, 6);
        size_t weights = add_constant(&own, NULL, SIZES(3, 2, 3, 3)), first = NODE(&own, "Conv", 0, weights);
        size_t x = NODE(&own, "Mul", first, add_constant(&own, factors, SIZES(3, 1, 1)));
        x = NODE(&own, "Relu", NODE(&own, "Add", x, add_constant(&own, added, SIZES(3, 1, 1))));
        if (shared)
            x = NODE(&own, "Add", x, first);
        expect_ok(read_graph(&own, x));
        assert_drafts(&own, shared ? "conv2d depthwise_conv2d add" : "conv2d");
        if (!shared) {
            const float *kernel = tensor_of(&own, 0, "kernel");
            const float *given = own.graph.values[weights].constant->numbers;
            assert_float_equal(kernel[18], -given[18], 0);                    /* of filter 1 */
            assert_float_equal(kernel[2 * 18 + 1], given[2 * 18 + 9] / 2, 0); /* channel 1 of filter 2, first tap */
            assert_same_floats(tensor_of(&own, 0, "bias"), added, 3);
        }
        end_graph(&own);
    }
}

/* Not past the layer's own activation. */
static void arithmetic_behind_an_activation_is_a_layer(void **state) {
    (void)state;
    import_graph own;
    begin_graph(&own, 2, 5, 6);
    size_t x = NODE(&own, "Relu", conv(&own, 0, 3, 2));
    x = NODE(&own, "Relu", NODE(&own, "Mul", x, add_constant(&own, (const float[]){2}, SIZES(1))));
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "conv2d rescaling activation");
    assert_int_equal(own.importer.drafts[0].layer.attributes.activation, DIGITNET_ACTIVATION_RELU);
    end_graph(&own);
}

static void constants_that_do_not_fit_are_refused(void **state) {
    (void)state;
    import_graph own;
    begin_graph(&own, 2, 5, 6);
    size_t x = NODE(&own, "Add", 0, add_constant(&own, NULL, SIZES(3, 1, 1)));
    expect_failure(read_graph(&own, x), DIGITNET_EUNSUPPORTED, "makes the result larger");
    end_graph(&own);
    begin_graph(&own, 2, 5, 6);
    x = NODE(&own, "Div", 0, add_constant(&own, (const float[]){1, 0}, SIZES(2, 1, 1)));
    expect_failure(read_graph(&own, x), DIGITNET_EFORMAT, "divides by 0");
    end_graph(&own);
    begin_graph(&own, 2, 5, 6);
    x = NODE(&own, "Mul", 0, add_constant(&own, (const float[]){INFINITY}, SIZES(1)));
    expect_failure(read_graph(&own, x), DIGITNET_EFORMAT, "not finite");
    end_graph(&own);
}

/* ---- Two activations ---- */

static void sums_repeat_along_axes_of_one(void **state) {
    (void)state;
    import_graph own;
    begin_graph(&own, 2, 5, 6);
    size_t mean = NODE(&own, "GlobalAveragePool", 0), x = NODE(&own, "Sub", 0, mean);
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "global_average_pooling2d up_sampling2d rescaling add");
    end_graph(&own);
    begin_graph(&own, 2, 5, 6);
    size_t map = NODE(&own, "ReduceMean", 0);
    LIST(&own, "axes", 1);
    x = NODE(&own, "Add", map, 0);
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "conv2d conv2d add"); /* the mean of channels, and its copies */
    assert_close_floats(tensor_of(&own, 0, "kernel"), ((const float[]){0.5f, 0.5f}), 2, 0);
    assert_same_floats(tensor_of(&own, 1, "kernel"), ((const float[]){1, 1}), 2);
    assert_true(own.importer.drafts[1].layer.frozen);
    end_graph(&own);
    begin_graph(&own, 2, 5, 6);
    x = NODE(&own, "Add", 0, conv(&own, 0, 2, 2));
    expect_failure(read_graph(&own, x), DIGITNET_EUNSUPPORTED, "different sizes");
    end_graph(&own);
}

/* ---- Padding ---- */

static void pads_are_the_convolutions_own(void **state) {
    (void)state;
    import_graph own;
    begin_graph(&own, 2, 5, 6);
    size_t x = NODE(&own, "Pad", 0, INTEGERS(&own, 0, 0, 1, 2, 0, 0, 3, 0));
    x = NODE(&own, "Pad", x, INTEGERS(&own, 0, 0, 1, 0, 0, 0, 0, 0));
    x = conv(&own, x, 3, 2);
    LIST(&own, "pads", 0, 1, 0, 0);
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "conv2d");
    const digitnet__attributes *attributes = &own.importer.drafts[0].layer.attributes;
    assert_int_equal(attributes->padding, DIGITNET_PADDING_EXPLICIT);
    assert_int_equal(attributes->top, 2);
    assert_int_equal(attributes->left, 3);
    assert_int_equal(attributes->bottom, 3);
    assert_int_equal(attributes->right, 0);
    end_graph(&own);
}

static void pads_that_never_win_are_the_pools(void **state) {
    (void)state;
    static const char *const expected[] = {"max_pooling2d", "max_pooling2d", "zero_padding2d max_pooling2d"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        import_graph own;
        begin_graph(&own, 2, 5, 6);
        size_t pads = INTEGERS(&own, 0, 0, 1, 1, 0, 0, 0, 0);
        size_t value = add_constant(&own, (const float[]){i == 0 ? -INFINITY : 0}, NULL, 0);
        size_t x = NODE(&own, "Pad", 0, pads, value);
        if (i == 1)
            set_text(&own, "mode", "edge");
        x = NODE(&own, "MaxPool", x);
        LIST(&own, "kernel_shape", 2, 2);
        expect_ok(read_graph(&own, x));
        assert_drafts(&own, expected[i]);
        end_graph(&own);
    }
}

/* Zeros that stand around an image may win over what is in it. */
static void zeros_within_other_pads_are_zeros(void **state) {
    (void)state;
    import_graph own;
    begin_graph(&own, 2, 5, 6);
    size_t x = NODE(&own, "Pad", 0, INTEGERS(&own, 0, 0, 1, 1, 0, 0, 0, 0));
    size_t value = add_constant(&own, (const float[]){-INFINITY}, NULL, 0);
    x = NODE(&own, "MaxPool", NODE(&own, "Pad", x, INTEGERS(&own, 0, 0, 0, 0, 0, 0, 1, 1), value));
    LIST(&own, "kernel_shape", 2, 2);
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "zero_padding2d max_pooling2d");
    end_graph(&own);
}

/* What is copied around an image is a matrix along each axis. */
static void pads_that_copy_are_matrices(void **state) {
    (void)state;
    static const struct {
        const char *mode;
        float weights[6 * 3], offset;
    } cases[] = {
        {"reflect", {0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0}, 0},
        {"edge", {1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1}, 0},
        {"wrap", {0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0}, 0},
        {"constant", {0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        import_graph own;
        begin_graph(&own, 2, 4, 3);
        size_t value = add_constant(&own, (const float[]){5}, NULL, 0);
        size_t x = NODE(&own, "Pad", 0, INTEGERS(&own, 0, 0, 0, 2, 0, 0, 0, 1), value);
        set_text(&own, "mode", cases[i].mode);
        expect_ok(read_graph(&own, x));
        assert_drafts(&own, "reshape permute reshape conv2d reshape permute"); /* columns innermost, and back */
        assert_same_floats(tensor_of(&own, 3, "kernel"), cases[i].weights, 18);
        assert_float_equal(tensor_of(&own, 3, "bias")[0], cases[i].offset, 0);
        assert_float_equal(tensor_of(&own, 3, "bias")[3], 0, 0);
        digitnet__view image = digitnet__view_channels_first(2, 4, 6);
        assert_true(digitnet__view_equal(&activation_of(&own, x)->view, &image));
        end_graph(&own);
    }
}

static void rows_and_columns_are_cut_off(void **state) {
    (void)state;
    import_graph own;
    begin_graph(&own, 2, 5, 6);
    size_t x = NODE(&own, "Pad", 0, INTEGERS(&own, 0, 0, -1, 0, 0, 0, 0, -2));
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "cropping2d");
    assert_int_equal(own.importer.drafts[0].layer.output.height, 4);
    assert_int_equal(own.importer.drafts[0].layer.output.width, 4);
    end_graph(&own);
    begin_graph(&own, 2, 5, 6);
    x = NODE(&own, "Pad", 0, INTEGERS(&own, 1, 0, 0, 0, 0, 0, 0, 0));
    expect_failure(read_graph(&own, x), DIGITNET_EUNSUPPORTED, "pads the samples");
    end_graph(&own);
}

/* ---- Order ---- */

/* A dense layer behind a Flatten of channels first has its columns in the order in which the image stands. */
static void a_flatten_orders_the_next_matrix(void **state) {
    (void)state;
    import_graph own;
    begin_graph(&own, 2, 1, 3);
    size_t weights = add_constant(&own, NULL, SIZES(6, 1));
    size_t x = NODE(&own, "MatMul", NODE(&own, "Flatten", 0), weights);
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "flatten dense");
    const float *given = own.graph.values[weights].constant->numbers, *kernel = tensor_of(&own, 1, "kernel");
    const size_t places[] = {0, 2, 4, 1, 3, 5}; /* of channel, column */
    for (size_t i = 0; i < 6; i++)
        assert_float_equal(kernel[places[i]], given[i], 0);
    end_graph(&own);
}

/* Units in another order, rather than values that are moved. */
static void a_dense_layer_gives_its_units_as_they_are_taken(void **state) {
    (void)state;
    import_graph own;
    begin_graph(&own, 6, 1, 1);
    size_t weights = add_constant(&own, NULL, SIZES(6, 6));
    size_t x = NODE(&own, "MatMul", NODE(&own, "Flatten", 0), weights);
    x = NODE(&own, "Reshape", NODE(&own, "Relu", x), INTEGERS(&own, 0, 2, 1, 3));
    x = NODE(&own, "Conv", x, add_constant(&own, NULL, SIZES(1, 2, 1, 1)));
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "flatten dense reshape conv2d");
    const float *given = own.graph.values[weights].constant->numbers, *kernel = tensor_of(&own, 1, "kernel");
    assert_float_equal(kernel[1 * 6], given[3], 0); /* unit 3, channel 1 of column 0, stands at place 1 */
    end_graph(&own);
}

static void transposes_there_and_back_are_nothing(void **state) {
    (void)state;
    import_graph own;
    begin_graph(&own, 2, 5, 6);
    size_t x = NODE(&own, "Transpose", 0);
    LIST(&own, "perm", 0, 2, 3, 1);
    x = NODE(&own, "Transpose", NODE(&own, "Relu", x));
    LIST(&own, "perm", 0, 3, 1, 2);
    x = conv(&own, x, 3, 2);
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "activation conv2d");
    end_graph(&own);
}

/* ---- Samples ---- */

static void places_may_be_samples_for_a_product(void **state) {
    (void)state;
    import_graph own;
    begin_graph(&own, 3, 2, 4);
    size_t x = NODE(&own, "Transpose", 0);
    LIST(&own, "perm", 0, 2, 3, 1);
    size_t rows = NODE(&own, "Reshape", x, INTEGERS(&own, -1, 3));
    size_t product = NODE(&own, "MatMul", rows, add_constant(&own, NULL, SIZES(3, 5)));
    size_t back = NODE(&own, "Reshape", product, INTEGERS(&own, -1, 2, 4, 5));
    expect_ok(read_graph(&own, back));
    assert_drafts(&own, "conv2d");
    assert_int_equal(activation_of(&own, product)->merged, 2);
    assert_int_equal(activation_of(&own, back)->merged, 0);
    assert_int_equal(activation_of(&own, back)->view.rank, 3);
    end_graph(&own);
    begin_graph(&own, 3, 2, 4);
    rows = NODE(&own, "Reshape", 0, INTEGERS(&own, -1, 4));
    x = NODE(&own, "ReduceMean", rows);
    LIST(&own, "axes", 1);
    expect_failure(read_graph(&own, x), DIGITNET_EUNSUPPORTED, "samples and other dimensions that are made one");
    end_graph(&own);
}

static void one_image_gets_samples_by_a_reshape(void **state) {
    (void)state;
    import_graph own;
    begin_graph(&own, 3, 2, 4);
    own.importer.batch = 1;
    own.graph.values[0].activation->unbatched = true;
    size_t whole = NODE(&own, "Transpose", 0);
    LIST(&own, "perm", 1, 2, 0);
    size_t channel = NODE(&own, "Gather", whole, INTEGERS(&own, 2));
    set_integer(&own, "axis", 2);
    size_t x = NODE(&own, "Reshape", channel, INTEGERS(&own, 1, 1, 2, 4));
    size_t row = NODE(&own, "Squeeze", NODE(&own, "Flatten", x), INTEGERS(&own, 0));
    expect_ok(read_graph(&own, row));
    assert_drafts(&own, "channel_slice flatten");
    assert_true(activation_of(&own, channel)->unbatched);
    assert_false(activation_of(&own, x)->unbatched);
    assert_true(activation_of(&own, row)->unbatched);
    end_graph(&own);
    begin_graph(&own, 3, 2, 4);
    own.importer.batch = 1;
    own.graph.values[0].activation->unbatched = true;
    expect_failure(read_graph(&own, conv(&own, 0, 1, 3)), DIGITNET_EUNSUPPORTED, "without a dimension of samples");
    end_graph(&own);
}

/* ---- Along an axis ---- */

static void indices_are_a_matrix(void **state) {
    (void)state;
    static const float weights[] = {0, 0, 1, 1, 0, 0, 0, 0, 1};
    import_graph own;
    begin_graph(&own, 3, 1, 2);
    size_t x = NODE(&own, "Gather", 0, INTEGERS(&own, 2, 0, -1));
    set_integer(&own, "axis", 1);
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "conv2d");
    assert_same_floats(tensor_of(&own, 0, "kernel"), weights, 9);
    end_graph(&own);
    /* Of channels that have been shuffled: 0, 2, 1, 3. */
    static const float shuffled[] = {0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1};
    begin_graph(&own, 4, 1, 2);
    x = NODE(&own, "Transpose", NODE(&own, "Reshape", 0, INTEGERS(&own, 0, 2, 2, 1, 2)));
    LIST(&own, "perm", 0, 2, 1, 3, 4);
    x = NODE(&own, "Gather", NODE(&own, "Reshape", x, INTEGERS(&own, 0, 4, 1, 2)), INTEGERS(&own, 1, 0, 3));
    set_integer(&own, "axis", 1);
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "conv2d");
    assert_same_floats(tensor_of(&own, 0, "kernel"), shuffled, 12);
    end_graph(&own);
    begin_graph(&own, 3, 1, 2);
    x = NODE(&own, "Gather", 0, INTEGERS(&own, 1, 2));
    set_integer(&own, "axis", 1);
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "channel_slice"); /* one by one */
    end_graph(&own);
    begin_graph(&own, 3, 1, 2);
    x = NODE(&own, "Gather", 0, INTEGERS(&own, 3));
    set_integer(&own, "axis", 1);
    expect_failure(read_graph(&own, x), DIGITNET_EFORMAT, "out of range");
    end_graph(&own);
}

/* To 4 of 2 values with the ends in place, which no layer does. */
static void sizes_are_a_matrix(void **state) {
    (void)state;
    static const float weights[] = {1, 0, 2.0f / 3, 1.0f / 3, 1.0f / 3, 2.0f / 3, 0, 1};
    import_graph own;
    begin_graph(&own, 1, 1, 2);
    size_t sizes = INTEGERS(&own, DNN_IMPORT_BATCH, 1, 1, 4);
    size_t x = NODE(&own, "Resize", 0, DNN_NO_VALUE, DNN_NO_VALUE, sizes);
    set_text(&own, "mode", "linear");
    set_text(&own, "coordinate_transformation_mode", "align_corners");
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "reshape conv2d");
    assert_close_floats(tensor_of(&own, 1, "kernel"), weights, 8, 1e-6);
    end_graph(&own);
    begin_graph(&own, 1, 1, 2);
    sizes = INTEGERS(&own, DNN_IMPORT_BATCH, 1, 1, 4);
    x = NODE(&own, "Resize", 0, DNN_NO_VALUE, DNN_NO_VALUE, sizes);
    set_text(&own, "mode", "linear");
    expect_ok(read_graph(&own, x));
    assert_drafts(&own, "up_sampling2d");
    end_graph(&own);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mean_and_deviation_are_a_normalization),
        cmocka_unit_test(one_number_for_all_is_a_rescaling),
        cmocka_unit_test(arithmetic_goes_into_the_kernel),
        cmocka_unit_test(arithmetic_behind_an_activation_is_a_layer),
        cmocka_unit_test(constants_that_do_not_fit_are_refused),
        cmocka_unit_test(sums_repeat_along_axes_of_one),
        cmocka_unit_test(pads_are_the_convolutions_own),
        cmocka_unit_test(pads_that_never_win_are_the_pools),
        cmocka_unit_test(zeros_within_other_pads_are_zeros),
        cmocka_unit_test(pads_that_copy_are_matrices),
        cmocka_unit_test(rows_and_columns_are_cut_off),
        cmocka_unit_test(a_flatten_orders_the_next_matrix),
        cmocka_unit_test(a_dense_layer_gives_its_units_as_they_are_taken),
        cmocka_unit_test(transposes_there_and_back_are_nothing),
        cmocka_unit_test(places_may_be_samples_for_a_product),
        cmocka_unit_test(one_image_gets_samples_by_a_reshape),
        cmocka_unit_test(indices_are_a_matrix),
        cmocka_unit_test(sizes_are_a_matrix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
