#include "model/workspace.h"

#include "core/status.h"

digitnet_status dnn_workspace_create(dnn_workspace *workspace, const dnn_network *network, size_t capacity) {
    *workspace = (dnn_workspace){.network = network, .capacity = capacity};
    size_t values = dnn_shape_values(network->input), scratch = 0;
    for (size_t i = 0; i < network->step_count; i++) {
        const dnn_step *step = &network->steps[i];
        values = step->output_values > values ? step->output_values : values;
        scratch = step->scratch_bytes > scratch ? step->scratch_bytes : scratch;
    }
    size_t bytes;
    if (!dnn_size_product(&bytes, (size_t[]){capacity, values, sizeof(float)}, 3))
        return dnn_fail(DIGITNET_ELIMIT, "%zu images at a time overflow", capacity);
    workspace->buffers[0] = dnn_arena_book(&workspace->arena, bytes, 1);
    workspace->buffers[1] = dnn_arena_book(&workspace->arena, bytes, 1);
    workspace->scratch = dnn_arena_book(&workspace->arena, scratch, 1);
    return dnn_arena_allocate(&workspace->arena) ? DIGITNET_OK : DIGITNET_ENOMEM;
}

void dnn_workspace_release(dnn_workspace *workspace) {
    dnn_arena_release(&workspace->arena);
}

float *dnn_workspace_input(const dnn_workspace *workspace) {
    return dnn_arena_at(&workspace->arena, workspace->buffers[0]);
}

float *dnn_workspace_forward(const dnn_workspace *workspace, size_t count) {
    const dnn_network *network = workspace->network;
    float *from = dnn_arena_at(&workspace->arena, workspace->buffers[0]);
    float *to = dnn_arena_at(&workspace->arena, workspace->buffers[1]);
    for (size_t i = 0; i < network->step_count; i++) {
        const dnn_step *step = &network->steps[i];
        step->kind->forward(step, &(dnn_step_range){.samples = count,
                                                    .input = from,
                                                    .output = to,
                                                    .parameters = network->parameters + step->parameter_offset,
                                                    .packed = network->packed + step->packed_offset,
                                                    .scratch = dnn_arena_at(&workspace->arena, workspace->scratch)});
        float *written = to;
        to = from;
        from = written;
    }
    return from;
}
