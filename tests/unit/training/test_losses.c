/* Each loss against its formula, what it takes, and that it trains, evaluates and is kept in files. */
#include "differences.h"
#include "fixtures/losses.h"
#include "onnx_bytes.h"
#include "training/loss.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 9, MOST_OUTPUTS = 4 };

/* A loss with an activation at the network's end. */
typedef struct loss_case {
    const char *what;
    digitnet_loss loss;
    digitnet_activation activation;
    size_t outputs;
    bool labels; /* else targets */
    digitnet_loss_options options;
} loss_case;

#define SETTINGS(label_smoothing, alpha, gamma, delta, from_logits, class_balancing) \
    { sizeof(digitnet_loss_options), 0, label_smoothing, alpha, gamma, delta, from_logits, class_balancing }

static const loss_case cases[] = {
    {"sparse categorical", DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, DIGITNET_ACTIVATION_SOFTMAX, 4, true,
     DIGITNET_LOSS_INIT},
    {"sparse categorical, smoothed", DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, DIGITNET_ACTIVATION_SOFTMAX, 4,
     true, SETTINGS(0.1, 0.25, 2, 1, 0, 0)},
    {"sparse categorical of logits", DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, DIGITNET_ACTIVATION_LINEAR, 4, true,
     SETTINGS(0, 0.25, 2, 1, 1, 0)},
    {"categorical", DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY, DIGITNET_ACTIVATION_SOFTMAX, 4, false, DIGITNET_LOSS_INIT},
    {"categorical of smoothed logits", DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY, DIGITNET_ACTIVATION_LINEAR, 4, false,
     SETTINGS(0.3, 0.25, 2, 1, 1, 0)},
    {"categorical, all smoothed", DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY, DIGITNET_ACTIVATION_SOFTMAX, 4, false,
     SETTINGS(1, 0.25, 2, 1, 0, 0)},
    {"binary", DIGITNET_LOSS_BINARY_CROSSENTROPY, DIGITNET_ACTIVATION_SIGMOID, 3, false, DIGITNET_LOSS_INIT},
    {"binary of one output", DIGITNET_LOSS_BINARY_CROSSENTROPY, DIGITNET_ACTIVATION_SIGMOID, 1, false,
     DIGITNET_LOSS_INIT},
    {"binary with labels", DIGITNET_LOSS_BINARY_CROSSENTROPY, DIGITNET_ACTIVATION_SIGMOID, 1, true, DIGITNET_LOSS_INIT},
    {"binary of smoothed logits", DIGITNET_LOSS_BINARY_CROSSENTROPY, DIGITNET_ACTIVATION_LINEAR, 3, false,
     SETTINGS(0.2, 0.25, 2, 1, 1, 0)},
    {"squared error", DIGITNET_LOSS_MEAN_SQUARED_ERROR, DIGITNET_ACTIVATION_LINEAR, 3, false, DIGITNET_LOSS_INIT},
    {"squared error of one output", DIGITNET_LOSS_MEAN_SQUARED_ERROR, DIGITNET_ACTIVATION_LINEAR, 1, false,
     DIGITNET_LOSS_INIT},
    {"squared error behind a sigmoid", DIGITNET_LOSS_MEAN_SQUARED_ERROR, DIGITNET_ACTIVATION_SIGMOID, 3, false,
     DIGITNET_LOSS_INIT},
    {"squared error behind a softmax", DIGITNET_LOSS_MEAN_SQUARED_ERROR, DIGITNET_ACTIVATION_SOFTMAX, 3, false,
     DIGITNET_LOSS_INIT},
    {"absolute error", DIGITNET_LOSS_MEAN_ABSOLUTE_ERROR, DIGITNET_ACTIVATION_LINEAR, 3, false, DIGITNET_LOSS_INIT},
    {"absolute error of one output", DIGITNET_LOSS_MEAN_ABSOLUTE_ERROR, DIGITNET_ACTIVATION_SIGMOID, 1, false,
     DIGITNET_LOSS_INIT},
    {"Huber", DIGITNET_LOSS_HUBER, DIGITNET_ACTIVATION_LINEAR, 3, false, DIGITNET_LOSS_INIT},
    {"Huber of a small delta", DIGITNET_LOSS_HUBER, DIGITNET_ACTIVATION_LINEAR, 3, false,
     SETTINGS(0, 0.25, 2, 0.25, 0, 0)},
    {"categorical focal", DIGITNET_LOSS_CATEGORICAL_FOCAL_CROSSENTROPY, DIGITNET_ACTIVATION_SOFTMAX, 4, false,
     DIGITNET_LOSS_INIT},
    {"categorical focal with labels", DIGITNET_LOSS_CATEGORICAL_FOCAL_CROSSENTROPY, DIGITNET_ACTIVATION_SOFTMAX, 4,
     true, SETTINGS(0, 1, 0.5, 1, 0, 0)},
    {"categorical focal of smoothed logits", DIGITNET_LOSS_CATEGORICAL_FOCAL_CROSSENTROPY, DIGITNET_ACTIVATION_LINEAR,
     4, false, SETTINGS(0.1, 0.25, 3, 1, 1, 0)},
    {"categorical focal, not focal", DIGITNET_LOSS_CATEGORICAL_FOCAL_CROSSENTROPY, DIGITNET_ACTIVATION_SOFTMAX, 4, true,
     SETTINGS(0, 0.25, 0, 1, 0, 0)},
    {"binary focal", DIGITNET_LOSS_BINARY_FOCAL_CROSSENTROPY, DIGITNET_ACTIVATION_SIGMOID, 3, false,
     DIGITNET_LOSS_INIT},
    {"binary focal with labels", DIGITNET_LOSS_BINARY_FOCAL_CROSSENTROPY, DIGITNET_ACTIVATION_SIGMOID, 1, true,
     SETTINGS(0, 0.25, 0.5, 1, 0, 1)},
    {"binary focal of smoothed logits", DIGITNET_LOSS_BINARY_FOCAL_CROSSENTROPY, DIGITNET_ACTIVATION_LINEAR, 3, false,
     SETTINGS(0.2, 0.75, 3, 1, 1, 1)},
    {"binary focal, not focal", DIGITNET_LOSS_BINARY_FOCAL_CROSSENTROPY, DIGITNET_ACTIVATION_SIGMOID, 3, false,
     SETTINGS(0, 0.25, 0, 1, 0, 0)},
};
enum { CASES = sizeof cases / sizeof *cases };

/* ---- The formulas ---- */

typedef struct loss_data {
    const loss_case *with;
    const digitnet__loss_kind *kind;
    digitnet__loss_settings settings;
    float outputs[ROWS * MOST_OUTPUTS], targets[ROWS * MOST_OUTPUTS], weights[ROWS];
    int32_t labels[ROWS];
    digitnet__loss_rows rows;
} loss_data;

static void fill_data(loss_data *data, const loss_case *with, float spread) {
    size_t count = ROWS * with->outputs, classes = with->outputs == 1 ? 2 : with->outputs;
    *data = (loss_data){.with = with, .kind = digitnet__loss_find(with->loss)};
    expect_ok(digitnet__loss_settings_read(&data->settings, with->loss, &with->options));
    fill_noise(data->outputs, count, 1);
    for (size_t i = 0; i < count; i++) {
        data->outputs[i] *= spread;
        data->targets[i] = (noise(2, i) + 1) / 2;
    }
    for (size_t i = 0; i < ROWS; i++) {
        data->labels[i] = (int32_t)(i * 7 % classes);
        data->weights[i] = i % 4 == 3 ? 0 : 1 + noise(3, i) / 2;
    }
    data->rows = (digitnet__loss_rows){.outputs = data->outputs,
                                       .labels = data->labels,
                                       .targets = with->labels ? NULL : data->targets,
                                       .weights = data->weights,
                                       .rows = ROWS,
                                       .columns = with->outputs};
}

static double target_of(const loss_data *data, size_t row, size_t k) {
    if (!data->with->labels)
        return (double)data->targets[row * data->with->outputs + k];
    return data->with->outputs == 1 ? data->labels[row] : (size_t)data->labels[row] == k;
}

static double sum_of_exponentials(const float *logits, size_t count) {
    double sum = 0;
    for (size_t k = 0; k < count; k++)
        sum += exp((double)logits[k]);
    return sum;
}

/* By the text of training.h and Keras's, from probabilities, not from logits. */
static double term_of(const loss_data *data, const float *outputs, size_t k, double target) {
    const digitnet__loss_settings *settings = &data->settings;
    size_t count = data->with->outputs;
    double sigmoid = 1 / (1 + exp(-(double)outputs[k]));
    double softmax = exp((double)outputs[k]) / sum_of_exponentials(outputs, count);
    double error = fabs((double)outputs[k] - target), smoothing = settings->label_smoothing;
    double to_half = target * (1 - smoothing) + smoothing / 2;
    double to_uniform = target * (1 - smoothing) + smoothing / (double)count;
    double entropy = (-to_half * log(sigmoid) - (1 - to_half) * log(1 - sigmoid)) / (double)count;
    double missing = 1 - (to_half * sigmoid + (1 - to_half) * (1 - sigmoid));
    switch (data->with->loss) {
    case DIGITNET_LOSS_BINARY_CROSSENTROPY:
        return entropy;
    case DIGITNET_LOSS_BINARY_FOCAL_CROSSENTROPY:
        if (settings->class_balancing)
            entropy *= to_half * settings->alpha + (1 - to_half) * (1 - settings->alpha);
        return pow(missing, settings->gamma) * entropy;
    case DIGITNET_LOSS_MEAN_SQUARED_ERROR:
        return error * error / (double)count;
    case DIGITNET_LOSS_MEAN_ABSOLUTE_ERROR:
        return error / (double)count;
    case DIGITNET_LOSS_HUBER:
        return (error <= settings->delta ? error * error / 2
                                         : settings->delta * error - settings->delta * settings->delta / 2) /
               (double)count;
    case DIGITNET_LOSS_CATEGORICAL_FOCAL_CROSSENTROPY:
        return -settings->alpha * pow(1 - softmax, settings->gamma) * to_uniform * log(softmax);
    default:
        return -to_uniform * log(softmax);
    }
}

static double expected_loss(const loss_data *data, size_t row) {
    double sum = 0;
    for (size_t k = 0; k < data->with->outputs; k++)
        sum += term_of(data, data->outputs + row * data->with->outputs, k, target_of(data, row, k));
    return (double)data->weights[row] * sum;
}

static size_t index_of_largest(const loss_data *data, size_t row, bool of_targets) {
    size_t largest = 0, count = data->with->outputs;
    const float *outputs = data->outputs + row * count;
    for (size_t k = 1; k < count; k++)
        if (of_targets ? target_of(data, row, k) > target_of(data, row, largest) : outputs[k] > outputs[largest])
            largest = k;
    return largest;
}

static bool expected_correct(const loss_data *data, size_t row) {
    size_t count = data->with->outputs;
    bool binary = data->with->loss == DIGITNET_LOSS_BINARY_CROSSENTROPY ||
                  data->with->loss == DIGITNET_LOSS_BINARY_FOCAL_CROSSENTROPY;
    if (!binary && count > 1)
        return index_of_largest(data, row, false) == index_of_largest(data, row, true);
    for (size_t k = 0; k < count; k++)
        if ((data->outputs[row * count + k] > (binary ? 0 : 0.5f)) != (target_of(data, row, k) > 0.5))
            return false;
    return true;
}

static void test_formulas(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        loss_data data;
        fill_data(&data, &cases[i], 3);
        digitnet__score scores[ROWS];
        data.kind->run(scores, NULL, &data.rows, &data.settings, 1);
        for (size_t row = 0; row < ROWS; row++) {
            double expected = expected_loss(&data, row);
            if (!(fabs(scores[row].loss - expected) <= 1e-12 * (1 + fabs(expected))))
                fail_msg("%s: row %zu has the loss %g, not %g", cases[i].what, row, scores[row].loss, expected);
            assert_int_equal(scores[row].correct, expected_correct(&data, row));
        }
    }
}

enum { SCALE_DENOMINATOR = 4 };

static double objective(void *context) {
    const loss_data *data = context;
    digitnet__score scores[ROWS];
    data->kind->run(scores, NULL, &data->rows, &data->settings, 1);
    double sum = 0;
    for (size_t row = 0; row < ROWS; row++)
        sum += scores[row].loss / SCALE_DENOMINATOR;
    return sum;
}

static void test_gradients(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        loss_data data;
        fill_data(&data, &cases[i], 1);
        digitnet__score scores[ROWS];
        float gradient[ROWS * MOST_OUTPUTS];
        data.kind->run(scores, gradient, &data.rows, &data.settings, 1.0f / SCALE_DENOMINATOR);
        check_gradient(gradient, data.outputs, ROWS * cases[i].outputs, slope_of_curve, objective, &data,
                       cases[i].what);
    }
}

/* Keras rounds some of its numbers to single precision on the way. */
static void check_near(double actual, double expected, size_t reference, size_t index) {
    if (!(fabs(actual - expected) <= 3e-7 * (1 + fabs(expected))))
        fail_msg("reference %zu: value %zu is %.9g, not %.9g", reference, index, actual, expected);
}

static loss_case reference_case(size_t index) {
    return (loss_case){.loss = reference_losses[index].loss,
                       .activation = reference_losses[index].activation,
                       .outputs = reference_losses[index].outputs,
                       .labels = reference_losses[index].labels,
                       .options = reference_losses[index].options};
}

enum { REFERENCES = sizeof reference_losses / sizeof *reference_losses };

static void fill_reference(loss_data *data, const loss_case *with) {
    fill_data(data, with, 2);
    data->rows.rows = REFERENCE_ROWS;
    for (size_t row = 0; row < REFERENCE_ROWS; row++)
        data->weights[row] = 1 + noise(3, row) / 2;
}

static void test_reference(void **state) {
    (void)state;
    for (size_t i = 0; i < REFERENCES; i++) {
        loss_case with = reference_case(i);
        digitnet__score scores[ROWS];
        float gradient[ROWS * MOST_OUTPUTS];
        loss_data data;
        fill_reference(&data, &with);
        if (with.activation != DIGITNET_ACTIVATION_LINEAR && with.activation != data.kind->takes_over)
            continue; /* the network computes the activation: see test_three_steps() */
        data.kind->run(scores, gradient, &data.rows, &data.settings, 1);
        for (size_t row = 0; row < REFERENCE_ROWS; row++)
            check_near(scores[row].loss, reference_losses[i].losses[row], i, row);
        for (size_t k = 0; k < REFERENCE_ROWS * with.outputs; k++)
            check_near((double)gradient[k], reference_losses[i].gradient[k], i, k);
    }
}

/* What the loss is given is the kernel of a dense layer whose inputs choose one row of it. */
static void check_steps(size_t index, bool by_class, const double *expected) {
    enum { INPUTS = REFERENCE_ROWS * REFERENCE_ROWS };
    loss_case with = reference_case(index);
    loss_data data;
    float inputs[INPUTS], trained[REFERENCE_ROWS * MOST_OUTPUTS];
    digitnet_model *model;
    fill_reference(&data, &with);
    for (size_t i = 0; i < INPUTS; i++)
        inputs[i] = i % (REFERENCE_ROWS + 1) == 0;
    expect_ok(digitnet_model_create(&model, 1, 1, REFERENCE_ROWS));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense_ex(model, with.outputs, with.activation,
                                DIGITNET_WITH(digitnet_dense_options, .no_bias = 1));
    expect_ok(digitnet_model_compile_ex(
        model, DIGITNET_OPTIMIZER_SGD, with.loss,
        DIGITNET_WITH(digitnet_compile_options, .loss = &with.options, .learning_rate = REFERENCE_LEARNING_RATE)));
    expect_ok(digitnet_model_set_weights(model, NULL, data.outputs, REFERENCE_ROWS * with.outputs));
    for (size_t i = 0; i < REFERENCE_STEPS; i++)
        expect_ok(digitnet_model_train_batch(NULL, model,
                                             DIGITNET_WITH(digitnet_train_batch, .count = REFERENCE_ROWS,
                                                           .images = inputs, .labels = with.labels ? data.labels : NULL,
                                                           .targets = with.labels ? NULL : data.targets,
                                                           .sample_weights = by_class ? NULL : data.weights,
                                                           .class_weights = by_class ? reference_class_weights : NULL,
                                                           .class_weight_count = by_class ? REFERENCE_CLASSES : 0)));
    expect_ok(digitnet_model_get_weights(trained, REFERENCE_ROWS * with.outputs, model, NULL));
    for (size_t k = 0; k < REFERENCE_ROWS * with.outputs; k++)
        check_near((double)trained[k], expected[k], index, k);
    digitnet_model_free(model);
}

static void test_three_steps(void **state) {
    (void)state;
    size_t by_class = 0;
    for (size_t i = 0; i < REFERENCES; i++) {
        check_steps(i, false, reference_losses[i].trained);
        if (reference_losses[i].trained_by_class[0] != 0) {
            check_steps(i, true, reference_losses[i].trained_by_class);
            by_class++;
        }
    }
    assert_int_equal(by_class, 2);
}

/* Logits so large that a probability is 0 in single and in double precision, and as large as floats are. */
static void check_large_logits(float spread) {
    for (size_t i = 0; i < CASES; i++) {
        loss_data data;
        fill_data(&data, &cases[i], spread);
        digitnet__score scores[ROWS];
        float gradient[ROWS * MOST_OUTPUTS];
        data.kind->run(scores, gradient, &data.rows, &data.settings, 1);
        for (size_t row = 0; row < ROWS; row++)
            assert_true(isfinite(scores[row].loss) && scores[row].loss >= 0);
        for (size_t k = 0; k < ROWS * cases[i].outputs; k++)
            assert_true(isfinite(gradient[k]));
    }
}

static void test_large_logits(void **state) {
    (void)state;
    check_large_logits(1e4f);
    check_large_logits(1e38f);
}

/* A value that is not finite gives a loss that is not finite, whatever the label. */
static void test_values_that_are_not_finite(void **state) {
    (void)state;
    static const float values[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < CASES; i++) {
        for (size_t k = 0; k < 3 * cases[i].outputs; k++) {
            loss_data data;
            fill_data(&data, &cases[i], 1);
            data.outputs[k / 3] = values[k % 3];
            digitnet__score scores[ROWS];
            data.kind->run(scores, NULL, &data.rows, &data.settings, 1);
            if (isfinite(scores[0].loss))
                fail_msg("%s: output %zu is %g, the loss %g", cases[i].what, k / 3, (double)values[k % 3],
                         scores[0].loss);
        }
    }
}

/* ---- Models ---- */

enum { SAMPLES = 24, HEIGHT = 4, WIDTH = 3, IMAGE = HEIGHT * WIDTH };

static digitnet_model *build_model(const loss_case *with) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, HEIGHT, WIDTH, 1));
    digitnet_model_add_conv2d(model, 3, 2, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dense(model, with->outputs, with->activation));
    return model;
}

static digitnet_model *make_model(const loss_case *with) {
    digitnet_model *model = build_model(with);
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, with->loss,
                                        DIGITNET_WITH(digitnet_compile_options, .loss = &with->options)));
    return model;
}

/* Samples with labels or targets, and weights of which each fourth is 0; `without_weight` is what the images and
 * targets of those derive from. */
static digitnet_dataset *make_data(const loss_case *with, uint64_t without_weight) {
    float images[SAMPLES * IMAGE], targets[SAMPLES * MOST_OUTPUTS], weights[SAMPLES];
    int32_t labels[SAMPLES];
    size_t classes = with->outputs == 1 ? 2 : with->outputs;
    for (size_t i = 0; i < SAMPLES; i++) {
        weights[i] = i % 4 == 3 ? 0 : 1 + noise(3, i) / 2;
        uint64_t seed = i % 4 == 3 ? without_weight : 5;
        labels[i] = (int32_t)((i * 7 + seed) % classes);
        for (size_t k = 0; k < IMAGE; k++)
            images[i * IMAGE + k] = noise(seed, i * IMAGE + k);
        for (size_t k = 0; k < with->outputs; k++)
            targets[i * with->outputs + k] = (noise(seed + 1, i * with->outputs + k) + 1) / 2;
    }
    digitnet_dataset *data;
    expect_ok(digitnet_dataset_create_f32_ex(
        &data, images, with->labels ? labels : NULL, SAMPLES, HEIGHT, WIDTH, 1,
        DIGITNET_WITH(digitnet_dataset_options, .targets = with->labels ? NULL : targets,
                      .target_values = with->labels ? 0 : with->outputs, .sample_weights = weights)));
    return data;
}

/* The loss of an epoch of one step, taken before that, is what an evaluation before it gives. */
static void test_evaluation_equals_fit(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        digitnet_model *model = make_model(&cases[i]);
        digitnet_dataset *data = make_data(&cases[i], 1);
        digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
        digitnet_history *history;
        expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
        expect_ok(digitnet_model_fit(model, data,
                                     DIGITNET_WITH(digitnet_fit_options, .batch_size = SAMPLES, .history = &history)));
        double loss = digitnet_history_series(NULL, history, DIGITNET_METRIC_LOSS)[0];
        double accuracy = digitnet_history_series(NULL, history, DIGITNET_METRIC_ACCURACY)[0];
        assert_true(metrics.loss > 0 && fabs(metrics.loss - loss) <= 1e-6 * loss);
        assert_true(metrics.accuracy == accuracy);
        digitnet_history_free(history);
        digitnet_dataset_free(data);
        digitnet_model_free(model);
    }
}

static void test_losses_become_smaller(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        digitnet_model *model = make_model(&cases[i]);
        digitnet_dataset *data = make_data(&cases[i], 1);
        digitnet_metrics before = DIGITNET_INIT(digitnet_metrics), after = DIGITNET_INIT(digitnet_metrics);
        expect_ok(digitnet_model_evaluate(&before, model, data, NULL));
        fit(model, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 20, .batch_size = 6));
        expect_ok(digitnet_model_evaluate(&after, model, data, NULL));
        if (!(after.loss < before.loss))
            fail_msg("%s: training leads from %g to %g", cases[i].what, before.loss, after.loss);
        digitnet_dataset_free(data);
        digitnet_model_free(model);
    }
}

static void test_samples_without_weight(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        digitnet_model *model = make_model(&cases[i]), *other = make_model(&cases[i]);
        digitnet_dataset *data = make_data(&cases[i], 1), *other_data = make_data(&cases[i], 2);
        const digitnet_fit_options *options = DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 7);
        fit(model, data, options);
        fit(other, other_data, options);
        assert_same_weights(model, other);
        digitnet_dataset_free(other_data);
        digitnet_dataset_free(data);
        digitnet_model_free(other);
        digitnet_model_free(model);
    }
}

static void test_losses_are_kept_in_files(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        digitnet_model *model = make_model(&cases[i]);
        digitnet_dataset *data = make_data(&cases[i], 1);
        fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 7));
        saved_bytes file = save_model(model);
        digitnet_model *loaded = load_model(&file, 0);
        assert_same_weights(model, loaded);
        fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 7));
        fit(loaded, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 7));
        assert_same_weights(model, loaded);
        saved_bytes end = save_model(model), loaded_end = save_model(loaded);
        assert_same_bytes(&end, &loaded_end);
        free(loaded_end.data);
        free(end.data);
        free(file.data);
        digitnet_model_free(loaded);
        digitnet_dataset_free(data);
        digitnet_model_free(model);
    }
}

/* ---- What is refused ---- */

static const char *name_of(const loss_case *with) {
    return digitnet__loss_find(with->loss)->name;
}

/* Targets alone where labels are needed, and the reverse; by fit, its validation and evaluate. */
static void test_data_without_what_is_needed(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        loss_case wrong = cases[i];
        wrong.labels = !cases[i].labels;
        const digitnet__loss_kind *kind = digitnet__loss_find(cases[i].loss);
        if (kind->takes_targets && kind->labels != DNN_LABELS_NONE &&
            (kind->labels == DNN_LABELS_CLASSES || cases[i].outputs == 1))
            continue; /* takes both */
        digitnet_model *model = make_model(&cases[i]);
        digitnet_dataset *data = make_data(&cases[i], 1), *other = make_data(&wrong, 1);
        digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
        char message[128];
        snprintf(message, sizeof message, "samples have no %s, which %s requires",
                 cases[i].labels ? "labels" : "targets", name_of(&cases[i]));
        expect_failure(digitnet_model_fit(model, other, NULL), DIGITNET_EINVAL, message);
        expect_failure(digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .validation = other)),
                       DIGITNET_EINVAL, message);
        expect_failure(digitnet_model_evaluate(&metrics, model, other, NULL), DIGITNET_EINVAL, message);
        digitnet_dataset_free(other);
        digitnet_dataset_free(data);
        digitnet_model_free(model);
    }
}

static void test_targets_of_another_number(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        if (cases[i].labels)
            continue;
        loss_case wrong = cases[i];
        wrong.outputs = cases[i].outputs == 1 ? 2 : cases[i].outputs - 1;
        digitnet_model *model = make_model(&cases[i]);
        digitnet_dataset *data = make_data(&wrong, 1);
        digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
        char message[128];
        snprintf(message, sizeof message, "samples have %zu targets each, the model has %zu outputs", wrong.outputs,
                 cases[i].outputs);
        expect_failure(digitnet_model_fit(model, data, NULL), DIGITNET_ESHAPE, message);
        expect_failure(digitnet_model_evaluate(&metrics, model, data, NULL), DIGITNET_ESHAPE, message);
        digitnet_dataset_free(data);
        digitnet_model_free(model);
    }
}

/* One output stands for the classes 0 and 1. */
static void test_labels_of_one_output(void **state) {
    (void)state;
    static const float images[2 * IMAGE];
    static const int32_t labels[] = {0, 2};
    const loss_case one = {
        "", DIGITNET_LOSS_BINARY_CROSSENTROPY, DIGITNET_ACTIVATION_SIGMOID, 1, true, DIGITNET_LOSS_INIT};
    digitnet_model *model = make_model(&one);
    digitnet_dataset *data;
    expect_ok(digitnet_dataset_create_f32(&data, images, labels, 2, HEIGHT, WIDTH, 1));
    expect_failure(digitnet_model_fit(model, data, NULL), DIGITNET_EINVAL,
                   "sample 1 has label 2; the model has 2 classes");
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

static void expect_refused_compile(digitnet_loss loss, digitnet_activation activation, size_t units,
                                   const char *message) {
    digitnet_model *model = build_model(&(loss_case){.activation = activation, .outputs = units});
    expect_failure(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, loss), DIGITNET_ESHAPE, message);
    digitnet_model_free(model);
}

static void test_networks_that_do_not_fit(void **state) {
    (void)state;
    static const digitnet_loss classifiers[] = {DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                                DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY};
    for (size_t i = 0; i < 2; i++) {
        expect_refused_compile(classifiers[i], DIGITNET_ACTIVATION_SOFTMAX, 1,
                               "a sigmoid over one unit and binary cross-entropy");
        expect_refused_compile(classifiers[i], DIGITNET_ACTIVATION_SIGMOID, 3, "layer 'dense' gives 3 with activation");
        expect_refused_compile(classifiers[i], DIGITNET_ACTIVATION_LINEAR, 3, "activation linear");
    }
    expect_refused_compile(DIGITNET_LOSS_BINARY_CROSSENTROPY, DIGITNET_ACTIVATION_SOFTMAX, 2, "a flat sigmoid");
    digitnet_model *image;
    expect_ok(digitnet_model_create(&image, HEIGHT, WIDTH, 1));
    expect_ok(digitnet_model_add_conv2d(image, 2, 2, DIGITNET_ACTIVATION_LINEAR));
    expect_failure(digitnet_model_compile(image, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_MEAN_SQUARED_ERROR),
                   DIGITNET_ESHAPE, "a flat output; layer 'conv2d' gives 3x2x2");
    digitnet_model_free(image);
}

/* ---- Settings ---- */

static void expect_refused_settings(digitnet_loss loss, digitnet_loss_options options, const char *message) {
    digitnet_model *model = build_model(&(loss_case){.activation = DIGITNET_ACTIVATION_SOFTMAX, .outputs = 3});
    double rate;
    expect_failure(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, loss,
                                             DIGITNET_WITH(digitnet_compile_options, .loss = &options)),
                   DIGITNET_EINVAL, message);
    expect_failure(digitnet_model_get_learning_rate(&rate, model), DIGITNET_ESTATE, "not compiled");
    digitnet_model_free(model);
}

static void test_settings_out_of_range(void **state) {
    (void)state;
    const digitnet_loss focal = DIGITNET_LOSS_BINARY_FOCAL_CROSSENTROPY, huber = DIGITNET_LOSS_HUBER;
    const digitnet_loss binary = DIGITNET_LOSS_BINARY_CROSSENTROPY;
    expect_refused_settings(binary, (digitnet_loss_options)SETTINGS(-0.1, 0.25, 2, 1, 0, 0), "label_smoothing is -0.1");
    expect_refused_settings(binary, (digitnet_loss_options)SETTINGS(1.5, 0.25, 2, 1, 0, 0), "at most 1");
    expect_refused_settings(binary, (digitnet_loss_options)SETTINGS(NAN, 0.25, 2, 1, 0, 0), "label_smoothing is nan");
    expect_refused_settings(focal, (digitnet_loss_options)SETTINGS(0, 2, 2, 1, 0, 1), "alpha is 2");
    expect_refused_settings(focal, (digitnet_loss_options)SETTINGS(0, 0.25, -1, 1, 0, 0), "gamma is -1");
    expect_refused_settings(focal, (digitnet_loss_options)SETTINGS(0, 0.25, INFINITY, 1, 0, 0), "gamma is inf");
    expect_refused_settings(huber, (digitnet_loss_options)SETTINGS(0, 0.25, 2, 0, 0, 0),
                            "delta is 0; it must be finite and above");
    expect_refused_settings(huber, (digitnet_loss_options)SETTINGS(0, 0.25, 2, -INFINITY, 0, 0), "delta is -inf");
    expect_refused_settings(binary, (digitnet_loss_options)SETTINGS(0, 0.25, 2, 1, 2, 0), "from_logits");
    expect_refused_settings(focal, (digitnet_loss_options)SETTINGS(0, 0.25, 2, 1, 0, -1), "class_balancing");
}

/* They would be lost without a word. */
static void test_settings_of_other_losses(void **state) {
    (void)state;
    const digitnet_loss binary = DIGITNET_LOSS_BINARY_CROSSENTROPY, mse = DIGITNET_LOSS_MEAN_SQUARED_ERROR;
    expect_refused_settings(binary, (digitnet_loss_options)SETTINGS(0, 0.25, 1, 1, 0, 0),
                            "gamma is set, which binary_crossentropy does not have");
    expect_refused_settings(binary, (digitnet_loss_options)SETTINGS(0, 0.5, 2, 1, 0, 0), "alpha is set");
    expect_refused_settings(binary, (digitnet_loss_options)SETTINGS(0, 0.25, 2, 2, 0, 0), "delta is set");
    expect_refused_settings(binary, (digitnet_loss_options)SETTINGS(0, 0.25, 2, 1, 0, 1), "class_balancing is set");
    expect_refused_settings(mse, (digitnet_loss_options)SETTINGS(0.5, 0.25, 2, 1, 0, 0),
                            "label_smoothing is set, which mean_squared_error does not have");
    expect_refused_settings(mse, (digitnet_loss_options)SETTINGS(0, 0.25, 2, 1, 1, 0), "from_logits is set");
    expect_refused_settings(DIGITNET_LOSS_BINARY_FOCAL_CROSSENTROPY,
                            (digitnet_loss_options)SETTINGS(0, 0.5, 2, 1, 0, 0),
                            "alpha is set, which binary_focal_crossentropy has with class_balancing alone");
}

/* The ends of each range. */
static void test_settings_at_their_limits(void **state) {
    (void)state;
    static const digitnet_loss_options limits[] = {SETTINGS(0, 0, 0, 1, 0, 1), SETTINGS(1, 1, DBL_MAX, 1, 0, 1)};
    digitnet__loss_settings settings;
    for (size_t i = 0; i < 2; i++)
        expect_ok(digitnet__loss_settings_read(&settings, DIGITNET_LOSS_BINARY_FOCAL_CROSSENTROPY, &limits[i]));
    static const digitnet_loss_options deltas[] = {SETTINGS(0, 0.25, 2, DBL_TRUE_MIN, 0, 0),
                                                   SETTINGS(0, 0.25, 2, DBL_MAX, 0, 0)};
    for (size_t i = 0; i < 2; i++)
        expect_ok(digitnet__loss_settings_read(&settings, DIGITNET_LOSS_HUBER, &deltas[i]));
}

/* What from_logits says of the end must be so. */
static void test_ends_of_logits(void **state) {
    (void)state;
    const digitnet_loss_options logits = SETTINGS(0, 0.25, 2, 1, 1, 0);
    const digitnet_compile_options *options = DIGITNET_WITH(digitnet_compile_options, .loss = &logits);
    static const digitnet_activation probabilities[] = {DIGITNET_ACTIVATION_SOFTMAX, DIGITNET_ACTIVATION_SIGMOID};
    for (size_t i = 0; i < 2; i++) {
        digitnet_model *model = build_model(&(loss_case){.activation = probabilities[i], .outputs = 3});
        expect_failure(
            digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_BINARY_CROSSENTROPY, options),
            DIGITNET_ESHAPE, "without softmax or sigmoid, since from_logits is 1");
        digitnet_model_free(model);
    }
    digitnet_model *image;
    expect_ok(digitnet_model_create(&image, HEIGHT, WIDTH, 1));
    expect_ok(digitnet_model_add_conv2d(image, 2, 2, DIGITNET_ACTIVATION_LINEAR));
    expect_failure(digitnet_model_compile_ex(image, DIGITNET_OPTIMIZER_ADAM,
                                             DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, options),
                   DIGITNET_ESHAPE, "logits, a flat output");
    digitnet_model_free(image);
}

/* Each row is one of the enumeration, with all that a loss has; this file and the fixtures have a case of each. */
static void test_table(void **state) {
    (void)state;
    for (size_t i = 0; digitnet__loss_at(i); i++) {
        const digitnet__loss_kind *kind = digitnet__loss_at(i);
        bool elsewhere =
            kind->id == DIGITNET_LOSS_CUSTOM || kind->id == DIGITNET_LOSS_CTC; /* test_custom_loss.c, test_ctc.c */
        size_t count = elsewhere;
        size_t references = count;
        for (size_t k = 0; k < CASES; k++)
            count += cases[k].loss == kind->id;
        for (size_t k = 0; k < REFERENCES; k++)
            references += reference_losses[k].loss == kind->id;
        assert_true(count > 0 && references > 0);
        assert_ptr_equal(digitnet__loss_find(kind->id), kind);
        assert_true(kind->name && kind->check && (kind->run || kind->id == DIGITNET_LOSS_CUSTOM));
        assert_true(kind->labels != DNN_LABELS_NONE || kind->takes_targets);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(kind->name, digitnet__loss_at(k)->name);
    }
    assert_null(digitnet__loss_find((digitnet_loss)0));
    assert_null(digitnet__loss_find((digitnet_loss)11));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_formulas),
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_three_steps),
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_large_logits),
        cmocka_unit_test(test_values_that_are_not_finite),
        cmocka_unit_test(test_evaluation_equals_fit),
        cmocka_unit_test(test_losses_become_smaller),
        cmocka_unit_test(test_samples_without_weight),
        cmocka_unit_test(test_losses_are_kept_in_files),
        cmocka_unit_test(test_data_without_what_is_needed),
        cmocka_unit_test(test_targets_of_another_number),
        cmocka_unit_test(test_labels_of_one_output),
        cmocka_unit_test(test_networks_that_do_not_fit),
        cmocka_unit_test(test_settings_out_of_range),
        cmocka_unit_test(test_settings_of_other_losses),
        cmocka_unit_test(test_settings_at_their_limits),
        cmocka_unit_test(test_ends_of_logits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
