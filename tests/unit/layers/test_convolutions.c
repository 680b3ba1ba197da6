/* Convolutions: their shapes, the names of their tensors, what they refuse, and what is folded into them. What they
 * compute is in test_layer_fixtures.c. */
#include "model/model.h"
#include "models.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAME .padding = DIGITNET_PADDING_SAME
#define RELU DIGITNET_ACTIVATION_RELU
#define LINEAR DIGITNET_ACTIVATION_LINEAR

static void expect_output(digitnet_status status, digitnet_model *model, size_t height, size_t width, size_t channels,
                          size_t parameters) {
    digitnet_layer_info layer = DIGITNET_INIT(digitnet_layer_info);
    expect_ok(status);
    expect_ok(digitnet_model_describe_layer(&layer, model, 0));
    assert_int_equal(layer.height, height);
    assert_int_equal(layer.width, width);
    assert_int_equal(layer.channels, channels);
    assert_int_equal(layer.parameters, parameters);
    digitnet_model_free(model);
}

/* The sizes are those of Keras 3. */
static void test_shapes(void **state) {
    (void)state;
    digitnet_model *model = begin_model(10, 7, 4);
    expect_output(digitnet_model_add_conv2d_ex(
                      model, 6, 3, RELU, DIGITNET_WITH(digitnet_conv2d_options, .dilation_height = 2, .groups = 2)),
                  model, 6, 3, 6, 3 * 3 * 2 * 6 + 6);
    model = begin_model(10, 7, 4);
    expect_output(digitnet_model_add_conv2d_ex(model, 6, 3, RELU,
                                               DIGITNET_WITH(digitnet_conv2d_options, .dilation_width = 3, SAME)),
                  model, 10, 7, 6, 3 * 3 * 4 * 6 + 6);
    model = begin_model(10, 7, 4);
    expect_output(digitnet_model_add_depthwise_conv2d_ex(
                      model, 3, RELU,
                      DIGITNET_WITH(digitnet_depthwise_conv2d_options, .stride_height = 2, .depth_multiplier = 3)),
                  model, 4, 3, 12, 3 * 3 * 12 + 12);
    model = begin_model(10, 7, 4);
    expect_output(digitnet_model_add_separable_conv2d_ex(
                      model, 5, 3, RELU,
                      DIGITNET_WITH(digitnet_separable_conv2d_options, .depth_multiplier = 2, .no_bias = 1, SAME)),
                  model, 10, 7, 5, 3 * 3 * 8 + 8 * 5);
    static const struct {
        size_t kernel, stride, valid, same; /* of 5 rows */
    } transposes[] = {{3, 1, 7, 5}, {3, 2, 11, 10}, {2, 3, 15, 15}, {4, 2, 12, 10}, {1, 1, 5, 5}};
    for (size_t i = 0; i < sizeof transposes / sizeof *transposes; i++)
        for (int same = 0; same < 2; same++) {
            size_t size = same ? transposes[i].same : transposes[i].valid;
            model = begin_model(5, 5, 2);
            expect_output(digitnet_model_add_conv2d_transpose_ex(
                              model, 3, transposes[i].kernel, RELU,
                              DIGITNET_WITH(digitnet_conv2d_transpose_options, .stride_height = transposes[i].stride,
                                            .padding = same ? DIGITNET_PADDING_SAME : DIGITNET_PADDING_VALID)),
                          model, size, size, 3, transposes[i].kernel * transposes[i].kernel * 6 + 3);
        }
}

/* Names and dimensions are those of Keras 3. */
static void test_names_of_tensors(void **state) {
    (void)state;
    digitnet_model *model = begin_model(4, 4, 3);
    digitnet_model_add_separable_conv2d(model, 5, 3, RELU);
    digitnet_model_add_conv2d_transpose(model, 2, 3, RELU);
    expect_ok(digitnet_model_add_depthwise_conv2d(model, 2, RELU));
    static const struct {
        const char *name;
        size_t dimensions[4];
    } expected[] = {{"separable_conv2d/depthwise_kernel", {3, 3, 3, 1}},
                    {"separable_conv2d/pointwise_kernel", {1, 1, 3, 5}},
                    {"separable_conv2d/bias", {5, 1, 1, 1}},
                    {"conv2d_transpose/kernel", {3, 3, 2, 5}},
                    {"conv2d_transpose/bias", {2, 1, 1, 1}},
                    {"depthwise_conv2d/kernel", {2, 2, 2, 1}},
                    {"depthwise_conv2d/bias", {2, 1, 1, 1}}};
    assert_int_equal(info_of(model).tensors, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        digitnet_tensor_info tensor = tensor_at(model, i);
        assert_string_equal(tensor.name, expected[i].name);
        for (size_t k = 0; k < tensor.rank; k++)
            assert_int_equal(tensor.dimensions[k], expected[i].dimensions[k]);
    }
    digitnet_model_free(model);
}

#define expect_refused(call, status, message)  \
    do {                                       \
        expect_failure(call, status, message); \
        digitnet_model_clear_error(model);     \
    } while (0)

static void test_refusals(void **state) {
    (void)state;
    digitnet_model *model = begin_model(6, 6, 4);
#define CONV2D(filters, ...) \
    digitnet_model_add_conv2d_ex(model, filters, 3, RELU, DIGITNET_WITH(digitnet_conv2d_options, __VA_ARGS__))
    expect_refused(CONV2D(6, .groups = 4), DIGITNET_EINVAL, "6 filters cannot be shared out in 4 groups");
    expect_refused(CONV2D(6, .groups = 3), DIGITNET_ESHAPE,
                   "the 4 channels of its input cannot be shared out in 3 groups");
    expect_refused(CONV2D(6, .dilation_height = 3), DIGITNET_ESHAPE, "a kernel of 3x3, dilated, does not fit");
    expect_refused(CONV2D(6, .dilation_width = (size_t)INT32_MAX + 1), DIGITNET_ELIMIT, "dilation");
    expect_refused(CONV2D(6, .dilation_height = (size_t)1 << 30, SAME), DIGITNET_ELIMIT, "dilation 1073741824x");
    expect_refused(CONV2D(6, .dilation_height = SIZE_MAX, SAME), DIGITNET_ELIMIT, "dilation");
    expect_refused(digitnet_model_add_depthwise_conv2d(model, 0, RELU), DIGITNET_EINVAL, "the window is 0x0");
    expect_refused(digitnet_model_add_depthwise_conv2d(model, 7, RELU), DIGITNET_ESHAPE, "does not fit");
    expect_refused(digitnet_model_add_depthwise_conv2d_ex(
                       model, 1, RELU, DIGITNET_WITH(digitnet_depthwise_conv2d_options, .depth_multiplier = SIZE_MAX)),
                   DIGITNET_ELIMIT, "overflows");
    expect_refused(digitnet_model_add_separable_conv2d(model, 0, 1, RELU), DIGITNET_EINVAL, "filters is 0");
    expect_refused(digitnet_model_add_separable_conv2d(model, SIZE_MAX, 1, RELU), DIGITNET_ELIMIT, "overflows");
    expect_refused(
        digitnet_model_add_separable_conv2d_ex(
            model, 1, 1, RELU,
            DIGITNET_WITH(digitnet_separable_conv2d_options, .pointwise_initializer = (digitnet_initializer)99)),
        DIGITNET_EINVAL, "pointwise_initializer is 99");
    expect_refused(digitnet_model_add_conv2d_transpose(model, 0, 1, RELU), DIGITNET_EINVAL, "filters is 0");
    expect_refused(digitnet_model_add_conv2d_transpose(model, 1, 0, RELU), DIGITNET_EINVAL, "the window is 0x0");
    expect_refused(digitnet_model_add_conv2d_transpose(model, SIZE_MAX, 1, RELU), DIGITNET_ELIMIT, "overflows");
    expect_refused(digitnet_model_add_conv2d_transpose(model, 1, SIZE_MAX - 2, RELU), DIGITNET_ELIMIT, "overflows");
    expect_ok(digitnet_model_add_flatten(model));
    expect_refused(digitnet_model_add_depthwise_conv2d(model, 1, RELU), DIGITNET_ESHAPE, "its input is flat");
    expect_refused(digitnet_model_add_separable_conv2d(model, 1, 1, RELU), DIGITNET_ESHAPE, "its input is flat");
    expect_refused(digitnet_model_add_conv2d_transpose(model, 1, 1, RELU), DIGITNET_ESHAPE, "its input is flat");
    digitnet_model_free(model);
}

/* A dilation far beyond the image leaves each window one tap. */
static void test_dilation_beyond_the_image(void **state) {
    (void)state;
    for (size_t groups = 1; groups <= 2; groups++) {
        digitnet_model *model = begin_model(3, 3, 2);
        expect_ok(digitnet_model_add_conv2d_ex(model, 2, 3, LINEAR,
                                               DIGITNET_WITH(digitnet_conv2d_options, .dilation_height = 1000000,
                                                             .groups = groups,
                                                             .kernel_initializer = DIGITNET_INITIALIZER_ONES, SAME)));
        expect_ok(digitnet_model_add_flatten(model));
        expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_MEAN_SQUARED_ERROR));
        float image[18], output[18];
        fill_noise(image, 18, 1);
        expect_ok(digitnet_model_predict(output, 18, model, image, 18));
        for (size_t i = 0; i < 18; i++) {
            float expected = groups == 2 ? image[i] : image[i] + image[i ^ 1];
            assert_true(output[i] == expected);
        }
        digitnet_model_free(model);
    }
}

/* Sets a tensor to noise around `middle`, and keeps its values. */
static void draw_around(float *values, digitnet_model *model, const char *name, size_t count, uint64_t seed,
                        float middle) {
    fill_noise(values, count, seed);
    for (size_t i = 0; i < count; i++)
        values[i] = middle + values[i] / 2;
    expect_ok(digitnet_model_set_weights(model, name, values, count));
}

static void finish(digitnet_model *model) {
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_MEAN_SQUARED_ERROR));
}

/* A batch normalization behind a convolution is what a scaled kernel and a bias are; outputs come last in Keras's
 * layout of each kernel. */
static void check_normalization(const char *name, digitnet_status (*add)(digitnet_model *, int32_t no_bias),
                                const char *op) {
    enum { MOST = 400, IMAGE = 5 * 4 * 6 };
    digitnet_model *normalized = begin_model(5, 4, 6), *plain = begin_model(5, 4, 6);
    expect_ok(add(plain, 0));
    expect_ok(add(normalized, 1));
    expect_ok(digitnet_model_add_batch_normalization_ex(
        normalized, DIGITNET_WITH(digitnet_batch_normalization_options, .name = "n", .epsilon = 0.5)));
    finish(plain);
    finish(normalized);
    float gamma[MOST], beta[MOST], mean[MOST], variance[MOST], kernel[MOST], images[IMAGE], expected[MOST],
        scores[MOST];
    digitnet_tensor_info tensor = tensor_at(plain, 0), bias = tensor_at(plain, 1);
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, plain));
    assert_true(tensor.values <= MOST && info.outputs <= MOST);
    draw_around(gamma, normalized, "n/gamma", bias.values, 1, 1);
    draw_around(beta, normalized, "n/beta", bias.values, 2, 0);
    draw_around(mean, normalized, "n/moving_mean", bias.values, 3, 0);
    draw_around(variance, normalized, "n/moving_variance", bias.values, 4, 1);
    draw_around(kernel, normalized, tensor.name, tensor.values, 5, 0);
    for (size_t i = 0; i < tensor.values; i++)
        kernel[i] *= gamma[i % bias.values] / sqrtf(variance[i % bias.values] + 0.5f);
    for (size_t i = 0; i < bias.values; i++)
        beta[i] -= mean[i] * gamma[i] / sqrtf(variance[i] + 0.5f);
    expect_ok(digitnet_model_set_weights(plain, tensor.name, kernel, tensor.values));
    expect_ok(digitnet_model_set_weights(plain, bias.name, beta, bias.values));
    fill_noise(images, IMAGE, 6);
    expect_ok(digitnet_model_predict(expected, info.outputs, plain, images, IMAGE));
    expect_ok(digitnet_model_predict(scores, info.outputs, normalized, images, IMAGE));
    for (size_t i = 0; i < info.outputs; i++)
        if (!(fabsf(scores[i] - expected[i]) <= 1e-5f))
            fail_msg("%s: output %zu is %.9g, not %.9g", name, i, (double)scores[i], (double)expected[i]);
    assert_int_equal(normalized->network.inference.op_count, 1);
    assert_string_equal(normalized->network.inference.ops[0].kind->name, op);
    digitnet_model_free(normalized);
    digitnet_model_free(plain);
}

static digitnet_status add_depthwise_before(digitnet_model *model, int32_t no_bias) {
    return digitnet_model_add_depthwise_conv2d_ex(
        model, 3, LINEAR, DIGITNET_WITH(digitnet_depthwise_conv2d_options, .no_bias = no_bias, .depth_multiplier = 3));
}

static digitnet_status add_pointwise_before(digitnet_model *model, int32_t no_bias) {
    return digitnet_model_add_conv2d_ex(model, 18, 1, LINEAR,
                                        DIGITNET_WITH(digitnet_conv2d_options, .no_bias = no_bias));
}

static digitnet_status add_grouped_before(digitnet_model *model, int32_t no_bias) {
    return digitnet_model_add_conv2d_ex(model, 9, 3, LINEAR,
                                        DIGITNET_WITH(digitnet_conv2d_options, .no_bias = no_bias, .groups = 3));
}

static void test_normalization_is_folded(void **state) {
    (void)state;
    check_normalization("depthwise", add_depthwise_before, "conv2d_depthwise");
    check_normalization("pointwise", add_pointwise_before, "conv2d_pointwise");
    check_normalization("grouped", add_grouped_before, "conv2d");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_names_of_tensors),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_dilation_beyond_the_image),
        cmocka_unit_test(test_normalization_is_folded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
