#include "training/ranks.h"

#include "core/memory.h"
#include "core/options.h"
#include "core/status.h"
#include "kernels/compute.h"

#include <string.h>

enum { MOST_RANKS = 65536 };

static digitnet_status check(const digitnet_communicator *communicator) {
    const char *missing = !communicator->all_gather   ? "all_gather"
                          : !communicator->all_to_all ? "all_to_all"
                          : !communicator->broadcast  ? "broadcast"
                                                      : NULL;
    if (missing)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_fit: communicator.%s is NULL", missing);
    if (communicator->size == 0 || communicator->size > MOST_RANKS)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_fit: communicator.size is %zu; it must be 1 to %d",
                              communicator->size, MOST_RANKS);
    if (communicator->rank >= communicator->size) {
        return digitnet__fail(DIGITNET_EINVAL,
                              "digitnet_model_fit: communicator.rank is %zu, but communicator.size is %zu",
                              communicator->rank, communicator->size);
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__ranks_init(digitnet__ranks *ranks, const digitnet_communicator *communicator) {
    *ranks = (digitnet__ranks){.communicator = {.size = 1}};
    if (!communicator)
        return DIGITNET_OK;
    digitnet_communicator own = {0};
    DNN_TRY(DNN_OPTIONS_READ(&own, communicator, digitnet_communicator, user_data));
    DNN_TRY(check(&own));
    ranks->communicator = own;
    return DIGITNET_OK;
}

digitnet_status digitnet__ranks_allocate(digitnet__ranks *ranks, size_t buffer_bytes) {
    if (!digitnet__ranks_are_many(ranks))
        return DIGITNET_OK;
    ranks->verdicts = digitnet__allocate_zeroed_array(ranks->communicator.size, sizeof *ranks->verdicts);
    ranks->bytes = digitnet__allocate_array(ranks->communicator.size, sizeof *ranks->bytes);
    ranks->received_bytes = digitnet__allocate_array(ranks->communicator.size, sizeof *ranks->received_bytes);
    ranks->buffer = digitnet__allocate_zeroed(buffer_bytes);
    bool whole = ranks->verdicts && ranks->bytes && ranks->received_bytes && ranks->buffer;
    return whole ? DIGITNET_OK : DIGITNET_ENOMEM;
}

void digitnet__ranks_release(digitnet__ranks *ranks) {
    digitnet__release(ranks->verdicts);
    digitnet__release(ranks->bytes);
    digitnet__release(ranks->received_bytes);
    digitnet__release(ranks->buffer);
}

bool digitnet__ranks_are_many(const digitnet__ranks *ranks) {
    return ranks->communicator.size > 1;
}

digitnet__share digitnet__ranks_share(const digitnet__ranks *ranks, size_t rank, size_t count) {
    return digitnet__share_of(count, ranks->communicator.size, rank);
}

/* ---- The communicator's functions ---- */

static digitnet_status begin(const digitnet__ranks *ranks) {
    if (ranks->lost)
        return digitnet__fail(DIGITNET_ESTATE, "digitnet_model_fit: the other ranks are no longer reached");
    digitnet__compute_begin_callback();
    return DIGITNET_OK;
}

static digitnet_status end(digitnet__ranks *ranks, int result, uint64_t before, const char *what) {
    digitnet__compute_end_callback();
    if (result == DIGITNET_OK)
        return DIGITNET_OK;
    ranks->lost = true;
    return digitnet__fail_callback(result, before, what, "");
}

digitnet_status digitnet__ranks_broadcast(digitnet__ranks *ranks, void *bytes, size_t count, size_t root) {
    const digitnet_communicator *own = &ranks->communicator;
    uint64_t before = digitnet__message_count();
    DNN_TRY(begin(ranks));
    int result = own->broadcast(bytes, count, root, own->user_data);
    return end(ranks, result, before, "communicator.broadcast");
}

digitnet_status digitnet__ranks_gather(digitnet__ranks *ranks, void *buffer) {
    const digitnet_communicator *own = &ranks->communicator;
    uint64_t before = digitnet__message_count();
    DNN_TRY(begin(ranks));
    int result = own->all_gather(buffer, ranks->bytes, own->user_data);
    return end(ranks, result, before, "communicator.all_gather");
}

digitnet_status digitnet__ranks_exchange(digitnet__ranks *ranks, void *received, const void *sent) {
    const digitnet_communicator *own = &ranks->communicator;
    uint64_t before = digitnet__message_count();
    DNN_TRY(begin(ranks));
    int result = own->all_to_all(received, ranks->received_bytes, sent, ranks->bytes, own->user_data);
    return end(ranks, result, before, "communicator.all_to_all");
}

/* ---- Agreement ---- */

/* With the message of the rank that failed. */
static digitnet_status fail_together(digitnet__ranks *ranks, digitnet_status status, size_t rank) {
    digitnet__message message = digitnet__message_keep();
    DNN_TRY(digitnet__ranks_broadcast(ranks, message.text, sizeof message.text, rank));
    return digitnet__fail(status, "rank %zu of %zu: %s", rank, ranks->communicator.size, message.text);
}

digitnet_status digitnet__ranks_agree(digitnet__ranks *ranks, digitnet_status status, uint32_t *flags) {
    size_t size = ranks->communicator.size;
    if (size == 1)
        return status;
    if (ranks->lost && status != DIGITNET_OK)
        return status;
    for (size_t rank = 0; rank < size; rank++)
        ranks->bytes[rank] = sizeof *ranks->verdicts;
    ranks->verdicts[ranks->communicator.rank] =
        (digitnet__verdict){.status = (int32_t)status, .flags = flags ? *flags : 0};
    DNN_TRY(digitnet__ranks_gather(ranks, ranks->verdicts));
    for (size_t rank = 0; flags && rank < size; rank++)
        *flags |= ranks->verdicts[rank].flags;
    for (size_t rank = 0; rank < size; rank++)
        if (ranks->verdicts[rank].status != DIGITNET_OK)
            return fail_together(ranks, (digitnet_status)ranks->verdicts[rank].status, rank);
    return DIGITNET_OK;
}

digitnet_status digitnet__ranks_agree_at_first(digitnet__ranks *ranks, digitnet_status status) {
    for (size_t rank = 0; digitnet__ranks_are_many(ranks) && rank < ranks->communicator.size; rank++) {
        int32_t of_rank = (int32_t)status;
        DNN_TRY(digitnet__ranks_broadcast(ranks, &of_rank, sizeof of_rank, rank));
        if (of_rank != DIGITNET_OK)
            return fail_together(ranks, (digitnet_status)of_rank, rank);
    }
    return status;
}

size_t digitnet__ranks_first_with(const digitnet__ranks *ranks, uint32_t flag) {
    size_t rank = 0;
    while (rank < ranks->communicator.size && !(ranks->verdicts[rank].flags & flag))
        rank++;
    return rank;
}
