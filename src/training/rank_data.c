#include "training/rank_data.h"

#include "core/status.h"
#include "training/dataset_check.h"

#include <inttypes.h>
#include <string.h>

/* ---- Shards ---- */

digitnet_status digitnet__rank_data_create(digitnet__rank_data *data, const digitnet_dataset *dataset,
                                           digitnet__ranks *ranks, bool sharded) {
    *data = (digitnet__rank_data){.dataset = dataset, .ranks = ranks};
    if (!sharded || !digitnet__ranks_are_many(ranks))
        return DIGITNET_OK;
    data->firsts = digitnet__allocate_zeroed_array(ranks->communicator.size + 1, sizeof *data->firsts);
    return data->firsts ? DIGITNET_OK : DIGITNET_ENOMEM;
}

/* What a rank tells of its shard. */
typedef struct shard {
    uint64_t count, first, total; /* as digitnet__shard */
} shard;

/* Where a shard stands, as far as that is known, is behind those of the ranks before. */
static digitnet_status add_shard(digitnet__rank_data *data, const shard *of_rank, size_t rank) {
    size_t before = data->firsts[rank];
    if (of_rank->count > SIZE_MAX - before)
        return digitnet__fail(DIGITNET_ELIMIT, "digitnet_model_fit: the ranks' samples are more than can be counted");
    if (of_rank->total && of_rank->first != before)
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_model_fit: the shard of rank %zu has samples %" PRIu64 " to %" PRIu64
                              " of %" PRIu64 "; those of the ranks before it have %zu samples",
                              rank, of_rank->first, of_rank->first + of_rank->count - 1, of_rank->total, before);
    data->firsts[rank + 1] = before + (size_t)of_rank->count;
    return DIGITNET_OK;
}

digitnet_status digitnet__rank_data_meet(digitnet__rank_data *data) {
    uint64_t total = 0;
    if (!data->firsts)
        return DIGITNET_OK;
    for (size_t rank = 0; rank < data->ranks->communicator.size; rank++) {
        digitnet__shard own = digitnet__dataset_shard(data->dataset);
        shard of_rank = {.count = digitnet_dataset_count(data->dataset), .first = own.first, .total = own.total};
        DNN_TRY(digitnet__ranks_broadcast(data->ranks, &of_rank, sizeof of_rank, rank));
        DNN_TRY(add_shard(data, &of_rank, rank));
        total = of_rank.total ? of_rank.total : total;
    }
    if (total && total != digitnet__rank_data_count(data))
        return digitnet__fail(
            DIGITNET_EINVAL,
            "digitnet_model_fit: the shards of all ranks have %zu samples, but one of them is a part of %" PRIu64,
            digitnet__rank_data_count(data), total);
    return DIGITNET_OK;
}

size_t digitnet__rank_data_count(const digitnet__rank_data *data) {
    return data->firsts ? data->firsts[data->ranks->communicator.size] : digitnet_dataset_count(data->dataset);
}

bool digitnet__rank_data_comes_first(const digitnet__rank_data *data) {
    return data->firsts || digitnet__dataset_is_source(data->dataset);
}

/* The rank that has a sample. */
static size_t owner_of(const digitnet__rank_data *data, size_t sample) {
    size_t low = 0, high = data->ranks->communicator.size;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (data->firsts[middle] <= sample)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* ---- The arrays of a batch ---- */

enum { ARRAYS = 5 };

/* One array: rows of bytes, one a sample; NULL: it is not wanted. */
typedef struct array {
    void *rows;
    size_t bytes;
} array;

static void list_arrays(array arrays[ARRAYS], const digitnet_batch *batch, const digitnet__sample_layout *layout) {
    arrays[0] = (array){batch->images, layout->values * sizeof *batch->images};
    arrays[1] = (array){batch->labels, layout->max_labels * sizeof *batch->labels};
    arrays[2] = (array){batch->label_counts, sizeof *batch->label_counts};
    arrays[3] = (array){batch->targets, layout->target_values * sizeof *batch->targets};
    arrays[4] = (array){batch->sample_weights, sizeof *batch->sample_weights};
}

/* Between a sample's rows and its record; returns the record's end. */
static unsigned char *copy_record(unsigned char *record, const array arrays[ARRAYS], size_t sample, bool in) {
    for (size_t i = 0; i < ARRAYS; i++) {
        if (!arrays[i].rows)
            continue;
        unsigned char *row = (unsigned char *)arrays[i].rows + sample * arrays[i].bytes;
        memcpy(in ? record : row, in ? row : record, arrays[i].bytes);
        record += arrays[i].bytes;
    }
    return record;
}

digitnet_status digitnet__rank_data_allocate(digitnet__rank_data *data, const digitnet_batch *like, size_t capacity) {
    array arrays[ARRAYS];
    size_t places[ARRAYS];
    digitnet__arena *arena = &data->arena;
    if (!data->firsts)
        return DIGITNET_OK;
    list_arrays(arrays, like, digitnet__dataset_layout(data->dataset));
    data->record = 0;
    for (size_t i = 0; i < ARRAYS; i++) {
        size_t bytes = arrays[i].rows ? arrays[i].bytes : 0;
        places[i] = digitnet__arena_reserve(arena, capacity, bytes);
        data->record += bytes; /* overflows only where the arena does */
    }
    size_t indices = digitnet__arena_reserve(arena, capacity, sizeof *data->indices);
    size_t seeds = digitnet__arena_reserve(arena, capacity, sizeof *data->seeds);
    size_t positions = digitnet__arena_reserve(arena, data->ranks->communicator.size, sizeof *data->positions);
    size_t sent = digitnet__arena_reserve(arena, capacity, data->record);
    size_t received = digitnet__arena_reserve(arena, capacity, data->record);
    if (!digitnet__arena_allocate(arena))
        return DIGITNET_ENOMEM;
    data->indices = digitnet__arena_at(arena, indices);
    data->seeds = digitnet__arena_at(arena, seeds);
    data->positions = digitnet__arena_at(arena, positions);
    data->sent = digitnet__arena_at(arena, sent);
    data->received = digitnet__arena_at(arena, received);
    data->taken = (digitnet_batch){.indices = data->indices,
                                   .images = arrays[0].rows ? digitnet__arena_at(arena, places[0]) : NULL,
                                   .labels = arrays[1].rows ? digitnet__arena_at(arena, places[1]) : NULL,
                                   .label_counts = arrays[2].rows ? digitnet__arena_at(arena, places[2]) : NULL,
                                   .targets = arrays[3].rows ? digitnet__arena_at(arena, places[3]) : NULL,
                                   .sample_weights = arrays[4].rows ? digitnet__arena_at(arena, places[4]) : NULL};
    return DIGITNET_OK;
}

void digitnet__rank_data_release(digitnet__rank_data *data) {
    digitnet__release(data->firsts);
    digitnet__arena_release(&data->arena);
    *data = (digitnet__rank_data){0};
}

/* ---- This rank's own samples ---- */

static digitnet_status gather_checked(const digitnet__rank_data *data, const digitnet__wanted_batch *wanted,
                                      const digitnet_batch *batch) {
    const digitnet__network *network = wanted->network;
    if (batch->count == 0)
        return DIGITNET_OK;
    DNN_TRY(digitnet__dataset_gather(batch, data->dataset, network->kernels, wanted->scratch));
    return digitnet__batch_check(&network->graph, wanted->loss, batch,
                                 digitnet__dataset_layout(data->dataset)->max_labels);
}

/* Of a source that has all samples: those that this rank needs, into their places. */
static digitnet_status gather_needed(const digitnet__rank_data *data, const digitnet__wanted_batch *wanted) {
    digitnet__share own = wanted->needed(wanted->context, data->ranks->communicator.rank);
    const digitnet_batch part =
        digitnet__batch_part(&wanted->batch, digitnet__dataset_layout(data->dataset), own.first, own.end - own.first);
    return gather_checked(data, wanted, &part);
}

enum { PIECE = 16 }; /* samples that a thread gathers at a time */

typedef struct taking {
    const digitnet__rank_data *data;
    const digitnet__wanted_batch *wanted;
} taking;

static void take_piece(void *context, size_t task, size_t worker) {
    const taking *own = context;
    const digitnet_batch *taken = &own->data->taken;
    const digitnet__wanted_batch *wanted = own->wanted;
    size_t first = task * PIECE, left = taken->count - first;
    const digitnet_batch piece =
        digitnet__batch_part(taken, digitnet__dataset_layout(own->data->dataset), first, left < PIECE ? left : PIECE);
    /* Cannot fail: the samples are in memory. */
    digitnet__dataset_gather(&piece, own->data->dataset, wanted->network->kernels,
                             wanted->scratch ? wanted->scratch + worker * wanted->scratch_size : NULL);
}

static void find_own(digitnet__rank_data *data, const digitnet_batch *batch) {
    size_t rank = data->ranks->communicator.rank, count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        if (owner_of(data, batch->indices[i]) != rank)
            continue;
        data->indices[count] = batch->indices[i] - data->firsts[rank];
        data->seeds[count++] = batch->seeds ? batch->seeds[i] : 0;
    }
    data->taken.count = count;
    data->taken.seeds = batch->seeds ? data->seeds : NULL;
}

static digitnet_status take(digitnet__rank_data *data, const digitnet__wanted_batch *wanted) {
    find_own(data, &wanted->batch);
    if (digitnet__dataset_is_source(data->dataset))
        return digitnet__ranks_agree(data->ranks, gather_checked(data, wanted, &data->taken), NULL);
    taking own = {.data = data, .wanted = wanted};
    digitnet__thread_pool_run(wanted->threads, take_piece, &own, (data->taken.count + PIECE - 1) / PIECE);
    return DIGITNET_OK;
}

/* ---- Samples that travel ---- */

/* Of the samples that a rank needs, another one's. */
static size_t count_owned(const digitnet__rank_data *data, const digitnet__wanted_batch *wanted, size_t needing,
                          size_t owner) {
    digitnet__share needed = wanted->needed(wanted->context, needing);
    size_t count = 0;
    for (size_t i = needed.first; i < needed.end; i++)
        count += owner_of(data, wanted->batch.indices[i]) == owner;
    return count;
}

/* In the order of the batch, and so by the ranks that need them. */
static void pack(const digitnet__rank_data *data) {
    array arrays[ARRAYS];
    unsigned char *record = data->sent;
    list_arrays(arrays, &data->taken, digitnet__dataset_layout(data->dataset));
    for (size_t i = 0; i < data->taken.count; i++)
        record = copy_record(record, arrays, i, true);
}

/* From each rank, in the order of the batch. */
static void unpack(const digitnet__rank_data *data, const digitnet__wanted_batch *wanted) {
    array arrays[ARRAYS];
    digitnet__share own = wanted->needed(wanted->context, data->ranks->communicator.rank);
    list_arrays(arrays, &wanted->batch, digitnet__dataset_layout(data->dataset));
    for (size_t i = own.first; i < own.end; i++) {
        size_t *position = &data->positions[owner_of(data, wanted->batch.indices[i])];
        copy_record(data->received + *position, arrays, i, false);
        *position += data->record;
    }
}

static digitnet_status exchange(const digitnet__rank_data *data, const digitnet__wanted_batch *wanted) {
    digitnet__ranks *ranks = data->ranks;
    size_t this = ranks->communicator.rank, position = 0;
    for (size_t rank = 0; rank < ranks->communicator.size; rank++) {
        ranks->bytes[rank] = count_owned(data, wanted, rank, this) * data->record;
        ranks->received_bytes[rank] = count_owned(data, wanted, this, rank) * data->record;
        data->positions[rank] = position;
        position += ranks->received_bytes[rank];
    }
    pack(data);
    DNN_TRY(digitnet__ranks_exchange(ranks, data->received, data->sent));
    unpack(data, wanted);
    return DIGITNET_OK;
}

digitnet_status digitnet__rank_data_gather(digitnet__rank_data *data, const digitnet__wanted_batch *wanted) {
    if (!data->firsts)
        return digitnet__ranks_agree(data->ranks, gather_needed(data, wanted), NULL);
    DNN_TRY(take(data, wanted));
    return exchange(data, wanted);
}
