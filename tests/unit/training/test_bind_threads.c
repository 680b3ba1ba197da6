/* Threads that are bound to processors: which ones while a fit computes, what its host's functions have, and what is
 * left of it after the fit, however that ends. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity, gettid */
#endif
#include "core/affinity.h"
#include "support.h"

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { IMAGES = 22, BATCH = 8, MOST_THREADS = 256 };

static digitnet__affinity own_affinity(void) {
    digitnet__affinity own;
    digitnet__affinity_get(&own);
    return own;
}

/* False where the thread is gone. */
static bool see_affinity(digitnet__affinity *seen, pid_t thread) {
    *seen = (digitnet__affinity){0};
    return sched_getaffinity(thread, sizeof seen->words, (cpu_set_t *)seen->words) == 0;
}

static digitnet__affinity affinity_of(pid_t thread) {
    digitnet__affinity seen;
    assert_true(see_affinity(&seen, thread));
    return seen;
}

static digitnet__affinity pick(digitnet__affinity from, size_t index) {
    digitnet__affinity picked;
    digitnet__affinity_pick(&picked, &from, index);
    return picked;
}

static bool are_same(digitnet__affinity a, digitnet__affinity b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

typedef struct thread_list {
    pid_t threads[MOST_THREADS];
    size_t count;
} thread_list;

static bool has(const thread_list *list, pid_t thread) {
    for (size_t i = 0; i < list->count; i++)
        if (list->threads[i] == thread)
            return true;
    return false;
}

/* Of this process, but for those of `known`. */
static thread_list list_threads(const thread_list *known) {
    thread_list list = {.count = 0};
    DIR *folder = opendir("/proc/self/task");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        pid_t thread = (pid_t)atoi(entry->d_name);
        if (thread == 0 || has(known, thread))
            continue;
        assert_true(list.count < MOST_THREADS);
        list.threads[list.count++] = thread;
    }
    closedir(folder);
    return list;
}

static thread_list first_threads; /* the program's own, OpenBLAS's and ThreadSanitizer's */

static bool see_others(digitnet__affinity others[2]) {
    thread_list list = list_threads(&first_threads);
    return list.count == 2 && see_affinity(&others[0], list.threads[0]) && see_affinity(&others[1], list.threads[1]);
}

/* Of the two threads that were started since. One that has been joined may be listed a moment longer, and another one
 * be left out while it goes. */
static void look_at_others(digitnet__affinity others[2]) {
    const struct timespec pause = {.tv_nsec = 1000000};
    bool seen = see_others(others);
    for (int i = 0; !seen && i < 10000; i++) {
        nanosleep(&pause, NULL);
        seen = see_others(others);
    }
    assert_true(seen);
}

static size_t count_same(digitnet__affinity wanted, const digitnet__affinity *sets, size_t count) {
    size_t same = 0;
    for (size_t i = 0; i < count; i++)
        same += are_same(wanted, sets[i]);
    return same;
}

/* Of the workers of a fit on three threads each has the processor that is its, counted among `hosts`. */
static void check_workers(digitnet__affinity hosts) {
    digitnet__affinity others[2], second = pick(hosts, 1), third = pick(hosts, 2);
    look_at_others(others);
    assert_int_equal(count_same(second, others, 2), are_same(second, third) ? 2 : 1);
    assert_int_equal(count_same(third, others, 2), are_same(second, third) ? 2 : 1);
}

static int look_at_threads(const digitnet_event *event, void *user_data) {
    const digitnet__affinity *hosts = user_data;
    (void)event;
    assert_true(are_same(own_affinity(), *hosts));
    check_workers(*hosts);
    return 0;
}

/* On whatever processors the calling thread may use. */
static void check_threads(void) {
    digitnet__affinity hosts = own_affinity();
    digitnet_model *model = make_small_network(1), *unbound = make_small_network(1);
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    fit(model, data,
        DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = BATCH, .threads = 3, .bind_threads = 1,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = look_at_threads, .user_data = &hosts))));
    assert_true(are_same(own_affinity(), hosts));
    fit(unbound, data, DIGITNET_WITH(digitnet_fit_options, .epochs = 2, .batch_size = BATCH, .threads = 1));
    assert_same_weights(model, unbound);
    digitnet_model_free(model);
    digitnet_model_free(unbound);
    digitnet_dataset_free(data);
}

static void test_each_has_a_processor(void **state) {
    (void)state;
    check_threads();
}

static void test_one_processor(void **state) {
    (void)state;
    digitnet__affinity all = own_affinity(), last = pick(all, digitnet__affinity_count(&all) - 1);
    digitnet__affinity_set(pthread_self(), &last);
    check_threads();
    digitnet__affinity_set(pthread_self(), &all);
}

/* Looks from another thread at the one that calls fit, until that is bound. */
typedef struct watch {
    pid_t caller;
    digitnet__affinity first; /* of its processors */
    atomic_bool is_bound, is_over;
} watch;

static void *watch_caller(void *context) {
    watch *own = context;
    while (!atomic_load(&own->is_bound) && !atomic_load(&own->is_over)) {
        if (are_same(affinity_of(own->caller), own->first))
            atomic_store(&own->is_bound, true);
        sched_yield();
    }
    return NULL;
}

static int stop_once_bound(const digitnet_event *event, void *user_data) {
    const watch *own = user_data;
    (void)event;
    return atomic_load(&own->is_bound) ? DIGITNET_CALLBACK_STOP : DIGITNET_CALLBACK_CONTINUE;
}

static void test_caller_is_bound_while_it_computes(void **state) {
    (void)state;
    digitnet__affinity hosts = own_affinity();
    watch own = {.caller = gettid(), .first = pick(hosts, 0)};
    pthread_t thread;
    if (digitnet__affinity_count(&hosts) == 1)
        skip_because("there is one processor");
    digitnet_model *model = make_small_network(1);
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    assert_int_equal(pthread_create(&thread, NULL, watch_caller, &own), 0);
    fit(model, data,
        DIGITNET_WITH(digitnet_fit_options, .epochs = 100000, .threads = 1, .bind_threads = 1,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = stop_once_bound, .user_data = &own))));
    atomic_store(&own.is_over, true);
    pthread_join(thread, NULL);
    assert_true(own.is_bound);
    assert_true(are_same(own_affinity(), hosts));
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

static int fail_after_a_batch(const digitnet_event *event, void *user_data) {
    (void)user_data;
    return event->kind == DIGITNET_EVENT_BATCH_END ? DIGITNET_EIO : 0;
}

static void test_failures(void **state) {
    (void)state;
    digitnet__affinity hosts = own_affinity();
    allocation_counts counts;
    begin_counting(&counts);
    digitnet_model *model = make_small_network(1);
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_status status = DIGITNET_ENOMEM;
    for (size_t i = 1; status == DIGITNET_ENOMEM; i++) {
        atomic_store(&counts.fail_at, atomic_load(&counts.allocations) + i);
        status = digitnet_model_fit(model, data,
                                    DIGITNET_WITH(digitnet_fit_options, .threads = 2, .bind_threads = 1,
                                                  DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = fail_after_a_batch))));
        assert_true(are_same(own_affinity(), hosts));
    }
    assert_int_equal(status, DIGITNET_EIO);
    expect_failure(digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, .bind_threads = 2)),
                   DIGITNET_EINVAL, "bind_threads is 2");
    digitnet_model_free(model);
    digitnet_dataset_free(data);
    end_counting(&counts);
}

/* A callback binds its thread otherwise: fit follows, and leaves it so. */
static int keep_to_the_last(const digitnet_event *event, void *user_data) {
    const digitnet__affinity *last = user_data;
    if (event->kind == DIGITNET_EVENT_FIT_BEGIN)
        digitnet__affinity_set(pthread_self(), last);
    return 0;
}

static void test_what_a_callback_makes_of_it_stays(void **state) {
    (void)state;
    digitnet__affinity all = own_affinity(), last = pick(all, digitnet__affinity_count(&all) - 1);
    digitnet_model *model = make_small_network(1);
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    fit(model, data,
        DIGITNET_WITH(digitnet_fit_options, .threads = 2, .bind_threads = 1,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = keep_to_the_last, .user_data = &last))));
    digitnet__affinity after = own_affinity();
    digitnet__affinity_set(pthread_self(), &all);
    assert_true(are_same(after, last));
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

/* Makes a session with a thread of its own, in a callback and in a loss that runs on a worker. */
typedef struct maker {
    digitnet_model *other;
    pid_t caller;
    atomic_bool worker_came;
    digitnet_session *of_callback, *of_loss;
} maker;

static digitnet_session *make_session(const digitnet_model *model) {
    digitnet_session *session = NULL;
    expect_ok(digitnet_session_create(&session, model, DIGITNET_WITH(digitnet_session_options, .threads = 2)));
    return session;
}

static int make_in_callback(const digitnet_event *event, void *user_data) {
    maker *own = user_data;
    if (event->kind == DIGITNET_EVENT_EPOCH_BEGIN)
        own->of_callback = make_session(own->other);
    return 0;
}

/* The caller waits for the worker's first range, for 10 seconds at most. */
static int make_in_loss(const digitnet_loss_range *range, void *user_data) {
    maker *own = user_data;
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0; gettid() == own->caller && i < 10000 && !atomic_load(&own->worker_came); i++)
        nanosleep(&pause, NULL);
    if (gettid() != own->caller && !atomic_exchange(&own->worker_came, true))
        own->of_loss = make_session(own->other);
    for (size_t row = 0; row < range->count; row++)
        range->losses[row] = 0;
    for (size_t i = 0; i < range->count * range->output_values; i++)
        range->gradient[i] = 0;
    return 0;
}

static void test_sessions_that_live_on(void **state) {
    (void)state;
    digitnet__affinity hosts = own_affinity(), others[2];
    maker own = {.other = make_small_network(2), .caller = gettid()};
    digitnet_dataset *data = make_small_dataset(IMAGES, 1);
    digitnet_model *model = build_small_network();
    expect_ok(digitnet_model_compile(model, DIGITNET_OPTIMIZER_SGD, DIGITNET_LOSS_CUSTOM));
    expect_ok(digitnet_model_set_loss(model, make_in_loss, &own, NULL));
    fit(model, data,
        DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH, .threads = 2, .bind_threads = 1,
                      DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = make_in_callback, .user_data = &own))));
    assert_non_null(own.of_callback);
    assert_non_null(own.of_loss);
    look_at_others(others);
    assert_int_equal(count_same(hosts, others, 2), 2);
    digitnet_session_free(own.of_callback);
    digitnet_session_free(own.of_loss);
    digitnet_model_free(own.other);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

static void *do_nothing(void *unused) {
    return unused;
}

/* ThreadSanitizer starts its own with the first thread that a program starts. */
static void list_first_threads(void) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, do_nothing, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    first_threads = list_threads(&first_threads);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_has_a_processor),
        cmocka_unit_test(test_one_processor),
        cmocka_unit_test(test_caller_is_bound_while_it_computes),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_what_a_callback_makes_of_it_stays),
        cmocka_unit_test(test_sessions_that_live_on),
    };
    list_first_threads();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
