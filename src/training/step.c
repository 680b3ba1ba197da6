#include "training/step.h"

#include "core/random.h"
#include "core/status.h"
#include "dataset/dataset.h"

#include <math.h>

digitnet_status dnn_stepper_create(dnn_stepper *stepper, digitnet_model *model, const digitnet_dataset *dataset,
                                   size_t batch_size, dnn_pool *pool) {
    *stepper = (dnn_stepper){.model = model, .dataset = dataset, .pool = pool};
    stepper->labels = dnn_arena_book(&stepper->arena, batch_size, sizeof(int32_t));
    stepper->scores = dnn_arena_book(&stepper->arena, batch_size, sizeof(dnn_score));
    if (!dnn_arena_allocate(&stepper->arena))
        return DIGITNET_ENOMEM;
    digitnet_status status = dnn_pass_create(&stepper->pass, &model->network, batch_size, dnn_pool_size(pool));
    if (status != DIGITNET_OK)
        dnn_stepper_release(stepper);
    return status;
}

void dnn_stepper_release(dnn_stepper *stepper) {
    dnn_pass_release(&stepper->pass);
    dnn_arena_release(&stepper->arena);
    *stepper = (dnn_stepper){0};
}

static int32_t *labels_of(const dnn_stepper *stepper) {
    return dnn_arena_at(&stepper->arena, stepper->labels);
}

static dnn_score *scores_of(const dnn_stepper *stepper) {
    return dnn_arena_at(&stepper->arena, stepper->scores);
}

/* A sample's seed depends on the training's seed, the epoch and the sample alone. */
static void set_seeds(const dnn_stepper *stepper) {
    const dnn_training *training = stepper->model->training;
    uint64_t epoch = dnn_seed_mix(training->seed, training->progress.epochs_done);
    uint64_t *seeds = dnn_pass_seeds(&stepper->pass, 0);
    for (size_t i = 0; i < stepper->count; i++)
        seeds[i] = dnn_seed_mix(epoch, stepper->indices[i]);
}

/* All of a range's way that needs no other range. */
static void run_range(void *context, size_t task, size_t worker) {
    const dnn_stepper *stepper = context;
    const dnn_pass *pass = &stepper->pass;
    const dnn_network *network = pass->network;
    dnn_range range = dnn_pass_range(stepper->count, task);
    int32_t *labels = labels_of(stepper) + range.first;
    if (!dnn_dataset_is_source(stepper->dataset)) {
        /* Cannot fail: the samples are in memory. */
        dnn_dataset_gather(dnn_pass_input(pass, range.first), labels, stepper->dataset, network->kernels,
                           stepper->indices + range.first, NULL, range.count);
    }
    dnn_pass_forward(pass, range, worker);
    dnn_cross_entropy(scores_of(stepper) + range.first, dnn_pass_output_gradient(pass, range.first),
                      dnn_pass_output(pass, range.first), labels, range.count, dnn_network_outputs(network),
                      1.0f / (float)stepper->count);
    dnn_pass_backward(pass, range, worker);
}

/* The optimizer's update follows each block's gradient while that is in cache. */
static void update_block(void *context, size_t task, size_t worker) {
    (void)worker;
    const dnn_stepper *stepper = context;
    dnn_gradient_task block = stepper->pass.tasks[task];
    dnn_network *network = &stepper->model->network;
    const dnn_training *training = stepper->model->training;
    const dnn_optimizer_rule *rule = dnn_optimizer_find(training->settings.kind);
    dnn_span spans[2];
    size_t count = dnn_pass_gradient(&stepper->pass, stepper->count, block, spans);
    for (size_t i = 0; i < count; i++) {
        rule->update(network->kernels, &training->settings, training->progress.steps_done + 1, network->parameters,
                     training->state, dnn_pass_gradients(&stepper->pass), spans[i].offset, spans[i].count,
                     network->parameter_count);
    }
    dnn_network_pack_block(network, block.step, block.block);
}

/* Sources are asked on this thread, and their labels are checked as they come. */
static digitnet_status gather_source(dnn_stepper *stepper) {
    const dnn_network *network = &stepper->model->network;
    digitnet_status status =
        dnn_dataset_gather(dnn_pass_input(&stepper->pass, 0), labels_of(stepper), stepper->dataset, network->kernels,
                           stepper->indices, dnn_pass_seeds(&stepper->pass, 0), stepper->count);
    return status == DIGITNET_OK ? dnn_training_check_labels(labels_of(stepper), stepper->indices, stepper->count,
                                                             dnn_network_outputs(network))
                                 : status;
}

static void add_scores(dnn_progress *progress, const dnn_score *scores, size_t count) {
    for (size_t i = 0; i < count; i++) {
        progress->loss_sum += scores[i].loss;
        progress->correct += scores[i].correct;
    }
    progress->steps_done++;
    progress->batches_done++;
}

digitnet_status dnn_stepper_run(dnn_stepper *stepper, const size_t *indices, size_t count) {
    stepper->indices = indices;
    stepper->count = count;
    set_seeds(stepper);
    digitnet_status status = dnn_dataset_is_source(stepper->dataset) ? gather_source(stepper) : DIGITNET_OK;
    if (status != DIGITNET_OK)
        return status;
    dnn_pool_run(stepper->pool, run_range, stepper, dnn_pass_range_count(count));
    dnn_progress progress = stepper->model->training->progress;
    add_scores(&progress, scores_of(stepper), count);
    stepper->diverged = !isfinite(progress.loss_sum);
    if (stepper->diverged) {
        return dnn_fail(DIGITNET_EDIVERGED, "the loss is no longer finite in epoch %llu, batch %llu",
                        (unsigned long long)progress.epochs_done + 1, (unsigned long long)progress.batches_done);
    }
    dnn_pool_run(stepper->pool, update_block, stepper, stepper->pass.task_count);
    stepper->model->training->progress = progress;
    return DIGITNET_OK;
}
