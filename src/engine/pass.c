#include "engine/pass.h"

#include "core/share.h"
#include "core/status.h"

#include <string.h>

/* Offsets in the arena; of the gradient where it is kept. */
struct digitnet__pass_value {
    size_t memory, gradient;
};

struct digitnet__pass_rows {
    size_t offset, bytes; /* in the arena; of one row */
};

struct digitnet__pass_op {
    size_t cache;
    size_t copy; /* in each range's gradient copy, in values */
    size_t sums; /* in the block of sums, and in each range's share of them: forward, then backward */
};

static const digitnet__plan *plan_of(const digitnet__pass *pass) {
    return &pass->network->training;
}

static bool wants_gradient(const digitnet__pass *pass, size_t value) {
    return plan_of(pass)->values[value].wants_gradient;
}

/* Its backward() runs, and adds to a copy of the gradient. A frozen layer's copy is not read. */
static bool sums_copies(const digitnet__pass *pass, const digitnet__op *op) {
    return op->parameter_values && !op->kind->block_gradient && wants_gradient(pass, op->output);
}

/* Its block_gradient() reads the whole batch's values; of an op that gathers it reads the sums alone. */
static bool reads_batch(const digitnet__op *op) {
    return op->trains && op->kind->block_gradient && !op->gathers;
}

/* Whether the gradient by a value is read after the backward pass. All others lie in what their range has for those
 * that are needed at the same time: the backward pass of the op that gives the value is the last to read it. */
static bool keeps_gradient(const digitnet__plan *plan, size_t value) {
    size_t producer = plan->values[value].producer;
    return producer == DNN_NO_OP || value == plan->output || reads_batch(&plan->ops[producer]);
}

static size_t reserve_rows(digitnet__arena *arena, size_t rows, size_t count, size_t size) {
    size_t bytes;
    if (!digitnet__size_multiply(&bytes, count, size)) {
        arena->overflow = true;
        return 0;
    }
    return digitnet__arena_reserve(arena, rows, bytes);
}

/* A row for each sample. */
static size_t reserve_samples(digitnet__pass *pass, size_t count, size_t size) {
    size_t offset = reserve_rows(&pass->arena, pass->capacity, count, size);
    pass->rows[pass->row_count++] = (struct digitnet__pass_rows){.offset = offset, .bytes = count * size};
    return offset;
}

static void reserve_op(digitnet__pass *pass, const digitnet__op *op) {
    struct digitnet__pass_op *place = &pass->ops[op->index];
    place->cache = reserve_samples(pass, op->cache_bytes, 1);
    place->copy = pass->copy_values;
    pass->copy_values += sums_copies(pass, op) ? op->parameter_values : 0;
    place->sums = pass->sum_values;
    pass->sum_values += op->forward_sums + op->backward_sums;
    pass->scratch_bytes = op->scratch_bytes > pass->scratch_bytes ? op->scratch_bytes : pass->scratch_bytes;
}

/* An op that took the value later, or another input of this op, has written the value's gradient before. */
static bool is_first_gradient(const digitnet__plan *plan, const digitnet__op *op, size_t input) {
    size_t value = op->inputs[input];
    for (size_t i = 0; i < input; i++)
        if (op->inputs[i] == value)
            return false;
    return plan->values[value].last == op->index;
}

/* Floats for a sample's gradients that are added from a worker's scratch memory: the most that one op has. False where
 * they overflow. */
static bool shared_gradient_values(size_t *most, const digitnet__plan *plan) {
    *most = 0;
    for (size_t i = 0; i < plan->op_count; i++) {
        const digitnet__op *op = &plan->ops[i];
        size_t sum = 0;
        for (size_t k = 0; k < op->input_count; k++) {
            const digitnet__value *value = &plan->values[op->inputs[k]];
            bool shared = value->wants_gradient && !is_first_gradient(plan, op, k);
            if (shared && !digitnet__size_add(&sum, sum, value->values))
                return false;
        }
        *most = sum > *most ? sum : *most;
    }
    return true;
}

/* More ranges keep more threads busy; each costs a copy of the gradient, which is summed, and has 8 images at least. */
enum { RANGES = 8, LARGE_BATCH = 128, LARGE_BATCH_RANGES = 16, MOST_COPY_BYTES = 1 << 26 };

static size_t ranges_by_size(const digitnet__pass *pass, size_t count) {
    bool copies_fit = pass->copy_values <= MOST_COPY_BYTES / LARGE_BATCH_RANGES / sizeof(float);
    return count >= LARGE_BATCH && copies_fit ? LARGE_BATCH_RANGES : RANGES;
}

size_t digitnet__pass_range_count(const digitnet__pass *pass, size_t count) {
    size_t ranges = pass->ranges ? pass->ranges : ranges_by_size(pass, count);
    return count < ranges ? count : ranges;
}

static size_t samples_of_range(const digitnet__pass *pass, size_t count) {
    return (count - 1) / digitnet__pass_range_count(pass, count) + 1;
}

/* The most that a range has, of any batch up to the capacity: that, or the largest that is cut into fewer. */
static size_t most_samples(const digitnet__pass *pass) {
    size_t most = samples_of_range(pass, pass->capacity);
    size_t before = pass->capacity >= LARGE_BATCH ? samples_of_range(pass, LARGE_BATCH - 1) : 0;
    return most > before ? most : before;
}

static size_t shared_gradient_bytes(const digitnet__pass *pass) {
    size_t samples = most_samples(pass);
    size_t most, bytes;
    if (!shared_gradient_values(&most, plan_of(pass)) ||
        !digitnet__size_product(&bytes, (size_t[]){most, samples, sizeof(float)}, 3))
        return SIZE_MAX;
    return bytes;
}

static size_t align(size_t bytes) {
    return bytes / DNN_ALIGNMENT < SIZE_MAX / DNN_ALIGNMENT ? (bytes / DNN_ALIGNMENT + 1) * DNN_ALIGNMENT : SIZE_MAX;
}

/* A worker's, to the inputs of an op and to their gradients: in lines of its own. */
static size_t pointer_bytes(const digitnet__plan *plan) {
    return align(2 * plan->most_inputs * sizeof(float *));
}

static void reserve(digitnet__pass *pass, size_t workers) {
    const digitnet__plan *plan = plan_of(pass);
    digitnet__arena *arena = &pass->arena;
    pass->seeds = reserve_samples(pass, 1, sizeof(uint64_t));
    for (size_t i = 0; i < plan->value_count; i++) {
        const digitnet__value *value = &plan->values[i];
        bool keeps = value->used && value->wants_gradient && keeps_gradient(plan, i);
        pass->values[i].memory = reserve_samples(pass, value->used ? value->values : 0, sizeof(float));
        pass->values[i].gradient = reserve_samples(pass, keeps ? value->values : 0, sizeof(float));
    }
    pass->passing = reserve_samples(pass, pass->placement.size, sizeof(float));
    for (size_t i = 0; i < plan->op_count; i++)
        reserve_op(pass, &plan->ops[i]);
    pass->most_ranges = digitnet__pass_range_count(pass, pass->capacity);
    pass->scratch_bytes = align(pass->scratch_bytes);
    pass->scratch = digitnet__arena_reserve(arena, workers, pass->scratch_bytes);
    pass->shared_bytes = align(shared_gradient_bytes(pass));
    pass->shared = digitnet__arena_reserve(arena, workers, pass->shared_bytes);
    pass->pointers = digitnet__arena_reserve(arena, workers, pointer_bytes(plan));
    pass->gradients = digitnet__arena_reserve(arena, pass->network->graph.parameter_count, sizeof(float));
    pass->copies = reserve_rows(arena, pass->most_ranges, pass->copy_values, sizeof(float));
    pass->sums = digitnet__arena_reserve(arena, (pass->most_ranges + 1) * pass->sum_values, sizeof(double));
}

static const digitnet__op *from_the_end(const digitnet__plan *plan, size_t index) {
    return &plan->ops[plan->op_count - 1 - index];
}

static bool gathers_forward(const digitnet__op *op) {
    return op->gathers && op->kind->gather_forward;
}

static bool gathers_backward(const digitnet__plan *plan, const digitnet__op *op) {
    return op->gathers && op->kind->gather_backward && plan->values[op->output].wants_gradient;
}

/* A segment ends before each op that gathers. */
static size_t cut(digitnet__segment *segments, const digitnet__plan *plan, bool backward) {
    size_t count = 0, first = 0;
    for (size_t i = 0; i < plan->op_count; i++) {
        if (backward ? gathers_backward(plan, from_the_end(plan, i)) : gathers_forward(&plan->ops[i])) {
            segments[count++] = (digitnet__segment){first, i};
            first = i;
        }
    }
    segments[count++] = (digitnet__segment){first, plan->op_count};
    return count;
}

/* Counts the tasks, and lists them unless that is NULL. */
static size_t list_tasks(digitnet__gradient_task *tasks, const digitnet__plan *plan) {
    size_t count = 0;
    for (size_t i = 0; i < plan->op_count; i++) {
        const digitnet__op *op = &plan->ops[i];
        for (size_t block = 0; op->trains && block < op->block_count; block++, count++)
            if (tasks)
                tasks[count] = (digitnet__gradient_task){.op = op, .block = block, .is_product = reads_batch(op)};
    }
    return count;
}

static void measure_tasks(digitnet__pass *pass) {
    for (size_t i = 0; i < pass->task_count; i++) {
        digitnet__gradient_task *task = &pass->tasks[i];
        digitnet__span spans[DNN_LAYER_TENSORS];
        size_t span_count = digitnet__pass_spans(*task, spans);
        for (size_t k = 0; k < span_count; k++)
            task->values += spans[k].count;
        task->before = pass->product_values;
        pass->product_values += task->is_product ? task->values : 0;
    }
}

static bool allocate_lists(digitnet__pass *pass) {
    const digitnet__plan *plan = plan_of(pass);
    pass->values = digitnet__allocate_zeroed_array(plan->value_count, sizeof *pass->values);
    pass->ops = digitnet__allocate_zeroed_array(plan->op_count, sizeof *pass->ops);
    pass->rows = digitnet__allocate_array(2 * plan->value_count + plan->op_count + 2, sizeof *pass->rows);
    pass->task_count = list_tasks(NULL, plan);
    pass->tasks = digitnet__allocate_array(pass->task_count, sizeof *pass->tasks);
    pass->forward_segments = digitnet__allocate_array(2 * (plan->op_count + 1), sizeof *pass->forward_segments);
    return pass->values && pass->ops && pass->rows && pass->tasks && pass->forward_segments;
}

/* What is a range's of a full batch. */
static void clear_range(void *context, size_t task, size_t worker) {
    const digitnet__pass *pass = context;
    digitnet__range range = digitnet__pass_range(pass, pass->capacity, task);
    (void)worker;
    for (size_t i = 0; i < pass->row_count; i++)
        digitnet__arena_clear(&pass->arena, pass->rows[i].offset, range.first, range.count, pass->rows[i].bytes);
    digitnet__arena_clear(&pass->arena, pass->copies, task, 1, pass->copy_values * sizeof(float));
}

static void clear_scratch(void *context, size_t task, size_t worker) {
    const digitnet__pass *pass = context;
    (void)worker;
    digitnet__arena_clear(&pass->arena, pass->scratch, task, 1, pass->scratch_bytes);
    digitnet__arena_clear(&pass->arena, pass->shared, task, 1, pass->shared_bytes);
}

/* By tasks that go to the same workers as those of the passes, unless one is late. */
static void clear(digitnet__pass *pass, digitnet__thread_pool *threads) {
    size_t workers = digitnet__thread_pool_size(threads);
    const digitnet__arena *arena = &pass->arena;
    digitnet__thread_pool_run(threads, clear_range, pass, pass->most_ranges);
    digitnet__thread_pool_run(threads, clear_scratch, pass, workers);
    digitnet__arena_clear(arena, pass->pointers, 0, workers, pointer_bytes(plan_of(pass)));
    digitnet__arena_clear(arena, pass->gradients, 0, pass->network->graph.parameter_count, sizeof(float));
    digitnet__arena_clear(arena, pass->sums, 0, (pass->most_ranges + 1) * pass->sum_values, sizeof(double));
}

digitnet_status digitnet__pass_create(digitnet__pass *pass, const digitnet__network *network, size_t capacity,
                                      size_t ranges, digitnet__thread_pool *threads) {
    *pass = (digitnet__pass){.network = network, .capacity = capacity, .ranges = ranges};
    const digitnet__plan *plan = &network->training;
    digitnet_status status = DIGITNET_ENOMEM;
    if (allocate_lists(pass))
        status = digitnet__placement_create(&pass->placement, plan, 1);
    if (status == DIGITNET_OK) {
        list_tasks(pass->tasks, plan);
        measure_tasks(pass);
        pass->backward_segments = pass->forward_segments + plan->op_count + 1;
        pass->forward_count = cut(pass->forward_segments, plan, false);
        pass->backward_count = cut(pass->backward_segments, plan, true);
        reserve(pass, digitnet__thread_pool_size(threads));
        status = pass->arena.overflow
                     ? digitnet__fail(DIGITNET_ELIMIT, "the size of the memory for a batch of %zu images overflows",
                                      capacity)
                 : digitnet__arena_allocate_unset(&pass->arena) ? DIGITNET_OK
                                                                : DIGITNET_ENOMEM;
    }
    if (status == DIGITNET_OK)
        clear(pass, threads);
    else
        digitnet__pass_release(pass);
    return status;
}

void digitnet__pass_release(digitnet__pass *pass) {
    digitnet__arena_release(&pass->arena);
    digitnet__placement_release(&pass->placement);
    digitnet__release(pass->values);
    digitnet__release(pass->ops);
    digitnet__release(pass->rows);
    digitnet__release(pass->tasks);
    digitnet__release(pass->forward_segments);
    *pass = (digitnet__pass){0};
}

digitnet__range digitnet__pass_range(const digitnet__pass *pass, size_t count, size_t index) {
    digitnet__share share = digitnet__share_of(count, digitnet__pass_range_count(pass, count), index);
    return (digitnet__range){.index = index, .first = share.first, .count = share.end - share.first};
}

static float *floats_at(const digitnet__pass *pass, size_t offset, size_t index) {
    return (float *)digitnet__arena_at(&pass->arena, offset) + index;
}

static float *value_at(const digitnet__pass *pass, size_t value, size_t sample) {
    return floats_at(pass, pass->values[value].memory, sample * plan_of(pass)->values[value].values);
}

/* One that is kept; NULL where nobody wants it. */
static float *kept_gradient_at(const digitnet__pass *pass, size_t value, size_t sample) {
    if (!wants_gradient(pass, value))
        return NULL;
    return floats_at(pass, pass->values[value].gradient, sample * plan_of(pass)->values[value].values);
}

/* NULL where nobody wants it. */
static float *gradient_at(const digitnet__pass *pass, size_t value, digitnet__range range) {
    if (!wants_gradient(pass, value) || keeps_gradient(plan_of(pass), value))
        return kept_gradient_at(pass, value, range.first);
    const digitnet__placement *placement = &pass->placement;
    return floats_at(pass, pass->passing, range.first * placement->size + range.count * placement->offsets[value]);
}

float *digitnet__pass_input(const digitnet__pass *pass, size_t sample) {
    return value_at(pass, 0, sample);
}

uint64_t *digitnet__pass_seeds(const digitnet__pass *pass, size_t sample) {
    return (uint64_t *)digitnet__arena_at(&pass->arena, pass->seeds) + sample;
}

float *digitnet__pass_output(const digitnet__pass *pass, size_t sample) {
    return value_at(pass, plan_of(pass)->output, sample);
}

float *digitnet__pass_output_gradient(const digitnet__pass *pass, size_t sample) {
    return kept_gradient_at(pass, plan_of(pass)->output, sample);
}

float *digitnet__pass_input_gradient(const digitnet__pass *pass, size_t sample) {
    return kept_gradient_at(pass, 0, sample);
}

float *digitnet__pass_gradients(const digitnet__pass *pass) {
    return floats_at(pass, pass->gradients, 0);
}

static float *copy_of(const digitnet__pass *pass, size_t range, size_t op) {
    return floats_at(pass, pass->copies, range * pass->copy_values + pass->ops[op].copy);
}

/* An op's sums over the batch, or one range's share of them; those of the forward pass come first. */
static double *sums_of(const digitnet__pass *pass, const digitnet__op *op) {
    return (double *)digitnet__arena_at(&pass->arena, pass->sums) + pass->ops[op->index].sums;
}

static double *share_of(const digitnet__pass *pass, const digitnet__op *op, size_t range) {
    return sums_of(pass, op) + (range + 1) * pass->sum_values;
}

static unsigned char *worker_memory(const digitnet__pass *pass, size_t offset, size_t bytes, size_t worker) {
    return (unsigned char *)digitnet__arena_at(&pass->arena, offset) + worker * bytes;
}

static float **pointers_of(const digitnet__pass *pass, size_t worker) {
    return (float **)(void *)worker_memory(pass, pass->pointers, pointer_bytes(plan_of(pass)), worker);
}

/* What an op is given for a range, but for the gradients. */
static digitnet__op_range range_of(const digitnet__pass *pass, const digitnet__op *op, size_t count,
                                   digitnet__range range, const float **inputs) {
    const digitnet__network *network = pass->network;
    for (size_t i = 0; i < op->input_count; i++)
        inputs[i] = value_at(pass, op->inputs[i], range.first);
    unsigned char *cache = digitnet__arena_at(&pass->arena, pass->ops[op->index].cache);
    return (digitnet__op_range){.samples = range.count,
                                .inputs = inputs,
                                .output = value_at(pass, op->output, range.first),
                                .cache = cache + range.first * op->cache_bytes,
                                .seeds = digitnet__pass_seeds(pass, range.first),
                                .parameters = network->parameters + op->parameter_offset,
                                .packed = network->packed + op->packed_offset,
                                .state = network->state + op->state_offset,
                                .forward_sums = sums_of(pass, op),
                                .backward_sums = sums_of(pass, op) + op->forward_sums,
                                .batch_samples = count};
}

/* Likewise, with the worker's memory. */
static digitnet__op_range begin_range(const digitnet__pass *pass, const digitnet__op *op, size_t count,
                                      digitnet__range range, size_t worker) {
    const float **inputs = (const float **)pointers_of(pass, worker);
    digitnet__op_range work = range_of(pass, op, count, range, inputs);
    work.scratch = worker_memory(pass, pass->scratch, pass->scratch_bytes, worker);
    return work;
}

void digitnet__pass_forward(const digitnet__pass *pass, size_t segment, size_t count, digitnet__range range,
                            size_t worker) {
    const digitnet__plan *plan = plan_of(pass);
    digitnet__segment ops = pass->forward_segments[segment];
    for (size_t i = ops.first; i < ops.end; i++) {
        digitnet__op_range work = begin_range(pass, &plan->ops[i], count, range, worker);
        plan->ops[i].kind->forward(&plan->ops[i], &work);
    }
    if (segment + 1 < pass->forward_count) {
        const digitnet__op *op = &plan->ops[ops.end];
        digitnet__op_range work = begin_range(pass, op, count, range, worker);
        op->kind->gather_forward(op, &work, share_of(pass, op, range.index));
    }
}

static digitnet__op_range begin_backward(const digitnet__pass *pass, const digitnet__op *op, size_t count,
                                         digitnet__range range, size_t worker) {
    digitnet__op_range work = begin_range(pass, op, count, range, worker);
    work.output_gradient = gradient_at(pass, op->output, range);
    work.gradient = sums_copies(pass, op) ? copy_of(pass, range.index, op->index) : NULL;
    return work;
}

/* Gradients of inputs that were written before go to the worker's scratch memory, and are added from there: so the sums
 * have the order of the ops from the end. */
static void direct_gradients(const digitnet__pass *pass, const digitnet__op *op, digitnet__range range, size_t worker,
                             float **gradients) {
    const digitnet__plan *plan = plan_of(pass);
    float *shared = (float *)(void *)worker_memory(pass, pass->shared, pass->shared_bytes, worker);
    for (size_t i = 0; i < op->input_count; i++) {
        gradients[i] = gradient_at(pass, op->inputs[i], range);
        if (gradients[i] && !is_first_gradient(plan, op, i)) {
            gradients[i] = shared;
            shared += range.count * plan->values[op->inputs[i]].values;
        }
    }
}

static void add_shared_gradients(const digitnet__pass *pass, const digitnet__op *op, digitnet__range range,
                                 float *const *gradients) {
    for (size_t i = 0; i < op->input_count; i++) {
        float *sum = gradient_at(pass, op->inputs[i], range);
        if (gradients[i] != sum)
            op->kernels->add(sum, gradients[i], range.count * plan_of(pass)->values[op->inputs[i]].values);
    }
}

void digitnet__pass_backward(const digitnet__pass *pass, size_t segment, size_t count, digitnet__range range,
                             size_t worker) {
    const digitnet__plan *plan = plan_of(pass);
    digitnet__segment ops = pass->backward_segments[segment];
    float **gradients = pointers_of(pass, worker) + plan->most_inputs;
    if (segment == 0)
        memset(floats_at(pass, pass->copies, range.index * pass->copy_values), 0, pass->copy_values * sizeof(float));
    for (size_t i = ops.first; i < ops.end; i++) {
        const digitnet__op *op = from_the_end(plan, i);
        if (!wants_gradient(pass, op->output))
            continue;
        digitnet__op_range work = begin_backward(pass, op, count, range, worker);
        direct_gradients(pass, op, range, worker, gradients);
        work.input_gradients = gradients;
        op->kind->backward(op, &work);
        add_shared_gradients(pass, op, range, gradients);
    }
    if (segment + 1 < pass->backward_count) {
        const digitnet__op *op = from_the_end(plan, ops.end);
        digitnet__op_range work = begin_backward(pass, op, count, range, worker);
        op->kind->gather_backward(op, &work, share_of(pass, op, range.index) + op->forward_sums);
    }
}

/* The ranges' shares of `count` sums, from `first` on. */
static digitnet__rows rows_of_shares(const digitnet__pass *pass, const digitnet__op *op, size_t first, size_t count) {
    return (digitnet__rows){.first = (unsigned char *)(share_of(pass, op, 0) + first),
                            .bytes = count * sizeof(double),
                            .stride = pass->sum_values * sizeof(double),
                            .of_ranges = true};
}

digitnet__rows digitnet__pass_forward_rows(const digitnet__pass *pass, size_t segment) {
    const digitnet__op *op = &plan_of(pass)->ops[pass->forward_segments[segment].end];
    return rows_of_shares(pass, op, 0, op->forward_sums);
}

digitnet__rows digitnet__pass_backward_rows(const digitnet__pass *pass, size_t segment) {
    const digitnet__op *op = from_the_end(plan_of(pass), pass->backward_segments[segment].end);
    return rows_of_shares(pass, op, op->forward_sums, op->backward_sums);
}

/* Sums the ranges' shares of `count` sums, from `first` on, in the order of the ranges. */
static void sum_shares(const digitnet__pass *pass, const digitnet__op *op, size_t ranges, size_t first, size_t count) {
    double *sums = sums_of(pass, op) + first;
    memcpy(sums, share_of(pass, op, 0) + first, count * sizeof *sums);
    for (size_t range = 1; range < ranges; range++) {
        const double *share = share_of(pass, op, range) + first;
        for (size_t i = 0; i < count; i++)
            sums[i] += share[i];
    }
}

void digitnet__pass_reduce_forward(const digitnet__pass *pass, size_t segment, size_t count) {
    const digitnet__op *op = &plan_of(pass)->ops[pass->forward_segments[segment].end];
    sum_shares(pass, op, digitnet__pass_range_count(pass, count), 0, op->forward_sums);
}

void digitnet__pass_reduce_backward(const digitnet__pass *pass, size_t segment, size_t count) {
    const digitnet__op *op = from_the_end(plan_of(pass), pass->backward_segments[segment].end);
    sum_shares(pass, op, digitnet__pass_range_count(pass, count), op->forward_sums, op->backward_sums);
}

static digitnet__rows rows_of_samples(float *first, size_t values) {
    size_t bytes = values * sizeof(float);
    return (digitnet__rows){.first = (unsigned char *)first, .bytes = bytes, .stride = bytes};
}

size_t digitnet__pass_most_rows(const digitnet__pass *pass) {
    return 2 * plan_of(pass)->op_count;
}

static bool is_listed(const digitnet__rows *rows, size_t count, const digitnet__rows *wanted) {
    while (count > 0 && rows[count - 1].first != wanted->first)
        count--;
    return count > 0;
}

size_t digitnet__pass_gradient_rows(digitnet__rows *rows, const digitnet__pass *pass) {
    const digitnet__plan *plan = plan_of(pass);
    size_t count = 0;
    for (size_t i = 0; i < plan->op_count; i++) {
        const digitnet__op *op = &plan->ops[i];
        if (!reads_batch(op))
            continue;
        rows[count] = rows_of_samples(value_at(pass, op->inputs[0], 0), op->input_values);
        count += !is_listed(rows, count, &rows[count]);
        rows[count++] = rows_of_samples(kept_gradient_at(pass, op->output, 0), op->output_values);
    }
    return count;
}

digitnet__rows digitnet__pass_copy_rows(const digitnet__pass *pass) {
    size_t bytes = pass->copy_values * sizeof(float);
    return (digitnet__rows){
        .first = digitnet__arena_at(&pass->arena, pass->copies), .bytes = bytes, .stride = bytes, .of_ranges = true};
}

/* Sums the copies of a span, in the order of the ranges. */
static void sum_copies(const digitnet__pass *pass, const digitnet__op *op, size_t copies, digitnet__span span) {
    float *gradient = digitnet__pass_gradients(pass) + span.offset;
    size_t offset = span.offset - op->parameter_offset;
    memcpy(gradient, copy_of(pass, 0, op->index) + offset, span.count * sizeof(float));
    for (size_t range = 1; range < copies; range++)
        op->kernels->add(gradient, copy_of(pass, range, op->index) + offset, span.count);
}

/* The block's outputs' rows of each trained tensor. */
size_t digitnet__pass_spans(digitnet__gradient_task task, digitnet__span spans[DNN_LAYER_TENSORS]) {
    digitnet__op_block block = digitnet__op_block_at(task.op, task.block);
    const digitnet__layer *layer = task.op->layer;
    size_t count = 0;
    for (size_t i = 0; i < layer->tensor_count; i++) {
        const digitnet__tensor *tensor = &layer->tensors[i];
        size_t outputs = digitnet__op_block_of(block, tensor).count;
        if (!tensor->is_state && outputs > 0) {
            spans[count] = (digitnet__span){.offset = tensor->offset + block.first * tensor->inputs,
                                            .count = outputs * tensor->inputs,
                                            .tensor = tensor};
            count++;
        }
    }
    return count;
}

/* The gradient of one block over the whole batch, by the op itself. Several blocks may run at the same time: there is
 * no scratch memory. */
static void run_block_gradient(const digitnet__pass *pass, size_t count, digitnet__gradient_task task) {
    const digitnet__op *op = task.op;
    const float *input = value_at(pass, op->inputs[0], 0);
    digitnet__op_range batch = range_of(pass, op, count, (digitnet__range){.count = count}, &input);
    batch.output_gradient = kept_gradient_at(pass, op->output, 0);
    batch.gradient = digitnet__pass_gradients(pass) + op->parameter_offset;
    op->kind->block_gradient(op, &batch, digitnet__op_block_at(op, task.block));
}

void digitnet__pass_reduce_block(const digitnet__pass *pass, size_t count, size_t copies,
                                 digitnet__gradient_task task) {
    if (!sums_copies(pass, task.op)) {
        run_block_gradient(pass, count, task);
        return;
    }
    digitnet__span spans[DNN_LAYER_TENSORS];
    size_t span_count = digitnet__pass_spans(task, spans);
    for (size_t i = 0; i < span_count; i++)
        sum_copies(pass, task.op, copies, spans[i]);
}

void digitnet__pass_move_state(const digitnet__pass *pass, size_t count) {
    const digitnet__plan *plan = plan_of(pass);
    const float **inputs = (const float **)pointers_of(pass, 0);
    for (size_t i = 0; i < plan->op_count; i++) {
        const digitnet__op *op = &plan->ops[i];
        if (!op->gathers || !op->kind->move_state)
            continue;
        digitnet__op_range batch = range_of(pass, op, count, (digitnet__range){.count = count}, inputs);
        op->kind->move_state(op, &batch, pass->network->state + op->state_offset);
    }
}
