#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity */
#endif
#include "core/threads.h"

#include "core/floating_point.h"
#include "core/memory.h"
#include "core/status.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

/* A step of training runs several regions of some hundred microseconds each: a worker that looks for the next one for a
 * moment before it sleeps saves a wake-up, which costs about as much. */
#define SPIN_NANOSECONDS 50000
#define MAX_THREADS 256
#define MAX_TASKS (SIZE_MAX / MAX_THREADS < UINT32_MAX ? SIZE_MAX / MAX_THREADS : UINT32_MAX)
#define WORKER_STACK ((size_t)1 << 20)

typedef struct worker {
    /* Its share of a run. The number of the run in the upper half, the tasks that nobody has claimed yet in the lower.
     * A task is claimed by taking 1 away, which only succeeds while the run still has it: so the caller waits for
     * tasks, not for workers that come too late. */
    _Alignas(DNN_ALIGNMENT) _Atomic uint64_t ticket;
    digitnet__thread_pool *pool;
    size_t index;
    pthread_t thread; /* but for the caller */
} worker;

struct digitnet__thread_pool {
    atomic_uint run_number;
    atomic_size_t done; /* tasks of the run */
    _Atomic(digitnet__task_fn) run;
    _Atomic(void *) context;
    atomic_size_t count;
    atomic_bool stopping;
    pthread_mutex_t mutex; /* for sleeping alone */
    pthread_cond_t started, finished;
    bool spin;
    pid_t process;    /* in which the workers live: a child that was forked has none of them */
    size_t size;      /* workers */
    worker workers[]; /* the caller is the first */
};

size_t digitnet__processor_count(void) {
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (size_t)CPU_COUNT(&set);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (size_t)online : 1;
}

static void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Of the run that a worker last took part in. */
static bool run_is_new(digitnet__thread_pool *pool, uint32_t last_run) {
    return atomic_load(&pool->run_number) != last_run || atomic_load(&pool->stopping);
}

static bool run_is_done(digitnet__thread_pool *pool, uint32_t count) {
    return atomic_load(&pool->done) == count;
}

/* Waits until met(pool, number). */
static void await(digitnet__thread_pool *pool, bool (*met)(digitnet__thread_pool *, uint32_t), uint32_t number,
                  pthread_cond_t *signalled) {
    if (pool->spin) {
        int64_t deadline = nanoseconds() + SPIN_NANOSECONDS;
        do {
            for (int i = 0; i < 16; i++) {
                if (met(pool, number))
                    return;
                pause_briefly();
            }
        } while (nanoseconds() < deadline);
    }
    pthread_mutex_lock(&pool->mutex);
    while (!met(pool, number))
        pthread_cond_wait(signalled, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}

/* A worker's share is every task whose number leaves its index as the remainder by the number of workers: neighbours
 * among the tasks cost about the same, so the shares do too. The same share of each run goes to the same worker, so
 * that what a task left in a processor's cache is there when its turn comes again. */
static size_t share_count(const digitnet__thread_pool *pool, size_t index, size_t count) {
    return (count + pool->size - 1 - index) / pool->size;
}

/* Claims and runs tasks of one worker's share until it has none left. What a late worker reads may be of the next run;
 * its claim then fails, because the caller changes these fields only after every task of the run was claimed. */
static void work_on_share(digitnet__thread_pool *pool, size_t owner, size_t index) {
    _Atomic uint64_t *share = &pool->workers[owner].ticket;
    uint64_t ticket = atomic_load(share);
    for (;;) {
        size_t left = (uint32_t)ticket;
        if (left == 0)
            return;
        digitnet__task_fn run = atomic_load(&pool->run);
        void *context = atomic_load(&pool->context);
        size_t count = atomic_load(&pool->count);
        if (!atomic_compare_exchange_weak(share, &ticket, ticket - 1))
            continue;
        run(context, owner + pool->size * (share_count(pool, owner, count) - left), index);
        if (atomic_fetch_add(&pool->done, 1) + 1 == count) {
            pthread_mutex_lock(&pool->mutex);
            pthread_cond_signal(&pool->finished);
            pthread_mutex_unlock(&pool->mutex);
        }
        ticket = atomic_load(share);
    }
}

/* First its own share, then what the others have not come to. */
static void work(digitnet__thread_pool *pool, size_t index) {
    for (size_t i = 0; i < pool->size; i++)
        work_on_share(pool, (index + i) % pool->size, index);
}

static void *worker_main(void *argument) {
    const worker *self = argument;
    digitnet__thread_pool *pool = self->pool;
    uint32_t last_run = 0;
    digitnet__floating_point creators; /* which a thread starts with */
    digitnet__floating_point_hold(&creators);
    for (;;) {
        await(pool, run_is_new, last_run, &pool->started);
        if (atomic_load(&pool->stopping))
            return NULL;
        last_run = atomic_load(&pool->run_number);
        work(pool, self->index);
    }
}

/* Signals are the program's affair, on the program's threads; but for those that a fault of the thread itself raises.
 */
static void block_signals(sigset_t *previous) {
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
    sigset_t blocked;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_BLOCK, &blocked, previous);
}

static void start_workers(digitnet__thread_pool *pool, size_t threads) {
    pthread_attr_t attributes;
    sigset_t previous;
    if (pthread_attr_init(&attributes) != 0)
        return;
    pthread_attr_setstacksize(&attributes, WORKER_STACK);
    block_signals(&previous);
    while (pool->size < threads) {
        worker *self = &pool->workers[pool->size];
        self->pool = pool;
        self->index = pool->size;
        if (pthread_create(&self->thread, &attributes, worker_main, self) != 0)
            break;
        pool->size++;
    }
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    pthread_attr_destroy(&attributes);
}

digitnet_status digitnet__thread_pool_create(digitnet__thread_pool **out, size_t threads) {
    *out = NULL;
    if (threads > MAX_THREADS)
        return digitnet__fail(DIGITNET_EINVAL, "threads is %zu; at most %d are possible", threads, MAX_THREADS);
    digitnet__thread_pool *pool = digitnet__allocate_zeroed(sizeof(digitnet__thread_pool) + threads * sizeof(worker));
    if (!pool)
        return DIGITNET_ENOMEM;
    if (pthread_mutex_init(&pool->mutex, NULL) != 0)
        goto no_mutex;
    if (pthread_cond_init(&pool->started, NULL) != 0)
        goto no_started;
    if (pthread_cond_init(&pool->finished, NULL) != 0)
        goto no_finished;
    pool->size = 1;
    pool->process = getpid();
    pool->spin = threads <= digitnet__processor_count();
    start_workers(pool, threads);
    *out = pool;
    return DIGITNET_OK;

no_finished:
    pthread_cond_destroy(&pool->started);
no_started:
    pthread_mutex_destroy(&pool->mutex);
no_mutex:
    digitnet__release(pool);
    return digitnet__fail(DIGITNET_ENOMEM, "out of memory: no mutex or condition for a pool of %zu threads", threads);
}

/* In a forked child the mutex may be held for ever, and nobody can be joined. */
static bool workers_are_here(const digitnet__thread_pool *pool) {
    return pool->process == getpid();
}

void digitnet__thread_pool_run(digitnet__thread_pool *pool, digitnet__task_fn run, void *context, size_t count) {
    if (!pool || pool->size == 1 || count <= 1 || count > MAX_TASKS || !workers_are_here(pool)) {
        for (size_t task = 0; task < count; task++)
            run(context, task, 0);
        return;
    }
    atomic_store(&pool->run, run);
    atomic_store(&pool->context, context);
    atomic_store(&pool->count, count);
    atomic_store(&pool->done, 0);
    pthread_mutex_lock(&pool->mutex);
    uint32_t next_run = atomic_load(&pool->run_number) + 1;
    for (size_t i = 0; i < pool->size; i++)
        atomic_store(&pool->workers[i].ticket, (uint64_t)next_run << 32 | share_count(pool, i, count));
    atomic_store(&pool->run_number, next_run);
    pthread_cond_broadcast(&pool->started);
    pthread_mutex_unlock(&pool->mutex);
    work(pool, 0);
    await(pool, run_is_done, (uint32_t)count, &pool->finished);
}

size_t digitnet__thread_pool_size(const digitnet__thread_pool *pool) {
    return pool ? pool->size : 1;
}

static void stop_workers(digitnet__thread_pool *pool) {
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->stopping, true);
    pthread_cond_broadcast(&pool->started);
    pthread_mutex_unlock(&pool->mutex);
    for (size_t i = 1; i < pool->size; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->finished);
    pthread_cond_destroy(&pool->started);
    pthread_mutex_destroy(&pool->mutex);
}

void digitnet__thread_pool_free(digitnet__thread_pool *pool) {
    if (!pool)
        return;
    if (workers_are_here(pool))
        stop_workers(pool);
    digitnet__release(pool);
}
