/**
 * @file callbacks.h
 * Callbacks for digitnet_model_fit() that the library has ready.
 *
 *     digitnet_callback *early = NULL;
 *     status = digitnet_callback_create_early_stopping(
 *         &early, DIGITNET_WITH(digitnet_early_stopping_options, .patience = 3, .restore_best = 1));
 *     if (status == DIGITNET_OK)
 *         status = digitnet_model_fit(model, train, DIGITNET_WITH(digitnet_fit_options, .epochs = 50,
 *                                                                 .validation = test, DIGITNET_CALLBACKS(early)));
 *     digitnet_callback_free(early);
 *
 * Each belongs to the program that made it, holds copies of what it was made with, and may be used in one fit after the
 * other: it begins anew in each. One serves one fit at a time. All its memory is allocated when it is made; saving a
 * model allocates as digitnet_model_save() does. One that fails ends the fit with its status.
 *
 * With `validate_ema` of the fit, the figures of the validation, by which epochs are chosen, are those of the average
 * of the weights, but checkpoints and early stopping keep both: the average takes the weights' place by
 * digitnet_model_finalize_weights(), also in a model that was saved and loaded.
 */
#ifndef DIGITNET_CALLBACKS_H
#define DIGITNET_CALLBACKS_H

#include "digitnet/training.h"

#include <stddef.h>
#include <stdint.h>

DIGITNET_BEGIN_DECLARATIONS

/** The figure of each epoch by which one is better than another: losses where they are less, accuracies where they are
 * greater. It has other numbers than digitnet_metric, by which `reduce_on_plateau` names its figure: there 0 is the
 * loss of the training. */
typedef enum digitnet_monitor {
    DIGITNET_MONITOR_VALIDATION_LOSS = 0,     /**< The mean loss over the validation images. */
    DIGITNET_MONITOR_VALIDATION_ACCURACY = 1, /**< The part of the validation images that were right. */
    DIGITNET_MONITOR_LOSS = 2,                /**< The mean loss over the training images. */
    DIGITNET_MONITOR_ACCURACY = 3             /**< The part of the training images that were right. */
} digitnet_monitor;

/** When early stopping stops; zero is the default, as in Keras. */
typedef struct digitnet_early_stopping_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    /** The fit stops after so many epochs in turn without an improvement; zero: after the first. */
    size_t patience;
    /** Epochs at the beginning of the training that are not looked at, counted over all fits of the model. */
    size_t start_from_epoch;
    size_t reserved;  /**< Zero. */
    double min_delta; /**< By how much more than this an epoch must be better to be an improvement; at least 0. */
    /** What an epoch must be better than, too, for the count of epochs without improvement to begin anew. Finite; zero:
     * nothing. */
    double baseline;
    digitnet_monitor monitor; /**< What is looked at; zero: the validation's loss. */
    /** 1: however the fit ends, it ends with the model of the best epoch, its optimizer's state, learning rate and
     * place in the training, by a snapshot: so no other callback of the fit may use one. */
    int32_t restore_best;
} digitnet_early_stopping_options;

/**
 * Makes a callback that stops a fit where it has become no better for some epochs: Keras's EarlyStopping.
 *
 * A fit without validation fails with DIGITNET_EINVAL after its first epoch, where a figure of the validation is what
 * it looks at. Safe from any thread.
 *
 * @param out      receives the callback, the caller's to release with digitnet_callback_free(); NULL after a failure
 * @param options  copied; NULL is all defaults
 * @retval DIGITNET_OK        the callback is made
 * @retval DIGITNET_EINVAL    `out` is NULL, `monitor` is unknown, `min_delta` or `baseline` is out of its range, a flag
 *                            is neither 0 nor 1, or `struct_size` is wrong
 * @retval DIGITNET_ENOMEM    there is not enough memory
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status
digitnet_callback_create_early_stopping(digitnet_callback **out, const digitnet_early_stopping_options *options);

/** Which epochs are saved; zero is the default. */
typedef struct digitnet_checkpoint_options {
    size_t struct_size;       /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    size_t every_epochs;      /**< Saves after epochs whose number is a multiple of this; zero: after each. */
    double baseline;          /**< With `best_only`: what the first one must be better than. Finite; zero: nothing. */
    digitnet_monitor monitor; /**< With `best_only`, what makes one better; zero: the validation's loss. */
    int32_t best_only;        /**< 1: saves where the epoch is better than the one of this fit that was saved last. */
} digitnet_checkpoint_options;

/**
 * Makes a callback that saves the model after epochs: Keras's ModelCheckpoint.
 *
 * Each file is written by digitnet_model_save(), so that it is whole whenever it is looked at, and holds all that it
 * takes to go on. In the path `{epoch}` becomes the epoch's number, counted over all fits of the model, and
 * `{epoch:03d}` the same with zeros before it, here up to 3 digits; `{{` and `}}` are braces. A path without it is
 * replaced by each save. Safe from any thread.
 *
 * @param out      receives the callback, the caller's to release with digitnet_callback_free(); NULL after a failure
 * @param path     where the model is saved, copied
 * @param options  copied; NULL is all defaults: after each epoch
 * @retval DIGITNET_OK        the callback is made
 * @retval DIGITNET_EINVAL    `out` or `path` is NULL, `path` is empty or has other braces, `monitor` is unknown,
 *                            `baseline` is not finite, a flag is neither 0 nor 1, or `struct_size` is wrong
 * @retval DIGITNET_ENOMEM    there is not enough memory
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_callback_create_checkpoint(
    digitnet_callback **out, const char *path, const digitnet_checkpoint_options *options);

/** How a log is written; zero is the default. */
typedef struct digitnet_log_options {
    size_t struct_size;  /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    int32_t append;      /**< 1: goes on behind what the file has; else each fit begins with an empty file. */
    int32_t every_batch; /**< 1: a row for each batch; else one for each epoch. */
} digitnet_log_options;

/**
 * Makes a callback that writes the figures of a fit to a file as it goes on: Keras's CSVLogger.
 *
 * A row for each epoch has the columns that digitnet_history_write_csv() writes; one for each batch has
 * `epoch,batch,loss,accuracy,train_seconds,learning_rate`, of the epoch so far. A file that was empty gets them as its
 * first line. Each row is in the file before the fit goes on. Numbers do not depend on the locale. Links are followed;
 * a fit ends where the file cannot be written or is no regular one. Safe from any thread.
 *
 * @param out      receives the callback, the caller's to release with digitnet_callback_free(); NULL after a failure
 * @param path     the file, copied; it is opened when a fit begins, and made where there is none
 * @param options  copied; NULL is all defaults
 * @retval DIGITNET_OK        the callback is made
 * @retval DIGITNET_EINVAL    `out` or `path` is NULL, `path` is empty, a flag is neither 0 nor 1, or `struct_size` is
 *                            wrong
 * @retval DIGITNET_ENOMEM    there is not enough memory
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_callback_create_csv_log(digitnet_callback **out,
                                                                                   const char *path,
                                                                                   const digitnet_log_options *options);
/**
 * Makes a callback that writes the learning rate of each epoch or batch to a file.
 *
 * As digitnet_callback_create_csv_log(), with the columns `epoch,learning_rate` or `epoch,batch,learning_rate`. Safe
 * from any thread.
 *
 * @param out      receives the callback, the caller's to release with digitnet_callback_free(); NULL after a failure
 * @param path     the file, copied; it is opened when a fit begins, and made where there is none
 * @param options  copied; NULL is all defaults
 * @retval DIGITNET_OK        the callback is made
 * @retval DIGITNET_EINVAL    `out` or `path` is NULL, `path` is empty, a flag is neither 0 nor 1, or `struct_size` is
 *                            wrong
 * @retval DIGITNET_ENOMEM    there is not enough memory
 * @retval DIGITNET_EVERSION  `options` sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_callback_create_learning_rate_log(
    digitnet_callback **out, const char *path, const digitnet_log_options *options);

/**
 * Makes a callback that stops a fit after a time.
 *
 * The time is that since the fit began, validation included, by a clock that is never set. The fit ends after the batch
 * or the epoch in which it is over, and the model keeps its place. Safe from any thread.
 *
 * @param out      receives the callback, the caller's to release with digitnet_callback_free(); NULL after a failure
 * @param seconds  finite and positive
 * @retval DIGITNET_OK      the callback is made
 * @retval DIGITNET_EINVAL  `out` is NULL, or `seconds` is not finite and positive
 * @retval DIGITNET_ENOMEM  there is not enough memory
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_callback_create_time_limit(digitnet_callback **out,
                                                                                      double seconds);
/**
 * Releases a callback that a function of this header has made.
 *
 * Must not be concurrent with a fit that uses it.
 *
 * @param callback  NULL is fine
 */
DIGITNET_API void digitnet_callback_free(digitnet_callback *callback);

DIGITNET_END_DECLARATIONS
#endif
