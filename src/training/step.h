/* One step of training: a batch forward and backward, and the optimizer's update. */
#ifndef DNN_TRAINING_STEP_H
#define DNN_TRAINING_STEP_H

#include "core/threads.h"
#include "digitnet/training.h"
#include "model/pass.h"
#include "training/loss.h"
#include "training/training.h"

typedef struct digitnet__stepper {
    digitnet_model *model; /* borrowed, as the data set and the pool */
    const digitnet_dataset *dataset;
    digitnet__thread_pool *pool;
    digitnet__pass pass;
    digitnet__arena arena; /* a batch's: */
    size_t labels, scores;
    const size_t *indices; /* of the batch at hand */
    size_t count;
    bool diverged; /* the last batch's loss was not finite */
} digitnet__stepper;

digitnet_status digitnet__stepper_create(digitnet__stepper *stepper, digitnet_model *model,
                                         const digitnet_dataset *dataset, size_t batch_size,
                                         digitnet__thread_pool *pool);
void digitnet__stepper_release(digitnet__stepper *stepper);

/* Trains on the samples with these indices, in the model's present epoch, and adds what they come to to the training's
 * progress. EDIVERGED, before any weight is changed, where the loss is not finite; a source's failure leaves all as it
 * was too. */
digitnet_status digitnet__stepper_run(digitnet__stepper *stepper, const size_t *indices, size_t count);

#endif
