/* Penalties on weights: their part in the loss and in the gradient, which weights have them, files and refusals. */
#include "onnx_bytes.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { IMAGES = 20 };

static const double learning_rate = 0.125, l1 = 0.25, l2 = 0.0625;

typedef struct penalties {
    double kernel_l1, kernel_l2, bias_l1, bias_l2;
} penalties;

static const penalties none;
static const penalties all = {0.25, 0.0625, 0.125, 0.5};

/* A convolution of several blocks of outputs, and a dense layer whose penalties are others. */
static digitnet_model *make_model(penalties with, digitnet_optimizer optimizer) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    digitnet_model_add_conv2d_ex(model, 19, 3, DIGITNET_ACTIVATION_RELU,
                                 DIGITNET_WITH(digitnet_conv2d_options, .kernel_l1 = with.kernel_l1,
                                               .kernel_l2 = with.kernel_l2, .bias_l1 = with.bias_l1,
                                               .bias_l2 = with.bias_l2,
                                               .bias_initializer = DIGITNET_INITIALIZER_HE_UNIFORM));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense_ex(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX,
                                DIGITNET_WITH(digitnet_dense_options, .kernel_l1 = 2 * with.kernel_l1,
                                              .kernel_l2 = 2 * with.kernel_l2, .bias_l1 = 2 * with.bias_l1,
                                              .bias_l2 = 2 * with.bias_l2,
                                              .bias_initializer = DIGITNET_INITIALIZER_HE_UNIFORM));
    expect_ok(
        digitnet_model_compile_ex(model, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                  DIGITNET_WITH(digitnet_compile_options, .seed = 3, .learning_rate = learning_rate)));
    return model;
}

static digitnet_tensor_info tensor_at(const digitnet_model *model, size_t index) {
    digitnet_tensor_info info = DIGITNET_INIT(digitnet_tensor_info);
    expect_ok(digitnet_model_describe_tensor(&info, model, index));
    return info;
}

/* Those of a tensor, by its place: the convolution's kernel and bias, and the dense layer's. */
static void penalty_at(double *magnitudes, double *squares, penalties with, size_t index) {
    double factor = index < 2 ? 1 : 2;
    *magnitudes = factor * (index % 2 ? with.bias_l1 : with.kernel_l1);
    *squares = factor * (index % 2 ? with.bias_l2 : with.kernel_l2);
}

static double expected_penalty(const digitnet_model *model, penalties with) {
    float *weights = copy_weights(model), *at = weights;
    double sum = 0;
    for (size_t i = 0; i < 4; i++) {
        digitnet_tensor_info info = tensor_at(model, i);
        double magnitudes, squares;
        penalty_at(&magnitudes, &squares, with, i);
        for (size_t k = 0; info.trainable && k < info.values; k++)
            sum += magnitudes * fabs((double)at[k]) + squares * (double)at[k] * (double)at[k];
        at += info.values;
    }
    free(weights);
    return sum;
}

/* One step of SGD: it goes further than without penalties by the rate times their gradient. */
static void check_step(penalties with) {
    digitnet_model *model = make_model(with, DIGITNET_OPTIMIZER_SGD), *plain = make_model(none, DIGITNET_OPTIMIZER_SGD);
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    float *before = copy_weights(model);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = IMAGES));
    fit(plain, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = IMAGES));
    float *after = copy_weights(model), *plain_after = copy_weights(plain);
    for (size_t i = 0, at = 0; i < 4; i++) {
        double magnitudes, squares;
        penalty_at(&magnitudes, &squares, with, i);
        for (size_t end = at + tensor_at(model, i).values; at < end; at++) {
            double w = (double)before[at], sign = (w > 0) - (w < 0);
            double expected = (double)plain_after[at] - learning_rate * (magnitudes * sign + 2 * squares * w);
            assert_true(fabs((double)after[at] - expected) <= 1e-6);
        }
    }
    free(plain_after);
    free(after);
    free(before);
    digitnet_dataset_free(data);
    digitnet_model_free(plain);
    digitnet_model_free(model);
}

static void test_gradients(void **state) {
    (void)state;
    check_step(all);
    check_step((penalties){.kernel_l1 = l1});
    check_step((penalties){.kernel_l2 = l2});
    check_step((penalties){.bias_l1 = l1});
    check_step((penalties){.bias_l2 = l2});
}

/* Fit, its validation, evaluation and a single batch report it. */
static void test_reported_losses(void **state) {
    (void)state;
    digitnet_model *model = make_model(all, DIGITNET_OPTIMIZER_ADAM),
                   *plain = make_model(none, DIGITNET_OPTIMIZER_ADAM);
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics), plain_metrics = metrics, step = metrics;
    float images[IMAGES * SMALL_IMAGE];
    int32_t labels[IMAGES];
    digitnet_history *history;
    double penalty = expected_penalty(model, all);
    assert_true(penalty > 1);
    expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
    expect_ok(digitnet_model_evaluate(&plain_metrics, plain, data, NULL));
    assert_true(fabs(metrics.loss - plain_metrics.loss - penalty) <= 1e-9 * penalty);
    expect_ok(digitnet_model_fit(
        model, data,
        DIGITNET_WITH(digitnet_fit_options, .history = &history, .batch_size = IMAGES, .validation = data)));
    assert_true(fabs(digitnet_history_series(NULL, history, DIGITNET_METRIC_LOSS)[0] - metrics.loss) <= 1e-6);
    expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
    assert_true(digitnet_history_series(NULL, history, DIGITNET_METRIC_VALIDATION_LOSS)[0] == metrics.loss);
    expect_ok(digitnet_dataset_read(images, IMAGES * SMALL_IMAGE, labels, IMAGES, data, 0, IMAGES));
    expect_ok(digitnet_model_train_batch(
        &step, model, DIGITNET_WITH(digitnet_train_batch, .count = IMAGES, .images = images, .labels = labels)));
    assert_true(fabs(step.loss - metrics.loss) <= 1e-6);
    digitnet_history_free(history);
    digitnet_dataset_free(data);
    digitnet_model_free(plain);
    digitnet_model_free(model);
}

/* Of frozen layers there is none, as in Keras. */
static void test_frozen_layers(void **state) {
    (void)state;
    digitnet_model *model = make_model(all, DIGITNET_OPTIMIZER_ADAM),
                   *plain = make_model(none, DIGITNET_OPTIMIZER_ADAM);
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics), plain_metrics = metrics;
    double whole = expected_penalty(model, all);
    expect_ok(digitnet_model_set_trainable(model, "conv2d", 0));
    double penalty = expected_penalty(model, all);
    assert_true(penalty > 0 && penalty < whole);
    expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
    expect_ok(digitnet_model_evaluate(&plain_metrics, plain, data, NULL));
    assert_true(fabs(metrics.loss - plain_metrics.loss - penalty) <= 1e-9);
    digitnet_dataset_free(data);
    digitnet_model_free(plain);
    digitnet_model_free(model);
}

static void test_threads_and_files(void **state) {
    (void)state;
    digitnet_model *model = make_model(all, DIGITNET_OPTIMIZER_ADAM);
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 7, .threads = 1));
    saved_bytes file = save_model(model);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 7, .threads = 1));
    static const size_t threads[] = {2, 3, 8};
    for (size_t i = 0; i < 3; i++) {
        digitnet_model *loaded = load_model(&file, 0);
        fit(loaded, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 7, .threads = threads[i]));
        assert_same_weights(model, loaded);
        digitnet_model_free(loaded);
    }
    free(file.data);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

/* What Keras gives for one step of SGD: Dense(2, kernel_regularizer=L1L2(0.25, 0.0625), bias_regularizer=L2(0.5)) with
 * the mean squared error. All numbers are exact. */
static void test_reference(void **state) {
    (void)state;
    static const float before[] = {0.5f, -1.5f, 2, 0.25f, 1, -2}, image[] = {1, 2}, target[] = {0, 0};
    static const float expected[] = {-0.2265625f, -1.0703125f, 0.5625f, 0.96484375f, 0.1875f, -1.375f};
    float after[6];
    digitnet_model *model;
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_ok(digitnet_model_create(&model, 1, 1, 2));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense_ex(
        model, 2, DIGITNET_ACTIVATION_LINEAR,
        DIGITNET_WITH(digitnet_dense_options, .kernel_l1 = 0.25, .kernel_l2 = 0.0625, .bias_l2 = 0.5));
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_MEAN_SQUARED_ERROR,
                                        DIGITNET_WITH(digitnet_compile_options, .learning_rate = 0.125)));
    expect_ok(digitnet_model_set_weights(model, NULL, before, 6));
    expect_ok(digitnet_model_train_batch(
        &metrics, model, DIGITNET_WITH(digitnet_train_batch, .count = 1, .images = image, .targets = target)));
    assert_true(metrics.loss == 23.59765625);
    expect_ok(digitnet_model_get_weights(after, 6, model, NULL));
    assert_same_floats(after, expected, 6);
    digitnet_model_free(model);
}

static void expect_refused(penalties with, const char *message) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 2, 2, 1));
    expect_failure(digitnet_model_add_conv2d_ex(model, 1, 1, DIGITNET_ACTIVATION_LINEAR,
                                                DIGITNET_WITH(digitnet_conv2d_options, .kernel_l1 = with.kernel_l1,
                                                              .kernel_l2 = with.kernel_l2, .bias_l1 = with.bias_l1,
                                                              .bias_l2 = with.bias_l2)),
                   DIGITNET_EINVAL, message);
    digitnet_model_free(model);
}

static void test_refusals(void **state) {
    (void)state;
    expect_refused((penalties){.kernel_l1 = -1}, "kernel_l1 is -1; it must be finite and at least 0");
    expect_refused((penalties){.kernel_l2 = INFINITY}, "kernel_l2 is inf");
    expect_refused((penalties){.bias_l1 = NAN}, "bias_l1 is nan");
    expect_refused((penalties){.bias_l2 = -0.5}, "layer 'conv2d': bias_l2 is -0.5");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients),     cmocka_unit_test(test_reported_losses),
        cmocka_unit_test(test_frozen_layers), cmocka_unit_test(test_threads_and_files),
        cmocka_unit_test(test_reference),     cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
