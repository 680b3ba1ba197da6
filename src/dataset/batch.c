#include "dataset/batch.h"

#include "core/random.h"

void dnn_epoch_order(size_t *order, size_t count) {
    for (size_t i = 0; i < count; i++)
        order[i] = i;
}

/* Fisher and Yates, from the end: each place takes one of those not taken yet, all with the same chance. */
void dnn_epoch_shuffle(size_t *order, size_t count, uint64_t seed, uint64_t epoch) {
    dnn_random random;
    dnn_random_seed(&random, dnn_seed_mix(seed, epoch));
    dnn_epoch_order(order, count);
    for (size_t left = count; left > 1; --left) {
        size_t chosen = (size_t)dnn_random_below(&random, left);
        size_t value = order[left - 1];
        order[left - 1] = order[chosen];
        order[chosen] = value;
    }
}
