#include "training/evaluator.h"

#include "core/status.h"
#include "dataset/dataset.h"
#include "training/training.h"

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
    size_t workers = digitnet__thread_pool_size(evaluator->pool);
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
                                           const digitnet_dataset *dataset, size_t batch_size,
                                           digitnet__thread_pool *pool) {
    size_t count = digitnet_dataset_count(dataset);
    *evaluator = (digitnet__evaluator){
        .network = network, .dataset = dataset, .pool = pool, .batch_size = batch_size < count ? batch_size : count};
    digitnet__arena *arena = &evaluator->arena;
    size_t image_bytes = digitnet__shape_values(network->input) * sizeof(float);
    evaluator->indices = digitnet__arena_book(arena, evaluator->batch_size, sizeof(size_t));
    evaluator->labels = digitnet__arena_book(arena, evaluator->batch_size, sizeof(int32_t));
    evaluator->scores = digitnet__arena_book(arena, evaluator->batch_size, sizeof(digitnet__score));
    evaluator->images =
        digitnet__arena_book(arena, digitnet__dataset_is_source(dataset) ? evaluator->batch_size : 0, image_bytes);
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

static void run_chunk(void *context, size_t task, size_t worker) {
    digitnet__evaluator *evaluator = context;
    const digitnet__network *network = evaluator->network;
    const digitnet__workspace *workspace = &evaluator->workspaces[worker];
    size_t chunk = chunk_of(evaluator), first = task * chunk;
    size_t left = evaluator->batch_count - first;
    size_t count = left < chunk ? left : chunk;
    int32_t *labels = (int32_t *)at(evaluator, evaluator->labels) + first;
    float *input = digitnet__workspace_input(workspace);
    if (digitnet__dataset_is_source(evaluator->dataset)) {
        size_t values = digitnet__shape_values(network->input);
        memcpy(input, (float *)at(evaluator, evaluator->images) + first * values, count * values * sizeof(float));
    } else {
        const digitnet_batch batch = {.count = count,
                                      .indices = (size_t *)at(evaluator, evaluator->indices) + first,
                                      .images = input,
                                      .labels = labels};
        /* Cannot fail: the samples are in memory. */
        digitnet__dataset_gather(&batch, evaluator->dataset, network->kernels);
    }
    const float *logits = digitnet__workspace_forward(workspace, count);
    digitnet__cross_entropy((digitnet__score *)at(evaluator, evaluator->scores) + first, NULL, logits, labels, count,
                            digitnet__network_outputs(network), 1);
}

/* A source is asked on this thread, and its labels are checked as they come. */
static digitnet_status gather_source(digitnet__evaluator *evaluator, const size_t *indices) {
    int32_t *labels = at(evaluator, evaluator->labels);
    const digitnet_batch batch = {.count = evaluator->batch_count,
                                  .indices = indices,
                                  .images = at(evaluator, evaluator->images),
                                  .labels = labels};
    digitnet_status status = digitnet__dataset_gather(&batch, evaluator->dataset, evaluator->network->kernels);
    return status == DIGITNET_OK ? digitnet__training_check_labels(labels, indices, evaluator->batch_count,
                                                                   digitnet__network_outputs(evaluator->network))
                                 : status;
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
            digitnet_status status = gather_source(evaluator, indices);
            if (status != DIGITNET_OK)
                return status;
        }
        digitnet__thread_pool_run(evaluator->pool, run_chunk, evaluator,
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
