/* The order in which an epoch visits its samples. */
#ifndef DNN_DATASET_EPOCH_ORDER_H
#define DNN_DATASET_EPOCH_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* 0 .. count - 1, or a permutation of them drawn from the seed and the epoch alone (Fisher-Yates). */
void digitnet__epoch_order(size_t *order, size_t count);
void digitnet__epoch_shuffle(size_t *order, size_t count, uint64_t seed, uint64_t epoch);

#endif
