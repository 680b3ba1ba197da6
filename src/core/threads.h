/* A pool of threads that belongs to one call or one session. */
#ifndef DNN_CORE_THREADS_H
#define DNN_CORE_THREADS_H

#include <stddef.h>

#include "digitnet/status.h"

typedef struct dnn_pool dnn_pool;

/* Runs one of `count` tasks; `worker`, below dnn_pool_size(), says whose scratch memory to use. */
typedef void (*dnn_task_fn)(void *context, size_t task, size_t worker);

/* The processors that this process may use, at least 1. */
size_t dnn_processor_count(void);

/* The calling thread and threads - 1 others, fewer where one cannot be started. Signals are blocked in them. EINVAL
 * above 256. */
digitnet_status dnn_pool_create(dnn_pool **out, size_t threads);
/* Calls run(context, task, worker) for every task in 0 .. count - 1, in any order and on any worker, and returns when
 * all are done. The caller is one of the workers. Allocates nothing. A NULL pool is the calling thread alone, and so is
 * every pool in a child process that was forked after its creation. */
void dnn_pool_run(dnn_pool *pool, dnn_task_fn run, void *context, size_t count);
/* Workers including the caller; 1 for NULL. */
size_t dnn_pool_size(const dnn_pool *pool);
void dnn_pool_free(dnn_pool *pool);

#endif
