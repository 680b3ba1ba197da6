/** @file training.h  Compile, fit, evaluate. */
#ifndef DIGITNET_TRAINING_H
#define DIGITNET_TRAINING_H

#include <stddef.h>
#include <stdint.h>

#include "digitnet/dataset.h"
#include "digitnet/model.h"

DIGITNET_BEGIN_DECLARATIONS

typedef enum digitnet_optimizer { DIGITNET_SGD = 1, DIGITNET_ADAM = 2 } digitnet_optimizer;

/** The loss: minus the logarithm of the probability that the model gives to the label. */
typedef enum digitnet_loss { DIGITNET_SPARSE_CATEGORICAL_CROSSENTROPY = 1 } digitnet_loss;

/** The optimizer's settings; zero is Keras's default. */
typedef struct digitnet_compile_options {
    size_t struct_size;
    size_t reserved;
    /** Zero: 0.001 for Adam, 0.01 for SGD. */
    double learning_rate;
    /** Adam. Zero: 0.9, 0.999, 1e-7. */
    double beta_1, beta_2, epsilon;
    /** SGD. Zero: none. */
    double momentum;
    /** Where initial weights, shuffles and dropout come from; the same seed gives the same bits. 0 is a seed like any
     * other. */
    uint64_t seed;
    /** SGD with momentum: 1 for Nesterov's. */
    int32_t nesterov;
    int32_t reserved_2;
} digitnet_compile_options;

/**
 * Makes the model ready to train. The first compile fixes the layers and draws the weights from the seed; a later one
 * keeps the weights and starts the optimizer and the count of epochs anew.
 *
 * @return DIGITNET_OK; EINVAL for NULL, an unknown enumerator, or a setting out of range (rates finite and positive,
 *         betas and momentum in [0, 1), `nesterov` without momentum); ESHAPE where the model does not end in a flat
 *         softmax; ESTATE for a model without layers or in use; ELIMIT; ENOMEM; the status of the first builder that
 *         failed, with its message.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_compile(digitnet_model *model,
                                                                         digitnet_optimizer optimizer,
                                                                         digitnet_loss loss);
/** digitnet_model_compile() with options; NULL is all defaults. */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_compile_ex(digitnet_model *model,
                                                                            digitnet_optimizer optimizer,
                                                                            digitnet_loss loss,
                                                                            const digitnet_compile_options *options);

/**
 * Changes the learning rate, between fits or from a callback (from DIGITNET_EPOCH_BEGIN it holds for that whole epoch).
 *
 * @return DIGITNET_OK; EINVAL where it is not finite and positive; ESTATE before compile or while the model is in use.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_set_learning_rate(digitnet_model *model,
                                                                                   double learning_rate);
/** Reads the learning rate. @return DIGITNET_OK; EINVAL; ESTATE before compile or while the model is being changed. */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_get_learning_rate(double *out,
                                                                                   const digitnet_model *model);

typedef enum digitnet_event_kind {
    DIGITNET_FIT_BEGIN = 1,
    DIGITNET_EPOCH_BEGIN = 2,
    DIGITNET_BATCH_END = 3,
    DIGITNET_EPOCH_END = 4,
    DIGITNET_FIT_END = 5
} digitnet_event_kind;

/** What a callback is told. */
typedef struct digitnet_event {
    size_t struct_size;
    digitnet_model *model;
    /** The epoch at hand, from 1, counted over all fits of the model, and the one at which this fit ends. */
    size_t epoch, epochs;
    /** Batches of this epoch that are done, and how many it has. */
    size_t batch, batches;
    /** Means over the images of the epoch so far. */
    double loss, accuracy;
    /** NaN before the epoch's end, or where there is no validation. After the last epoch FIT_END tells of that one
     * again. */
    double validation_loss, validation_accuracy;
    /** Seconds spent training in this epoch so far, validation left out. */
    double seconds;
    digitnet_event_kind kind;
    int32_t reserved;
} digitnet_event;

/**
 * Called on the thread that called digitnet_model_fit(). 0 goes on, 1 stops after the step at hand, a negative
 * digitnet_status ends the fit with that status (any other value: ECALLBACK). FIT_END comes once for every FIT_BEGIN
 * that was delivered, however the fit ends; its result is ignored.
 */
typedef int (*digitnet_callback_fn)(const digitnet_event *event, void *user_data);

typedef struct digitnet_callback {
    digitnet_callback_fn call;
    void *user_data;
} digitnet_callback;

typedef struct digitnet_fit_options {
    size_t struct_size;
    /** Epochs from now on; zero: 1. */
    size_t epochs;
    /** Instead of `epochs`: train until the model has done this many in all. Nothing is done where it has. */
    size_t until_epoch;
    /** Zero: 32. */
    size_t batch_size;
    /** Zero: as many as processors that the process may use; at most 256. The result does not depend on it. */
    size_t threads;
    size_t callback_count;
    const digitnet_callback *callbacks;
    /** Evaluated after each epoch; NULL: none. */
    const digitnet_dataset *validation;
    /** Instead of `validation`: the last part of the training set, 0 <= fraction < 1, cut off before shuffling. */
    double validation_fraction;
    int32_t no_shuffle;
    int32_t reserved;
} digitnet_fit_options;

typedef struct digitnet_history digitnet_history;

/**
 * Trains the model. Each epoch goes once over all images in an order drawn from the seed and the epoch; the last batch
 * may be smaller. The weights do not depend on the number of threads, and fitting 3 epochs and then 2 is the same as
 * fitting 5.
 *
 * How it may end:
 * - refused before the first step (see the statuses): nothing has changed, `*history` is NULL;
 * - all epochs done, or stopped by a callback or digitnet_model_request_stop(): DIGITNET_OK. A stop within an epoch
 *   keeps the place in it, in a saved file too: the next fit first finishes that epoch, bit for bit as if there had
 *   been no stop (where the number of images and the batch size are the same; else it begins the epoch anew);
 * - a callback or a source failed: its status, with the weights after the last whole step;
 * - the loss, a weight or a moment of the optimizer is no longer finite: EDIVERGED, with the weights and the
 *   optimizer's state of the last epoch's end, or from before this call.
 *
 * After any step `*history` is given, whatever the status. `history` may be NULL.
 *
 * @return DIGITNET_OK; EINVAL for NULL, for labels out of range, for `epochs` with `until_epoch` or `validation` with a
 *         fraction; ESHAPE where images do not fit the model; ESTATE before compile or while the model is in use;
 *         ENOMEM; ELIMIT; EDIVERGED; a callback's or a source's status.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_fit(digitnet_history **history, digitnet_model *model,
                                                                     const digitnet_dataset *train,
                                                                     const digitnet_fit_options *options);

/**
 * Asks the fit that runs, or the next one, to stop after the batch at hand. May be called from any thread, and from a
 * signal handler. Consumed by the fit that it stops. Does nothing for NULL.
 */
DIGITNET_API void digitnet_model_request_stop(digitnet_model *model);
/** Takes a request to stop back. May be called from any thread. Does nothing for NULL. */
DIGITNET_API void digitnet_model_clear_stop(digitnet_model *model);

typedef enum digitnet_metric {
    DIGITNET_METRIC_LOSS = 0,
    DIGITNET_METRIC_ACCURACY = 1,
    DIGITNET_METRIC_VALIDATION_LOSS = 2,
    DIGITNET_METRIC_VALIDATION_ACCURACY = 3,
    DIGITNET_METRIC_SECONDS = 4
} digitnet_metric;

typedef enum digitnet_end {
    DIGITNET_END_COMPLETED = 0,
    DIGITNET_END_CALLBACK = 1,
    DIGITNET_END_REQUESTED = 2,
    DIGITNET_END_FAILED = 3
} digitnet_end;

/**
 * One value for each epoch that this fit finished, in order; `*count` (may be NULL) receives their number. Validation
 * figures are NaN where there was none. The values belong to the history. NULL for a NULL history, an unknown metric or
 * no epochs.
 */
DIGITNET_API const double *digitnet_history_series(size_t *count, const digitnet_history *history,
                                                   digitnet_metric metric);
/** The number, from 1 and over all fits of the model, of the first epoch in this history; 0 for NULL or where there is
 * none. */
DIGITNET_API size_t digitnet_history_first_epoch(const digitnet_history *history);
/** How the fit ended; DIGITNET_END_FAILED for NULL. */
DIGITNET_API digitnet_end digitnet_history_end(const digitnet_history *history);
/**
 * Writes `epoch,loss,accuracy,val_loss,val_accuracy,train_seconds` and a row for each finished epoch; validation
 * figures are left empty where there was none. The file is replaced as a whole.
 *
 * @return DIGITNET_OK; EINVAL; EIO; ESTATE while the same file is being written; ENOMEM.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_history_write_csv(const digitnet_history *history,
                                                                             const char *path);
/** Releases a history; NULL is fine. */
DIGITNET_API void digitnet_history_free(digitnet_history *history);

/** Means over the images of a data set. */
typedef struct digitnet_metrics {
    size_t struct_size;
    /** How many images they are taken over. */
    size_t count;
    double loss, accuracy;
} digitnet_metrics;

typedef struct digitnet_evaluate_options {
    size_t struct_size;
    /** Zero: as many as processors that the process may use; at most 256. The result does not depend on it. */
    size_t threads;
    /** Images worked on at a time; zero: 256. The result does not depend on it with the built-in kernels. */
    size_t batch_size;
    size_t reserved;
} digitnet_evaluate_options;

/**
 * Loss and accuracy of the model on a data set. Needs weights, not an optimizer.
 *
 * @return DIGITNET_OK; EINVAL for NULL or labels out of range; ESHAPE where images do not fit the model, or its output
 *         is no flat softmax; ESTATE without weights or while the model is being changed; EDIVERGED where the network
 *         overflows; ENOMEM; a source's status.
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_evaluate(digitnet_metrics *out,
                                                                          const digitnet_model *model,
                                                                          const digitnet_dataset *dataset,
                                                                          const digitnet_evaluate_options *options);

DIGITNET_END_DECLARATIONS
#endif
