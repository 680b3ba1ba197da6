/* Connectionist temporal classification against PyTorch and the sum over all paths, what it takes, and that it trains,
 * evaluates and is kept in files. */
#include "ctc/columns.h"
#include "differences.h"
#include "fixtures/ctc.h"
#include "onnx_bytes.h"
#include "training/losses.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REFERENCES = sizeof reference_ctc / sizeof *reference_ctc };

/* ---- The formulas ---- */

/* Some samples with scores. */
typedef struct loss_data {
    float outputs[MOST_SCORES], weights[MOST_SAMPLES];
    int32_t labels[MOST_SAMPLES * MOST_LABELS], label_counts[MOST_SAMPLES];
    double scratch[1024];
    digitnet__loss_rows rows;
} loss_data;

static void set_rows(loss_data *data, size_t samples, size_t columns, size_t classes) {
    assert_true(digitnet__ctc_scratch(columns, classes, MOST_LABELS) <= sizeof data->scratch);
    data->rows = (digitnet__loss_rows){.outputs = data->outputs,
                                       .labels = data->labels,
                                       .label_counts = data->label_counts,
                                       .weights = data->weights,
                                       .rows = samples,
                                       .columns = columns * classes,
                                       .max_labels = MOST_LABELS,
                                       .steps = columns,
                                       .scratch = data->scratch};
}

static void fill_reference(loss_data *data, size_t index, float spread) {
    size_t samples = reference_ctc[index].samples;
    memcpy(data->labels, reference_ctc[index].labels, sizeof data->labels);
    memcpy(data->label_counts, reference_ctc[index].label_counts, sizeof data->label_counts);
    set_rows(data, samples, reference_ctc[index].columns, reference_ctc[index].classes);
    for (size_t i = 0; i < samples * data->rows.columns; i++)
        data->outputs[i] = spread * noise(1, i);
    for (size_t i = 0; i < samples; i++)
        data->weights[i] = 1 + noise(3, i) / 2;
}

static void run(digitnet__score *scores, float *gradient, const loss_data *data, float scale) {
    const digitnet__loss_settings settings = digitnet__loss_defaults(DIGITNET_LOSS_CTC);
    digitnet__ctc(scores, gradient, &data->rows, &settings, scale);
}

static void check_near(double actual, double expected, size_t reference, size_t index) {
    if (!(fabs(actual - expected) <= 3e-7 * (1 + fabs(expected))))
        fail_msg("reference %zu: value %zu is %.9g, not %.9g", reference, index, actual, expected);
}

static void test_reference(void **state) {
    (void)state;
    for (size_t i = 0; i < REFERENCES; i++) {
        digitnet__score scores[MOST_SAMPLES];
        float gradient[MOST_SCORES];
        loss_data data;
        fill_reference(&data, i, 4);
        run(scores, gradient, &data, 1);
        for (size_t k = 0; k < data.rows.rows; k++)
            check_near(scores[k].loss, reference_ctc[i].losses[k], i, k);
        for (size_t k = 0; k < data.rows.rows * data.rows.columns; k++)
            check_near((double)gradient[k], reference_ctc[i].gradient[k], i, k);
    }
}

/* All paths of a few columns. */
enum { COLUMNS = 5, CLASSES = 3, PATHS = 243, BLANK = CLASSES - 1 };

/* The labels that a path says: without repetitions, then without blanks; their number. */
static size_t read_path(int32_t *labels, const size_t *path) {
    size_t count = 0;
    for (size_t t = 0; t < COLUMNS; t++)
        if (path[t] != BLANK && (t == 0 || path[t] != path[t - 1]))
            labels[count++] = (int32_t)path[t];
    return count;
}

static double path_probability(const float *scores, const size_t *path) {
    double probability = 1;
    for (size_t t = 0; t < COLUMNS; t++) {
        double sum = 0;
        for (size_t k = 0; k < CLASSES; k++)
            sum += exp((double)scores[t * CLASSES + k]);
        probability *= exp((double)scores[t * CLASSES + path[t]]) / sum;
    }
    return probability;
}

/* The probability that any path says the labels. */
static double sequence_probability(const float *scores, const int32_t *labels, size_t count) {
    double sum = 0;
    for (size_t number = 0; number < PATHS; number++) {
        size_t path[COLUMNS], rest = number;
        int32_t said[COLUMNS];
        for (size_t t = 0; t < COLUMNS; t++, rest /= CLASSES)
            path[t] = rest % CLASSES;
        if (read_path(said, path) == count && memcmp(said, labels, count * sizeof *labels) == 0)
            sum += path_probability(scores, path);
    }
    return sum;
}

/* Of every sequence that fits; together they are all that can be said. */
static void test_sum_over_all_paths(void **state) {
    (void)state;
    loss_data data;
    double total = 0;
    set_rows(&data, 1, COLUMNS, CLASSES);
    fill_noise(data.outputs, COLUMNS * CLASSES, 9);
    data.weights[0] = 1;
    for (size_t count = 0; count <= COLUMNS; count++) {
        for (size_t number = 0; number < (size_t)1 << count; number++) {
            for (size_t k = 0; k < count; k++)
                data.labels[k] = (int32_t)(number >> k & 1);
            if (digitnet__ctc_columns_needed(data.labels, count) > COLUMNS)
                continue;
            data.label_counts[0] = (int32_t)count;
            digitnet__score score;
            run(&score, NULL, &data, 1);
            double expected = sequence_probability(data.outputs, data.labels, count);
            assert_true(fabs(exp(-score.loss) - expected) <= 1e-12);
            total += expected;
        }
    }
    assert_true(fabs(total - 1) <= 1e-12);
}

enum { SCALE_DENOMINATOR = 4 };

static double objective(void *context) {
    const loss_data *data = context;
    digitnet__score scores[MOST_SAMPLES];
    run(scores, NULL, data, 1);
    double sum = 0;
    for (size_t i = 0; i < data->rows.rows; i++)
        sum += scores[i].loss / SCALE_DENOMINATOR;
    return sum;
}

static void test_gradients(void **state) {
    (void)state;
    for (size_t i = 0; i < REFERENCES; i++) {
        loss_data data;
        digitnet__score scores[MOST_SAMPLES];
        float gradient[MOST_SCORES];
        fill_reference(&data, i, 1);
        run(scores, gradient, &data, 1.0f / SCALE_DENOMINATOR);
        check_gradient(gradient, data.outputs, data.rows.rows * data.rows.columns, slope_of_curve, objective, &data,
                       "CTC");
    }
}

/* Scores so large that probabilities are 0 in double precision, and as large as floats are. */
static void test_large_scores(void **state) {
    (void)state;
    static const float spreads[] = {1e4f, 1e38f};
    for (size_t i = 0; i < 2 * REFERENCES; i++) {
        loss_data data;
        digitnet__score scores[MOST_SAMPLES];
        float gradient[MOST_SCORES];
        fill_reference(&data, i / 2, spreads[i % 2]);
        run(scores, gradient, &data, 1);
        for (size_t k = 0; k < data.rows.rows; k++)
            assert_true(isfinite(scores[k].loss) && scores[k].loss >= 0);
        for (size_t k = 0; k < data.rows.rows * data.rows.columns; k++)
            assert_true(isfinite(gradient[k]));
    }
}

static void test_scores_that_are_not_finite(void **state) {
    (void)state;
    static const float values[] = {NAN, INFINITY, -INFINITY};
    loss_data data;
    fill_reference(&data, 0, 1);
    for (size_t k = 0; k < 3 * data.rows.columns; k++) {
        digitnet__score scores[MOST_SAMPLES];
        fill_reference(&data, 0, 1);
        data.outputs[k / 3] = values[k % 3];
        run(scores, NULL, &data, 1);
        if (isfinite(scores[0].loss))
            fail_msg("score %zu is %g, the loss %g", k / 3, (double)values[k % 3], scores[0].loss);
        assert_true(isfinite(scores[1].loss));
    }
}

/* A sample is right where the best path says its labels, all of them and no others. */
static void test_right_samples(void **state) {
    (void)state;
    static const struct {
        const char *path; /* a digit a column, '-' for the blank */
        const char *labels;
        bool right;
    } cases[] = {
        {"-------", "", true},        {"-------", "1", false}, {"1111111", "1", true},    {"-1-----", "1", true},
        {"11-11-2", "112", true},     {"1111222", "12", true}, {"1111222", "112", false}, {"0120120", "012012", false},
        {"0120120", "0120120", true}, {"--2-2--", "2", false}, {"--2-2--", "22", true},   {"------0", "0", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        loss_data data;
        digitnet__score score;
        set_rows(&data, 1, 7, 4);
        data.weights[0] = 1;
        data.label_counts[0] = (int32_t)strlen(cases[i].labels);
        for (size_t k = 0; cases[i].labels[k]; k++)
            data.labels[k] = cases[i].labels[k] - '0';
        fill_noise(data.outputs, 28, i);
        for (size_t t = 0; t < 7; t++)
            data.outputs[t * 4 + (cases[i].path[t] == '-' ? 3 : (size_t)(cases[i].path[t] - '0'))] = 2;
        run(&score, NULL, &data, 1);
        if (score.correct != cases[i].right)
            fail_msg("'%s' for '%s' is taken as %s", cases[i].path, cases[i].labels, score.correct ? "right" : "wrong");
    }
}

static void test_columns_needed(void **state) {
    (void)state;
    static const int32_t labels[] = {3, 3, 3, 0, 3};
    assert_int_equal(digitnet__ctc_columns_needed(labels, 0), 0);
    assert_int_equal(digitnet__ctc_columns_needed(labels, 1), 1);
    assert_int_equal(digitnet__ctc_columns_needed(labels, 3), 5);
    assert_int_equal(digitnet__ctc_columns_needed(labels, 5), 7);
    assert_true(digitnet__ctc_scratch(SIZE_MAX / 64, 2, SIZE_MAX) == SIZE_MAX);
    assert_true(digitnet__ctc_scratch(10, 2, SIZE_MAX) == digitnet__ctc_scratch(10, 2, 10));
}

/* ---- Models ---- */

/* The scores are the kernel of a dense layer whose inputs choose one row of it. */
static void check_steps(size_t index, bool logits) {
    enum { MOST_INPUTS = MOST_SAMPLES * MOST_SAMPLES };
    loss_data data;
    float inputs[MOST_INPUTS], trained[MOST_SCORES];
    digitnet_model *model;
    digitnet_loss_options options = DIGITNET_LOSS_INIT;
    fill_reference(&data, index, 4);
    size_t samples = data.rows.rows, outputs = data.rows.columns, columns = data.rows.steps;
    for (size_t i = 0; i < samples * samples; i++)
        inputs[i] = i % (samples + 1) == 0;
    options.from_logits = logits;
    expect_ok(digitnet_model_create(&model, 1, 1, samples));
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense_ex(model, outputs, DIGITNET_ACTIVATION_LINEAR,
                                DIGITNET_WITH(digitnet_dense_options, .no_bias = 1));
    digitnet_model_add_reshape(model, 1, columns, outputs / columns);
    if (!logits)
        digitnet_model_add_activation(model, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_compile_ex(
        model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_CTC,
        DIGITNET_WITH(digitnet_compile_options, .loss = &options, .learning_rate = REFERENCE_LEARNING_RATE)));
    expect_ok(digitnet_model_set_weights(model, NULL, data.outputs, samples * outputs));
    for (size_t i = 0; i < REFERENCE_STEPS; i++)
        expect_ok(
            digitnet_model_train_batch(NULL, model,
                                       DIGITNET_WITH(digitnet_train_batch, .count = samples, .images = inputs,
                                                     .labels = data.labels, .sample_weights = data.weights,
                                                     .max_labels = MOST_LABELS, .label_counts = data.label_counts)));
    expect_ok(digitnet_model_get_weights(trained, samples * outputs, model, NULL));
    for (size_t k = 0; k < samples * outputs; k++)
        check_near((double)trained[k], reference_ctc[index].trained[k], index, k);
    digitnet_model_free(model);
}

static void test_three_steps(void **state) {
    (void)state;
    for (size_t i = 0; i < 2 * REFERENCES; i++)
        check_steps(i / 2, i % 2);
}

/* Lines of up to three characters of four, each a bright column of its own height. */
enum { SAMPLES = 30, HEIGHT = 4, WIDTH = 12, IMAGE = HEIGHT * WIDTH, LABELS = 3, LETTERS = 4, STEPS = 6 };

typedef struct lines {
    float images[SAMPLES * IMAGE], weights[SAMPLES];
    int32_t labels[SAMPLES * LABELS], label_counts[SAMPLES];
} lines;

static void draw_lines(lines *out) {
    *out = (lines){0};
    for (size_t i = 0; i < SAMPLES; i++) {
        out->weights[i] = 1 + noise(3, i) / 2;
        out->label_counts[i] = (int32_t)(i % (LABELS + 1));
        for (size_t k = 0; k < i % (LABELS + 1); k++) {
            size_t letter = (i * 7 + k * k * 5 + k) % LETTERS, column = 4 * k + i % 3;
            out->labels[i * LABELS + k] = (int32_t)letter;
            out->images[i * IMAGE + letter * WIDTH + column] = out->images[i * IMAGE + letter * WIDTH + column + 1] = 1;
        }
    }
}

static digitnet_dataset *make_data(const lines *from) {
    digitnet_dataset *data;
    expect_ok(digitnet_dataset_create_f32_ex(&data, from->images, from->labels, SAMPLES, HEIGHT, WIDTH, 1,
                                             DIGITNET_WITH(digitnet_dataset_options, .sample_weights = from->weights,
                                                           .max_labels = LABELS, .label_counts = from->label_counts)));
    return data;
}

static int give(digitnet_batch *batch, void *user_data) {
    const lines *from = user_data;
    for (size_t i = 0; i < batch->count; i++) {
        size_t sample = batch->indices[i];
        if (batch->images)
            memcpy(batch->images + i * IMAGE, from->images + sample * IMAGE, IMAGE * sizeof *batch->images);
        if (batch->labels)
            memcpy(batch->labels + i * LABELS, from->labels + sample * LABELS, LABELS * sizeof *batch->labels);
        if (batch->label_counts)
            batch->label_counts[i] = from->label_counts[sample];
        if (batch->sample_weights)
            batch->sample_weights[i] = from->weights[sample];
    }
    return 0;
}

static digitnet_dataset *make_source(const lines *from) {
    digitnet_dataset *data;
    expect_ok(digitnet_dataset_create_source(
        &data, DIGITNET_WITH(digitnet_source_options, .count = SAMPLES, .height = HEIGHT, .width = WIDTH, .channels = 1,
                             .max_labels = LABELS, .gather = give, .user_data = (void *)from, .weighted = 1)));
    return data;
}

/* 1 x 6 x 5: a column for each two of the image. */
static digitnet_model *build_model(digitnet_activation end) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, HEIGHT, WIDTH, 1));
    digitnet_model_add_conv2d_ex(model, 8, 3, DIGITNET_ACTIVATION_RELU,
                                 DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_SAME));
    digitnet_model_add_conv2d_ex(model, LETTERS + 1, HEIGHT, end,
                                 DIGITNET_WITH(digitnet_conv2d_options, .kernel_width = 2, .stride_width = 2));
    return model;
}

static digitnet_model *make_model(bool logits) {
    digitnet_loss_options options = DIGITNET_LOSS_INIT;
    options.from_logits = logits;
    digitnet_model *model = build_model(logits ? DIGITNET_ACTIVATION_LINEAR : DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_compile_ex(
        model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_CTC,
        DIGITNET_WITH(digitnet_compile_options, .loss = &options, .learning_rate = 0.02, .gradient_ranges = 4)));
    return model;
}

/* The loss of an epoch of one step, taken before that, is what an evaluation before it gives. */
static void test_evaluation_equals_fit(void **state) {
    (void)state;
    lines drawn;
    draw_lines(&drawn);
    digitnet_dataset *data = make_data(&drawn);
    for (size_t i = 0; i < 2; i++) {
        digitnet_model *model = make_model(i);
        digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
        digitnet_history *history;
        expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
        expect_ok(digitnet_model_fit(model, data,
                                     DIGITNET_WITH(digitnet_fit_options, .batch_size = SAMPLES, .history = &history)));
        double loss = digitnet_history_series(NULL, history, DIGITNET_METRIC_LOSS)[0];
        assert_true(metrics.loss > 0 && fabs(metrics.loss - loss) <= 1e-6 * loss);
        assert_true(metrics.accuracy == digitnet_history_series(NULL, history, DIGITNET_METRIC_ACCURACY)[0]);
        digitnet_history_free(history);
        digitnet_model_free(model);
    }
    digitnet_dataset_free(data);
}

/* Lines are learnt, from arrays and from a source alike, and with any threads: the same bits. */
static void test_training(void **state) {
    (void)state;
    lines drawn;
    draw_lines(&drawn);
    digitnet_dataset *data = make_data(&drawn), *source = make_source(&drawn);
    digitnet_model *model = make_model(false), *other = make_model(false);
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 60, .batch_size = 7, .threads = 1));
    fit(other, source, DIGITNET_WITH(digitnet_fit_options, .epochs = 60, .batch_size = 7, .threads = 4));
    assert_same_weights(model, other);
    expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
    if (!(metrics.accuracy >= 0.9 && metrics.loss < 0.5))
        fail_msg("accuracy %g, loss %g", metrics.accuracy, metrics.loss);
    digitnet_metrics of_source = DIGITNET_INIT(digitnet_metrics);
    expect_ok(digitnet_model_evaluate(&of_source, model, source, NULL));
    assert_true(of_source.accuracy == metrics.accuracy && of_source.loss == metrics.loss);
    digitnet_model_free(other);
    digitnet_model_free(model);
    digitnet_dataset_free(source);
    digitnet_dataset_free(data);
}

/* What probabilities a softmax at the end gives: those of each column; and an evaluation without a compile. */
static void test_softmax_of_columns(void **state) {
    (void)state;
    lines drawn;
    draw_lines(&drawn);
    digitnet_model *model = make_model(false);
    float scores[STEPS * (LETTERS + 1)];
    expect_ok(digitnet_model_predict(scores, STEPS * (LETTERS + 1), model, drawn.images, IMAGE));
    for (size_t t = 0; t < STEPS; t++) {
        double sum = 0;
        for (size_t k = 0; k <= LETTERS; k++)
            sum += (double)scores[t * (LETTERS + 1) + k];
        assert_true(fabs(sum - 1) <= 1e-6);
    }
    digitnet_dataset *data = make_data(&drawn);
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics), uncompiled = DIGITNET_INIT(digitnet_metrics);
    static unsigned char bytes[1 << 16];
    size_t size;
    digitnet_model *loaded;
    expect_ok(digitnet_model_save_memory_ex(bytes, sizeof bytes, &size, model,
                                            DIGITNET_WITH(digitnet_model_save_options, .weights_only = 1)));
    expect_ok(digitnet_model_load_memory(&loaded, bytes, size));
    expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
    expect_ok(digitnet_model_evaluate(&uncompiled, loaded, data, NULL));
    assert_true(metrics.loss == uncompiled.loss && metrics.accuracy == uncompiled.accuracy);
    digitnet_model_free(loaded);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

static void test_kept_in_files(void **state) {
    (void)state;
    lines drawn;
    draw_lines(&drawn);
    digitnet_dataset *data = make_data(&drawn);
    const digitnet_fit_options *options = DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 7);
    for (size_t i = 0; i < 2; i++) {
        digitnet_model *model = make_model(i);
        fit(model, data, options);
        saved_bytes file = save_model(model);
        digitnet_model *loaded = load_model(&file, 0);
        fit(model, data, options);
        fit(loaded, data, options);
        assert_same_weights(model, loaded);
        saved_bytes end = save_model(model), loaded_end = save_model(loaded);
        assert_same_bytes(&end, &loaded_end);
        free(loaded_end.data);
        free(end.data);
        free(file.data);
        digitnet_model_free(loaded);
        digitnet_model_free(model);
    }
    digitnet_dataset_free(data);
}

/* The steps of fit, and none of them but the first allocates. */
static void test_batches(void **state) {
    (void)state;
    lines drawn;
    draw_lines(&drawn);
    allocation_counts counts;
    begin_counting(&counts);
    digitnet_dataset *data = make_data(&drawn);
    digitnet_model *model = make_model(false), *other = make_model(false);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = SAMPLES / 2, .no_shuffle = 1));
    size_t before = 0;
    for (size_t first = 0; first < SAMPLES; first += SAMPLES / 2) {
        before = first ? counts.allocations : before;
        expect_ok(digitnet_model_train_batch(
            NULL, other,
            DIGITNET_WITH(digitnet_train_batch, .count = SAMPLES / 2, .images = drawn.images + first * IMAGE,
                          .labels = drawn.labels + first * LABELS, .sample_weights = drawn.weights + first,
                          .max_labels = LABELS, .label_counts = drawn.label_counts + first)));
    }
    assert_int_equal(counts.allocations, before);
    assert_same_weights(model, other);
    digitnet_model_free(other);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
    end_counting(&counts);
}

/* ---- What is refused ---- */

static void expect_refused_data(digitnet_model *model, const digitnet_dataset *data, const char *message) {
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    float *before = copy_weights(model);
    expect_failure(digitnet_model_fit(model, data, NULL), DIGITNET_EINVAL, message);
    expect_failure(digitnet_model_evaluate(&metrics, model, data, NULL), DIGITNET_EINVAL, message);
    float *after = copy_weights(model);
    assert_same_floats(before, after, count_parameters(model));
    free(after);
    free(before);
}

/* By arrays, a source and a batch alike. */
static void expect_refused(const lines *drawn, const char *message) {
    digitnet_model *model = make_model(false);
    digitnet_dataset *data = make_data(drawn), *source = make_source(drawn);
    expect_refused_data(model, data, message);
    expect_refused_data(model, source, message);
    expect_failure(digitnet_model_train_batch(NULL, model,
                                              DIGITNET_WITH(digitnet_train_batch, .count = SAMPLES,
                                                            .images = drawn->images, .labels = drawn->labels,
                                                            .max_labels = LABELS, .label_counts = drawn->label_counts)),
                   DIGITNET_EINVAL, message);
    digitnet_dataset_free(source);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

static void test_labels_that_are_none(void **state) {
    (void)state;
    lines drawn;
    draw_lines(&drawn);
    drawn.labels[7 * LABELS + 2] = LETTERS; /* the blank */
    expect_refused(&drawn, "sample 7 has label 4 at place 2; the model has 4 classes and the blank");
}

/* Five columns are enough for three labels that are the same, four are not. */
static void test_labels_that_do_not_fit(void **state) {
    (void)state;
    static const float images[2 * 4];
    static const int32_t labels[] = {0, 1, 2, 1, 1, 1};
    for (size_t width = 4; width <= 5; width++) {
        digitnet_model *model;
        digitnet_dataset *data;
        expect_ok(digitnet_model_create(&model, 1, width, 1));
        digitnet_model_add_conv2d(model, 4, 1, DIGITNET_ACTIVATION_SOFTMAX);
        expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_CTC));
        float wide[10] = {0};
        memcpy(wide, images, sizeof images);
        expect_ok(digitnet_dataset_create_f32_ex(&data, wide, labels, 2, 1, width, 1,
                                                 DIGITNET_WITH(digitnet_dataset_options, .max_labels = 3)));
        if (width == 5)
            fit(model, data, NULL);
        else
            expect_refused_data(model, data,
                                "sample 1 has 3 labels, 2 of them as the one before, which need 5 columns; the model "
                                "gives 4");
        digitnet_dataset_free(data);
        digitnet_model_free(model);
    }
}

/* One label each is a sequence too; targets are none. */
static void test_data_of_other_losses(void **state) {
    (void)state;
    lines drawn;
    draw_lines(&drawn);
    digitnet_model *model = make_model(false);
    digitnet_dataset *single, *targets;
    expect_ok(digitnet_dataset_create_f32(&single, drawn.images, drawn.labels, SAMPLES, HEIGHT, WIDTH, 1));
    fit(model, single, NULL);
    expect_ok(digitnet_dataset_create_f32_ex(
        &targets, drawn.images, NULL, SAMPLES, HEIGHT, WIDTH, 1,
        DIGITNET_WITH(digitnet_dataset_options, .targets = drawn.images, .target_values = IMAGE)));
    expect_refused_data(model, targets, "samples have no labels, which ctc requires");
    const float weights[LETTERS] = {1, 1, 1, 1};
    expect_failure(digitnet_model_fit(
                       model, single,
                       DIGITNET_WITH(digitnet_fit_options, .class_weights = weights, .class_weight_count = LETTERS)),
                   DIGITNET_EINVAL, "class_weights: the loss ctc has sample weights alone");
    digitnet_dataset_free(targets);
    digitnet_dataset_free(single);
    digitnet_model_free(model);
}

static void test_batches_that_contradict(void **state) {
    (void)state;
    lines drawn;
    draw_lines(&drawn);
    digitnet_model *model = make_model(false);
    const digitnet_train_batch cases[] = {{.max_labels = 2},
                                          {.label_counts = drawn.label_counts},
                                          {.labels = drawn.labels, .label_counts = drawn.labels}};
    static const char *const messages[] = {"labels is NULL, but max_labels is given",
                                           "labels is NULL, but label_counts is given",
                                           "label_counts requires max_labels above 1; it is 0"};
    for (size_t i = 0; i < 3; i++) {
        digitnet_train_batch batch = cases[i];
        batch.struct_size = sizeof batch;
        batch.count = 1;
        batch.images = drawn.images;
        expect_failure(digitnet_model_train_batch(NULL, model, &batch), DIGITNET_EINVAL, messages[i]);
    }
    drawn.label_counts[1] = LABELS + 1;
    expect_failure(digitnet_model_train_batch(NULL, model,
                                              DIGITNET_WITH(digitnet_train_batch, .count = SAMPLES,
                                                            .images = drawn.images, .labels = drawn.labels,
                                                            .max_labels = LABELS, .label_counts = drawn.label_counts)),
                   DIGITNET_EINVAL, "sample 1 has 4 labels; it can have 0 to 3");
    digitnet_model_free(model);
}

static void expect_refused_end(digitnet_model *model, bool logits, const char *message) {
    digitnet_loss_options options = DIGITNET_LOSS_INIT;
    options.from_logits = logits;
    expect_failure(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_CTC,
                                             DIGITNET_WITH(digitnet_compile_options, .loss = &options)),
                   DIGITNET_ESHAPE, message);
    digitnet_model_free(model);
}

static digitnet_model *build_image(size_t height, size_t channels) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, height, 4, 1));
    expect_ok(digitnet_model_add_conv2d(model, channels, 1, DIGITNET_ACTIVATION_SOFTMAX));
    return model;
}

static void test_networks_that_do_not_fit(void **state) {
    (void)state;
    expect_refused_end(build_image(2, 3), false, "one row of columns with two classes or more");
    expect_refused_end(build_image(1, 1), false, "layer 'conv2d' gives 1x4x1 with activation softmax");
    digitnet_model *flat = build_image(1, 3);
    digitnet_model_add_flatten(flat);
    expect_refused_end(flat, true, "layer 'flatten' gives 12");
    expect_refused_end(build_model(DIGITNET_ACTIVATION_LINEAR), false, "a softmax over the classes of each column");
    expect_refused_end(build_model(DIGITNET_ACTIVATION_SIGMOID), false, "activation sigmoid");
    expect_refused_end(build_model(DIGITNET_ACTIVATION_SIGMOID), true, "since from_logits is 1");
    expect_refused_end(build_model(DIGITNET_ACTIVATION_SOFTMAX), true, "since from_logits is 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_sum_over_all_paths),
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_large_scores),
        cmocka_unit_test(test_scores_that_are_not_finite),
        cmocka_unit_test(test_right_samples),
        cmocka_unit_test(test_columns_needed),
        cmocka_unit_test(test_three_steps),
        cmocka_unit_test(test_evaluation_equals_fit),
        cmocka_unit_test(test_training),
        cmocka_unit_test(test_softmax_of_columns),
        cmocka_unit_test(test_kept_in_files),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_labels_that_are_none),
        cmocka_unit_test(test_labels_that_do_not_fit),
        cmocka_unit_test(test_data_of_other_losses),
        cmocka_unit_test(test_batches_that_contradict),
        cmocka_unit_test(test_networks_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
