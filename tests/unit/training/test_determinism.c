/* The same seed gives the same bits, whatever the threads. */
#include "support.h"

#include <stdlib.h>

static const size_t thread_counts[] = {1, 2, 3, 8};
enum { THREAD_COUNTS = sizeof thread_counts / sizeof *thread_counts };

typedef digitnet_model *(*make_fn)(void);

static digitnet_model *compile(digitnet_model *model) {
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .seed = 7)));
    return model;
}

/* Fits the model that `make` gives with each number of threads; weights, figures and evaluation must be the same. */
static void check_threads(make_fn make, const digitnet_dataset *data, size_t batch_size) {
    digitnet_model *models[THREAD_COUNTS];
    digitnet_history *histories[THREAD_COUNTS];
    digitnet_metrics metrics[THREAD_COUNTS];
    for (size_t i = 0; i < THREAD_COUNTS; i++) {
        models[i] = make();
        expect_ok(digitnet_model_fit(models[i], data,
                                     DIGITNET_WITH(digitnet_fit_options, .history = &histories[i], .epochs = 2,
                                                   .batch_size = batch_size, .threads = thread_counts[i],
                                                   .validation = data)));
        metrics[i] = (digitnet_metrics)DIGITNET_INIT(digitnet_metrics);
        expect_ok(digitnet_model_evaluate(
            &metrics[i], models[i], data,
            DIGITNET_WITH(digitnet_evaluate_options, .threads = thread_counts[THREAD_COUNTS - 1 - i])));
        assert_same_weights(models[0], models[i]);
        assert_memory_equal(&metrics[0], &metrics[i], sizeof metrics[0]);
        for (digitnet_metric metric = DIGITNET_METRIC_LOSS; metric < DIGITNET_METRIC_SECONDS; metric++) {
            assert_memory_equal(digitnet_history_series(NULL, histories[0], metric),
                                digitnet_history_series(NULL, histories[i], metric), 2 * sizeof(double));
        }
    }
    for (size_t i = 0; i < THREAD_COUNTS; i++) {
        digitnet_history_free(histories[i]);
        digitnet_model_free(models[i]);
    }
}

static digitnet_model *seed_network(void) {
    return make_seed_network(3);
}

/* 75 digits in batches of 32: the last one is of 11. */
static void test_seed_network(void **state) {
    (void)state;
    digitnet_dataset *train, *part;
    expect_ok(digitnet_dataset_load_mnist(&train, NULL, "data/mnist-subset"));
    expect_ok(digitnet_dataset_slice(&part, train, 100, 75));
    check_threads(seed_network, part, 32);
    digitnet_dataset_free(part);
    digitnet_dataset_free(train);
}

static digitnet_model *network_with_dropout(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    digitnet_model_add_conv2d(model, 6, 3, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dropout(model, 0.3);
    digitnet_model_add_max_pool2d(model, 2);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dropout(model, 0.5);
    digitnet_model_add_dense(model, 40, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_dropout(model, 0.2);
    expect_ok(digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    return compile(model);
}

static digitnet_model *residual_network(size_t gradient_ranges) {
    static const char *const block[] = {"conv2d_1", "conv2d"}, *const ends[] = {"add", "conv2d"};
    const digitnet_conv2d_options *same = DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_SAME);
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    digitnet_model_add_conv2d_ex(model, 5, 3, DIGITNET_ACTIVATION_RELU, same);
    digitnet_model_add_conv2d_ex(model, 5, 3, DIGITNET_ACTIVATION_LINEAR, same);
    digitnet_model_add_add(model, block, 2, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_concatenate(model, ends, 2);
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(digitnet_model_compile_ex(
        model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
        DIGITNET_WITH(digitnet_compile_options, .seed = 7, .gradient_ranges = gradient_ranges)));
    return model;
}

static digitnet_model *residual_network_in_1(void) {
    return residual_network(1);
}

static digitnet_model *residual_network_in_8(void) {
    return residual_network(8);
}

static digitnet_model *residual_network_in_16(void) {
    return residual_network(16);
}

static digitnet_model *residual_network_by_size(void) {
    return residual_network(0);
}

/* A network that is not told how to cut its batches cuts those of fewer than 128 images into 8 ranges and this one into
 * 16; a smaller batch behind a larger one has more images in each of its ranges. */
static void test_ranges_by_size(void **state) {
    (void)state;
    enum { LARGE = 130, SMALL = 127 };
    digitnet_dataset *data = make_small_dataset(LARGE + SMALL, 2);
    check_threads(residual_network_by_size, data, LARGE);
    static const size_t counts[] = {LARGE, SMALL}, ranges[] = {16, 8};
    for (size_t i = 0; i < 2; i++) {
        digitnet_dataset *part;
        digitnet_model *model = residual_network(0), *told = residual_network(ranges[i]);
        expect_ok(digitnet_dataset_slice(&part, data, 0, counts[i]));
        fit(model, part, DIGITNET_WITH(digitnet_fit_options, .batch_size = LARGE));
        fit(told, part, DIGITNET_WITH(digitnet_fit_options, .batch_size = LARGE));
        assert_same_weights(model, told);
        digitnet_dataset_free(part);
        digitnet_model_free(model);
        digitnet_model_free(told);
    }
    digitnet_dataset_free(data);
}

/* Of as many ranges as there are asked for, the sums are others, and so are the bits. */
static void test_residual_network(void **state) {
    (void)state;
    static const make_fn makes[] = {residual_network_in_1, residual_network_in_8, residual_network_in_16};
    digitnet_dataset *data = make_small_dataset(45, 2);
    digitnet_model *models[3];
    for (size_t i = 0; i < 3; i++) {
        check_threads(makes[i], data, 19);
        models[i] = makes[i]();
        fit(models[i], data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 19));
    }
    size_t size = count_parameters(models[0]) * sizeof(float);
    for (size_t i = 1; i < 3; i++) {
        float *weights = copy_weights(models[i - 1]), *others = copy_weights(models[i]);
        assert_memory_not_equal(weights, others, size);
        free(weights);
        free(others);
    }
    for (size_t i = 0; i < 3; i++)
        digitnet_model_free(models[i]);
    digitnet_dataset_free(data);
}

static digitnet_model *small_network(void) {
    return make_small_network(3);
}

/* Batches of fewer images than ranges, of as many, and of numbers that they do not divide. */
static void test_dropout_and_batch_sizes(void **state) {
    (void)state;
    static const size_t batch_sizes[] = {1, 5, 8, 19, 1000};
    digitnet_dataset *data = make_small_dataset(61, 2);
    for (size_t i = 0; i < sizeof batch_sizes / sizeof *batch_sizes; i++) {
        check_threads(network_with_dropout, data, batch_sizes[i]);
        check_threads(small_network, data, batch_sizes[i]);
    }
    digitnet_dataset_free(data);
}

static digitnet_model *image_network(void) {
    return make_small_image_network(3);
}

/* Layers that pool, pad, crop, enlarge, reshape and multiply. */
static void test_image_network(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(45, 2);
    check_threads(image_network, data, 19);
    digitnet_dataset_free(data);
}

/* Products of the sizes that an OpenBLAS build hands to OpenBLAS. */
static digitnet_model *wide_network(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 14, 14, 16));
    digitnet_model_add_conv2d(model, 130, 3, DIGITNET_ACTIVATION_LINEAR);
    digitnet_model_add_max_pool2d(model, 3);
    digitnet_model_add_flatten(model);
    expect_ok(digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    return compile(model);
}

static void test_wide_network(void **state) {
    (void)state;
    digitnet_dataset *data = make_dataset(21, 14, 14, 16, SMALL_CLASSES, 1);
    check_threads(wide_network, data, 9);
    digitnet_dataset_free(data);
}

/* Each image depends on its seed, as an augmented one does; without seeds, as for validation, on its index alone. */
static int gather_noise(digitnet_batch *batch, void *user_data) {
    (void)user_data;
    for (size_t i = 0; i < batch->count; i++) {
        size_t index = batch->indices[i];
        int32_t label = (int32_t)(index % SMALL_CLASSES);
        if (batch->labels)
            batch->labels[i] = label;
        for (size_t j = 0; batch->images && j < SMALL_IMAGE; j++) {
            float shift = batch->seeds ? 0.5f * noise(batch->seeds[i], j) : 0;
            batch->images[i * SMALL_IMAGE + j] = noise(index, j) + shift + (float)label;
        }
    }
    return 0;
}

static void test_source(void **state) {
    (void)state;
    digitnet_dataset *source, *part;
    expect_ok(digitnet_dataset_create_source(
        &source, DIGITNET_WITH(digitnet_source_options, .count = 50, .height = SMALL_HEIGHT, .width = SMALL_WIDTH,
                               .channels = SMALL_CHANNELS, .gather = gather_noise)));
    check_threads(network_with_dropout, source, 16);
    expect_ok(digitnet_dataset_slice(&part, source, 11, 23));
    check_threads(small_network, part, 16);
    digitnet_dataset_free(source);
    digitnet_dataset_free(part);
}

/* The samples' seeds and order: the same in every run, new in every epoch; no seeds in evaluation. */
typedef struct seen_samples {
    uint64_t seeds[2][20]; /* by epoch and sample */
    size_t order[2][20];   /* by epoch and place */
    size_t count;          /* samples gathered with a seed */
    bool evaluated;        /* gathered without */
} seen_samples;

static int gather_and_see(digitnet_batch *batch, void *user_data) {
    seen_samples *seen = user_data;
    seen->evaluated = seen->evaluated || !batch->seeds;
    for (size_t i = 0; batch->seeds && i < batch->count; i++) {
        seen->seeds[seen->count / 20][batch->indices[i]] = batch->seeds[i];
        seen->order[seen->count / 20][seen->count % 20] = batch->indices[i];
        seen->count++;
    }
    batch->seeds = NULL;
    return gather_noise(batch, NULL);
}

static void test_seeds_and_order_of_samples(void **state) {
    (void)state;
    seen_samples runs[2] = {{.count = 0}};
    for (size_t run = 0; run < 2; run++) {
        digitnet_dataset *source;
        expect_ok(digitnet_dataset_create_source(
            &source, DIGITNET_WITH(digitnet_source_options, .count = 20, .height = SMALL_HEIGHT, .width = SMALL_WIDTH,
                                   .channels = SMALL_CHANNELS, .gather = gather_and_see, .user_data = &runs[run])));
        digitnet_model *model = make_small_network(1);
        /* Another batch size does not change them. */
        fit(model, source, DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = run ? 3 : 8));
        assert_false(runs[run].evaluated);
        assert_int_equal(runs[run].count, 40);
        digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
        expect_ok(digitnet_model_evaluate(&metrics, model, source, NULL));
        assert_true(runs[run].evaluated);
        assert_int_equal(runs[run].count, 40);
        digitnet_dataset_free(source);
        digitnet_model_free(model);
    }
    assert_memory_equal(runs[0].seeds, runs[1].seeds, sizeof runs[0].seeds);
    const uint64_t *all = runs[0].seeds[0];
    for (size_t i = 0; i < 40; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(all[i] != all[j]);
    /* Each epoch has an order of its own, in which every sample comes once. */
    assert_memory_equal(runs[0].order, runs[1].order, sizeof runs[0].order);
    assert_memory_not_equal(runs[0].order[0], runs[0].order[1], sizeof runs[0].order[0]);
    for (size_t epoch = 0; epoch < 2; epoch++) {
        unsigned seen = 0;
        for (size_t i = 0; i < 20; i++)
            seen |= 1u << runs[0].order[epoch][i];
        assert_int_equal(seen, (1u << 20) - 1);
    }
}

/* Other seeds give other weights, shuffles and dropped values. */
static void test_seed_matters(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(40, 1);
    digitnet_model *model = network_with_dropout(), *other = network_with_dropout();
    expect_ok(digitnet_model_compile_ex(other, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        DIGITNET_WITH(digitnet_compile_options, .seed = 8)));
    assert_same_weights(model, other);
    fit(model, data, NULL);
    fit(other, data, NULL);
    float *a = copy_weights(model), *b = copy_weights(other);
    assert_memory_not_equal(a, b, count_parameters(model) * sizeof(float));
    free(a);
    free(b);
    digitnet_model_free(model);
    digitnet_model_free(other);
    digitnet_dataset_free(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seed_network),   cmocka_unit_test(test_residual_network),
        cmocka_unit_test(test_ranges_by_size), cmocka_unit_test(test_dropout_and_batch_sizes),
        cmocka_unit_test(test_image_network),  cmocka_unit_test(test_wide_network),
        cmocka_unit_test(test_source),         cmocka_unit_test(test_seeds_and_order_of_samples),
        cmocka_unit_test(test_seed_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
