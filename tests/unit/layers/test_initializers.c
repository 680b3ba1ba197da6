/* Initializers: mean, variance, bounds and shape of many values, with Keras's fans. */
#include "model/model.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

/* A normal distribution that is cut at two deviations keeps this part of its deviation. */
static const double cut_deviation = 0.87962566103423978;

typedef struct initializer_case {
    digitnet_initializer initializer;
    bool normal;
    /* variance = numerator / (fan_in + fan_out), or / fan_in */
    double numerator;
    bool both_fans;
} initializer_case;

static const initializer_case cases[] = {
    {DIGITNET_INITIALIZER_GLOROT_UNIFORM, false, 2, true},
    {DIGITNET_INITIALIZER_GLOROT_NORMAL, true, 2, true},
    {DIGITNET_INITIALIZER_HE_UNIFORM, false, 2, false},
    {DIGITNET_INITIALIZER_HE_NORMAL, true, 2, false},
};

static digitnet_model *make_dense(size_t inputs, size_t units, digitnet_initializer kernel, digitnet_initializer bias) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 1, 1, inputs));
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dense_ex(
        model, units, DIGITNET_ACTIVATION_SOFTMAX,
        DIGITNET_WITH(digitnet_dense_options, .kernel_initializer = kernel, .bias_initializer = bias)));
    return model;
}

static digitnet_model *make_conv2d(digitnet_initializer kernel, digitnet_initializer bias) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 5, 3, 32));
    digitnet_model_add_conv2d_ex(model, 64, 5, DIGITNET_ACTIVATION_RELU,
                                 DIGITNET_WITH(digitnet_conv2d_options, .kernel_width = 3, .kernel_initializer = kernel,
                                               .bias_initializer = bias));
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_SOFTMAX));
    return model;
}

/* Compiles the model, releases it, and returns the values of one of its tensors, to be released with free(). */
static float *draw(digitnet_model *model, const char *tensor, size_t count, uint64_t seed) {
    float *values = must_allocate(count * sizeof *values);
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .seed = seed)));
    expect_ok(digitnet_model_get_weights(values, count, model, tensor));
    digitnet_model_free(model);
    return values;
}

/* Within five standard errors; the kurtosis of both distributions is below 3. */
static void check_moments(const float *values, size_t count, double variance) {
    double sum = 0, squares = 0, n = (double)count;
    for (size_t i = 0; i < count; i++) {
        sum += (double)values[i];
        squares += (double)values[i] * (double)values[i];
    }
    assert_true(fabs(sum / n) <= 5 * sqrt(variance / n));
    assert_true(fabs(squares / n / variance - 1) <= 5 * sqrt(2 / n));
}

/* The part of the values within `share` of the bound, which none exceeds and some almost reach. */
static void check_shape(const float *values, size_t count, double bound, double share, double expected) {
    size_t within = 0, near_bound = 0;
    for (size_t i = 0; i < count; i++) {
        double magnitude = fabs((double)values[i]);
        assert_true(magnitude <= bound * (1 + 1e-6));
        within += magnitude <= share * bound;
        near_bound += magnitude > 0.98 * bound;
    }
    assert_true(near_bound > 0);
    assert_true(fabs((double)within / (double)count - expected) <= 5 * sqrt(expected * (1 - expected) / (double)count));
}

static void check_values(float *values, size_t count, const initializer_case *with, double fan_in, double fan_out) {
    double variance = with->numerator / (with->both_fans ? fan_in + fan_out : fan_in);
    check_moments(values, count, variance);
    if (with->normal) /* one deviation of two: 0.6827 of 0.9545 */
        check_shape(values, count, 2 * sqrt(variance) / cut_deviation, 0.5, 0.6826894921370859 / 0.9544997361036416);
    else
        check_shape(values, count, sqrt(3 * variance), 0.5, 0.5);
    free(values);
}

static void test_kernels_of_dense_layers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_model *model = make_dense(150, 400, cases[i].initializer, DIGITNET_INITIALIZER_DEFAULT);
        check_values(draw(model, "dense/kernel", 60000, i), 60000, &cases[i], 150, 400);
    }
}

/* Every tap of the window counts, on both sides. */
static void test_kernels_of_convolutions(void **state) {
    (void)state;
    enum { WINDOW = 5 * 3, COUNT = WINDOW * 32 * 64 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_model *model = make_conv2d(cases[i].initializer, DIGITNET_INITIALIZER_DEFAULT);
        check_values(draw(model, "conv2d/kernel", COUNT, i), COUNT, &cases[i], WINDOW * 32, WINDOW * 64);
    }
}

/* Keras gives a vector its length as both fans. */
static void test_biases(void **state) {
    (void)state;
    enum { UNITS = 20000 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_model *model = make_dense(1, UNITS, DIGITNET_INITIALIZER_DEFAULT, cases[i].initializer);
        check_values(draw(model, "dense/bias", UNITS, i), UNITS, &cases[i], UNITS, UNITS);
    }
}

static void check_constant(digitnet_model *model, const char *tensor, size_t count, float expected) {
    float *values = draw(model, tensor, count, 1);
    for (size_t i = 0; i < count; i++)
        assert_true(values[i] == expected);
    free(values);
}

static void test_constants(void **state) {
    (void)state;
    const digitnet_initializer zeros = DIGITNET_INITIALIZER_ZEROS, ones = DIGITNET_INITIALIZER_ONES;
    check_constant(make_dense(7, 5, zeros, ones), "dense/kernel", 35, 0);
    check_constant(make_dense(7, 5, zeros, ones), "dense/bias", 5, 1);
    check_constant(make_dense(7, 5, ones, zeros), "dense/kernel", 35, 1);
    check_constant(make_dense(7, 5, ones, zeros), "dense/bias", 5, 0);
    check_constant(make_conv2d(ones, ones), "conv2d/kernel", 15 * 32 * 64, 1);
    check_constant(make_conv2d(ones, ones), "conv2d/bias", 64, 1);
}

/* Glorot uniform for kernels, zeros for biases; the same bits as when they are asked for by name. */
static void test_defaults(void **state) {
    (void)state;
    float *by_default = draw(make_dense(9, 8, DIGITNET_INITIALIZER_DEFAULT, DIGITNET_INITIALIZER_DEFAULT), NULL, 80, 3);
    float *named = draw(make_dense(9, 8, DIGITNET_INITIALIZER_GLOROT_UNIFORM, DIGITNET_INITIALIZER_ZEROS), NULL, 80, 3);
    float *of_another_seed =
        draw(make_dense(9, 8, DIGITNET_INITIALIZER_DEFAULT, DIGITNET_INITIALIZER_DEFAULT), NULL, 80, 4);
    assert_same_floats(by_default, named, 80);
    assert_memory_not_equal(by_default, of_another_seed, 72 * sizeof(float));
    free(of_another_seed);
    free(named);
    free(by_default);
}

static void test_unknown_initializers(void **state) {
    (void)state;
    static const int unknown[] = {-1, 7};
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 1, 1, 2));
    for (size_t i = 0; i < 2; i++) {
        digitnet_initializer initializer = (digitnet_initializer)unknown[i];
        const char *kernel = i ? "kernel_initializer is 7, which is not an initializer"
                               : "kernel_initializer is -1, which is not an initializer";
        const char *bias = i ? "bias_initializer is 7, which is not an initializer"
                             : "bias_initializer is -1, which is not an initializer";
        expect_failure(
            digitnet_model_add_conv2d_ex(model, 1, 1, DIGITNET_ACTIVATION_RELU,
                                         DIGITNET_WITH(digitnet_conv2d_options, .kernel_initializer = initializer)),
            DIGITNET_EINVAL, kernel);
        digitnet_model_clear_error(model);
        expect_failure(
            digitnet_model_add_dense_ex(model, 1, DIGITNET_ACTIVATION_RELU,
                                        DIGITNET_WITH(digitnet_dense_options, .bias_initializer = initializer)),
            DIGITNET_EINVAL, bias);
        digitnet_model_clear_error(model);
    }
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernels_of_dense_layers),
        cmocka_unit_test(test_kernels_of_convolutions),
        cmocka_unit_test(test_biases),
        cmocka_unit_test(test_constants),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_unknown_initializers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
