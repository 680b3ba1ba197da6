#include "training/evaluator.h"

#include "core/status.h"
#include "dataset/dataset.h"
#include "training/regularizer.h"

#include <string.h>

/* Images that go through the network together: their outputs stay in cache. */
enum { CHUNK_IMAGES = 32 };

static void *at(const digitnet__evaluator *evaluator, size_t offset) {
    return digitnet__arena_at(&evaluator->arena, offset);
}

static size_t chunk_of(const digitnet__evaluator *evaluator) {
    return evaluator->batch_size < CHUNK_IMAGES ? evaluator->batch_size : CHUNK_IMAGES;
}

/* What is gathered for a part of the batch; images go elsewhere. */
static digitnet_batch part_of(const digitnet__evaluator *evaluator, size_t first, size_t count, float *images) {
    return digitnet__loss_batch_part(&evaluator->batch, at(evaluator, evaluator->indices), images, first, count);
}

digitnet_status digitnet__evaluator_create(digitnet__evaluator *evaluator, const digitnet__network *network,
                                           const digitnet__loss *loss, digitnet__rank_data *data, size_t batch_size,
                                           digitnet__thread_pool *threads) {
    size_t count = digitnet__rank_data_count(data);
    digitnet_activation fused = digitnet__loss_fused_activation(loss->kind, &network->graph);
    *evaluator = (digitnet__evaluator){.network = network,
                                       .activates = network->inference.left_out != fused,
                                       .data = data,
                                       .threads = threads,
                                       .ranks = data->ranks,
                                       .batch_size = batch_size < count ? batch_size : count};
    digitnet__arena *arena = &evaluator->arena;
    size_t image_bytes = digitnet__shape_values(network->graph.input) * sizeof(float);
    evaluator->indices = digitnet__arena_reserve(arena, evaluator->batch_size, sizeof(size_t));
    evaluator->images =
        digitnet__arena_reserve(arena, digitnet__rank_data_comes_first(data) ? evaluator->batch_size : 0, image_bytes);
    digitnet_status status = digitnet__arena_allocate(arena) ? DIGITNET_OK : DIGITNET_ENOMEM;
    if (status == DIGITNET_OK)
        status = digitnet__workspaces_create(&evaluator->workspaces, network, chunk_of(evaluator), threads);
    if (status == DIGITNET_OK)
        status = digitnet__loss_batch_create(&evaluator->batch, loss, digitnet__graph_output(&network->graph),
                                             data->dataset, evaluator->batch_size, digitnet__thread_pool_size(threads));
    if (status == DIGITNET_OK) {
        const digitnet_batch like = part_of(evaluator, 0, evaluator->batch_size, at(evaluator, evaluator->images));
        status = digitnet__rank_data_allocate(data, &like, evaluator->batch_size);
    }
    if (status != DIGITNET_OK)
        digitnet__evaluator_release(evaluator);
    return status;
}

void digitnet__evaluator_release(digitnet__evaluator *evaluator) {
    digitnet__workspaces_release(&evaluator->workspaces);
    digitnet__loss_batch_release(&evaluator->batch);
    digitnet__arena_release(&evaluator->arena);
    *evaluator = (digitnet__evaluator){0};
}

static void fill_input(const digitnet__evaluator *evaluator, const digitnet_batch *batch, size_t first) {
    const digitnet__network *network = evaluator->network;
    if (digitnet__rank_data_comes_first(evaluator->data)) { /* gather_first() has gathered it */
        size_t values = digitnet__shape_values(network->graph.input);
        memcpy(batch->images, (float *)at(evaluator, evaluator->images) + first * values,
               batch->count * values * sizeof(float));
    } else {
        /* Cannot fail: the samples are in memory. */
        digitnet__dataset_gather(batch, evaluator->data->dataset, network->kernels, NULL);
    }
}

static void run_chunk(void *context, size_t task, size_t worker) {
    digitnet__evaluator *evaluator = context;
    const digitnet__workspace *workspace = &evaluator->workspaces.of_workers[worker];
    size_t chunk = chunk_of(evaluator), first = (evaluator->chunks.first + task) * chunk;
    size_t left = evaluator->batch_count - first;
    size_t count = left < chunk ? left : chunk;
    const digitnet_batch batch = part_of(evaluator, first, count, digitnet__workspace_input(workspace));
    fill_input(evaluator, &batch, first);
    float *outputs = digitnet__workspace_forward(workspace, count);
    if (evaluator->activates)
        digitnet__workspace_activate(workspace, outputs, count);
    digitnet__loss_batch_run(&evaluator->batch, outputs, NULL, first, count, 1, worker);
}

/* The chunks of the current batch, and the images in them, that are a rank's. */
static digitnet__share chunks_of(const digitnet__evaluator *evaluator, size_t rank) {
    size_t chunks = (evaluator->batch_count - 1) / chunk_of(evaluator) + 1;
    return digitnet__ranks_share(evaluator->ranks, rank, chunks);
}

static digitnet__share images_of(const void *context, size_t rank) {
    const digitnet__evaluator *evaluator = context;
    digitnet__share chunks = chunks_of(evaluator, rank);
    size_t chunk = chunk_of(evaluator), count = evaluator->batch_count;
    return (digitnet__share){.first = chunks.first * chunk < count ? chunks.first * chunk : count,
                             .end = chunks.end * chunk < count ? chunks.end * chunk : count};
}

/* What does not come chunk by chunk. */
static digitnet_status gather_first(const digitnet__evaluator *evaluator) {
    const digitnet__wanted_batch wanted = {
        .batch = part_of(evaluator, 0, evaluator->batch_count, at(evaluator, evaluator->images)),
        .needed = images_of,
        .context = evaluator,
        .network = evaluator->network,
        .loss = evaluator->batch.loss.kind,
        .threads = evaluator->threads};
    return digitnet__rank_data_gather(evaluator->data, &wanted);
}

/* Those that the other ranks have computed. */
static digitnet_status gather_scores(const digitnet__evaluator *evaluator) {
    digitnet__ranks *ranks = evaluator->ranks;
    if (!digitnet__ranks_are_many(ranks))
        return DIGITNET_OK;
    for (size_t rank = 0; rank < ranks->communicator.size; rank++) {
        digitnet__share images = images_of(evaluator, rank);
        ranks->bytes[rank] = (images.end - images.first) * sizeof(digitnet__score);
    }
    return digitnet__ranks_gather(ranks, digitnet__loss_batch_scores(&evaluator->batch));
}

/* The scores of the current batch. */
static digitnet_status run_batch(digitnet__evaluator *evaluator) {
    digitnet__ranks *ranks = evaluator->ranks;
    evaluator->chunks = chunks_of(evaluator, ranks->communicator.rank);
    if (digitnet__rank_data_comes_first(evaluator->data))
        DNN_TRY(gather_first(evaluator));
    digitnet__thread_pool_run(evaluator->threads, run_chunk, evaluator,
                              evaluator->chunks.end - evaluator->chunks.first);
    digitnet_status status = digitnet__loss_batch_check(&evaluator->batch);
    if (evaluator->batch.loss.custom)
        status = digitnet__ranks_agree(ranks, status, NULL);
    return status == DIGITNET_OK ? gather_scores(evaluator) : status;
}

digitnet_status digitnet__evaluator_run(digitnet_metrics *metrics, digitnet__evaluator *evaluator) {
    size_t total = digitnet__rank_data_count(evaluator->data), correct = 0;
    size_t *indices = at(evaluator, evaluator->indices);
    const digitnet__score *scores = digitnet__loss_batch_scores(&evaluator->batch);
    double loss = 0;
    for (size_t first = 0; first < total; first += evaluator->batch_count) {
        size_t left = total - first;
        evaluator->batch_count = left < evaluator->batch_size ? left : evaluator->batch_size;
        for (size_t i = 0; i < evaluator->batch_count; i++)
            indices[i] = first + i;
        DNN_TRY(run_batch(evaluator));
        for (size_t i = 0; i < evaluator->batch_count; i++) {
            loss += scores[i].loss;
            correct += scores[i].correct;
        }
    }
    *metrics = (digitnet_metrics){.struct_size = sizeof *metrics,
                                  .count = total,
                                  .loss = loss / (double)total + digitnet__penalty(evaluator->network),
                                  .accuracy = (double)correct / (double)total};
    return DIGITNET_OK;
}
