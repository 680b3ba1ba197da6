/* A thread pool that belongs to one call or one session. */
#ifndef DNN_CORE_THREADS_H
#define DNN_CORE_THREADS_H

#include "digitnet/status.h"

#include <stddef.h>

typedef struct digitnet__thread_pool digitnet__thread_pool;

/* Runs one of `count` tasks; `worker`, below digitnet__thread_pool_size(), says whose scratch memory to use. */
typedef void (*digitnet__task_fn)(void *context, size_t task, size_t worker);

/* The processors that this process may use, at least 1. */
size_t digitnet__processor_count(void);

/* The calling thread and count - 1 others, fewer where one cannot be started. Signals are blocked in them. EINVAL
 * above 256. */
digitnet_status digitnet__thread_pool_create(digitnet__thread_pool **out, size_t count);
/* Calls run(context, task, worker) for every task in 0 .. count - 1, in any order and on any worker, and returns when
 * all are done. The caller is one of the workers. Allocates nothing. NULL is the calling thread alone, and so is
 * every thread pool in a child process that was forked after its creation. */
void digitnet__thread_pool_run(digitnet__thread_pool *threads, digitnet__task_fn run, void *context, size_t count);
/* Keeps each worker but the caller to one of the processors that the calling thread may use: the second worker to the
 * second of them, and so on. The caller binds itself, to the first. */
void digitnet__thread_pool_bind(digitnet__thread_pool *threads);
/* Workers including the caller; 1 for NULL. */
size_t digitnet__thread_pool_size(const digitnet__thread_pool *threads);
void digitnet__thread_pool_free(digitnet__thread_pool *threads);

#endif
