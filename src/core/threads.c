#include "core/threads.h"

#include "core/affinity.h"
#include "core/floating_point.h"
#include "core/memory.h"
#include "core/status.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

/* A training step runs several regions of some hundred microseconds each: a worker that looks for the next one for a
 * moment before it sleeps saves a wake-up, which costs about as much. */
#define SPIN_NANOSECONDS 50000
#define MAX_THREADS 256
#define MAX_TASKS (SIZE_MAX / MAX_THREADS < UINT32_MAX ? SIZE_MAX / MAX_THREADS : UINT32_MAX)
#define WORKER_STACK ((size_t)1 << 20)

typedef struct worker {
    /* Its share of a run. The number of the run in the upper half, the tasks that nobody has claimed yet in the lower.
     * A task is claimed by taking 1 away, which only succeeds while the run still has it: so the caller waits for
     * tasks, not for workers that are too late. */
    _Alignas(DNN_ALIGNMENT) _Atomic uint64_t ticket;
    digitnet__thread_pool *threads;
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
    digitnet__affinity own;
    digitnet__affinity_get(&own);
    size_t count = digitnet__affinity_count(&own);
    if (count > 0)
        return count;
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
static bool run_is_new(digitnet__thread_pool *threads, uint32_t last_run) {
    return atomic_load(&threads->run_number) != last_run || atomic_load(&threads->stopping);
}

static bool run_is_done(digitnet__thread_pool *threads, uint32_t count) {
    return atomic_load(&threads->done) == count;
}

/* Waits until met(threads, number). */
static void await(digitnet__thread_pool *threads, bool (*met)(digitnet__thread_pool *, uint32_t), uint32_t number,
                  pthread_cond_t *signalled) {
    if (threads->spin) {
        int64_t deadline = nanoseconds() + SPIN_NANOSECONDS;
        do {
            for (int i = 0; i < 16; i++) {
                if (met(threads, number))
                    return;
                pause_briefly();
            }
        } while (nanoseconds() < deadline);
    }
    pthread_mutex_lock(&threads->mutex);
    while (!met(threads, number))
        pthread_cond_wait(signalled, &threads->mutex);
    pthread_mutex_unlock(&threads->mutex);
}

/* A worker's share is every task whose number leaves its index as the remainder by the number of workers: neighbours
 * among the tasks cost about the same, so the shares do too. The same share of each run goes to the same worker, so
 * that what a task left in a processor's cache is there when its turn comes again. */
static size_t share_count(const digitnet__thread_pool *threads, size_t index, size_t count) {
    return (count + threads->size - 1 - index) / threads->size;
}

/* Claims and runs tasks of one worker's share until it has none left. What a late worker reads may be of the next run;
 * its claim then fails, because the caller changes these fields only after every task of the run was claimed. */
static void work_on_share(digitnet__thread_pool *threads, size_t owner, size_t index) {
    _Atomic uint64_t *share = &threads->workers[owner].ticket;
    uint64_t ticket = atomic_load(share);
    for (;;) {
        size_t left = (uint32_t)ticket;
        if (left == 0)
            return;
        digitnet__task_fn run = atomic_load(&threads->run);
        void *context = atomic_load(&threads->context);
        size_t count = atomic_load(&threads->count);
        if (!atomic_compare_exchange_weak(share, &ticket, ticket - 1))
            continue;
        run(context, owner + threads->size * (share_count(threads, owner, count) - left), index);
        if (atomic_fetch_add(&threads->done, 1) + 1 == count) {
            pthread_mutex_lock(&threads->mutex);
            pthread_cond_signal(&threads->finished);
            pthread_mutex_unlock(&threads->mutex);
        }
        ticket = atomic_load(share);
    }
}

/* First its own share, then what is left of the others. */
static void work(digitnet__thread_pool *threads, size_t index) {
    for (size_t i = 0; i < threads->size; i++)
        work_on_share(threads, (index + i) % threads->size, index);
}

static void *worker_main(void *argument) {
    const worker *self = argument;
    digitnet__thread_pool *threads = self->threads;
    uint32_t last_run = 0;
    digitnet__floating_point creators; /* which a thread starts with */
    digitnet__floating_point_hold(&creators);
    for (;;) {
        await(threads, run_is_new, last_run, &threads->started);
        if (atomic_load(&threads->stopping))
            return NULL;
        last_run = atomic_load(&threads->run_number);
        work(threads, self->index);
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

static void start_workers(digitnet__thread_pool *threads, size_t count) {
    pthread_attr_t attributes;
    sigset_t previous;
    if (pthread_attr_init(&attributes) != 0)
        return;
    pthread_attr_setstacksize(&attributes, WORKER_STACK);
    block_signals(&previous);
    while (threads->size < count) {
        worker *self = &threads->workers[threads->size];
        self->threads = threads;
        self->index = threads->size;
        if (pthread_create(&self->thread, &attributes, worker_main, self) != 0)
            break;
        threads->size++;
    }
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    pthread_attr_destroy(&attributes);
}

digitnet_status digitnet__thread_pool_create(digitnet__thread_pool **out, size_t count) {
    *out = NULL;
    if (count > MAX_THREADS)
        return digitnet__fail(DIGITNET_EINVAL, "threads is %zu; the limit is %d", count, MAX_THREADS);
    digitnet__thread_pool *threads = digitnet__allocate_zeroed(sizeof(digitnet__thread_pool) + count * sizeof(worker));
    if (!threads)
        return DIGITNET_ENOMEM;
    if (pthread_mutex_init(&threads->mutex, NULL) != 0)
        goto no_mutex;
    if (pthread_cond_init(&threads->started, NULL) != 0)
        goto no_started;
    if (pthread_cond_init(&threads->finished, NULL) != 0)
        goto no_finished;
    threads->size = 1;
    threads->process = getpid();
    threads->spin = count <= digitnet__processor_count();
    start_workers(threads, count);
    *out = threads;
    return DIGITNET_OK;

no_finished:
    pthread_cond_destroy(&threads->started);
no_started:
    pthread_mutex_destroy(&threads->mutex);
no_mutex:
    digitnet__release(threads);
    return digitnet__fail(DIGITNET_ENOMEM, "out of memory: no mutex or condition variable for %zu threads", count);
}

/* In a forked child the mutex may be held for ever, and nobody can be joined. */
static bool workers_are_here(const digitnet__thread_pool *threads) {
    return threads->process == getpid();
}

void digitnet__thread_pool_run(digitnet__thread_pool *threads, digitnet__task_fn run, void *context, size_t count) {
    if (!threads || threads->size == 1 || count <= 1 || count > MAX_TASKS || !workers_are_here(threads)) {
        for (size_t task = 0; task < count; task++)
            run(context, task, 0);
        return;
    }
    atomic_store(&threads->run, run);
    atomic_store(&threads->context, context);
    atomic_store(&threads->count, count);
    atomic_store(&threads->done, 0);
    pthread_mutex_lock(&threads->mutex);
    uint32_t next_run = atomic_load(&threads->run_number) + 1;
    for (size_t i = 0; i < threads->size; i++)
        atomic_store(&threads->workers[i].ticket, (uint64_t)next_run << 32 | share_count(threads, i, count));
    atomic_store(&threads->run_number, next_run);
    pthread_cond_broadcast(&threads->started);
    pthread_mutex_unlock(&threads->mutex);
    work(threads, 0);
    await(threads, run_is_done, (uint32_t)count, &threads->finished);
}

void digitnet__thread_pool_bind(digitnet__thread_pool *threads) {
    digitnet__affinity callers, own;
    digitnet__affinity_get(&callers);
    for (size_t i = 1; i < threads->size; i++) {
        digitnet__affinity_pick(&own, &callers, i);
        digitnet__affinity_set(threads->workers[i].thread, &own);
    }
}

size_t digitnet__thread_pool_size(const digitnet__thread_pool *threads) {
    return threads ? threads->size : 1;
}

static void stop_workers(digitnet__thread_pool *threads) {
    pthread_mutex_lock(&threads->mutex);
    atomic_store(&threads->stopping, true);
    pthread_cond_broadcast(&threads->started);
    pthread_mutex_unlock(&threads->mutex);
    for (size_t i = 1; i < threads->size; i++)
        pthread_join(threads->workers[i].thread, NULL);
    pthread_cond_destroy(&threads->finished);
    pthread_cond_destroy(&threads->started);
    pthread_mutex_destroy(&threads->mutex);
}

void digitnet__thread_pool_free(digitnet__thread_pool *threads) {
    if (!threads)
        return;
    if (workers_are_here(threads))
        stop_workers(threads);
    digitnet__release(threads);
}
