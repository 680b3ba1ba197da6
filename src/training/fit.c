/* The loop over epochs and batches. */
#include "core/clock.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "core/threads.h"
#include "dataset/epoch_order.h"
#include "kernels/compute.h"
#include "optimizer/schedule.h"
#include "training/average.h"
#include "training/callbacks.h"
#include "training/evaluator.h"
#include "training/handshake.h"
#include "training/history.h"
#include "training/rank_data.h"
#include "training/ranks.h"
#include "training/trainer.h"
#include "training/validation_split.h"

#include <math.h>
#include <string.h>

enum { DEFAULT_BATCH_SIZE = 32, VALIDATION_BATCH_SIZE = 256 };

/* What ranks tell each other: that a stop was requested, a callback stops the fit, restores a snapshot, has found what
 * is not finite, or has set a learning rate. */
enum { FLAG_REQUESTED = 1, FLAG_STOP = 2, FLAG_RESTORE = 4, FLAG_DIVERGED = 8, FLAG_RATE = 16 };

typedef struct fit_state {
    digitnet_model *model;
    digitnet_fit_options options;
    const digitnet_dataset *train, *validation;     /* NULL: none */
    digitnet_dataset *train_part, *validation_part; /* of the validation fraction; owned */
    size_t until_epoch, batch_size, batch_count, image_count;
    size_t *order;
    digitnet__thread_pool *threads;
    digitnet__loss loss;
    digitnet__trainer trainer;
    digitnet__evaluator evaluator;
    digitnet__callbacks callbacks;
    digitnet__ranks ranks;
    digitnet__rank_data train_data, validation_data; /* as all ranks have them */
    digitnet_history *history;
    digitnet__snapshot finite; /* the last epoch's end, or the fit's beginning: known to be finite */
    bool writes;               /* has the model for itself */
    bool stop_requested;
    bool diverged;                   /* which a callback's or a source's EDIVERGED does not mean */
    digitnet__warning warning;       /* what the fit begins with */
    digitnet__epoch_result finished; /* of the last epoch that was */
    double seconds;                  /* spent training in this epoch */
    double step_rate;                /* the last step's learning rate; NaN before this fit's first one */
    digitnet_stop_reason stop_reason;
} fit_state;

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
    DNN_TRY(DNN_FLAG_CHECK(options, digitnet_fit_options, no_shuffle));
    DNN_TRY(DNN_FLAG_CHECK(options, digitnet_fit_options, validate_ema));
    DNN_TRY(DNN_FLAG_CHECK(options, digitnet_fit_options, validation_stratified));
    if (options->validation_stratified && options->validation_fraction == 0)
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_model_fit: validation_stratified is 1, but validation_fraction is 0");
    DNN_TRY(DNN_FLAG_CHECK(options, digitnet_fit_options, sharded));
    DNN_TRY(DNN_FLAG_CHECK(options, digitnet_fit_options, validation_sharded));
    DNN_TRY(DNN_FLAG_CHECK(options, digitnet_fit_options, bind_threads));
    if (options->sharded && options->validation_fraction > 0)
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_model_fit: sharded is 1, and validation_fraction is %s; give "
                              "validation instead",
                              digitnet__number_text(options->validation_fraction).text);
    if (options->validation_sharded && !options->validation)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_fit: validation_sharded is 1, but validation is NULL");
    return digitnet__callbacks_check(options->callbacks, options->callback_count);
}

static digitnet_status check_compiled(const digitnet_model *model) {
    DNN_TRY(digitnet__model_check(model));
    if (!model->training)
        return digitnet__fail(DIGITNET_ESTATE, "digitnet_model_fit: the model is not compiled");
    return DIGITNET_OK;
}

/* What the model was compiled with asks for. */
static digitnet_status check_settings(const fit_state *fit) {
    const digitnet__training *training = fit->model->training;
    const digitnet__optimizer_settings *settings = &training->settings;
    digitnet_metric monitor = settings->plateau.monitor;
    bool of_validation = monitor == DIGITNET_METRIC_VALIDATION_LOSS || monitor == DIGITNET_METRIC_VALIDATION_ACCURACY;
    bool validates = fit->options.validation || fit->options.validation_fraction > 0;
    if (settings->reduces_on_plateau && of_validation && !validates)
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_model_fit: reduce_on_plateau monitors %s, but there is no "
                              "validation",
                              digitnet__plateau_monitor(monitor));
    if (fit->options.validate_ema && settings->ema_momentum == 0)
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_model_fit: validate_ema, but the model is compiled without ema_momentum");
    return DIGITNET_OK;
}

static digitnet_status prepare_datasets(fit_state *fit) {
    const digitnet__graph *graph = &fit->model->network.graph;
    const digitnet__loss_kind *loss = fit->loss.kind;
    DNN_TRY(digitnet__dataset_check(graph, loss, fit->train, "training"));
    if (fit->validation)
        DNN_TRY(digitnet__dataset_check(graph, loss, fit->validation, "validation"));
    DNN_TRY(digitnet__class_weights_check(graph, loss, fit->options.class_weights, fit->options.class_weight_count));
    if (fit->options.validation_fraction > 0) {
        DNN_TRY(digitnet__split_validation(&fit->train_part, &fit->validation_part, &fit->warning, fit->train,
                                           &fit->options));
        fit->train = fit->train_part;
        fit->validation = fit->validation_part;
    }
    if (fit->options.sharded && digitnet__dataset_mixes(fit->train))
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_fit: the training data are sharded, but mixup or cutmix "
                                               "may mix samples of different ranks");
    DNN_TRY(digitnet__rank_data_create(&fit->train_data, fit->train, &fit->ranks, fit->options.sharded));
    if (!fit->validation)
        return DIGITNET_OK;
    return digitnet__rank_data_create(&fit->validation_data, fit->validation, &fit->ranks,
                                      fit->options.validation_sharded);
}

/* Once it is known how many images all ranks have. */
static void count_batches(fit_state *fit) {
    fit->image_count = digitnet__rank_data_count(&fit->train_data);
    fit->batch_size = fit->batch_size < fit->image_count ? fit->batch_size : fit->image_count;
    fit->batch_count = (fit->image_count - 1) / fit->batch_size + 1;
}

/* The other threads first: they get theirs of the processors that this one may use. */
static void bind_threads(const fit_state *fit) {
    digitnet__thread_pool_bind(fit->threads);
    digitnet__compute_bind();
}

/* All memory that the fit needs. */
static digitnet_status allocate(fit_state *fit) {
    fit->order = digitnet__allocate_array(fit->image_count, sizeof *fit->order);
    if (!fit->order)
        return DIGITNET_ENOMEM;
    DNN_TRY(digitnet__snapshot_create(&fit->finite, fit->model));
    DNN_TRY(digitnet__callbacks_prepare(&fit->callbacks, fit->model));
    DNN_TRY(digitnet__history_create(&fit->history, fit->model->training->progress.epochs_done + 1));
    digitnet__history_set_warning(fit->history, &fit->warning);
    DNN_TRY(digitnet__thread_pool_create(&fit->threads,
                                         fit->options.threads ? fit->options.threads : digitnet__processor_count()));
    if (fit->options.bind_threads)
        bind_threads(fit);
    DNN_TRY(digitnet__trainer_create(&fit->trainer, fit->model, &fit->loss, &fit->train_data, fit->batch_size,
                                     fit->threads));
    fit->trainer.batch.class_weights = fit->options.class_weights;
    if (!fit->validation)
        return DIGITNET_OK;
    return digitnet__evaluator_create(&fit->evaluator, &fit->model->network, &fit->loss, &fit->validation_data,
                                      VALIDATION_BATCH_SIZE, fit->threads);
}

static void release(fit_state *fit) {
    digitnet__ranks_release(&fit->ranks);
    digitnet__evaluator_release(&fit->evaluator);
    digitnet__trainer_release(&fit->trainer);
    digitnet__rank_data_release(&fit->train_data);
    digitnet__rank_data_release(&fit->validation_data);
    digitnet__thread_pool_free(fit->threads);
    digitnet__release(fit->order);
    digitnet__snapshot_release(&fit->finite);
    digitnet__callbacks_release(&fit->callbacks);
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
    digitnet__progress begin = digitnet__progress_between(progress);
    begin.image_count = fit->image_count;
    begin.batch_size = fit->batch_size;
    return begin;
}

/* Of the last step; before this fit's first one, that which the schedule has there. */
static double last_learning_rate(const fit_state *fit) {
    const digitnet__training *training = fit->model->training;
    uint64_t done = training->progress.steps_done;
    return isnan(fit->step_rate) ? digitnet__schedule_rate(&training->settings.schedule, done ? done - 1 : 0)
                                 : fit->step_rate;
}

/* The metrics of the current epoch so far; validation figures are not known before its end. */
static digitnet__epoch_result results_so_far(const fit_state *fit) {
    digitnet__progress place = place_of(fit);
    size_t images = place.batches_done * fit->batch_size;
    images = images < fit->image_count ? images : fit->image_count;
    double divisor = images ? (double)images : 1;
    return (digitnet__epoch_result){.values = {[DIGITNET_METRIC_LOSS] = place.loss_sum / divisor,
                                               [DIGITNET_METRIC_ACCURACY] = (double)place.correct / divisor,
                                               [DIGITNET_METRIC_VALIDATION_LOSS] = NAN,
                                               [DIGITNET_METRIC_VALIDATION_ACCURACY] = NAN,
                                               [DIGITNET_METRIC_SECONDS] = fit->seconds,
                                               [DIGITNET_METRIC_LEARNING_RATE] = last_learning_rate(fit)}};
}

static digitnet_event event_of(const fit_state *fit, digitnet_event_kind kind, size_t epoch, size_t batch,
                               const digitnet__epoch_result *result) {
    const digitnet__optimizer_settings *settings = &fit->model->training->settings;
    return (digitnet_event){.struct_size = sizeof(digitnet_event),
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
                            .learning_rate = result->values[DIGITNET_METRIC_LEARNING_RATE],
                            .warning = kind == DIGITNET_EVENT_FIT_BEGIN ? digitnet_history_warning(fit->history) : NULL,
                            .kind = kind,
                            .scheduled =
                                settings->reduces_on_plateau || !digitnet__schedule_is_constant(&settings->schedule)};
}

/* Of the current epoch as it stands; after the last one there is none, and that one is described again. */
static digitnet_event progress_event(const fit_state *fit, digitnet_event_kind kind) {
    digitnet__progress place = place_of(fit);
    bool over = place.epochs_done == fit->until_epoch;
    digitnet__epoch_result result = over ? fit->finished : results_so_far(fit);
    return event_of(fit, kind, over ? fit->until_epoch : place.epochs_done + 1,
                    over ? fit->batch_count : place.batches_done, &result);
}

/* What this rank's callbacks and its program ask for. */
static uint32_t flags_of(fit_state *fit) {
    bool requested = atomic_exchange(&fit->model->stop_requested, 0);
    return (requested ? FLAG_REQUESTED : 0) | (fit->callbacks.stop ? FLAG_STOP : 0) |
           (fit->callbacks.restore ? FLAG_RESTORE : 0) | (fit->callbacks.diverged ? FLAG_DIVERGED : 0);
}

/* Where callbacks have set a learning rate, on one rank or on several, all get that of the first of these, however the
 * agreement before has ended. */
static digitnet_status share_learning_rate(fit_state *fit, digitnet_status status, uint32_t flags) {
    digitnet_schedule *schedule = &fit->model->training->settings.schedule;
    if (!digitnet__ranks_are_many(&fit->ranks) || fit->ranks.lost || !(flags & FLAG_RATE))
        return status;
    digitnet__message reason = digitnet__message_keep();
    size_t root = digitnet__ranks_first_with(&fit->ranks, FLAG_RATE);
    digitnet_status shared = digitnet__ranks_broadcast(&fit->ranks, schedule, sizeof *schedule, root);
    if (status == DIGITNET_OK)
        return shared;
    digitnet__message_restore(&reason);
    return status;
}

/* After what a rank does for itself, which has set these flags: all go on, or none. */
static digitnet_status agree(fit_state *fit, digitnet_status status, uint32_t flags) {
    flags |= flags_of(fit);
    status = digitnet__ranks_agree(&fit->ranks, status, &flags);
    status = share_learning_rate(fit, status, flags);
    fit->diverged = fit->diverged || flags & FLAG_DIVERGED;
    fit->stop_requested = fit->stop_requested || flags & FLAG_REQUESTED;
    if (flags & FLAG_STOP && fit->stop_reason == DIGITNET_STOP_COMPLETED)
        fit->stop_reason = DIGITNET_STOP_CALLBACK;
    return status;
}

static digitnet_status report_and_agree(fit_state *fit, digitnet_event event) {
    const digitnet_schedule *schedule = &fit->model->training->settings.schedule, before = *schedule;
    digitnet_status status = digitnet__callbacks_report(&fit->callbacks, &event);
    bool sets_rate = memcmp(schedule, &before, sizeof before) != 0;
    return agree(fit, status, sets_rate ? FLAG_RATE : 0);
}

static bool is_stopped(fit_state *fit) {
    if (fit->stop_requested && fit->stop_reason == DIGITNET_STOP_COMPLETED)
        fit->stop_reason = DIGITNET_STOP_REQUESTED;
    return fit->stop_reason != DIGITNET_STOP_COMPLETED;
}

/* The rest of an epoch's batches, until a stop. */
static digitnet_status run_batches(fit_state *fit) {
    digitnet__progress *progress = &fit->model->training->progress;
    while (progress->batches_done < fit->batch_count && !is_stopped(fit)) {
        size_t first = progress->batches_done * fit->batch_size;
        size_t left = fit->image_count - first;
        double start = digitnet__seconds_now();
        digitnet_status status =
            digitnet__trainer_step(&fit->trainer, fit->order + first, left < fit->batch_size ? left : fit->batch_size);
        fit->seconds += digitnet__seconds_now() - start;
        fit->diverged = fit->trainer.diverged;
        DNN_TRY(status);
        if (fit->trainer.update.steps) /* else the gradient has been accumulated alone */
            fit->step_rate = fit->trainer.update.step.learning_rate;
        DNN_TRY(report_and_agree(fit, progress_event(fit, DIGITNET_EVENT_BATCH_END)));
    }
    return DIGITNET_OK;
}

static digitnet_status check_finite(fit_state *fit) {
    digitnet_status status = digitnet__snapshot_check_finite(fit->model);
    fit->diverged = status != DIGITNET_OK;
    return status;
}

static digitnet_status validate(fit_state *fit, digitnet__epoch_result *result) {
    if (!fit->validation)
        return DIGITNET_OK;
    digitnet_metrics metrics;
    if (fit->options.validate_ema)
        digitnet__average_swap(fit->model);
    else
        digitnet__network_refresh_inference(&fit->model->network);
    digitnet_status status = digitnet__evaluator_run(&metrics, &fit->evaluator);
    if (fit->options.validate_ema)
        digitnet__average_swap(fit->model);
    if (status != DIGITNET_OK)
        return status;
    if (!isfinite(metrics.loss)) {
        fit->diverged = true;
        return digitnet__fail(DIGITNET_EDIVERGED, "the validation's loss is no longer finite in epoch %llu",
                              (unsigned long long)fit->model->training->progress.epochs_done + 1);
    }
    result->values[DIGITNET_METRIC_VALIDATION_LOSS] = metrics.loss;
    result->values[DIGITNET_METRIC_VALIDATION_ACCURACY] = metrics.accuracy;
    return DIGITNET_OK;
}

static void lower_learning_rate(digitnet__training *training, const digitnet__epoch_result *result) {
    const digitnet_reduce_on_plateau *plateau = &training->settings.plateau;
    digitnet_schedule *schedule = &training->settings.schedule;
    if (training->settings.reduces_on_plateau)
        schedule->learning_rate = digitnet__plateau_rate(&training->progress.plateau, plateau, schedule->learning_rate,
                                                         result->values[plateau->monitor]);
}

/* After an epoch's last batch. All ranks validate alike, and fail alike. */
static digitnet_status finish_epoch(fit_state *fit) {
    digitnet__progress *progress = &fit->model->training->progress;
    digitnet__epoch_result result = results_so_far(fit);
    DNN_TRY(check_finite(fit));
    DNN_TRY(validate(fit, &result));
    DNN_TRY(agree(fit, digitnet__history_append(fit->history, &result), 0));
    lower_learning_rate(fit->model->training, &result);
    *progress = digitnet__progress_between(progress);
    progress->epochs_done++;
    fit->finished = result;
    digitnet__snapshot_take(&fit->finite, fit->model);
    return report_and_agree(fit,
                            event_of(fit, DIGITNET_EVENT_EPOCH_END, progress->epochs_done, fit->batch_count, &result));
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
    DNN_TRY(report_and_agree(fit, progress_event(fit, DIGITNET_EVENT_EPOCH_BEGIN)));
    DNN_TRY(run_batches(fit));
    bool finished = progress->batches_done == fit->batch_count && fit->stop_reason == DIGITNET_STOP_COMPLETED;
    return finished ? finish_epoch(fit) : DIGITNET_OK;
}

/* Where a callback restores its snapshot on one rank, all others get that training. */
static digitnet_status share_restored(fit_state *fit) {
    uint32_t flags = fit->callbacks.restore ? FLAG_RESTORE : 0;
    if (!digitnet__ranks_are_many(&fit->ranks) || fit->ranks.lost)
        return DIGITNET_OK;
    DNN_TRY(digitnet__ranks_agree(&fit->ranks, DIGITNET_OK, &flags));
    if (!(flags & FLAG_RESTORE))
        return DIGITNET_OK;
    size_t root = digitnet__ranks_first_with(&fit->ranks, FLAG_RESTORE);
    digitnet_status status = digitnet__snapshot_broadcast(fit->model, &fit->ranks, root);
    if (status != DIGITNET_OK) /* it may have come in part */
        digitnet__snapshot_restore(fit->model, fit->callbacks.restore ? &fit->callbacks.snapshot : &fit->finite);
    return status;
}

/* The state that the fit ends with: what a callback has asked for, or where it diverged the last one that was finite.
 */
static digitnet_status restore(fit_state *fit) {
    if (fit->callbacks.restore)
        digitnet__snapshot_restore(fit->model, &fit->callbacks.snapshot);
    else if (fit->diverged)
        digitnet__snapshot_restore(fit->model, &fit->finite);
    return share_restored(fit);
}

static digitnet_status run(fit_state *fit) {
    const digitnet__progress *progress = &fit->model->training->progress;
    digitnet__snapshot_take(&fit->finite, fit->model);
    digitnet_status status = report_and_agree(fit, progress_event(fit, DIGITNET_EVENT_FIT_BEGIN));
    while (status == DIGITNET_OK && progress->epochs_done < fit->until_epoch && !is_stopped(fit))
        status = run_epoch(fit);
    if (status == DIGITNET_OK)
        status = check_finite(fit); /* a fit may be stopped before the next loss would show it */
    digitnet__message reason = digitnet__message_keep();
    digitnet_event last = progress_event(fit, DIGITNET_EVENT_FIT_END);
    digitnet_status restored = restore(fit);
    if (status == DIGITNET_OK && restored != DIGITNET_OK) {
        status = restored;
        reason = digitnet__message_keep();
    }
    digitnet__network_refresh_inference(&fit->model->network);
    if (status != DIGITNET_OK)
        fit->stop_reason = DIGITNET_STOP_FAILED;
    digitnet__history_set_stop_reason(fit->history, fit->stop_reason);
    digitnet__callbacks_report(&fit->callbacks, &last);
    if (status != DIGITNET_OK)
        digitnet__message_restore(&reason);
    return status;
}

/* Epochs that the model will have done. */
static size_t last_epoch(const fit_state *fit) {
    uint64_t done = fit->model->training->progress.epochs_done;
    size_t epochs = fit->options.epochs ? fit->options.epochs : 1;
    if (fit->options.until_epoch)
        return fit->options.until_epoch;
    return epochs <= SIZE_MAX - done ? (size_t)done + epochs : SIZE_MAX;
}

/* All that a fit may be refused for but memory. */
static digitnet_status prepare(fit_state *fit) {
    if (!fit->model || !fit->train)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_fit: %s is NULL", fit->model ? "train" : "model");
    DNN_TRY(check_options(&fit->options));
    DNN_TRY(digitnet__model_begin_write(fit->model));
    fit->writes = true;
    fit->validation = fit->options.validation;
    fit->callbacks = (digitnet__callbacks){.list = fit->options.callbacks, .count = fit->options.callback_count};
    DNN_TRY(check_compiled(fit->model));
    DNN_TRY(digitnet__loss_of_model(&fit->loss, fit->model));
    DNN_TRY(check_settings(fit));
    DNN_TRY(prepare_datasets(fit));
    fit->batch_size = fit->options.batch_size ? fit->options.batch_size : DEFAULT_BATCH_SIZE;
    fit->until_epoch = last_epoch(fit);
    return DIGITNET_OK;
}

/* All ranks are prepared, and train the same. */
static digitnet_status meet(fit_state *fit, digitnet_status status) {
    DNN_TRY(digitnet__handshake_versions(&fit->ranks));
    status = digitnet__ranks_agree_at_first(&fit->ranks, status);
    if (status != DIGITNET_OK || !digitnet__ranks_are_many(&fit->ranks))
        return status;
    const digitnet__handshake own = {.model = fit->model,
                                     .train = fit->train,
                                     .validation = fit->validation,
                                     .options = &fit->options,
                                     .batch_size = fit->batch_size,
                                     .until_epoch = fit->until_epoch};
    DNN_TRY(digitnet__handshake_run(&own, &fit->ranks));
    DNN_TRY(digitnet__rank_data_meet(&fit->train_data));
    return digitnet__rank_data_meet(&fit->validation_data);
}

static digitnet_status run_prepared(fit_state *fit) {
    bool done = fit->model->training->progress.epochs_done >= fit->until_epoch;
    digitnet_status status = done ? DIGITNET_OK : run(fit);
    atomic_store(&fit->model->stop_requested, 0);
    if (fit->options.history) {
        *fit->options.history = fit->history;
        fit->history = NULL;
    }
    return status;
}

/* `options`: whether reading them succeeded. */
static digitnet_status fit_model(fit_state *fit, digitnet_status options) {
    digitnet_status status = digitnet__ranks_init(&fit->ranks, fit->options.communicator);
    if (status != DIGITNET_OK)
        return status;
    status = meet(fit, options == DIGITNET_OK ? prepare(fit) : options);
    if (status == DIGITNET_OK) {
        count_batches(fit);
        status = digitnet__ranks_agree_at_first(&fit->ranks, allocate(fit));
    }
    if (status == DIGITNET_OK)
        status = run_prepared(fit);
    release(fit);
    if (fit->writes)
        digitnet__model_end_write(fit->model);
    return status;
}

static digitnet_status read_and_fit(digitnet_model *model, const digitnet_dataset *train,
                                    const digitnet_fit_options *options) {
    fit_state fit = {.model = model, .train = train, .step_rate = NAN};
    digitnet_status status = DNN_OPTIONS_READ(&fit.options, options, digitnet_fit_options, bind_threads);
    if (fit.options.history)
        *fit.options.history = NULL;
    status = fit_model(&fit, status);
    digitnet__message reason = digitnet__message_keep();
    digitnet__callbacks_end(fit.options.callbacks, fit.options.callback_count);
    if (status != DIGITNET_OK)
        digitnet__message_restore(&reason);
    return status;
}

digitnet_status digitnet_model_fit(digitnet_model *model, const digitnet_dataset *train,
                                   const digitnet_fit_options *options) {
    digitnet__compute compute;
    digitnet__compute_enter(&compute);
    return digitnet__compute_leave(&compute, read_and_fit(model, train, options));
}
