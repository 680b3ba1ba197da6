#include "model/pass.h"

#include "core/status.h"

#include <string.h>

/* Offsets in the arena. */
struct digitnet__pass_step {
    size_t output, output_gradient, cache;
    size_t copy; /* in each range's gradient copy, in values */
};

static bool sums_copies(const digitnet__step *step) {
    return step->parameter_values && !step->kind->block_gradient;
}

static size_t book_floats(digitnet__arena *arena, size_t count, size_t values) {
    size_t total;
    if (!digitnet__size_multiply(&total, count, values)) {
        arena->overflow = true;
        return 0;
    }
    return digitnet__arena_book(arena, total, sizeof(float));
}

static void book(digitnet__pass *pass, size_t workers) {
    const digitnet__network *network = pass->network;
    digitnet__arena *arena = &pass->arena;
    pass->input = book_floats(arena, pass->capacity, digitnet__shape_values(network->input));
    pass->seeds = digitnet__arena_book(arena, pass->capacity, sizeof(uint64_t));
    for (size_t i = 0; i < network->step_count; i++) {
        const digitnet__step *step = &network->steps[i];
        struct digitnet__pass_step *place = &pass->steps[i];
        place->output = book_floats(arena, pass->capacity, step->output_values);
        place->output_gradient = i >= pass->first_trained ? book_floats(arena, pass->capacity, step->output_values) : 0;
        place->cache = digitnet__arena_book(arena, pass->capacity, step->cache_bytes);
        place->copy = pass->copy_values;
        pass->copy_values += sums_copies(step) ? step->parameter_values : 0;
        pass->scratch_bytes = step->scratch_bytes > pass->scratch_bytes ? step->scratch_bytes : pass->scratch_bytes;
    }
    pass->scratch_bytes = (pass->scratch_bytes / DNN_ALIGNMENT + 1) * DNN_ALIGNMENT;
    pass->scratch = digitnet__arena_book(arena, workers, pass->scratch_bytes);
    pass->gradients = book_floats(arena, 1, network->parameter_count);
    pass->copies = book_floats(arena, DNN_MAX_RANGES, pass->copy_values);
}

static void list_tasks(digitnet__pass *pass) {
    for (size_t i = 0; i < pass->network->step_count; i++) {
        const digitnet__step *step = &pass->network->steps[i];
        for (size_t block = 0; block < step->block_count; block++)
            pass->tasks[pass->task_count++] = (digitnet__gradient_task){.step = step, .block = block};
    }
}

static size_t count_tasks(const digitnet__network *network) {
    size_t count = 0;
    for (size_t i = 0; i < network->step_count; i++)
        count += network->steps[i].block_count;
    return count;
}

static size_t find_first_trained(const digitnet__network *network) {
    size_t first = 0;
    while (first + 1 < network->step_count && network->steps[first].parameter_values == 0)
        first++;
    return first;
}

digitnet_status digitnet__pass_create(digitnet__pass *pass, const digitnet__network *network, size_t capacity,
                                      size_t workers) {
    *pass = (digitnet__pass){.network = network, .capacity = capacity, .first_trained = find_first_trained(network)};
    pass->steps = digitnet__allocate_zeroed_array(network->step_count, sizeof *pass->steps);
    pass->tasks = digitnet__allocate_zeroed_array(count_tasks(network), sizeof *pass->tasks);
    digitnet_status status = DIGITNET_ENOMEM;
    if (pass->steps && pass->tasks) {
        book(pass, workers);
        list_tasks(pass);
        status = pass->arena.overflow
                     ? digitnet__fail(DIGITNET_ELIMIT, "a batch of %zu images overflows for this model", capacity)
                 : digitnet__arena_allocate(&pass->arena) ? DIGITNET_OK
                                                          : DIGITNET_ENOMEM;
    }
    if (status != DIGITNET_OK)
        digitnet__pass_release(pass);
    return status;
}

void digitnet__pass_release(digitnet__pass *pass) {
    digitnet__arena_release(&pass->arena);
    digitnet__release(pass->steps);
    digitnet__release(pass->tasks);
    pass->steps = NULL;
    pass->tasks = NULL;
}

size_t digitnet__pass_range_count(size_t count) {
    return count < DNN_MAX_RANGES ? count : DNN_MAX_RANGES;
}

digitnet__range digitnet__pass_range(size_t count, size_t index) {
    size_t ranges = digitnet__pass_range_count(count);
    size_t each = count / ranges, larger = count % ranges;
    return (digitnet__range){
        .index = index, .first = index * each + (index < larger ? index : larger), .count = each + (index < larger)};
}

static float *floats_at(const digitnet__pass *pass, size_t offset, size_t index) {
    return (float *)digitnet__arena_at(&pass->arena, offset) + index;
}

float *digitnet__pass_input(const digitnet__pass *pass, size_t sample) {
    return floats_at(pass, pass->input, sample * digitnet__shape_values(pass->network->input));
}

uint64_t *digitnet__pass_seeds(const digitnet__pass *pass, size_t sample) {
    return (uint64_t *)digitnet__arena_at(&pass->arena, pass->seeds) + sample;
}

static float *output_of(const digitnet__pass *pass, size_t step, size_t sample) {
    return floats_at(pass, pass->steps[step].output, sample * pass->network->steps[step].output_values);
}

static float *output_gradient_of(const digitnet__pass *pass, size_t step, size_t sample) {
    return floats_at(pass, pass->steps[step].output_gradient, sample * pass->network->steps[step].output_values);
}

float *digitnet__pass_output(const digitnet__pass *pass, size_t sample) {
    return output_of(pass, pass->network->step_count - 1, sample);
}

float *digitnet__pass_output_gradient(const digitnet__pass *pass, size_t sample) {
    return output_gradient_of(pass, pass->network->step_count - 1, sample);
}

float *digitnet__pass_gradients(const digitnet__pass *pass) {
    return floats_at(pass, pass->gradients, 0);
}

static float *copy_of(const digitnet__pass *pass, size_t range, size_t step) {
    return floats_at(pass, pass->copies, range * pass->copy_values + pass->steps[step].copy);
}

/* What a step is given for a range, but for the gradients. */
static digitnet__step_range range_of(const digitnet__pass *pass, size_t step_index, digitnet__range range,
                                     size_t worker) {
    const digitnet__network *network = pass->network;
    const digitnet__step *step = &network->steps[step_index];
    unsigned char *cache = digitnet__arena_at(&pass->arena, pass->steps[step_index].cache);
    unsigned char *scratch = digitnet__arena_at(&pass->arena, pass->scratch);
    return (digitnet__step_range){.samples = range.count,
                                  .input = step_index ? output_of(pass, step_index - 1, range.first)
                                                      : digitnet__pass_input(pass, range.first),
                                  .output = output_of(pass, step_index, range.first),
                                  .cache = cache + range.first * step->cache_bytes,
                                  .seeds = digitnet__pass_seeds(pass, range.first),
                                  .parameters = network->parameters + step->parameter_offset,
                                  .packed = network->packed + step->packed_offset,
                                  .scratch = scratch + worker * pass->scratch_bytes};
}

void digitnet__pass_forward(const digitnet__pass *pass, digitnet__range range, size_t worker) {
    for (size_t i = 0; i < pass->network->step_count; i++) {
        const digitnet__step *step = &pass->network->steps[i];
        digitnet__step_range work = range_of(pass, i, range, worker);
        step->kind->forward(step, &work);
    }
}

void digitnet__pass_backward(const digitnet__pass *pass, digitnet__range range, size_t worker) {
    memset(copy_of(pass, range.index, 0), 0, pass->copy_values * sizeof(float));
    for (size_t i = pass->network->step_count; i-- > pass->first_trained;) {
        const digitnet__step *step = &pass->network->steps[i];
        digitnet__step_range work = range_of(pass, i, range, worker);
        work.output_gradient = output_gradient_of(pass, i, range.first);
        work.input_gradient = i > pass->first_trained ? output_gradient_of(pass, i - 1, range.first) : NULL;
        work.gradient = sums_copies(step) ? copy_of(pass, range.index, i) : NULL;
        step->kind->backward(step, &work);
    }
}

/* Sums the ranges' copies of a span, in the order of the ranges. */
static void sum_copies(const digitnet__pass *pass, const digitnet__step *step, size_t ranges, digitnet__span span) {
    float *gradient = digitnet__pass_gradients(pass) + span.offset;
    size_t offset = span.offset - step->parameter_offset;
    memcpy(gradient, copy_of(pass, 0, step->index) + offset, span.count * sizeof(float));
    for (size_t range = 1; range < ranges; range++)
        step->kernels->add(gradient, copy_of(pass, range, step->index) + offset, span.count);
}

/* The parameters of one block: rows of the kernel, and the same places of the bias. */
static size_t block_spans(const digitnet__step *step, digitnet__step_block block, digitnet__span spans[2]) {
    const digitnet__tensor *kernel = &step->layers[0].tensors[DNN_KERNEL];
    spans[0] = (digitnet__span){step->parameter_offset + block.first * kernel->inputs, block.count * kernel->inputs};
    spans[1] = (digitnet__span){step->parameter_offset + kernel->values + block.first, block.count};
    return step->layers[0].tensor_count;
}

/* The gradient of one block over the whole batch, by the step itself. */
static void run_block_gradient(const digitnet__pass *pass, const digitnet__step *step, size_t count,
                               digitnet__step_block block) {
    digitnet__step_range batch = range_of(pass, step->index, (digitnet__range){.count = count}, 0);
    batch.scratch = NULL; /* several blocks run at the same time */
    batch.output_gradient = output_gradient_of(pass, step->index, 0);
    batch.gradient = digitnet__pass_gradients(pass) + step->parameter_offset;
    step->kind->block_gradient(step, &batch, block);
}

size_t digitnet__pass_gradient(const digitnet__pass *pass, size_t count, digitnet__gradient_task task,
                               digitnet__span spans[2]) {
    digitnet__step_block block = digitnet__step_block_at(task.step, task.block);
    size_t span_count = block_spans(task.step, block, spans);
    if (!sums_copies(task.step)) {
        run_block_gradient(pass, task.step, count, block);
        return span_count;
    }
    for (size_t i = 0; i < span_count; i++)
        sum_copies(pass, task.step, digitnet__pass_range_count(count), spans[i]);
    return span_count;
}
