/* Reports: against numbers that a few lines of Python gave for the same scores, by the definitions. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNT = 11, CLASSES = 3 };

static const float scores[COUNT][CLASSES] = {
    {.7f, .2f, .1f},   {.1f, .8f, .1f},   {.3f, .3f, .4f},    {.5f, .5f, .0f}, {.2f, .6f, .2f}, {.9f, .05f, .05f},
    {.05f, .05f, .9f}, {.4f, .35f, .25f}, {.34f, .33f, .33f}, {.1f, .2f, .7f}, {.0f, 1.f, .0f}};
static const int32_t labels[COUNT] = {0, 1, 2, 1, 0, 0, 2, 2, 1, 2, 1};

static void assert_near(double value, double wanted) {
    if (!(fabs(value - wanted) <= 1e-12))
        fail_msg("%.17g, not %.17g", value, wanted);
}

static digitnet_report *make_report(const digitnet_report_options *options) {
    digitnet_report *report;
    expect_ok(digitnet_report_create(&report, &scores[0][0], labels, COUNT, CLASSES, options));
    return report;
}

static digitnet_report_info info_of(const digitnet_report *report) {
    digitnet_report_info info = DIGITNET_INIT(digitnet_report_info);
    expect_ok(digitnet_report_describe(&info, report));
    return info;
}

static void test_figures(void **state) {
    (void)state;
    digitnet_report *report = make_report(DIGITNET_WITH(digitnet_report_options, .top_k = 2, .bins = 5));
    const digitnet_report_info info = info_of(report);
    assert_int_equal(info.count, COUNT);
    assert_int_equal(info.right, 7);
    assert_int_equal(info.classes, CLASSES);
    assert_int_equal(info.top_k, 2);
    assert_int_equal(info.bins, 5);
    assert_near(info.accuracy, 0.6363636363636364);
    assert_near(info.accuracy_low, 0.35380117450784904);
    assert_near(info.accuracy_high, 0.8483352890463243);
    assert_near(info.confidence, 0.95);
    assert_near(info.top_k_accuracy, 0.9090909090909091);
    assert_near(info.calibration_error, 0.09454545920545404);
    assert_near(info.macro_precision, 0.6888888888888888);
    assert_near(info.macro_recall, 0.6388888888888888);
    assert_near(info.macro_f1, 0.6428571428571429);
    assert_near(info.weighted_precision, 0.7151515151515152);
    assert_near(info.weighted_recall, 0.6363636363636364);
    assert_near(info.weighted_f1, 0.6558441558441559);
    digitnet_report_free(report);
    report = make_report(DIGITNET_WITH(digitnet_report_options, .confidence = 0.5));
    assert_near(info_of(report).calibration_error, 0.24000000682744116); /* in 15 bins */
    assert_near(info_of(report).accuracy_low, 0.5349288966234921);
    assert_near(info_of(report).accuracy_high, 0.7269669262066617);
    assert_int_equal(info_of(report).top_k, CLASSES);
    assert_near(info_of(report).top_k_accuracy, 1);
    digitnet_report_free(report);
}

static void test_classes(void **state) {
    (void)state;
    static const size_t confusion[CLASSES * CLASSES] = {2, 1, 0, 2, 2, 0, 1, 0, 3};
    static const double wanted[CLASSES][3] = {
        {0.4, 0.6666666666666666, 0.5}, {0.6666666666666666, 0.5, 0.5714285714285715}, {1, 0.75, 0.8571428571428571}};
    static const size_t counts[CLASSES][3] = {{3, 5, 2}, {4, 3, 2}, {4, 3, 3}};
    digitnet_report *report = make_report(NULL);
    size_t classes;
    assert_memory_equal(digitnet_report_confusion(&classes, report), confusion, sizeof confusion);
    assert_int_equal(classes, CLASSES);
    for (size_t i = 0; i < CLASSES; i++) {
        digitnet_class_info info = DIGITNET_INIT(digitnet_class_info);
        expect_ok(digitnet_report_describe_class(&info, report, i));
        assert_int_equal(info.count, counts[i][0]);
        assert_int_equal(info.predicted, counts[i][1]);
        assert_int_equal(info.right, counts[i][2]);
        assert_near(info.precision, wanted[i][0]);
        assert_near(info.recall, wanted[i][1]);
        assert_near(info.f1, wanted[i][2]);
    }
    digitnet_report_free(report);
}

static void test_bins(void **state) {
    (void)state;
    static const size_t counts[5] = {0, 1, 3, 3, 4}, right[5] = {0, 0, 1, 2, 4};
    static const double means[5] = {0, 0.3400000035762787, 0.4333333373069763, 0.6666666666666666, 0.8999999910593033};
    digitnet_report *report = make_report(DIGITNET_WITH(digitnet_report_options, .bins = 5));
    for (size_t i = 0; i < 5; i++) {
        digitnet_bin_info info = DIGITNET_INIT(digitnet_bin_info);
        expect_ok(digitnet_report_describe_bin(&info, report, i));
        assert_int_equal(info.count, counts[i]);
        assert_near(info.low, (double)i / 5);
        assert_near(info.high, (double)(i + 1) / 5);
        if (counts[i])
            assert_near(info.accuracy, (double)right[i] / (double)counts[i]);
        if (fabs(info.score - means[i]) > 1e-7)
            fail_msg("bin %zu: %.9g, not %.9g", i, info.score, means[i]);
    }
    digitnet_report_free(report);
}

/* Scores at the ends of bins belong to the lower one; 0 to the first. */
static void test_ends_of_bins(void **state) {
    (void)state;
    static const float ends[6] = {0, 0.25f, 0.5f, 0.75f, 0.875f, 1};
    static const int32_t ones[6] = {1, 1, 1, 1, 1, 1};
    static const size_t wanted[4] = {0, 1, 2, 3}; /* the answers' scores are 1, 3/4, 1/2, 3/4, 7/8 and 1 */
    digitnet_report *report;
    digitnet_bin_info bin = DIGITNET_INIT(digitnet_bin_info);
    expect_ok(digitnet_report_create(&report, ends, ones, 6, 1, DIGITNET_WITH(digitnet_report_options, .bins = 4)));
    for (size_t i = 0; i < 4; i++) {
        expect_ok(digitnet_report_describe_bin(&bin, report, i));
        assert_int_equal(bin.count, wanted[i]);
    }
    digitnet_report_free(report);
    static const float zeros[2] = {0, 0};
    expect_ok(digitnet_report_create(&report, zeros, ones, 1, 2, NULL));
    expect_ok(digitnet_report_describe_bin(&bin, report, 0));
    assert_int_equal(bin.count, 1);
    digitnet_report_free(report);
}

/* One score is the probability of class 1; one half is class 0. */
static void test_one_output(void **state) {
    (void)state;
    static const float one[5] = {0.5f, 0.75f, 0.25f, 1, 0};
    static const int32_t classes[5] = {0, 1, 1, 1, 0};
    static const size_t confusion[4] = {2, 0, 1, 2};
    digitnet_report *report;
    expect_ok(digitnet_report_create(&report, one, classes, 5, 1, NULL));
    assert_memory_equal(digitnet_report_confusion(NULL, report), confusion, sizeof confusion);
    assert_int_equal(info_of(report).top_k, 2);
    assert_near(info_of(report).top_k_accuracy, 1);
    /* In bins of the answers' scores 1/2 (right), 3/4 (one of two right), and 1 (twice right). */
    assert_near(info_of(report).calibration_error, (0.5 + 0.5 + 0) / 5);
    digitnet_report_free(report);
}

/* A class that is not there has figures of 0, and is left out of the means, as in scikit-learn. */
static void test_absent_classes(void **state) {
    (void)state;
    static const float four[3][4] = {{1, 0, 0, 0}, {0, 0, 1, 0}, {1, 0, 0, 0}};
    static const int32_t classes[3] = {0, 0, 0};
    digitnet_report *report;
    expect_ok(digitnet_report_create(&report, &four[0][0], classes, 3, 4, NULL));
    const digitnet_report_info info = info_of(report);
    assert_near(info.macro_precision, 0.5);
    assert_near(info.macro_recall, 1.0 / 3);
    assert_near(info.macro_f1, 0.4);
    assert_near(info.weighted_precision, 1);
    assert_near(info.weighted_recall, 2.0 / 3);
    assert_near(info.weighted_f1, 0.8);
    digitnet_report_free(report);
}

static void test_text(void **state) {
    (void)state;
    static const char wanted[] = "7 of 11 images are right: accuracy 0.6364 (0.3538 to 0.8483 with confidence 0.9500)\n"
                                 "top-2 accuracy 0.9091, calibration error 0.0945\n"
                                 "\n"
                                 "     class  precision     recall         F1   images\n"
                                 "         0     0.4000     0.6667     0.5000        3\n"
                                 "         1     0.6667     0.5000     0.5714        4\n"
                                 "         2     1.0000     0.7500     0.8571        4\n"
                                 "     macro     0.6889     0.6389     0.6429       11\n"
                                 "  weighted     0.7152     0.6364     0.6558       11\n"
                                 "\n"
                                 "Rows: what images are; columns: what they are taken for\n"
                                 "            0  1  2\n"
                                 "         0  2  1  0\n"
                                 "         1  2  2  0\n"
                                 "         2  1  0  3\n";
    char text[sizeof wanted];
    size_t needed;
    digitnet_report *report = make_report(DIGITNET_WITH(digitnet_report_options, .top_k = 2, .bins = 5));
    expect_ok(digitnet_report_text(text, sizeof text, &needed, report));
    assert_string_equal(text, wanted);
    assert_int_equal(needed, sizeof wanted);
    memset(text, 'x', sizeof text);
    expect_failure(digitnet_report_text(text, sizeof text - 1, &needed, report), DIGITNET_EBUFFER, "the text takes");
    assert_int_equal(text[0], 'x');
    expect_failure(digitnet_report_text(NULL, 0, &needed, report), DIGITNET_EBUFFER, "");
    assert_int_equal(needed, sizeof wanted);
    expect_failure(digitnet_report_text(NULL, 1, NULL, report), DIGITNET_EINVAL, "buffer is NULL");
    expect_failure(digitnet_report_text(text, 1, NULL, NULL), DIGITNET_EINVAL, "report is NULL");
    digitnet_report_free(report);
    /* With more classes than fit beside each other there is no matrix. */
    static float many[33] = {1};
    static char long_text[4096];
    expect_ok(digitnet_report_create(&report, many, labels, 1, 33, NULL));
    expect_ok(digitnet_report_text(long_text, sizeof long_text, NULL, report));
    assert_null(strstr(long_text, "Rows"));
    assert_non_null(strstr(long_text, "        32"));
    digitnet_report_free(report);
}

static void test_refusals(void **state) {
    (void)state;
    digitnet_report *out;
    const float wrong[4][2] = {{0.5f, -0.001f}, {1.5f, 0}, {NAN, 0}, {0, INFINITY}};
    for (size_t i = 0; i < 4; i++) {
        expect_failure(digitnet_report_create(&out, wrong[i], labels, 1, 2, NULL), DIGITNET_EINVAL,
                       "must be in [0, 1]");
        assert_null(out);
    }
    const int32_t wrong_labels[2] = {0, 3}, negative[1] = {-1}, two[1] = {2};
    expect_failure(digitnet_report_create(&out, &scores[0][0], wrong_labels, 2, 3, NULL), DIGITNET_EINVAL,
                   "image 1 has label 3; there are 3 classes");
    expect_failure(digitnet_report_create(&out, &scores[0][0], negative, 1, 3, NULL), DIGITNET_EINVAL, "label -1");
    expect_failure(digitnet_report_create(&out, &scores[0][0], two, 1, 1, NULL), DIGITNET_EINVAL, "2 classes");
    expect_failure(digitnet_report_create(&out, &scores[0][0], labels, 0, 3, NULL), DIGITNET_EINVAL, "count is 0");
    expect_failure(digitnet_report_create(&out, &scores[0][0], labels, 1, 0, NULL), DIGITNET_EINVAL, "outputs is 0");
    expect_failure(digitnet_report_create(&out, &scores[0][0], labels, SIZE_MAX / 4 + 1, 2, NULL), DIGITNET_ELIMIT,
                   "overflows");
    const double wrong_confidences[] = {-0.1, 1, NAN};
    for (size_t i = 0; i < 3; i++)
        expect_failure(
            digitnet_report_create(&out, &scores[0][0], labels, 1, 3,
                                   DIGITNET_WITH(digitnet_report_options, .confidence = wrong_confidences[i])),
            DIGITNET_EINVAL, "confidence is");
    expect_failure(
        digitnet_report_create(&out, &scores[0][0], labels, 1, 3, DIGITNET_WITH(digitnet_report_options, .top_k = 4)),
        DIGITNET_EINVAL, "top_k is 4; there are 3 classes");
    expect_failure(digitnet_report_create(&out, &scores[0][0], labels, 1, 3,
                                          DIGITNET_WITH(digitnet_report_options, .bins = 10001)),
                   DIGITNET_EINVAL, "bins is 10001");
    digitnet_class_info info = DIGITNET_INIT(digitnet_class_info);
    digitnet_bin_info bin = DIGITNET_INIT(digitnet_bin_info);
    out = make_report(NULL);
    expect_failure(digitnet_report_describe_class(&info, out, 3), DIGITNET_ENOTFOUND, "no class 3, of 3");
    expect_failure(digitnet_report_describe_bin(&bin, out, 15), DIGITNET_ENOTFOUND, "no bin 15, of 15");
    digitnet_report_free(out);
}

/* ---- Of a model ---- */

enum { IMAGES = 300 };

/* The report of a model is that of its scores; for any number of threads. */
static void check_model(digitnet_model *model, const digitnet_dataset *data, size_t outputs, const int32_t *classes) {
    float *predicted = must_allocate(IMAGES * outputs * sizeof(float));
    digitnet_report *wanted, *report;
    char wanted_text[4096], text[4096];
    expect_ok(digitnet_model_predict_dataset(predicted, IMAGES * outputs, model, data, NULL));
    expect_ok(digitnet_report_create(&wanted, predicted, classes, IMAGES, outputs, NULL));
    expect_ok(digitnet_report_text(wanted_text, sizeof wanted_text, NULL, wanted));
    static const size_t threads[] = {1, 2, 3, 8};
    for (size_t i = 0; i < 4; i++) {
        const digitnet_predict_options *predict = DIGITNET_WITH(digitnet_predict_options, .threads = threads[i]);
        expect_ok(
            digitnet_model_report(&report, model, data, DIGITNET_WITH(digitnet_report_options, .predict = predict)));
        expect_ok(digitnet_report_text(text, sizeof text, NULL, report));
        assert_string_equal(text, wanted_text);
        assert_true(info_of(report).calibration_error == info_of(wanted).calibration_error);
        digitnet_report_free(report);
    }
    digitnet_report_free(wanted);
    free(predicted);
}

static void test_model(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_model *model = make_small_network(1);
    static int32_t classes[IMAGES];
    expect_ok(digitnet_dataset_read(NULL, 0, classes, IMAGES, data, 0, IMAGES));
    fit(model, data, NULL);
    check_model(model, data, SMALL_CLASSES, classes);
    /* The accuracy is evaluate's. */
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    digitnet_report *report;
    expect_ok(digitnet_model_report(&report, model, data, NULL));
    expect_ok(digitnet_model_evaluate(&metrics, model, data, NULL));
    assert_true(info_of(report).accuracy == metrics.accuracy);
    digitnet_report_free(report);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

/* A sigmoid of one unit, and targets in the place of labels. */
static void test_targets(void **state) {
    (void)state;
    static float images[IMAGES * 4], targets[IMAGES * 2];
    static int32_t classes[IMAGES];
    fill_noise(images, IMAGES * 4, 1);
    for (size_t outputs = 1; outputs <= 2; outputs++) {
        for (size_t i = 0; i < IMAGES; i++) {
            classes[i] = images[4 * i] > 0;
            targets[i * outputs + outputs - 1] = classes[i] ? 0.75f : 0.25f;
            targets[i * outputs] = outputs == 2 ? 1 - targets[i * outputs + 1] : targets[i * outputs];
        }
        digitnet_dataset *data;
        digitnet_model *model;
        expect_ok(digitnet_dataset_create_f32_ex(
            &data, images, NULL, IMAGES, 2, 2, 1,
            DIGITNET_WITH(digitnet_dataset_options, .targets = targets, .target_values = outputs)));
        expect_ok(digitnet_model_create(&model, 2, 2, 1));
        digitnet_model_add_flatten(model);
        digitnet_model_add_dense(model, outputs,
                                 outputs == 1 ? DIGITNET_ACTIVATION_SIGMOID : DIGITNET_ACTIVATION_SOFTMAX);
        expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM,
                                         outputs == 1 ? DIGITNET_LOSS_BINARY_CROSSENTROPY
                                                      : DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY));
        check_model(model, data, outputs, classes);
        digitnet_model_free(model);
        digitnet_dataset_free(data);
    }
}

static int gather_label(digitnet_batch *batch, void *user_data) {
    memset(batch->images, 0, batch->count * SMALL_IMAGE * sizeof(float));
    for (size_t i = 0; i < batch->count; i++)
        batch->labels[i] = batch->indices[i] == 7 ? *(int32_t *)user_data : 0;
    return *(int32_t *)user_data < 0 ? DIGITNET_EIO : 0;
}

static int end_with(size_t done, size_t count, void *user_data) {
    assert_int_equal(count, IMAGES);
    assert_true(done == 256 || done == IMAGES);
    digitnet_set_error("enough");
    return *(int *)user_data;
}

static void test_model_refusals(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(IMAGES, 1), *other = make_dataset(3, 2, 2, 1, 3, 1), *source;
    digitnet_dataset *more = make_dataset(40, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS, 9, 1);
    digitnet_model *model = make_small_network(1), *draft = build_small_network(), *regression;
    digitnet_report *out;
    expect_failure(digitnet_model_report(&out, draft, data, NULL), DIGITNET_ESTATE, "");
    assert_null(out);
    expect_failure(digitnet_model_report(&out, model, other, NULL), DIGITNET_ESHAPE, "the images are 2x2x1");
    expect_failure(digitnet_model_report(&out, model, more, NULL), DIGITNET_EINVAL, "the model has 3 classes");
    expect_failure(digitnet_model_report(&out, model, data, DIGITNET_WITH(digitnet_report_options, .top_k = 4)),
                   DIGITNET_EINVAL, "top_k is 4");
    const digitnet_predict_options *crowd = DIGITNET_WITH(digitnet_predict_options, .threads = 257);
    expect_passed_on(digitnet_model_report(&out, model, data, DIGITNET_WITH(digitnet_report_options, .predict = crowd)),
                     DIGITNET_EINVAL, "257");
    int result = DIGITNET_EIO;
    const digitnet_predict_options *ending =
        DIGITNET_WITH(digitnet_predict_options, .progress = end_with, .user_data = &result, .threads = 1);
    expect_passed_on(
        digitnet_model_report(&out, model, data, DIGITNET_WITH(digitnet_report_options, .predict = ending)),
        DIGITNET_EIO, "after 256 of 300 images: enough");
    result = 1;
    expect_failure(digitnet_model_report(&out, model, data, DIGITNET_WITH(digitnet_report_options, .predict = ending)),
                   DIGITNET_ECALLBACK, "the progress function returned 1");
    int32_t label = 5;
    digitnet_source_options options = {.struct_size = sizeof options,
                                       .count = 9,
                                       .height = SMALL_HEIGHT,
                                       .width = SMALL_WIDTH,
                                       .channels = SMALL_CHANNELS,
                                       .gather = gather_label,
                                       .user_data = &label};
    expect_ok(digitnet_dataset_create_source(&source, &options));
    expect_failure(digitnet_model_report(&out, model, source, NULL), DIGITNET_EINVAL, "sample 7 has label 5");
    label = -1;
    expect_passed_on(digitnet_model_report(&out, model, source, NULL), DIGITNET_EIO,
                     "images 0 to 8: the gather callback");
    assert_null(out);
    digitnet_model *large = make_small_network(1);
    digitnet_tensor_info info = DIGITNET_INIT(digitnet_tensor_info);
    float huge[4096];
    for (size_t i = 0; i < 2; i++) {
        expect_ok(digitnet_model_describe_tensor(&info, large, 2 * i));
        assert_in_range(info.values, 1, 4096);
        for (size_t k = 0; k < info.values; k++)
            huge[k] = 3e38f;
        expect_ok(digitnet_model_set_weights(large, info.name, huge, info.values));
    }
    expect_failure(digitnet_model_report(&out, large, data, NULL), DIGITNET_ENOTFINITE, "images 0 to 255");
    digitnet_model_free(large);
    expect_ok(digitnet_model_create(&regression, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    digitnet_model_add_flatten(regression);
    digitnet_model_add_dense(regression, 3, DIGITNET_ACTIVATION_LINEAR);
    expect_ok(digitnet_model_compile(regression, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_MEAN_SQUARED_ERROR));
    expect_failure(digitnet_model_report(&out, regression, data, NULL), DIGITNET_ESHAPE, "must end in a flat softmax");
    digitnet_model_free(regression);
    expect_ok(digitnet_model_create(&regression, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    digitnet_model_add_flatten(regression);
    digitnet_model_add_dense(regression, 3, DIGITNET_ACTIVATION_SIGMOID);
    expect_ok(digitnet_model_compile(regression, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_BINARY_CROSSENTROPY));
    expect_failure(digitnet_model_report(&out, regression, data, NULL), DIGITNET_ESHAPE,
                   "or a flat sigmoid of one unit; it gives 3 with activation sigmoid");
    digitnet_model_free(regression);
    const float pixels[SMALL_IMAGE] = {0}, pair[2] = {0, 1};
    digitnet_dataset *pairs;
    expect_ok(
        digitnet_dataset_create_f32_ex(&pairs, pixels, NULL, 1, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS,
                                       DIGITNET_WITH(digitnet_dataset_options, .targets = pair, .target_values = 2)));
    expect_failure(digitnet_model_report(&out, model, pairs, NULL), DIGITNET_ESHAPE,
                   "the samples have 2 targets each, the model has 3 outputs");
    assert_null(out);
    digitnet_dataset_free(pairs);
    digitnet_model_free(model);
    digitnet_model_free(draft);
    digitnet_dataset_free(data);
    digitnet_dataset_free(other);
    digitnet_dataset_free(more);
    digitnet_dataset_free(source);
}

/* Each allocation that fails is told of, and nothing is lost. */
static void test_memory(void **state) {
    (void)state;
    allocation_counts counts;
    float predicted[20 * SMALL_CLASSES], image[SMALL_IMAGE] = {0}, gradient[SMALL_IMAGE];
    digitnet_report *report;
    begin_counting(&counts);
    digitnet_dataset *data = make_small_dataset(20, 1);
    digitnet_model *model = make_small_network(1);
    size_t live = counts.live;
#define fail_each(call)                                \
    do {                                               \
        for (size_t i = 1;; i++) {                     \
            counts.allocations = 0;                    \
            counts.fail_at = i;                        \
            digitnet_status status = call;             \
            if (status == DIGITNET_OK)                 \
                break;                                 \
            assert_int_equal(status, DIGITNET_ENOMEM); \
            assert_int_equal(counts.live, live);       \
        }                                              \
        counts.fail_at = 1;                            \
        counts.allocations = 0;                        \
        expect_failure(call, DIGITNET_ENOMEM, "");     \
        counts.fail_at = 0;                            \
    } while (0)
    fail_each(digitnet_model_predict_dataset(predicted, 20 * SMALL_CLASSES, model, data,
                                             DIGITNET_WITH(digitnet_predict_options, .threads = 1)));
    fail_each(
        digitnet_model_input_gradient(gradient, SMALL_IMAGE, model, image, SMALL_IMAGE, 0, DIGITNET_GRADIENT_OF_SCORE));
    counts.fail_at = 0;
    const digitnet_predict_options *alone = DIGITNET_WITH(digitnet_predict_options, .threads = 1);
    for (size_t i = 1; i < 5; i++) {
        counts.allocations = 0;
        counts.fail_at = i;
        expect_failure(
            digitnet_model_report(&report, model, data, DIGITNET_WITH(digitnet_report_options, .predict = alone)),
            DIGITNET_ENOMEM, "");
        assert_null(report);
        assert_int_equal(counts.live, live);
    }
    for (size_t i = 1; i <= 3; i++) {
        counts.allocations = 0;
        counts.fail_at = i;
        expect_failure(digitnet_report_create(&report, &scores[0][0], labels, COUNT, CLASSES, NULL), DIGITNET_ENOMEM,
                       "");
        assert_null(report);
        assert_int_equal(counts.live, live);
    }
    digitnet_model_free(model);
    digitnet_dataset_free(data);
    end_counting(&counts);
}

/* ---- The interval ---- */

static void check_interval(size_t successes, size_t trials, double confidence, double wanted_low, double wanted_high) {
    double low, high;
    expect_ok(digitnet_wilson_interval(&low, &high, successes, trials, confidence));
    assert_near(low, wanted_low);
    assert_near(high, wanted_high);
}

static void test_wilson(void **state) {
    (void)state;
    double low = 7, high = 7;
    check_interval(9912, 10000, 0, 0.9891715358948607, 0.9928512241057865);
    check_interval(9912, 10000, 0.95, 0.9891715358948607, 0.9928512241057865);
    check_interval(7, 11, 0.5, 0.5349288966234921, 0.7269669262066617);
    check_interval(0, 10, 0.95, 0, 0.27753279986288915);
    check_interval(10, 10, 0.95, 0.7224672001371109, 1);
    check_interval(1, 2, 0.999, 0.04062929512949337, 0.9593707048705067);
    expect_failure(digitnet_wilson_interval(&low, &high, 0, 0, 0), DIGITNET_EINVAL, "0 successes of 0 trials");
    expect_failure(digitnet_wilson_interval(&low, &high, 3, 2, 0), DIGITNET_EINVAL, "3 successes of 2 trials");
    expect_failure(digitnet_wilson_interval(&low, &high, 1, 2, 1), DIGITNET_EINVAL, "confidence is 1");
    expect_failure(digitnet_wilson_interval(&low, &high, 1, 2, NAN), DIGITNET_EINVAL, "confidence is nan");
    assert_true(low == 7 && high == 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures),        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_bins),           cmocka_unit_test(test_ends_of_bins),
        cmocka_unit_test(test_one_output),     cmocka_unit_test(test_absent_classes),
        cmocka_unit_test(test_text),           cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_model),          cmocka_unit_test(test_targets),
        cmocka_unit_test(test_model_refusals), cmocka_unit_test(test_memory),
        cmocka_unit_test(test_wilson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
