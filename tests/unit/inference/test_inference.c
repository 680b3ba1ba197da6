/* Predictions: by the model and by sessions, of floats and bytes, alone and in many threads. */
#include "support.h"

#include <pthread.h>
#include <stdlib.h>

/* 7 more than whole chunks of any size that the library works by. */
enum { IMAGES = 71, SCORES = IMAGES * SEED_NETWORK_CLASSES, VALUES = IMAGES * SEED_NETWORK_IMAGE };

/* Digits, and what the model makes of them one by one. */
typedef struct digits {
    digitnet_model *model;
    uint8_t bytes[VALUES];
    float images[VALUES];
    float scores[SCORES];
} digits;

static int load_digits(void **state) {
    digits *own = must_allocate(sizeof *own);
    digitnet_dataset *train, *test;
    load_subset(&train, &test);
    own->model = make_seed_network(1);
    digitnet_dataset *part;
    expect_ok(digitnet_dataset_slice(&part, train, 0, 32));
    fit(own->model, part, NULL);
    expect_ok(digitnet_dataset_read(own->images, VALUES, NULL, 0, test, 0, IMAGES));
    for (size_t i = 0; i < VALUES; i++)
        own->bytes[i] = (uint8_t)(own->images[i] * 255 + 0.5f);
    for (size_t i = 0; i < IMAGES; i++) {
        expect_ok(digitnet_model_predict(own->scores + i * SEED_NETWORK_CLASSES, SEED_NETWORK_CLASSES, own->model,
                                         own->images + i * SEED_NETWORK_IMAGE, SEED_NETWORK_IMAGE));
    }
    digitnet_dataset_free(part);
    digitnet_dataset_free(train);
    digitnet_dataset_free(test);
    *state = own;
    return 0;
}

static int free_digits(void **state) {
    digits *own = *state;
    digitnet_model_free(own->model);
    free(own);
    return 0;
}

/* With the built-in kernels an image's scores do not depend on the others; large products of OpenBLAS may. */
static void check_scores(const float *scores, const digits *own) {
#if DNN_OPENBLAS
    assert_close_floats(scores, own->scores, SCORES, 1e-6);
#else
    assert_same_floats(scores, own->scores, SCORES);
#endif
}

static void test_batches_equal_single_images(void **state) {
    digits *own = *state;
    float scores[SCORES];
    expect_ok(digitnet_model_predict(scores, SCORES, own->model, own->images, VALUES));
    check_scores(scores, own);
    for (size_t i = 0; i < IMAGES; i++) {
        float sum = 0;
        for (size_t k = 0; k < SEED_NETWORK_CLASSES; k++) {
            assert_true(scores[i * SEED_NETWORK_CLASSES + k] >= 0);
            sum += scores[i * SEED_NETWORK_CLASSES + k];
        }
        assert_true(sum > 0.99999f && sum < 1.00001f);
    }
}

static void test_bytes_equal_floats(void **state) {
    digits *own = *state;
    float from_bytes[SCORES], from_floats[SCORES];
    expect_ok(digitnet_model_predict(from_floats, SCORES, own->model, own->images, VALUES));
    expect_ok(digitnet_model_predict_u8(from_bytes, SCORES, own->model, own->bytes, VALUES));
    assert_same_floats(from_bytes, from_floats, SCORES);
}

static void test_sessions(void **state) {
    digits *own = *state;
    static const size_t batch_sizes[] = {0, 1, 7, 200}, thread_counts[] = {0, 1, 2, 8};
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 4; j++) {
            digitnet_session *session;
            float scores[SCORES];
            expect_ok(digitnet_session_create(
                &session, own->model,
                DIGITNET_WITH(digitnet_session_options, .batch_size = batch_sizes[i], .threads = thread_counts[j])));
            expect_ok(digitnet_session_run(scores, SCORES, session, own->images, VALUES));
            check_scores(scores, own);
            memset(scores, 0, sizeof scores);
            expect_ok(digitnet_session_run_u8(scores, SCORES, session, own->bytes, VALUES));
            check_scores(scores, own);
            digitnet_session_free(session);
        }
    }
}

/* A session keeps the weights that it was made with. */
static void test_session_outlives_model(void **state) {
    digits *own = *state;
    digitnet_model *model;
    digitnet_session *session, *clone;
    digitnet_dataset *train;
    float scores[SCORES];
    expect_ok(digitnet_model_clone(&model, own->model));
    expect_ok(digitnet_session_create(&session, model, NULL));
    expect_ok(digitnet_dataset_load_mnist(&train, NULL, "data/mnist-subset"));
    digitnet_dataset *part;
    expect_ok(digitnet_dataset_slice(&part, train, 32, 8));
    fit(model, part, NULL);
    expect_ok(digitnet_session_run(scores, SCORES, session, own->images, VALUES));
    check_scores(scores, own);
    digitnet_model_free(model);
    expect_ok(digitnet_session_clone(&clone, session));
    digitnet_session_free(session);
    expect_ok(digitnet_session_run(scores, SCORES, clone, own->images, VALUES));
    check_scores(scores, own);
    digitnet_session_free(clone);
    digitnet_dataset_free(part);
    digitnet_dataset_free(train);
}

typedef struct predictor {
    const digits *own;
    digitnet_session *session; /* NULL: the model */
    float scores[SCORES];
    digitnet_status status;
} predictor;

static void predict_some_times(void *context) {
    predictor *self = context;
    for (size_t i = 0; i < 2 && self->status == DIGITNET_OK; i++) {
        memset(self->scores, 0, sizeof self->scores);
        self->status = self->session
                           ? digitnet_session_run(self->scores, SCORES, self->session, self->own->images, VALUES)
                           : digitnet_model_predict(self->scores, SCORES, self->own->model, self->own->images, VALUES);
    }
}

enum { THREADS = 8 };

static void check_predictors(predictor *predictors) {
    run_threads(predict_some_times, predictors, THREADS, sizeof *predictors);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(predictors[i].status, DIGITNET_OK);
        check_scores(predictors[i].scores, predictors[i].own);
    }
}

static void test_many_threads_predict_with_one_model(void **state) {
    static predictor predictors[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        predictors[i] = (predictor){.own = *state};
    check_predictors(predictors);
}

static void test_many_threads_have_cloned_sessions(void **state) {
    static predictor predictors[THREADS];
    digits *own = *state;
    for (size_t i = 0; i < THREADS; i++) {
        predictors[i] = (predictor){.own = own};
        if (i == 0)
            expect_ok(digitnet_session_create(&predictors[0].session, own->model, NULL));
        else
            expect_ok(digitnet_session_clone(&predictors[i].session, predictors[0].session));
    }
    check_predictors(predictors);
    for (size_t i = 0; i < THREADS; i++)
        digitnet_session_free(predictors[i].session);
}

/* Two threads use one session until one of them is refused, because the other is at work. */
static atomic_bool refused;

static void run_shared_session(void *context) {
    predictor *self = context;
    for (size_t i = 0; i < 300 && !atomic_load(&refused); i++) {
        self->status = recorded(digitnet_session_run(self->scores, SCORES, self->session, self->own->images, VALUES));
        if (self->status != DIGITNET_OK)
            atomic_store(&refused, true);
    }
}

static void test_shared_session_is_refused(void **state) {
    static predictor predictors[2];
    digits *own = *state;
    digitnet_session *session;
    expect_ok(digitnet_session_create(&session, own->model, NULL));
    predictors[0] = predictors[1] = (predictor){.own = own, .session = session};
    run_threads(run_shared_session, predictors, 2, sizeof *predictors);
    size_t first = predictors[0].status == DIGITNET_OK ? 1 : 0;
    assert_int_equal(predictors[first].status, DIGITNET_ESTATE);
    assert_int_equal(predictors[1 - first].status, DIGITNET_OK);
    check_scores(predictors[1 - first].scores, own);
    float scores[SCORES];
    expect_ok(digitnet_session_run(scores, SCORES, session, own->images, VALUES));
    check_scores(scores, own);
    digitnet_session_free(session);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches_equal_single_images),
        cmocka_unit_test(test_bytes_equal_floats),
        cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_session_outlives_model),
        cmocka_unit_test(test_many_threads_predict_with_one_model),
        cmocka_unit_test(test_many_threads_have_cloned_sessions),
        cmocka_unit_test(test_shared_session_is_refused),
    };
    return cmocka_run_group_tests(tests, load_digits, free_digits);
}
