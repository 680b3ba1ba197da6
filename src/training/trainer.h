/* One step of training: a batch forward and backward, the gradients reduced, the weights updated. */
#ifndef DNN_TRAINING_TRAINER_H
#define DNN_TRAINING_TRAINER_H

#include "core/threads.h"
#include "digitnet/training.h"
#include "engine/pass.h"
#include "model/model.h"
#include "training/loss_batch.h"

typedef struct digitnet__trainer digitnet__trainer;

/* Sees, and may change, the flat gradient of a step before the update: the place for its norm, and for an exchange with
 * other processes. Where there is none, blocks are updated while they are in cache. */
typedef digitnet_status (*digitnet__gradient_fn)(digitnet__trainer *trainer, float *gradient, size_t count,
                                                 void *context);

struct digitnet__trainer {
    digitnet_model *model; /* borrowed, as the data set and the threads */
    const digitnet_dataset *dataset;
    digitnet__thread_pool *threads;
    digitnet__gradient_fn on_gradient; /* NULL: nobody */
    void *gradient_context;
    digitnet__pass pass;
    digitnet__loss_batch batch;
    /* The current batch. */
    const size_t *indices;
    size_t count, phase;
    bool diverged; /* the last batch's loss was not finite */
};

digitnet_status digitnet__trainer_create(digitnet__trainer *trainer, digitnet_model *model, const digitnet__loss *loss,
                                         const digitnet_dataset *dataset, size_t batch_size,
                                         digitnet__thread_pool *threads);
void digitnet__trainer_release(digitnet__trainer *trainer);

/* Samples of the data set, and what is random in their step: that follows an epoch and numbers of the samples. */
typedef struct digitnet__trainer_batch {
    const size_t *indices, *numbers;
    size_t count;
    uint64_t epoch;
} digitnet__trainer_batch;

/* Trains on a batch: its scores are added to the progress, which is moved on by the step but for the place in the
 * epoch. EDIVERGED, before any weight is changed, where the loss is not finite; the failure of a source or a custom
 * loss leaves all as it was too. */
digitnet_status digitnet__trainer_run(digitnet__trainer *trainer, digitnet__progress *progress,
                                      const digitnet__trainer_batch *batch);
/* The same on the samples with these indices, in the model's present epoch, with all of the training's progress. */
digitnet_status digitnet__trainer_step(digitnet__trainer *trainer, const size_t *indices, size_t count);

#endif
