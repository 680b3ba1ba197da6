/* A loss of the program's own: what it is given, what becomes of what it gives, and how it fails. */
#include "floating_mode.h"
#include "onnx_bytes.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { IMAGES = 22, BATCH = 8 };

/* Samples with targets and weights, or with labels. */
static digitnet_dataset *make_data(size_t target_values) {
    static float images[IMAGES * SMALL_IMAGE], targets[IMAGES * 8], weights[IMAGES];
    int32_t labels[IMAGES];
    fill_noise(images, IMAGES * SMALL_IMAGE, 1);
    fill_noise(targets, IMAGES * target_values, 2);
    for (size_t i = 0; i < IMAGES; i++) {
        labels[i] = (int32_t)(i % SMALL_CLASSES);
        weights[i] = 1 + noise(3, i) / 2;
    }
    digitnet_dataset *data;
    expect_ok(digitnet_dataset_create_f32_ex(
        &data, images, target_values ? NULL : labels, IMAGES, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS,
        DIGITNET_WITH(digitnet_dataset_options, .targets = target_values ? targets : NULL,
                      .target_values = target_values, .sample_weights = weights)));
    return data;
}

static digitnet_model *make_model(digitnet_loss loss) {
    digitnet_model *model = build_small_network();
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, loss));
    return model;
}

static digitnet_model *make_custom(digitnet_loss_fn loss, void *user_data) {
    digitnet_model *model = make_model(DIGITNET_LOSS_CUSTOM);
    expect_ok(digitnet_model_set_loss(model, loss, user_data, NULL));
    return model;
}

/* The mean squared error. */
static int squared_error(const digitnet_loss_range *range, void *user_data) {
    (void)user_data;
    for (size_t row = 0; row < range->count; row++) {
        double sum = 0, columns = (double)range->output_values;
        for (size_t k = 0; k < range->output_values; k++) {
            size_t at = row * range->output_values + k;
            double error = (double)range->outputs[at] - (double)range->targets[at];
            sum += error * error;
            if (range->gradient)
                range->gradient[at] = (float)(2 * error / columns);
        }
        range->losses[row] = sum / columns;
    }
    return 0;
}

/* Weights are those of the library's own, bit for bit, on any number of threads. */
static void test_equals_built_in(void **state) {
    (void)state;
    digitnet_dataset *data = make_data(SMALL_CLASSES);
    digitnet_model *model = make_model(DIGITNET_LOSS_MEAN_SQUARED_ERROR);
    digitnet_history *history, *own_history;
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics), own_metrics = metrics;
    digitnet_fit_options options = {.struct_size = sizeof options, .epochs = 2, .batch_size = BATCH};
    options.validation = data;
    options.history = &history;
    expect_ok(digitnet_model_fit(model, data, &options));
    expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
    static const size_t threads[] = {1, 2, 3, 8};
    for (size_t i = 0; i < 4; i++) {
        digitnet_model *own = make_custom(squared_error, NULL);
        options.threads = threads[i];
        options.history = &own_history;
        expect_ok(digitnet_model_fit(own, data, &options));
        assert_same_weights(model, own);
        expect_ok(digitnet_model_evaluate(&own_metrics, own, data,
                                          DIGITNET_WITH(digitnet_evaluate_options, .threads = threads[i])));
        assert_true(fabs(metrics.loss - own_metrics.loss) <= 1e-15 && metrics.accuracy == own_metrics.accuracy);
        for (int metric = DIGITNET_METRIC_LOSS; metric <= DIGITNET_METRIC_VALIDATION_ACCURACY; metric++) {
            double expected = digitnet_history_series(NULL, history, (digitnet_metric)metric)[1];
            assert_true(fabs(digitnet_history_series(NULL, own_history, (digitnet_metric)metric)[1] - expected) <=
                        1e-15);
        }
        digitnet_history_free(own_history);
        digitnet_model_free(own);
    }
    digitnet_history_free(history);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

/* What it has seen, over all threads. */
typedef struct witness {
    atomic_size_t samples, wrong;
    size_t target_values;
    bool trains;
} witness;

static int look(const digitnet_loss_range *range, void *user_data) {
    witness *own = user_data;
    bool right = range->struct_size == sizeof *range && range->output_values == SMALL_CLASSES && range->count > 0 &&
                 range->target_values == own->target_values && (range->gradient != NULL) == own->trains &&
                 (range->labels == NULL) == (own->target_values > 0) &&
                 (range->targets != NULL) == (own->target_values > 0);
    for (size_t row = 0; row < range->count; row++) {
        double sum = 0;
        for (size_t k = 0; k < SMALL_CLASSES; k++) { /* behind the softmax */
            sum += (double)range->outputs[row * SMALL_CLASSES + k];
            if (range->gradient)
                right = right && isnan(range->gradient[row * SMALL_CLASSES + k]);
        }
        right = right && fabs(sum - 1) < 1e-5 && isnan(range->losses[row]) && range->sample_weights[row] >= 0.5f;
        range->losses[row] = 1;
        for (size_t k = 0; range->gradient && k < SMALL_CLASSES; k++)
            range->gradient[row * SMALL_CLASSES + k] = 0;
    }
    atomic_fetch_add(&own->samples, range->count);
    atomic_fetch_add(&own->wrong, !right);
    return 0;
}

static void check_range(size_t target_values) {
    witness own = {.target_values = target_values, .trains = true};
    digitnet_model *model = make_custom(look, &own), *frozen, *before;
    digitnet_dataset *data = make_data(target_values);
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_ok(digitnet_model_clone(&before, model));
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH, .threads = 3));
    assert_same_weights(model, before); /* its gradient is zero */
    own.trains = false;
    expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
    double weights = 0;
    for (size_t i = 0; i < IMAGES; i++)
        weights += 1 + (double)noise(3, i) / 2;
    assert_true(fabs(metrics.loss - weights / IMAGES) < 1e-6);
    expect_ok(digitnet_model_clone(&frozen, model));
    expect_ok(digitnet_model_set_trainable(frozen, NULL, 0));
    fit(frozen, data, NULL);
    assert_int_equal(own.samples, 3 * IMAGES);
    assert_int_equal(own.wrong, 0);
    digitnet_dataset_free(data);
    digitnet_model_free(before);
    digitnet_model_free(frozen);
    digitnet_model_free(model);
}

static void test_what_it_is_given(void **state) {
    (void)state;
    check_range(0);
    check_range(SMALL_CLASSES);
    check_range(7); /* targets need not be as many as outputs */
}

/* An output that is no row of values, and labels that are no classes of it. */
static int sum_outputs(const digitnet_loss_range *range, void *user_data) {
    atomic_size_t *labels = user_data;
    for (size_t row = 0; row < range->count; row++) {
        atomic_fetch_add(labels, (size_t)range->labels[row]);
        range->losses[row] = 0;
        for (size_t k = 0; k < range->output_values; k++) {
            range->losses[row] += (double)range->outputs[row * range->output_values + k];
            if (range->gradient)
                range->gradient[row * range->output_values + k] = 1;
        }
    }
    return 0;
}

static void test_any_output(void **state) {
    (void)state;
    static const float images[2 * 4];
    static const int32_t labels[] = {1000, 300};
    atomic_size_t seen = 0;
    digitnet_model *model;
    digitnet_dataset *data;
    float bias;
    expect_ok(digitnet_model_create(&model, 2, 2, 1));
    expect_ok(digitnet_model_add_conv2d(model, 1, 1, DIGITNET_ACTIVATION_LINEAR));
    expect_ok(digitnet_model_set_loss(model, sum_outputs, &seen, NULL)); /* before compile, as one likes */
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_CUSTOM,
                                        DIGITNET_WITH(digitnet_compile_options, .learning_rate = 0.125)));
    expect_ok(digitnet_dataset_create_f32(&data, images, labels, 2, 2, 2, 1));
    fit(model, data, NULL);
    assert_int_equal(seen, 1300);
    expect_ok(digitnet_model_get_weights(&bias, 1, model, "conv2d/bias"));
    assert_true(bias == -0.125f * 4); /* four outputs with derivative 1, and the mean over two images */
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

/* ---- Its life ---- */

static void count_release(void *user_data) {
    ++*(int *)user_data;
}

static void test_clones_share_it(void **state) {
    (void)state;
    int released = 0, other_released = 0;
    digitnet_model *model = make_model(DIGITNET_LOSS_CUSTOM), *clone;
    digitnet_dataset *data = make_data(SMALL_CLASSES);
    expect_ok(digitnet_model_set_loss(model, squared_error, &released, count_release));
    expect_ok(digitnet_model_clone(&clone, model));
    fit(model, data, NULL);
    fit(clone, data, NULL);
    assert_same_weights(model, clone);
    expect_ok(digitnet_model_set_loss(model, squared_error, &other_released, count_release));
    assert_int_equal(released, 0);
    digitnet_model_free(clone);
    assert_int_equal(released, 1);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_CUSTOM));
    fit(model, data, NULL);
    digitnet_model_free(model);
    assert_int_equal(released, 1);
    assert_int_equal(other_released, 1);
    digitnet_dataset_free(data);
}

/* A file does not hold it: until it is set again nothing runs, and then all goes on as it was. */
static void test_files(void **state) {
    (void)state;
    digitnet_model *model = make_custom(squared_error, NULL);
    digitnet_dataset *data = make_data(SMALL_CLASSES);
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    const digitnet_fit_options *options = DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH);
    fit(model, data, options);
    saved_bytes file = save_model(model);
    digitnet_model *loaded = load_model(&file, 0);
    expect_failure(digitnet_model_fit(loaded, data, options), DIGITNET_ESTATE, "digitnet_model_set_loss()");
    expect_failure(digitnet_model_evaluate(&metrics, loaded, data, NULL), DIGITNET_ESTATE, "digitnet_model_set_loss()");
    expect_ok(digitnet_model_set_loss(loaded, squared_error, NULL, NULL));
    fit(model, data, options);
    fit(loaded, data, options);
    assert_same_weights(model, loaded);
    free(file.data);
    digitnet_dataset_free(data);
    digitnet_model_free(loaded);
    digitnet_model_free(model);
}

static int try_to_set(const digitnet_event *event, void *user_data) {
    expect_failure(digitnet_model_set_loss(event->model, squared_error, user_data, count_release), DIGITNET_ESTATE,
                   "in use");
    return 0;
}

static void test_refusals(void **state) {
    (void)state;
    static const float weights[SMALL_CLASSES];
    int released = 0;
    digitnet_model *model = make_custom(squared_error, NULL);
    digitnet_dataset *data = make_data(SMALL_CLASSES);
    expect_failure(digitnet_model_set_loss(NULL, squared_error, &released, count_release), DIGITNET_EINVAL,
                   "model is NULL");
    expect_failure(digitnet_model_set_loss(model, NULL, &released, count_release), DIGITNET_EINVAL, "loss is NULL");
    fit(model, data,
        DIGITNET_WITH(digitnet_fit_options,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = try_to_set, .user_data = &released))));
    expect_failure(digitnet_model_fit(model, data,
                                      DIGITNET_WITH(digitnet_fit_options, .class_weights = weights,
                                                    .class_weight_count = SMALL_CLASSES)),
                   DIGITNET_EINVAL, "the loss custom has sample weights alone");
    assert_int_equal(released, 0);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

/* ---- Failures ---- */

typedef struct failing {
    int result;
    const char *words;
    atomic_size_t calls;
    size_t threads;
} failing;

/* Each range fails, with its first sample's label in its words. */
static int fail_always(const digitnet_loss_range *range, void *user_data) {
    failing *own = user_data;
    char words[64];
    atomic_fetch_add(&own->calls, 1);
    for (size_t i = 0; i < 2000 && own->threads > 1 && atomic_load(&own->calls) < 2; i++)
        usleep(1000); /* so that another thread takes part */
    if (own->words) {
        snprintf(words, sizeof words, "%s %d", own->words, (int)range->labels[0]);
        digitnet_set_error(words);
    }
    return own->result;
}

/* The first range's failure is reported, whatever thread it ran on, and nothing has changed. */
static void check_failure(int result, const char *words, digitnet_status expected, const char *message) {
    failing own = {.result = result, .words = words};
    int32_t labels[IMAGES];
    static float images[IMAGES * SMALL_IMAGE];
    digitnet_dataset *data;
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (int32_t)(100 + i);
    expect_ok(digitnet_dataset_create_f32(&data, images, labels, IMAGES, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    for (size_t threads = 1; threads <= 8; threads++) {
        digitnet_model *model = make_custom(fail_always, &own), *before;
        atomic_store(&own.calls, 0);
        own.threads = threads;
        digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
        expect_ok(digitnet_model_clone(&before, model));
        expect_passed_on(
            digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .threads = threads, .no_shuffle = 1)),
            expected, message);
        assert_same_weights(model, before);
        expect_passed_on(digitnet_model_evaluate(&metrics, model, data,
                                                 DIGITNET_WITH(digitnet_evaluate_options, .threads = threads)),
                         expected, message);
        digitnet_model_free(before);
        digitnet_model_free(model);
    }
    digitnet_dataset_free(data);
}

static void test_failures(void **state) {
    (void)state;
    check_failure(DIGITNET_EIO, "nothing for", DIGITNET_EIO, "nothing for 100");
    check_failure(DIGITNET_ENOTFOUND, NULL, DIGITNET_ENOTFOUND, "the loss returned");
    check_failure(1, "one for", DIGITNET_ECALLBACK, "the loss returned 1");
    check_failure(-1000, NULL, DIGITNET_ECALLBACK, "the loss returned -1000");
}

/* What it does not write, or writes wrong. */
static int forget(const digitnet_loss_range *range, void *user_data) {
    const char *what = user_data;
    for (size_t row = 0; row < range->count; row++)
        range->losses[row] = *what == 'l' && row == 0 ? NAN : 1;
    for (size_t i = 0; range->gradient && i < range->count * range->output_values; i++)
        if (*what != 'g' || i > 0)
            range->gradient[i] = *what == 'i' && i == 0 ? INFINITY : 0;
    return 0;
}

static void test_values_that_are_not_finite(void **state) {
    (void)state;
    static char forgotten[] = "lgi";
    digitnet_dataset *data = make_data(0);
    for (size_t i = 0; i < 3; i++) {
        digitnet_model *model = make_custom(forget, &forgotten[i]), *before;
        expect_ok(digitnet_model_clone(&before, model));
        expect_failure(digitnet_model_fit(model, data, NULL), DIGITNET_EDIVERGED, "loss is no longer finite");
        assert_same_weights(model, before);
        digitnet_model_free(before);
        digitnet_model_free(model);
    }
    digitnet_dataset_free(data);
}

/* ---- The host's mode ---- */

typedef struct mode_witness {
    floating_state expected;
    atomic_size_t calls, wrong;
} mode_witness;

static int look_at_mode(const digitnet_loss_range *range, void *user_data) {
    mode_witness *own = user_data;
    floating_state seen = look_at_floating_point();
    atomic_fetch_add(&own->calls, 1);
    atomic_fetch_add(&own->wrong, memcmp(&seen, &own->expected, sizeof seen) != 0);
    int result = squared_error(range, NULL);
    set_floating_mode(&(floating_mode){.rounding = FE_DOWNWARD}); /* which is not kept */
    return result;
}

/* Every thread has it, and the library's own behind the function, so that the weights are those of the usual mode. */
static void test_floating_point_mode(void **state) {
    (void)state;
    static const floating_mode upward = {.rounding = FE_UPWARD, .flushes = true};
    static mode_witness usual, own;
    digitnet_dataset *data = make_data(SMALL_CLASSES);
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    digitnet_model *model = make_custom(look_at_mode, &own), *first = make_custom(look_at_mode, &usual);
    set_usual_floating_mode();
    usual.expected = look_at_floating_point();
    fit(first, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH, .threads = 3));
    assert_int_equal(usual.wrong, 0);
    bool has = set_floating_mode(&upward);
    own.expected = look_at_floating_point();
    digitnet_status trained =
        digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH, .threads = 3));
    digitnet_status evaluated = digitnet_model_evaluate(&metrics, model, data, NULL);
    floating_state after = look_at_floating_point();
    set_usual_floating_mode();
    expect_ok(trained);
    expect_ok(evaluated);
    assert_memory_equal(&after, &own.expected, sizeof after);
    assert_true(own.calls > usual.calls);
    assert_int_equal(own.wrong, 0);
    if (!has) /* then both ran in the usual mode */
        assert_same_weights(model, first);
    digitnet_dataset_free(data);
    digitnet_model_free(first);
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_built_in),
        cmocka_unit_test(test_what_it_is_given),
        cmocka_unit_test(test_any_output),
        cmocka_unit_test(test_clones_share_it),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_values_that_are_not_finite),
        cmocka_unit_test(test_floating_point_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
