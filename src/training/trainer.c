#include "training/trainer.h"

#include "core/random.h"
#include "core/status.h"
#include "dataset/dataset.h"
#include "training/dataset_check.h"

#include <math.h>

digitnet_status digitnet__trainer_create(digitnet__trainer *trainer, digitnet_model *model,
                                         const digitnet_dataset *dataset, size_t batch_size,
                                         digitnet__thread_pool *threads) {
    *trainer = (digitnet__trainer){
        .model = model, .dataset = dataset, .threads = threads, .loss = digitnet__loss_find(model->training->loss)};
    if (digitnet__dataset_gives_targets(trainer->loss, dataset))
        trainer->target_values = digitnet__dataset_layout(dataset)->target_values;
    trainer->labels = digitnet__arena_reserve(&trainer->arena, batch_size, sizeof(int32_t));
    trainer->targets = digitnet__arena_reserve(&trainer->arena, batch_size, trainer->target_values * sizeof(float));
    trainer->weights = digitnet__arena_reserve(&trainer->arena, batch_size, sizeof(float));
    trainer->scores = digitnet__arena_reserve(&trainer->arena, batch_size, sizeof(digitnet__score));
    trainer->scratch_size = digitnet__dataset_scratch(dataset);
    trainer->scratch =
        digitnet__arena_reserve(&trainer->arena, digitnet__thread_pool_size(threads), trainer->scratch_size);
    if (!digitnet__arena_allocate(&trainer->arena))
        return DIGITNET_ENOMEM;
    digitnet_status status =
        digitnet__pass_create(&trainer->pass, &model->network, batch_size, (size_t)model->training->gradient_ranges,
                              digitnet__thread_pool_size(threads));
    if (status != DIGITNET_OK)
        digitnet__trainer_release(trainer);
    return status;
}

void digitnet__trainer_release(digitnet__trainer *trainer) {
    digitnet__pass_release(&trainer->pass);
    digitnet__arena_release(&trainer->arena);
    *trainer = (digitnet__trainer){0};
}

static int32_t *labels_of(const digitnet__trainer *trainer) {
    return digitnet__arena_at(&trainer->arena, trainer->labels);
}

static float *targets_of(const digitnet__trainer *trainer, size_t sample) {
    float *targets = digitnet__arena_at(&trainer->arena, trainer->targets);
    return trainer->target_values ? targets + sample * trainer->target_values : NULL;
}

static float *weights_of(const digitnet__trainer *trainer) {
    return digitnet__arena_at(&trainer->arena, trainer->weights);
}

/* What is gathered for a range of the batch. */
static digitnet_batch batch_of(const digitnet__trainer *trainer, size_t first, size_t count) {
    return (digitnet_batch){.count = count,
                            .indices = trainer->indices + first,
                            .seeds = digitnet__pass_seeds(&trainer->pass, first),
                            .images = digitnet__pass_input(&trainer->pass, first),
                            .labels = trainer->target_values ? NULL : labels_of(trainer) + first,
                            .targets = targets_of(trainer, first),
                            .sample_weights = weights_of(trainer) + first};
}

static digitnet__score *scores_of(const digitnet__trainer *trainer) {
    return digitnet__arena_at(&trainer->arena, trainer->scores);
}

/* A sample's seed depends on the training's seed, the epoch and the sample alone. */
static void set_seeds(const digitnet__trainer *trainer) {
    const digitnet__training *training = trainer->model->training;
    uint64_t epoch = digitnet__seed_mix(training->seed, training->progress.epochs_done);
    uint64_t *seeds = digitnet__pass_seeds(&trainer->pass, 0);
    for (size_t i = 0; i < trainer->count; i++)
        seeds[i] = digitnet__seed_mix(epoch, trainer->indices[i]);
}

static void *scratch_of(const digitnet__trainer *trainer, size_t worker) {
    return digitnet__arena_at(&trainer->arena, trainer->scratch + worker * trainer->scratch_size);
}

static void gather_range(const digitnet__trainer *trainer, digitnet__range range, size_t worker) {
    if (digitnet__dataset_is_source(trainer->dataset))
        return; /* gather_source() has done it */
    const digitnet_batch batch = batch_of(trainer, range.first, range.count);
    /* Cannot fail: the samples are in memory. */
    digitnet__dataset_gather(&batch, trainer->dataset, trainer->pass.network->kernels, scratch_of(trainer, worker));
}

static void run_loss(const digitnet__trainer *trainer, digitnet__range range) {
    const digitnet__pass *pass = &trainer->pass;
    const digitnet__loss_rows rows = {.outputs = digitnet__pass_output(pass, range.first),
                                      .labels = labels_of(trainer) + range.first,
                                      .targets = targets_of(trainer, range.first),
                                      .weights = weights_of(trainer) + range.first,
                                      .rows = range.count,
                                      .columns = digitnet__network_outputs(pass->network)};
    trainer->loss->run(scores_of(trainer) + range.first, digitnet__pass_output_gradient(pass, range.first), &rows,
                       1.0f / (float)trainer->count);
}

/* A range's way through one phase: the segments of the forward pass, then those of the backward pass, the loss between
 * them needing no barrier. */
static void run_range(void *context, size_t task, size_t worker) {
    const digitnet__trainer *trainer = context;
    const digitnet__pass *pass = &trainer->pass;
    digitnet__range range = digitnet__pass_range(pass, trainer->count, task);
    size_t last_forward = pass->forward_count - 1;
    if (trainer->phase == 0)
        gather_range(trainer, range, worker);
    if (trainer->phase <= last_forward)
        digitnet__pass_forward(pass, trainer->phase, trainer->count, range, worker);
    if (trainer->phase == last_forward)
        run_loss(trainer, range);
    if (trainer->phase >= last_forward)
        digitnet__pass_backward(pass, trainer->phase - last_forward, trainer->count, range, worker);
}

/* After all ranges have finished a phase. */
static void reduce_phase(const digitnet__trainer *trainer, size_t phase) {
    const digitnet__pass *pass = &trainer->pass;
    size_t last_forward = pass->forward_count - 1;
    if (phase < last_forward)
        digitnet__pass_reduce_forward(pass, phase, trainer->count);
    else if (phase - last_forward < pass->backward_count - 1)
        digitnet__pass_reduce_backward(pass, phase - last_forward, trainer->count);
}

static void run_passes(digitnet__trainer *trainer) {
    const digitnet__pass *pass = &trainer->pass;
    size_t phases = pass->forward_count + pass->backward_count - 1;
    for (trainer->phase = 0; trainer->phase < phases; trainer->phase++) {
        digitnet__thread_pool_run(trainer->threads, run_range, trainer,
                                  digitnet__pass_range_count(pass, trainer->count));
        reduce_phase(trainer, trainer->phase);
    }
}

static void reduce_block(void *context, size_t task, size_t worker) {
    (void)worker;
    const digitnet__trainer *trainer = context;
    digitnet__pass_reduce_block(&trainer->pass, trainer->count, trainer->pass.tasks[task]);
}

static void update_block(void *context, size_t task, size_t worker) {
    (void)worker;
    const digitnet__trainer *trainer = context;
    digitnet__gradient_task block = trainer->pass.tasks[task];
    digitnet__network *network = &trainer->model->network;
    const digitnet__training *training = trainer->model->training;
    const digitnet__optimizer_rule *rule = digitnet__optimizer_find(training->settings.kind);
    const digitnet__optimizer_memory memory = {.parameters = network->parameters,
                                               .state = training->state,
                                               .gradients = digitnet__pass_gradients(&trainer->pass),
                                               .count = network->graph.parameter_count};
    digitnet__span spans[DNN_LAYER_TENSORS];
    size_t count = digitnet__pass_spans(block, spans);
    for (size_t i = 0; i < count; i++) {
        rule->update(network->kernels, &training->settings, training->progress.steps_done + 1, &memory, spans[i].offset,
                     spans[i].count);
    }
    digitnet__network_pack_block(network, block.op, block.block);
}

/* The update follows each block's gradient while that is in cache. */
static void reduce_and_update_block(void *context, size_t task, size_t worker) {
    reduce_block(context, task, worker);
    update_block(context, task, worker);
}

static digitnet_status update_weights(digitnet__trainer *trainer) {
    size_t tasks = trainer->pass.task_count;
    if (!trainer->on_gradient) {
        digitnet__thread_pool_run(trainer->threads, reduce_and_update_block, trainer, tasks);
        return DIGITNET_OK;
    }
    digitnet__thread_pool_run(trainer->threads, reduce_block, trainer, tasks);
    DNN_TRY(trainer->on_gradient(trainer, digitnet__pass_gradients(&trainer->pass),
                                 trainer->model->network.graph.parameter_count, trainer->gradient_context));
    digitnet__thread_pool_run(trainer->threads, update_block, trainer, tasks);
    return DIGITNET_OK;
}

/* Sources are asked on this thread, and their labels are checked as they come. */
static digitnet_status gather_source(digitnet__trainer *trainer) {
    const digitnet__network *network = &trainer->model->network;
    const digitnet_batch batch = batch_of(trainer, 0, trainer->count);
    digitnet_status status =
        digitnet__dataset_gather(&batch, trainer->dataset, network->kernels, scratch_of(trainer, 0));
    if (status == DIGITNET_OK)
        status = digitnet__batch_check(&network->graph, &batch);
    if (status == DIGITNET_OK)
        return DIGITNET_OK;
    const digitnet__progress *progress = &trainer->model->training->progress;
    return digitnet__fail(status, "digitnet_model_fit: epoch %llu, batch %llu: %s",
                          (unsigned long long)progress->epochs_done + 1, (unsigned long long)progress->batches_done + 1,
                          digitnet_last_error());
}

static void add_scores(digitnet__progress *progress, const digitnet__score *scores, size_t count) {
    for (size_t i = 0; i < count; i++) {
        progress->loss_sum += scores[i].loss;
        progress->correct += scores[i].correct;
    }
    progress->steps_done++;
    progress->batches_done++;
}

digitnet_status digitnet__trainer_step(digitnet__trainer *trainer, const size_t *indices, size_t count) {
    trainer->indices = indices;
    trainer->count = count;
    set_seeds(trainer);
    if (digitnet__dataset_is_source(trainer->dataset))
        DNN_TRY(gather_source(trainer));
    run_passes(trainer);
    digitnet__progress progress = trainer->model->training->progress;
    add_scores(&progress, scores_of(trainer), count);
    trainer->diverged = !isfinite(progress.loss_sum);
    if (trainer->diverged) {
        return digitnet__fail(DIGITNET_EDIVERGED, "the loss is no longer finite in epoch %llu, batch %llu",
                              (unsigned long long)progress.epochs_done + 1, (unsigned long long)progress.batches_done);
    }
    DNN_TRY(update_weights(trainer));
    digitnet__pass_move_state(&trainer->pass, count);
    digitnet__network_age_folds(&trainer->model->network);
    trainer->model->training->progress = progress;
    return DIGITNET_OK;
}
