/* Layers that pool, pad, crop, enlarge, reshape, permute and multiply images: their shapes, and what they refuse. What
 * they compute is in test_layer_fixtures.c. */
#include "model/model.h"
#include "models.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

/* ---- Shapes ---- */

static void expect_output(digitnet_model *model, size_t height, size_t width, size_t channels) {
    digitnet_layer_info last = layer_at(model, info_of(model).layers - 1);
    assert_int_equal(last.height, height);
    assert_int_equal(last.width, width);
    assert_int_equal(last.channels, channels);
    assert_int_equal(last.parameters, 0);
    digitnet_model_free(model);
}

static void test_shapes(void **state) {
    (void)state;
    digitnet_model *model = begin_model(11, 6, 3);
    expect_ok(digitnet_model_add_average_pool2d(model, 2));
    expect_output(model, 5, 3, 3);
    model = begin_model(11, 6, 3);
    expect_ok(
        digitnet_model_add_average_pool2d_ex(model, 3,
                                             DIGITNET_WITH(digitnet_average_pool2d_options, .pool_width = 2,
                                                           .stride_height = 1, .padding = DIGITNET_PADDING_SAME)));
    expect_output(model, 11, 3, 3);
    model = begin_model(11, 6, 3);
    expect_ok(digitnet_model_add_global_average_pool2d(model));
    expect_output(model, 0, 0, 3);
    model = begin_model(11, 6, 3);
    expect_ok(digitnet_model_add_global_max_pool2d_ex(
        model, DIGITNET_WITH(digitnet_global_max_pool2d_options, .keepdims = 1)));
    expect_output(model, 1, 1, 3);
    model = begin_model(11, 6, 3);
    expect_ok(digitnet_model_add_zero_padding2d(model, 1, 2, 3, 4));
    expect_output(model, 14, 13, 3);
    model = begin_model(11, 6, 3);
    expect_ok(digitnet_model_add_cropping2d(model, 1, 9, 3, 2));
    expect_output(model, 1, 1, 3);
    model = begin_model(11, 6, 3);
    expect_ok(digitnet_model_add_channel_slice(model, 1, 2));
    expect_output(model, 11, 6, 2);
    model = begin_model(11, 6, 3);
    expect_ok(digitnet_model_add_channel_slice(model, 0, 3));
    expect_output(model, 11, 6, 3);
    model = begin_model(11, 6, 3);
    expect_ok(digitnet_model_add_up_sampling2d(model, 3));
    expect_output(model, 33, 18, 3);
    model = begin_model(11, 6, 3);
    expect_ok(digitnet_model_add_reshape(model, 0, 0, 198)); /* flat */
    expect_output(model, 0, 0, 198);
    model = begin_model(11, 6, 3);
    expect_ok(digitnet_model_add_permute(model, 3, 1, 2));
    expect_output(model, 3, 11, 6);
    model = begin_model(11, 6, 3);
    expect_ok(digitnet_model_add_permute(model, 2, 3, 1));
    expect_output(model, 6, 3, 11);
}

/* A window is as large as the image; the places of a maximum may be more than 16 bits tell. */
static void test_large_windows(void **state) {
    (void)state;
    enum { SIZE = 300, LAST = SIZE * SIZE - 1 };
    static float image[SIZE * SIZE];
    float score;
    image[LAST] = 7;
    digitnet_model *model = begin_model(SIZE, SIZE, 1);
    digitnet_model_add_global_max_pool2d(model);
    expect_ok(digitnet__network_allocate_training(&model->network, DIGITNET_ACTIVATION_LINEAR));
    expect_ok(digitnet_model_predict(&score, 1, model, image, SIZE * SIZE));
    assert_true(score == 7);
    digitnet_model_free(model);
}

/* ---- Permuted images that are larger than a block in cache, or have one row, column or channel ---- */

enum { MOST_VALUES = 35 * 33 * 34 };

static void expect_permuted(const size_t *sizes, const size_t *axes, const float *image) {
    static float outputs[MOST_VALUES];
    const size_t strides[] = {sizes[1] * sizes[2], sizes[2], 1};
    size_t values = sizes[0] * sizes[1] * sizes[2], at = 0, from[3];
    digitnet_model *model = begin_model(sizes[0], sizes[1], sizes[2]);
    digitnet_model_add_permute(model, axes[0] + 1, axes[1] + 1, axes[2] + 1);
    expect_ok(digitnet__network_allocate_training(&model->network, DIGITNET_ACTIVATION_LINEAR));
    expect_ok(digitnet_model_predict(outputs, values, model, image, values));
    for (from[axes[0]] = 0; from[axes[0]] < sizes[axes[0]]; from[axes[0]]++)
        for (from[axes[1]] = 0; from[axes[1]] < sizes[axes[1]]; from[axes[1]]++)
            for (from[axes[2]] = 0; from[axes[2]] < sizes[axes[2]]; from[axes[2]]++)
                assert_true(outputs[at++] == image[from[0] * strides[0] + from[1] * strides[1] + from[2] * strides[2]]);
    digitnet_model_free(model);
}

static void test_permuted_images(void **state) {
    (void)state;
    static const size_t orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    static const size_t sizes[][3] = {{35, 33, 34}, {1, 70, 65}, {70, 1, 65}, {70, 65, 1}, {1, 1, 5}, {1, 1, 1}};
    static float image[MOST_VALUES];
    for (size_t i = 0; i < MOST_VALUES; i++)
        image[i] = (float)i;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t order = 0; order < sizeof orders / sizeof *orders; order++)
            expect_permuted(sizes[i], orders[order], image);
}

/* ---- What is refused ---- */

/* The next layer fails with this message, and the model stays as it is. */
#define expect_refused(status, add, ...)                 \
    do {                                                 \
        expect_failure(add, status, __VA_ARGS__);        \
        digitnet_model_clear_error(model);               \
        assert_int_equal(info_of(model).layers, layers); \
    } while (0)

static void test_refused_for_images(void **state) {
    (void)state;
    const size_t layers = 0;
    digitnet_model *model = begin_model(5, 4, 3);
    expect_refused(DIGITNET_EINVAL, digitnet_model_add_average_pool2d(model, 0), "no size may be 0");
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_average_pool2d(model, 5),
                   "layer 'average_pooling2d': a pooling window of 5x5 does not fit its input of 5x4x3");
    expect_refused(DIGITNET_EINVAL,
                   digitnet_model_add_average_pool2d_ex(
                       model, 2, DIGITNET_WITH(digitnet_average_pool2d_options, .count_include_pad = 2)),
                   "count_include_pad");
    expect_refused(DIGITNET_EINVAL,
                   digitnet_model_add_average_pool2d_ex(
                       model, 2, DIGITNET_WITH(digitnet_average_pool2d_options, .padding = (digitnet_padding)9)),
                   "padding is 9");
    expect_refused(DIGITNET_ELIMIT,
                   digitnet_model_add_max_pool2d_ex(model, SIZE_MAX,
                                                    DIGITNET_WITH(digitnet_max_pool2d_options, .stride_height = 1,
                                                                  .stride_width = 1, .padding = DIGITNET_PADDING_SAME)),
                   "the limit is 2147483647");
    expect_refused(DIGITNET_EINVAL,
                   digitnet_model_add_global_average_pool2d_ex(
                       model, DIGITNET_WITH(digitnet_global_average_pool2d_options, .keepdims = -1)),
                   "keepdims");
    expect_refused(DIGITNET_EINVAL,
                   digitnet_model_add_global_max_pool2d_ex(
                       model, DIGITNET_WITH(digitnet_global_max_pool2d_options, .keepdims = 3)),
                   "keepdims");
    expect_refused(DIGITNET_ELIMIT, digitnet_model_add_zero_padding2d(model, SIZE_MAX, 0, 0, 0),
                   "layer 'zero_padding2d': the size of an input of 5x4x3 with");
    expect_refused(DIGITNET_ELIMIT, digitnet_model_add_zero_padding2d(model, 0, 0, SIZE_MAX / 4, 1), "overflows");
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_cropping2d(model, 2, 3, 0, 0),
                   "layer 'cropping2d': nothing is left of its input of 5x4x3 without 2 rows at the top, 3 at the "
                   "bottom, 0 columns at the left and 0 at the right");
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_cropping2d(model, 0, 0, SIZE_MAX, SIZE_MAX), "nothing is left");
    expect_refused(DIGITNET_EINVAL, digitnet_model_add_channel_slice(model, 1, 0),
                   "layer 'channel_slice': it passes 0 channels");
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_channel_slice(model, 3, 1),
                   "layer 'channel_slice': its input of 5x4x3 has no 1 channels from channel 3 on");
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_channel_slice(model, 1, 3), "no 3 channels from channel 1 on");
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_channel_slice(model, 1, SIZE_MAX), "from channel 1 on");
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_channel_slice(model, SIZE_MAX, 1), "no 1 channels");
    expect_refused(DIGITNET_EINVAL, digitnet_model_add_up_sampling2d(model, 0), "its size is 0x0");
    expect_refused(DIGITNET_ELIMIT, digitnet_model_add_up_sampling2d(model, SIZE_MAX / 2), "overflows");
    expect_refused(
        DIGITNET_EINVAL,
        digitnet_model_add_up_sampling2d_ex(
            model, 2, DIGITNET_WITH(digitnet_up_sampling2d_options, .interpolation = (digitnet_interpolation)2)),
        "interpolation is 2, which is not an interpolation");
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_reshape(model, 5, 4, 4),
                   "layer 'reshape': its input of 5x4x3 has 60 values, which an output of 5x4x4 has not");
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_reshape(model, SIZE_MAX, 4, 15), "its input of 5x4x3");
    expect_refused(DIGITNET_EINVAL, digitnet_model_add_reshape(model, 0, 20, 3), "its output is 0x20x3");
    expect_refused(DIGITNET_EINVAL, digitnet_model_add_reshape(model, 5, 12, 0), "its output is 5x12x0");
    expect_refused(DIGITNET_EINVAL, digitnet_model_add_permute(model, 2, 1, 0),
                   "layer 'permute': its axes are 2, 1, 0; they must be 1, 2, 3 in any order");
    expect_refused(DIGITNET_EINVAL, digitnet_model_add_permute(model, 4, 1, 2), "its axes are 4, 1, 2");
    expect_refused(DIGITNET_EINVAL, digitnet_model_add_permute(model, 1, 3, 3), "its axes are 1, 3, 3");
    expect_refused(DIGITNET_EINVAL, digitnet_model_add_permute(model, 1, SIZE_MAX, 3), "they must be 1, 2, 3");
    digitnet_model_free(model);
}

static void test_refused_for_flat_values(void **state) {
    (void)state;
    const size_t layers = 1;
    static const char flat[] = "its input is flat (60 values)";
    digitnet_model *model = begin_model(5, 4, 3);
    expect_ok(digitnet_model_add_flatten(model));
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_average_pool2d(model, 1), flat);
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_global_average_pool2d(model), flat);
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_global_max_pool2d(model), flat);
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_zero_padding2d(model, 1, 1, 1, 1), flat);
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_cropping2d(model, 0, 0, 0, 0), flat);
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_up_sampling2d(model, 1), flat);
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_channel_slice(model, 40, 21), "has no 21 channels");
    expect_refused(DIGITNET_ESHAPE, digitnet_model_add_permute(model, 1, 2, 3), flat);
    digitnet_model_free(model);
}

/* Factors are of one shape, or 1 x 1 beside an image. */
static void test_refused_factors(void **state) {
    (void)state;
    const size_t layers = 4;
    digitnet_model *model = begin_model(4, 4, 3);
    digitnet_model_add_max_pool2d_ex(model, 2, DIGITNET_WITH(digitnet_max_pool2d_options, .name = "half"));
    digitnet_model_add_global_average_pool2d_ex(
        model, DIGITNET_WITH(digitnet_global_average_pool2d_options, .name = "means", .input = "input"));
    digitnet_model_add_reshape_ex(model, 1, 3, 1,
                                  DIGITNET_WITH(digitnet_reshape_options, .name = "column", .input = "means"));
    expect_ok(digitnet_model_add_reshape_ex(
        model, 1, 1, 3, DIGITNET_WITH(digitnet_reshape_options, .name = "weights", .input = "means")));
    static const char *const wrong[][2] = {
        {"input", "half"}, {"input", "means"}, {"means", "weights"}, {"weights", "column"}, {"input", "column"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect_refused(DIGITNET_ESHAPE, digitnet_model_add_multiply(model, wrong[i], 2, DIGITNET_ACTIVATION_LINEAR),
                       "they must be equal, or one 1x1x");
    static const char *const right[][2] = {{"input", "weights"}, {"weights", "half"}, {"means", "means"}};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        expect_ok(digitnet_model_add_multiply(model, right[i], 2, DIGITNET_ACTIVATION_LINEAR));
    expect_output(model, 0, 0, 3);
}

/* ---- Values behind a reshape ---- */

enum { IMAGE = 4 * 4 * 2, SUMS = 2 * 2 * 2 };

static digitnet_model *begin_convolution(digitnet_activation activation) {
    digitnet_model *model = begin_model(4, 4, 2);
    expect_ok(digitnet_model_add_conv2d(model, 2, 3, activation));
    return model;
}

/* Predicts with the same weights and image each time, and releases the model. */
static void run_convolution(float *outputs, size_t count, digitnet_model *model) {
    float image[IMAGE];
    fill_noise(image, IMAGE, 3);
    expect_ok(digitnet__model_check(model));
    expect_ok(digitnet__network_allocate(&model->network));
    fill_noise(model->network.parameters, model->network.graph.parameter_count, 4);
    digitnet__network_pack(&model->network);
    expect_ok(digitnet_model_predict(outputs, count, model, image, IMAGE));
    digitnet_model_free(model);
}

/* The pool sees other windows than the convolution gives. */
static void test_pool_behind_a_reshape(void **state) {
    (void)state;
    float sums[SUMS], pooled[2];
    run_convolution(sums, SUMS, begin_convolution(DIGITNET_ACTIVATION_RELU));
    digitnet_model *model = begin_convolution(DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_reshape(model, 4, 2, 1);
    expect_ok(digitnet_model_add_max_pool2d(model, 2));
    run_convolution(pooled, 2, model);
    for (size_t i = 0; i < 2; i++) {
        const float *window = sums + 4 * i; /* two rows of two */
        assert_true(pooled[i] == fmaxf(fmaxf(window[0], window[1]), fmaxf(window[2], window[3])));
    }
}

/* The activation runs over all values, not over each place's channels. */
static void test_activation_behind_flatten(void **state) {
    (void)state;
    float sums[SUMS], shares[SUMS];
    double total = 0;
    run_convolution(sums, SUMS, begin_convolution(DIGITNET_ACTIVATION_LINEAR));
    digitnet_model *model = begin_convolution(DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_flatten(model);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_add_reshape(model, 2, 2, 2)); /* so that the softmax is not the network's end */
    run_convolution(shares, SUMS, model);
    for (size_t i = 0; i < SUMS; i++)
        total += exp(sums[i]);
    for (size_t i = 0; i < SUMS; i++)
        assert_true(fabs(shares[i] - exp(sums[i]) / total) <= 1e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_large_windows),
        cmocka_unit_test(test_permuted_images),
        cmocka_unit_test(test_refused_for_images),
        cmocka_unit_test(test_refused_for_flat_values),
        cmocka_unit_test(test_refused_factors),
        cmocka_unit_test(test_pool_behind_a_reshape),
        cmocka_unit_test(test_activation_behind_flatten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
