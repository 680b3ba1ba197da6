/* One step of training: a batch forward and backward, the gradients reduced, the weights updated. */
#ifndef DNN_TRAINING_TRAINER_H
#define DNN_TRAINING_TRAINER_H

#include "core/threads.h"
#include "digitnet/training.h"
#include "engine/pass.h"
#include "model/model.h"
#include "training/loss.h"

typedef struct digitnet__trainer digitnet__trainer;

/* Sees, and may change, the flat gradient of a step before the update: the place for its norm, and for an exchange with
 * other processes. Where there is none, blocks are updated while they are in cache. */
typedef digitnet_status (*digitnet__gradient_fn)(digitnet__trainer *trainer, float *gradient, size_t count,
                                                 void *context);

struct digitnet__trainer {
    digitnet_model *model; /* borrowed, as the data set and the threads */
    const digitnet_dataset *dataset;
    digitnet__thread_pool *threads;
    const digitnet__loss_kind *loss;
    digitnet__gradient_fn on_gradient; /* NULL: nobody */
    void *gradient_context;
    digitnet__pass pass;
    digitnet__arena arena; /* a batch's: */
    size_t labels, targets, weights, scores;
    size_t scratch, scratch_size; /* for gathering, one after another for each worker; a multiple of DNN_ALIGNMENT */
    size_t target_values;         /* of a sample; 0: the loss is given labels */
    /* The current batch. */
    const size_t *indices;
    size_t count, phase;
    bool diverged; /* the last batch's loss was not finite */
};

digitnet_status digitnet__trainer_create(digitnet__trainer *trainer, digitnet_model *model,
                                         const digitnet_dataset *dataset, size_t batch_size,
                                         digitnet__thread_pool *threads);
void digitnet__trainer_release(digitnet__trainer *trainer);

/* Trains on the samples with these indices, in the model's present epoch, and adds their scores to the training's
 * progress. EDIVERGED, before any weight is changed, where the loss is not finite; a source's failure leaves all as it
 * was too. */
digitnet_status digitnet__trainer_step(digitnet__trainer *trainer, const size_t *indices, size_t count);

#endif
