/* Explicit padding: sizes, what is refused, and that it is what SAME and a layer of zeros are where they say the same.
 * What layers compute with it is in test_layer_fixtures.c. */
#include "model/model.h"
#include "models.h"
#include "support.h"

#include <stdlib.h>

#define RELU DIGITNET_ACTIVATION_RELU
#define LINEAR DIGITNET_ACTIVATION_LINEAR
#define VALID .padding = DIGITNET_PADDING_VALID
#define SAME .padding = DIGITNET_PADDING_SAME
#define PADDED(above, below, before, behind) \
    .padding = DIGITNET_PADDING_EXPLICIT, .top = above, .bottom = below, .left = before, .right = behind

#define CONV2D(filters, kernel, activation, ...)                     \
    digitnet_model_add_conv2d_ex(model, filters, kernel, activation, \
                                 DIGITNET_WITH(digitnet_conv2d_options, __VA_ARGS__))
#define DEPTHWISE(kernel, ...)                                  \
    digitnet_model_add_depthwise_conv2d_ex(model, kernel, RELU, \
                                           DIGITNET_WITH(digitnet_depthwise_conv2d_options, __VA_ARGS__))
#define SEPARABLE(filters, kernel, ...)                                  \
    digitnet_model_add_separable_conv2d_ex(model, filters, kernel, RELU, \
                                           DIGITNET_WITH(digitnet_separable_conv2d_options, __VA_ARGS__))
#define TRANSPOSE(filters, kernel, ...)                                  \
    digitnet_model_add_conv2d_transpose_ex(model, filters, kernel, RELU, \
                                           DIGITNET_WITH(digitnet_conv2d_transpose_options, __VA_ARGS__))
#define MAX_POOL(pool, ...) \
    digitnet_model_add_max_pool2d_ex(model, pool, DIGITNET_WITH(digitnet_max_pool2d_options, __VA_ARGS__))
#define AVERAGE_POOL(pool, ...) \
    digitnet_model_add_average_pool2d_ex(model, pool, DIGITNET_WITH(digitnet_average_pool2d_options, __VA_ARGS__))

/* ---- Sizes ---- */

static void expect_output(digitnet_model *model, digitnet_status status, size_t height, size_t width) {
    expect_ok(status);
    digitnet_layer_info last = layer_at(model, info_of(model).layers - 1);
    assert_int_equal(last.height, height);
    assert_int_equal(last.width, width);
    digitnet_model_free(model);
}

#define expect_size(layer, height, width)              \
    do {                                               \
        digitnet_model *model = begin_model(10, 7, 2); \
        digitnet_status added = layer;                 \
        expect_output(model, added, height, width);    \
    } while (0)

/* Those of PyTorch. */
static void test_sizes(void **state) {
    (void)state;
    expect_size(CONV2D(3, 3, RELU, PADDED(1, 1, 1, 1)), 10, 7);
    expect_size(CONV2D(3, 3, RELU, .stride_height = 2, PADDED(1, 1, 1, 1)), 5, 4);
    expect_size(CONV2D(3, 3, RELU, .dilation_height = 4, PADDED(0, 0, 1, 1)), 2, 1);
    expect_size(CONV2D(3, 11, RELU, PADDED(1, 0, 2, 2)), 1, 1);
    expect_size(CONV2D(3, 1, RELU, PADDED(20, 30, 0, 5)), 60, 12);
    expect_size(DEPTHWISE(3, .stride_height = 3, PADDED(0, 1, 2, 0)), 3, 3);
    expect_size(SEPARABLE(3, 2, PADDED(0, 1, 1, 0)), 10, 7);
    expect_size(TRANSPOSE(3, 3, .stride_height = 2, PADDED(1, 1, 1, 1)), 19, 13);
    expect_size(TRANSPOSE(3, 3, .stride_height = 2, .output_padding_height = 1, PADDED(1, 1, 1, 1)), 20, 13);
    expect_size(TRANSPOSE(3, 2, .stride_height = 3, PADDED(0, 0, 0, 0)), 29, 20);
    expect_size(TRANSPOSE(3, 2, PADDED(10, 0, 3, 4)), 1, 1);
    expect_size(MAX_POOL(3, .stride_height = 2, .stride_width = 2, PADDED(1, 1, 1, 1)), 5, 4);
    expect_size(MAX_POOL(2, PADDED(0, 1, 0, 1)), 5, 4); /* PyTorch's ceil_mode */
    expect_size(AVERAGE_POOL(12, PADDED(1, 1, 11, 4)), 1, 1);
}

/* ---- What is refused ---- */

#define expect_refused(call, status, message)  \
    do {                                       \
        expect_failure(call, status, message); \
        digitnet_model_clear_error(model);     \
    } while (0)

static void test_refusals(void **state) {
    (void)state;
    static const char no_padding[] = "but its padding is not explicit";
    digitnet_model *model = begin_model(6, 5, 2);
    expect_refused(CONV2D(1, 3, RELU, .top = 1), DIGITNET_EINVAL, no_padding);
    expect_refused(CONV2D(1, 3, RELU, .bottom = 2, SAME), DIGITNET_EINVAL,
                   "layer 'conv2d': top is 0, bottom 2, left 0 and right 0, but its padding is not explicit");
    expect_refused(DEPTHWISE(3, .left = 1), DIGITNET_EINVAL, no_padding);
    expect_refused(SEPARABLE(1, 3, .right = 1, SAME), DIGITNET_EINVAL, no_padding);
    expect_refused(TRANSPOSE(1, 3, .top = 1), DIGITNET_EINVAL, no_padding);
    expect_refused(MAX_POOL(3, .left = 1), DIGITNET_EINVAL, no_padding);
    expect_refused(AVERAGE_POOL(3, .bottom = 1, SAME), DIGITNET_EINVAL, no_padding);
    expect_refused(CONV2D(1, 8, RELU, PADDED(1, 0, 2, 2)), DIGITNET_ESHAPE,
                   "a kernel of 8x8 does not fit its input of 6x5x2 with its padding");
    expect_refused(CONV2D(1, 1, RELU, PADDED(0, 0, (size_t)INT32_MAX - 4, 0)), DIGITNET_ELIMIT,
                   "its input of 6x5x2 with a padding of 0, 0, 2147483643 and 0; the limit of rows and of columns is "
                   "2147483647");
    expect_refused(CONV2D(1, 1, RELU, PADDED(SIZE_MAX, SIZE_MAX, 0, 0)), DIGITNET_ELIMIT, "the limit of rows");
    expect_refused(MAX_POOL(2, PADDED(2, 0, 0, 0)), DIGITNET_EINVAL,
                   "its padding is 2, 0, 0 and 0; each must be less than the pooling window of 2x2");
    expect_refused(MAX_POOL(3, .pool_width = 2, PADDED(2, 2, 1, 2)), DIGITNET_EINVAL, "window of 3x2");
    expect_refused(AVERAGE_POOL(2, .stride_height = 9, PADDED(0, 2, 0, 0)), DIGITNET_EINVAL, "must be less than");
    expect_refused(AVERAGE_POOL(9, PADDED(1, 1, 8, 8)), DIGITNET_ESHAPE, "does not fit");
    expect_refused(TRANSPOSE(1, 3, PADDED(4, 4, 0, 0)), DIGITNET_ESHAPE,
                   "nothing is left of its output without a padding of 4, 4, 0 and 0");
    expect_refused(TRANSPOSE(1, 3, PADDED(0, 0, 0, 7)), DIGITNET_ESHAPE, "nothing is left");
    expect_refused(TRANSPOSE(1, 3, .output_padding_height = 1), DIGITNET_EINVAL,
                   "its output padding is 1x0, but its padding is not explicit");
    expect_refused(TRANSPOSE(1, 3, .stride_height = 2, .output_padding_width = 2, PADDED(0, 0, 0, 0)), DIGITNET_EINVAL,
                   "its output padding is 0x2; it must be less than the stride of 2x2");
    digitnet_model_free(model);
}

/* ---- What is the same ---- */

enum { IMAGES = 6, HEIGHT = 6, WIDTH = 7, CHANNELS = 3, IMAGE = HEIGHT * WIDTH * CHANNELS, CLASSES = 4 };

/* A model after three steps, and what it predicts. */
typedef struct trained {
    size_t count;
    float *weights, scores[IMAGES * CLASSES];
} trained;

static trained train(void (*add)(digitnet_model *model, bool is_explicit), bool is_explicit) {
    static float images[IMAGES * IMAGE];
    static const int32_t labels[IMAGES] = {0, 1, 2, 3, 1, 0};
    trained run = {0};
    digitnet_model *model = begin_model(HEIGHT, WIDTH, CHANNELS);
    add(model, is_explicit);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    fill_noise(images, IMAGES * IMAGE, 1);
    for (size_t i = 0; i < 3; i++)
        expect_ok(digitnet_model_train_batch(
            NULL, model, DIGITNET_WITH(digitnet_train_batch, .count = IMAGES, .images = images, .labels = labels)));
    run.count = info_of(model).parameters;
    run.weights = must_allocate(run.count * sizeof *run.weights);
    expect_ok(digitnet_model_get_weights(run.weights, run.count, model, NULL));
    expect_ok(digitnet_model_predict(run.scores, IMAGES * CLASSES, model, images, IMAGES * IMAGE));
    digitnet_model_free(model);
    return run;
}

static void expect_same(void (*add)(digitnet_model *model, bool is_explicit), double tolerance) {
    trained one = train(add, false), other = train(add, true);
    assert_int_equal(one.count, other.count);
    if (tolerance == 0) {
        assert_same_floats(one.weights, other.weights, one.count);
        assert_same_floats(one.scores, other.scores, IMAGES * CLASSES);
    } else {
        assert_close_floats(one.weights, other.weights, one.count, tolerance);
        assert_close_floats(one.scores, other.scores, IMAGES * CLASSES, tolerance);
    }
    free(one.weights);
    free(other.weights);
}

/* Two ways to say the same: a layer with the padding of the one or of the other. */
#define EITHER(name, one, other)                                \
    static void name(digitnet_model *model, bool is_explicit) { \
        digitnet_status added = is_explicit ? (other) : (one);  \
        expect_ok(added);                                       \
    }
EITHER(direct, CONV2D(5, 3, LINEAR, SAME), CONV2D(5, 3, LINEAR, PADDED(1, 1, 1, 1)))
EITHER(even_kernel, CONV2D(5, 4, LINEAR, SAME), CONV2D(5, 4, LINEAR, PADDED(1, 2, 1, 2)))
EITHER(fused, CONV2D(5, 3, RELU, SAME), CONV2D(5, 3, RELU, PADDED(1, 1, 1, 1)))
EITHER(strided, CONV2D(5, 3, RELU, .stride_height = 2, SAME),
       CONV2D(5, 3, RELU, .stride_height = 2, PADDED(0, 1, 1, 1)))
EITHER(dilated, CONV2D(5, 3, RELU, .dilation_height = 2, SAME),
       CONV2D(5, 3, RELU, .dilation_height = 2, PADDED(2, 2, 2, 2)))
EITHER(pointwise, CONV2D(5, 1, RELU, VALID), CONV2D(5, 1, RELU, PADDED(0, 0, 0, 0)))
EITHER(depthwise, DEPTHWISE(3, SAME), DEPTHWISE(3, PADDED(1, 1, 1, 1)))
EITHER(separable, SEPARABLE(4, 3, SAME), SEPARABLE(4, 3, PADDED(1, 1, 1, 1)))
EITHER(transposed, TRANSPOSE(2, 3, .stride_height = 2, SAME), TRANSPOSE(2, 3, .stride_height = 2, PADDED(0, 1, 0, 1)))
EITHER(transposed_gaps, TRANSPOSE(2, 2, .stride_height = 3),
       TRANSPOSE(2, 2, .stride_height = 3, .output_padding_height = 1, .output_padding_width = 1, PADDED(0, 0, 0, 0)))
EITHER(largest, MAX_POOL(2, SAME), MAX_POOL(2, PADDED(0, 0, 0, 1)))
EITHER(mean, AVERAGE_POOL(3, .stride_height = 1, .stride_width = 2, SAME),
       AVERAGE_POOL(3, .stride_height = 1, .stride_width = 2, PADDED(1, 1, 1, 1)))
EITHER(mean_of_all, AVERAGE_POOL(3, .count_include_pad = 1, SAME),
       AVERAGE_POOL(3, .count_include_pad = 1, PADDED(0, 0, 1, 1)))

static void test_same_as_same_padding(void **state) {
    (void)state;
    expect_same(direct, 0);
    expect_same(even_kernel, 0);
    expect_same(fused, 0);
    expect_same(strided, 0);
    expect_same(dilated, 0);
    expect_same(pointwise, 0);
    expect_same(depthwise, 0);
    expect_same(separable, 0);
    expect_same(transposed, 0);
    expect_same(transposed_gaps, 0);
    expect_same(largest, 0);
    expect_same(mean, 0);
    expect_same(mean_of_all, 0);
}

#define BEHIND_ZEROS(name, top, bottom, left, right, valid, padded)                        \
    static void name(digitnet_model *model, bool is_explicit) {                            \
        if (!is_explicit)                                                                  \
            expect_ok(digitnet_model_add_zero_padding2d(model, top, bottom, left, right)); \
        digitnet_status added = is_explicit ? (padded) : (valid);                          \
        expect_ok(added);                                                                  \
    }
BEHIND_ZEROS(fused_zeros, 2, 1, 0, 2, CONV2D(5, 3, RELU, VALID), CONV2D(5, 3, RELU, PADDED(2, 1, 0, 2)))
BEHIND_ZEROS(strided_zeros, 1, 1, 1, 1, CONV2D(5, 3, RELU, .stride_height = 2),
             CONV2D(5, 3, RELU, .stride_height = 2, PADDED(1, 1, 1, 1)))
BEHIND_ZEROS(dilated_zeros, 5, 4, 0, 7, CONV2D(5, 3, LINEAR, .dilation_height = 2),
             CONV2D(5, 3, LINEAR, .dilation_height = 2, PADDED(5, 4, 0, 7)))
BEHIND_ZEROS(direct_zeros, 2, 1, 2, 2, CONV2D(5, 3, LINEAR, VALID), CONV2D(5, 3, LINEAR, PADDED(2, 1, 2, 2)))
BEHIND_ZEROS(zeros_beyond, 4, 1, 0, 3, CONV2D(5, 2, RELU, VALID), CONV2D(5, 2, RELU, PADDED(4, 1, 0, 3)))
BEHIND_ZEROS(pointwise_zeros, 1, 1, 2, 0, CONV2D(5, 1, RELU, VALID), CONV2D(5, 1, RELU, PADDED(1, 1, 2, 0)))
BEHIND_ZEROS(depthwise_zeros, 4, 1, 0, 3, DEPTHWISE(3, .depth_multiplier = 2),
             DEPTHWISE(3, .depth_multiplier = 2, PADDED(4, 1, 0, 3)))
BEHIND_ZEROS(separable_zeros, 4, 1, 0, 3, SEPARABLE(4, 3, VALID), SEPARABLE(4, 3, PADDED(4, 1, 0, 3)))

/* The bits are the same where the same tiles run; else sums may have another order. */
static void test_same_as_zeros_around_the_image(void **state) {
    (void)state;
    expect_same(fused_zeros, 0);
    expect_same(strided_zeros, 0);
    expect_same(dilated_zeros, 0);
    expect_same(direct_zeros, 1e-6);
    expect_same(zeros_beyond, 1e-6);
    expect_same(pointwise_zeros, 1e-6);
    expect_same(depthwise_zeros, 1e-6);
    expect_same(separable_zeros, 1e-6);
}

/* ---- How it runs ---- */

static void expect_ops(digitnet_model *model, const char *first, size_t count) {
    expect_ok(digitnet__model_check(model));
    expect_ok(digitnet__network_allocate(&model->network));
    assert_string_equal(model->network.inference.ops[0].kind->name, first);
    assert_int_equal(model->network.inference.op_count, count);
    digitnet_model_free(model);
}

static void test_ways_to_run(void **state) {
    (void)state;
    digitnet_model *model = begin_model(8, 8, 2);
    CONV2D(3, 3, RELU, PADDED(1, 1, 1, 1));
    MAX_POOL(2, PADDED(0, 0, 0, 0));
    expect_ops(model, "conv2d_relu_pool", 1);
    model = begin_model(7, 8, 2);
    CONV2D(3, 3, RELU, PADDED(1, 1, 1, 1));
    MAX_POOL(2, PADDED(0, 1, 0, 0)); /* windows that reach over the edge */
    expect_ops(model, "conv2d_relu_pool", 2);
    model = begin_model(8, 8, 2);
    CONV2D(3, 3, LINEAR, PADDED(2, 2, 2, 2));
    expect_ops(model, "conv2d_direct", 1);
    model = begin_model(8, 8, 2);
    CONV2D(3, 3, RELU, PADDED(3, 0, 0, 0));
    expect_ops(model, "conv2d", 1);
    model = begin_model(8, 8, 2);
    CONV2D(3, 1, RELU, PADDED(0, 0, 0, 1));
    expect_ops(model, "conv2d", 1);
    model = begin_model(8, 8, 2);
    CONV2D(3, 1, RELU, PADDED(0, 0, 0, 0));
    expect_ops(model, "conv2d_pointwise", 1);
}

/* Rows and columns that would take all memory as an image with its padding. */
static void test_padding_far_beyond_the_image(void **state) {
    (void)state;
    const size_t far = 1000000000;
    digitnet_model *model = begin_model(2, 2, 1);
    CONV2D(1, 1, RELU, .stride_height = far, .kernel_initializer = DIGITNET_INITIALIZER_ONES, PADDED(far, 0, far, far));
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_MEAN_SQUARED_ERROR));
    float image[4] = {3, 4, 5, 6}, output[6], expected[6] = {0, 0, 0, 0, 3, 0};
    expect_ok(digitnet_model_predict(output, 6, model, image, 4));
    assert_same_floats(output, expected, 6);
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_same_as_same_padding),
        cmocka_unit_test(test_same_as_zeros_around_the_image),
        cmocka_unit_test(test_ways_to_run),
        cmocka_unit_test(test_padding_far_beyond_the_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
