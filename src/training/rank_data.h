/* The samples of a fit or an evaluation, of which each rank has all, or a part of its own, a shard; and how those come
 * that a batch needs before anything is computed. */
#ifndef DNN_TRAINING_RANK_DATA_H
#define DNN_TRAINING_RANK_DATA_H

#include "core/memory.h"
#include "core/share.h"
#include "core/threads.h"
#include "dataset/dataset.h"
#include "engine/network.h"
#include "training/losses.h"
#include "training/ranks.h"

typedef struct digitnet__rank_data {
    const digitnet_dataset *dataset; /* this rank's; borrowed, as the ranks */
    digitnet__ranks *ranks;
    size_t *firsts; /* where each rank's shard begins among all samples, then how many these are; NULL: each has all */
    /* Of shards, for one batch: */
    digitnet_batch taken; /* this rank's samples in it, by their places in its own data */
    size_t *indices;      /* the memory of taken's, as the next */
    uint64_t *seeds;
    size_t record;     /* bytes of a sample that travels */
    size_t *positions; /* one a rank: of what it has sent, the byte that is read next */
    unsigned char *sent, *received;
    digitnet__arena arena; /* where all these are */
} digitnet__rank_data;

/* `sharded`: each rank has a part of the samples. */
digitnet_status digitnet__rank_data_create(digitnet__rank_data *data, const digitnet_dataset *dataset,
                                           digitnet__ranks *ranks, bool sharded);
/* Once all ranks have created theirs: each tells how many samples its shard has. ELIMIT where that overflows, EINVAL
 * where it is known that the shard stands elsewhere in the data. */
digitnet_status digitnet__rank_data_meet(digitnet__rank_data *data);
/* Then: memory for batches of up to `capacity` samples, with the arrays that this one has. */
digitnet_status digitnet__rank_data_allocate(digitnet__rank_data *data, const digitnet_batch *like, size_t capacity);
void digitnet__rank_data_release(digitnet__rank_data *data);

/* Samples of all ranks together. */
size_t digitnet__rank_data_count(const digitnet__rank_data *data);
/* Whether samples are gathered by digitnet__rank_data_gather(). Else they are in memory, and may be on any thread. */
bool digitnet__rank_data_comes_first(const digitnet__rank_data *data);

/* A batch of samples by their places among all. */
typedef struct digitnet__wanted_batch {
    digitnet_batch batch; /* with room for all of its samples */
    /* Which of them a rank needs, each by one rank, in the order of these. */
    digitnet__share (*needed)(const void *context, size_t rank);
    const void *context;
    const digitnet__network *network; /* the labels of a source are checked for it and for the loss */
    const digitnet__loss_kind *loss;
    digitnet__thread_pool *threads;
    unsigned char *scratch; /* for gathering; of a worker, one after the other */
    size_t scratch_size;
} digitnet__wanted_batch;

/* The samples that this rank needs. Sources are asked on this thread, for samples that the rank has. Fails, on all
 * ranks, where a source does, or one of its labels is out of range. */
digitnet_status digitnet__rank_data_gather(digitnet__rank_data *data, const digitnet__wanted_batch *wanted);

#endif
