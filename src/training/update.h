/* What follows a batch's backward pass: its gradient reduced, and the weights updated. */
#ifndef DNN_TRAINING_UPDATE_H
#define DNN_TRAINING_UPDATE_H

#include "core/threads.h"
#include "engine/pass.h"
#include "model/model.h"

/* Sees, and may change, the flat gradient of a batch: the place for an exchange with other processes. */
typedef digitnet_status (*digitnet__gradient_fn)(float *gradient, size_t count, void *context);

typedef struct digitnet__update {
    digitnet_model *model; /* borrowed, as the pass and the threads */
    const digitnet__pass *pass;
    digitnet__thread_pool *threads;
    digitnet__gradient_fn on_gradient; /* NULL: nobody */
    void *gradient_context;
    double *norms; /* of each task's part of each tensor; then their factors; NULL: nobody asks */
    /* The current batch: */
    size_t count, copies;
    bool steps; /* the weights move: with the last of the batches whose gradients are accumulated */
    digitnet__optimizer_step step;
} digitnet__update;

/* With all its memory. The model is compiled. */
digitnet_status digitnet__update_create(digitnet__update *update, digitnet_model *model, const digitnet__pass *pass,
                                        digitnet__thread_pool *threads);
void digitnet__update_release(digitnet__update *update);

/* After the backward pass of all ranges of a batch of `count`, whose gradient is the sum of so many copies (see
 * digitnet__pass_reduce_block()), or, with 0, complete already; the progress is moved on. A failure is the hook's
 * alone, and changes nothing. */
digitnet_status digitnet__update_run(digitnet__update *update, digitnet__progress *progress, size_t count,
                                     size_t copies);

#endif
