#include "training/update.h"

#include "core/status.h"
#include "training/regularizer.h"

#include <math.h>
#include <string.h>

static const digitnet__optimizer_settings *settings_of(const digitnet__update *update) {
    return &update->model->training->settings;
}

static bool clips_by_norm(const digitnet__optimizer_settings *settings) {
    return settings->clipnorm > 0 || settings->global_clipnorm > 0;
}

digitnet_status digitnet__update_create(digitnet__update *update, digitnet_model *model, const digitnet__pass *pass,
                                        digitnet__thread_pool *threads) {
    *update = (digitnet__update){.model = model, .pass = pass, .threads = threads};
    if (!clips_by_norm(settings_of(update)))
        return DIGITNET_OK;
    update->norms = digitnet__allocate_zeroed_array(pass->task_count, DNN_LAYER_TENSORS * sizeof *update->norms);
    return update->norms ? DIGITNET_OK : DIGITNET_ENOMEM;
}

void digitnet__update_release(digitnet__update *update) {
    digitnet__release(update->norms);
    *update = (digitnet__update){0};
}

static digitnet__optimizer_memory memory_of(const digitnet__update *update) {
    const digitnet__network *network = &update->model->network;
    return (digitnet__optimizer_memory){.parameters = network->parameters,
                                        .gradients = digitnet__pass_gradients(update->pass),
                                        .state = update->model->training->state,
                                        .count = network->graph.parameter_count};
}

/* ---- One task's block of outputs ---- */

static double *norm_of(const digitnet__update *update, size_t task, const digitnet__tensor *tensor) {
    const digitnet__layer *layer = update->pass->tasks[task].op->layer;
    return update->norms + task * DNN_LAYER_TENSORS + (tensor - layer->tensors);
}

static void reduce_block(void *context, size_t task, size_t worker) {
    (void)worker;
    const digitnet__update *update = context;
    if (update->copies)
        digitnet__pass_reduce_block(update->pass, update->count, update->copies, update->pass->tasks[task]);
    digitnet__regularize_block(update->pass, update->pass->tasks[task]);
}

static void accumulate_span(const digitnet__update *update, digitnet__span span) {
    const digitnet__optimizer_settings *settings = settings_of(update);
    const digitnet__optimizer_memory memory = memory_of(update);
    if (settings->gradient_accumulation_steps > 1)
        digitnet__optimizer_accumulate(update->model->network.kernels, settings, &memory, span.offset, span.count,
                                       update->steps);
}

/* The squares of the gradient that the step will follow. */
static void measure_block(void *context, size_t task, size_t worker) {
    (void)worker;
    const digitnet__update *update = context;
    const float *gradients = digitnet__pass_gradients(update->pass);
    digitnet__span spans[DNN_LAYER_TENSORS];
    size_t count = digitnet__pass_spans(update->pass->tasks[task], spans);
    for (size_t i = 0; i < count; i++) {
        accumulate_span(update, spans[i]);
        *norm_of(update, task, spans[i].tensor) =
            update->model->network.kernels->sum_of_squares(gradients + spans[i].offset, spans[i].count);
    }
}

static void update_span(const digitnet__update *update, size_t task, digitnet__span span) {
    const digitnet__optimizer_memory memory = memory_of(update);
    const digitnet__optimizer_block block = {.offset = span.offset,
                                             .count = span.count,
                                             .decays = span.tensor->decays,
                                             .gradient_factor =
                                                 update->norms ? (float)*norm_of(update, task, span.tensor) : 1};
    digitnet__optimizer_update(update->model->network.kernels, settings_of(update), &update->step, &memory, &block);
}

static void update_block(void *context, size_t task, size_t worker) {
    (void)worker;
    const digitnet__update *update = context;
    digitnet__gradient_task block = update->pass->tasks[task];
    digitnet__span spans[DNN_LAYER_TENSORS];
    size_t count = digitnet__pass_spans(block, spans);
    for (size_t i = 0; i < count; i++) {
        if (!update->norms || !update->steps) /* else it has been measured */
            accumulate_span(update, spans[i]);
        if (update->steps)
            update_span(update, task, spans[i]);
    }
    if (update->steps)
        digitnet__network_pack_block(&update->model->network, block.op, block.block);
}

/* The update follows each block's gradient while that is in cache. */
static void reduce_and_update_block(void *context, size_t task, size_t worker) {
    reduce_block(context, task, worker);
    update_block(context, task, worker);
}

/* ---- Norms ---- */

/* What scales a gradient with this sum of squares down to the norm. */
static double factor_of(double squares, double norm) {
    double own = sqrt(squares);
    return own > norm ? norm / own : 1;
}

static void clip_globally(const digitnet__update *update, double norm) {
    size_t count = update->pass->task_count * DNN_LAYER_TENSORS;
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += update->norms[i];
    for (size_t i = 0; i < count; i++)
        update->norms[i] = factor_of(squares, norm);
}

/* Tasks of one op follow each other. */
static void clip_tensors(const digitnet__update *update, double norm) {
    const digitnet__gradient_task *tasks = update->pass->tasks;
    for (size_t first = 0, end = 0; first < update->pass->task_count; first = end) {
        while (end < update->pass->task_count && tasks[end].op == tasks[first].op)
            end++;
        for (size_t tensor = 0; tensor < DNN_LAYER_TENSORS; tensor++) {
            double squares = 0;
            for (size_t task = first; task < end; task++)
                squares += update->norms[task * DNN_LAYER_TENSORS + tensor];
            for (size_t task = first; task < end; task++)
                update->norms[task * DNN_LAYER_TENSORS + tensor] = factor_of(squares, norm);
        }
    }
}

/* From the norms of all tasks, summed in the order of the tasks, the factors of their gradients. */
static void find_factors(const digitnet__update *update) {
    const digitnet__optimizer_settings *settings = settings_of(update);
    if (settings->global_clipnorm > 0)
        clip_globally(update, settings->global_clipnorm);
    else
        clip_tensors(update, settings->clipnorm);
}

/* ---- A batch ---- */

static void move_on(const digitnet__update *update, digitnet__progress *progress) {
    progress->accumulated = update->steps ? 0 : progress->accumulated + 1;
    if (update->steps) {
        progress->steps_done = update->step.number;
        progress->momentum_product = update->step.momentum_product;
    }
}

digitnet_status digitnet__update_run(digitnet__update *update, digitnet__progress *progress, size_t count,
                                     size_t copies) {
    const digitnet__optimizer_settings *settings = settings_of(update);
    size_t tasks = update->pass->task_count;
    update->count = count;
    update->copies = copies;
    update->steps = progress->accumulated + 1 == settings->gradient_accumulation_steps;
    update->step = digitnet__optimizer_begin(settings, progress->steps_done, progress->momentum_product);
    if (!update->on_gradient && !update->norms) {
        digitnet__thread_pool_run(update->threads, reduce_and_update_block, update, tasks);
        move_on(update, progress);
        return DIGITNET_OK;
    }
    digitnet__thread_pool_run(update->threads, reduce_block, update, tasks);
    if (update->on_gradient)
        DNN_TRY(update->on_gradient(digitnet__pass_gradients(update->pass),
                                    update->model->network.graph.parameter_count, update->gradient_context));
    if (update->norms && update->steps) {
        memset(update->norms, 0, tasks * DNN_LAYER_TENSORS * sizeof *update->norms);
        digitnet__thread_pool_run(update->threads, measure_block, update, tasks);
        find_factors(update);
    }
    digitnet__thread_pool_run(update->threads, update_block, update, tasks);
    move_on(update, progress);
    return DIGITNET_OK;
}
