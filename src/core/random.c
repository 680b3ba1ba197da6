/* Generators by David Blackman and Sebastiano Vigna (https://prng.di.unimi.it): xoshiro256** for the numbers,
 * splitmix64 (after Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014) for its state. */
#include "core/random.h"

#include <math.h>

#define GOLDEN_GAMMA UINT64_C(0x9e3779b97f4a7c15) /* 2^64 / golden ratio, odd */

/* A bijection of 64 bits in which every bit of the input changes about half of the output's. */
static uint64_t scramble(uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
    return bits ^ (bits >> 31);
}

static uint64_t rotate_left(uint64_t bits, unsigned count) {
    return (bits << count) | (bits >> (64 - count));
}

/* The seed is scrambled before the place comes in, so that (seed, place) and (place, seed) differ. */
uint64_t digitnet__seed_mix(uint64_t seed, uint64_t place) {
    return scramble(scramble(seed + GOLDEN_GAMMA) + (place + 1) * GOLDEN_GAMMA);
}

void digitnet__random_seed(digitnet__random *random, uint64_t seed) {
    for (size_t i = 0; i < 4; i++) {
        seed += GOLDEN_GAMMA;
        random->state[i] = scramble(seed);
    }
}

uint64_t digitnet__random_next(digitnet__random *random) {
    uint64_t *state = random->state;
    uint64_t result = rotate_left(state[1] * 5, 7) * 9;
    uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate_left(state[3], 45);
    return result;
}

float digitnet__random_float(digitnet__random *random) {
    return (float)(digitnet__random_next(random) >> 40) * 0x1p-24f;
}

void digitnet__random_normal(digitnet__random *random, double pair[2]) {
    double x, y, square;
    do {
        x = 2.0 * digitnet__random_float(random) - 1;
        y = 2.0 * digitnet__random_float(random) - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    double scale = sqrt(-2 * log(square) / square);
    pair[0] = x * scale;
    pair[1] = y * scale;
}

uint64_t digitnet__random_below(digitnet__random *random, uint64_t bound) {
    /* The 2^64 mod bound lowest numbers are drawn again: the rest is a multiple of the bound. */
    uint64_t excess = (UINT64_MAX - bound + 1) % bound;
    uint64_t number;
    do
        number = digitnet__random_next(random);
    while (number < excess);
    return number % bound;
}
