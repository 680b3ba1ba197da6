/* Memory for forward passes on one thread, and the pass itself. */
#ifndef DNN_MODEL_WORKSPACE_H
#define DNN_MODEL_WORKSPACE_H

#include "core/memory.h"
#include "model/network.h"

typedef struct digitnet__workspace {
    const digitnet__network *network; /* borrowed */
    size_t capacity;                  /* images at a time */
    digitnet__arena arena;
    size_t buffers[2]; /* a step reads one and writes the other */
    size_t scratch;
} digitnet__workspace;

digitnet_status digitnet__workspace_create(digitnet__workspace *workspace, const digitnet__network *network,
                                           size_t capacity);
void digitnet__workspace_release(digitnet__workspace *workspace);

/* Where up to `capacity` images are put, as floats. */
float *digitnet__workspace_input(const digitnet__workspace *workspace);
/* The outputs of the `count` images that stand there, valid until the next use; of a classifier, the logits before its
 * softmax. */
float *digitnet__workspace_forward(const digitnet__workspace *workspace, size_t count);

#endif
