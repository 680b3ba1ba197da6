#include "training/step.h"

#include "core/random.h"
#include "core/status.h"
#include "dataset/dataset.h"

#include <math.h>

digitnet_status digitnet__stepper_create(digitnet__stepper *stepper, digitnet_model *model,
                                         const digitnet_dataset *dataset, size_t batch_size,
                                         digitnet__thread_pool *pool) {
    *stepper = (digitnet__stepper){.model = model, .dataset = dataset, .pool = pool};
    stepper->labels = digitnet__arena_book(&stepper->arena, batch_size, sizeof(int32_t));
    stepper->scores = digitnet__arena_book(&stepper->arena, batch_size, sizeof(digitnet__score));
    if (!digitnet__arena_allocate(&stepper->arena))
        return DIGITNET_ENOMEM;
    digitnet_status status =
        digitnet__pass_create(&stepper->pass, &model->network, batch_size, digitnet__thread_pool_size(pool));
    if (status != DIGITNET_OK)
        digitnet__stepper_release(stepper);
    return status;
}

void digitnet__stepper_release(digitnet__stepper *stepper) {
    digitnet__pass_release(&stepper->pass);
    digitnet__arena_release(&stepper->arena);
    *stepper = (digitnet__stepper){0};
}

static int32_t *labels_of(const digitnet__stepper *stepper) {
    return digitnet__arena_at(&stepper->arena, stepper->labels);
}

static digitnet__score *scores_of(const digitnet__stepper *stepper) {
    return digitnet__arena_at(&stepper->arena, stepper->scores);
}

/* A sample's seed depends on the training's seed, the epoch and the sample alone. */
static void set_seeds(const digitnet__stepper *stepper) {
    const digitnet__training *training = stepper->model->training;
    uint64_t epoch = digitnet__seed_mix(training->seed, training->progress.epochs_done);
    uint64_t *seeds = digitnet__pass_seeds(&stepper->pass, 0);
    for (size_t i = 0; i < stepper->count; i++)
        seeds[i] = digitnet__seed_mix(epoch, stepper->indices[i]);
}

/* All of a range's way that needs no other range. */
static void run_range(void *context, size_t task, size_t worker) {
    const digitnet__stepper *stepper = context;
    const digitnet__pass *pass = &stepper->pass;
    const digitnet__network *network = pass->network;
    digitnet__range range = digitnet__pass_range(stepper->count, task);
    int32_t *labels = labels_of(stepper) + range.first;
    if (!digitnet__dataset_is_source(stepper->dataset)) {
        /* Cannot fail: the samples are in memory. */
        const digitnet_batch batch = {.count = range.count,
                                      .indices = stepper->indices + range.first,
                                      .images = digitnet__pass_input(pass, range.first),
                                      .labels = labels};
        digitnet__dataset_gather(&batch, stepper->dataset, network->kernels);
    }
    digitnet__pass_forward(pass, range, worker);
    digitnet__cross_entropy(scores_of(stepper) + range.first, digitnet__pass_output_gradient(pass, range.first),
                            digitnet__pass_output(pass, range.first), labels, range.count,
                            digitnet__network_outputs(network), 1.0f / (float)stepper->count);
    digitnet__pass_backward(pass, range, worker);
}

/* The optimizer's update follows each block's gradient while that is in cache. */
static void update_block(void *context, size_t task, size_t worker) {
    (void)worker;
    const digitnet__stepper *stepper = context;
    digitnet__gradient_task block = stepper->pass.tasks[task];
    digitnet__network *network = &stepper->model->network;
    const digitnet__training *training = stepper->model->training;
    const digitnet__optimizer_rule *rule = digitnet__optimizer_find(training->settings.kind);
    digitnet__span spans[2];
    size_t count = digitnet__pass_gradient(&stepper->pass, stepper->count, block, spans);
    for (size_t i = 0; i < count; i++) {
        rule->update(network->kernels, &training->settings, training->progress.steps_done + 1, network->parameters,
                     training->state, digitnet__pass_gradients(&stepper->pass), spans[i].offset, spans[i].count,
                     network->parameter_count);
    }
    digitnet__network_pack_block(network, block.step, block.block);
}

/* Sources are asked on this thread, and their labels are checked as they come. */
static digitnet_status gather_source(digitnet__stepper *stepper) {
    const digitnet__network *network = &stepper->model->network;
    const digitnet_batch batch = {.count = stepper->count,
                                  .indices = stepper->indices,
                                  .seeds = digitnet__pass_seeds(&stepper->pass, 0),
                                  .images = digitnet__pass_input(&stepper->pass, 0),
                                  .labels = labels_of(stepper)};
    digitnet_status status = digitnet__dataset_gather(&batch, stepper->dataset, network->kernels);
    if (status == DIGITNET_OK)
        status = digitnet__training_check_labels(labels_of(stepper), stepper->indices, stepper->count,
                                                 digitnet__network_outputs(network));
    if (status == DIGITNET_OK)
        return DIGITNET_OK;
    const digitnet__progress *progress = &stepper->model->training->progress;
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

digitnet_status digitnet__stepper_run(digitnet__stepper *stepper, const size_t *indices, size_t count) {
    stepper->indices = indices;
    stepper->count = count;
    set_seeds(stepper);
    digitnet_status status = digitnet__dataset_is_source(stepper->dataset) ? gather_source(stepper) : DIGITNET_OK;
    if (status != DIGITNET_OK)
        return status;
    digitnet__thread_pool_run(stepper->pool, run_range, stepper, digitnet__pass_range_count(count));
    digitnet__progress progress = stepper->model->training->progress;
    add_scores(&progress, scores_of(stepper), count);
    stepper->diverged = !isfinite(progress.loss_sum);
    if (stepper->diverged) {
        return digitnet__fail(DIGITNET_EDIVERGED, "the loss is no longer finite in epoch %llu, batch %llu",
                              (unsigned long long)progress.epochs_done + 1, (unsigned long long)progress.batches_done);
    }
    digitnet__thread_pool_run(stepper->pool, update_block, stepper, stepper->pass.task_count);
    stepper->model->training->progress = progress;
    return DIGITNET_OK;
}
