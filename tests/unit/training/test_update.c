/* What a step does beside its optimizer's rule, in whole trainings: clipping, accumulation, averaged weights,
 * schedules; and that all of it goes on from a file, bit for bit. */
#include "model/model.h"
#include "onnx_bytes.h"

#include <math.h>
#include <stdlib.h>

enum { IMAGES = 45, BATCH = 8, BATCHES = 6, EPOCHS = 4 };

static const digitnet_sgd_options momentum = {.struct_size = sizeof momentum, .momentum = 0.9};
static const digitnet_rmsprop_options centered = {
    .struct_size = sizeof centered, .rho = 0.9, .momentum = 0.5, .epsilon = 1e-3, .centered = 1};
static const digitnet_schedule cosine = {.struct_size = sizeof cosine,
                                         .learning_rate = 0.01,
                                         .warmup_steps = 5,
                                         .decay_steps = 10,
                                         .kind = DIGITNET_SCHEDULE_COSINE_DECAY};
static const digitnet_schedule piecewise = {.struct_size = sizeof piecewise,
                                            .learning_rate = 0.01,
                                            .boundaries = {3, 9, 14},
                                            .values = {0.02, 0, 0.0123456789012345},
                                            .kind = DIGITNET_SCHEDULE_PIECEWISE_CONSTANT};
static const digitnet_reduce_on_plateau plateau = {.struct_size = sizeof plateau,
                                                   .patience = 2,
                                                   .cooldown = 1,
                                                   .factor = 0.3,
                                                   .min_delta = 10, /* no epoch is better than the first */
                                                   .min_lr = 1e-5,
                                                   .monitor = DIGITNET_METRIC_LOSS};

#define SETTING(kind, ...)                                               \
    {                                                                    \
        DIGITNET_OPTIMIZER_##kind, {                                     \
            .struct_size = sizeof(digitnet_compile_options), __VA_ARGS__ \
        }                                                                \
    }
static const struct setting {
    digitnet_optimizer optimizer;
    digitnet_compile_options options;
} settings[] = {
    SETTING(SGD, .sgd = &momentum, .clipnorm = 0.1),
    SETTING(ADAMW, .global_clipnorm = 0.1),
    SETTING(NADAM, .clipvalue = 0.01),
    SETTING(RMSPROP, .rmsprop = &centered, .ema_momentum = 0.8, .ema_overwrite_frequency = 4),
    SETTING(LION, .weight_decay = 0.1, .gradient_accumulation_steps = 4),
    SETTING(ADAM, .gradient_accumulation_steps = 4, .global_clipnorm = 0.5, .ema_momentum = 0.9, .schedule = &cosine),
    SETTING(SGD, .schedule = &piecewise),
    SETTING(ADAM, .reduce_on_plateau = &plateau),
};
enum { SETTINGS = sizeof settings / sizeof *settings };

static digitnet_status compile_with(digitnet_model *model, const struct setting *setting) {
    return digitnet_model_compile_ex(model, setting->optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                     &setting->options);
}

static digitnet_model *make_model(const struct setting *setting) {
    digitnet_model *model = build_small_network();
    expect_ok(compile_with(model, setting));
    return model;
}

static void fit_to(digitnet_model *model, const digitnet_dataset *data, size_t epoch, size_t threads) {
    fit(model, data,
        DIGITNET_WITH(digitnet_fit_options, .until_epoch = epoch, .batch_size = BATCH, .threads = threads));
}

/* Weights, optimizer, schedule and place: all that is in the file. */
static void expect_same_state(const digitnet_model *a, const digitnet_model *b) {
    saved_bytes first = save_model(a), second = save_model(b);
    assert_same_bytes(&first, &second);
    free(first.data);
    free(second.data);
}

/* ---- Any number of threads, and any pieces ---- */

static void test_threads(void **state) {
    static const size_t threads[] = {2, 3, 8};
    const digitnet_dataset *data = *state;
    for (size_t i = 0; i < SETTINGS; i++) {
        digitnet_model *alone = make_model(&settings[i]);
        fit_to(alone, data, EPOCHS, 1);
        for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
            digitnet_model *model = make_model(&settings[i]);
            fit_to(model, data, EPOCHS, threads[k]);
            expect_same_state(alone, model);
            digitnet_model_free(model);
        }
        digitnet_model_free(alone);
    }
}

typedef struct stop {
    size_t epoch, batch;
} stop;

static int stop_there(const digitnet_event *event, void *user_data) {
    const stop *there = user_data;
    return event->kind == DIGITNET_EVENT_BATCH_END && event->epoch == there->epoch && event->batch == there->batch;
}

static digitnet_model *load_saved(digitnet_model *model) {
    saved_bytes file = save_model(model);
    digitnet_model_free(model);
    model = load_model(&file, 0);
    free(file.data);
    return model;
}

static void test_resume(void **state) {
    const digitnet_dataset *data = *state;
    for (size_t i = 0; i < SETTINGS; i++) {
        digitnet_model *whole = make_model(&settings[i]);
        fit_to(whole, data, EPOCHS, 1);
        for (size_t batch = 1; batch < EPOCHS * BATCHES; batch++) {
            stop there = {.epoch = batch / BATCHES + 1, .batch = batch % BATCHES};
            digitnet_model *model = make_model(&settings[i]);
            if (there.batch)
                fit(model, data,
                    DIGITNET_WITH(digitnet_fit_options, .until_epoch = EPOCHS, .batch_size = BATCH,
                                  DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = stop_there, .user_data = &there))));
            else
                fit_to(model, data, there.epoch - 1, 1);
            model = load_saved(model);
            fit_to(model, data, EPOCHS, 2);
            expect_same_state(whole, model);
            digitnet_model_free(model);
        }
        digitnet_model_free(whole);
    }
}

/* A compile begins anew, whatever there was. */
static void test_recompile(void **state) {
    const digitnet_dataset *data = *state;
    for (size_t i = 0; i < SETTINGS; i++) {
        digitnet_model *used = make_model(&settings[i]), *fresh = make_model(&settings[i]);
        fit_to(used, data, 2, 1);
        float *weights = copy_weights(used);
        expect_ok(digitnet_model_set_weights(fresh, NULL, weights, count_parameters(fresh)));
        expect_ok(compile_with(used, &settings[i]));
        expect_same_state(used, fresh);
        free(weights);
        digitnet_model_free(fresh);
        digitnet_model_free(used);
    }
}

/* ---- Accumulation ---- */

/* Batches of one size, accumulated, are the larger batch, but for the order of its sums. */
static void test_accumulation(void **state) {
    const digitnet_dataset *data = *state;
    const digitnet_compile_options *once = DIGITNET_WITH(digitnet_compile_options, .learning_rate = 0.1);
    const digitnet_compile_options *thrice =
        DIGITNET_WITH(digitnet_compile_options, .learning_rate = 0.1, .gradient_accumulation_steps = 3);
    digitnet_model *large = make_model(&(struct setting){DIGITNET_OPTIMIZER_SGD, *once}),
                   *small = make_model(&(struct setting){DIGITNET_OPTIMIZER_SGD, *thrice});
    fit(large, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 15));
    fit(small, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 5));
    assert_int_equal(large->training->progress.steps_done, 3);
    assert_int_equal(small->training->progress.steps_done, 3);
    assert_close_floats(small->network.parameters, large->network.parameters, count_parameters(large), 1e-6);
    digitnet_model_free(small);
    digitnet_model_free(large);
}

/* What an epoch leaves over is part of the next epoch's first step. */
static void test_left_over_batches(void **state) {
    const digitnet_dataset *data = *state;
    digitnet_model *model = make_model(&settings[4]);
    fit_to(model, data, 1, 1);
    assert_int_equal(model->training->progress.steps_done, 1);
    assert_int_equal(model->training->progress.accumulated, 2);
    fit_to(model, data, 2, 1);
    assert_int_equal(model->training->progress.steps_done, 3);
    assert_int_equal(model->training->progress.accumulated, 0);
    digitnet_model_free(model);
}

/* ---- Clipping ---- */

static double moved(const digitnet_model *model, const float *before) {
    double squares = 0;
    for (size_t i = 0; i < count_parameters(model); i++)
        squares += pow((double)model->network.parameters[i] - (double)before[i], 2);
    return sqrt(squares);
}

/* One step of plain SGD at rate 1 moves the weights by the norm; by less where the gradient is smaller. */
static void test_global_norm(void **state) {
    const digitnet_dataset *data = *state;
    static const double norms[] = {0.01, 0.1, 1e6};
    double free_step = 0;
    for (size_t i = 0; i < 4; i++) {
        digitnet_compile_options options = DIGITNET_INIT(digitnet_compile_options);
        options.learning_rate = 1;
        options.global_clipnorm = i < 3 ? norms[i] : 0;
        digitnet_model *model = make_model(&(struct setting){DIGITNET_OPTIMIZER_SGD, options});
        float *before = must_allocate(count_parameters(model) * sizeof(float));
        memcpy(before, model->network.parameters, count_parameters(model) * sizeof(float));
        fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = IMAGES));
        double step = moved(model, before);
        if (i < 2)
            assert_true(fabs(step - norms[i]) <= 1e-5 * norms[i]);
        else if (i == 2)
            free_step = step;
        else
            assert_true(step == free_step && step > 0.1);
        free(before);
        digitnet_model_free(model);
    }
}

/* How far each tensor moves in one such step. */
static void step_of_tensors(double *steps, const digitnet_dataset *data, double clipnorm) {
    digitnet_compile_options options = DIGITNET_INIT(digitnet_compile_options);
    options.learning_rate = 1;
    options.clipnorm = clipnorm;
    digitnet_model *model = make_model(&(struct setting){DIGITNET_OPTIMIZER_SGD, options});
    digitnet_tensor_info info = DIGITNET_INIT(digitnet_tensor_info);
    float *before = copy_weights(model), *from = before;
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = IMAGES));
    float *after = copy_weights(model), *to = after;
    for (size_t i = 0; digitnet_model_describe_tensor(&info, model, i) == DIGITNET_OK; i++) {
        double squares = 0;
        for (size_t k = 0; k < info.values; k++)
            squares += pow((double)*to++ - (double)*from++, 2);
        steps[i] = sqrt(squares);
    }
    free(before);
    free(after);
    digitnet_model_free(model);
}

static void test_norm_of_each_tensor(void **state) {
    const digitnet_dataset *data = *state;
    enum { TENSORS = 8 };
    double whole[TENSORS] = {0}, clipped[TENSORS] = {0}, clipnorm = 0.2;
    size_t shorter = 0;
    step_of_tensors(whole, data, 0);
    step_of_tensors(clipped, data, clipnorm);
    for (size_t i = 0; i < TENSORS; i++) {
        double expected = fmin(whole[i], clipnorm);
        assert_true(fabs(clipped[i] - expected) <= 1e-5 * expected);
        shorter += whole[i] < clipnorm;
    }
    assert_in_range(shorter, 1, TENSORS - 1);
}

/* ---- Averaged weights ---- */

static double loss_of(const digitnet_model *model, const digitnet_dataset *data) {
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
    return metrics.loss;
}

static void test_validation_of_the_average(void **state) {
    const digitnet_dataset *data = *state;
    digitnet_model *plain = make_model(&settings[5]), *averaged = make_model(&settings[5]), *copy;
    digitnet_history *history;
    fit_to(plain, data, 2, 1);
    expect_ok(digitnet_model_fit(averaged, data,
                                 DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = 2,
                                               .batch_size = BATCH, .validation = data, .validate_ema = 1)));
    expect_same_state(plain, averaged); /* looking at the average changes nothing */
    expect_ok(digitnet_model_clone(&copy, averaged));
    expect_ok(digitnet_model_finalize_weights(copy));
    double loss = digitnet_history_series(NULL, history, DIGITNET_METRIC_VALIDATION_LOSS)[1];
    assert_true(loss == loss_of(copy, data) && loss != loss_of(averaged, data));
    digitnet_history_free(history);
    digitnet_model_free(copy);
    digitnet_model_free(plain);
    digitnet_model_free(averaged);
}

/* The average begins at the weights, however those came about, and stays there in layers that are frozen. */
static void test_average_of_frozen_layers(void **state) {
    const digitnet_dataset *data = *state;
    digitnet_model *model = make_model(&settings[5]);
    size_t count = count_parameters(model);
    float *weights = must_allocate(count * sizeof(float)), *after;
    fill_noise(weights, count, 9);
    expect_ok(digitnet_model_set_weights(model, NULL, weights, count));
    expect_ok(digitnet_model_finalize_weights(model));
    after = copy_weights(model);
    assert_same_floats(weights, after, count);
    free(after);
    expect_ok(digitnet_model_set_trainable(model, NULL, 0));
    expect_ok(digitnet_model_set_trainable(model, "dense", 1));
    fit_to(model, data, 2, 1);
    expect_ok(digitnet_model_finalize_weights(model));
    after = copy_weights(model);
    assert_same_floats(weights, after, 10); /* of the first convolution */
    assert_int_not_equal(memcmp(weights, after, count * sizeof(float)), 0);
    free(after);
    free(weights);
    digitnet_model_free(model);
}

static void test_no_average(void **state) {
    const digitnet_dataset *data = *state;
    digitnet_model *model = build_small_network();
    expect_failure(digitnet_model_finalize_weights(model), DIGITNET_ESTATE, "not compiled");
    expect_ok(compile_with(model, &settings[0]));
    expect_failure(digitnet_model_finalize_weights(model), DIGITNET_ESTATE, "without ema_momentum");
    expect_failure(digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .validate_ema = 1)),
                   DIGITNET_EINVAL, "validate_ema, but the model is compiled without ema_momentum");
    digitnet_model_free(model);
}

/* ---- Nadam ---- */

/* Over the epochs' ends, too. */
static void test_product_of_momenta(void **state) {
    const digitnet_dataset *data = *state;
    digitnet_model *model = make_model(&settings[2]);
    fit_to(model, data, 2, 1);
    double product = 1;
    for (int step = 1; step <= 2 * BATCHES; step++)
        product *= 0.9 * (1 - 0.5 * pow(0.96, step));
    assert_true(fabs(model->training->progress.momentum_product - product) <= 1e-14 * product);
    digitnet_model_free(model);
}

/* ---- Learning rates ---- */

static double rate_of(const digitnet_model *model) {
    double rate;
    expect_ok(digitnet_model_get_learning_rate(&rate, model));
    return rate;
}

static double rate_at(const digitnet_schedule *schedule, uint64_t step) {
    double rate;
    expect_ok(digitnet_schedule_rate(&rate, schedule, step));
    return rate;
}

static int look_at_rate(const digitnet_event *event, void *user_data) {
    size_t *steps = user_data;
    assert_int_equal(event->scheduled, 1);
    if (event->kind == DIGITNET_EVENT_BATCH_END) {
        assert_true(event->learning_rate == rate_at(&piecewise, *steps));
        ++*steps;
        assert_true(rate_of(event->model) == rate_at(&piecewise, *steps));
    }
    return 0;
}

static void test_scheduled_rate(void **state) {
    const digitnet_dataset *data = *state;
    digitnet_model *model = make_model(&settings[6]);
    digitnet_history *history;
    size_t steps = 0;
    expect_ok(digitnet_model_fit(
        model, data,
        DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = EPOCHS, .batch_size = BATCH,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = look_at_rate, .user_data = &steps)))));
    const double *rates = digitnet_history_series(NULL, history, DIGITNET_METRIC_LEARNING_RATE);
    for (size_t epoch = 0; epoch < EPOCHS; epoch++)
        assert_true(rates[epoch] == rate_at(&piecewise, (epoch + 1) * BATCHES - 1));
    assert_true(rates[0] == 0.02 && rates[1] == 0 && rates[3] == 0.0123456789012345);
    digitnet_history_free(history);
    /* A rate that is set ends the schedule, in a file too. */
    expect_ok(digitnet_model_set_learning_rate(model, 0.5));
    assert_true(rate_of(model) == 0.5);
    model = load_saved(model);
    fit_to(model, data, EPOCHS + 1, 1);
    assert_true(rate_of(model) == 0.5);
    digitnet_model_free(model);
}

static void test_plateau(void **state) {
    const digitnet_dataset *data = *state;
    digitnet_model *model = make_model(&settings[7]);
    digitnet_history *history;
    expect_ok(digitnet_model_fit(
        model, data, DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = 6, .batch_size = BATCH)));
    /* The first epoch is the best, two are no better; then a cooldown ends, and two are no better again. */
    static const double factors[] = {1, 1, 1, 0.3, 0.3, 0.3 * 0.3};
    const double *rates = digitnet_history_series(NULL, history, DIGITNET_METRIC_LEARNING_RATE);
    for (size_t epoch = 0; epoch < 6; epoch++)
        assert_true(fabs(rates[epoch] - 0.001 * factors[epoch]) <= 1e-15);
    digitnet_history_free(history);
    digitnet_model_free(model);
}

static void test_plateau_without_validation(void **state) {
    const digitnet_dataset *data = *state;
    digitnet_reduce_on_plateau of_validation = DIGITNET_REDUCE_ON_PLATEAU_INIT;
    digitnet_compile_options options = DIGITNET_INIT(digitnet_compile_options);
    options.reduce_on_plateau = &of_validation;
    digitnet_model *model = make_model(&(struct setting){DIGITNET_OPTIMIZER_ADAM, options});
    expect_failure(digitnet_model_fit(model, data, NULL), DIGITNET_EINVAL,
                   "reduce_on_plateau monitors val_loss, but there is no validation");
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .validation_fraction = 0.2));
    digitnet_model_free(model);
}

static int begin(void **state) {
    *state = make_small_dataset(IMAGES, 4);
    return 0;
}

static int end(void **state) {
    digitnet_dataset_free(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_recompile),
        cmocka_unit_test(test_accumulation),
        cmocka_unit_test(test_left_over_batches),
        cmocka_unit_test(test_global_norm),
        cmocka_unit_test(test_norm_of_each_tensor),
        cmocka_unit_test(test_product_of_momenta),
        cmocka_unit_test(test_validation_of_the_average),
        cmocka_unit_test(test_average_of_frozen_layers),
        cmocka_unit_test(test_no_average),
        cmocka_unit_test(test_scheduled_rate),
        cmocka_unit_test(test_plateau),
        cmocka_unit_test(test_plateau_without_validation),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
