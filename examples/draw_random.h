/* Random numbers for what is drawn: the same for the same seed, on every machine. */
#ifndef DRAW_RANDOM_H
#define DRAW_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct draw_random {
    uint64_t state;
};

/* A generator for one place of a seed, such as a sample's index. */
struct draw_random seed_random(uint64_t seed, uint64_t place);
uint64_t random_bits(struct draw_random *random);
/* Uniform in [low, high). */
float random_in(struct draw_random *random, float low, float high);
/* Its logarithm is uniform; 0 < low < high. */
float random_log(struct draw_random *random, float low, float high);
/* Mean 0, variance 1, within -3.5 .. 3.5: a sum of uniform ones. */
float random_normal(struct draw_random *random);
/* 1 with this probability, else 0. */
int random_chance(struct draw_random *random, float probability);
/* Uniform in 0 .. count - 1; count > 0. */
size_t random_below(struct draw_random *random, size_t count);

#endif
