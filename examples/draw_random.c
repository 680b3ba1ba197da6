#include "draw_random.h"

#include <math.h>

/* SplitMix64 (Steele, Lea and Flood 2014). */
uint64_t random_bits(struct draw_random *random) {
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct draw_random seed_random(uint64_t seed, uint64_t place) {
    struct draw_random random = {seed};
    random.state = random_bits(&random) ^ place;
    random.state = random_bits(&random);
    return random;
}

float random_in(struct draw_random *random, float low, float high) {
    return low + (high - low) * ((float)(random_bits(random) >> 40) * 0x1p-24f);
}

float random_log(struct draw_random *random, float low, float high) {
    return low * powf(high / low, random_in(random, 0, 1));
}

float random_normal(struct draw_random *random) {
    uint64_t bits = random_bits(random);
    float sum = 0;
    for (int i = 0; i < 4; i++, bits >>= 16)
        sum += (float)(bits & 0xffff);
    return (sum / 65535 - 2) * 1.7320508f;
}

int random_chance(struct draw_random *random, float probability) {
    return random_in(random, 0, 1) < probability;
}

size_t random_below(struct draw_random *random, size_t count) {
    return (size_t)((random_bits(random) >> 32) * (uint64_t)count >> 32);
}
