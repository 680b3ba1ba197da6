/* What compile adds to a model: the optimizer, the loss, and the place in the training. */
#ifndef DNN_MODEL_TRAINING_H
#define DNN_MODEL_TRAINING_H

#include "digitnet/training.h"
#include "optimizer/optimizer.h"
#include "optimizer/plateau.h"

/* Everything that a fit moves on but the weights and the optimizer's flat state. */
typedef struct digitnet__progress {
    uint64_t epochs_done;
    uint64_t steps_done;  /* optimizer steps since compile */
    uint64_t accumulated; /* batches whose gradients wait for the next step */
    double momentum_product;
    digitnet__plateau plateau;
    /* A place within an epoch, all zero between two: */
    uint64_t batches_done;
    uint64_t image_count, batch_size; /* of the fit that was stopped there; another one begins the epoch anew */
    double loss_sum;                  /* over the images of the batches done */
    uint64_t correct;
} digitnet__progress;

enum { DNN_MAX_GRADIENT_RANGES = 256 };

/* All values are set: defaults are filled in by digitnet__loss_settings_read(). */
typedef struct digitnet__loss_settings {
    digitnet_loss kind;
    int32_t from_logits, class_balancing; /* 0 or 1 */
    double label_smoothing, alpha, gamma, delta;
} digitnet__loss_settings;

typedef struct digitnet__training {
    digitnet__optimizer_settings settings;
    digitnet__loss_settings loss;
    uint64_t seed;
    uint64_t gradient_ranges; /* that a batch is cut into, at most; 0: by its size */
    digitnet__progress progress;
    float
        *state; /* digitnet__optimizer_slots() blocks of parameter_count values, each in the layout of the parameters */
} digitnet__training;

/* The place before the first epoch, and between two: all of it that outlives an epoch. */
digitnet__progress digitnet__progress_begin(void);
digitnet__progress digitnet__progress_between(const digitnet__progress *progress);

/* A training with these settings and this place, and a zeroed state of its own. */
digitnet_status digitnet__training_create(digitnet__training **out, const digitnet__training *settings,
                                          size_t parameter_count);
digitnet_status digitnet__training_copy(digitnet__training **out, const digitnet__training *training,
                                        size_t parameter_count);
/* The average of the weights; NULL where none is kept. */
float *digitnet__training_average(const digitnet__training *training, size_t parameter_count);
void digitnet__training_free(digitnet__training *training);

#endif
