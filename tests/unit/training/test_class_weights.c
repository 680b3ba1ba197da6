/* Weights of classes: what sample weights of the same sizes do, and what is refused. */
#include "support.h"

#include <math.h>
#include <stdio.h>

enum { IMAGES = 20, BATCH = 6 };

static const float class_weights[] = {0.5f, 3, 0};

/* Of each class; samples have labels, or targets that name the same class, and the weights of their classes or none. */
static digitnet_dataset *make_data(size_t outputs, bool targets, bool weighted) {
    static float images[IMAGES * SMALL_IMAGE], rows[IMAGES * SMALL_CLASSES], weights[IMAGES];
    int32_t labels[IMAGES];
    fill_noise(images, IMAGES * SMALL_IMAGE, 1);
    for (size_t i = 0; i < IMAGES; i++) {
        size_t classes = outputs == 1 ? 2 : outputs;
        labels[i] = (int32_t)(i * 7 % classes);
        weights[i] = 1 + noise(3, i) / 2;
        if (weighted)
            weights[i] *= class_weights[labels[i]];
        for (size_t k = 0; k < outputs; k++)
            rows[i * outputs + k] =
                outputs == 1 ? 0.25f + 0.5f * (float)labels[i] : (labels[i] == (int32_t)k ? 0.75f : 0.125f);
    }
    digitnet_dataset *data;
    expect_ok(digitnet_dataset_create_f32_ex(
        &data, images, targets ? NULL : labels, IMAGES, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS,
        DIGITNET_WITH(digitnet_dataset_options, .targets = targets ? rows : NULL,
                      .target_values = targets ? outputs : 0, .sample_weights = weights)));
    return data;
}

static digitnet_model *make_model(digitnet_loss loss, digitnet_activation activation, size_t outputs) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, outputs, activation);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, loss));
    return model;
}

static void check_equality(digitnet_loss loss, digitnet_activation activation, size_t outputs, bool targets) {
    digitnet_dataset *plain = make_data(outputs, targets, false), *weighted = make_data(outputs, targets, true);
    digitnet_model *model = make_model(loss, activation, outputs);
    fit(model, weighted, DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = BATCH));
    for (size_t threads = 1; threads <= 3; threads++) {
        digitnet_model *other = make_model(loss, activation, outputs);
        fit(other, plain,
            DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = BATCH, .threads = threads,
                          .class_weights = class_weights, .class_weight_count = outputs == 1 ? 2 : outputs));
        assert_same_weights(model, other);
        digitnet_model_free(other);
    }
    digitnet_model_free(model);
    digitnet_dataset_free(weighted);
    digitnet_dataset_free(plain);
}

static void test_equal_sample_weights(void **state) {
    (void)state;
    check_equality(DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, DIGITNET_ACTIVATION_SOFTMAX, 3, false);
    check_equality(DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY, DIGITNET_ACTIVATION_SOFTMAX, 3, true);
    check_equality(DIGITNET_LOSS_BINARY_CROSSENTROPY, DIGITNET_ACTIVATION_SIGMOID, 1, false);
    check_equality(DIGITNET_LOSS_BINARY_CROSSENTROPY, DIGITNET_ACTIVATION_SIGMOID, 1, true);
    check_equality(DIGITNET_LOSS_MEAN_SQUARED_ERROR, DIGITNET_ACTIVATION_LINEAR, 3, true);
}

/* A source's samples, whose weights are gathered on the calling thread. */
static int gather(digitnet_batch *batch, void *user_data) {
    const digitnet_dataset *data = user_data;
    return digitnet_dataset_read_batch(batch, data);
}

static void test_sources(void **state) {
    (void)state;
    const digitnet_loss loss = DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
    digitnet_dataset *plain = make_data(3, false, false), *weighted = make_data(3, false, true), *source;
    expect_ok(digitnet_dataset_create_source(
        &source, DIGITNET_WITH(digitnet_source_options, .count = IMAGES, .height = SMALL_HEIGHT, .width = SMALL_WIDTH,
                               .channels = SMALL_CHANNELS, .gather = gather, .user_data = plain, .weighted = 1)));
    digitnet_model *model = make_model(loss, DIGITNET_ACTIVATION_SOFTMAX, 3);
    digitnet_model *other = make_model(loss, DIGITNET_ACTIVATION_SOFTMAX, 3);
    fit(model, weighted, DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH));
    fit(other, source,
        DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH, .class_weights = class_weights,
                      .class_weight_count = 3));
    assert_same_weights(model, other);
    digitnet_model_free(other);
    digitnet_model_free(model);
    digitnet_dataset_free(source);
    digitnet_dataset_free(weighted);
    digitnet_dataset_free(plain);
}

/* The reported loss of training is weighted, that of validation is not. */
static void test_reported_losses(void **state) {
    (void)state;
    static const float twice[] = {2, 2, 2};
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    double losses[2], validation_losses[2];
    for (size_t i = 0; i < 2; i++) {
        digitnet_model *model = make_small_network(1);
        digitnet_history *history;
        expect_ok(digitnet_model_set_trainable(model, NULL, 0));
        expect_ok(digitnet_model_fit(model, data,
                                     DIGITNET_WITH(digitnet_fit_options, .history = &history, .validation = data,
                                                   .class_weights = i ? twice : NULL, .class_weight_count = 3 * i)));
        losses[i] = digitnet_history_series(NULL, history, DIGITNET_METRIC_LOSS)[0];
        validation_losses[i] = digitnet_history_series(NULL, history, DIGITNET_METRIC_VALIDATION_LOSS)[0];
        digitnet_history_free(history);
        digitnet_model_free(model);
    }
    assert_true(losses[1] == 2 * losses[0]);
    assert_true(validation_losses[1] == validation_losses[0]);
    digitnet_dataset_free(data);
}

static void expect_refused(const float *weights, size_t count, const char *message) {
    digitnet_model *model = make_small_network(1), *before;
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    expect_ok(digitnet_model_clone(&before, model));
    expect_failure(
        digitnet_model_fit(model, data,
                           DIGITNET_WITH(digitnet_fit_options, .class_weights = weights, .class_weight_count = count)),
        DIGITNET_EINVAL, message);
    assert_same_weights(model, before);
    digitnet_dataset_free(data);
    digitnet_model_free(before);
    digitnet_model_free(model);
}

static void test_refusals(void **state) {
    (void)state;
    static const float negative[] = {1, -1, 1}, endless[] = {1, 1, INFINITY}, none[] = {NAN, 1, 1};
    expect_refused(class_weights, 2, "class_weight_count is 2; the model has 3 classes");
    expect_refused(class_weights, 0, "class_weight_count is 0; the model has 3 classes");
    expect_refused(NULL, 3, "class_weights is NULL, but class_weight_count is 3");
    expect_refused(negative, 3, "class_weights[1] is -1; it must be finite and at least 0");
    expect_refused(endless, 3, "class_weights[2] is inf");
    expect_refused(none, 3, "class_weights[0] is nan");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_sample_weights),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_reported_losses),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
