/* Steps on batches of arrays: those of a fit, without an allocation once the first is done, and what is refused. */
#include "model/model.h"
#include "onnx_bytes.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>

enum { IMAGES = 22, BATCH = 8 };

/* Samples of everything. */
typedef struct samples {
    float images[IMAGES * SMALL_IMAGE], targets[IMAGES * SMALL_CLASSES], weights[IMAGES];
    uint8_t bytes[IMAGES * SMALL_IMAGE];
    int32_t labels[IMAGES];
    size_t indices[IMAGES];
} samples;

static samples make_samples(void) {
    samples made;
    for (size_t i = 0; i < IMAGES * SMALL_IMAGE; i++) {
        made.bytes[i] = (uint8_t)(128 + 127 * noise(1, i));
        made.images[i] = (float)made.bytes[i] / 255;
    }
    for (size_t i = 0; i < IMAGES * SMALL_CLASSES; i++)
        made.targets[i] = (noise(2, i) + 1) / 2;
    for (size_t i = 0; i < IMAGES; i++) {
        made.labels[i] = (int32_t)(i * 7 % SMALL_CLASSES);
        made.weights[i] = 1 + noise(3, i) / 2;
        made.indices[i] = i;
    }
    return made;
}

static digitnet_model *make_model(digitnet_loss loss) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    digitnet_model_add_conv2d(model, 5, 3, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_batch_normalization(model); /* which is folded in predictions */
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dropout(model, 0.3);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, loss));
    return model;
}

/* From a sample on, at most BATCH of them. */
static digitnet_train_batch batch_of(const samples *from, size_t first, bool targets) {
    return (digitnet_train_batch){.struct_size = sizeof(digitnet_train_batch),
                                  .count = IMAGES - first < BATCH ? IMAGES - first : BATCH,
                                  .images = from->images + first * SMALL_IMAGE,
                                  .labels = targets ? NULL : from->labels + first,
                                  .targets = targets ? from->targets + first * SMALL_CLASSES : NULL,
                                  .sample_weights = from->weights + first,
                                  .indices = from->indices + first};
}

/* Two epochs, with dropout, as fit runs them; the sum of the losses of the second. */
static double run_epochs(digitnet_model *model, const samples *from, bool targets, bool bytes, size_t threads) {
    double sum = 0;
    for (size_t epoch = 0; epoch < 2; epoch++) {
        sum = 0;
        for (size_t first = 0; first < IMAGES; first += BATCH) {
            digitnet_train_batch batch = batch_of(from, first, targets);
            digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
            batch.epoch = epoch;
            batch.threads = threads;
            if (bytes) {
                batch.images = NULL;
                batch.bytes = from->bytes + first * SMALL_IMAGE;
            }
            expect_ok(digitnet_model_train_batch(&metrics, model, &batch));
            assert_int_equal(metrics.count, batch.count);
            assert_true(metrics.accuracy >= 0 && metrics.accuracy <= 1);
            sum += metrics.loss * (double)metrics.count;
        }
    }
    return sum;
}

/* Predictions follow the last step at once. */
static void assert_same_scores(const digitnet_model *a, const digitnet_model *b, const samples *from) {
    float of_a[SMALL_CLASSES], of_b[SMALL_CLASSES];
    expect_ok(digitnet_model_predict(of_a, SMALL_CLASSES, a, from->images, SMALL_IMAGE));
    expect_ok(digitnet_model_predict(of_b, SMALL_CLASSES, b, from->images, SMALL_IMAGE));
    assert_same_floats(of_a, of_b, SMALL_CLASSES);
}

static void check_equality(digitnet_loss loss, bool targets) {
    const samples data = make_samples();
    digitnet_dataset *dataset;
    digitnet_history *history;
    digitnet_model *model = make_model(loss);
    expect_ok(digitnet_dataset_create_f32_ex(
        &dataset, data.images, targets ? NULL : data.labels, IMAGES, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS,
        DIGITNET_WITH(digitnet_dataset_options, .targets = targets ? data.targets : NULL,
                      .target_values = targets ? SMALL_CLASSES : 0, .sample_weights = data.weights)));
    expect_ok(digitnet_model_fit(
        model, dataset,
        DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = 2, .batch_size = BATCH, .no_shuffle = 1)));
    double expected = digitnet_history_series(NULL, history, DIGITNET_METRIC_LOSS)[1];
    static const size_t threads[] = {1, 2, 3, 8};
    for (size_t i = 0; i < 4; i++) {
        digitnet_model *own = make_model(loss);
        double sum = run_epochs(own, &data, targets, i % 2, threads[i]);
        assert_same_weights(model, own);
        assert_same_scores(model, own, &data);
        assert_true(fabs(sum / IMAGES - expected) <= 1e-12);
        digitnet_model_free(own);
    }
    digitnet_history_free(history);
    digitnet_dataset_free(dataset);
    digitnet_model_free(model);
}

static void test_equals_fit(void **state) {
    (void)state;
    check_equality(DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, false);
    check_equality(DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY, true);
    check_equality(DIGITNET_LOSS_MEAN_SQUARED_ERROR, true);
}

/* Labels beside targets, of which the loss takes what it wants. */
static void test_labels_and_targets(void **state) {
    (void)state;
    const samples data = make_samples();
    digitnet_model *model = make_model(DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
    digitnet_model *other = make_model(DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
    digitnet_train_batch batch = batch_of(&data, 0, false);
    expect_ok(digitnet_model_train_batch(NULL, model, &batch));
    batch.targets = data.targets;
    expect_ok(digitnet_model_train_batch(NULL, other, &batch));
    assert_same_weights(model, other);
    digitnet_model_free(other);
    digitnet_model_free(model);
}

/* Without indices what is random changes from step to step, and is the same in each run. */
static void test_random_numbers_without_indices(void **state) {
    (void)state;
    const samples data = make_samples();
    digitnet_model *models[3];
    double losses[3][2];
    for (size_t i = 0; i < 3; i++) {
        models[i] = make_model(DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
        expect_ok(digitnet_model_set_learning_rate(models[i], 1e-30)); /* so that the masks alone differ */
        for (size_t step = 0; step < 2; step++) {
            digitnet_train_batch batch = batch_of(&data, 0, false);
            digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
            batch.threads = i + 1;
            if (i < 2)
                batch.indices = NULL;
            expect_ok(digitnet_model_train_batch(&metrics, models[i], &batch));
            losses[i][step] = metrics.loss;
        }
    }
    assert_true(losses[0][0] != losses[0][1]);
    assert_true(losses[2][0] == losses[2][1]); /* the same images of the same epoch */
    assert_memory_equal(losses[0], losses[1], sizeof losses[0]);
    assert_same_weights(models[0], models[1]);
    for (size_t i = 0; i < 3; i++)
        digitnet_model_free(models[i]);
}

/* The second step and those after it, also smaller ones. */
static void test_allocates_once(void **state) {
    (void)state;
    static samples data;
    allocation_counts counts;
    data = make_samples();
    begin_counting(&counts);
    digitnet_model *model = make_model(DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
    digitnet_train_batch batch = batch_of(&data, 0, false);
    batch.threads = 2;
    expect_ok(digitnet_model_train_batch(NULL, model, &batch));
    size_t before = atomic_load(&counts.allocations);
    for (size_t i = 1; i <= 5; i++) {
        batch.count = BATCH - i;
        expect_ok(digitnet_model_train_batch(NULL, model, &batch));
    }
    assert_int_equal(atomic_load(&counts.allocations), before);
    batch.count = BATCH + 1; /* more than before */
    expect_ok(digitnet_model_train_batch(NULL, model, &batch));
    assert_true(atomic_load(&counts.allocations) > before);
    digitnet_model_free(model);
    end_counting(&counts);
}

/* What is kept holds for one plan: freezing, compiling and another loss begin anew. */
static void test_changes_between_steps(void **state) {
    (void)state;
    const samples data = make_samples();
    digitnet_model *model = make_model(DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY), *other;
    const digitnet_train_batch labels = batch_of(&data, 0, false), targets = batch_of(&data, 8, true);
    expect_ok(digitnet_model_train_batch(NULL, model, &labels));
    expect_ok(digitnet_model_clone(&other, model));
    for (size_t i = 0; i < 2; i++) { /* the clone has kept nothing */
        digitnet_model *each = i ? other : model;
        expect_ok(digitnet_model_set_trainable(each, "conv2d", 0));
        expect_ok(digitnet_model_train_batch(NULL, each, &labels));
        expect_ok(digitnet_model_set_trainable(each, "conv2d", 1));
        expect_ok(digitnet_model_train_batch(NULL, each, &labels));
        expect_ok(digitnet_model_compile(each, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY));
        expect_ok(digitnet_model_train_batch(NULL, each, &targets));
        expect_ok(digitnet_model_train_batch(NULL, each, &targets));
    }
    assert_same_weights(model, other);
    digitnet_model_free(other);
    digitnet_model_free(model);
}

/* Steps between fits, saved and loaded, as if it had not been; a place within an epoch stays. */
static int stop_after_one(const digitnet_event *event, void *user_data) {
    (void)user_data;
    return event->kind == DIGITNET_EVENT_BATCH_END ? DIGITNET_CALLBACK_STOP : 0;
}

static void test_resume(void **state) {
    (void)state;
    const samples data = make_samples();
    digitnet_model *model = make_model(DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
    digitnet_dataset *dataset = make_small_dataset(IMAGES, 1);
    digitnet_train_batch batch = batch_of(&data, 0, false);
    batch.indices = NULL;
    fit(model, dataset,
        DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = stop_after_one))));
    expect_ok(digitnet_model_train_batch(NULL, model, &batch));
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    expect_ok(digitnet_model_describe(&info, model));
    assert_int_equal(info.batches_done, 1);
    saved_bytes file = save_model(model);
    digitnet_model *loaded = load_model(&file, 0);
    for (size_t i = 0; i < 2; i++) {
        digitnet_model *each = i ? loaded : model;
        expect_ok(digitnet_model_train_batch(NULL, each, &batch));
        fit(each, dataset, DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH));
        expect_ok(digitnet_model_train_batch(NULL, each, &batch));
    }
    assert_same_weights(model, loaded);
    free(file.data);
    digitnet_dataset_free(dataset);
    digitnet_model_free(loaded);
    digitnet_model_free(model);
}

/* ---- What is refused ---- */

static digitnet_status try_batch(digitnet_model *model, digitnet_train_batch batch) {
    digitnet_model *before;
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_ok(digitnet_model_clone(&before, model));
    digitnet_status status = recorded(digitnet_model_train_batch(&metrics, model, &batch));
    if (status != DIGITNET_OK) {
        assert_same_weights(model, before);
        assert_int_equal(metrics.count, 0);
    }
    digitnet_model_free(before);
    return status;
}

static void test_refusals(void **state) {
    (void)state;
    static samples data;
    data = make_samples();
    digitnet_model *model = make_model(DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
    digitnet_train_batch batch = batch_of(&data, 0, false);
    expect_ok(try_batch(model, batch));
    batch.count = 0;
    expect_failure(try_batch(model, batch), DIGITNET_EINVAL, "count is 0");
    batch.count = SIZE_MAX;
    expect_failure(try_batch(model, batch), DIGITNET_ELIMIT, "more bytes than can be counted");
    batch = batch_of(&data, 0, false);
    batch.bytes = data.bytes;
    expect_failure(try_batch(model, batch), DIGITNET_EINVAL, "both given");
    batch.bytes = NULL;
    batch.images = NULL;
    expect_failure(try_batch(model, batch), DIGITNET_EINVAL, "images and bytes are NULL");
    batch = batch_of(&data, 0, true);
    expect_failure(try_batch(model, batch), DIGITNET_EINVAL, "the batch's samples have no labels");
    batch = batch_of(&data, 0, false);
    batch.target_values = 1;
    expect_failure(try_batch(model, batch), DIGITNET_EINVAL, "targets is NULL, but target_values is 1");
    batch = batch_of(&data, 0, false);
    batch.threads = 257;
    expect_failure(try_batch(model, batch), DIGITNET_EINVAL, "threads is 257");
    batch = batch_of(&data, 0, false);
    batch.class_weights = data.weights;
    batch.class_weight_count = 2;
    expect_failure(try_batch(model, batch), DIGITNET_EINVAL, "class_weight_count is 2");
    digitnet_model_free(model);
}

static void test_wrong_values(void **state) {
    (void)state;
    static samples data;
    data = make_samples();
    digitnet_model *model = make_model(DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY);
    data.labels[2] = SMALL_CLASSES;
    expect_failure(try_batch(model, batch_of(&data, 0, false)), DIGITNET_EINVAL, "sample 2 has label 3");
    data.labels[2] = -1;
    expect_failure(try_batch(model, batch_of(&data, 0, false)), DIGITNET_EINVAL, "sample 2, label 0 is -1");
    data = make_samples();
    data.images[SMALL_IMAGE + 4] = INFINITY;
    expect_failure(try_batch(model, batch_of(&data, 0, false)), DIGITNET_EINVAL, "image 1, value 4 is inf");
    data = make_samples();
    data.weights[3] = -1;
    expect_failure(try_batch(model, batch_of(&data, 0, false)), DIGITNET_EINVAL, "sample 3 has weight -1");
    expect_ok(try_batch(model, batch_of(&data, 8, false))); /* it goes on */
    digitnet_model_free(model);
    model = make_model(DIGITNET_LOSS_MEAN_SQUARED_ERROR);
    digitnet_train_batch targets = batch_of(&data, 8, true);
    targets.target_values = 2;
    expect_failure(try_batch(model, targets), DIGITNET_ESHAPE, "the batch's samples have 2 targets each");
    expect_ok(digitnet_model_set_learning_rate(model, 1e-3));
    for (size_t i = 0; i < IMAGES * SMALL_IMAGE; i++)
        data.images[i] = 3e38f;
    expect_failure(try_batch(model, batch_of(&data, 8, true)), DIGITNET_EDIVERGED, "the loss is no longer finite");
    digitnet_model_free(model);
}

static int train_in_callback(const digitnet_event *event, void *user_data) {
    expect_failure(digitnet_model_train_batch(NULL, event->model, user_data), DIGITNET_ESTATE, "in use");
    return 0;
}

static void test_models_that_cannot(void **state) {
    (void)state;
    static samples data;
    data = make_samples();
    digitnet_train_batch batch = batch_of(&data, 0, false);
    digitnet_model *model = build_small_network();
    digitnet_dataset *dataset = make_small_dataset(8, 1);
    expect_failure(digitnet_model_train_batch(NULL, model, &batch), DIGITNET_ESTATE, "not compiled");
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_CUSTOM));
    expect_failure(digitnet_model_train_batch(NULL, model, &batch), DIGITNET_ESTATE, "digitnet_model_set_loss()");
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY));
    fit(model, dataset,
        DIGITNET_WITH(digitnet_fit_options,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = train_in_callback, .user_data = &batch))));
    digitnet_dataset_free(dataset);
    digitnet_model_free(model);
}

/* A custom loss may be replaced between two steps. */
static int constant(const digitnet_loss_range *range, void *user_data) {
    for (size_t row = 0; row < range->count; row++)
        range->losses[row] = *(double *)user_data;
    for (size_t i = 0; i < range->count * range->output_values; i++)
        range->gradient[i] = 0;
    return *(double *)user_data > 3 ? 1 : *(double *)user_data > 2 ? DIGITNET_EIO : 0;
}

static void test_custom_losses(void **state) {
    (void)state;
    static double numbers[] = {1, 2, 3, 4};
    const samples data = make_samples();
    digitnet_model *model = make_model(DIGITNET_LOSS_CUSTOM);
    digitnet_train_batch batch = batch_of(&data, 0, false);
    batch.sample_weights = NULL;
    for (size_t i = 0; i < 2; i++) {
        digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
        expect_ok(digitnet_model_set_loss(model, constant, &numbers[i], NULL));
        expect_ok(digitnet_model_train_batch(&metrics, model, &batch));
        assert_true(metrics.loss == numbers[i]);
    }
    expect_ok(digitnet_model_set_loss(model, constant, &numbers[2], NULL));
    expect_passed_on(digitnet_model_train_batch(NULL, model, &batch), DIGITNET_EIO, "the loss returned");
    expect_ok(digitnet_model_set_loss(model, constant, &numbers[3], NULL));
    expect_failure(digitnet_model_train_batch(NULL, model, &batch), DIGITNET_ECALLBACK, "the loss returned 1");
    expect_ok(digitnet_model_set_loss(model, constant, &numbers[0], NULL));
    expect_ok(try_batch(model, batch)); /* the failure is forgotten */
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_fit),
        cmocka_unit_test(test_labels_and_targets),
        cmocka_unit_test(test_random_numbers_without_indices),
        cmocka_unit_test(test_allocates_once),
        cmocka_unit_test(test_changes_between_steps),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_wrong_values),
        cmocka_unit_test(test_models_that_cannot),
        cmocka_unit_test(test_custom_losses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
