#include "training/trainer.h"

#include "core/random.h"
#include "core/status.h"
#include "dataset/dataset.h"
#include "training/exchange.h"
#include "training/regularizer.h"

#include <math.h>

/* The ranks share products over the whole batch from so many samples on: a value of the gradient takes a multiplication
 * for each sample, and 4 bytes to move, which take about as long at 10 Gbit/s (docs/SCALING.md). */
enum { DEALT_BATCH = 128 };

static digitnet__rows rows_of_scores(const digitnet__trainer *trainer) {
    return (digitnet__rows){.first = (unsigned char *)digitnet__loss_batch_scores(&trainer->batch),
                            .bytes = sizeof(digitnet__score),
                            .stride = sizeof(digitnet__score)};
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

/* The most that the ranks exchange at a time. */
static size_t exchange_bytes(const digitnet__trainer *trainer) {
    const digitnet__pass *pass = &trainer->pass;
    size_t most = larger(digitnet__exchange_bytes(pass, trainer->rows, trainer->row_count),
                         digitnet__exchange_copy_bytes(trainer->ranks, pass));
    most = larger(most, digitnet__exchange_gradient_bytes(pass));
    for (size_t i = 0; i + 1 < pass->forward_count; i++) {
        digitnet__rows rows = digitnet__pass_forward_rows(pass, i);
        most = larger(most, digitnet__exchange_bytes(pass, &rows, 1));
    }
    for (size_t i = 0; i + 1 < pass->backward_count; i++) {
        digitnet__rows rows = digitnet__pass_backward_rows(pass, i);
        most = larger(most, digitnet__exchange_bytes(pass, &rows, 1));
    }
    return most;
}

/* The scores travel with what the gradients are taken from. */
static digitnet_status prepare_exchange(digitnet__trainer *trainer) {
    if (!digitnet__ranks_are_many(trainer->ranks))
        return DIGITNET_OK;
    trainer->rows = digitnet__allocate_array(digitnet__pass_most_rows(&trainer->pass) + 1, sizeof *trainer->rows);
    if (!trainer->rows)
        return DIGITNET_ENOMEM;
    trainer->row_count = digitnet__pass_gradient_rows(trainer->rows, &trainer->pass);
    trainer->rows[trainer->row_count++] = rows_of_scores(trainer);
    return digitnet__ranks_allocate(trainer->ranks, exchange_bytes(trainer));
}

/* What is gathered for a range of the batch. */
static digitnet_batch part_of(const digitnet__trainer *trainer, size_t first, size_t count) {
    digitnet_batch part = digitnet__loss_batch_part(&trainer->batch, trainer->indices,
                                                    digitnet__pass_input(&trainer->pass, first), first, count);
    part.seeds = digitnet__pass_seeds(&trainer->pass, first);
    return part;
}

digitnet_status digitnet__trainer_create(digitnet__trainer *trainer, digitnet_model *model, const digitnet__loss *loss,
                                         digitnet__rank_data *data, size_t batch_size, digitnet__thread_pool *threads) {
    const digitnet_dataset *dataset = data->dataset;
    *trainer = (digitnet__trainer){.model = model, .data = data, .threads = threads, .ranks = data->ranks};
    size_t workers = digitnet__thread_pool_size(threads);
    digitnet_status status = digitnet__loss_batch_create(
        &trainer->batch, loss, digitnet__graph_output(&model->network.graph), dataset, batch_size, workers);
    trainer->scratch_size = digitnet__dataset_scratch(dataset);
    trainer->scratch = digitnet__arena_reserve(&trainer->arena, workers, trainer->scratch_size);
    if (status == DIGITNET_OK && !digitnet__arena_allocate(&trainer->arena))
        status = DIGITNET_ENOMEM;
    if (status == DIGITNET_OK)
        status = digitnet__pass_create(&trainer->pass, &model->network, batch_size,
                                       (size_t)model->training->gradient_ranges, threads);
    if (status == DIGITNET_OK)
        status = digitnet__update_create(&trainer->update, model, &trainer->pass, threads);
    if (status == DIGITNET_OK)
        status = prepare_exchange(trainer);
    if (status == DIGITNET_OK) {
        const digitnet_batch like = part_of(trainer, 0, batch_size);
        status = digitnet__rank_data_allocate(data, &like, batch_size);
    }
    if (status != DIGITNET_OK)
        digitnet__trainer_release(trainer);
    return status;
}

void digitnet__trainer_release(digitnet__trainer *trainer) {
    digitnet__update_release(&trainer->update);
    digitnet__pass_release(&trainer->pass);
    digitnet__loss_batch_release(&trainer->batch);
    digitnet__arena_release(&trainer->arena);
    digitnet__release(trainer->rows);
    *trainer = (digitnet__trainer){0};
}

/* A sample's seed depends on the training's seed, the epoch and the sample alone. */
static void set_seeds(const digitnet__trainer *trainer, const digitnet__trainer_batch *batch) {
    uint64_t epoch = digitnet__seed_mix(trainer->model->training->seed, batch->epoch);
    uint64_t *seeds = digitnet__pass_seeds(&trainer->pass, 0);
    for (size_t i = 0; i < batch->count; i++)
        seeds[i] = digitnet__seed_mix(epoch, batch->numbers[i]);
}

static void *scratch_of(const digitnet__trainer *trainer, size_t worker) {
    return digitnet__arena_at(&trainer->arena, trainer->scratch + worker * trainer->scratch_size);
}

static void gather_range(const digitnet__trainer *trainer, digitnet__range range, size_t worker) {
    if (digitnet__rank_data_comes_first(trainer->data))
        return;
    const digitnet_batch batch = part_of(trainer, range.first, range.count);
    /* Cannot fail: the samples are in memory. */
    digitnet__dataset_gather(&batch, trainer->data->dataset, trainer->pass.network->kernels,
                             scratch_of(trainer, worker));
}

static void run_loss(const digitnet__trainer *trainer, digitnet__range range, size_t worker) {
    const digitnet__pass *pass = &trainer->pass;
    digitnet__loss_batch_run(&trainer->batch, digitnet__pass_output(pass, range.first),
                             digitnet__pass_output_gradient(pass, range.first), range.first, range.count,
                             1.0f / (float)trainer->count, worker);
}

/* A range's way through one phase: the segments of the forward pass, then those of the backward pass, the loss between
 * them needing no barrier. */
static void run_range(void *context, size_t task, size_t worker) {
    const digitnet__trainer *trainer = context;
    const digitnet__pass *pass = &trainer->pass;
    digitnet__range range = digitnet__pass_range(pass, trainer->count, trainer->ranges.first + task);
    size_t last_forward = pass->forward_count - 1;
    if (trainer->phase == 0)
        gather_range(trainer, range, worker);
    if (trainer->phase <= last_forward)
        digitnet__pass_forward(pass, trainer->phase, trainer->count, range, worker);
    if (trainer->phase == last_forward)
        run_loss(trainer, range, worker);
    if (trainer->phase >= last_forward)
        digitnet__pass_backward(pass, trainer->phase - last_forward, trainer->count, range, worker);
}

/* Each rank gets the rows of the others. */
static digitnet_status exchange(const digitnet__trainer *trainer, const digitnet__rows *rows, size_t row_count) {
    if (!digitnet__ranks_are_many(trainer->ranks))
        return DIGITNET_OK;
    return digitnet__exchange_run(trainer->ranks, &trainer->pass, trainer->count, rows, row_count);
}

/* After all ranges have finished a phase. */
static digitnet_status reduce_phase(const digitnet__trainer *trainer, size_t phase) {
    const digitnet__pass *pass = &trainer->pass;
    size_t last_forward = pass->forward_count - 1;
    if (phase < last_forward) {
        const digitnet__rows rows = digitnet__pass_forward_rows(pass, phase);
        DNN_TRY(exchange(trainer, &rows, 1));
        digitnet__pass_reduce_forward(pass, phase, trainer->count);
    } else if (phase - last_forward < pass->backward_count - 1) {
        const digitnet__rows rows = digitnet__pass_backward_rows(pass, phase - last_forward);
        DNN_TRY(exchange(trainer, &rows, 1));
        digitnet__pass_reduce_backward(pass, phase - last_forward, trainer->count);
    }
    return DIGITNET_OK;
}

static digitnet_status run_passes(digitnet__trainer *trainer) {
    const digitnet__pass *pass = &trainer->pass;
    size_t phases = pass->forward_count + pass->backward_count - 1;
    for (trainer->phase = 0; trainer->phase < phases; trainer->phase++) {
        digitnet__thread_pool_run(trainer->threads, run_range, trainer, trainer->ranges.end - trainer->ranges.first);
        DNN_TRY(reduce_phase(trainer, trainer->phase));
    }
    return DIGITNET_OK;
}

static digitnet__share samples_of(const void *context, size_t rank) {
    const digitnet__trainer *trainer = context;
    return digitnet__exchange_share(trainer->ranks, &trainer->pass, trainer->count, rank, false);
}

/* What does not come range by range. */
static digitnet_status gather_first(const digitnet__trainer *trainer) {
    const digitnet__wanted_batch wanted = {.batch = part_of(trainer, 0, trainer->count),
                                           .needed = samples_of,
                                           .context = trainer,
                                           .network = &trainer->model->network,
                                           .loss = trainer->batch.loss.kind,
                                           .threads = trainer->threads,
                                           .scratch = scratch_of(trainer, 0),
                                           .scratch_size = trainer->scratch_size};
    return digitnet__rank_data_gather(trainer->data, &wanted);
}

/* With the penalty, which each sample's loss has. */
static void add_scores(digitnet__progress *progress, const digitnet__trainer *trainer) {
    const digitnet__score *scores = digitnet__loss_batch_scores(&trainer->batch);
    for (size_t i = 0; i < trainer->count; i++) {
        progress->loss_sum += scores[i].loss;
        progress->correct += scores[i].correct;
    }
    progress->loss_sum += digitnet__penalty(&trainer->model->network) * (double)trainer->count;
}

/* How many copies the gradient is then the sum of; none where it is complete. */
static digitnet_status exchange_gradients(size_t *copies, const digitnet__trainer *trainer) {
    digitnet__ranks *ranks = trainer->ranks;
    const digitnet__pass *pass = &trainer->pass;
    *copies = digitnet__pass_range_count(pass, trainer->count);
    if (!digitnet__ranks_are_many(ranks))
        return DIGITNET_OK;
    *copies = 1;
    DNN_TRY(digitnet__exchange_sum_copies(ranks, pass, trainer->count, trainer->threads));
    if (trainer->count < DEALT_BATCH)
        return DIGITNET_OK;
    *copies = 0;
    return digitnet__exchange_gradients(ranks, pass, trainer->count, trainer->threads);
}

static void begin_batch(digitnet__trainer *trainer, const digitnet__trainer_batch *batch) {
    size_t rank = trainer->ranks->communicator.rank;
    trainer->indices = batch->indices;
    trainer->count = batch->count;
    trainer->diverged = false;
    trainer->ranges = digitnet__exchange_share(trainer->ranks, &trainer->pass, batch->count, rank, true);
    set_seeds(trainer, batch);
}

digitnet_status digitnet__trainer_run(digitnet__trainer *trainer, digitnet__progress *progress,
                                      const digitnet__trainer_batch *batch) {
    begin_batch(trainer, batch);
    if (digitnet__rank_data_comes_first(trainer->data))
        DNN_TRY(gather_first(trainer));
    DNN_TRY(run_passes(trainer));
    digitnet_status status = digitnet__loss_batch_check(&trainer->batch);
    if (trainer->batch.loss.custom)
        status = digitnet__ranks_agree(trainer->ranks, status, NULL);
    DNN_TRY(status);
    DNN_TRY(exchange(trainer, trainer->rows, trainer->row_count));
    add_scores(progress, trainer);
    trainer->diverged = !isfinite(progress->loss_sum);
    if (trainer->diverged)
        return digitnet__fail(DIGITNET_EDIVERGED, "the loss is no longer finite");
    size_t copies;
    DNN_TRY(exchange_gradients(&copies, trainer));
    DNN_TRY(digitnet__update_run(&trainer->update, progress, trainer->count, copies));
    digitnet__pass_move_state(&trainer->pass, trainer->count);
    digitnet__network_age_inference(&trainer->model->network);
    return DIGITNET_OK;
}

digitnet_status digitnet__trainer_step(digitnet__trainer *trainer, const size_t *indices, size_t count) {
    digitnet__progress progress = trainer->model->training->progress;
    const digitnet__trainer_batch batch = {
        .indices = indices, .numbers = indices, .count = count, .epoch = progress.epochs_done};
    digitnet_status status = digitnet__trainer_run(trainer, &progress, &batch);
    progress.batches_done++;
    if (status != DIGITNET_OK) {
        return digitnet__fail(status, "digitnet_model_fit: epoch %llu, batch %llu: %s",
                              (unsigned long long)progress.epochs_done + 1, (unsigned long long)progress.batches_done,
                              digitnet_last_error());
    }
    trainer->model->training->progress = progress;
    return DIGITNET_OK;
}
