/* Evaluation with memory that is booked once: for digitnet_model_evaluate(), and for each epoch of a fit. */
#ifndef DNN_TRAINING_EVALUATOR_H
#define DNN_TRAINING_EVALUATOR_H

#include "core/threads.h"
#include "digitnet/training.h"
#include "model/workspace.h"
#include "training/loss.h"

typedef struct dnn_evaluator {
    const dnn_network *network; /* borrowed, as the pool and the data set */
    const digitnet_dataset *dataset;
    dnn_pool *pool;
    size_t batch_size;
    dnn_workspace *workspaces; /* one a worker */
    size_t workspace_count;
    dnn_arena arena; /* one batch's: */
    size_t indices, labels, scores, images;
    size_t batch_count; /* images in the batch at hand */
} dnn_evaluator;

digitnet_status dnn_evaluator_create(dnn_evaluator *evaluator, const dnn_network *network,
                                     const digitnet_dataset *dataset, size_t batch_size, dnn_pool *pool);
void dnn_evaluator_release(dnn_evaluator *evaluator);
/* Means over the whole data set. Fails only where a source does. */
digitnet_status dnn_evaluator_run(digitnet_metrics *metrics, dnn_evaluator *evaluator);

#endif
