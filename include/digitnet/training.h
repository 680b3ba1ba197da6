/**
 * @file training.h
 * Compile, fit, evaluate.
 */
#ifndef DIGITNET_TRAINING_H
#define DIGITNET_TRAINING_H

#include "digitnet/communicator.h"
#include "digitnet/dataset.h"
#include "digitnet/model.h"
#include "digitnet/optimizer.h"

#include <stddef.h>
#include <stdint.h>

DIGITNET_BEGIN_DECLARATIONS

/** What training makes small: the mean over the images, each times its sample weight. */
typedef enum digitnet_loss {
    /** Minus the logarithm of the probability that the model gives to the label. Wants a flat softmax of two outputs or
     * more at the end, or, with `from_logits` (see digitnet_loss_options), a flat output without softmax or sigmoid;
     * and labels. Like all cross-entropies it is computed from what the softmax or sigmoid is given: exact, without
     * Keras's bound of 1e-7 for probabilities. */
    DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY = 1,
    /** Minus the sum of targets times the logarithms of the probabilities. Wants a flat softmax of two outputs or more
     * at the end, and as many targets. */
    DIGITNET_LOSS_CATEGORICAL_CROSSENTROPY = 2,
    /** The mean over the outputs of -t log(p) - (1 - t) log(1 - p), for targets t in [0, 1] and the probabilities p of
     * a sigmoid. A network with one output takes labels 0 and 1 as well. */
    DIGITNET_LOSS_BINARY_CROSSENTROPY = 3,
    /** The mean over the outputs of (output - target)^2, for any flat output. An image is right where its largest
     * output is its largest target's; with one output, where that is on its target's side of 1/2. */
    DIGITNET_LOSS_MEAN_SQUARED_ERROR = 4,
    /** The mean over the outputs of |output - target|; else as the mean squared error. */
    DIGITNET_LOSS_MEAN_ABSOLUTE_ERROR = 5,
    /** The mean over the outputs of e^2 / 2 where the error |e| is at most `delta`, and of `delta` (|e| - `delta` / 2)
     * beyond (Huber 1964); else as the mean squared error. */
    DIGITNET_LOSS_HUBER = 6,
    /** `alpha` times the sum over the outputs of -t (1 - p)^`gamma` log(p) (Lin et al. 2017), for a flat softmax of two
     * outputs or more; takes targets where the data set has them, else labels. */
    DIGITNET_LOSS_CATEGORICAL_FOCAL_CROSSENTROPY = 7,
    /** As the binary cross-entropy, each output's times r^`gamma`, where r = t (1 - p) + (1 - t) p is the probability
     * that is missing (Lin et al. 2017), and with `class_balancing` times t `alpha` + (1 - t) (1 - `alpha`). Targets
     * outside [0, 1] have no such loss. */
    DIGITNET_LOSS_BINARY_FOCAL_CROSSENTROPY = 8,
    /** The program's own, set by digitnet_model_set_loss(). Takes any output, and targets, as many as one likes, where
     * the data set has them, else labels of any size. */
    DIGITNET_LOSS_CUSTOM = 9,
    /** Connectionist temporal classification (Graves et al. 2006), for lines of characters: minus the logarithm of the
     * probability of a sample's sequence of labels, over all places where these may stand. The network gives one row of
     * columns (1 x columns x classes), the time steps, and ends in a softmax over the classes of each column, or, with
     * `from_logits`, in neither softmax nor sigmoid. The last class is the blank, as for TensorFlow's and Keras's
     * ctc_batch_cost; PyTorch's and keras.losses.CTC take class 0. Samples have labels of any number (see `max_labels`
     * of digitnet_dataset_options), none among them, below the blank; a sample whose labels need more columns than
     * there are, one for each and one between two that are the same, is refused. As of all losses the mean is over the
     * samples, whatever their lengths. An image is right where the best path, the largest score of each column, says
     * its labels, all of them and no others. */
    DIGITNET_LOSS_CTC = 10
} digitnet_loss;

/** A figure that a history has for each epoch. */
typedef enum digitnet_metric {
    DIGITNET_METRIC_LOSS = 0,                /**< The mean loss over the training images. */
    DIGITNET_METRIC_ACCURACY = 1,            /**< The part of the training images that were right, in [0, 1]. */
    DIGITNET_METRIC_VALIDATION_LOSS = 2,     /**< The mean loss over the validation images; NaN without validation. */
    DIGITNET_METRIC_VALIDATION_ACCURACY = 3, /**< The part of the validation images that were right; NaN without. */
    DIGITNET_METRIC_SECONDS = 4,             /**< Seconds spent training, validation left out. */
    DIGITNET_METRIC_LEARNING_RATE = 5        /**< The learning rate of the epoch's last step. */
} digitnet_metric;

/**
 * Lowers the learning rate at an epoch's end where a figure no longer becomes better, as Keras's ReduceLROnPlateau.
 * Made with DIGITNET_REDUCE_ON_PLATEAU_INIT, which holds Keras's defaults; values are taken as they are. What it has
 * seen is kept over fits and in files.
 */
typedef struct digitnet_reduce_on_plateau {
    size_t struct_size; /**< Set by DIGITNET_REDUCE_ON_PLATEAU_INIT. */
    size_t reserved;    /**< Zero. */
    uint64_t patience;  /**< After so many epochs that are no better the rate is lowered; 0 is 1. */
    uint64_t cooldown;  /**< Epochs after that in which no epoch counts. */
    double factor;      /**< What the rate is multiplied by, above 0 and below 1. */
    double min_delta;   /**< A figure is better by more than this; finite and not below 0. */
    double min_lr;      /**< The rate is not lowered further; finite and not below 0. */
    /** A loss, which shall fall, or an accuracy, which shall rise. Callbacks have a digitnet_monitor instead, with
     * other numbers. */
    digitnet_metric monitor;
    int32_t reserved_2; /**< Zero. */
} digitnet_reduce_on_plateau;

#ifdef __cplusplus
/** Initializes a digitnet_reduce_on_plateau with Keras's defaults: after 10 epochs whose validation loss is not better
 * by more than 1e-4, a tenth of the rate, with no cooldown and no lowest rate. */
#define DIGITNET_REDUCE_ON_PLATEAU_INIT \
    { sizeof(digitnet_reduce_on_plateau), 0, 10, 0, 0.1, 1e-4, 0.0, DIGITNET_METRIC_VALIDATION_LOSS, 0 }
#else
/** Initializes a digitnet_reduce_on_plateau with Keras's defaults: after 10 epochs whose validation loss is not better
 * by more than 1e-4, a tenth of the rate, with no cooldown and no lowest rate. */
#define DIGITNET_REDUCE_ON_PLATEAU_INIT                                                                      \
    {                                                                                                        \
        .struct_size = sizeof(digitnet_reduce_on_plateau), .patience = 10, .factor = 0.1, .min_delta = 1e-4, \
        .monitor = DIGITNET_METRIC_VALIDATION_LOSS                                                           \
    }
#endif

/**
 * Settings of a loss, taken as they are. Made with DIGITNET_LOSS_INIT, which holds Keras's defaults. What the loss does
 * not have must stay the default:
 *
 *     digitnet_loss_options loss = DIGITNET_LOSS_INIT;
 *     loss.label_smoothing = 0.1;
 *     status = digitnet_model_compile_ex(model, optimizer, DIGITNET_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
 *                                        DIGITNET_WITH(digitnet_compile_options, .loss = &loss));
 */
typedef struct digitnet_loss_options {
    size_t struct_size; /**< Set by DIGITNET_LOSS_INIT. */
    size_t reserved;    /**< Zero. */
    /** Of all cross-entropies, in [0, 1]: each target t becomes t (1 - s) + s / outputs; of the binary ones,
     * t (1 - s) + s / 2. */
    double label_smoothing;
    double alpha; /**< Of the focal ones, in [0, 1]; of the binary one with `class_balancing` alone. */
    double gamma; /**< Of the focal ones: finite, at least 0, where they are no longer focal. */
    double delta; /**< Of Huber's: finite and positive. */
    /** Of all cross-entropies and CTC, 1: the network ends in logits, an output that is neither softmax nor sigmoid,
     * which the loss then takes. */
    int32_t from_logits;
    int32_t class_balancing; /**< Of the binary focal one, 1: targets near 1 are weighted by alpha. */
} digitnet_loss_options;

#ifdef __cplusplus
/** Initializes a digitnet_loss_options with Keras's defaults: alpha 0.25, gamma 2, delta 1, all else 0. */
#define DIGITNET_LOSS_INIT \
    { sizeof(digitnet_loss_options), 0, 0.0, 0.25, 2.0, 1.0, 0, 0 }
#else
/** Initializes a digitnet_loss_options with Keras's defaults: alpha 0.25, gamma 2, delta 1, all else 0. */
#define DIGITNET_LOSS_INIT \
    { .struct_size = sizeof(digitnet_loss_options), .alpha = 0.25, .gamma = 2.0, .delta = 1.0 }
#endif

/** What a model is compiled with; zero is the default. Pointers are borrowed for the call. */
typedef struct digitnet_compile_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    /** How many ranges a batch is cut into, each with a gradient of its own: so many threads, at most, share a step's
     * forward and backward pass. The bits of the weights depend on it, as they do on the seed. Each range takes memory
     * for a copy of the convolutions' gradients. At most 256. Zero: by the batch's size, 8, and 16 from 128 images
     * on, unless the copies would then have more than 64 MiB together. */
    size_t gradient_ranges;
    /** Batches whose gradients are averaged for one update of the weights; zero: 1; at most 2^31 - 1. Batches that an
     * epoch leaves over go into the next epoch's first update, as in Keras. */
    size_t gradient_accumulation_steps;
    /** With `ema_momentum`: after every so many updates the average takes the place of the weights. Zero: never. */
    size_t ema_overwrite_frequency;
    double learning_rate; /**< Finite and positive; zero: 0.01 for SGD, 0.001 for all others. */
    /** At each update kernels become smaller by learning rate times this times themselves; biases, and the scales and
     * shifts of normalizations, do not. Finite and not below 0; zero: 0.004 for AdamW, none for all others. */
    double weight_decay;
    double clipvalue;       /**< Above 0: each value of the gradient is cut off at this magnitude. Finite. */
    double clipnorm;        /**< Above 0: each tensor's gradient is scaled down to this norm. Instead of `clipvalue`. */
    double global_clipnorm; /**< Above 0: the whole gradient is scaled down to this norm. Instead of the other two. */
    /** Above 0: an average of the weights is kept beside them, which moves by 1 - this to the weights at each update;
     * 0.99 is Keras's, nearer to 1 for more steps. Below 1. See digitnet_model_finalize_weights(). */
    double ema_momentum;
    /** Where initial weights, shuffles and dropout come from; the same seed gives the same bits. 0 is a seed like any
     * other. */
    uint64_t seed;
    const digitnet_sgd_options *sgd;         /**< For DIGITNET_OPTIMIZER_SGD alone; NULL: DIGITNET_SGD_INIT. */
    const digitnet_adam_options *adam;       /**< For Adam and AdamW alone; NULL: DIGITNET_ADAM_INIT. */
    const digitnet_nadam_options *nadam;     /**< For DIGITNET_OPTIMIZER_NADAM alone; NULL: DIGITNET_NADAM_INIT. */
    const digitnet_rmsprop_options *rmsprop; /**< For DIGITNET_OPTIMIZER_RMSPROP alone; NULL: DIGITNET_RMSPROP_INIT. */
    const digitnet_lion_options *lion;       /**< For DIGITNET_OPTIMIZER_LION alone; NULL: DIGITNET_LION_INIT. */
    const digitnet_schedule *schedule;       /**< Instead of `learning_rate`; NULL: that is constant. */
    /** Not with `schedule`; NULL: the learning rate is not lowered. */
    const digitnet_reduce_on_plateau *reduce_on_plateau;
    const digitnet_loss_options *loss; /**< Settings of the loss; NULL: DIGITNET_LOSS_INIT. */
} digitnet_compile_options;

/**
 * Makes a model ready to train.
 *
 * The first compile fixes the layers and draws the weights from the seed; a later one keeps the weights and starts the
 * optimizer and the count of epochs anew. Layers that came from a file, or that digitnet_model_remove_layers_after()
 * has kept, keep their weights, and those that were added to them get new ones. Requires exclusive access to the model.
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
 *                 momentum, settings of another optimizer or loss, two ways of clipping, `ema_overwrite_frequency`
 * without `ema_momentum`, a schedule with a learning rate or with `reduce_on_plateau`, a flag that is neither 0 nor 1,
 * or a wrong `struct_size`
 * @retval DIGITNET_EVERSION  a struct sets a field that this version does not know
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_compile_ex(digitnet_model *model,
                                                                            digitnet_optimizer optimizer,
                                                                            digitnet_loss loss,
                                                                            const digitnet_compile_options *options);

/** Samples of a batch with what the network makes of them, as a loss of the program's own gets them. */
typedef struct digitnet_loss_range {
    size_t struct_size;          /**< The size that the library knows. */
    size_t count;                /**< How many samples. */
    size_t output_values;        /**< Outputs of a sample, NHWC. */
    size_t target_values;        /**< Targets of a sample; 0 where there are labels. */
    const float *outputs;        /**< count x output_values, as the network gives them. */
    const int32_t *labels;       /**< One a sample; NULL where there are targets. */
    const float *targets;        /**< count x target_values; NULL where there are labels. */
    const float *sample_weights; /**< One a sample. The library multiplies losses and gradient by them, no function. */
    /** Receives each sample's loss. A function finds NaN in all of them. */
    double *losses;
    /** Receives, count x output_values, the derivatives of each sample's loss by its outputs. A function finds NaN in
     * all of them. NULL where nothing is trained. */
    float *gradient;
} digitnet_loss_range;

/**
 * A loss of the program's own.
 *
 * Called in digitnet_model_fit(), digitnet_model_train_batch() and digitnet_model_evaluate(), on any of their threads,
 * for several ranges at the same time; what it gives for a sample must depend on that sample alone, if the weights are
 * not to depend on threads. It has the floating-point mode of the thread that made the call; what it makes of that is
 * not kept. OpenBLAS has one thread, and the threads that are not the caller's have a stack of 1 MiB. It must return,
 * as digitnet_callback_fn, and not use the model. The library multiplies losses and gradient by the samples' weights,
 * and takes the mean over the batch.
 *
 * To say why it failed it calls digitnet_set_error() before it returns. Where several ranges fail, the first one's
 * status and message are reported. A loss or derivative that is not finite is a loss that is not finite.
 *
 * @param range      what there is, and what is to be filled in; valid during the call
 * @param user_data  as given to digitnet_model_set_loss()
 * @return 0, or a negative digitnet_status, which ends the call with that status; any other value ends it with
 *         DIGITNET_ECALLBACK
 */
typedef int (*digitnet_loss_fn)(const digitnet_loss_range *range, void *user_data);

/**
 * Releases what a program has handed over.
 *
 * @param user_data  as handed over
 */
typedef void (*digitnet_release_fn)(void *user_data);

/**
 * Sets the loss of a model that is compiled, or will be, with DIGITNET_LOSS_CUSTOM.
 *
 * It replaces the one set before, and stays when the model is compiled again. Clones share it; files do not hold it: a
 * model that was loaded has none. Requires exclusive access to the model.
 *
 * @param model      the model
 * @param loss       the function
 * @param user_data  handed to both functions
 * @param release    called once with `user_data` when no model has this loss any more; after a failure it is not
 *                   called. NULL: `user_data` stays the caller's, and must live as long as the models that have it.
 * @retval DIGITNET_OK      the loss is set; after a failure the model is as it was
 * @retval DIGITNET_EINVAL  `model` or `loss` is NULL
 * @retval DIGITNET_ENOMEM  there is not enough memory
 * @retval DIGITNET_ESTATE  the model is in use
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_set_loss(digitnet_model *model, digitnet_loss_fn loss,
                                                                          void *user_data, digitnet_release_fn release);

/**
 * Changes the learning rate.
 *
 * A schedule ends with that: the rate holds until it is changed again. What `reduce_on_plateau` lowers is then this
 * rate. May be called between fits, and from a callback of the fit; from DIGITNET_EVENT_EPOCH_BEGIN it holds for that
 * whole epoch. Of several ranks all then get the rate of the first one whose callbacks have changed theirs. Otherwise
 * requires exclusive access to the model.
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
 * Reads the learning rate of the next update, which with a schedule is that of its step.
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

/**
 * Puts the average of the weights in the place of the weights, as Keras's finalize_variable_values().
 *
 * The average stays, and a fit goes on from these weights. To keep the others too, make a clone first and save or
 * evaluate that; a callback may do so. Requires exclusive access to the model.
 *
 * @param model  the model, compiled with `ema_momentum`
 * @retval DIGITNET_OK      the weights are the average; before the first update they are as they were
 * @retval DIGITNET_EINVAL  `model` is NULL
 * @retval DIGITNET_ESTATE  the model is not compiled, or has no average, or is in use
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_finalize_weights(digitnet_model *model);

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
    double learning_rate;       /**< Of the last update, or before the first one of that. */
    /** At DIGITNET_EVENT_FIT_BEGIN, what is likely to be a mistake, in words: that of the training and the validation
     * part of a `validation_fraction` only one has samples of a class (not looked for in sources). Else NULL. Valid
     * during the call. */
    const char *warning;
    size_t reserved;          /**< Zero. */
    digitnet_event_kind kind; /**< When this is. */
    int32_t scheduled;        /**< 1: a schedule or `reduce_on_plateau` moves the learning rate. */
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

/** A function with its data. callbacks.h has functions that make some. */
typedef struct digitnet_callback {
    size_t struct_size;        /**< Set by DIGITNET_INIT(), DIGITNET_WITH() or DIGITNET_CALLBACK(). */
    digitnet_callback_fn call; /**< Never NULL. */
    void *user_data;           /**< Handed to both functions. */
    /**
     * Releases `user_data`, which then belongs to the digitnet_model_fit() that it is given to: called once for each
     * entry of the list, in order, as the last thing before that call returns, on its thread, when the model is free
     * again. However the fit ends, also where it is refused; but for a `struct_size` that is wrong, of the callback or
     * of digitnet_fit_options, where nothing else in that struct is looked at. NULL: `user_data` stays the caller's.
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
    size_t callback_count;                     /**< How many `callbacks` there are. */
    const digitnet_callback *const *callbacks; /**< Called in this order; DIGITNET_CALLBACKS() sets both. */
    const digitnet_dataset *validation;        /**< Evaluated after each epoch; NULL: none. */
    size_t class_weight_count;                 /**< How many `class_weights` there are. */
    /** What each sample's weight is multiplied by in training, not in validation: one finite number that is not
     * negative for each class, an output; two for a network with one output. A sample's class is its label, or else its
     * largest target; with one target, whether that is above 1/2. Not for DIGITNET_LOSS_CTC and DIGITNET_LOSS_CUSTOM.
     * NULL: none. */
    const float *class_weights;
    /** What reaches the other processes, ranks, that train this model together with this one; NULL: there are none. */
    const digitnet_communicator *communicator;
    /** Instead of `validation`: the last part of the training set, 0 <= fraction < 1, cut off before shuffling. */
    double validation_fraction;
    int32_t no_shuffle;   /**< 1: every epoch takes the images in their order. */
    int32_t validate_ema; /**< 1: the validation is of the average of the weights (see digitnet_compile_options). */
    /** 1: what is cut off are the last images of each class, so that both parts have its share, as
     * digitnet_dataset_split() does it. Requires `validation_fraction`. Without, data that are sorted by class lose
     * whole classes. */
    int32_t validation_stratified;
    /** 1: each rank's training set is a shard, a part of the samples that no other rank has: shard after shard, in the
     * order of the ranks, they are the data that all train on; one that was read of files and stands elsewhere in them
     * is refused. Samples travel to the rank that computes with them. Not with `validation_fraction`, nor with mixup or
     * cutmix (see digitnet_augment_options), which may mix samples of different ranks. Zero: each rank has all samples.
     */
    int32_t sharded;
    int32_t validation_sharded; /**< The same of `validation`. */
    /** 1: each thread keeps to one of the processors that the calling thread may use, the calling one to the first of
     * them by number, the next to the second, and from the first again where threads are more. Fits and ranks that run
     * at the same time want processors of their own (taskset, `mpirun --bind-to`), since each begins with the first.
     * Callbacks, sources, custom losses and communicators may use all that the calling thread could, and so may that
     * thread after the fit. The weights do not depend on it. What a system does not allow is left out; all but Linux
     * allow none of it. */
    int32_t bind_threads;
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
 * - a callback, a source or a custom loss failed: its status, with the weights after the last whole step;
 * - the loss, a weight or a moment of the optimizer is no longer finite: DIGITNET_EDIVERGED, with the model taken back,
 *   its learning rate too, to the last epoch's end or to before this call;
 * - in each of these cases but the first, where a callback has asked for DIGITNET_CALLBACK_RESTORE, with the model
 *   taken back to its snapshot instead.
 *
 * With a communicator all ranks make this call, for models that are alike, with the same options but for `history`,
 * `threads` and `callbacks`, and with data sets of the same samples, of which each asks its own for its part of every
 * batch; or, with `sharded`, with data sets of different samples, of which each asks its own for those that a batch has
 * of them, and in messages counts them from 0. The weights depend neither on the number of ranks nor on who has which
 * samples. However the fit ends, it ends on all of them with the same model: what one rank is refused for or fails
 * with, its callbacks, a source or a custom loss, is the status of all, with a message that names the rank; a stop of
 * one stops all; a snapshot that one restores, or a learning rate that one sets, all get. DIGITNET_EVENT_FIT_END is no
 * longer heard by others. Only where a communicator fails, ranks may be one step apart, or, where a snapshot was on its
 * way, at that or at the last epoch's end. A communicator that is refused is refused on its rank alone: the others
 * wait.
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
 * @return the status of a callback, a source, a custom loss or a communicator that ended the fit, or of the first
 * builder that failed; else:
 * @retval DIGITNET_OK         all epochs are done, or the fit was stopped
 * @retval DIGITNET_EINVAL     `model` or `train` is NULL; a label is out of range, or a sequence of labels does not fit
 *                             into the model's columns; the loss wants labels or targets
 * that a data set does not have; the classes' weights are not as many as the classes, or a weight is out of range; a
 * source gives a value that is not finite; `epochs` with `until_epoch`, or `validation` with a fraction; a fraction
 * that is out of range or leaves one part empty; `validation_stratified` without a fraction, or with images that do not
 * have one label each; `sharded` with a fraction or with samples that are mixed; `validation_sharded` without
 * `validation`; `validate_ema` without an average; `reduce_on_plateau` monitors the
 * validation, and there is none; a callback is NULL, or a second one `uses_snapshot`; a flag is neither 0 nor 1;
 * `threads` is above 256; a function of the communicator is NULL, or its `rank` or `size` out of range; the ranks'
 * models, options, numbers of samples (but of shards), of a sample's labels, targets or weights, augmentations, or
 * processors' instruction sets are not the same; a shard stands elsewhere in its files; or `struct_size` is wrong
 * @retval DIGITNET_ENOMEM     there is not enough memory
 * @retval DIGITNET_ESHAPE     the images of `train` or `validation` are not of the model's shape, or targets not as
 * many as its outputs
 * @retval DIGITNET_ESTATE     the model is not compiled, is in use, or lacks its custom loss
 * @retval DIGITNET_EVERSION   `options`, a callback or the communicator sets a field that this version does not know,
 * or the ranks' libraries are of different versions
 * @retval DIGITNET_EDIVERGED  the loss, a weight or a moment of the optimizer is no longer finite
 * @retval DIGITNET_ECALLBACK  a callback, a source, a custom loss or a communicator returned a number that is no
 * status, or a callback asked for a snapshot that there is none of
 * @retval DIGITNET_ELIMIT     the sizes overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_fit(digitnet_model *model,
                                                                     const digitnet_dataset *train,
                                                                     const digitnet_fit_options *options);

/**
 * Asks the fit that runs, or the next one, to stop after the current batch.
 *
 * The request is for one fit, and ends with it, however that ends: it may come in the last batch, where nothing is left
 * to stop, and the next fit is not stopped by it. One that comes while no fit runs is for the next call of
 * digitnet_model_fit(), so that no Ctrl-C is lost between two fits, and ends with that, also where all its epochs were
 * done before; a fit that is refused leaves it. A program that wants it as in Keras, where a fit forgets what came
 * before it, calls digitnet_model_clear_stop() first.
 *
 * May be called from any thread, and from a signal handler.
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
 * The first line is `epoch,loss,accuracy,val_loss,val_accuracy,train_seconds,learning_rate`, and each finished epoch
 * has a row; validation figures are left empty where there was none. Numbers do not depend on the locale. The file is
 * replaced as a whole, with the care that digitnet_model_save() takes of links, owner, group and mode. Safe from any
 * thread.
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

/** A batch of arrays that a model is trained on, each borrowed for the call; zero is the default. */
typedef struct digitnet_train_batch {
    size_t struct_size;          /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    size_t count;                /**< How many images; not zero. */
    const float *images;         /**< count images, NHWC, with finite values as the network wants them. */
    const uint8_t *bytes;        /**< Instead of `images`: they are scaled to [0, 1]. */
    const int32_t *labels;       /**< One class number for each image, for losses that take labels; or `max_labels`. */
    const float *targets;        /**< count x `target_values` finite numbers, for losses that take targets. */
    size_t target_values;        /**< Targets of an image; zero: as many as the model has outputs. */
    const float *sample_weights; /**< One finite number that is not negative for each image; NULL: each is 1. */
    const float *class_weights;  /**< As in digitnet_fit_options. */
    size_t class_weight_count;   /**< How many `class_weights` there are. */
    /** The images' places in the data that they come from, which dropout and all that is random follow, with `epoch`.
     * NULL: they follow the number of the step. */
    const size_t *indices;
    size_t epoch; /**< With `indices`: how many epochs have been done, as in digitnet_model_info. */
    /** Zero: as many as processors that the process may use; at most 256. The weights do not depend on it. */
    size_t threads;
    /** For DIGITNET_LOSS_CTC, the most labels of one image: labels are count x max_labels. Zero: 1. */
    size_t max_labels;
    /** How many labels each image has, 0 .. max_labels, where `max_labels` is above one; labels behind them are
     * ignored. NULL: each has max_labels. */
    const int32_t *label_counts;
} digitnet_train_batch;

/**
 * Trains a model on one batch, for loops of one's own: what digitnet_model_fit() does in each step.
 *
 * On the same batches, with the same `indices` and `epoch`, the weights become the same, bit for bit. Memory and
 * threads stay with the model for the next call, which then allocates nothing; until a call has a larger batch, another
 * number of threads, or labels where there were targets, or until the model is compiled, a layer is frozen or thawed,
 * or the model is freed. The step is counted; the place in an epoch of fit stays. Whether the weights are still finite
 * is for the next loss to show.
 *
 * Requires exclusive access to the model.
 *
 * @param out    made with DIGITNET_INIT(), receives the loss and the accuracy of the batch as it was before the step;
 *               untouched after a failure. NULL: not wanted.
 * @param model  the model, compiled
 * @param batch  the images, with the labels or targets that the loss wants
 * @return the status of a custom loss that failed, or of the first builder that failed; else:
 * @retval DIGITNET_OK         the weights have followed the batch's gradient; after a failure the model is as it was
 * @retval DIGITNET_EINVAL     `model` or `batch` is NULL; `count` is zero; both of `images` and `bytes` are given, or
 *                             neither; the loss wants labels or targets that there are none of; a label is out of
 *                             range, or another value, or a sequence of labels does not fit into the model's columns;
 *                             `max_labels` or `label_counts` without what they need; the classes' weights are not as
 * many as the classes; `threads` is above 256; or a `struct_size` is wrong
 * @retval DIGITNET_ENOMEM     there is not enough memory
 * @retval DIGITNET_ESHAPE     targets are not as many as the model's outputs
 * @retval DIGITNET_ESTATE     the model is not compiled, is in use, or lacks its custom loss
 * @retval DIGITNET_EVERSION   `batch` sets a field that this version does not know
 * @retval DIGITNET_EDIVERGED  the loss is not finite
 * @retval DIGITNET_ECALLBACK  a custom loss returned a number that is no status
 * @retval DIGITNET_ELIMIT     the sizes overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_train_batch(digitnet_metrics *out,
                                                                             digitnet_model *model,
                                                                             const digitnet_train_batch *batch);

/**
 * Gives a normalization the mean and the variance of each channel of a data set, as Keras's adapt() does.
 *
 * All samples count alike, whatever their weights. To be called once, before digitnet_model_fit(), with the training
 * images. Sessions that were made before are not changed. Requires exclusive access to the model.
 *
 * @param model    the model
 * @param layer    the name of a layer of kind "normalization" that takes the model's own input
 * @param dataset  images as the model takes them; a source is asked for all of them
 * @return the status of a source that failed; else:
 * @retval DIGITNET_OK         the moments are set; after a failure they are as they were
 * @retval DIGITNET_EINVAL     a pointer is NULL, the layer is of another kind or takes another layer's output, or a
 *                             source gives a value that is not finite
 * @retval DIGITNET_ENOMEM     there is not enough memory
 * @retval DIGITNET_ESHAPE     the images are of another size than the model takes
 * @retval DIGITNET_ESTATE     compile has not drawn the weights yet, of all layers or of those that were added since,
 * or the model is in use
 * @retval DIGITNET_ENOTFOUND  the model has no layer of this name
 * @retval DIGITNET_ENOTFINITE  the variance of a channel is beyond what a float holds
 * @retval DIGITNET_ECALLBACK  a source returned a number that is no status
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_adapt(digitnet_model *model, const char *layer,
                                                                       const digitnet_dataset *dataset);

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
 * the end, or DIGITNET_LOSS_CTC of a softmax over columns. Any number of threads may evaluate one model at once, also a
 * callback of the fit that trains it.
 *
 * @param out      made with DIGITNET_INIT(), is filled in; untouched after a failure
 * @param model    the model
 * @param dataset  images of the model's shape, with the labels or targets that the loss wants
 * @param options  NULL is all defaults
 * @return the status of a source or a custom loss that failed; else:
 * @retval DIGITNET_OK          `out` is filled in
 * @retval DIGITNET_EINVAL      a pointer is NULL, a label is out of range, or a sequence of labels does not fit into
 * the model's columns, the loss wants labels or targets that the data set does not have, a source gives a value that is
 * not finite, `threads` is above 256, or a `struct_size` is wrong
 * @retval DIGITNET_ENOMEM      there is not enough memory
 * @retval DIGITNET_ESHAPE      the images are not of the model's shape, targets not as many as its outputs, or a model
 * that is not compiled ends in neither a flat softmax nor a flat sigmoid, nor in a softmax over columns
 * @retval DIGITNET_ESTATE      the model has no weights yet, is being changed, or lacks its custom loss
 * @retval DIGITNET_EVERSION    `options` sets a field that this version does not know
 * @retval DIGITNET_ENOTFINITE  the network overflows: the loss is not finite
 * @retval DIGITNET_ECALLBACK   a source or a custom loss returned a number that is no status
 * @retval DIGITNET_ELIMIT      the sizes overflow
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_model_evaluate(digitnet_metrics *out,
                                                                          const digitnet_model *model,
                                                                          const digitnet_dataset *dataset,
                                                                          const digitnet_evaluate_options *options);

DIGITNET_END_DECLARATIONS
#endif
