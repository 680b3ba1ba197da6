/* One step of training, and who sees its gradient. */
#include "support.h"
#include "training/trainer.h"

#include <math.h>
#include <stdlib.h>

enum { BATCH = 11 };

static const size_t indices[BATCH] = {3, 1, 4, 15, 9, 2, 6, 5, 13, 8, 7};
static const double learning_rate = 0.125;

/* What a hook sees, and what it does. */
typedef struct watcher {
    float *gradient; /* a copy */
    size_t count, calls;
    float factor; /* that it multiplies the gradient by */
    digitnet_status status;
} watcher;

static digitnet_status watch(float *gradient, size_t count, void *context) {
    watcher *own = context;
    own->count = count;
    own->calls++;
    free(own->gradient);
    own->gradient = must_allocate(count * sizeof(float));
    memcpy(own->gradient, gradient, count * sizeof(float));
    for (size_t i = 0; i < count; i++)
        gradient[i] *= own->factor;
    return own->status;
}

static digitnet_model *make_model(digitnet_optimizer optimizer) {
    digitnet_model *model = build_small_network();
    expect_ok(
        digitnet_model_compile_ex(model, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                  DIGITNET_WITH(digitnet_compile_options, .seed = 3, .learning_rate = learning_rate)));
    return model;
}

/* `steps` steps on this many threads; the status of the last one. */
static digitnet_status run_steps(digitnet_model *model, size_t steps, size_t threads, watcher *watching) {
    digitnet_dataset *data = make_small_dataset(16, 1);
    digitnet__thread_pool *pool;
    digitnet__trainer trainer;
    digitnet__loss loss;
    digitnet__ranks ranks;
    digitnet__rank_data all;
    expect_ok(digitnet__ranks_init(&ranks, NULL));
    expect_ok(digitnet__rank_data_create(&all, data, &ranks, false));
    expect_ok(digitnet__thread_pool_create(&pool, threads));
    expect_ok(digitnet__loss_of_model(&loss, model));
    expect_ok(digitnet__trainer_create(&trainer, model, &loss, &all, BATCH, pool));
    trainer.update.on_gradient = watching ? watch : NULL;
    trainer.update.gradient_context = watching;
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; i < steps; i++)
        status = digitnet__trainer_step(&trainer, indices, BATCH);
    digitnet__trainer_release(&trainer);
    digitnet__thread_pool_free(pool);
    digitnet_dataset_free(data);
    return status;
}

/* Who only looks changes nothing, on any number of threads. */
static void test_watched_steps(void **state) {
    (void)state;
    static const digitnet_optimizer optimizers[] = {DIGITNET_OPTIMIZER_ADAM, DIGITNET_OPTIMIZER_SGD};
    for (size_t i = 0; i < 4; i++) {
        digitnet_model *alone = make_model(optimizers[i % 2]), *watched = make_model(optimizers[i % 2]);
        watcher watching = {.factor = 1};
        expect_ok(run_steps(alone, 3, 1, NULL));
        expect_ok(run_steps(watched, 3, i < 2 ? 1 : 3, &watching));
        assert_int_equal(watching.calls, 3);
        assert_int_equal(watching.count, count_parameters(alone));
        assert_same_weights(alone, watched);
        free(watching.gradient);
        digitnet_model_free(watched);
        digitnet_model_free(alone);
    }
}

/* It is the gradient that the weights follow: without momentum, by the learning rate times it. */
static void test_the_gradient_that_is_seen(void **state) {
    (void)state;
    digitnet_model *model = make_model(DIGITNET_OPTIMIZER_SGD);
    size_t count = count_parameters(model), moved = 0;
    watcher watching = {.factor = 1};
    float *before = must_allocate(count * sizeof(float));
    memcpy(before, model->network.parameters, count * sizeof(float));
    expect_ok(run_steps(model, 1, 2, &watching));
    for (size_t i = 0; i < count; i++) {
        double expected = (double)before[i] - learning_rate * (double)watching.gradient[i];
        assert_true(fabs((double)model->network.parameters[i] - expected) <= 1e-7 * (1 + fabs(expected)));
        moved += watching.gradient[i] != 0;
    }
    assert_true(moved > count / 2);
    free(before);
    free(watching.gradient);
    digitnet_model_free(model);
}

/* What it makes of the gradient counts. */
static void test_changed_gradients(void **state) {
    (void)state;
    digitnet_model *model = make_model(DIGITNET_OPTIMIZER_SGD), *other = make_model(DIGITNET_OPTIMIZER_SGD);
    watcher watching = {.factor = 0};
    expect_ok(run_steps(model, 2, 2, &watching));
    assert_same_weights(model, other);
    free(watching.gradient);
    digitnet_model_free(other);
    digitnet_model_free(model);
}

/* A step that it refuses leaves weights and progress as they were. */
static void test_refused_steps(void **state) {
    (void)state;
    digitnet_model *model = make_model(DIGITNET_OPTIMIZER_ADAM), *other = make_model(DIGITNET_OPTIMIZER_ADAM);
    watcher watching = {.factor = 1, .status = DIGITNET_ECALLBACK};
    assert_int_equal(run_steps(model, 1, 2, &watching), DIGITNET_ECALLBACK);
    assert_same_weights(model, other);
    assert_int_equal(model->training->progress.steps_done, 0);
    expect_ok(run_steps(model, 2, 1, NULL));
    expect_ok(run_steps(other, 2, 1, NULL));
    assert_same_weights(model, other);
    free(watching.gradient);
    digitnet_model_free(other);
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_watched_steps),
        cmocka_unit_test(test_the_gradient_that_is_seen),
        cmocka_unit_test(test_changed_gradients),
        cmocka_unit_test(test_refused_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
