/* Memory for inference on one thread or several, and the pass over the plan for inference. */
#ifndef DNN_ENGINE_WORKSPACE_H
#define DNN_ENGINE_WORKSPACE_H

#include "core/memory.h"
#include "core/threads.h"
#include "engine/network.h"

typedef struct digitnet__workspace {
    const digitnet__network *network; /* borrowed */
    size_t capacity;                  /* images at a time */
    digitnet__arena arena;
    size_t *offsets; /* of the plan's values, in floats */
    size_t values, scratch, inputs;
} digitnet__workspace;

digitnet_status digitnet__workspace_create(digitnet__workspace *workspace, const digitnet__network *network,
                                           size_t capacity);
void digitnet__workspace_release(digitnet__workspace *workspace);

/* One for each worker of a thread pool. */
typedef struct digitnet__workspaces {
    digitnet__workspace *of_workers;
    size_t count;
} digitnet__workspaces;

digitnet_status digitnet__workspaces_create(digitnet__workspaces *workspaces, const digitnet__network *network,
                                            size_t capacity, digitnet__thread_pool *threads);
void digitnet__workspaces_release(digitnet__workspaces *workspaces);

/* Where up to `capacity` images are put, as floats. */
float *digitnet__workspace_input(const digitnet__workspace *workspace);
/* The outputs of the `count` images that stand there, before the activation that the plan leaves out; valid until the
 * next use. */
float *digitnet__workspace_forward(const digitnet__workspace *workspace, size_t count);
/* Applies that activation to them, in place. */
void digitnet__workspace_activate(const digitnet__workspace *workspace, float *outputs, size_t count);

#endif
