#include "model/pass.h"

#include "core/status.h"

#include <string.h>

/* Offsets in the arena. */
struct dnn_pass_step {
    size_t output, output_gradient, cache;
    size_t copy; /* in each range's gradient copy, in values */
};

static bool sums_copies(const dnn_step *step) {
    return step->parameter_values && !step->kind->block_gradient;
}

static size_t book_floats(dnn_arena *arena, size_t count, size_t values) {
    size_t total;
    if (!dnn_size_multiply(&total, count, values)) {
        arena->overflow = true;
        return 0;
    }
    return dnn_arena_book(arena, total, sizeof(float));
}

static void book(dnn_pass *pass, size_t workers) {
    const dnn_network *network = pass->network;
    dnn_arena *arena = &pass->arena;
    pass->input = book_floats(arena, pass->capacity, dnn_shape_values(network->input));
    pass->seeds = dnn_arena_book(arena, pass->capacity, sizeof(uint64_t));
    for (size_t i = 0; i < network->step_count; i++) {
        const dnn_step *step = &network->steps[i];
        struct dnn_pass_step *place = &pass->steps[i];
        place->output = book_floats(arena, pass->capacity, step->output_values);
        place->output_gradient = i >= pass->first_trained ? book_floats(arena, pass->capacity, step->output_values) : 0;
        place->cache = dnn_arena_book(arena, pass->capacity, step->cache_bytes);
        place->copy = pass->copy_values;
        pass->copy_values += sums_copies(step) ? step->parameter_values : 0;
        pass->scratch_bytes = step->scratch_bytes > pass->scratch_bytes ? step->scratch_bytes : pass->scratch_bytes;
    }
    pass->scratch_bytes = (pass->scratch_bytes / DNN_ALIGNMENT + 1) * DNN_ALIGNMENT;
    pass->scratch = dnn_arena_book(arena, workers, pass->scratch_bytes);
    pass->gradients = book_floats(arena, 1, network->parameter_count);
    pass->copies = book_floats(arena, DNN_MAX_RANGES, pass->copy_values);
}

static void list_tasks(dnn_pass *pass) {
    for (size_t i = 0; i < pass->network->step_count; i++) {
        const dnn_step *step = &pass->network->steps[i];
        for (size_t block = 0; block < step->block_count; block++)
            pass->tasks[pass->task_count++] = (dnn_gradient_task){.step = step, .block = block};
    }
}

static size_t count_tasks(const dnn_network *network) {
    size_t count = 0;
    for (size_t i = 0; i < network->step_count; i++)
        count += network->steps[i].block_count;
    return count;
}

static size_t find_first_trained(const dnn_network *network) {
    size_t first = 0;
    while (first + 1 < network->step_count && network->steps[first].parameter_values == 0)
        first++;
    return first;
}

digitnet_status dnn_pass_create(dnn_pass *pass, const dnn_network *network, size_t capacity, size_t workers) {
    *pass = (dnn_pass){.network = network, .capacity = capacity, .first_trained = find_first_trained(network)};
    pass->steps = dnn_allocate_zeroed_array(network->step_count, sizeof *pass->steps);
    pass->tasks = dnn_allocate_zeroed_array(count_tasks(network), sizeof *pass->tasks);
    digitnet_status status = DIGITNET_ENOMEM;
    if (pass->steps && pass->tasks) {
        book(pass, workers);
        list_tasks(pass);
        status = pass->arena.overflow
                     ? dnn_fail(DIGITNET_ELIMIT, "a batch of %zu images overflows for this model", capacity)
                 : dnn_arena_allocate(&pass->arena) ? DIGITNET_OK
                                                    : DIGITNET_ENOMEM;
    }
    if (status != DIGITNET_OK)
        dnn_pass_release(pass);
    return status;
}

void dnn_pass_release(dnn_pass *pass) {
    dnn_arena_release(&pass->arena);
    dnn_release(pass->steps);
    dnn_release(pass->tasks);
    pass->steps = NULL;
    pass->tasks = NULL;
}

size_t dnn_pass_range_count(size_t count) {
    return count < DNN_MAX_RANGES ? count : DNN_MAX_RANGES;
}

dnn_range dnn_pass_range(size_t count, size_t index) {
    size_t ranges = dnn_pass_range_count(count);
    size_t each = count / ranges, larger = count % ranges;
    return (dnn_range){
        .index = index, .first = index * each + (index < larger ? index : larger), .count = each + (index < larger)};
}

static float *floats_at(const dnn_pass *pass, size_t offset, size_t index) {
    return (float *)dnn_arena_at(&pass->arena, offset) + index;
}

float *dnn_pass_input(const dnn_pass *pass, size_t sample) {
    return floats_at(pass, pass->input, sample * dnn_shape_values(pass->network->input));
}

uint64_t *dnn_pass_seeds(const dnn_pass *pass, size_t sample) {
    return (uint64_t *)dnn_arena_at(&pass->arena, pass->seeds) + sample;
}

static float *output_of(const dnn_pass *pass, size_t step, size_t sample) {
    return floats_at(pass, pass->steps[step].output, sample * pass->network->steps[step].output_values);
}

static float *output_gradient_of(const dnn_pass *pass, size_t step, size_t sample) {
    return floats_at(pass, pass->steps[step].output_gradient, sample * pass->network->steps[step].output_values);
}

float *dnn_pass_output(const dnn_pass *pass, size_t sample) {
    return output_of(pass, pass->network->step_count - 1, sample);
}

float *dnn_pass_output_gradient(const dnn_pass *pass, size_t sample) {
    return output_gradient_of(pass, pass->network->step_count - 1, sample);
}

float *dnn_pass_gradients(const dnn_pass *pass) {
    return floats_at(pass, pass->gradients, 0);
}

static float *copy_of(const dnn_pass *pass, size_t range, size_t step) {
    return floats_at(pass, pass->copies, range * pass->copy_values + pass->steps[step].copy);
}

/* What a step is given for a range, but for the gradients. */
static dnn_step_range range_of(const dnn_pass *pass, size_t step_index, dnn_range range, size_t worker) {
    const dnn_network *network = pass->network;
    const dnn_step *step = &network->steps[step_index];
    unsigned char *cache = dnn_arena_at(&pass->arena, pass->steps[step_index].cache);
    unsigned char *scratch = dnn_arena_at(&pass->arena, pass->scratch);
    return (dnn_step_range){.samples = range.count,
                            .input = step_index ? output_of(pass, step_index - 1, range.first)
                                                : dnn_pass_input(pass, range.first),
                            .output = output_of(pass, step_index, range.first),
                            .cache = cache + range.first * step->cache_bytes,
                            .seeds = dnn_pass_seeds(pass, range.first),
                            .parameters = network->parameters + step->parameter_offset,
                            .packed = network->packed + step->packed_offset,
                            .scratch = scratch + worker * pass->scratch_bytes};
}

void dnn_pass_forward(const dnn_pass *pass, dnn_range range, size_t worker) {
    for (size_t i = 0; i < pass->network->step_count; i++) {
        const dnn_step *step = &pass->network->steps[i];
        dnn_step_range work = range_of(pass, i, range, worker);
        step->kind->forward(step, &work);
    }
}

void dnn_pass_backward(const dnn_pass *pass, dnn_range range, size_t worker) {
    memset(copy_of(pass, range.index, 0), 0, pass->copy_values * sizeof(float));
    for (size_t i = pass->network->step_count; i-- > pass->first_trained;) {
        const dnn_step *step = &pass->network->steps[i];
        dnn_step_range work = range_of(pass, i, range, worker);
        work.output_gradient = output_gradient_of(pass, i, range.first);
        work.input_gradient = i > pass->first_trained ? output_gradient_of(pass, i - 1, range.first) : NULL;
        work.gradient = sums_copies(step) ? copy_of(pass, range.index, i) : NULL;
        step->kind->backward(step, &work);
    }
}

/* Sums the ranges' copies of a span, in the order of the ranges. */
static void sum_copies(const dnn_pass *pass, const dnn_step *step, size_t ranges, dnn_span span) {
    float *gradient = dnn_pass_gradients(pass) + span.offset;
    size_t offset = span.offset - step->parameter_offset;
    memcpy(gradient, copy_of(pass, 0, step->index) + offset, span.count * sizeof(float));
    for (size_t range = 1; range < ranges; range++)
        step->kernels->add(gradient, copy_of(pass, range, step->index) + offset, span.count);
}

/* The parameters of one block: rows of the kernel, and the same places of the bias. */
static size_t block_spans(const dnn_step *step, dnn_step_block block, dnn_span spans[2]) {
    const dnn_tensor *kernel = &step->layers[0].tensors[DNN_KERNEL];
    spans[0] = (dnn_span){step->parameter_offset + block.first * kernel->inputs, block.count * kernel->inputs};
    spans[1] = (dnn_span){step->parameter_offset + kernel->values + block.first, block.count};
    return step->layers[0].tensor_count;
}

/* The gradient of one block over the whole batch, by the step itself. */
static void run_block_gradient(const dnn_pass *pass, const dnn_step *step, size_t count, dnn_step_block block) {
    dnn_step_range batch = range_of(pass, step->index, (dnn_range){.count = count}, 0);
    batch.scratch = NULL; /* several blocks run at the same time */
    batch.output_gradient = output_gradient_of(pass, step->index, 0);
    batch.gradient = dnn_pass_gradients(pass) + step->parameter_offset;
    step->kind->block_gradient(step, &batch, block);
}

size_t dnn_pass_gradient(const dnn_pass *pass, size_t count, dnn_gradient_task task, dnn_span spans[2]) {
    dnn_step_block block = dnn_step_block_at(task.step, task.block);
    size_t span_count = block_spans(task.step, block, spans);
    if (!sums_copies(task.step)) {
        run_block_gradient(pass, task.step, count, block);
        return span_count;
    }
    for (size_t i = 0; i < span_count; i++)
        sum_copies(pass, task.step, dnn_pass_range_count(count), spans[i]);
    return span_count;
}
