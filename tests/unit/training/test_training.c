/* What fit does: it learns, evaluates, keeps a history, tells its callbacks and ends as it says. */
#include "model/model.h"
#include "models.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static digitnet_metrics evaluate(const digitnet_model *model, const digitnet_dataset *data) {
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
    assert_int_equal(metrics.count, digitnet_dataset_count(data));
    return metrics;
}

static const double *series(const digitnet_history *history, digitnet_metric metric, size_t expected) {
    size_t count;
    const double *values = digitnet_history_series(&count, history, metric);
    assert_int_equal(count, expected);
    assert_non_null(values);
    return values;
}

static digitnet_dataset *slice_of(const digitnet_dataset *data, size_t first, size_t count) {
    digitnet_dataset *slice;
    expect_ok(digitnet_dataset_slice(&slice, data, first, count));
    return slice;
}

static void test_learns_digits(void **state) {
    (void)state;
    enum { EPOCHS = 6 };
    digitnet_dataset *train, *test;
    load_subset(&train, &test);
    digitnet_model *model = make_digit_network(1);
    digitnet_history *history;
    double untrained = evaluate(model, test).loss;
    assert_true(fabs(untrained - log(10)) < 0.1);
    expect_ok(digitnet_model_fit(
        model, train, DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = EPOCHS, .validation = test)));
    const double *loss = series(history, DIGITNET_METRIC_LOSS, EPOCHS);
    const double *accuracy = series(history, DIGITNET_METRIC_ACCURACY, EPOCHS);
    const double *validation_loss = series(history, DIGITNET_METRIC_VALIDATION_LOSS, EPOCHS);
    const double *validation_accuracy = series(history, DIGITNET_METRIC_VALIDATION_ACCURACY, EPOCHS);
    const double *seconds = series(history, DIGITNET_METRIC_SECONDS, EPOCHS);
    for (size_t epoch = 0; epoch < EPOCHS; epoch++) {
        assert_true(loss[epoch] < (epoch ? loss[epoch - 1] : untrained));
        assert_true(accuracy[epoch] > (epoch ? accuracy[epoch - 1] : 0.5) && accuracy[epoch] <= 1);
        assert_true(seconds[epoch] > 0);
    }
    assert_true(validation_loss[EPOCHS - 1] < 0.25);
    assert_true(validation_accuracy[EPOCHS - 1] > 0.93);
    /* The last epoch's validation figures are those of the model as it is now. */
    digitnet_metrics metrics = evaluate(model, test);
    assert_true(metrics.loss == validation_loss[EPOCHS - 1]);
    assert_true(metrics.accuracy == validation_accuracy[EPOCHS - 1]);
    assert_int_equal(digitnet_history_stop_reason(history), DIGITNET_STOP_COMPLETED);
    assert_int_equal(digitnet_history_first_epoch(history), 1);
    digitnet_history_free(history);
    digitnet_model_free(model);
    digitnet_dataset_free(train);
    digitnet_dataset_free(test);
}

static void test_excitation_learns_digits(void **state) {
    (void)state;
    digitnet_dataset *train, *test;
    load_subset(&train, &test);
    digitnet_model *model = make_excitation_network(1);
    fit(model, train, DIGITNET_WITH(digitnet_fit_options, .epochs = 6));
    assert_true(evaluate(model, test).accuracy > 0.93);
    digitnet_model_free(model);
    digitnet_dataset_free(train);
    digitnet_dataset_free(test);
}

/* Against the scores that predict gives. */
static void test_evaluate(void **state) {
    (void)state;
    enum { COUNT = 77 };
    static float images[COUNT * SMALL_IMAGE], scores[COUNT * SMALL_CLASSES];
    int32_t labels[COUNT];
    digitnet_dataset *data = make_small_dataset(COUNT, 3);
    digitnet_model *model = make_small_network(1);
    expect_ok(digitnet_dataset_read(images, COUNT * SMALL_IMAGE, labels, COUNT, data, 0, COUNT));
    expect_ok(digitnet_model_predict(scores, COUNT * SMALL_CLASSES, model, images, COUNT * SMALL_IMAGE));
    double loss = 0, correct = 0;
    for (size_t i = 0; i < COUNT; i++) {
        const float *own = scores + i * SMALL_CLASSES;
        loss -= log(own[labels[i]]) / COUNT;
        bool right = true;
        for (size_t k = 0; k < SMALL_CLASSES; k++)
            right = right && own[k] <= own[labels[i]];
        correct += right;
    }
    digitnet_metrics metrics = evaluate(model, data);
    assert_true(fabs(metrics.loss - loss) < 1e-5);
    assert_true(fabs(metrics.accuracy - correct / COUNT) < 1e-12);
    /* Where all probabilities are the same the first class is the answer. */
    float *zeros = calloc(count_parameters(model), sizeof(float));
    assert_non_null(zeros);
    expect_ok(digitnet_model_set_weights(model, NULL, zeros, count_parameters(model)));
    free(zeros);
    size_t of_class_0 = 0;
    for (size_t i = 0; i < COUNT; i++)
        of_class_0 += labels[i] == 0;
    metrics = evaluate(model, data);
    assert_true(fabs(metrics.loss - log(SMALL_CLASSES)) < 1e-12);
    assert_true(fabs(metrics.accuracy - (double)of_class_0 / COUNT) < 1e-12);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

/* Is cut off the end before shuffling. */
static void test_validation_fraction(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(50, 1);
    digitnet_dataset *first = slice_of(data, 0, 40), *last = slice_of(data, 40, 10);
    digitnet_model *by_fraction = make_small_network(1), *by_slices = make_small_network(1);
    digitnet_history *a, *b;
    expect_ok(digitnet_model_fit(
        by_fraction, data,
        DIGITNET_WITH(digitnet_fit_options, .history = &a, .epochs = 2, .batch_size = 7, .validation_fraction = 0.2)));
    expect_ok(digitnet_model_fit(
        by_slices, first,
        DIGITNET_WITH(digitnet_fit_options, .history = &b, .epochs = 2, .batch_size = 7, .validation = last)));
    assert_same_weights(by_fraction, by_slices);
    for (digitnet_metric metric = DIGITNET_METRIC_LOSS; metric < DIGITNET_METRIC_SECONDS; metric++)
        assert_memory_equal(series(a, metric, 2), series(b, metric, 2), 2 * sizeof(double));
    digitnet_history_free(a);
    digitnet_history_free(b);
    digitnet_model_free(by_fraction);
    digitnet_model_free(by_slices);
    digitnet_dataset_free(first);
    digitnet_dataset_free(last);
    digitnet_dataset_free(data);
}

static digitnet_history *fit_in_order(digitnet_model *model, const digitnet_dataset *data) {
    digitnet_history *history;
    expect_ok(digitnet_model_fit(
        model, data, DIGITNET_WITH(digitnet_fit_options, .history = &history, .batch_size = 3, .no_shuffle = 1)));
    return history;
}

/* A batch of 3 and one of 2: each step takes the mean over its own images, the epoch the mean over all 5. */
static void test_last_batch_is_smaller(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(5, 1);
    digitnet_dataset *first = slice_of(data, 0, 3), *last = slice_of(data, 3, 2);
    digitnet_model *whole = make_small_network(1), *parts = make_small_network(1);
    expect_ok(digitnet_model_compile(whole, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    expect_ok(digitnet_model_compile(parts, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    digitnet_history *all = fit_in_order(whole, data);
    digitnet_history *three = fit_in_order(parts, first);
    digitnet_history *two = fit_in_order(parts, last);
    assert_same_weights(whole, parts);
    double expected = (3 * *series(three, DIGITNET_METRIC_LOSS, 1) + 2 * *series(two, DIGITNET_METRIC_LOSS, 1)) / 5;
    assert_true(fabs(*series(all, DIGITNET_METRIC_LOSS, 1) - expected) < 1e-12);
    /* Shuffled, the epoch takes another way. */
    digitnet_model *shuffled = make_small_network(1);
    expect_ok(digitnet_model_compile(shuffled, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    fit(shuffled, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 3));
    float *a = copy_weights(whole), *b = copy_weights(shuffled);
    assert_memory_not_equal(a, b, count_parameters(whole) * sizeof(float));
    free(a);
    free(b);
    digitnet_history_free(all);
    digitnet_history_free(three);
    digitnet_history_free(two);
    digitnet_model_free(whole);
    digitnet_model_free(parts);
    digitnet_model_free(shuffled);
    digitnet_dataset_free(first);
    digitnet_dataset_free(last);
    digitnet_dataset_free(data);
}

static void test_history_csv(void **state) {
    (void)state;
    temporary_folder folder = make_folder();
    char path[100], text[1000];
    snprintf(path, sizeof path, "%s/history.csv", folder.path);
    digitnet_dataset *data = make_small_dataset(20, 1);
    digitnet_model *model = make_small_network(1);
    fit(model, data, NULL);
    digitnet_history *history;
    expect_ok(digitnet_model_fit(
        model, data, DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = 2, .validation = data)));
    assert_int_equal(digitnet_history_first_epoch(history), 2);
    expect_ok(digitnet_history_write_csv(history, path));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_string_equal(text, "epoch,loss,accuracy,val_loss,val_accuracy,train_seconds,learning_rate\n");
    for (size_t row = 0; row < 2; row++) {
        size_t epoch;
        double values[6];
        assert_int_equal(fscanf(file, "%zu,%lf,%lf,%lf,%lf,%lf,%lf\n", &epoch, &values[0], &values[1], &values[2],
                                &values[3], &values[4], &values[5]),
                         7);
        assert_int_equal(epoch, row + 2);
        for (digitnet_metric metric = DIGITNET_METRIC_LOSS; metric <= DIGITNET_METRIC_LEARNING_RATE; metric++)
            assert_true(values[metric] == series(history, metric, 2)[row]); /* numbers read back exactly */
    }
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
    digitnet_history_free(history);

    /* Without validation its cells are empty, and the file is replaced. */
    expect_ok(digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .history = &history)));
    assert_true(isnan(*series(history, DIGITNET_METRIC_VALIDATION_LOSS, 1)));
    expect_ok(digitnet_history_write_csv(history, path));
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_non_null(fgets(text, sizeof text, file));
    assert_int_equal(strncmp(text, "4,", 2), 0);
    assert_non_null(strstr(text, ",,,"));
    assert_null(fgets(text, sizeof text, file));
    fclose(file);
    expect_failure(digitnet_history_write_csv(history, ""), DIGITNET_EINVAL, "path is empty");
    expect_failure(digitnet_history_write_csv(history, "/nonexistent/folder/history.csv"), DIGITNET_EIO,
                   "/nonexistent");
    digitnet_history_free(history);
    unlink(path);
    rmdir(folder.path);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

/* An absurd learning rate: the loss is no longer finite, and the model is as it was at the last epoch's end. */
static int raise_learning_rate(const digitnet_event *event, void *user_data) {
    if (event->kind == DIGITNET_EVENT_BATCH_END && event->epoch == 3 && event->batch == 2)
        expect_ok(digitnet_model_set_learning_rate(event->model, *(const double *)user_data));
    return 0;
}

static void check_divergence(digitnet_optimizer optimizer, double learning_rate) {
    digitnet_dataset *data = make_small_dataset(30, 1);
    digitnet_model *model = make_small_network(1), *good = make_small_network(1);
    expect_ok(digitnet_model_compile(model, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    expect_ok(digitnet_model_compile(good, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    double usual, rate;
    expect_ok(digitnet_model_get_learning_rate(&usual, model));
    digitnet_history *history;
    digitnet_status status = digitnet_model_fit(
        model, data,
        DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = 9, .batch_size = 4,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = raise_learning_rate, .user_data = &learning_rate))));
    expect_failure(status, DIGITNET_EDIVERGED, "the loss is no longer finite");
    assert_non_null(history);
    assert_int_equal(digitnet_history_stop_reason(history), DIGITNET_STOP_FAILED);
    series(history, DIGITNET_METRIC_LOSS, 2);
    assert_int_equal(info_of(model).epochs_done, 2);
    assert_int_equal(info_of(model).batches_done, 0);
    fit(good, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 4));
    assert_same_weights(model, good);
    /* The optimizer's state and learning rate came back too. */
    expect_ok(digitnet_model_get_learning_rate(&rate, model));
    assert_true(rate == usual);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 4));
    fit(good, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 4));
    assert_same_weights(model, good);
    digitnet_history_free(history);
    digitnet_model_free(model);
    digitnet_model_free(good);
    digitnet_dataset_free(data);
}

static void test_divergence(void **state) {
    (void)state;
    check_divergence(DIGITNET_OPTIMIZER_SGD, 1e30);
    check_divergence(DIGITNET_OPTIMIZER_ADAM, 1e37);
    check_divergence(DIGITNET_OPTIMIZER_SGD, 1e300); /* infinite in single precision */
}

static void test_divergence_in_the_first_epoch(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(30, 1);
    digitnet_model *model = make_small_network(1), *untouched = make_small_network(1);
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .learning_rate = 1e30)));
    digitnet_history *history;
    expect_failure(
        digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .history = &history, .batch_size = 4)),
        DIGITNET_EDIVERGED, "epoch 1, batch 2: the loss is no longer finite");
    assert_same_weights(model, untouched);
    size_t count;
    assert_null(digitnet_history_series(&count, history, DIGITNET_METRIC_LOSS));
    assert_int_equal(count, 0);
    assert_int_equal(digitnet_history_first_epoch(history), 0);
    digitnet_history_free(history);
    digitnet_model_free(model);
    digitnet_model_free(untouched);
    digitnet_dataset_free(data);
}

static int stop_at_bad_weights(const digitnet_event *event, void *user_data) {
    raise_learning_rate(event, user_data);
    return event->kind == DIGITNET_EVENT_BATCH_END && event->epoch == 3 && event->batch == 3;
}

/* Stopped after the step that spoilt the weights, before any loss could tell. */
static void test_divergence_in_the_last_step(void **state) {
    (void)state;
    double learning_rate = 1e300;
    digitnet_dataset *data = make_small_dataset(30, 1);
    digitnet_model *model = make_small_network(1), *good = make_small_network(1);
    expect_failure(
        digitnet_model_fit(model, data,
                           DIGITNET_WITH(digitnet_fit_options, .epochs = 3, .batch_size = 4,
                                         DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = stop_at_bad_weights,
                                                                              .user_data = &learning_rate)))),
        DIGITNET_EDIVERGED, "a weight is no longer finite in epoch 3");
    fit(good, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 4));
    assert_same_weights(model, good);
    digitnet_model_free(model);
    digitnet_model_free(good);
    digitnet_dataset_free(data);
}

static int stop_at_epoch_end(const digitnet_event *event, void *user_data) {
    (void)user_data;
    return event->kind == DIGITNET_EVENT_EPOCH_END;
}

static void test_until_epoch(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(20, 1);
    digitnet_model *model = make_small_network(1), *other = make_small_network(1);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .until_epoch = 3));
    assert_int_equal(info_of(model).epochs_done, 3);
    fit(other, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 3));
    assert_same_weights(model, other);
    /* Already there: nothing is done, and the history is empty. */
    digitnet_history *history;
    expect_ok(
        digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .history = &history, .until_epoch = 2)));
    assert_same_weights(model, other);
    assert_non_null(history);
    assert_int_equal(digitnet_history_stop_reason(history), DIGITNET_STOP_COMPLETED);
    assert_int_equal(digitnet_history_first_epoch(history), 0);
    digitnet_history_free(history);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .until_epoch = 5));
    fit(other, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 2));
    assert_same_weights(model, other);
    /* As many as can be counted, on top of those done, until it is stopped. */
    fit(model, data,
        DIGITNET_WITH(digitnet_fit_options, .epochs = SIZE_MAX,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = stop_at_epoch_end, .user_data = NULL))));
    assert_int_equal(info_of(model).epochs_done, 6);
    digitnet_model_free(model);
    digitnet_model_free(other);
    digitnet_dataset_free(data);
}

static size_t gradient_ranges_of(size_t setting) {
    digitnet_model *model = build_small_network(), *copy;
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .gradient_ranges = setting)));
    expect_ok(digitnet_model_clone(&copy, model));
    size_t ranges = copy->training->gradient_ranges;
    assert_int_equal(model->training->gradient_ranges, ranges);
    digitnet_model_free(model);
    digitnet_model_free(copy);
    return ranges;
}

static void test_gradient_ranges(void **state) {
    (void)state;
    assert_int_equal(gradient_ranges_of(0), 0);
    assert_int_equal(gradient_ranges_of(1), 1);
    assert_int_equal(gradient_ranges_of(256), 256);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns_digits),
        cmocka_unit_test(test_excitation_learns_digits),
        cmocka_unit_test(test_evaluate),
        cmocka_unit_test(test_validation_fraction),
        cmocka_unit_test(test_last_batch_is_smaller),
        cmocka_unit_test(test_history_csv),
        cmocka_unit_test(test_divergence),
        cmocka_unit_test(test_divergence_in_the_first_epoch),
        cmocka_unit_test(test_divergence_in_the_last_step),
        cmocka_unit_test(test_until_epoch),
        cmocka_unit_test(test_gradient_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
