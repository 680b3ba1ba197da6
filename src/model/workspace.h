/* Memory for forward passes on one thread, and the pass itself. */
#ifndef DNN_MODEL_WORKSPACE_H
#define DNN_MODEL_WORKSPACE_H

#include "core/memory.h"
#include "model/network.h"

typedef struct dnn_workspace {
    const dnn_network *network; /* borrowed */
    size_t capacity;            /* images at a time */
    dnn_arena arena;
    size_t buffers[2]; /* a step reads one and writes the other */
    size_t scratch;
} dnn_workspace;

digitnet_status dnn_workspace_create(dnn_workspace *workspace, const dnn_network *network, size_t capacity);
void dnn_workspace_release(dnn_workspace *workspace);

/* Where up to `capacity` images are put, as floats. */
float *dnn_workspace_input(const dnn_workspace *workspace);
/* The outputs of the `count` images that stand there, valid until the next use; of a classifier, the logits before its
 * softmax. */
float *dnn_workspace_forward(const dnn_workspace *workspace, size_t count);

#endif
