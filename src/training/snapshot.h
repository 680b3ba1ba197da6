/* A training as it was at one moment: weights and state, the optimizer's moments and learning rate, and the place. */
#ifndef DNN_TRAINING_SNAPSHOT_H
#define DNN_TRAINING_SNAPSHOT_H

#include "model/model.h"
#include "training/ranks.h"

typedef struct digitnet__snapshot {
    float *parameters, *state, *moments;
    digitnet_schedule schedule; /* with the learning rate */
    digitnet__progress progress;
    bool taken;
} digitnet__snapshot;

/* With all its memory, so that taking one allocates nothing. `model` is compiled. */
digitnet_status digitnet__snapshot_create(digitnet__snapshot *snapshot, const digitnet_model *model);
void digitnet__snapshot_release(digitnet__snapshot *snapshot);
void digitnet__snapshot_take(digitnet__snapshot *snapshot, const digitnet_model *model);
/* EDIVERGED where a weight or a moment of the optimizer is not finite. */
digitnet_status digitnet__snapshot_check_finite(const digitnet_model *model);
/* One that has been taken. */
void digitnet__snapshot_restore(digitnet_model *model, const digitnet__snapshot *snapshot);
/* Gives the training of one rank to all others. */
digitnet_status digitnet__snapshot_broadcast(digitnet_model *model, digitnet__ranks *ranks, size_t root);

#endif
