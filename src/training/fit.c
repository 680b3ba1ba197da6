/* The loop over epochs and batches. */
#include "core/memory.h"
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "core/threads.h"
#include "dataset/batch.h"
#include "kernels/gemm.h"
#include "training/callbacks.h"
#include "training/evaluator.h"
#include "training/history.h"
#include "training/step.h"

#include <math.h>
#include <string.h>
#include <time.h>

enum { DEFAULT_BATCH_SIZE = 32, VALIDATION_BATCH_SIZE = 256 };

typedef struct fit_state {
    digitnet_model *model;
    digitnet_fit_options options;
    const digitnet_dataset *train, *validation;     /* NULL: none */
    digitnet_dataset *train_part, *validation_part; /* of the validation fraction; owned */
    size_t until_epoch, batch_size, batch_count, image_count;
    size_t *order;
    digitnet__thread_pool *pool;
    digitnet__stepper stepper;
    digitnet__evaluator evaluator;
    digitnet__callbacks callbacks;
    digitnet_history *history;
    /* The last state known to be finite. */
    float *kept_parameters, *kept_state;
    digitnet__progress kept_progress;
    bool diverged;                   /* which a callback's or a source's EDIVERGED does not mean */
    digitnet__epoch_result finished; /* of the last epoch that was */
    double seconds;                  /* spent training in this epoch */
    digitnet_stop_reason end;
} fit_state;

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static digitnet_status check_options(const digitnet_fit_options *options) {
    if (options->epochs && options->until_epoch) {
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_model_fit: epochs is %zu and until_epoch %zu; give one of them",
                              options->epochs, options->until_epoch);
    }
    if (!(options->validation_fraction >= 0 && options->validation_fraction < 1)) {
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_model_fit: validation_fraction is %s; it must be at least 0 and below 1",
                              digitnet__number_text(options->validation_fraction).text);
    }
    if (options->validation && options->validation_fraction > 0)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_fit: validation and validation_fraction are both given");
    if (options->callback_count && !options->callbacks) {
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_fit: callbacks is NULL, callback_count %zu",
                              options->callback_count);
    }
    for (size_t i = 0; i < options->callback_count; i++)
        if (!options->callbacks[i].call)
            return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_fit: callback %zu is NULL", i);
    return DIGITNET_OK;
}

static digitnet_status check_compiled(const digitnet_model *model) {
    digitnet_status status = digitnet__model_check(model);
    if (status == DIGITNET_OK && !model->training)
        status = digitnet__fail(DIGITNET_ESTATE, "digitnet_model_fit: the model is not compiled");
    return status;
}

/* The last part of the training set becomes the validation set. */
static digitnet_status cut_validation(fit_state *fit) {
    size_t count = digitnet_dataset_count(fit->train);
    size_t kept = (size_t)((double)count * (1 - fit->options.validation_fraction));
    if (kept == 0 || kept == count) {
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_model_fit: validation_fraction %s leaves one part of %zu images empty",
                              digitnet__number_text(fit->options.validation_fraction).text, count);
    }
    digitnet_status status = digitnet_dataset_slice(&fit->train_part, fit->train, 0, kept);
    if (status == DIGITNET_OK)
        status = digitnet_dataset_slice(&fit->validation_part, fit->train, kept, count - kept);
    fit->train = fit->train_part;
    fit->validation = fit->validation_part;
    return status;
}

static digitnet_status prepare_datasets(fit_state *fit) {
    const digitnet__network *network = &fit->model->network;
    digitnet_status status = digitnet__training_check_dataset(network, fit->train, "training");
    if (status == DIGITNET_OK && fit->validation)
        status = digitnet__training_check_dataset(network, fit->validation, "validation");
    if (status == DIGITNET_OK && fit->options.validation_fraction > 0)
        status = cut_validation(fit);
    if (status == DIGITNET_OK) {
        fit->image_count = digitnet_dataset_count(fit->train);
        fit->batch_size = fit->options.batch_size ? fit->options.batch_size : DEFAULT_BATCH_SIZE;
        fit->batch_size = fit->batch_size < fit->image_count ? fit->batch_size : fit->image_count;
        fit->batch_count = (fit->image_count - 1) / fit->batch_size + 1;
    }
    return status;
}

static size_t state_values(const fit_state *fit) {
    return digitnet__optimizer_slots(&fit->model->training->settings) * fit->model->network.parameter_count;
}

static void keep_state(fit_state *fit) {
    const digitnet__training *training = fit->model->training;
    memcpy(fit->kept_parameters, fit->model->network.parameters, fit->model->network.parameter_count * sizeof(float));
    memcpy(fit->kept_state, training->state, state_values(fit) * sizeof(float));
    fit->kept_progress = training->progress;
}

static void restore_state(fit_state *fit) {
    digitnet__training *training = fit->model->training;
    memcpy(fit->model->network.parameters, fit->kept_parameters, fit->model->network.parameter_count * sizeof(float));
    memcpy(training->state, fit->kept_state, state_values(fit) * sizeof(float));
    training->progress = fit->kept_progress;
    digitnet__network_pack(&fit->model->network);
}

/* All memory that the fit needs. */
static digitnet_status book(fit_state *fit) {
    fit->order = digitnet__allocate_array(fit->image_count, sizeof *fit->order);
    fit->kept_parameters = digitnet__allocate_array(fit->model->network.parameter_count, sizeof(float));
    fit->kept_state = digitnet__allocate_array(state_values(fit), sizeof(float));
    if (!fit->order || !fit->kept_parameters || !fit->kept_state)
        return DIGITNET_ENOMEM;
    digitnet_status status = digitnet__history_create(&fit->history, fit->model->training->progress.epochs_done + 1);
    if (status == DIGITNET_OK)
        status = digitnet__thread_pool_create(&fit->pool, fit->options.threads ? fit->options.threads
                                                                               : digitnet__processor_count());
    if (status == DIGITNET_OK)
        status = digitnet__stepper_create(&fit->stepper, fit->model, fit->train, fit->batch_size, fit->pool);
    if (status == DIGITNET_OK && fit->validation) {
        status = digitnet__evaluator_create(&fit->evaluator, &fit->model->network, fit->validation,
                                            VALIDATION_BATCH_SIZE, fit->pool);
    }
    return status;
}

static void release(fit_state *fit) {
    digitnet__evaluator_release(&fit->evaluator);
    digitnet__stepper_release(&fit->stepper);
    digitnet__thread_pool_free(fit->pool);
    digitnet__release(fit->order);
    digitnet__release(fit->kept_parameters);
    digitnet__release(fit->kept_state);
    digitnet_history_free(fit->history);
    digitnet_dataset_free(fit->train_part);
    digitnet_dataset_free(fit->validation_part);
}

/* Where the fit stands or begins. A place within an epoch holds for the same number of images in the same batches; else
 * the epoch begins anew. */
static digitnet__progress place_of(const fit_state *fit) {
    const digitnet__progress *progress = &fit->model->training->progress;
    if (progress->image_count == fit->image_count && progress->batch_size == fit->batch_size)
        return *progress;
    return (digitnet__progress){.epochs_done = progress->epochs_done,
                                .steps_done = progress->steps_done,
                                .image_count = fit->image_count,
                                .batch_size = fit->batch_size};
}

/* The metrics of the epoch at hand so far; validation figures are not known before its end. */
static digitnet__epoch_result results_so_far(const fit_state *fit) {
    digitnet__progress place = place_of(fit);
    size_t images = place.batches_done * fit->batch_size;
    images = images < fit->image_count ? images : fit->image_count;
    double divisor = images ? (double)images : 1;
    return (digitnet__epoch_result){.values = {[DIGITNET_METRIC_LOSS] = place.loss_sum / divisor,
                                               [DIGITNET_METRIC_ACCURACY] = (double)place.correct / divisor,
                                               [DIGITNET_METRIC_VALIDATION_LOSS] = NAN,
                                               [DIGITNET_METRIC_VALIDATION_ACCURACY] = NAN,
                                               [DIGITNET_METRIC_SECONDS] = fit->seconds}};
}

/* Tells the callbacks, and notes it where one asks to stop. */
static digitnet_status tell(fit_state *fit, digitnet_event_kind kind, size_t epoch, size_t batch,
                            const digitnet__epoch_result *result) {
    digitnet_event event = {.struct_size = sizeof event,
                            .model = fit->model,
                            .epoch = epoch,
                            .epochs = fit->until_epoch,
                            .batch = batch,
                            .batches = fit->batch_count,
                            .loss = result->values[DIGITNET_METRIC_LOSS],
                            .accuracy = result->values[DIGITNET_METRIC_ACCURACY],
                            .validation_loss = result->values[DIGITNET_METRIC_VALIDATION_LOSS],
                            .validation_accuracy = result->values[DIGITNET_METRIC_VALIDATION_ACCURACY],
                            .seconds = result->values[DIGITNET_METRIC_SECONDS],
                            .kind = kind};
    bool stop = false;
    digitnet_status status = digitnet__callbacks_tell(&fit->callbacks, &event, &stop);
    if (stop && fit->end == DIGITNET_STOP_COMPLETED)
        fit->end = DIGITNET_STOP_CALLBACK;
    return status;
}

/* Tells of the epoch at hand as it stands; after the last one there is none, and it is told of again. */
static digitnet_status tell_progress(fit_state *fit, digitnet_event_kind kind) {
    digitnet__progress place = place_of(fit);
    bool over = place.epochs_done == fit->until_epoch;
    digitnet__epoch_result result = over ? fit->finished : results_so_far(fit);
    return tell(fit, kind, over ? fit->until_epoch : place.epochs_done + 1,
                over ? fit->batch_count : place.batches_done, &result);
}

static bool is_stopped(fit_state *fit) {
    if (atomic_exchange(&fit->model->stop_requested, 0) && fit->end == DIGITNET_STOP_COMPLETED)
        fit->end = DIGITNET_STOP_REQUESTED;
    return fit->end != DIGITNET_STOP_COMPLETED;
}

/* The rest of an epoch's batches, until a stop. */
static digitnet_status run_batches(fit_state *fit) {
    digitnet__progress *progress = &fit->model->training->progress;
    while (progress->batches_done < fit->batch_count && !is_stopped(fit)) {
        size_t first = progress->batches_done * fit->batch_size;
        size_t left = fit->image_count - first;
        double start = seconds_now();
        digitnet_status status =
            digitnet__stepper_run(&fit->stepper, fit->order + first, left < fit->batch_size ? left : fit->batch_size);
        fit->seconds += seconds_now() - start;
        fit->diverged = fit->stepper.diverged;
        if (status == DIGITNET_OK)
            status = tell_progress(fit, DIGITNET_EVENT_BATCH_END);
        if (status != DIGITNET_OK)
            return status;
    }
    return DIGITNET_OK;
}

static digitnet_status fail_diverged(fit_state *fit, const char *what) {
    fit->diverged = true;
    return digitnet__fail(DIGITNET_EDIVERGED, "%s is no longer finite in epoch %llu", what,
                          (unsigned long long)fit->model->training->progress.epochs_done + 1);
}

static bool all_finite(const float *values, size_t count) {
    size_t i = 0;
    while (i < count && isfinite(values[i]))
        i++;
    return i == count;
}

static digitnet_status check_finite(fit_state *fit) {
    if (!all_finite(fit->model->network.parameters, fit->model->network.parameter_count))
        return fail_diverged(fit, "a weight");
    if (!all_finite(fit->model->training->state, state_values(fit)))
        return fail_diverged(fit, "a moment of the optimizer");
    return DIGITNET_OK;
}

static digitnet_status validate(fit_state *fit, digitnet__epoch_result *result) {
    if (!fit->validation)
        return DIGITNET_OK;
    digitnet_metrics metrics;
    digitnet_status status = digitnet__evaluator_run(&metrics, &fit->evaluator);
    if (status == DIGITNET_OK && !isfinite(metrics.loss))
        status = fail_diverged(fit, "the validation's loss");
    if (status == DIGITNET_OK) {
        result->values[DIGITNET_METRIC_VALIDATION_LOSS] = metrics.loss;
        result->values[DIGITNET_METRIC_VALIDATION_ACCURACY] = metrics.accuracy;
    }
    return status;
}

/* After an epoch's last batch. */
static digitnet_status finish_epoch(fit_state *fit) {
    digitnet__progress *progress = &fit->model->training->progress;
    digitnet__epoch_result result = results_so_far(fit);
    digitnet_status status = check_finite(fit);
    if (status == DIGITNET_OK)
        status = validate(fit, &result);
    if (status == DIGITNET_OK)
        status = digitnet__history_append(fit->history, &result);
    if (status != DIGITNET_OK)
        return status;
    *progress = (digitnet__progress){.epochs_done = progress->epochs_done + 1, .steps_done = progress->steps_done};
    fit->finished = result;
    keep_state(fit);
    return tell(fit, DIGITNET_EVENT_EPOCH_END, progress->epochs_done, fit->batch_count, &result);
}

static digitnet_status run_epoch(fit_state *fit) {
    digitnet__training *training = fit->model->training;
    digitnet__progress *progress = &training->progress;
    if (fit->options.no_shuffle)
        digitnet__epoch_order(fit->order, fit->image_count);
    else
        digitnet__epoch_shuffle(fit->order, fit->image_count, training->seed, progress->epochs_done);
    *progress = place_of(fit);
    fit->seconds = 0;
    digitnet_status status = tell_progress(fit, DIGITNET_EVENT_EPOCH_BEGIN);
    if (status == DIGITNET_OK)
        status = run_batches(fit);
    if (status == DIGITNET_OK && progress->batches_done == fit->batch_count && fit->end == DIGITNET_STOP_COMPLETED)
        status = finish_epoch(fit);
    return status;
}

static digitnet_status run(fit_state *fit) {
    const digitnet__progress *progress = &fit->model->training->progress;
    keep_state(fit);
    digitnet_status status = tell_progress(fit, DIGITNET_EVENT_FIT_BEGIN);
    while (status == DIGITNET_OK && progress->epochs_done < fit->until_epoch && !is_stopped(fit))
        status = run_epoch(fit);
    if (status == DIGITNET_OK)
        status = check_finite(fit); /* a fit may be stopped before the next loss would show it */
    if (fit->diverged)
        restore_state(fit);
    if (status != DIGITNET_OK)
        fit->end = DIGITNET_STOP_FAILED;
    digitnet__history_set_end(fit->history, fit->end);
    tell_progress(fit, DIGITNET_EVENT_FIT_END);
    atomic_store(&fit->model->stop_requested, 0);
    return status;
}

/* With the model to itself. */
static digitnet_status prepare_and_run(fit_state *fit) {
    digitnet_status status = check_compiled(fit->model);
    if (status == DIGITNET_OK)
        status = prepare_datasets(fit);
    if (status != DIGITNET_OK)
        return status;
    uint64_t done = fit->model->training->progress.epochs_done;
    size_t epochs = fit->options.epochs ? fit->options.epochs : 1;
    fit->until_epoch = fit->options.until_epoch    ? fit->options.until_epoch
                       : epochs <= SIZE_MAX - done ? (size_t)done + epochs
                                                   : SIZE_MAX;
    status = book(fit);
    if (status != DIGITNET_OK)
        return status;
    if (done < fit->until_epoch) {
        digitnet__blas_enter();
        status = run(fit);
        digitnet__blas_leave();
    }
    if (fit->options.history) {
        *fit->options.history = fit->history;
        fit->history = NULL;
    }
    return status;
}

digitnet_status digitnet_model_fit(digitnet_model *model, const digitnet_dataset *train,
                                   const digitnet_fit_options *options) {
    fit_state fit = {.model = model, .train = train};
    digitnet_status status = DNN_OPTIONS_READ(&fit.options, options, digitnet_fit_options, reserved_2);
    if (fit.options.history)
        *fit.options.history = NULL;
    if (status == DIGITNET_OK)
        status = DNN_RESERVED_CHECK((size_t)fit.options.reserved_2 | fit.options.reserved, digitnet_fit_options);
    if (status == DIGITNET_OK && (!model || !train))
        status = digitnet__fail(DIGITNET_EINVAL, "digitnet_model_fit: %s is NULL", model ? "train" : "model");
    if (status == DIGITNET_OK)
        status = check_options(&fit.options);
    if (status == DIGITNET_OK)
        status = digitnet__model_begin_write(model);
    if (status != DIGITNET_OK)
        return status;
    fit.validation = fit.options.validation;
    fit.callbacks = (digitnet__callbacks){.list = fit.options.callbacks, .count = fit.options.callback_count};
    status = prepare_and_run(&fit);
    release(&fit);
    digitnet__model_end_write(model);
    return status;
}
