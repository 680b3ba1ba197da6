/* Who may use a model at the same time: whoever may not gets ESTATE at once, and nobody waits. */
#include "sample_layers.h"
#include "support.h"

#include <pthread.h>
#include <stdlib.h>

/* A fit on another thread that stands still in a callback while the test looks at the model. */
typedef struct held_fit {
    digitnet_model *model;
    const digitnet_dataset *data;
    pthread_barrier_t barrier;
    digitnet_status status;
} held_fit;

static int hold(const digitnet_event *event, void *user_data) {
    held_fit *held = user_data;
    if (event->kind == DIGITNET_EVENT_BATCH_END && event->batch == 1) {
        pthread_barrier_wait(&held->barrier);
        pthread_barrier_wait(&held->barrier);
    }
    return 0;
}

static void *run_held_fit(void *user_data) {
    held_fit *held = user_data;
    held->status = digitnet_model_fit(
        held->model, held->data,
        DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = hold, .user_data = held))));
    return NULL;
}

static void expect_readers_refused(digitnet_model *model, const digitnet_dataset *data) {
    static const char why[] = "the model is being changed";
    float image[SMALL_IMAGE] = {0}, weights[1000];
    uint8_t bytes[SMALL_IMAGE] = {0};
    const char *name;
    char text[16];
    double learning_rate;
    size_t size;
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_layer_info layer = DIGITNET_INIT(digitnet_layer_info);
    digitnet_tensor_info tensor = DIGITNET_INIT(digitnet_tensor_info);
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    digitnet_model *copy;
    digitnet_session *session;
    digitnet_report *report;
    expect_failure(digitnet_model_describe(&info, model), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_describe_layer(&layer, model, 0), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_describe_tensor(&tensor, model, 0), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_describe_input(&name, model, 0, 0), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_summary(text, sizeof text, NULL, model), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_get_weights(weights, 1000, model, NULL), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_get_learning_rate(&learning_rate, model), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_predict(weights, 1000, model, image, SMALL_IMAGE), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_predict_u8(weights, 1000, model, bytes, SMALL_IMAGE), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_evaluate(&metrics, model, data, NULL), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_predict_dataset(weights, 1000, model, data, NULL), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_report(&report, model, data, NULL), DIGITNET_ESTATE, why);
    assert_null(report);
    expect_failure(
        digitnet_model_input_gradient(weights, 1000, model, image, SMALL_IMAGE, 0, DIGITNET_GRADIENT_OF_SCORE),
        DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_clone(&copy, model), DIGITNET_ESTATE, why);
    expect_failure(digitnet_session_create(&session, model, NULL), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_save_memory(NULL, 0, &size, model), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_save(model, "/nonexistent/model"), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_save_memory_ex(NULL, 0, &size, model, NULL), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_save_ex(model, "/nonexistent/model", NULL), DIGITNET_ESTATE, why);
}

static void expect_writers_refused(digitnet_model *model, const digitnet_dataset *data, size_t parameters) {
    static const char why[] = "the model is in use";
    float weights[1000] = {0};
    assert_true(parameters <= 1000);
    expect_failure(digitnet_model_fit(model, data, NULL), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY),
                   DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_set_weights(model, NULL, weights, parameters), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_set_learning_rate(model, 0.1), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_finalize_weights(model), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_set_trainable(model, NULL, 0), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_set_input_scaling(model, 2, 0), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_remove_layers_after(model, "dense"), DIGITNET_ESTATE, why);
    expect_failure(digitnet_model_adapt(model, "normalization", data), DIGITNET_ESTATE, why);
    for (size_t i = 0; i < sample_layer_count; i++)
        expect_failure(add_sample_layer(model, &sample_layers[i]), DIGITNET_ESTATE, why);
    digitnet_model_clear_error(model);
}

static void test_while_a_fit_runs(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(20, 1);
    held_fit held = {.model = make_small_network(1), .data = data};
    digitnet_model *other = make_small_network(1);
    size_t parameters = count_parameters(held.model);
    pthread_t thread;
    assert_int_equal(pthread_barrier_init(&held.barrier, NULL, 2), 0);
    assert_int_equal(pthread_create(&thread, NULL, run_held_fit, &held), 0);
    pthread_barrier_wait(&held.barrier);
    expect_readers_refused(held.model, data);
    expect_writers_refused(held.model, data, parameters);
    digitnet_model_request_stop(held.model); /* always allowed */
    digitnet_model_clear_stop(held.model);
    pthread_barrier_wait(&held.barrier);
    assert_int_equal(pthread_join(thread, NULL), 0);
    expect_ok(held.status);
    /* Nothing of it left a mark. */
    fit(other, data, NULL);
    assert_same_weights(held.model, other);
    expect_ok(digitnet_model_set_learning_rate(held.model, 0.1));
    pthread_barrier_destroy(&held.barrier);
    digitnet_model_free(held.model);
    digitnet_model_free(other);
    digitnet_dataset_free(data);
}

typedef struct evaluated {
    digitnet_model *model;
    const digitnet_dataset *data; /* any */
} evaluated;

/* A source that is asked by evaluate, which reads the model, lets the test look in the same way. */
static int gather_and_try_writers(digitnet_batch *batch, void *user_data) {
    const evaluated *own = user_data;
    digitnet_model *model = own->model;
    float scores[SMALL_CLASSES], image[SMALL_IMAGE] = {0};
    expect_writers_refused(model, own->data, count_parameters(model));
    expect_ok(digitnet_model_predict(scores, SMALL_CLASSES, model, image, SMALL_IMAGE)); /* readers meet */
    memset(batch->images, 0, batch->count * SMALL_IMAGE * sizeof(float));
    memset(batch->labels, 0, batch->count * sizeof(int32_t));
    return 0;
}

static void test_while_an_evaluation_runs(void **state) {
    (void)state;
    digitnet_dataset *source, *data = make_small_dataset(5, 1);
    digitnet_model *model = make_small_network(1);
    evaluated own = {.model = model, .data = data};
    expect_ok(digitnet_dataset_create_source(
        &source, DIGITNET_WITH(digitnet_source_options, .count = 5, .height = SMALL_HEIGHT, .width = SMALL_WIDTH,
                               .channels = SMALL_CHANNELS, .gather = gather_and_try_writers, .user_data = &own)));
    digitnet_metrics metrics = DIGITNET_INIT(digitnet_metrics);
    expect_ok(digitnet_model_evaluate(&metrics, model, source, NULL));
    expect_ok(digitnet_model_set_learning_rate(model, 0.1));
    digitnet_dataset_free(source);
    digitnet_dataset_free(data);
    digitnet_model_free(model);
}

/* Readers and writers from many threads: each call is done as a whole or refused. */
typedef struct contender {
    digitnet_model *model;
    const digitnet_dataset *data;
    size_t index, done, refused, wrong;
} contender;

static void contend(void *context) {
    contender *own = context;
    float image[SMALL_IMAGE] = {0}, scores[SMALL_CLASSES];
    for (size_t i = 0; i < 200; i++) {
        digitnet_status status = own->index % 2
                                     ? digitnet_model_predict(scores, SMALL_CLASSES, own->model, image, SMALL_IMAGE)
                                     : digitnet_model_set_learning_rate(own->model, 0.5);
        own->done += status == DIGITNET_OK;
        own->refused += status == DIGITNET_ESTATE;
        own->wrong += status != DIGITNET_OK && status != DIGITNET_ESTATE;
    }
}

static void test_contention(void **state) {
    (void)state;
    digitnet_model *model = make_small_network(1);
    contender contenders[4];
    for (size_t i = 0; i < 4; i++)
        contenders[i] = (contender){.model = model, .index = i};
    run_threads(contend, contenders, 4, sizeof *contenders);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(contenders[i].wrong, 0);
        assert_int_equal(contenders[i].done + contenders[i].refused, 200);
    }
    /* The count of users came back to nobody. */
    expect_ok(digitnet_model_set_learning_rate(model, 0.1));
    digitnet_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_while_a_fit_runs),
        cmocka_unit_test(test_while_an_evaluation_runs),
        cmocka_unit_test(test_contention),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
