/* Evaluation with memory that is allocated once: for digitnet_model_evaluate(), and for each epoch of a fit. */
#ifndef DNN_TRAINING_EVALUATOR_H
#define DNN_TRAINING_EVALUATOR_H

#include "core/threads.h"
#include "digitnet/training.h"
#include "engine/workspace.h"
#include "training/loss_batch.h"
#include "training/rank_data.h"

typedef struct digitnet__evaluator {
    const digitnet__network *network; /* borrowed, as the threads and the data */
    digitnet__rank_data *data;
    digitnet__thread_pool *threads;
    digitnet__ranks *ranks; /* that share each batch */
    bool activates;         /* the loss wants the outputs behind the last activation */
    size_t batch_size;
    digitnet__workspaces workspaces;
    digitnet__loss_batch batch;
    digitnet__arena arena; /* one batch's: */
    size_t indices, images;
    size_t batch_count;     /* images in the current batch */
    digitnet__share chunks; /* of it, this rank's */
} digitnet__evaluator;

/* Allocates the memory of the data too. */
digitnet_status digitnet__evaluator_create(digitnet__evaluator *evaluator, const digitnet__network *network,
                                           const digitnet__loss *loss, digitnet__rank_data *data, size_t batch_size,
                                           digitnet__thread_pool *threads);
void digitnet__evaluator_release(digitnet__evaluator *evaluator);
/* Means over the whole data set, on all ranks. Fails only where a source, a custom loss or a communicator does. */
digitnet_status digitnet__evaluator_run(digitnet_metrics *metrics, digitnet__evaluator *evaluator);

#endif
