/* Random numbers that derive from a seed and a place, never from the order in which threads run. */
#ifndef DNN_CORE_RANDOM_H
#define DNN_CORE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* A seed for one use of a seed: dnn_seed_mix(dnn_seed_mix(seed, epoch), sample). */
uint64_t dnn_seed_mix(uint64_t seed, uint64_t place);

typedef struct dnn_random {
    uint64_t state[4];
} dnn_random;

void dnn_random_seed(dnn_random *random, uint64_t seed);
uint64_t dnn_random_next(dnn_random *random);
/* Uniform in [0, 1), with 24 bits. */
float dnn_random_float(dnn_random *random);
/* Uniform in 0 .. bound - 1, without bias; bound > 0. */
uint64_t dnn_random_below(dnn_random *random, uint64_t bound);

#endif
