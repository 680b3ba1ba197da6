/* Snapshots that a callback keeps, and that a fit restores when it ends. */
#include "onnx_bytes.h"

#include <stdlib.h>

enum { IMAGES = 20, BATCH = 8, BATCHES = 3, EPOCHS = 2, EVENTS = 1 + EPOCHS * (BATCHES + 2), NEVER = EVENTS };

/* What a callback does at a fit's events, numbered from 0. */
typedef struct script {
    int results[EVENTS];
    size_t save_at;  /* the event at which it saves the model */
    size_t raise_at; /* and the one at which it raises the learning rate, beyond what is sound */
    size_t at, ended;
    saved_bytes file;
    bool same; /* at the fit's end the model is as it was saved */
    digitnet_event end;
} script;

static int follow_script(const digitnet_event *event, void *user_data) {
    script *own = user_data;
    if (event->kind == DIGITNET_EVENT_FIT_END) {
        saved_bytes now = save_model(event->model);
        own->same = own->file.size == now.size && memcmp(own->file.data, now.data, now.size) == 0;
        own->ended++;
        own->end = *event;
        free(now.data);
        return 0;
    }
    assert_in_range(own->at, 0, EVENTS - 1);
    if (own->at == own->save_at)
        own->file = save_model(event->model);
    if (own->at == own->raise_at)
        expect_ok(digitnet_model_set_learning_rate(event->model, 1e300));
    return own->results[own->at++];
}

static digitnet_status run_script(script *own, digitnet_model *model, const digitnet_dataset *data) {
    return digitnet_model_fit(
        model, data,
        DIGITNET_WITH(
            digitnet_fit_options, .epochs = EPOCHS, .batch_size = BATCH,
            DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = follow_script, .user_data = own, .uses_snapshot = 1))));
}

static digitnet_model *make_model(digitnet_optimizer optimizer) {
    digitnet_model *model = make_small_network(1);
    static const digitnet_sgd_options momentum = {.struct_size = sizeof momentum, .momentum = 0.9};
    if (optimizer == DIGITNET_OPTIMIZER_SGD)
        expect_ok(digitnet_model_compile_ex(model, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                            DIGITNET_WITH(digitnet_compile_options, .sgd = &momentum)));
    return model;
}

/* The model is the file's, and goes on as that does. */
static void check_restored(script *own, digitnet_model *model, const digitnet_dataset *data) {
    assert_true(own->same);
    assert_int_equal(own->ended, 1);
    saved_bytes now = save_model(model);
    assert_same_bytes(&now, &own->file);
    digitnet_model *loaded = load_model(&own->file, 0);
    const digitnet_fit_options *options =
        DIGITNET_WITH(digitnet_fit_options, .until_epoch = EPOCHS + 1, .batch_size = BATCH);
    fit(model, data, options);
    fit(loaded, data, options);
    assert_same_weights(model, loaded);
    digitnet_model_free(loaded);
    free(now.data);
    free(own->file.data);
}

/* Kept at each event there is, and restored after a fit of all epochs. */
static void check_every_event(digitnet_optimizer optimizer) {
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    for (size_t event = 0; event < EVENTS; event++) {
        digitnet_model *model = make_model(optimizer);
        script own = {.save_at = event, .raise_at = NEVER};
        own.results[event] = DIGITNET_CALLBACK_KEEP;
        own.results[EVENTS - 1] |= DIGITNET_CALLBACK_RESTORE;
        expect_ok(run_script(&own, model, data));
        assert_int_equal(own.at, EVENTS);
        check_restored(&own, model, data);
        digitnet_model_free(model);
    }
    digitnet_dataset_free(data);
}

static void test_every_event(void **state) {
    (void)state;
    check_every_event(DIGITNET_OPTIMIZER_ADAM);
    check_every_event(DIGITNET_OPTIMIZER_SGD);
}

/* The snapshot that counts is the last one, also where it is kept after it was asked to be restored. */
static void test_last_snapshot(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_model *model = make_model(DIGITNET_OPTIMIZER_ADAM);
    script own = {.results = {[1] = DIGITNET_CALLBACK_KEEP | DIGITNET_CALLBACK_RESTORE,
                              [3] = DIGITNET_CALLBACK_KEEP,
                              [5] = DIGITNET_CALLBACK_KEEP},
                  .save_at = 5,
                  .raise_at = NEVER};
    expect_ok(run_script(&own, model, data));
    check_restored(&own, model, data);
    assert_int_equal(own.end.epoch, EPOCHS); /* where the training ended, not what was restored */
    assert_int_equal(own.end.batch, BATCHES);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

/* Without DIGITNET_CALLBACK_RESTORE a snapshot changes nothing. */
static void test_kept_alone(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_model *model = make_model(DIGITNET_OPTIMIZER_ADAM), *other = make_model(DIGITNET_OPTIMIZER_ADAM);
    script own = {.results = {[2] = DIGITNET_CALLBACK_KEEP}, .save_at = NEVER, .raise_at = NEVER};
    expect_ok(run_script(&own, model, data));
    fit(other, data, DIGITNET_WITH(digitnet_fit_options, .epochs = EPOCHS, .batch_size = BATCH));
    assert_same_weights(model, other);
    digitnet_model_free(model);
    digitnet_model_free(other);
    digitnet_dataset_free(data);
}

/* However a fit ends: stopped, failed by a callback, diverged; and a learning rate that has changed goes back too. */
static void test_every_end(void **state) {
    (void)state;
    static const struct {
        int last; /* the result at the third event */
        size_t raise_at;
        digitnet_status status;
    } ends[] = {
        {DIGITNET_CALLBACK_STOP, NEVER, DIGITNET_OK},
        {DIGITNET_CALLBACK_STOP, 2, DIGITNET_OK},
        {DIGITNET_EIO, NEVER, DIGITNET_EIO},
        {64, NEVER, DIGITNET_ECALLBACK},
        {DIGITNET_CALLBACK_CONTINUE, 2, DIGITNET_EDIVERGED},
    };
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        digitnet_model *model = make_model(DIGITNET_OPTIMIZER_SGD);
        script own = {.results = {[1] = DIGITNET_CALLBACK_KEEP | DIGITNET_CALLBACK_RESTORE, [3] = ends[i].last},
                      .save_at = 1,
                      .raise_at = ends[i].raise_at};
        digitnet_status status = run_script(&own, model, data);
        if (ends[i].raise_at == 2 && ends[i].last == DIGITNET_CALLBACK_STOP)
            expect_failure(status, DIGITNET_EDIVERGED, "a weight");
        else
            assert_int_equal(status, ends[i].status);
        check_restored(&own, model, data);
        digitnet_model_free(model);
    }
    digitnet_dataset_free(data);
}

/* What is not finite is no state to go back to: the fit diverges, and has the state of its beginning. */
static void test_not_finite(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_model *model = make_model(DIGITNET_OPTIMIZER_SGD);
    script own = {.results = {[3] = DIGITNET_CALLBACK_KEEP | DIGITNET_CALLBACK_RESTORE}, .save_at = 0, .raise_at = 2};
    expect_failure(run_script(&own, model, data), DIGITNET_EDIVERGED, "a weight is no longer finite in epoch 1");
    assert_int_equal(own.at, 4);
    check_restored(&own, model, data);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

static int give_number(const digitnet_event *event, void *user_data) {
    (void)event;
    return *(const int *)user_data;
}

static void expect_answer(int result, int32_t uses_snapshot, digitnet_status status, const char *message) {
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_model *model = make_small_network(1), *untouched = make_small_network(1);
    expect_failure(
        digitnet_model_fit(model, data,
                           DIGITNET_WITH(digitnet_fit_options,
                                         DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = give_number, .user_data = &result,
                                                                              .uses_snapshot = uses_snapshot)))),
        status, message);
    assert_same_weights(model, untouched);
    digitnet_model_free(model);
    digitnet_model_free(untouched);
    digitnet_dataset_free(data);
}

static void test_misuse(void **state) {
    (void)state;
    expect_answer(DIGITNET_CALLBACK_KEEP, 0, DIGITNET_ECALLBACK, "callback 0 returned 2 without uses_snapshot");
    expect_answer(DIGITNET_CALLBACK_RESTORE | DIGITNET_CALLBACK_STOP, 0, DIGITNET_ECALLBACK, "returned 5 without");
    expect_answer(DIGITNET_CALLBACK_RESTORE, 1, DIGITNET_ECALLBACK, "has kept none");
    expect_answer(8, 1, DIGITNET_ECALLBACK, "returned 8, which is not a status");
    expect_answer(DIGITNET_CALLBACK_CONTINUE, 2, DIGITNET_EINVAL,
                  "digitnet_callback: uses_snapshot is 2; it must be 0 or 1");
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_model *model = make_small_network(1);
    int result = 0;
    const digitnet_callback user = {
        .struct_size = sizeof user, .call = give_number, .user_data = &result, .uses_snapshot = 1};
    expect_failure(
        digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(&user, &user))),
        DIGITNET_EINVAL, "callbacks[1] is the second with uses_snapshot");
    digitnet_callback later = {.struct_size = sizeof later, .call = give_number, .user_data = &result, .reserved = 1};
    expect_failure(digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(&later))),
                   DIGITNET_EVERSION, "digitnet_callback");
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_event), cmocka_unit_test(test_last_snapshot), cmocka_unit_test(test_kept_alone),
        cmocka_unit_test(test_every_end),   cmocka_unit_test(test_not_finite),    cmocka_unit_test(test_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
