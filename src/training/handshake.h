/* What must be alike on all ranks of a fit, for their weights to be the same bits. */
#ifndef DNN_TRAINING_HANDSHAKE_H
#define DNN_TRAINING_HANDSHAKE_H

#include "digitnet/training.h"
#include "model/model.h"
#include "training/ranks.h"

typedef struct digitnet__handshake {
    const digitnet_model *model; /* compiled */
    const digitnet_dataset *train, *validation;
    const digitnet_fit_options *options;
    size_t batch_size, until_epoch;
} digitnet__handshake;

/* Before all else: EVERSION where the ranks' libraries are of different versions. */
digitnet_status digitnet__handshake_versions(digitnet__ranks *ranks);
/* EINVAL, on all ranks and with the same message, naming the first thing that is not alike, with both values. */
digitnet_status digitnet__handshake_run(const digitnet__handshake *own, digitnet__ranks *ranks);

#endif
