/* What compile adds to a model: the optimizer and the place in the training. */
#ifndef DNN_TRAINING_TRAINING_H
#define DNN_TRAINING_TRAINING_H

#include "digitnet/training.h"
#include "model/model.h"
#include "optimizer/optimizer.h"

/* Everything but the optimizer's flat state: copied as a whole at an epoch's end, so that a diverged fit can go back. */
typedef struct dnn_progress {
    uint64_t epochs_done;
    uint64_t steps_done; /* optimizer steps since compile */
    /* A place within an epoch, all zero between two: */
    uint64_t batches_done;
    uint64_t image_count, batch_size; /* of the fit that was stopped there; another one begins the epoch anew */
    double loss_sum;                  /* over the images of the batches done */
    uint64_t correct;
} dnn_progress;

typedef struct dnn_training {
    dnn_optimizer_settings settings; /* kind, rates */
    digitnet_loss loss;
    uint64_t seed;
    dnn_progress progress;
    float *state; /* dnn_optimizer_slots() blocks of parameter_count values, each in the layout of the parameters */
} dnn_training;

/* Of a compiled model; NULL before. */
dnn_training *dnn_model_training(const digitnet_model *model);
/* Gives a model a training of its own with a zeroed state, in place of the one it has. Checks the settings. For compile and import. */
digitnet_status dnn_model_attach_training(digitnet_model *model, const dnn_optimizer_settings *settings, digitnet_loss loss, uint64_t seed);

#endif
