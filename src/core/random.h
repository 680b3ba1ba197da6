/* Random numbers that derive from a seed and a place, never from the order in which threads run. */
#ifndef DNN_CORE_RANDOM_H
#define DNN_CORE_RANDOM_H

#include "core/ieee.h"

#include <stddef.h>
#include <stdint.h>

/* A seed for one use of a seed: digitnet__seed_mix(digitnet__seed_mix(seed, epoch), sample). */
uint64_t digitnet__seed_mix(uint64_t seed, uint64_t place);

typedef struct digitnet__random {
    uint64_t state[4];
} digitnet__random;

void digitnet__random_seed(digitnet__random *random, uint64_t seed);
uint64_t digitnet__random_next(digitnet__random *random);
/* Uniform in [0, 1), with 24 bits. */
float digitnet__random_float(digitnet__random *random);
/* Two normal ones, of mean 0 and variance 1, by the polar method (Marsaglia and Bray 1964). */
void digitnet__random_normal(digitnet__random *random, double pair[2]);
/* Uniform in 0 .. bound - 1, without bias; bound > 0. */
uint64_t digitnet__random_below(digitnet__random *random, uint64_t bound);

#endif
