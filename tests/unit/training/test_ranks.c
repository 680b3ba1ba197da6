/* Several ranks train as one process does, bit for bit. */
#include "model/model.h"
#include "models.h"
#include "rank_threads.h"
#include "support.h"

#include <stdio.h>

enum { MOST_RANKS = 5 };

typedef digitnet_model *(*make_fn)(void);

/* What each rank is given, and what becomes of it. */
typedef struct training {
    make_fn make;
    const digitnet_dataset *data;
    digitnet_fit_options options;
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
    all->models[rank] = all->make();
    all->statuses[rank] =
        record_status("digitnet_model_fit", digitnet_model_fit(all->models[rank], all->data, &options));
    snprintf(all->messages[rank], sizeof all->messages[rank], "%s", digitnet_last_error());
}

static void release(training *all, size_t ranks) {
    for (size_t rank = 0; rank < ranks; rank++) {
        digitnet_history_free(all->histories[rank]);
        digitnet_model_free(all->models[rank]);
    }
}

/* All that a training moves: weights, state, the optimizer's moments, and the place. */
static void check_same_training(const digitnet_model *a, const digitnet_model *b) {
    const digitnet__graph *graph = &a->network.graph;
    size_t moments = digitnet__optimizer_slots(&a->training->settings) * graph->parameter_count;
    assert_same_weights(a, b);
    assert_same_floats(a->network.state, b->network.state, graph->state_count);
    assert_same_floats(a->training->state, b->training->state, moments);
    assert_memory_equal(&a->training->progress, &b->training->progress, sizeof a->training->progress);
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

/* Against one process, with every number of ranks. */
static void check_ranks(make_fn make, const digitnet_dataset *data, const digitnet_fit_options *options) {
    digitnet_model *alone = make();
    digitnet_history *history;
    digitnet_fit_options own = *options;
    own.history = &history;
    own.threads = 2;
    expect_ok(digitnet_model_fit(alone, data, &own));
    for (size_t ranks = 1; ranks <= MOST_RANKS; ranks++) {
        training all = {.make = make, .data = data, .options = *options};
        run_ranks(&(rank_threads){.size = ranks}, train, &all);
        for (size_t rank = 0; rank < ranks; rank++) {
            if (all.statuses[rank] != DIGITNET_OK)
                fail_msg("rank %zu of %zu: %s", rank, ranks, all.messages[rank]);
            check_same_training(alone, all.models[rank]);
            check_same_history(history, all.histories[rank]);
        }
        release(&all, ranks);
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
    check_ranks(seed_network, part,
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
            check_ranks(
                makes[i], data,
                DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = batch_sizes[k], .validation = data));
        digitnet_dataset_free(data);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seed_network),
        cmocka_unit_test(test_residual_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
