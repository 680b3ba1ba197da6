/* Training goes on from a saved model as if it had never been away; and models that are saved or loaded without it. */
#include "onnx_bytes.h"
#include "onnx_models.h"

#include <stdlib.h>

enum { IMAGES = 50, BATCH = 8, BATCHES = 7, EPOCHS = 2 };

static digitnet_status fit_until(digitnet_model *model, const digitnet_dataset *train, size_t epoch,
                                 digitnet_callback_fn callback, void *user_data) {
    const digitnet_callback *const callbacks[] = {DIGITNET_CALLBACK(.call = callback, .user_data = user_data)};
    return digitnet_model_fit(model, train,
                              DIGITNET_WITH(digitnet_fit_options, .until_epoch = epoch, .batch_size = BATCH,
                                            .threads = 2, .callbacks = callbacks, .callback_count = callback ? 1 : 0));
}

typedef struct checkpoints {
    saved_bytes files[64];
    size_t count;
} checkpoints;

static int save_checkpoint(const digitnet_event *event, void *user_data) {
    checkpoints *all = user_data;
    assert_true(all->count < sizeof all->files / sizeof *all->files);
    all->files[all->count++] = save_model(event->model);
    return 0;
}

static const digitnet_sgd_options nesterov = {.struct_size = sizeof nesterov, .momentum = 0.9, .nesterov = 1};

static const struct trainable {
    const char *sample;
    size_t height, width;
    int32_t classes;
    digitnet_optimizer optimizer;
    digitnet_compile_options options;
} trainables[] = {
    {"kinds", 9, 8, 5, DIGITNET_OPTIMIZER_ADAM, {.seed = 3}},
    {"kinds", 9, 8, 5, DIGITNET_OPTIMIZER_SGD, {.sgd = &nesterov}},
    {"kinds", 9, 8, 5, DIGITNET_OPTIMIZER_SGD, {.seed = 8}},
    {"residual", 6, 5, 3, DIGITNET_OPTIMIZER_ADAM, {.seed = 4}},
    {"branches", 5, 4, 3, DIGITNET_OPTIMIZER_ADAM, {.seed = 5, .gradient_ranges = 3}},
};

static digitnet_model *make_trainable(size_t variant) {
    const struct trainable *with = &trainables[variant];
    digitnet_compile_options options = with->options;
    options.struct_size = sizeof options;
    digitnet_model *model = onnx_sample_create(with->sample, variant);
    assert_non_null(model);
    expect_ok(
        digitnet_model_compile_ex(model, with->optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, &options));
    return model;
}

static digitnet_dataset *make_training_set(size_t variant) {
    const struct trainable *with = &trainables[variant];
    return make_dataset(IMAGES, with->height, with->width, 2, with->classes, 1);
}

/* A file saved at any moment of a fit, in its callbacks, leads to where the fit led. */
static void training_goes_on_from_any_checkpoint(void **state) {
    (void)state;
    for (size_t variant = 0; variant < sizeof trainables / sizeof *trainables; variant++) {
        digitnet_dataset *train = make_training_set(variant);
        digitnet_model *model = make_trainable(variant);
        checkpoints all = {.count = 0};
        expect_ok(fit_until(model, train, EPOCHS, save_checkpoint, &all));
        /* Begin and end of the fit; begin, batches and end of each epoch. */
        assert_int_equal(all.count, 2 + EPOCHS * (BATCHES + 2));
        saved_bytes last = save_model(model);
        for (size_t i = 0; i < all.count; i++) {
            digitnet_model *again = load_model(&all.files[i], 0);
            expect_ok(fit_until(again, train, EPOCHS, NULL, NULL));
            assert_same_weights(model, again);
            saved_bytes again_last = save_model(again);
            assert_same_bytes(&last, &again_last);
            free(again_last.data);
            digitnet_model_free(again);
            free(all.files[i].data);
        }
        free(last.data);
        digitnet_model_free(model);
        digitnet_dataset_free(train);
    }
}

static int stop_at(const digitnet_event *event, void *user_data) {
    return event->kind == DIGITNET_EVENT_BATCH_END && event->batch == *(const size_t *)user_data;
}

/* Stopped behind any batch, saved, loaded and finished, it is as if there had been no stop. */
static void a_stopped_epoch_goes_on_from_the_file(void **state) {
    (void)state;
    digitnet_dataset *train = make_training_set(0);
    digitnet_model *whole = make_trainable(0);
    expect_ok(fit_until(whole, train, EPOCHS, NULL, NULL));
    saved_bytes whole_file = save_model(whole);
    for (size_t batch = 1; batch <= BATCHES; batch++) {
        digitnet_model *stopped = make_trainable(0);
        expect_ok(fit_until(stopped, train, EPOCHS, stop_at, &batch));
        saved_bytes file = save_model(stopped);
        digitnet_model_free(stopped);
        digitnet_model *again = load_model(&file, 0);
        digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
        expect_ok(digitnet_model_describe(&info, again));
        assert_int_equal(info.compiled, 1);
        assert_int_equal(info.epochs_done, 0);
        assert_int_equal(info.batches_done, batch);
        expect_ok(fit_until(again, train, EPOCHS, NULL, NULL));
        saved_bytes again_file = save_model(again);
        assert_same_bytes(&whole_file, &again_file);
        digitnet_model_free(again);
        free(again_file.data);
        free(file.data);
    }
    free(whole_file.data);
    digitnet_model_free(whole);
    digitnet_dataset_free(train);
}

static saved_bytes save_weights(const digitnet_model *model) {
    const digitnet_model_save_options *only = DIGITNET_WITH(digitnet_model_save_options, .weights_only = 1);
    saved_bytes file = {.size = 0};
    expect_failure(digitnet_model_save_memory_ex(NULL, 0, &file.size, model, only), DIGITNET_EBUFFER, "");
    file.data = must_allocate(file.size);
    expect_ok(digitnet_model_save_memory_ex(file.data, file.size, NULL, model, only));
    return file;
}

/* Of what Adam keeps, two values for each weight, nothing is left; of the layers, all. */
static void weights_are_saved_alone(void **state) {
    (void)state;
    digitnet_dataset *train = make_training_set(0);
    digitnet_model *model = make_trainable(0);
    expect_ok(fit_until(model, train, 1, NULL, NULL));
    expect_ok(digitnet_model_set_trainable(model, NULL, 0));
    saved_bytes whole = save_model(model), weights = save_weights(model);
    assert_true(whole.size - weights.size > 2 * sizeof(float) * count_parameters(model));
    digitnet_model *loaded = load_model(&weights, 0);
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, loaded));
    assert_int_equal(info.compiled, 0);
    assert_int_equal(info.epochs_done, 0);
    assert_same_weights(model, loaded);
    saved_bytes again = save_model(loaded);
    assert_same_bytes(&weights, &again); /* with what is frozen */
    expect_failure(fit_until(loaded, train, 1, NULL, NULL), DIGITNET_ESTATE, "not compiled");
    digitnet_model_free(loaded);
    digitnet_model_free(model);
    free(again.data);
    free(weights.data);
    free(whole.data);
    digitnet_dataset_free(train);
}

static void a_training_is_left_out_of_what_is_loaded(void **state) {
    (void)state;
    digitnet_model *model = make_trainable(1), *loaded;
    saved_bytes whole = save_model(model), weights = save_weights(model);
    expect_ok(digitnet_model_load_memory_ex(&loaded, whole.data, whole.size,
                                            DIGITNET_WITH(digitnet_model_load_options, .skip_training = 1)));
    saved_bytes again = save_model(loaded);
    assert_same_bytes(&weights, &again);
    expect_ok(digitnet_model_compile(loaded, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    assert_same_weights(model, loaded);
    digitnet_model_free(loaded);
    digitnet_model_free(model);
    free(again.data);
    free(weights.data);
    free(whole.data);
}

static void a_foreign_model_is_compiled_before_it_is_trained(void **state) {
    (void)state;
    digitnet_dataset *train = make_training_set(0);
    digitnet_model *model = make_trainable(0);
    saved_bytes file = save_model(model);
    digitnet_model *foreign = load_model(&file, 1);
    expect_failure(fit_until(foreign, train, 1, NULL, NULL), DIGITNET_ESTATE, "");
    expect_ok(digitnet_model_compile_ex(foreign, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .seed = 3)));
    assert_same_weights(model, foreign); /* kept */
    expect_ok(fit_until(model, train, 1, NULL, NULL));
    expect_ok(fit_until(foreign, train, 1, NULL, NULL));
    assert_same_weights(model, foreign);
    digitnet_model_free(foreign);
    digitnet_model_free(model);
    free(file.data);
    digitnet_dataset_free(train);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_goes_on_from_any_checkpoint),
        cmocka_unit_test(a_stopped_epoch_goes_on_from_the_file),
        cmocka_unit_test(weights_are_saved_alone),
        cmocka_unit_test(a_training_is_left_out_of_what_is_loaded),
        cmocka_unit_test(a_foreign_model_is_compiled_before_it_is_trained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
