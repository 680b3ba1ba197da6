/* Several ranks train as one process does, bit for bit. */
#include "models.h"
#include "rank_threads.h"
#include "same_training.h"
#include "support.h"

#include <stdio.h>
#include <string.h>

enum { MOST_RANKS = 5 };

typedef digitnet_model *(*make_fn)(void);

/* What each rank is given, and what becomes of it. */
typedef struct training {
    make_fn make;
    const digitnet_dataset *data;
    digitnet_dataset *shards[MOST_RANKS]; /* NULL: each rank has all */
    digitnet_fit_options options;
    const digitnet_callback *callbacks[MOST_RANKS]; /* NULL: none */
    digitnet_model *models[MOST_RANKS];
    digitnet_history *histories[MOST_RANKS];
    digitnet_status statuses[MOST_RANKS];
    char messages[MOST_RANKS][256];
} training;

static void train(const digitnet_communicator *communicator, void *context) {
    training *all = context;
    size_t rank = communicator->rank;
    digitnet_fit_options options = all->options;
    options.history = &all->histories[rank];
    options.communicator = communicator;
    options.threads = 1 + rank % 3;
    options.bind_threads = rank % 2;
    options.callbacks = &all->callbacks[rank];
    options.callback_count = all->callbacks[rank] != NULL;
    options.sharded = all->shards[rank] != NULL;
    options.validation_sharded = options.sharded && options.validation;
    if (options.validation_sharded)
        options.validation = all->shards[rank];
    all->models[rank] = all->make();
    all->statuses[rank] =
        record_status("digitnet_model_fit",
                      digitnet_model_fit(all->models[rank], options.sharded ? all->shards[rank] : all->data, &options));
    snprintf(all->messages[rank], sizeof all->messages[rank], "%s", digitnet_last_error());
}

static void release(training *all, size_t ranks) {
    for (size_t rank = 0; rank < ranks; rank++) {
        digitnet_history_free(all->histories[rank]);
        digitnet_model_free(all->models[rank]);
    }
}

static void check_same_history(const digitnet_history *a, const digitnet_history *b) {
    for (digitnet_metric metric = DIGITNET_METRIC_LOSS; metric < DIGITNET_METRIC_SECONDS; metric++) {
        size_t count, other;
        const double *values = digitnet_history_series(&count, a, metric);
        const double *others = digitnet_history_series(&other, b, metric);
        assert_int_equal(count, other);
        assert_memory_equal(values, others, count * sizeof *values);
    }
}

/* Each larger than the one before it. */
static void cut_into_shards(digitnet_dataset **shards, const digitnet_dataset *data, size_t ranks) {
    size_t count = digitnet_dataset_count(data), parts = ranks * (ranks + 1), first = 0;
    for (size_t rank = 0; rank < ranks; rank++) {
        size_t end = count * (rank + 1) * (rank + 2) / parts;
        expect_ok(digitnet_dataset_slice(&shards[rank], data, first, end - first));
        first = end;
    }
}

/* Against one process, with data that all ranks have, or that are cut into shards. */
static void check_ranks(const digitnet_model *alone, const digitnet_history *history, training all, size_t ranks,
                        bool sharded) {
    if (sharded)
        cut_into_shards(all.shards, all.data, ranks);
    run_ranks(&(rank_threads){.size = ranks}, train, &all);
    for (size_t rank = 0; rank < ranks; rank++) {
        if (all.statuses[rank] != DIGITNET_OK)
            fail_msg("rank %zu of %zu: %s", rank, ranks, all.messages[rank]);
        check_same_training(alone, all.models[rank]);
        check_same_history(history, all.histories[rank]);
        digitnet_dataset_free(all.shards[rank]);
    }
    release(&all, ranks);
}

/* With every number of ranks, and shards for an even and an odd one. */
static void check_all_ranks(make_fn make, const digitnet_dataset *data, const digitnet_fit_options *options) {
    digitnet_model *alone = make();
    digitnet_history *history;
    digitnet_fit_options own = *options;
    own.history = &history;
    own.threads = 2;
    expect_ok(digitnet_model_fit(alone, data, &own));
    const training all = {.make = make, .data = data, .options = *options};
    for (size_t ranks = 1; ranks <= MOST_RANKS; ranks++) {
        check_ranks(alone, history, all, ranks, false);
        if (ranks == 2 || ranks == MOST_RANKS)
            check_ranks(alone, history, all, ranks, true);
    }
    digitnet_history_free(history);
    digitnet_model_free(alone);
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
    check_all_ranks(seed_network, part,
                    DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 32, .validation = part));
    digitnet_dataset_free(part);
    digitnet_dataset_free(train);
}

/* Compiled as the test wants it: a residual block with batch normalization, dropout, and two dense layers of one
 * value. */
static digitnet_model *residual_network(const digitnet_compile_options *options) {
    static const char *const block[] = {"activation", "batch_normalization_1"}, *const ends[] = {"left", "right"};
    const digitnet_conv2d_options *same = DIGITNET_WITH(digitnet_conv2d_options, .padding = DIGITNET_PADDING_SAME);
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, SMALL_HEIGHT, SMALL_WIDTH, SMALL_CHANNELS));
    digitnet_model_add_conv2d_ex(model, 5, 3, DIGITNET_ACTIVATION_LINEAR, same);
    digitnet_model_add_batch_normalization(model);
    digitnet_model_add_activation(model, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_conv2d_ex(model, 5, 3, DIGITNET_ACTIVATION_LINEAR, same);
    digitnet_model_add_batch_normalization(model);
    digitnet_model_add_add(model, block, 2, DIGITNET_ACTIVATION_RELU);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dropout(model, 0.3);
    digitnet_model_add_dense_ex(model, 20, DIGITNET_ACTIVATION_RELU,
                                DIGITNET_WITH(digitnet_dense_options, .name = "left"));
    digitnet_model_add_dense_ex(model, 7, DIGITNET_ACTIVATION_RELU,
                                DIGITNET_WITH(digitnet_dense_options, .name = "right", .input = "dropout"));
    digitnet_model_add_concatenate(model, ends, 2);
    expect_ok(digitnet_model_add_dense(model, SMALL_CLASSES, DIGITNET_ACTIVATION_SOFTMAX));
    expect_ok(digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        options));
    return model;
}

static digitnet_model *clipped_network(void) {
    return residual_network(DIGITNET_WITH(digitnet_compile_options, .seed = 7, .global_clipnorm = 0.1));
}

static digitnet_model *accumulating_network(void) {
    return residual_network(DIGITNET_WITH(digitnet_compile_options, .seed = 7, .gradient_accumulation_steps = 2,
                                          .clipnorm = 0.1, .ema_momentum = 0.9, .gradient_ranges = 3));
}

static digitnet_model *frozen_network(void) {
    digitnet_model *model = residual_network(DIGITNET_WITH(digitnet_compile_options, .seed = 7));
    expect_ok(digitnet_model_set_trainable(model, "batch_normalization_1", 0));
    expect_ok(digitnet_model_set_trainable(model, "left", 0));
    return model;
}

/* Batches of fewer images than ranks, of as many as ranges, of numbers that neither divides, and of so many that the
 * ranks share products over the batch. */
static void test_residual_network(void **state) {
    (void)state;
    static const make_fn makes[] = {clipped_network, accumulating_network, frozen_network};
    static const size_t batch_sizes[] = {3, 8, 19, 260}, images[] = {20, 45, 45, 265};
    for (size_t k = 0; k < sizeof batch_sizes / sizeof *batch_sizes; k++) {
        digitnet_dataset *data = make_small_dataset(images[k], 2);
        for (size_t i = 0; i < sizeof makes / sizeof *makes; i++)
            check_all_ranks(
                makes[i], data,
                DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = batch_sizes[k], .validation = data));
        digitnet_dataset_free(data);
    }
}

/* ---- What samples may hold, and where they may come from ---- */

static int read_from(digitnet_batch *batch, void *user_data) {
    return digitnet_dataset_read_batch(batch, user_data);
}

static digitnet_dataset *make_source(digitnet_dataset *data) {
    digitnet_dataset *source;
    digitnet_dataset_info info = DIGITNET_INIT(digitnet_dataset_info);
    expect_ok(digitnet_dataset_describe(&info, data));
    expect_ok(digitnet_dataset_create_source(
        &source, DIGITNET_WITH(digitnet_source_options, .count = info.count, .height = info.height, .width = info.width,
                               .channels = info.channels, .max_labels = info.max_labels,
                               .target_values = info.target_values, .no_labels = info.max_labels == 0,
                               .weighted = info.weighted, .gather = read_from, .user_data = data)));
    return source;
}

/* As arrays, and as a source. */
static void check_data(make_fn make, digitnet_dataset *data) {
    digitnet_dataset *source = make_source(data);
    const digitnet_dataset *const kinds[] = {data, source};
    for (size_t i = 0; i < 2; i++)
        check_all_ranks(make, kinds[i],
                        DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 19, .validation = kinds[i]));
    digitnet_dataset_free(source);
    digitnet_dataset_free(data);
}

enum { SAMPLES = 45, LINE_COLUMNS = 12, LINE_LABELS = 2, LINE_CLASSES = 4 };

static float weights_of_samples[SAMPLES];

static void fill_weights(void) {
    for (size_t i = 0; i < SAMPLES; i++)
        weights_of_samples[i] = 1 + noise(3, i) / 2;
}

static digitnet_model *line_network(void) {
    digitnet_model *model;
    expect_ok(digitnet_model_create(&model, 2, LINE_COLUMNS, 1));
    digitnet_model_add_conv2d_ex(model, LINE_CLASSES + 1, 2, DIGITNET_ACTIVATION_SOFTMAX,
                                 DIGITNET_WITH(digitnet_conv2d_options, .stride_width = 2));
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_CTC));
    return model;
}

/* Sequences of none to two labels, with weights. */
static void test_sequences(void **state) {
    (void)state;
    float images[SAMPLES * 2 * LINE_COLUMNS];
    int32_t labels[SAMPLES * LINE_LABELS], counts[SAMPLES];
    digitnet_dataset *data;
    fill_noise(images, sizeof images / sizeof *images, 1);
    fill_weights();
    for (size_t i = 0; i < SAMPLES * LINE_LABELS; i++)
        labels[i] = (int32_t)(i * i % LINE_CLASSES);
    for (size_t i = 0; i < SAMPLES; i++)
        counts[i] = (int32_t)(i % (LINE_LABELS + 1));
    expect_ok(
        digitnet_dataset_create_f32_ex(&data, images, labels, SAMPLES, 2, LINE_COLUMNS, 1,
                                       DIGITNET_WITH(digitnet_dataset_options, .max_labels = LINE_LABELS,
                                                     .label_counts = counts, .sample_weights = weights_of_samples)));
    check_data(line_network, data);
}

static digitnet_model *regression_network(void) {
    digitnet_model *model = begin_model(2, 3, 1);
    digitnet_model_add_flatten(model);
    digitnet_model_add_dense(model, 8, DIGITNET_ACTIVATION_TANH);
    digitnet_model_add_dense(model, 2, DIGITNET_ACTIVATION_LINEAR);
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_MEAN_SQUARED_ERROR));
    return model;
}

static void test_targets(void **state) {
    (void)state;
    float images[SAMPLES * 6], targets[SAMPLES * 2];
    digitnet_dataset *data;
    fill_noise(images, SAMPLES * 6, 1);
    fill_noise(targets, SAMPLES * 2, 2);
    fill_weights();
    expect_ok(digitnet_dataset_create_f32_ex(&data, images, NULL, SAMPLES, 2, 3, 1,
                                             DIGITNET_WITH(digitnet_dataset_options, .targets = targets,
                                                           .target_values = 2, .sample_weights = weights_of_samples)));
    check_data(regression_network, data);
}

static digitnet_model *augmented_network(void) {
    digitnet_model *model = build_small_network();
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_ADAM, DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY));
    return model;
}

/* A sample is changed by its place among all, whoever has it. */
static void test_augmentation(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(SAMPLES, 2), *source = make_source(data);
    const digitnet_dataset *const kinds[] = {data, source};
    for (size_t i = 0; i < 2; i++) {
        digitnet_dataset *augmented;
        expect_ok(digitnet_dataset_augment(
            &augmented, kinds[i],
            DIGITNET_WITH(digitnet_augment_options, .rotate = 20, .noise = 0.1, .classes = SMALL_CLASSES)));
        check_all_ranks(augmented_network, augmented,
                        DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = 19));
        digitnet_dataset_free(augmented);
    }
    digitnet_dataset_free(source);
    digitnet_dataset_free(data);
}

/* ---- The learning rate ---- */

/* Times a factor, within the first epoch and at its end. */
static int set_rates(const digitnet_event *event, void *user_data) {
    const double *factor = user_data;
    if (event->kind == DIGITNET_EVENT_BATCH_END && event->epoch == 1 && event->batch == 2)
        return digitnet_model_set_learning_rate(event->model, 0.1 * *factor);
    if (event->kind == DIGITNET_EVENT_EPOCH_END && event->epoch == 1)
        return digitnet_model_set_learning_rate(event->model, 0.002 * *factor);
    return DIGITNET_CALLBACK_CONTINUE;
}

static int set_rate_and_fail(const digitnet_event *event, void *user_data) {
    int status = set_rates(event, user_data);
    return event->kind == DIGITNET_EVENT_EPOCH_END ? DIGITNET_ECALLBACK : status;
}

enum { RATE_RANKS = 3 };

/* The first callback that there is is the one that counts: what it does on its rank, it does in one process. */
static void check_rates(const digitnet_callback *const callbacks[RATE_RANKS], digitnet_status status) {
    digitnet_dataset *data = make_small_dataset(SAMPLES, 2);
    digitnet_model *alone = clipped_network();
    const digitnet_fit_options options = {.struct_size = sizeof options, .epochs = 2, .batch_size = 8};
    training all = {.make = clipped_network, .data = data, .options = options};
    memcpy(all.callbacks, callbacks, RATE_RANKS * sizeof(callbacks[0]));
    digitnet_fit_options own = options;
    own.callbacks = callbacks[0] ? &callbacks[0] : &callbacks[1];
    own.callback_count = 1;
    assert_int_equal(digitnet_model_fit(alone, data, &own), status);
    run_ranks(&(rank_threads){.size = RATE_RANKS}, train, &all);
    for (size_t rank = 0; rank < RATE_RANKS; rank++) {
        assert_int_equal(all.statuses[rank], status);
        assert_string_equal(all.messages[rank], all.messages[0]);
        check_same_training(alone, all.models[rank]);
    }
    release(&all, RATE_RANKS);
    digitnet_model_free(alone);
    digitnet_dataset_free(data);
}

/* On one rank, on all, on two with different rates, and on one whose callback fails then. */
static void test_learning_rate(void **state) {
    (void)state;
    double one = 1, two = 2;
    const digitnet_callback *rates = DIGITNET_CALLBACK(.call = set_rates, .user_data = &one);
    const digitnet_callback *others = DIGITNET_CALLBACK(.call = set_rates, .user_data = &two);
    const digitnet_callback *failing = DIGITNET_CALLBACK(.call = set_rate_and_fail, .user_data = &one);
    check_rates((const digitnet_callback *[]){NULL, rates, NULL}, DIGITNET_OK);
    check_rates((const digitnet_callback *[]){rates, rates, rates}, DIGITNET_OK);
    check_rates((const digitnet_callback *[]){NULL, others, rates}, DIGITNET_OK);
    check_rates((const digitnet_callback *[]){NULL, failing, NULL}, DIGITNET_ECALLBACK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seed_network), cmocka_unit_test(test_residual_network),
        cmocka_unit_test(test_sequences),    cmocka_unit_test(test_targets),
        cmocka_unit_test(test_augmentation), cmocka_unit_test(test_learning_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
