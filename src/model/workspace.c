#include "model/workspace.h"

#include "core/status.h"

digitnet_status digitnet__workspace_create(digitnet__workspace *workspace, const digitnet__network *network,
                                           size_t capacity) {
    *workspace = (digitnet__workspace){.network = network, .capacity = capacity};
    size_t values = digitnet__shape_values(network->input), scratch = 0;
    for (size_t i = 0; i < network->step_count; i++) {
        const digitnet__step *step = &network->steps[i];
        values = step->output_values > values ? step->output_values : values;
        scratch = step->scratch_bytes > scratch ? step->scratch_bytes : scratch;
    }
    size_t bytes;
    if (!digitnet__size_product(&bytes, (size_t[]){capacity, values, sizeof(float)}, 3))
        return digitnet__fail(DIGITNET_ELIMIT, "%zu images at a time overflow", capacity);
    workspace->buffers[0] = digitnet__arena_book(&workspace->arena, bytes, 1);
    workspace->buffers[1] = digitnet__arena_book(&workspace->arena, bytes, 1);
    workspace->scratch = digitnet__arena_book(&workspace->arena, scratch, 1);
    return digitnet__arena_allocate(&workspace->arena) ? DIGITNET_OK : DIGITNET_ENOMEM;
}

void digitnet__workspace_release(digitnet__workspace *workspace) {
    digitnet__arena_release(&workspace->arena);
}

float *digitnet__workspace_input(const digitnet__workspace *workspace) {
    return digitnet__arena_at(&workspace->arena, workspace->buffers[0]);
}

float *digitnet__workspace_forward(const digitnet__workspace *workspace, size_t count) {
    const digitnet__network *network = workspace->network;
    float *from = digitnet__arena_at(&workspace->arena, workspace->buffers[0]);
    float *to = digitnet__arena_at(&workspace->arena, workspace->buffers[1]);
    for (size_t i = 0; i < network->step_count; i++) {
        const digitnet__step *step = &network->steps[i];
        step->kind->forward(
            step, &(digitnet__step_range){.samples = count,
                                          .input = from,
                                          .output = to,
                                          .parameters = network->parameters + step->parameter_offset,
                                          .packed = network->packed + step->packed_offset,
                                          .scratch = digitnet__arena_at(&workspace->arena, workspace->scratch)});
        float *written = to;
        to = from;
        from = written;
    }
    return from;
}
