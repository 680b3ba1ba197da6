/* One step of training: a batch forward and backward, the gradients reduced, the weights updated. */
#ifndef DNN_TRAINING_TRAINER_H
#define DNN_TRAINING_TRAINER_H

#include "core/threads.h"
#include "digitnet/training.h"
#include "engine/pass.h"
#include "model/model.h"
#include "training/loss_batch.h"
#include "training/rank_data.h"
#include "training/update.h"

typedef struct digitnet__trainer {
    digitnet_model *model; /* borrowed, as the data and the threads */
    digitnet__rank_data *data;
    digitnet__thread_pool *threads;
    digitnet__ranks *ranks; /* that share each batch */
    digitnet__pass pass;
    digitnet__update update;
    digitnet__loss_batch batch;
    digitnet__arena arena;
    digitnet__rows *rows; /* what the ranks exchange for the gradients; NULL: there is one rank */
    size_t row_count;
    size_t scratch, scratch_size; /* for gathering, one after another for each worker; a multiple of DNN_ALIGNMENT */
    /* The current batch. */
    const size_t *indices;
    size_t count, phase;
    digitnet__share ranges; /* this rank's */
    bool diverged;          /* the last batch's loss was not finite */
} digitnet__trainer;

/* Allocates the memory of the data and their ranks too. */
digitnet_status digitnet__trainer_create(digitnet__trainer *trainer, digitnet_model *model, const digitnet__loss *loss,
                                         digitnet__rank_data *data, size_t batch_size, digitnet__thread_pool *threads);
void digitnet__trainer_release(digitnet__trainer *trainer);

/* Samples of the data set, and what is random in their step: that follows an epoch and numbers of the samples. */
typedef struct digitnet__trainer_batch {
    const size_t *indices, *numbers;
    size_t count;
    uint64_t epoch;
} digitnet__trainer_batch;

/* Trains on a batch, all ranks on the same: its scores are added to the progress, which is moved on by the step but for
 * the place in the epoch. EDIVERGED, before any weight is changed, where the loss is not finite; the failure of a
 * source or a custom loss, on any rank, leaves all as it was too. */
digitnet_status digitnet__trainer_run(digitnet__trainer *trainer, digitnet__progress *progress,
                                      const digitnet__trainer_batch *batch);
/* The same on the samples with these indices, in the model's present epoch, with all of the training's progress. */
digitnet_status digitnet__trainer_step(digitnet__trainer *trainer, const size_t *indices, size_t count);

#endif
