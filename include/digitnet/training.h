/**
 * @file training.h
 * Compile, fit, evaluate.
 */
#ifndef DIGITNET_TRAINING_H
#define DIGITNET_TRAINING_H

#include "digitnet/dataset.h"
#include "digitnet/model.h"

#include <stddef.h>
#include <stdint.h>

DIGITNET_BEGIN_DECLARATIONS

/** How weights follow their gradient. */
typedef enum digitnet_optimizer {
    DIGITNET_OPTIMIZER_SGD = 1, /**< Stochastic gradient descent, with momentum where that is set. */
    DIGITNET_OPTIMIZER_ADAM = 2 /**< Adam, in Keras's form. */
} digitnet_optimizer;

/** What training makes small: the mean over the images, each times its sample weight. */
typedef enum digitnet_loss {
    /** Minus the logarithm of the probability that the model gives to the label. Wants a flat softmax of two outputs or
     * more at the end, and labels. */
    DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY = 1,
    /** Minus the sum of targets times the logarithms of the probabilities. Wants a flat softmax of two outputs or more
     * at the end, and as many targets. */
    DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY = 2,
    /** The mean over the outputs of -t log(p) - (1 - t) log(1 - p), for targets t in [0, 1] and the probabilities p of
     * a sigmoid. A network with one output takes labels 0 and 1 as well. */
    DIGITNET_LOSS_BINARY_CROSSENTROPY = 3,
    /** The mean over the outputs of (output - target)^2, for any flat output. An image is right where its largest
     * output is its largest target's; with one output, where that is on its target's side of 1/2. */
    DIGITNET_LOSS_MEAN_SQUARED_ERROR = 4
} digitnet_loss;

/**
 * Settings of SGD, taken as they are. Made with DIGITNET_SGD_INIT, which holds Keras's defaults:
 *
 *     digitnet_sgd_options sgd = DIGITNET_SGD_INIT;
 *     sgd.momentum = 0.9;
 *     status = digitnet_model_compile_ex(model, DIGITNET_OPTIMIZER_SGD, loss,
 *                                        DIGITNET_WITH(digitnet_compile_options, .sgd = &sgd));
 */
typedef struct digitnet_sgd_options {
    size_t struct_size; /**< Set by DIGITNET_SGD_INIT. */
    size_t reserved;    /**< Zero. */
    double momentum;    /**< In [0, 1); 0: none. */
    int32_t nesterov;   /**< 1: Nesterov's momentum, which `momentum` must be above 0 for. */
    int32_t reserved_2; /**< Zero. */
} digitnet_sgd_options;

/** Settings of Adam, taken as they are. Made with DIGITNET_ADAM_INIT, which holds Keras's defaults. */
typedef struct digitnet_adam_options {
    size_t struct_size; /**< Set by DIGITNET_ADAM_INIT. */
    size_t reserved;    /**< Zero. */
    double beta_1;      /**< Decay of the first moment, in [0, 1). */
    double beta_2;      /**< Decay of the second moment, in [0, 1). */
    double epsilon;     /**< Finite and positive. */
} digitnet_adam_options;

#ifdef __cplusplus
/** Initializes a digitnet_sgd_options with Keras's defaults: no momentum. */
#define DIGITNET_SGD_INIT \
    { sizeof(digitnet_sgd_options), 0, 0.0, 0, 0 }
/** Initializes a digitnet_adam_options with Keras's defaults: 0.9, 0.999 and 1e-7. */
#define DIGITNET_ADAM_INIT \
    { sizeof(digitnet_adam_options), 0, 0.9, 0.999, 1e-7 }
#else
/** Initializes a digitnet_sgd_options with Keras's defaults: no momentum. */
#define DIGITNET_SGD_INIT \
    { .struct_size = sizeof(digitnet_sgd_options) }
/** Initializes a digitnet_adam_options with Keras's defaults: 0.9, 0.999 and 1e-7. */
#define DIGITNET_ADAM_INIT \
    { .struct_size = sizeof(digitnet_adam_options), .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-7 }
#endif

/** What a model is compiled with; zero is the default. Pointers are borrowed for the call. */
typedef struct digitnet_compile_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    /** How many ranges a batch is cut into, each with a gradient of its own: so many threads, at most, share a step's
     * forward and backward pass. The bits of the weights depend on it, as they do on the seed. Each range takes memory
     * for a copy of the convolutions' gradients. Zero: 8; at most 256. */
    size_t gradient_ranges;
    double learning_rate; /**< Finite and positive; zero: 0.001 for Adam, 0.01 for SGD. */
    /** Where initial weights, shuffles and dropout come from; the same seed gives the same bits. 0 is a seed like any
     * other. */
    uint64_t seed;
    const digitnet_sgd_options *sgd;   /**< For DIGITNET_OPTIMIZER_SGD alone; NULL: DIGITNET_SGD_INIT. */
    const digitnet_adam_options *adam; /**< For DIGITNET_OPTIMIZER_ADAM alone; NULL: DIGITNET_ADAM_INIT. */
} digitnet_compile_options;

/**
 * Makes a model ready to train.
 *
 * The first compile fixes the layers and draws the weights from the seed; a later one keeps the weights and starts the
 * optimizer and the count of epochs anew. Requires exclusive access to the model.
 *
 * @param model      the model, with the end that the loss wants (see digitnet_loss)
 * @param optimizer  how weights follow their gradient
 * @param loss       what training makes small
 * @return the status of the first builder that failed, with its message, where one did; else:
 * @retval DIGITNET_OK      the model can be trained; after a failure it is as it was
 * @retval DIGITNET_EINVAL  `model` is NULL, or the optimizer or the loss is unknown
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESHAPE  the model does not end as the loss wants
 * @retval DIGITNET_ESTATE  the model has no layers, or one but the last whose output no layer takes; or it is in use
 * @retval DIGITNET_ELIMIT  the sizes overflow, or the weights with the optimizer's state take more than the 2 GiB that
 *                          an ONNX file can have
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_compile(digitnet_model *model,
                                                                         digitnet_optimizer optimizer,
                                                                         digitnet_loss loss);
/**
 * digitnet_model_compile() with options.
 *
 * @copydetails digitnet_model_compile()
 * @param options  NULL is all defaults; DIGITNET_EINVAL is also for a setting out of its range, `nesterov` without
 *                 momentum, settings of another optimizer, a flag that is neither 0 nor 1, or a wrong
 *                 `struct_size`
 * @retval DIGITNET_EVERSION  a struct sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_compile_ex(digitnet_model *model,
                                                                            digitnet_optimizer optimizer,
                                                                            digitnet_loss loss,
                                                                            const digitnet_compile_options *options);

/**
 * Changes the learning rate.
 *
 * May be called between fits, and from a callback of the fit; from DIGITNET_EVENT_EPOCH_BEGIN it holds for that whole
 * epoch. Otherwise requires exclusive access to the model.
 *
 * @param model          the model
 * @param learning_rate  finite and positive
 * @retval DIGITNET_OK      the rate is changed
 * @retval DIGITNET_EINVAL  `model` is NULL, or the rate is not finite and positive
 * @retval DIGITNET_ESTATE  the model is not compiled, or is in use
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_set_learning_rate(digitnet_model *model,
                                                                                   double learning_rate);
/**
 * Reads the learning rate.
 *
 * Any number of threads may read it at once.
 *
 * @param out    receives the rate; untouched after a failure
 * @param model  the model
 * @retval DIGITNET_OK      the rate is in `out`
 * @retval DIGITNET_EINVAL  a pointer is NULL
 * @retval DIGITNET_ESTATE  the model is not compiled, or is being changed
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_get_learning_rate(double *out,
                                                                                   const digitnet_model *model);

/** When a callback is called. */
typedef enum digitnet_event_kind {
    DIGITNET_EVENT_FIT_BEGIN = 1,   /**< Once, before the first epoch. */
    DIGITNET_EVENT_EPOCH_BEGIN = 2, /**< Before each epoch's first batch. */
    DIGITNET_EVENT_BATCH_END = 3,   /**< After each batch. */
    DIGITNET_EVENT_EPOCH_END = 4,   /**< After each epoch's last batch, with the validation's results. */
    DIGITNET_EVENT_FIT_END = 5      /**< Once, however the fit ends. */
} digitnet_event_kind;

/** What a callback gets to know. */
typedef struct digitnet_event {
    size_t struct_size;    /**< The size that the library knows. */
    digitnet_model *model; /**< The model that is trained. */
    size_t epoch;          /**< The current epoch, from 1, counted over all fits of the model. */
    size_t epochs;         /**< The epoch at which this fit ends. */
    size_t batch;          /**< Batches of this epoch that are done. */
    size_t batches;        /**< How many batches it has. */
    double loss;           /**< The mean over the images of the epoch so far. */
    double accuracy;       /**< The part of the images of the epoch so far that were right, in [0, 1]. */
    /** NaN before the epoch's end, or where there is no validation. After the last epoch DIGITNET_EVENT_FIT_END
     * describes that one again. */
    double validation_loss;
    double validation_accuracy; /**< As `validation_loss`. */
    double seconds;             /**< Spent training in this epoch so far, validation left out. */
    /** At DIGITNET_EVENT_FIT_BEGIN, what is likely to be a mistake, in words: that of the training and the validation
     * part of a `validation_fraction` only one has samples of a class (not looked for in sources). Else NULL. Valid
     * during the call. */
    const char *warning;
    size_t reserved_2;        /**< Zero. */
    digitnet_event_kind kind; /**< When this is. */
    int32_t reserved;         /**< Zero. */
} digitnet_event;

/** What a callback asks for. Results that are not zero may be combined with `|`. */
typedef enum digitnet_callback_result {
    DIGITNET_CALLBACK_CONTINUE = 0, /**< Nothing: training goes on. */
    DIGITNET_CALLBACK_STOP = 1,     /**< Stop after the current batch. */
    /** Keep a snapshot of the model as it is now, in the place of the one kept before: weights, the optimizer's state
     * and learning rate, and the place in the training. Where one of its values is not finite, the fit diverges. */
    DIGITNET_CALLBACK_KEEP = 2,
    /** When the fit ends, however it ends, take the model back to the snapshot that was kept last. The model is then as
     * if it had been loaded from a file saved at that moment. */
    DIGITNET_CALLBACK_RESTORE = 4
} digitnet_callback_result;

/**
 * A function that is called as a fit goes on.
 *
 * Called on the thread that called digitnet_model_fit(), with the floating-point mode and flags of that thread, and the
 * number of OpenBLAS's threads, that the program has; what it makes of them is kept. It may call the functions that
 * take a `const` model, and digitnet_model_set_learning_rate(). It must return: it is not cancelled, and must not
 * enable cancellation or jump out. DIGITNET_EVENT_FIT_END comes once for every DIGITNET_EVENT_FIT_BEGIN that was
 * delivered, however the fit ends, and describes where it ended; the model has been taken back to an earlier state by
 * then, where it is. Its result is ignored.
 *
 * @param event      what has happened; valid during the call
 * @param user_data  as given in digitnet_callback
 * @return the digitnet_callback_result values that it asks for, or a negative digitnet_status to end the fit with that
 *         status; any other value ends it with DIGITNET_ECALLBACK, and so do DIGITNET_CALLBACK_KEEP and
 *         DIGITNET_CALLBACK_RESTORE without `uses_snapshot`, and the latter before a snapshot is kept
 */
typedef int (*digitnet_callback_fn)(const digitnet_event *event, void *user_data);

/** A function with its data. */
typedef struct digitnet_callback {
    digitnet_callback_fn call; /**< Never NULL. */
    void *user_data;           /**< Handed to both functions. */
    /**
     * Releases `user_data`, which then belongs to the digitnet_model_fit() that it is given to: called once for each
     * entry of the list, in order, as the last thing before that call returns, on its thread, when the model is free
     * again. However the fit ends, also where it is refused; but for a `struct_size` that is wrong, where nothing else
     * in digitnet_fit_options is looked at. NULL: `user_data` stays the caller's.
     */
    void (*release)(void *user_data);
    /** 1: `call` may ask for DIGITNET_CALLBACK_KEEP and DIGITNET_CALLBACK_RESTORE, for which memory is allocated before
     * the first step. One callback of a fit may. */
    int32_t uses_snapshot;
    int32_t reserved; /**< Zero. */
} digitnet_callback;

/** The figures of a fit, epoch by epoch. It never changes, so any number of threads may read it at once. */
typedef struct digitnet_history digitnet_history;

/** How a model is trained; zero is the default. Pointers are borrowed for the call. */
typedef struct digitnet_fit_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    /** Receives the figures of the fit, the caller's to release with digitnet_history_free(), whatever the status, once
     * the first callback has been called; NULL where the fit was refused. NULL: not wanted. */
    digitnet_history **history;
    size_t epochs; /**< Epochs from now on; zero: 1. */
    /** Instead of `epochs`: train until the model has done this many in all. Nothing is done where it has. */
    size_t until_epoch;
    size_t batch_size; /**< Images a step; zero: 32. */
    /** Zero: as many as processors that the process may use; at most 256. The weights do not depend on it. At most
     * `gradient_ranges` of them (see digitnet_compile_options), and no more than a batch has images, share a step's
     * forward and backward pass; more than that speed up the update of the weights and the validation alone. */
    size_t threads;
    size_t callback_count;              /**< How many `callbacks` there are. */
    const digitnet_callback *callbacks; /**< Called in this order; DIGITNET_CALLBACKS() sets both. */
    const digitnet_dataset *validation; /**< Evaluated after each epoch; NULL: none. */
    size_t reserved;                    /**< Zero. */
    /** Instead of `validation`: the last part of the training set, 0 <= fraction < 1, cut off before shuffling. */
    double validation_fraction;
    int32_t no_shuffle; /**< 1: every epoch takes the images in their order. */
    /** 1: what is cut off are the last images of each class, so that both parts have its share, as
     * digitnet_dataset_split() does it. Requires `validation_fraction`. Without, data that are sorted by class lose
     * whole classes. */
    int32_t validation_stratified;
} digitnet_fit_options;

/**
 * Trains a model.
 *
 * Each epoch goes once over all images in an order drawn from the seed and the epoch; the last batch may be smaller.
 * The weights do not depend on the number of threads, and fitting 3 epochs and then 2 is the same as fitting 5.
 *
 * How it may end:
 * - refused before the first step (see the statuses): nothing has changed, and the history is NULL (but where
 *   `struct_size` is wrong: then nothing else in `options` is looked at);
 * - all epochs done, or stopped by a callback or digitnet_model_request_stop(): DIGITNET_OK. A stop within an epoch
 *   keeps the place in it, in a saved file too: the next fit first finishes that epoch, bit for bit as if there had
 *   been no stop (where the number of images and the batch size are the same; else it begins the epoch anew);
 * - a callback or a source failed: its status, with the weights after the last whole step;
 * - the loss, a weight or a moment of the optimizer is no longer finite: DIGITNET_EDIVERGED, with the model taken back,
 *   its learning rate too, to the last epoch's end or to before this call;
 * - in each of these cases but the first, where a callback has asked for DIGITNET_CALLBACK_RESTORE, with the model
 *   taken back to its snapshot instead.
 *
 * A thread that is cancelled (pthread_cancel()) in a fit, as in any call of the library, ends after the call, at its
 * next cancellation point; to end the fit earlier, request a stop.
 *
 * Requires exclusive access to the model, but for callbacks. All memory is allocated before the first step, but for the
 * history of more than 1,024 epochs.
 *
 * @param model    the model, compiled
 * @param train    the images to learn, of the model's shape, with the labels or targets that the loss wants
 * @param options  NULL is all defaults: 1 epoch in batches of 32, and no history
 * @return the status of a callback or a source that ended the fit, or of the first builder that failed; else:
 * @retval DIGITNET_OK         all epochs are done, or the fit was stopped
 * @retval DIGITNET_EINVAL     `model` or `train` is NULL; a label is out of range; the loss wants labels or targets
 * that a data set does not have; a source gives a value that is not finite; `epochs` with `until_epoch`, or
 * `validation` with a fraction; a fraction that is out of range or leaves one part empty; `validation_stratified`
 * without a fraction, or with images that do not have one label each; a callback is NULL, or a second one
 * `uses_snapshot`; a flag is neither 0 nor 1; `threads` is above 256; or `struct_size` is wrong
 * @retval DIGITNET_ENOMEM     there is not enough memory
 * @retval DIGITNET_ESHAPE     the images of `train` or `validation` are not of the model's shape, or targets not as
 * many as its outputs
 * @retval DIGITNET_ESTATE     the model is not compiled, or is in use
 * @retval DIGITNET_EVERSION   `options` or a callback sets a field that this version does not know
 * @retval DIGITNET_EDIVERGED  the loss, a weight or a moment of the optimizer is no longer finite
 * @retval DIGITNET_ECALLBACK  a callback or a source returned a number that is no status, or a callback asked for a
 *                             snapshot that there is none of
 * @retval DIGITNET_ELIMIT     the sizes overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_fit(digitnet_model *model,
                                                                     const digitnet_dataset *train,
                                                                     const digitnet_fit_options *options);

/**
 * Asks the fit that runs, or the next one, to stop after the current batch.
 *
 * May be called from any thread, and from a signal handler. The fit that it stops consumes it.
 *
 * @param model  NULL is fine
 */
DIGITNET_API void digitnet_model_request_stop(digitnet_model *model);
/**
 * Takes a request to stop back.
 *
 * May be called from any thread, and from a signal handler.
 *
 * @param model  NULL is fine
 */
DIGITNET_API void digitnet_model_clear_stop(digitnet_model *model);

/** A figure that a history has for each epoch. */
typedef enum digitnet_metric {
    DIGITNET_METRIC_LOSS = 0,                /**< The mean loss over the training images. */
    DIGITNET_METRIC_ACCURACY = 1,            /**< The part of the training images that were right, in [0, 1]. */
    DIGITNET_METRIC_VALIDATION_LOSS = 2,     /**< The mean loss over the validation images; NaN without validation. */
    DIGITNET_METRIC_VALIDATION_ACCURACY = 3, /**< The part of the validation images that were right; NaN without. */
    DIGITNET_METRIC_SECONDS = 4              /**< Seconds spent training, validation left out. */
} digitnet_metric;

/** How a fit ended. */
typedef enum digitnet_stop_reason {
    DIGITNET_STOP_COMPLETED = 0, /**< All epochs are done. */
    DIGITNET_STOP_CALLBACK = 1,  /**< A callback stopped it. */
    DIGITNET_STOP_REQUESTED = 2, /**< digitnet_model_request_stop() stopped it. */
    DIGITNET_STOP_FAILED = 3     /**< It failed, with the status that it returned. */
} digitnet_stop_reason;

/**
 * Reads one figure of all epochs that a fit finished, in order.
 *
 * Safe from any thread.
 *
 * @param count    receives how many values there are; may be NULL
 * @param history  the history
 * @param metric   which figure
 * @return the values, which belong to the history; NULL for a NULL history, an unknown metric or no epochs
 */
DIGITNET_API const double *digitnet_history_series(size_t *count, const digitnet_history *history,
                                                   digitnet_metric metric);
/**
 * Gives the epoch that a history begins with.
 *
 * Safe from any thread.
 *
 * @param history  the history
 * @return its first epoch's number, from 1, counted over all fits of the model; 0 for NULL or where there is none
 */
DIGITNET_API size_t digitnet_history_first_epoch(const digitnet_history *history);
/**
 * Gives how a fit ended.
 *
 * Safe from any thread.
 *
 * @param history  the history
 * @return the end; DIGITNET_STOP_FAILED for NULL
 */
DIGITNET_API digitnet_stop_reason digitnet_history_stop_reason(const digitnet_history *history);
/**
 * Gives the warning that a fit began with, as digitnet_event has it.
 *
 * Safe from any thread.
 *
 * @param history  the history
 * @return the warning, which belongs to the history; NULL where there was none, and for NULL
 */
DIGITNET_API const char *digitnet_history_warning(const digitnet_history *history);
/**
 * Writes a history as a table of comma-separated values.
 *
 * The first line is `epoch,loss,accuracy,val_loss,val_accuracy,train_seconds`, and each finished epoch has a row;
 * validation figures are left empty where there was none. Numbers do not depend on the locale. The file is replaced as
 * a whole, with the care that digitnet_model_save() takes of links, owner, group and mode. Safe from any thread.
 *
 * @param history  the history
 * @param path     the file to make or to replace
 * @retval DIGITNET_OK      the file is written; after a failure it is as it was
 * @retval DIGITNET_EINVAL  a pointer is NULL, or `path` is empty
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the same file is being written at this moment
 * @retval DIGITNET_EIO     the file cannot be written, or exceeds the process's limit of file sizes; `path` leads to
 *                          what is no regular file, or to an open one that has no path; or the owner, group or mode
 *                          cannot be kept
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_history_write_csv(const digitnet_history *history,
                                                                             const char *path);
/**
 * Releases a history.
 *
 * Must not be concurrent with any use of it.
 *
 * @param history  NULL is fine
 */
DIGITNET_API void digitnet_history_free(digitnet_history *history);

/** Means over the images of a data set. */
typedef struct digitnet_metrics {
    size_t struct_size; /**< Set by DIGITNET_INIT(). */
    size_t count;       /**< How many images they are taken over. */
    double loss;        /**< The mean loss. */
    double accuracy;    /**< The part of the images that were right, in [0, 1]. */
} digitnet_metrics;

/** How a model is evaluated; zero is the default. */
typedef struct digitnet_evaluate_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    /** Zero: as many as processors that the process may use; at most 256. Each works on images of its own: no more
     * of them work than a batch has images. The result does not depend on it. */
    size_t threads;
    /** Images worked on at a time; zero: 256. The result does not depend on it with the built-in kernels. */
    size_t batch_size;
} digitnet_evaluate_options;

/**
 * Gives loss and accuracy of a model on a data set.
 *
 * Needs weights, not an optimizer: the loss is the compiled one, or else the cross-entropy of the softmax or sigmoid at
 * the end. Any number of threads may evaluate one model at once, also a callback of the fit
 * that trains it.
 *
 * @param out      made with DIGITNET_INIT(), is filled in; untouched after a failure
 * @param model    the model
 * @param dataset  images of the model's shape, with the labels or targets that the loss wants
 * @param options  NULL is all defaults
 * @return the status of a source that failed; else:
 * @retval DIGITNET_OK          `out` is filled in
 * @retval DIGITNET_EINVAL      a pointer is NULL, a label is out of range, the loss wants labels or targets that the
 * data set does not have, a source gives a value that is not finite, `threads` is above 256, or a `struct_size` is
 * wrong
 * @retval DIGITNET_ENOMEM      there is not enough memory
 * @retval DIGITNET_ESHAPE      the images are not of the model's shape, targets not as many as its outputs, or a model
 * that is not compiled ends in neither a flat softmax nor a flat sigmoid
 * @retval DIGITNET_ESTATE      the model has no weights yet, or is being changed
 * @retval DIGITNET_EVERSION    `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFINITE  the network overflows: the loss is not finite
 * @retval DIGITNET_ECALLBACK   a source returned a number that is no status
 * @retval DIGITNET_ELIMIT      the sizes overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_evaluate(digitnet_metrics *out,
                                                                          const digitnet_model *model,
                                                                          const digitnet_dataset *dataset,
                                                                          const digitnet_evaluate_options *options);

DIGITNET_END_DECLARATIONS
#endif
