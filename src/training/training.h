/* What compile adds to a model: the optimizer and the place in the training. */
#ifndef DNN_TRAINING_TRAINING_H
#define DNN_TRAINING_TRAINING_H

#include "digitnet/training.h"
#include "model/model.h"
#include "optimizer/optimizer.h"

enum { DNN_DEFAULT_GRADIENT_RANGES = 8, DNN_LARGEST_GRADIENT_RANGES = 256 };

/* Everything that a fit moves on but the weights and the optimizer's flat state. */
typedef struct digitnet__progress {
    uint64_t epochs_done;
    uint64_t steps_done; /* optimizer steps since compile */
    /* A place within an epoch, all zero between two: */
    uint64_t batches_done;
    uint64_t image_count, batch_size; /* of the fit that was stopped there; another one begins the epoch anew */
    double loss_sum;                  /* over the images of the batches done */
    uint64_t correct;
} digitnet__progress;

typedef struct digitnet__training {
    digitnet__optimizer_settings settings;
    digitnet_loss loss;
    uint64_t seed;
    size_t gradient_ranges; /* that a batch is cut into */
    digitnet__progress progress;
    float
        *state; /* digitnet__optimizer_slots() blocks of parameter_count values, each in the layout of the parameters */
} digitnet__training;

/* A training at its beginning, with a zeroed state and the default gradient_ranges. */
digitnet_status digitnet__training_create(digitnet__training **out, const digitnet__optimizer_settings *settings,
                                          digitnet_loss loss, uint64_t seed, size_t parameter_count);
void digitnet__training_free(digitnet__training *training);
/* Gives a model a training, which it owns from then on, in place of the one that it has. */
void digitnet__training_attach(digitnet_model *model, digitnet__training *training);

/* How many values the optimizer's state of a compiled model has. */
size_t digitnet__training_state_values(const digitnet_model *model);
/* EDIVERGED where a weight or a moment of the optimizer is not finite. */
digitnet_status digitnet__training_check_finite(const digitnet_model *model);

/* ESHAPE where a data set's images do not fit the model, EINVAL where its labels do not. */
digitnet_status digitnet__training_check_dataset(const digitnet__network *network, const digitnet_dataset *dataset,
                                                 const char *role);
/* EINVAL naming the first of these labels, of the samples with these indices, that is not below `classes`. */
digitnet_status digitnet__training_check_labels(const int32_t *labels, const size_t *indices, size_t count,
                                                size_t classes);

#endif
