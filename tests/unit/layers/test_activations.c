/* Numbers that activations and layers that normalize, rescale or draw refuse, and what the latter draw. What they
 * compute besides is in test_layer_fixtures.c. */
#include "model/model.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Attributes that are refused ---- */

#define expect_refused(call, message)                   \
    do {                                                \
        expect_failure(call, DIGITNET_EINVAL, message); \
        digitnet_model_clear_error(model);              \
    } while (0)

static void test_wrong_numbers(void **state) {
    (void)state;
    static const double bad[] = {-1, NAN, INFINITY, 1e39};
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 2, 2, 3));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        digitnet_activation_options alpha = DIGITNET_INIT(digitnet_activation_options);
        digitnet_layer_normalization_options epsilon = DIGITNET_INIT(digitnet_layer_normalization_options);
        digitnet_group_normalization_options of_groups = DIGITNET_INIT(digitnet_group_normalization_options);
        alpha.alpha = epsilon.epsilon = of_groups.epsilon = bad[i];
        expect_refused(digitnet_model_add_activation_ex(model, DIGITNET_ACTIVATION_ELU, &alpha), "alpha is");
        expect_refused(digitnet_model_add_layer_normalization_ex(model, &epsilon), "epsilon is");
        expect_refused(digitnet_model_add_group_normalization_ex(model, 3, &of_groups), "epsilon is");
        expect_refused(digitnet_model_add_gaussian_noise(model, bad[i]), "stddev is");
        expect_refused(digitnet_model_add_gaussian_dropout(model, bad[i]), "rate is");
        expect_refused(digitnet_model_add_spatial_dropout2d(model, bad[i]), "rate is");
        expect_refused(digitnet_model_add_rescaling(model, bad[i] > 0 || bad[i] < 0 ? 1e39 : NAN, 0), "scale is");
        expect_refused(digitnet_model_add_rescaling(model, 1, -1e39), "offset is -1e+39");
        expect_refused(digitnet_model_add_power(model, bad[i] > 0 ? bad[i] : -1e39), "the exponent is");
    }
    expect_refused(digitnet_model_add_activation_ex(model, DIGITNET_ACTIVATION_RELU,
                                                    DIGITNET_WITH(digitnet_activation_options, .alpha = 0.1)),
                   "alpha is 0.1, but activation relu has none");
    expect_ok(digitnet_model_add_flatten(model));
    expect_failure(digitnet_model_add_spatial_dropout2d(model, 0.5), DIGITNET_ESHAPE, "rows, columns");
    digitnet_model_free(model);
}

static void test_groups_that_do_not_fit(void **state) {
    (void)state;
    static const size_t bad[] = {4, 5, 7, 12, SIZE_MAX};
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 2, 2, 6));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char message[128];
        snprintf(message, sizeof message,
                 "layer 'group_normalization': its input's 6 channels do not make %zu equal groups", bad[i]);
        expect_failure(digitnet_model_add_group_normalization(model, bad[i]), DIGITNET_ESHAPE, message);
        digitnet_model_clear_error(model);
    }
    static const size_t good[] = {0, 1, 2, 3, 6};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        expect_ok(digitnet_model_add_group_normalization(model, good[i]));
    expect_ok(digitnet_model_add_flatten(model));
    expect_ok(digitnet_model_add_group_normalization(model, 24));
    expect_failure(digitnet_model_add_group_normalization(model, 48), DIGITNET_ESHAPE, "its input's 24 channels");
    digitnet_model_free(model);
}

/* ---- Noise ---- */

enum { SAMPLES = 4, SIDE = 50, CHANNELS = 40, NOISE_VALUES = SIDE * SIDE * CHANNELS };

static const uint64_t seeds[SAMPLES] = {1, 2, 3, 4};

static const digitnet__op *training_op(digitnet_model *model) {
    expect_ok(digitnet__network_allocate_training(&model->network, DIGITNET_ACTIVATION_LINEAR));
    assert_int_equal(model->network.inference.op_count, 0); /* nothing to compute there */
    return &model->network.training.ops[0];
}

/* Forward in training over inputs of one value, each sample with a seed of its own. */
static float *draw_with(const digitnet__op *op, float value) {
    float *inputs = must_allocate(SAMPLES * NOISE_VALUES * sizeof(float));
    float *output = must_allocate(SAMPLES * NOISE_VALUES * sizeof(float));
    for (size_t i = 0; i < SAMPLES * NOISE_VALUES; i++)
        inputs[i] = value;
    op->kind->forward(op,
                      &(digitnet__op_range){
                          .samples = SAMPLES, .inputs = (const float *[]){inputs}, .output = output, .seeds = seeds});
    free(inputs);
    return output;
}

static float *run_noise(digitnet_model *model) {
    float *output = draw_with(training_op(model), 1);
    digitnet_model_free(model);
    return output;
}

static digitnet_model *begin_noise(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SIDE, SIDE, CHANNELS));
    return model;
}

/* 400,000 values: the mean within 5 deviations of it, the variance likewise. */
static void check_moments(float *values, double mean, double variance) {
    const double count = SAMPLES * NOISE_VALUES;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < SAMPLES * NOISE_VALUES; i++) {
        sum += (double)values[i] - mean;
        squares += ((double)values[i] - mean) * ((double)values[i] - mean);
    }
    assert_true(fabs(sum / count) < 5 * sqrt(variance / count));
    assert_true(fabs(squares / count / variance - 1) < 5 * sqrt(2 / count));
    assert_true(values[0] != values[NOISE_VALUES]); /* samples differ */
    free(values);
}

static void test_noise(void **state) {
    (void)state;
    digitnet_model *added = begin_noise(), *multiplied = begin_noise();
    expect_ok(digitnet_model_add_gaussian_noise(added, 0.3));
    check_moments(run_noise(added), 1, 0.09);
    expect_ok(digitnet_model_add_gaussian_dropout(multiplied, 0.2));
    check_moments(run_noise(multiplied), 1, 0.25);
}

/* A channel is kept as a whole or not at all. */
static void test_spatial_dropout(void **state) {
    (void)state;
    digitnet_model *model = begin_noise();
    expect_ok(digitnet_model_add_spatial_dropout2d(model, 0.75));
    float *output = run_noise(model);
    size_t kept = 0;
    for (size_t channel = 0; channel < SAMPLES * CHANNELS; channel++) {
        const float *values = output + channel / CHANNELS * NOISE_VALUES + channel % CHANNELS;
        assert_true(values[0] == 0 || values[0] == 4);
        kept += values[0] == 4;
        for (size_t place = 0; place < SIDE * SIDE; place++)
            assert_true(values[place * CHANNELS] == values[0]);
    }
    assert_in_range(kept, 13, 67); /* a quarter of 160, within five deviations */
    free(output);
}

static void check_drawn(const char *name, size_t index, const char *what, float value, float expected) {
    if (!(fabs((double)value - (double)expected) <= 1e-6))
        fail_msg("%s: %s %zu is %.9g, not %.9g", name, what, index, (double)value, (double)expected);
}

/* With the same seeds the same numbers are drawn. What they make of zeros and of ones says which they are: those that
 * are added, and those that values and their gradients are multiplied by. */
static void check_linear(digitnet_status added, digitnet_model *model) {
    expect_ok(added);
    enum { COUNT = SAMPLES * NOISE_VALUES };
    const digitnet__op *op = training_op(model);
    const char *name = model->network.graph.layers[0].name;
    float *of_zeros = draw_with(op, 0), *of_ones = draw_with(op, 1);
    float *inputs = must_allocate(COUNT * sizeof(float)), *outputs = must_allocate(COUNT * sizeof(float));
    float *output_gradient = must_allocate(COUNT * sizeof(float)), *gradient = must_allocate(COUNT * sizeof(float));
    fill_noise(inputs, COUNT, 1);
    fill_noise(output_gradient, COUNT, 2);
    digitnet__op_range range = {.samples = SAMPLES,
                                .inputs = (const float *[]){inputs},
                                .output = outputs,
                                .output_gradient = output_gradient,
                                .input_gradients = (float *const[]){gradient},
                                .seeds = seeds};
    op->kind->forward(op, &range);
    op->kind->backward(op, &range);
    for (size_t i = 0; i < COUNT; i++) {
        float factor = of_ones[i] - of_zeros[i];
        check_drawn(name, i, "output", outputs[i], of_zeros[i] + factor * inputs[i]);
        check_drawn(name, i, "gradient", gradient[i], factor * noise(2, i));
    }
    float *const buffers[] = {of_zeros, of_ones, inputs, outputs, output_gradient, gradient};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        free(buffers[i]);
    digitnet_model_free(model);
}

static void test_what_is_drawn_is_added_or_multiplied_by(void **state) {
    (void)state;
    digitnet_model *model = begin_noise();
    check_linear(digitnet_model_add_dropout(model, 0.5), model);
    model = begin_noise();
    check_linear(digitnet_model_add_spatial_dropout2d(model, 0.75), model);
    model = begin_noise();
    check_linear(digitnet_model_add_gaussian_noise(model, 0.3), model);
    model = begin_noise();
    check_linear(digitnet_model_add_gaussian_dropout(model, 0.2), model);
}

/* Each value is kept by itself. */
static void test_dropout(void **state) {
    (void)state;
    digitnet_model *model = begin_noise();
    expect_ok(digitnet_model_add_dropout(model, 0.75));
    float *output = run_noise(model);
    size_t kept = 0;
    for (size_t i = 0; i < SAMPLES * NOISE_VALUES; i++) {
        assert_true(output[i] == 0 || output[i] == 4);
        kept += output[i] == 4;
    }
    assert_in_range(kept, 98600, 101400); /* a quarter of 400,000, within five deviations */
    free(output);
}

/* ---- Powers ---- */

/* The slope of a root at 0 is infinite, and its gradient nothing. */
static void test_roots_of_nothing_are_trained(void **state) {
    (void)state;
    digitnet_model *model;
    digitnet_dataset *data;
    const float images[] = {0, 0, 0, 0.25f}, targets[] = {1, 1};
    float scores[2], weights[2];
    expect_ok(digitnet_model_create(&model, 1, 1, 2));
    digitnet_model_add_flatten(model);
    digitnet_model_add_power(model, 0.5);
    digitnet_model_add_dense(model, 1, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_power(model, 2);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_MEAN_SQUARED_ERROR));
    expect_ok(digitnet_dataset_create_f32_ex(
        &data, images, NULL, 2, 1, 1, 2,
        DIGITNET_WITH(digitnet_dataset_options, .targets = targets, .target_values = 1)));
    expect_ok(digitnet_model_fit(model, data, NULL));
    expect_ok(digitnet_model_get_weights(weights, 2, model, "dense/kernel"));
    assert_true(isfinite(weights[0]) && isfinite(weights[1]));
    expect_ok(digitnet_model_predict(scores, 2, model, images, 4));
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

static void test_what_has_no_power_is_not_finite(void **state) {
    (void)state;
    static const struct {
        double exponent;
        float x, y; /* NAN: not finite */
    } cases[] = {{-1, 0, NAN}, {0.5, -1, NAN}, {40, 1e3f, NAN}, {-1, 0.25f, 4}, {3, -2, -8}, {0, 5, 1}, {0.5, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        digitnet_model *model;
        float y;
        expect_ok(digitnet_model_create(&model, 1, 1, 1));
        digitnet_model_add_flatten(model);
        digitnet_model_add_power(model, cases[i].exponent);
        expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_MEAN_SQUARED_ERROR));
        if (isnan(cases[i].y)) {
            expect_failure(digitnet_model_predict(&y, 1, model, &cases[i].x, 1), DIGITNET_ENOTFINITE, "not finite");
        } else {
            expect_ok(digitnet_model_predict(&y, 1, model, &cases[i].x, 1));
            assert_true(y == cases[i].y);
        }
        digitnet_model_free(model);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_numbers),
        cmocka_unit_test(test_groups_that_do_not_fit),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_spatial_dropout),
        cmocka_unit_test(test_dropout),
        cmocka_unit_test(test_what_is_drawn_is_added_or_multiplied_by),
        cmocka_unit_test(test_roots_of_nothing_are_trained),
        cmocka_unit_test(test_what_has_no_power_is_not_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
