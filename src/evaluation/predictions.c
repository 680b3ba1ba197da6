#include "evaluation/predictions.h"

#include "core/status.h"
#include "core/threads.h"
#include "dataset/dataset.h"
#include "inference/predict.h"
#include "kernels/compute.h"
#include "model/model.h"

#include <stdio.h>

/* Samples of a batch: whole chunks for each thread, so that chunks are cut at the same places for any number. */
enum { LEAST_BATCH = 256 };

static size_t batch_size_of(size_t threads, size_t total) {
    size_t size = threads * DNN_PREDICT_IMAGES > LEAST_BATCH ? threads * DNN_PREDICT_IMAGES : LEAST_BATCH;
    return size < total ? size : total;
}

static digitnet_status check_images(const digitnet__predictions *predictions, const digitnet__graph *graph) {
    digitnet__shape images = digitnet__dataset_layout(predictions->dataset)->shape, input = graph->input;
    if (digitnet__shape_equal(images, input))
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_ESHAPE, "%s: the images are %s, the model takes %s", predictions->caller,
                          digitnet__shape_text(images).text, digitnet__shape_text(input).text);
}

static bool allocate(digitnet__predictions *predictions) {
    digitnet__arena *arena = &predictions->arena;
    size_t size = predictions->batch_size;
    predictions->indices = digitnet__arena_reserve(arena, size, sizeof(size_t));
    predictions->images = digitnet__arena_reserve(arena, size, predictions->image_values * sizeof(float));
    predictions->scores = digitnet__arena_reserve(arena, size, predictions->outputs * sizeof(float));
    if (predictions->answers == DNN_ANSWERS_LABELS)
        predictions->labels = digitnet__arena_reserve(arena, size, sizeof(int32_t));
    if (predictions->answers == DNN_ANSWERS_TARGETS)
        predictions->targets = digitnet__arena_reserve(arena, size, predictions->outputs * sizeof(float));
    return digitnet__arena_allocate(arena);
}

/* With the model held as a reader. */
static digitnet_status create(digitnet__predictions *predictions, const digitnet_model *model, size_t threads) {
    const digitnet__network *network = &model->network;
    DNN_TRY(digitnet__model_check_weights(model));
    DNN_TRY(check_images(predictions, &network->graph));
    predictions->kernels = network->kernels;
    predictions->image_values = digitnet__shape_values(network->graph.input);
    predictions->outputs = digitnet__network_outputs(network);
    predictions->batch_size = batch_size_of(threads, predictions->total);
    if (!allocate(predictions))
        return DIGITNET_ENOMEM;
    return digitnet_session_create(&predictions->session, model,
                                   &(digitnet_session_options){.struct_size = sizeof(digitnet_session_options),
                                                               .batch_size = threads * DNN_PREDICT_IMAGES,
                                                               .threads = threads});
}

digitnet_status digitnet__predictions_create(digitnet__predictions *predictions, const digitnet_model *model,
                                             const digitnet_dataset *dataset, digitnet__answers answers,
                                             const digitnet_predict_options *options, const char *caller) {
    *predictions = (digitnet__predictions){.dataset = dataset,
                                           .answers = answers,
                                           .caller = caller,
                                           .progress = options->progress,
                                           .user_data = options->user_data,
                                           .total = digitnet_dataset_count(dataset)};
    size_t threads = options->threads ? options->threads : digitnet__processor_count();
    DNN_TRY(digitnet__model_begin_read(model));
    digitnet_status status = create(predictions, model, threads);
    digitnet__model_end_read(model);
    if (status != DIGITNET_OK)
        digitnet__predictions_release(predictions);
    return status;
}

void digitnet__predictions_release(digitnet__predictions *predictions) {
    digitnet_session_free(predictions->session);
    digitnet__arena_release(&predictions->arena);
    *predictions = (digitnet__predictions){0};
}

static void *at(const digitnet__predictions *predictions, size_t offset) {
    return digitnet__arena_at(&predictions->arena, offset);
}

const float *digitnet__predictions_scores(const digitnet__predictions *predictions) {
    return at(predictions, predictions->scores);
}

static int32_t *labels_of(const digitnet__predictions *predictions) {
    return predictions->answers == DNN_ANSWERS_LABELS ? at(predictions, predictions->labels) : NULL;
}

static float *targets_of(const digitnet__predictions *predictions) {
    return predictions->answers == DNN_ANSWERS_TARGETS ? at(predictions, predictions->targets) : NULL;
}

const int32_t *digitnet__predictions_labels(const digitnet__predictions *predictions) {
    return labels_of(predictions);
}

const float *digitnet__predictions_targets(const digitnet__predictions *predictions) {
    return targets_of(predictions);
}

static digitnet_status gather(digitnet__predictions *predictions) {
    size_t *indices = at(predictions, predictions->indices);
    for (size_t i = 0; i < predictions->count; i++)
        indices[i] = predictions->done + i;
    const digitnet_batch batch = {.count = predictions->count,
                                  .indices = indices,
                                  .images = at(predictions, predictions->images),
                                  .labels = labels_of(predictions),
                                  .targets = targets_of(predictions)};
    return digitnet__dataset_gather(&batch, predictions->dataset, predictions->kernels, NULL);
}

digitnet_status digitnet__predictions_next(digitnet__predictions *predictions) {
    size_t left = predictions->total - predictions->done;
    predictions->count = left < predictions->batch_size ? left : predictions->batch_size;
    digitnet_status status = gather(predictions);
    if (status == DIGITNET_OK)
        status = digitnet_session_run(at(predictions, predictions->scores), predictions->count * predictions->outputs,
                                      predictions->session, at(predictions, predictions->images),
                                      predictions->count * predictions->image_values);
    if (status != DIGITNET_OK)
        return digitnet__fail(status, "%s: images %zu to %zu: %s", predictions->caller, predictions->done,
                              predictions->done + predictions->count - 1, digitnet_last_error());
    predictions->done += predictions->count;
    return DIGITNET_OK;
}

digitnet_status digitnet__predictions_report(const digitnet__predictions *predictions) {
    if (!predictions->progress)
        return DIGITNET_OK;
    uint64_t before = digitnet__message_count();
    digitnet__compute_begin_callback();
    int result = predictions->progress(predictions->done, predictions->total, predictions->user_data);
    digitnet__compute_end_callback();
    if (result == DIGITNET_OK)
        return DIGITNET_OK;
    char what[96], place[64];
    snprintf(what, sizeof what, "%s: the progress function", predictions->caller);
    snprintf(place, sizeof place, " after %zu of %zu images", predictions->done, predictions->total);
    return digitnet__fail_callback(result, before, what, place);
}
