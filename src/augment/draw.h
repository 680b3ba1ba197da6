/* What is drawn for a sample. */
#ifndef DNN_AUGMENT_DRAW_H
#define DNN_AUGMENT_DRAW_H

#include "core/random.h"

#include <stdbool.h>

static inline double digitnet__draw_between(digitnet__random *random, double least, double most) {
    return least + (most - least) * (double)digitnet__random_float(random);
}

/* Whether a change with a range happens. Nothing is drawn for one that is left out. */
static inline bool digitnet__draw_chance(digitnet__random *random, double range, double probability) {
    return range > 0 && (double)digitnet__random_float(random) < probability;
}

/* In -range .. range; 0 where the change does not happen. */
static inline double digitnet__draw_either_way(digitnet__random *random, double range, double probability) {
    return digitnet__draw_chance(random, range, probability) ? digitnet__draw_between(random, -range, range) : 0;
}

/* Nearly normal, of mean 0 and deviation 1: four uniform numbers, each of variance 1/12, added up (Irwin-Hall). */
static inline double digitnet__draw_normal(digitnet__random *random) {
    uint64_t bits = digitnet__random_next(random);
    uint64_t sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
    return ((double)sum + 2) * (1.7320508075688772 / 65536) - 2 * 1.7320508075688772;
}

#endif
