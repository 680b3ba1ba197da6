#include "engine/workspace.h"

#include "core/status.h"
#include "engine/placement.h"
#include "layers/activations.h"

static digitnet_status create_unset(digitnet__workspace *workspace, const digitnet__network *network, size_t capacity) {
    const digitnet__plan *plan = &network->inference;
    *workspace = (digitnet__workspace){.network = network, .capacity = capacity};
    digitnet__placement placement;
    DNN_TRY(digitnet__placement_create(&placement, plan, capacity));
    workspace->offsets = placement.offsets;
    size_t scratch = 0;
    for (size_t i = 0; i < plan->op_count; i++)
        scratch = plan->ops[i].scratch_bytes > scratch ? plan->ops[i].scratch_bytes : scratch;
    workspace->values = digitnet__arena_reserve(&workspace->arena, placement.size, sizeof(float));
    workspace->scratch = digitnet__arena_reserve(&workspace->arena, scratch, 1);
    workspace->inputs = digitnet__arena_reserve(&workspace->arena, plan->most_inputs, sizeof(float *));
    if (digitnet__arena_allocate_unset(&workspace->arena))
        return DIGITNET_OK;
    digitnet__workspace_release(workspace);
    return DIGITNET_ENOMEM;
}

static void clear(const digitnet__workspace *workspace) {
    digitnet__arena_clear(&workspace->arena, 0, 0, workspace->arena.size, 1);
}

digitnet_status digitnet__workspace_create(digitnet__workspace *workspace, const digitnet__network *network,
                                           size_t capacity) {
    DNN_TRY(create_unset(workspace, network, capacity));
    clear(workspace);
    return DIGITNET_OK;
}

void digitnet__workspace_release(digitnet__workspace *workspace) {
    digitnet__arena_release(&workspace->arena);
    digitnet__release(workspace->offsets);
    workspace->offsets = NULL;
}

static void clear_workers(void *context, size_t task, size_t worker) {
    const digitnet__workspaces *workspaces = context;
    (void)worker;
    clear(&workspaces->of_workers[task]);
}

digitnet_status digitnet__workspaces_create(digitnet__workspaces *workspaces, const digitnet__network *network,
                                            size_t capacity, digitnet__thread_pool *threads) {
    size_t workers = digitnet__thread_pool_size(threads);
    *workspaces =
        (digitnet__workspaces){.of_workers = digitnet__allocate_zeroed_array(workers, sizeof *workspaces->of_workers)};
    if (!workspaces->of_workers)
        return DIGITNET_ENOMEM;
    for (; workspaces->count < workers; workspaces->count++) {
        digitnet_status status = create_unset(&workspaces->of_workers[workspaces->count], network, capacity);
        if (status != DIGITNET_OK) {
            digitnet__workspaces_release(workspaces);
            return status;
        }
    }
    digitnet__thread_pool_run(threads, clear_workers, workspaces, workers);
    return DIGITNET_OK;
}

void digitnet__workspaces_release(digitnet__workspaces *workspaces) {
    for (size_t i = 0; i < workspaces->count; i++)
        digitnet__workspace_release(&workspaces->of_workers[i]);
    digitnet__release(workspaces->of_workers);
    *workspaces = (digitnet__workspaces){0};
}

static float *value_at(const digitnet__workspace *workspace, size_t value) {
    return (float *)digitnet__arena_at(&workspace->arena, workspace->values) + workspace->offsets[value];
}

float *digitnet__workspace_input(const digitnet__workspace *workspace) {
    return value_at(workspace, 0);
}

float *digitnet__workspace_forward(const digitnet__workspace *workspace, size_t count) {
    const digitnet__network *network = workspace->network;
    const digitnet__plan *plan = &network->inference;
    const float **inputs = digitnet__arena_at(&workspace->arena, workspace->inputs);
    for (size_t i = 0; i < plan->op_count; i++) {
        const digitnet__op *op = &plan->ops[i];
        for (size_t k = 0; k < op->input_count; k++)
            inputs[k] = value_at(workspace, op->inputs[k]);
        op->kind->forward(op,
                          &(digitnet__op_range){.samples = count,
                                                .inputs = inputs,
                                                .output = value_at(workspace, op->output),
                                                .parameters = digitnet__network_parameters(network, op),
                                                .state = network->state + op->state_offset,
                                                .packed = network->packed + op->packed_offset,
                                                .scratch = digitnet__arena_at(&workspace->arena, workspace->scratch)});
    }
    return value_at(workspace, plan->output);
}

void digitnet__workspace_activate(const digitnet__workspace *workspace, float *outputs, size_t count) {
    const digitnet__network *network = workspace->network;
    const digitnet__graph *graph = &network->graph;
    size_t channels = digitnet__graph_output(graph).channels;
    digitnet__activation_run run = {.kernels = network->kernels,
                                    .id = network->inference.left_out,
                                    .alpha = (float)digitnet__activation_alpha(&graph->layers[graph->layer_count - 1]),
                                    .rows = count * (digitnet__network_outputs(network) / channels),
                                    .channels = channels};
    digitnet__activation_forward(&run, outputs, NULL);
}
