/* Children that are forked while threads compute, and that train and predict for themselves: test_fork [CHILDREN] */
#include "counts.h"
#include "processes.h"
#include "sanitizer.h"
#include "support.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { IMAGES = 20, THREADS = 3, SECONDS_FOR_A_CHILD = 60 };

static size_t children = 20;

/* The thread sanitizer knows no threads in a child of a process that has several. */
#if DNN_THREAD_SANITIZER
enum { CHILD_THREADS = 1 };
#else
enum { CHILD_THREADS = 2 };
#endif

/* What the parent has when it forks. */
typedef struct parent {
    digitnet_dataset *data;
    digitnet_model *model;
    digitnet_session *idle; /* of several threads */
    float image[SMALL_IMAGE], scores[SMALL_CLASSES];
    float *trained; /* the weights of a new model after a fit */
    atomic_bool stopping;
    pthread_t threads[THREADS];
} parent;

static digitnet_model *train(const digitnet_dataset *data, size_t threads) {
    digitnet_model *model = make_small_network(2);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, .batch_size = 5, .threads = threads));
    return model;
}

/* Locks are taken and given back all the time: memory, pools, the model's guard. */
static void *compute(void *context) {
    parent *own = context;
    while (!atomic_load(&own->stopping)) {
        float scores[SMALL_CLASSES];
        digitnet_model_free(train(own->data, 2));
        expect_ok(digitnet_model_predict(scores, SMALL_CLASSES, own->model, own->image, SMALL_IMAGE));
    }
    return NULL;
}

static int begin(void **state) {
    parent *own = calloc(1, sizeof *own);
    assert_non_null(own);
    own->data = make_small_dataset(IMAGES, 1);
    own->model = train(own->data, 1);
    own->trained = copy_weights(own->model);
    expect_ok(digitnet_session_create(&own->idle, own->model, DIGITNET_WITH(digitnet_session_options, .threads = 3)));
    fill_noise(own->image, SMALL_IMAGE, 1);
    expect_ok(digitnet_model_predict(own->scores, SMALL_CLASSES, own->model, own->image, SMALL_IMAGE));
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&own->threads[i], NULL, compute, own), 0);
    *state = own;
    return 0;
}

static int end(void **state) {
    parent *own = *state;
    atomic_store(&own->stopping, true);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(own->threads[i], NULL), 0);
    digitnet_session_free(own->idle);
    digitnet_model_free(own->model);
    digitnet_dataset_free(own->data);
    free(own->trained);
    free(own);
    return 0;
}

static bool right_scores(const parent *own, digitnet_status status, const float *scores) {
    return status == DIGITNET_OK && memcmp(scores, own->scores, sizeof own->scores) == 0;
}

/* 0, or the number of what went wrong. */
static int be_a_child(const parent *own) {
    float scores[8 * SMALL_CLASSES], images[8 * SMALL_IMAGE];
    if (!right_scores(own, digitnet_model_predict(scores, SMALL_CLASSES, own->model, own->image, SMALL_IMAGE), scores))
        return 1;
    for (size_t i = 0; i < 8; i++)
        memcpy(images + i * SMALL_IMAGE, own->image, sizeof own->image);
    /* The parent's session, whose threads are not here. */
    if (!right_scores(own, digitnet_session_run(scores, 8 * SMALL_CLASSES, own->idle, images, 8 * SMALL_IMAGE), scores))
        return 2;
    digitnet_session_free(own->idle);
    digitnet_model *model = train(own->data, CHILD_THREADS);
    float *weights = copy_weights(model);
    if (memcmp(weights, own->trained, count_parameters(model) * sizeof(float)) != 0)
        return 3;
    digitnet_session *session;
    if (digitnet_session_create(&session, model, DIGITNET_WITH(digitnet_session_options, .threads = CHILD_THREADS)) !=
        DIGITNET_OK)
        return 4;
    if (!right_scores(own, digitnet_session_run(scores, SMALL_CLASSES, session, own->image, SMALL_IMAGE), scores))
        return 5;
    digitnet_session_free(session);
    digitnet_model_free(model);
    free(weights);
    return 0;
}

static int wait_for(pid_t child) {
    int result = -1;
    for (int i = 0; i < SECONDS_FOR_A_CHILD * 1000; i++) {
        if (waitpid(child, &result, WNOHANG) == child)
            return result;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    kill(child, SIGKILL);
    wait_for_child(child);
    fail_msg("a child hung");
    return result;
}

static void test_children_work(void **state) {
    const parent *own = *state;
#if DNN_OPENBLAS || DNN_EMULATED || DNN_ADDRESS_SANITIZER
    skip_because("OpenBLAS, emulators and the address sanitizer are not safe across a fork while threads use them");
#endif
    for (size_t i = 0; i < children; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(be_a_child(own));
        int result = wait_for(child);
        if (result != 0)
            fail_msg("child %zu ended with %d, signal %d", i, WEXITSTATUS(result), WTERMSIG(result));
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_children_work)};
    children = count_from(argc, argv, children);
    return cmocka_run_group_tests(tests, begin, end);
}
