#include "dataset/epoch_order.h"

#include "core/random.h"

void digitnet__epoch_order(size_t *order, size_t count) {
    for (size_t i = 0; i < count; i++)
        order[i] = i;
}

/* Fisher and Yates, from the end: each place takes one of those not taken yet, all with the same chance. */
void digitnet__epoch_shuffle(size_t *order, size_t count, uint64_t seed, uint64_t epoch) {
    digitnet__random random;
    digitnet__random_seed(&random, digitnet__seed_mix(seed, epoch));
    digitnet__epoch_order(order, count);
    for (size_t left = count; left > 1; --left) {
        size_t chosen = (size_t)digitnet__random_below(&random, left);
        size_t value = order[left - 1];
        order[left - 1] = order[chosen];
        order[chosen] = value;
    }
}
