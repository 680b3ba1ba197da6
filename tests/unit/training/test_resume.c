/* Training in pieces is training in one go, bit for bit. */
#include "models.h"
#include "support.h"

#include <stdlib.h>

enum { IMAGES = 45, BATCH = 8, BATCHES = 6, EPOCHS = 4 };

static digitnet_model *make_network(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    digitnet_model_add_conv2d(model, 6, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dropout(model, 0.5);
    digitnet_model_add_dense(model, 9, DIGITNET_ACTIVATION_RELU);
    expect_ok(digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .seed = 5)));
    return model;
}

/* Trained without a stop: what all pieces together must come to. */
typedef struct goal {
    digitnet_dataset *data;
    digitnet_model *model;
    digitnet_history *history;
} goal;

static int make_goal(void **state) {
    static goal one;
    one.data = make_small_dataset(IMAGES, 4);
    one.model = make_network();
    expect_ok(digitnet_model_fit(
        one.model, one.data,
        DIGITNET_WITH(digitnet_fit_options, .history = &one.history, .epochs = EPOCHS, .batch_size = BATCH)));
    *state = &one;
    return 0;
}

static int free_goal(void **state) {
    goal *one = *state;
    digitnet_history_free(one->history);
    digitnet_model_free(one->model);
    digitnet_dataset_free(one->data);
    return 0;
}

/* The figures of the goal's last epochs. */
static void check_history(const goal *whole, const digitnet_history *history) {
    size_t first = digitnet_history_first_epoch(history), count;
    const double *loss = digitnet_history_series(&count, history, DIGITNET_METRIC_LOSS);
    assert_int_equal(first + count, EPOCHS + 1);
    assert_memory_equal(loss, digitnet_history_series(NULL, whole->history, DIGITNET_METRIC_LOSS) + first - 1,
                        count * sizeof(double));
    assert_memory_equal(digitnet_history_series(NULL, history, DIGITNET_METRIC_ACCURACY),
                        digitnet_history_series(NULL, whole->history, DIGITNET_METRIC_ACCURACY) + first - 1,
                        count * sizeof(double));
}

/* Trains to the goal's epoch, compares, and releases the model. */
static void finish(const goal *whole, digitnet_model *model) {
    digitnet_history *history;
    expect_ok(digitnet_model_fit(
        model, whole->data,
        DIGITNET_WITH(digitnet_fit_options, .history = &history, .until_epoch = EPOCHS, .batch_size = BATCH)));
    assert_same_weights(whole->model, model);
    check_history(whole, history);
    digitnet_history_free(history);
    digitnet_model_free(model);
}

/* The model after a save and a load; the first is released. */
static digitnet_model *save_and_load(digitnet_model *model) {
    size_t size;
    expect_failure(digitnet_model_save_memory(NULL, 0, &size, model), DIGITNET_EBUFFER, "");
    void *bytes = must_allocate(size);
    expect_ok(digitnet_model_save_memory(bytes, size, NULL, model));
    digitnet_model_free(model);
    expect_ok(digitnet_model_load_memory(&model, bytes, size));
    free(bytes);
    return model;
}

static void test_from_the_end_of_an_epoch(void **state) {
    const goal *whole = *state;
    for (size_t epochs = 1; epochs < EPOCHS; epochs++) {
        for (int through_a_file = 0; through_a_file < 2; through_a_file++) {
            digitnet_model *model = make_network();
            fit(model, whole->data, DIGITNET_WITH(digitnet_fit_options, .epochs = epochs, .batch_size = BATCH));
            finish(whole, through_a_file ? save_and_load(model) : model);
        }
    }
}

/* Where to stop: after this batch of this epoch. */
typedef struct stop {
    size_t epoch, batch;
    bool by_request;
} stop;

static int stop_there(const digitnet_event *event, void *user_data) {
    const stop *there = user_data;
    if (event->kind != DIGITNET_EVENT_BATCH_END || event->epoch != there->epoch || event->batch != there->batch)
        return 0;
    if (there->by_request) {
        digitnet_model_request_stop(event->model);
        return 0;
    }
    return 1;
}

static void fit_until(digitnet_model *model, const digitnet_dataset *data, stop *there) {
    digitnet_history *history;
    expect_ok(digitnet_model_fit(
        model, data,
        DIGITNET_WITH(digitnet_fit_options, .history = &history, .until_epoch = EPOCHS, .batch_size = BATCH,
                      .threads = 2, DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = stop_there, .user_data = there)))));
    assert_int_equal(digitnet_history_stop_reason(history),
                     there->by_request ? DIGITNET_STOP_REQUESTED : DIGITNET_STOP_CALLBACK);
    digitnet_history_free(history);
    assert_int_equal(info_of(model).epochs_done, there->epoch - 1);
    assert_int_equal(info_of(model).batches_done, there->batch);
}

static void test_from_the_middle_of_an_epoch(void **state) {
    const goal *whole = *state;
    for (size_t batch = 1; batch < BATCHES; batch++) {
        for (int way = 0; way < 6; way++) {
            stop there = {.epoch = 1 + batch % 3, .batch = batch, .by_request = way % 2};
            digitnet_model *model = make_network();
            fit_until(model, whole->data, &there);
            if (way / 2 == 1) {
                model = save_and_load(model);
            } else if (way / 2 == 2) {
                digitnet_model *copy;
                expect_ok(digitnet_model_clone(&copy, model));
                digitnet_model_free(model);
                model = copy;
            }
            finish(whole, model);
        }
    }
}

/* Stopped at its last batch an epoch is still to be finished. */
static void test_from_the_last_batch(void **state) {
    const goal *whole = *state;
    stop there = {.epoch = 2, .batch = BATCHES};
    digitnet_model *model = make_network();
    fit_until(model, whole->data, &there);
    finish(whole, save_and_load(model));
}

static void test_many_stops(void **state) {
    const goal *whole = *state;
    digitnet_model *model = make_network();
    for (size_t epoch = 1; epoch <= EPOCHS; epoch++) {
        for (size_t batch = 1; batch < BATCHES; batch++) {
            stop there = {.epoch = epoch, .batch = batch, .by_request = batch % 2};
            fit_until(model, whole->data, &there);
        }
    }
    finish(whole, model);
}

/* With another batch size or number of images the epoch begins anew. */
static void test_other_batches_begin_the_epoch_anew(void **state) {
    const goal *whole = *state;
    stop there = {.epoch = 2, .batch = 3};
    digitnet_model *model = make_network();
    fit_until(model, whole->data, &there);
    digitnet_history *history;
    expect_ok(digitnet_model_fit(
        model, whole->data,
        DIGITNET_WITH(digitnet_fit_options, .history = &history, .until_epoch = 2, .batch_size = 5)));
    assert_int_equal(info_of(model).epochs_done, 2);
    assert_int_equal(digitnet_history_first_epoch(history), 2);
    digitnet_history_free(history);
    digitnet_model_free(model);

    digitnet_dataset *part;
    model = make_network();
    fit_until(model, whole->data, &there);
    expect_ok(digitnet_dataset_slice(&part, whole->data, 0, IMAGES - 1));
    size_t batches = 0;
    expect_ok(digitnet_model_fit(
        model, part, DIGITNET_WITH(digitnet_fit_options, .history = &history, .until_epoch = 2, .batch_size = BATCH)));
    digitnet_history_series(&batches, history, DIGITNET_METRIC_LOSS);
    assert_int_equal(batches, 1);
    digitnet_history_free(history);
    digitnet_dataset_free(part);
    digitnet_model_free(model);
}

/* Saved within an epoch, a network of layers that pool, pad, crop, enlarge, reshape and multiply goes on as it was. */
static void test_image_network(void **state) {
    const goal *whole = *state;
    goal images = {.data = whole->data, .model = make_small_image_network(5)};
    expect_ok(digitnet_model_fit(
        images.model, images.data,
        DIGITNET_WITH(digitnet_fit_options, .history = &images.history, .epochs = EPOCHS, .batch_size = BATCH)));
    for (size_t batch = 1; batch < BATCHES; batch++) {
        stop there = {.epoch = 1 + batch % 3, .batch = batch};
        digitnet_model *model = make_small_image_network(5);
        fit_until(model, images.data, &there);
        finish(&images, save_and_load(model));
    }
    digitnet_history_free(images.history);
    digitnet_model_free(images.model);
}

/* A source that fails leaves the model after the last whole step, from where a fit goes on. */
static atomic_int failures;

static int gather_or_fail(digitnet_batch *batch, void *user_data) {
    if (atomic_load(&failures) > 0 && atomic_fetch_sub(&failures, 1) == 1)
        return DIGITNET_EIO;
    expect_ok(digitnet_dataset_read_batch(batch, user_data));
    return 0;
}

static void test_after_a_failing_source(void **state) {
    const goal *whole = *state;
    digitnet_dataset *source;
    expect_ok(digitnet_dataset_create_source(
        &source, DIGITNET_WITH(digitnet_source_options, .count = IMAGES, .height = SMALL_HEIGHT, .width = SMALL_WIDTH,
                               .channels = SMALL_CHANNELS, .gather = gather_or_fail, .user_data = whole->data)));
    digitnet_model *model = make_network();
    atomic_store(&failures, BATCHES + 3);
    digitnet_history *history;
    expect_passed_on(digitnet_model_fit(model, source,
                                        DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = EPOCHS,
                                                      .batch_size = BATCH)),
                     DIGITNET_EIO, "digitnet_model_fit: epoch 2, batch 3: the gather callback returned -5");
    assert_int_equal(digitnet_history_stop_reason(history), DIGITNET_STOP_FAILED);
    digitnet_history_free(history);
    assert_int_equal(info_of(model).epochs_done, 1);
    assert_int_equal(info_of(model).batches_done, 2);
    finish(whole, model);
    digitnet_dataset_free(source);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_the_end_of_an_epoch),
        cmocka_unit_test(test_from_the_middle_of_an_epoch),
        cmocka_unit_test(test_from_the_last_batch),
        cmocka_unit_test(test_many_stops),
        cmocka_unit_test(test_other_batches_begin_the_epoch_anew),
        cmocka_unit_test(test_image_network),
        cmocka_unit_test(test_after_a_failing_source),
    };
    return cmocka_run_group_tests(tests, make_goal, free_goal);
}
