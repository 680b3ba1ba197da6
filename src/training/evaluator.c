#include "training/evaluator.h"

#include "core/status.h"
#include "dataset/dataset.h"
#include "training/dataset_check.h"

#include <string.h>

/* Images that go through the network together: their outputs stay in cache. */
enum { CHUNK_IMAGES = 32 };

static void *at(const digitnet__evaluator *evaluator, size_t offset) {
    return digitnet__arena_at(&evaluator->arena, offset);
}

static size_t chunk_of(const digitnet__evaluator *evaluator) {
    return evaluator->batch_size < CHUNK_IMAGES ? evaluator->batch_size : CHUNK_IMAGES;
}

static digitnet_status create_workspaces(digitnet__evaluator *evaluator) {
    size_t workers = digitnet__thread_pool_size(evaluator->threads);
    evaluator->workspaces = digitnet__allocate_zeroed_array(workers, sizeof *evaluator->workspaces);
    if (!evaluator->workspaces)
        return DIGITNET_ENOMEM;
    digitnet_status status = DIGITNET_OK;
    for (; status == DIGITNET_OK && evaluator->workspace_count < workers; evaluator->workspace_count++) {
        status = digitnet__workspace_create(&evaluator->workspaces[evaluator->workspace_count], evaluator->network,
                                            chunk_of(evaluator));
    }
    return status;
}

digitnet_status digitnet__evaluator_create(digitnet__evaluator *evaluator, const digitnet__network *network,
                                           const digitnet__loss_kind *loss, const digitnet_dataset *dataset,
                                           size_t batch_size, digitnet__thread_pool *threads) {
    size_t count = digitnet_dataset_count(dataset);
    *evaluator = (digitnet__evaluator){.network = network,
                                       .loss = loss,
                                       .activates = network->inference.left_out != loss->takes_over,
                                       .dataset = dataset,
                                       .threads = threads,
                                       .batch_size = batch_size < count ? batch_size : count};
    digitnet__arena *arena = &evaluator->arena;
    size_t image_bytes = digitnet__shape_values(network->graph.input) * sizeof(float);
    evaluator->indices = digitnet__arena_reserve(arena, evaluator->batch_size, sizeof(size_t));
    evaluator->labels = digitnet__arena_reserve(arena, evaluator->batch_size, sizeof(int32_t));
    if (digitnet__dataset_gives_targets(loss, dataset))
        evaluator->target_values = digitnet__dataset_layout(dataset)->target_values;
    evaluator->targets =
        digitnet__arena_reserve(arena, evaluator->batch_size, evaluator->target_values * sizeof(float));
    evaluator->weights = digitnet__arena_reserve(arena, evaluator->batch_size, sizeof(float));
    evaluator->scores = digitnet__arena_reserve(arena, evaluator->batch_size, sizeof(digitnet__score));
    evaluator->images =
        digitnet__arena_reserve(arena, digitnet__dataset_is_source(dataset) ? evaluator->batch_size : 0, image_bytes);
    digitnet_status status = digitnet__arena_allocate(arena) ? create_workspaces(evaluator) : DIGITNET_ENOMEM;
    if (status != DIGITNET_OK)
        digitnet__evaluator_release(evaluator);
    return status;
}

void digitnet__evaluator_release(digitnet__evaluator *evaluator) {
    for (size_t i = 0; i < evaluator->workspace_count; i++)
        digitnet__workspace_release(&evaluator->workspaces[i]);
    digitnet__release(evaluator->workspaces);
    digitnet__arena_release(&evaluator->arena);
    *evaluator = (digitnet__evaluator){0};
}

/* What is gathered for a part of the batch; images go elsewhere. */
static digitnet_batch batch_of(const digitnet__evaluator *evaluator, size_t first, size_t count, float *images) {
    size_t targets = evaluator->target_values;
    return (digitnet_batch){.count = count,
                            .indices = (size_t *)at(evaluator, evaluator->indices) + first,
                            .images = images,
                            .labels = targets ? NULL : (int32_t *)at(evaluator, evaluator->labels) + first,
                            .targets = targets ? (float *)at(evaluator, evaluator->targets) + first * targets : NULL,
                            .sample_weights = (float *)at(evaluator, evaluator->weights) + first};
}

static void fill_input(const digitnet__evaluator *evaluator, const digitnet_batch *batch, size_t first) {
    const digitnet__network *network = evaluator->network;
    if (digitnet__dataset_is_source(evaluator->dataset)) { /* gather_source() has gathered it */
        size_t values = digitnet__shape_values(network->graph.input);
        memcpy(batch->images, (float *)at(evaluator, evaluator->images) + first * values,
               batch->count * values * sizeof(float));
    } else {
        /* Cannot fail: the samples are in memory. */
        digitnet__dataset_gather(batch, evaluator->dataset, network->kernels, NULL);
    }
}

static void run_chunk(void *context, size_t task, size_t worker) {
    digitnet__evaluator *evaluator = context;
    const digitnet__workspace *workspace = &evaluator->workspaces[worker];
    size_t chunk = chunk_of(evaluator), first = task * chunk;
    size_t left = evaluator->batch_count - first;
    size_t count = left < chunk ? left : chunk;
    const digitnet_batch batch = batch_of(evaluator, first, count, digitnet__workspace_input(workspace));
    fill_input(evaluator, &batch, first);
    float *outputs = digitnet__workspace_forward(workspace, count);
    if (evaluator->activates)
        digitnet__workspace_activate(workspace, outputs, count);
    const digitnet__loss_rows rows = {.outputs = outputs,
                                      .labels = batch.labels,
                                      .targets = batch.targets,
                                      .weights = batch.sample_weights,
                                      .rows = count,
                                      .columns = digitnet__network_outputs(evaluator->network)};
    evaluator->loss->run((digitnet__score *)at(evaluator, evaluator->scores) + first, NULL, &rows, 1);
}

/* A source is asked on this thread, and its labels are checked as they come. */
static digitnet_status gather_source(digitnet__evaluator *evaluator) {
    const digitnet_batch batch = batch_of(evaluator, 0, evaluator->batch_count, at(evaluator, evaluator->images));
    DNN_TRY(digitnet__dataset_gather(&batch, evaluator->dataset, evaluator->network->kernels, NULL));
    return digitnet__batch_check(&evaluator->network->graph, &batch);
}

digitnet_status digitnet__evaluator_run(digitnet_metrics *metrics, digitnet__evaluator *evaluator) {
    size_t total = digitnet_dataset_count(evaluator->dataset), correct = 0;
    size_t *indices = at(evaluator, evaluator->indices);
    const digitnet__score *scores = at(evaluator, evaluator->scores);
    double loss = 0;
    for (size_t first = 0; first < total; first += evaluator->batch_count) {
        size_t left = total - first;
        evaluator->batch_count = left < evaluator->batch_size ? left : evaluator->batch_size;
        for (size_t i = 0; i < evaluator->batch_count; i++)
            indices[i] = first + i;
        if (digitnet__dataset_is_source(evaluator->dataset)) {
            digitnet_status status = gather_source(evaluator);
            if (status != DIGITNET_OK)
                return status;
        }
        digitnet__thread_pool_run(evaluator->threads, run_chunk, evaluator,
                                  (evaluator->batch_count - 1) / chunk_of(evaluator) + 1);
        for (size_t i = 0; i < evaluator->batch_count; i++) {
            loss += scores[i].loss;
            correct += scores[i].correct;
        }
    }
    *metrics = (digitnet_metrics){.struct_size = sizeof *metrics,
                                  .count = total,
                                  .loss = loss / (double)total,
                                  .accuracy = (double)correct / (double)total};
    return DIGITNET_OK;
}
