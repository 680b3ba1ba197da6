/* Every kind of convolution against PyTorch in double precision: outputs, and the weights after three steps of SGD.
 * fixtures/make-convolutions.py made the figures. */
#include "fixtures/convolutions.h"
#include "model/model.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAME .padding = DIGITNET_PADDING_SAME
#define RELU DIGITNET_ACTIVATION_RELU
#define LINEAR DIGITNET_ACTIVATION_LINEAR

static digitnet_status add_dilated(digitnet_model *model) {
    return digitnet_model_add_conv2d_ex(
        model, 4, 3, RELU,
        DIGITNET_WITH(digitnet_conv2d_options, .kernel_width = 2, .dilation_height = 2, .dilation_width = 3, SAME));
}

static digitnet_status add_strided_and_dilated(digitnet_model *model) {
    return digitnet_model_add_conv2d_ex(model, 3, 2, LINEAR,
                                        DIGITNET_WITH(digitnet_conv2d_options, .stride_height = 2, .stride_width = 3,
                                                      .dilation_height = 3, .dilation_width = 2));
}

static digitnet_status add_grouped(digitnet_model *model) {
    return digitnet_model_add_conv2d_ex(
        model, 6, 3, RELU, DIGITNET_WITH(digitnet_conv2d_options, .stride_height = 1, .stride_width = 2, .groups = 2));
}

static digitnet_status add_of_single_channels(digitnet_model *model) {
    return digitnet_model_add_conv2d_ex(model, 6, 3, LINEAR, DIGITNET_WITH(digitnet_conv2d_options, .groups = 3, SAME));
}

static digitnet_status add_pointwise(digitnet_model *model) {
    return digitnet_model_add_conv2d(model, 7, 1, RELU);
}

static digitnet_status add_depthwise(digitnet_model *model) {
    return digitnet_model_add_depthwise_conv2d_ex(model, 3, RELU,
                                                  DIGITNET_WITH(digitnet_depthwise_conv2d_options, SAME));
}

static digitnet_status add_depthwise_strided(digitnet_model *model) {
    return digitnet_model_add_depthwise_conv2d_ex(model, 3, LINEAR,
                                                  DIGITNET_WITH(digitnet_depthwise_conv2d_options, .kernel_width = 2,
                                                                .stride_height = 2, .depth_multiplier = 2, SAME));
}

static digitnet_status add_depthwise_dilated(digitnet_model *model) {
    return digitnet_model_add_depthwise_conv2d_ex(
        model, 3, LINEAR, DIGITNET_WITH(digitnet_depthwise_conv2d_options, .dilation_height = 2));
}

static digitnet_status add_separable(digitnet_model *model) {
    return digitnet_model_add_separable_conv2d_ex(model, 5, 3, RELU,
                                                  DIGITNET_WITH(digitnet_separable_conv2d_options, SAME));
}

static digitnet_status add_separable_strided(digitnet_model *model) {
    return digitnet_model_add_separable_conv2d_ex(
        model, 4, 2, LINEAR,
        DIGITNET_WITH(digitnet_separable_conv2d_options, .kernel_width = 3, .stride_height = 2, .depth_multiplier = 3));
}

static digitnet_status add_transpose(digitnet_model *model) {
    return digitnet_model_add_conv2d_transpose_ex(model, 4, 3, RELU,
                                                  DIGITNET_WITH(digitnet_conv2d_transpose_options, .kernel_width = 2));
}

static digitnet_status add_transpose_strided(digitnet_model *model) {
    return digitnet_model_add_conv2d_transpose_ex(
        model, 2, 3, LINEAR, DIGITNET_WITH(digitnet_conv2d_transpose_options, .stride_height = 2, SAME));
}

static digitnet_status add_transpose_of_gaps(digitnet_model *model) {
    return digitnet_model_add_conv2d_transpose_ex(model, 3, 2, LINEAR,
                                                  DIGITNET_WITH(digitnet_conv2d_transpose_options, .stride_height = 3));
}

#define CASE(name, height, width, channels) \
    { #name, height, width, channels, add_##name, convolution_##name, sizeof convolution_##name / sizeof(double) }

static const struct convolution_case {
    const char *name;
    size_t height, width, channels;
    digitnet_status (*add)(digitnet_model *model);
    const double *values; /* of the outputs, then of the weights */
    size_t value_count;
} cases[] = {
    CASE(dilated, 7, 6, 2),           CASE(strided_and_dilated, 8, 9, 2),
    CASE(grouped, 5, 6, 4),           CASE(of_single_channels, 5, 5, 3),
    CASE(pointwise, 4, 3, 5),         CASE(depthwise, 6, 5, 18),
    CASE(depthwise_strided, 6, 7, 3), CASE(depthwise_dilated, 7, 7, 2),
    CASE(separable, 6, 5, 3),         CASE(separable_strided, 6, 5, 2),
    CASE(transpose, 3, 4, 2),         CASE(transpose_strided, 3, 4, 3),
    CASE(transpose_of_gaps, 2, 3, 2),
};

enum { LAYER_SEED = 10, DENSE_SEED = 20 };

static size_t tensor_count(const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, model));
    return info.tensors;
}

static digitnet_tensor_info tensor_at(const digitnet_model *model, size_t index) {
    digitnet_tensor_info tensor = DIGITNET_INIT(digitnet_tensor_info);
    expect_ok(digitnet_model_describe_tensor(&tensor, model, index));
    return tensor;
}

static void draw_tensor(digitnet_model *model, const char *name, size_t count, uint64_t seed, float scale) {
    float *values = must_allocate(count * sizeof *values);
    fill_noise(values, count, seed);
    for (size_t i = 0; i < count; i++)
        values[i] *= scale;
    expect_ok(digitnet_model_set_weights(model, name, values, count));
    free(values);
}

static digitnet_model *make_model(const struct convolution_case *c) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, c->height, c->width, c->channels));
    c->add(model);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, CONVOLUTION_OUTPUTS, LINEAR);
    expect_ok(
        digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_MEAN_SQUARED_ERROR,
                                  DIGITNET_WITH(digitnet_compile_options, .learning_rate = CONVOLUTION_LEARNING_RATE)));
    size_t count = tensor_count(model);
    for (size_t i = 0; i < count; i++) {
        digitnet_tensor_info tensor = tensor_at(model, i);
        bool of_layer = i + 2 < count; /* the last two are the dense layer's */
        draw_tensor(model, tensor.name, tensor.values, of_layer ? LAYER_SEED + i : DENSE_SEED + i + 2 - count,
                    of_layer ? 0.5f : 0.25f);
    }
    return model;
}

static void check_values(const char *name, const char *what, const float *actual, const double *expected,
                         size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!(fabs((double)actual[i] - expected[i]) <= 4e-6))
            fail_msg("%s: value %zu of %s is %.9g, in the reference %.9g", name, i, what, (double)actual[i],
                     expected[i]);
}

static void check_outputs(const struct convolution_case *c, const digitnet_model *model, const float *images) {
    float outputs[CONVOLUTION_IMAGES * CONVOLUTION_OUTPUTS];
    expect_ok(digitnet_model_predict(outputs, sizeof outputs / sizeof *outputs, model, images,
                                     CONVOLUTION_IMAGES * c->height * c->width * c->channels));
    check_values(c->name, "the outputs", outputs, c->values, sizeof outputs / sizeof *outputs);
}

static void train(digitnet_model *model, const struct convolution_case *c, const float *images) {
    float targets[CONVOLUTION_IMAGES * CONVOLUTION_OUTPUTS];
    fill_noise(targets, sizeof targets / sizeof *targets, 2);
    digitnet_dataset *dataset;
    expect_ok(digitnet_dataset_create_f32_ex(
        &dataset, images, NULL, CONVOLUTION_IMAGES, c->height, c->width, c->channels,
        DIGITNET_WITH(digitnet_dataset_options, .targets = targets, .target_values = CONVOLUTION_OUTPUTS)));
    expect_ok(digitnet_model_fit(model, dataset,
                                 DIGITNET_WITH(digitnet_fit_options, .epochs = CONVOLUTION_STEPS,
                                               .batch_size = CONVOLUTION_IMAGES, .no_shuffle = 1)));
    digitnet_dataset_free(dataset);
}

static void check_weights(const struct convolution_case *c, const digitnet_model *model) {
    const double *expected = c->values + CONVOLUTION_IMAGES * CONVOLUTION_OUTPUTS;
    for (size_t i = 0; i < tensor_count(model); i++) {
        digitnet_tensor_info tensor = tensor_at(model, i);
        float *values = must_allocate(tensor.values * sizeof *values);
        expect_ok(digitnet_model_get_weights(values, tensor.values, model, tensor.name));
        check_values(c->name, tensor.name, values, expected, tensor.values);
        expected += tensor.values;
        free(values);
    }
    assert_int_equal(expected - c->values, c->value_count);
}

static void test_reference(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct convolution_case *c = &cases[i];
        size_t values = CONVOLUTION_IMAGES * c->height * c->width * c->channels;
        digitnet_model *model = make_model(c);
        float *images = must_allocate(values * sizeof *images);
        fill_noise(images, values, 1);
        check_outputs(c, model, images);
        train(model, c, images);
        check_weights(c, model);
        free(images);
        digitnet_model_free(model);
    }
}

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

static digitnet_model *image_of(size_t height, size_t width, size_t channels) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, height, width, channels));
    return model;
}

/* The sizes are those of Keras 3. */
static void test_shapes(void **state) {
    (void)state;
    digitnet_model *model = image_of(10, 7, 4);
    expect_output(digitnet_model_add_conv2d_ex(
                      model, 6, 3, RELU, DIGITNET_WITH(digitnet_conv2d_options, .dilation_height = 2, .groups = 2)),
                  model, 6, 3, 6, 3 * 3 * 2 * 6 + 6);
    model = image_of(10, 7, 4);
    expect_output(digitnet_model_add_conv2d_ex(model, 6, 3, RELU,
                                               DIGITNET_WITH(digitnet_conv2d_options, .dilation_width = 3, SAME)),
                  model, 10, 7, 6, 3 * 3 * 4 * 6 + 6);
    model = image_of(10, 7, 4);
    expect_output(digitnet_model_add_depthwise_conv2d_ex(
                      model, 3, RELU,
                      DIGITNET_WITH(digitnet_depthwise_conv2d_options, .stride_height = 2, .depth_multiplier = 3)),
                  model, 4, 3, 12, 3 * 3 * 12 + 12);
    model = image_of(10, 7, 4);
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
            model = image_of(5, 5, 2);
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
    digitnet_model *model = image_of(4, 4, 3);
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
    assert_int_equal(tensor_count(model), sizeof expected / sizeof *expected);
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
    digitnet_model *model = image_of(6, 6, 4);
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
        digitnet_model *model = image_of(3, 3, 2);
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
    digitnet_model *normalized = image_of(5, 4, 6), *plain = image_of(5, 4, 6);
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
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_names_of_tensors),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_dilation_beyond_the_image),
        cmocka_unit_test(test_normalization_is_folded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
