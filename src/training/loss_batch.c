#include "training/loss_batch.h"

#include "core/status.h"
#include "dataset/dataset.h"
#include "training/custom_loss.h"
#include "training/losses.h"

/* A worker's first failure, by the order of the samples. */
typedef struct failure {
    digitnet_status status; /* OK: none */
    size_t first;
    digitnet__message message;
} failure;

static void *at(const digitnet__loss_batch *batch, size_t offset) {
    return digitnet__arena_at(&batch->arena, offset);
}

static bool takes_sequences(const digitnet__loss_batch *batch) {
    return batch->loss.kind->labels == DNN_LABELS_SEQUENCE;
}

digitnet_status digitnet__loss_batch_create(digitnet__loss_batch *batch, const digitnet__loss *loss,
                                            digitnet__shape output, const digitnet_dataset *dataset, size_t capacity,
                                            size_t workers) {
    *batch = (digitnet__loss_batch){.loss = *loss,
                                    .caller = digitnet__compute_innermost(),
                                    .output = output,
                                    .max_labels = digitnet__dataset_layout(dataset)->max_labels,
                                    .workers = workers};
    bool custom = loss->custom != NULL, sequences = takes_sequences(batch);
    digitnet__arena *arena = &batch->arena;
    if (digitnet__dataset_gives_targets(loss->kind, dataset))
        batch->target_values = digitnet__dataset_layout(dataset)->target_values;
    if (sequences)
        batch->scratch_size = digitnet__ctc_scratch(output.width, output.channels, batch->max_labels);
    batch->labels = digitnet__arena_reserve(arena, capacity, batch->max_labels * sizeof(int32_t));
    batch->label_counts = digitnet__arena_reserve(arena, sequences ? capacity : 0, sizeof(int32_t));
    batch->targets = digitnet__arena_reserve(arena, capacity, batch->target_values * sizeof(float));
    batch->weights = digitnet__arena_reserve(arena, capacity, sizeof(float));
    batch->scores = digitnet__arena_reserve(arena, capacity, sizeof(digitnet__score));
    batch->losses = digitnet__arena_reserve(arena, custom ? capacity : 0, sizeof(double));
    batch->failures = digitnet__arena_reserve(arena, custom ? workers : 0, sizeof(failure));
    batch->scratch = digitnet__arena_reserve(arena, workers, batch->scratch_size);
    return digitnet__arena_allocate(arena) ? DIGITNET_OK : DIGITNET_ENOMEM;
}

void digitnet__loss_batch_release(digitnet__loss_batch *batch) {
    digitnet__arena_release(&batch->arena);
}

digitnet_batch digitnet__loss_batch_part(const digitnet__loss_batch *batch, const size_t *indices, float *images,
                                         size_t first, size_t count) {
    size_t targets = batch->target_values;
    return (digitnet_batch){.count = count,
                            .indices = indices ? indices + first : NULL,
                            .images = images,
                            .labels = targets ? NULL : (int32_t *)at(batch, batch->labels) + first * batch->max_labels,
                            .label_counts =
                                takes_sequences(batch) ? (int32_t *)at(batch, batch->label_counts) + first : NULL,
                            .targets = targets ? (float *)at(batch, batch->targets) + first * targets : NULL,
                            .sample_weights = (float *)at(batch, batch->weights) + first};
}

static void weigh_classes(float *weights, const digitnet__loss_batch *batch, const digitnet__loss_rows *rows) {
    for (size_t row = 0; batch->class_weights && row < rows->rows; row++)
        weights[row] *= batch->class_weights[digitnet__row_class(rows, row)];
}

static void keep_failure(const digitnet__loss_batch *batch, digitnet_status status, size_t first, size_t worker) {
    failure *kept = (failure *)at(batch, batch->failures) + worker;
    if (kept->status == DIGITNET_OK || first < kept->first)
        *kept = (failure){.status = status, .first = first, .message = digitnet__message_keep()};
}

void digitnet__loss_batch_run(const digitnet__loss_batch *batch, const float *outputs, float *gradient, size_t first,
                              size_t count, float scale, size_t worker) {
    digitnet_batch part = digitnet__loss_batch_part(batch, NULL, NULL, first, count);
    digitnet__score *scores = (digitnet__score *)at(batch, batch->scores) + first;
    const digitnet__loss_rows rows = {.outputs = outputs,
                                      .labels = part.labels,
                                      .label_counts = part.label_counts,
                                      .targets = part.targets,
                                      .weights = part.sample_weights,
                                      .rows = count,
                                      .columns = digitnet__shape_values(batch->output),
                                      .max_labels = batch->max_labels,
                                      .steps = batch->output.width,
                                      .scratch =
                                          (unsigned char *)at(batch, batch->scratch) + worker * batch->scratch_size};
    weigh_classes(part.sample_weights, batch, &rows);
    if (!batch->loss.custom) {
        batch->loss.kind->run(scores, gradient, &rows, &batch->loss.settings, scale);
        return;
    }
    double *losses = (double *)at(batch, batch->losses) + first;
    digitnet_status status = digitnet__custom_loss_run(scores, losses, gradient, &batch->loss, batch->caller, &rows,
                                                       batch->target_values, scale);
    if (status != DIGITNET_OK)
        keep_failure(batch, status, first, worker);
}

digitnet_status digitnet__loss_batch_check(digitnet__loss_batch *batch) {
    failure *failures = at(batch, batch->failures), earliest = {.status = DIGITNET_OK};
    for (size_t i = 0; batch->loss.custom && i < batch->workers; i++) {
        bool failed = failures[i].status != DIGITNET_OK;
        if (failed && (earliest.status == DIGITNET_OK || failures[i].first < earliest.first))
            earliest = failures[i];
        failures[i].status = DIGITNET_OK;
    }
    return earliest.status == DIGITNET_OK ? DIGITNET_OK : digitnet__fail(earliest.status, "%s", earliest.message.text);
}

digitnet__score *digitnet__loss_batch_scores(const digitnet__loss_batch *batch) {
    return at(batch, batch->scores);
}
