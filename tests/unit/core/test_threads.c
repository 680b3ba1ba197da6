/* The pool of threads: every task once, on a worker of its own, whatever the counts. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity */
#endif

#include "core/affinity.h"
#include "core/threads.h"
#include "expect.h"
#include "processes.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

int __real_sched_getaffinity(pid_t process, size_t size, cpu_set_t *set);
int __wrap_sched_getaffinity(pid_t process, size_t size, cpu_set_t *set);
long __real_sysconf(int name);
long __wrap_sysconf(int name);

/* What a sandbox may refuse to tell. */
static enum { TOLD, EMPTY, REFUSED } affinity, online;

int __wrap_sched_getaffinity(pid_t process, size_t size, cpu_set_t *set) {
    memset(set, 0, size);
    return affinity == TOLD ? __real_sched_getaffinity(process, size, set) : affinity == EMPTY ? 0 : -1;
}

long __wrap_sysconf(int name) {
    return online == TOLD ? __real_sysconf(name) : -1;
}

static void processors_are_counted_in_another_way(void **state) {
    (void)state;
    assert_true(digitnet__processor_count() >= 1);
    for (affinity = EMPTY; affinity <= REFUSED; affinity++) {
        assert_int_equal(digitnet__processor_count(), sysconf(_SC_NPROCESSORS_ONLN));
        online = REFUSED;
        assert_int_equal(digitnet__processor_count(), 1);
        online = TOLD;
    }
    affinity = TOLD;
}

enum { MAX_TASKS = 1000, MAX_WORKERS = 8 };

static const size_t thread_counts[] = {1, 2, 3, 8};

typedef struct tally {
    atomic_int runs[MAX_TASKS];
    atomic_int at_work[MAX_WORKERS]; /* a worker runs one task at a time */
    atomic_bool overlapping;
    size_t plain[MAX_TASKS]; /* written by a worker, read by the caller after the run: the pool orders the two */
    size_t factor;           /* written by the caller, read by the workers */
} tally;

static void count_task(void *context, size_t task, size_t worker) {
    tally *counts = context;
    if (atomic_fetch_add(&counts->at_work[worker], 1) != 0)
        atomic_store(&counts->overlapping, true);
    atomic_fetch_add(&counts->runs[task], 1);
    counts->plain[task] = task * counts->factor;
    atomic_fetch_sub(&counts->at_work[worker], 1);
}

static void check_run(digitnet__thread_pool *pool, tally *counts, size_t tasks, size_t factor) {
    for (size_t i = 0; i < MAX_TASKS; ++i) {
        atomic_store(&counts->runs[i], 0);
        counts->plain[i] = SIZE_MAX;
    }
    counts->factor = factor;
    digitnet__thread_pool_run(pool, count_task, counts, tasks);
    for (size_t i = 0; i < MAX_TASKS; ++i) {
        assert_int_equal(atomic_load(&counts->runs[i]), i < tasks);
        assert_int_equal(counts->plain[i], i < tasks ? i * factor : SIZE_MAX);
    }
    assert_false(atomic_load(&counts->overlapping));
}

static void every_task_runs_once(void **state) {
    (void)state;
    static const size_t task_counts[] = {0, 1, 2, 3, 7, 8, 9, 100, MAX_TASKS};
    static tally counts;
    for (size_t i = 0; i < sizeof thread_counts / sizeof *thread_counts; ++i) {
        digitnet__thread_pool *pool = NULL;
        expect_ok(digitnet__thread_pool_create(&pool, thread_counts[i]));
        assert_int_equal(digitnet__thread_pool_size(pool), thread_counts[i]);
        for (size_t j = 0; j < sizeof task_counts / sizeof *task_counts; ++j)
            check_run(pool, &counts, task_counts[j], j + 1);
        digitnet__thread_pool_free(pool);
    }
}

static void no_pool_is_the_caller_alone(void **state) {
    (void)state;
    static tally counts;
    assert_int_equal(digitnet__thread_pool_size(NULL), 1);
    check_run(NULL, &counts, 10, 2);
    digitnet__thread_pool_free(NULL);
}

static void add_task(void *context, size_t task, size_t worker) {
    (void)worker;
    atomic_fetch_add((atomic_size_t *)context, task + 1);
}

static void thousands_of_tiny_runs(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof thread_counts / sizeof *thread_counts; ++i) {
        digitnet__thread_pool *pool = NULL;
        expect_ok(digitnet__thread_pool_create(&pool, thread_counts[i]));
        for (size_t run = 0; run < 5000; ++run) {
            atomic_size_t sum = 0;
            size_t tasks = run % 6;
            digitnet__thread_pool_run(pool, add_task, &sum, tasks);
            assert_int_equal(atomic_load(&sum), tasks * (tasks + 1) / 2);
        }
        digitnet__thread_pool_free(pool);
    }
}

static void sleep_milliseconds(long count) {
    struct timespec pause = {.tv_nsec = count * 1000000};
    nanosleep(&pause, NULL);
}

/* Workers that have gone to sleep wake up again. */
static void runs_with_pauses(void **state) {
    (void)state;
    digitnet__thread_pool *pool = NULL;
    expect_ok(digitnet__thread_pool_create(&pool, 2));
    for (int run = 0; run < 20; ++run) {
        atomic_size_t sum = 0;
        sleep_milliseconds(2);
        digitnet__thread_pool_run(pool, add_task, &sum, 4);
        assert_int_equal(atomic_load(&sum), 10);
    }
    digitnet__thread_pool_free(pool);
}

static void pools_that_never_run(void **state) {
    (void)state;
    for (int i = 0; i < 200; ++i) {
        digitnet__thread_pool *pool = NULL;
        expect_ok(digitnet__thread_pool_create(&pool, 3));
        if (i % 3 == 0)
            sleep_milliseconds(1);
        digitnet__thread_pool_free(pool);
    }
}

/* Each task waits until all have begun: they only end if there are as many threads. */
static void wait_for_all(void *context, size_t task, size_t worker) {
    atomic_int *missing = context;
    (void)task, (void)worker;
    atomic_fetch_sub(missing, 1);
    for (int i = 0; i < 10000 && atomic_load(missing) > 0; ++i)
        sleep_milliseconds(1);
}

static void workers_work_at_once(void **state) {
    (void)state;
    digitnet__thread_pool *pool = NULL;
    atomic_int missing = 4;
    expect_ok(digitnet__thread_pool_create(&pool, 4));
    digitnet__thread_pool_run(pool, wait_for_all, &missing, 4);
    assert_int_equal(atomic_load(&missing), 0);
    digitnet__thread_pool_free(pool);
}

/* The slow worker's first task ends when all others are done, or after ten seconds. */
typedef struct slow_worker {
    size_t worker;
    atomic_size_t left, of_slow;
    atomic_bool came;
} slow_worker;

static void run_slowly(void *context, size_t task, size_t worker) {
    slow_worker *own = context;
    (void)task;
    if (worker == own->worker) {
        atomic_fetch_add(&own->of_slow, 1);
        atomic_store(&own->came, true);
    }
    for (int i = 0; i < 10000 && (worker == own->worker ? atomic_load(&own->left) > 1 : !atomic_load(&own->came)); ++i)
        sleep_milliseconds(1);
    atomic_fetch_sub(&own->left, 1);
}

static void others_take_what_a_slow_worker_has_left(void **state) {
    (void)state;
    for (size_t threads = 2; threads <= 4; ++threads) {
        for (size_t slow = 0; slow < threads; ++slow) {
            digitnet__thread_pool *pool = NULL;
            slow_worker own = {.worker = slow, .left = 16};
            expect_ok(digitnet__thread_pool_create(&pool, threads));
            digitnet__thread_pool_run(pool, run_slowly, &own, 16);
            assert_int_equal(own.left, 0);
            assert_int_equal(own.of_slow, 1);
            digitnet__thread_pool_free(pool);
        }
    }
}

typedef struct order {
    size_t tasks[64];
    size_t count;
} order;

static void note_task(void *context, size_t task, size_t worker) {
    order *noted = context;
    assert_int_equal(worker, 0);
    noted->tasks[noted->count++] = task;
}

static void one_thread_goes_in_order(void **state) {
    (void)state;
    digitnet__thread_pool *pool = NULL;
    order noted = {0};
    expect_ok(digitnet__thread_pool_create(&pool, 1));
    digitnet__thread_pool_run(pool, note_task, &noted, 64);
    assert_int_equal(noted.count, 64);
    for (size_t i = 0; i < 64; ++i)
        assert_int_equal(noted.tasks[i], i);
    digitnet__thread_pool_free(pool);
}

typedef struct masks {
    sigset_t of_worker[4];
    atomic_int missing;
} masks;

static void note_mask(void *context, size_t task, size_t worker) {
    masks *noted = context;
    pthread_sigmask(SIG_BLOCK, NULL, &noted->of_worker[worker]);
    wait_for_all(&noted->missing, task, worker);
}

static void signals_are_the_programs_affair(void **state) {
    (void)state;
    static const int asynchronous[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGCHLD, SIGUSR1, SIGPROF, SIGPIPE};
    sigset_t before, after;
    masks noted = {.missing = 4};
    digitnet__thread_pool *pool = NULL;
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    expect_ok(digitnet__thread_pool_create(&pool, 4));
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    digitnet__thread_pool_run(pool, note_mask, &noted, 4);
    digitnet__thread_pool_free(pool);
    for (size_t i = 0; i < sizeof asynchronous / sizeof *asynchronous; ++i) {
        int number = asynchronous[i];
        assert_int_equal(sigismember(&after, number), sigismember(&before, number));
        assert_int_equal(sigismember(&noted.of_worker[0], number), sigismember(&before, number));
        for (size_t worker = 1; worker < 4; ++worker)
            assert_int_equal(sigismember(&noted.of_worker[worker], number), 1);
    }
    assert_int_equal(sigismember(&noted.of_worker[1], SIGSEGV), 0);
}

static void *use_a_pool(void *unused) {
    (void)unused;
    digitnet__thread_pool *pool = NULL;
    if (digitnet__thread_pool_create(&pool, 3) != DIGITNET_OK)
        return NULL;
    size_t wrong = 0;
    for (int run = 0; run < 500; ++run) {
        atomic_size_t sum = 0;
        digitnet__thread_pool_run(pool, add_task, &sum, 5);
        wrong += atomic_load(&sum) != 15;
    }
    digitnet__thread_pool_free(pool);
    return wrong == 0 ? (void *)1 : NULL;
}

static void several_pools_at_once(void **state) {
    (void)state;
    pthread_t threads[4];
    for (size_t i = 0; i < 4; ++i)
        assert_int_equal(pthread_create(&threads[i], NULL, use_a_pool, NULL), 0);
    for (size_t i = 0; i < 4; ++i) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        assert_non_null(result);
    }
}

static void too_many_threads_are_refused(void **state) {
    (void)state;
    digitnet__thread_pool *pool = (digitnet__thread_pool *)1;
    expect_failure(digitnet__thread_pool_create(&pool, 257), DIGITNET_EINVAL, "257");
    assert_null(pool);
}

/* Where the system allows no further thread, the work is done by those that there are. In a child process, since the
 * limit holds for the user and cannot be raised again. */
static void threads_that_cannot_start_are_no_error(void **state) {
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        /* The limit does not bind root: it becomes somebody else, with no process to spare. */
        struct rlimit none = {0, 0};
        if (setrlimit(RLIMIT_NPROC, &none) != 0 || (geteuid() == 0 && setuid(54321) != 0))
            _exit(77);
        digitnet__thread_pool *pool = NULL;
        atomic_size_t sum = 0;
        if (digitnet__thread_pool_create(&pool, 4) != DIGITNET_OK)
            _exit(1);
        digitnet__thread_pool_run(pool, add_task, &sum, 10);
        bool right = digitnet__thread_pool_size(pool) == 1 && atomic_load(&sum) == 55;
        digitnet__thread_pool_free(pool);
        _exit(right ? 0 : 2);
    }
    int result = wait_for_child(child);
    assert_true(WIFEXITED(result));
    if (WEXITSTATUS(result) == 77)
        skip_because("the number of processes cannot be limited");
    assert_int_equal(WEXITSTATUS(result), 0);
}

static void processors_are_counted(void **state) {
    (void)state;
    assert_in_range(digitnet__processor_count(), 1, 65536);
}

typedef struct processors_seen {
    digitnet__affinity of_worker[3];
    atomic_int missing;
} processors_seen;

static void note_processors(void *context, size_t task, size_t worker) {
    processors_seen *seen = context;
    digitnet__affinity_get(&seen->of_worker[worker]);
    wait_for_all(&seen->missing, task, worker);
}

static processors_seen look_at_processors(digitnet__thread_pool *pool) {
    processors_seen seen = {.missing = 3};
    digitnet__thread_pool_run(pool, note_processors, &seen, 3);
    return seen;
}

static void workers_are_bound_to_the_callers_processors(void **state) {
    (void)state;
    digitnet__thread_pool *pool = NULL;
    digitnet__affinity callers, one;
    expect_ok(digitnet__thread_pool_create(&pool, 3));
    digitnet__affinity_get(&callers);
    affinity = REFUSED;
    digitnet__thread_pool_bind(pool);
    affinity = TOLD;
    processors_seen seen = look_at_processors(pool);
    for (size_t i = 0; i < 3; i++)
        assert_memory_equal(&seen.of_worker[i], &callers, sizeof callers);
    digitnet__thread_pool_bind(pool);
    seen = look_at_processors(pool);
    assert_memory_equal(&seen.of_worker[0], &callers, sizeof callers);
    for (size_t i = 1; i < 3; i++) {
        digitnet__affinity_pick(&one, &callers, i);
        assert_memory_equal(&seen.of_worker[i], &one, sizeof one);
    }
    digitnet__thread_pool_free(pool);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processors_are_counted_in_another_way),
        cmocka_unit_test(every_task_runs_once),
        cmocka_unit_test(no_pool_is_the_caller_alone),
        cmocka_unit_test(thousands_of_tiny_runs),
        cmocka_unit_test(runs_with_pauses),
        cmocka_unit_test(pools_that_never_run),
        cmocka_unit_test(workers_work_at_once),
        cmocka_unit_test(others_take_what_a_slow_worker_has_left),
        cmocka_unit_test(one_thread_goes_in_order),
        cmocka_unit_test(signals_are_the_programs_affair),
        cmocka_unit_test(workers_are_bound_to_the_callers_processors),
        cmocka_unit_test(several_pools_at_once),
        cmocka_unit_test(too_many_threads_are_refused),
        cmocka_unit_test(threads_that_cannot_start_are_no_error),
        cmocka_unit_test(processors_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
