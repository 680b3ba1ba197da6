#include "training/exchange.h"

#include <stdint.h>
#include <string.h>

digitnet__share digitnet__exchange_share(const digitnet__ranks *ranks, const digitnet__pass *pass, size_t count,
                                         size_t rank, bool of_ranges) {
    digitnet__share ranges = digitnet__ranks_share(ranks, rank, digitnet__pass_range_count(pass, count));
    if (of_ranges)
        return ranges;
    if (ranges.first == ranges.end)
        return (digitnet__share){0};
    digitnet__range last = digitnet__pass_range(pass, count, ranges.end - 1);
    return (digitnet__share){.first = digitnet__pass_range(pass, count, ranges.first).first,
                             .end = last.first + last.count};
}

size_t digitnet__exchange_bytes(const digitnet__pass *pass, const digitnet__rows *rows, size_t row_count) {
    size_t total = 0;
    for (size_t i = 0; i < row_count; i++) {
        size_t bytes;
        if (!digitnet__size_multiply(&bytes, rows[i].bytes, rows[i].of_ranges ? pass->most_ranges : pass->capacity) ||
            !digitnet__size_add(&total, total, bytes))
            return SIZE_MAX;
    }
    return total;
}

static size_t part_bytes(const digitnet__ranks *ranks, const digitnet__pass *pass, size_t count, size_t rank,
                         const digitnet__rows *rows, size_t row_count) {
    size_t total = 0;
    for (size_t i = 0; i < row_count; i++) {
        digitnet__share share = digitnet__exchange_share(ranks, pass, count, rank, rows[i].of_ranges);
        total += (share.end - share.first) * rows[i].bytes;
    }
    return total;
}

/* Between a rank's rows and its part of the buffer. */
static void copy_part(unsigned char *part, digitnet__share share, const digitnet__rows *rows, bool in) {
    for (size_t i = share.first; i < share.end; i++, part += rows->bytes) {
        unsigned char *row = rows->first + i * rows->stride;
        memcpy(in ? part : row, in ? row : part, rows->bytes);
    }
}

/* Of this rank into the buffer, of the others out of it. */
static void copy_rows(const digitnet__ranks *ranks, const digitnet__pass *pass, size_t count,
                      const digitnet__rows *rows, size_t row_count, bool in) {
    unsigned char *part = ranks->buffer;
    for (size_t rank = 0; rank < ranks->communicator.size; rank++) {
        bool own = rank == ranks->communicator.rank;
        for (size_t i = 0; i < row_count; i++) {
            digitnet__share share = digitnet__exchange_share(ranks, pass, count, rank, rows[i].of_ranges);
            if (own == in)
                copy_part(part, share, &rows[i], in);
            part += (share.end - share.first) * rows[i].bytes;
        }
    }
}

digitnet_status digitnet__exchange_run(digitnet__ranks *ranks, const digitnet__pass *pass, size_t count,
                                       const digitnet__rows *rows, size_t row_count) {
    for (size_t rank = 0; rank < ranks->communicator.size; rank++)
        ranks->bytes[rank] = part_bytes(ranks, pass, count, rank, rows, row_count);
    copy_rows(ranks, pass, count, rows, row_count, true);
    digitnet_status status = digitnet__ranks_gather(ranks, ranks->buffer);
    if (status == DIGITNET_OK)
        copy_rows(ranks, pass, count, rows, row_count, false);
    return status;
}

/* ---- The copies of the gradient ---- */

enum { FLOATS_A_TASK = 4096 };

/* The copies that this rank has computed, and the part of all copies that it sums. */
typedef struct copies {
    const digitnet__kernels *kernels;
    digitnet__rows rows;
    size_t range_count, values; /* of a copy */
    digitnet__share ranges, part;
    float *sent, *received; /* for each rank its part, range by range; from each rank this one's, likewise */
} copies;

size_t digitnet__exchange_copy_bytes(const digitnet__ranks *ranks, const digitnet__pass *pass) {
    size_t bytes = digitnet__pass_copy_rows(pass).bytes, values = bytes / sizeof(float), sent, received, total;
    digitnet__share ranges = digitnet__ranks_share(ranks, 0, pass->most_ranges); /* no rank has more */
    digitnet__share part = digitnet__ranks_share(ranks, 0, values);
    if (!digitnet__size_multiply(&sent, bytes, ranges.end) ||
        !digitnet__size_product(&received, (size_t[]){part.end, pass->most_ranges, sizeof(float)}, 3) ||
        !digitnet__size_add(&total, sent, received))
        return SIZE_MAX;
    return total;
}

static copies copies_of(const digitnet__ranks *ranks, const digitnet__pass *pass, size_t count) {
    copies own = {.kernels = pass->network->kernels,
                  .rows = digitnet__pass_copy_rows(pass),
                  .range_count = digitnet__pass_range_count(pass, count)};
    own.values = own.rows.bytes / sizeof(float);
    own.ranges = digitnet__ranks_share(ranks, ranks->communicator.rank, own.range_count);
    own.part = digitnet__ranks_share(ranks, ranks->communicator.rank, own.values);
    own.sent = (float *)(void *)ranks->buffer;
    own.received = own.sent + (own.ranges.end - own.ranges.first) * own.values;
    return own;
}

static float *copy_at(const copies *own, size_t range) {
    return (float *)(void *)(own->rows.first + range * own->rows.stride);
}

static void pack_parts(const copies *own, const digitnet__ranks *ranks) {
    float *to = own->sent;
    for (size_t rank = 0; rank < ranks->communicator.size; rank++) {
        digitnet__share part = digitnet__ranks_share(ranks, rank, own->values);
        for (size_t range = own->ranges.first; range < own->ranges.end; range++, to += part.end - part.first)
            memcpy(to, copy_at(own, range) + part.first, (part.end - part.first) * sizeof(float));
    }
}

/* Some of this rank's part, into the first copy. */
static void sum_part(void *context, size_t task, size_t worker) {
    (void)worker;
    const copies *own = context;
    size_t values = own->part.end - own->part.first, first = task * FLOATS_A_TASK;
    size_t count = values - first < FLOATS_A_TASK ? values - first : FLOATS_A_TASK;
    float *sum = copy_at(own, 0) + own->part.first + first;
    memcpy(sum, own->received + first, count * sizeof(float));
    for (size_t range = 1; range < own->range_count; range++)
        own->kernels->add(sum, own->received + range * values + first, count);
}

static digitnet_status move_parts(const copies *own, digitnet__ranks *ranks) {
    size_t *sent = ranks->bytes, *received = ranks->received_bytes;
    for (size_t rank = 0; rank < ranks->communicator.size; rank++) {
        digitnet__share ranges = digitnet__ranks_share(ranks, rank, own->range_count);
        digitnet__share part = digitnet__ranks_share(ranks, rank, own->values);
        sent[rank] = (own->ranges.end - own->ranges.first) * (part.end - part.first) * sizeof(float);
        received[rank] = (ranges.end - ranges.first) * (own->part.end - own->part.first) * sizeof(float);
    }
    return digitnet__ranks_exchange(ranks, own->received, own->sent);
}

digitnet_status digitnet__exchange_sum_copies(digitnet__ranks *ranks, const digitnet__pass *pass, size_t count,
                                              digitnet__thread_pool *threads) {
    copies own = copies_of(ranks, pass, count);
    size_t values = own.part.end - own.part.first;
    pack_parts(&own, ranks);
    digitnet_status status = move_parts(&own, ranks);
    if (status != DIGITNET_OK)
        return status;
    digitnet__thread_pool_run(threads, sum_part, &own, values ? (values - 1) / FLOATS_A_TASK + 1 : 0);
    for (size_t rank = 0; rank < ranks->communicator.size; rank++) {
        digitnet__share part = digitnet__ranks_share(ranks, rank, own.values);
        ranks->bytes[rank] = (part.end - part.first) * sizeof(float);
    }
    return digitnet__ranks_gather(ranks, own.rows.first);
}

/* ---- Products over the whole batch ---- */

/* The rank that computes a product: the one in whose even share of all values its middle lies. */
static size_t owner_of(const digitnet__ranks *ranks, const digitnet__pass *pass, digitnet__gradient_task product) {
    uint64_t middle = 2 * (uint64_t)product.before + product.values;
    return (size_t)(middle * ranks->communicator.size / (2 * (uint64_t)pass->product_values));
}

static bool is_own(const digitnet__ranks *ranks, const digitnet__pass *pass, digitnet__gradient_task product) {
    return owner_of(ranks, pass, product) == ranks->communicator.rank;
}

size_t digitnet__exchange_gradient_bytes(const digitnet__pass *pass) {
    return pass->product_values * sizeof(float); /* of parameters that are in memory */
}

typedef struct reduction {
    const digitnet__ranks *ranks;
    const digitnet__pass *pass;
    size_t count;
} reduction;

static void reduce_own(void *context, size_t task, size_t worker) {
    (void)worker;
    const reduction *own = context;
    digitnet__gradient_task reduced = own->pass->tasks[task];
    if (!reduced.is_product || is_own(own->ranks, own->pass, reduced))
        digitnet__pass_reduce_block(own->pass, own->count, 1, reduced);
}

/* Between a task's part of the gradient and one of the buffer. */
static void copy_task(unsigned char *part, const digitnet__pass *pass, digitnet__gradient_task task, bool in) {
    digitnet__span spans[DNN_LAYER_TENSORS];
    size_t span_count = digitnet__pass_spans(task, spans);
    for (size_t i = 0; i < span_count; i++) {
        float *gradient = digitnet__pass_gradients(pass) + spans[i].offset;
        size_t bytes = spans[i].count * sizeof(float);
        memcpy(in ? (void *)part : gradient, in ? gradient : (void *)part, bytes);
        part += bytes;
    }
}

/* Products stand in the buffer in their order, and so by the ranks that they are dealt to. */
static void copy_products(const digitnet__ranks *ranks, const digitnet__pass *pass, bool in) {
    for (size_t i = 0; i < pass->task_count; i++) {
        digitnet__gradient_task task = pass->tasks[i];
        if (task.is_product && is_own(ranks, pass, task) == in)
            copy_task(ranks->buffer + task.before * sizeof(float), pass, task, in);
    }
}

static void count_products(const digitnet__ranks *ranks, const digitnet__pass *pass) {
    memset(ranks->bytes, 0, ranks->communicator.size * sizeof *ranks->bytes);
    for (size_t i = 0; i < pass->task_count; i++)
        if (pass->tasks[i].is_product)
            ranks->bytes[owner_of(ranks, pass, pass->tasks[i])] += pass->tasks[i].values * sizeof(float);
}

digitnet_status digitnet__exchange_gradients(digitnet__ranks *ranks, const digitnet__pass *pass, size_t count,
                                             digitnet__thread_pool *threads) {
    reduction own = {.ranks = ranks, .pass = pass, .count = count};
    digitnet__thread_pool_run(threads, reduce_own, &own, pass->task_count);
    copy_products(ranks, pass, true);
    count_products(ranks, pass);
    digitnet_status status = digitnet__ranks_gather(ranks, ranks->buffer);
    if (status == DIGITNET_OK)
        copy_products(ranks, pass, false);
    return status;
}
