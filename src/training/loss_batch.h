/* What the loss is given for a batch, and what it finds: for training and evaluation alike. */
#ifndef DNN_TRAINING_LOSS_BATCH_H
#define DNN_TRAINING_LOSS_BATCH_H

#include "core/memory.h"
#include "kernels/compute.h"
#include "training/dataset_check.h"
#include "training/loss.h"

typedef struct digitnet__loss_batch {
    digitnet__loss loss;
    const digitnet__compute *caller; /* whose call this is; a custom loss has its floating-point mode */
    const float *class_weights;      /* borrowed; NULL: each is 1 */
    digitnet__shape output;          /* of a sample */
    size_t target_values;            /* of a sample; 0: the loss is given labels */
    size_t max_labels;               /* of a sample */
    size_t scratch_size;             /* of a worker */
    size_t workers;
    digitnet__arena arena; /* where these are: */
    size_t labels, label_counts, targets, weights, scores, losses, failures, scratch;
} digitnet__loss_batch;

/* For batches of up to `capacity` samples of a data set that digitnet__dataset_check() has taken. */
digitnet_status digitnet__loss_batch_create(digitnet__loss_batch *batch, const digitnet__loss *loss,
                                            digitnet__shape output, const digitnet_dataset *dataset, size_t capacity,
                                            size_t workers);
void digitnet__loss_batch_release(digitnet__loss_batch *batch);

/* What is to be gathered for samples first .. first + count - 1 of the batch, whose places in the data set are
 * `indices`. */
digitnet_batch digitnet__loss_batch_part(const digitnet__loss_batch *batch, const size_t *indices, float *images,
                                         size_t first, size_t count);

/* The scores of these samples from their outputs, and, unless NULL, the gradient by the outputs, times `scale`.
 * Different parts may run at the same time, on different workers. */
void digitnet__loss_batch_run(const digitnet__loss_batch *batch, const float *outputs, float *gradient, size_t first,
                              size_t count, float scale, size_t worker);
/* Once all parts have run: the status of the first for which a custom loss failed, with its message. */
digitnet_status digitnet__loss_batch_check(digitnet__loss_batch *batch);
/* One a sample. */
digitnet__score *digitnet__loss_batch_scores(const digitnet__loss_batch *batch);

#endif
