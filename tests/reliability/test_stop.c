/* A request to stop from a signal handler, as a program does on Ctrl-C: test_stop [FITS] */
#include "counts.h"
#include "support.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

enum { IMAGES = 64, BATCH = 4, ENDLESS = 1000000 };

static size_t fits = 30;

static digitnet_model *volatile model_to_stop;
static volatile sig_atomic_t requested;
static atomic_size_t batches_done, batches_at_request;

static void request_stop(int number) {
    (void)number;
    digitnet_model_request_stop(model_to_stop);
    if (!requested)
        atomic_store(&batches_at_request, atomic_load(&batches_done));
    requested = 1;
}

static int count_batch(const digitnet_event *event, void *user_data) {
    (void)user_data;
    if (event->kind == DIGITNET_EVENT_BATCH_END)
        atomic_fetch_add(&batches_done, 1);
    return 0;
}

/* SIGALRM after some time that differs from fit to fit, so that it comes in all parts of a step. */
static void arm(size_t round) {
    struct itimerval delay = {.it_value.tv_usec = 200 + (suseconds_t)(round * 37 % 2000)};
    requested = 0;
    atomic_store(&batches_done, 0);
    atomic_store(&batches_at_request, 0);
    assert_int_equal(setitimer(ITIMER_REAL, &delay, NULL), 0);
}

static void test_fit_ends_within_a_batch(void **state) {
    (void)state;
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    struct sigaction action = {.sa_handler = request_stop}, previous;
    sigemptyset(&action.sa_mask);
    assert_int_equal(sigaction(SIGALRM, &action, &previous), 0);
    for (size_t i = 0; i < fits; i++) {
        digitnet_model *model = make_small_network(i);
        digitnet_history *history;
        model_to_stop = model;
        arm(i);
        expect_ok(digitnet_model_fit(
            model, data,
            DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = ENDLESS, .batch_size = BATCH,
                          .threads = 1 + i % 3,
                          DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = count_batch, .user_data = NULL)))));
        assert_true(requested);
        assert_int_equal(digitnet_history_stop_reason(history), DIGITNET_STOP_REQUESTED);
        assert_in_range(atomic_load(&batches_done) - atomic_load(&batches_at_request), 0, 1);
        /* It was consumed, and the place is kept: the next fit finishes the epoch. */
        digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
        expect_ok(digitnet_model_describe(&info, model));
        assert_int_equal(info.epochs_done * (IMAGES / BATCH) + info.batches_done, atomic_load(&batches_done));
        fit(model, data, DIGITNET_WITH(digitnet_fit_options, .until_epoch = info.epochs_done + 1, .batch_size = BATCH));
        expect_ok(digitnet_model_describe(&info, model));
        assert_int_equal(info.batches_done, 0);
        digitnet_history_free(history);
        digitnet_model_free(model);
    }
    assert_int_equal(sigaction(SIGALRM, &previous, NULL), 0);
    digitnet_dataset_free(data);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fit_ends_within_a_batch)};
    fits = count_from(argc, argv, fits);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
