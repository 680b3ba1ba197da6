/* Predictions for all samples of a data set, batch by batch, in memory that is allocated once. */
#ifndef DNN_EVALUATION_PREDICTIONS_H
#define DNN_EVALUATION_PREDICTIONS_H

#include "core/memory.h"
#include "digitnet/dataset.h"
#include "digitnet/inference.h"
#include "kernels/kernels.h"

/* What is read of a sample beside its image. */
typedef enum digitnet__answers { DNN_ANSWERS_NONE, DNN_ANSWERS_LABELS, DNN_ANSWERS_TARGETS } digitnet__answers;

typedef struct digitnet__predictions {
    const digitnet_dataset *dataset; /* borrowed */
    const digitnet__kernels *kernels;
    const char *caller; /* for messages */
    digitnet__answers answers;
    digitnet_progress_fn progress;
    void *user_data;
    digitnet_session *session; /* a copy of the model, which is free meanwhile */
    size_t total, done, batch_size;
    size_t image_values, outputs;
    digitnet__arena arena; /* of a batch: */
    size_t indices, images, scores, labels, targets;
    size_t count; /* samples of the last batch */
} digitnet__predictions;

/* The data set has these answers, labels in range and as many targets as the model has outputs, one label a sample; its
 * images are checked. */
digitnet_status digitnet__predictions_create(digitnet__predictions *predictions, const digitnet_model *model,
                                             const digitnet_dataset *dataset, digitnet__answers answers,
                                             const digitnet_predict_options *options, const char *caller);
void digitnet__predictions_release(digitnet__predictions *predictions);

/* The next batch, within digitnet__compute_enter(); where `done` is `total` there is none. */
digitnet_status digitnet__predictions_next(digitnet__predictions *predictions);
/* Of that batch. NULL for answers that are not read. */
const float *digitnet__predictions_scores(const digitnet__predictions *predictions);
const int32_t *digitnet__predictions_labels(const digitnet__predictions *predictions);
const float *digitnet__predictions_targets(const digitnet__predictions *predictions);
/* Tells the program how many samples are done, once the batch is. */
digitnet_status digitnet__predictions_report(const digitnet__predictions *predictions);

#endif
