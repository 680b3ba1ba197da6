/* The processors that a thread may run on. They are a matter of speed alone: what a system does not tell is an empty
 * set, and what it does not allow is left as it is. */
#ifndef DNN_CORE_AFFINITY_H
#define DNN_CORE_AFFINITY_H

#include "core/ieee.h"

#include <pthread.h>
#include <stddef.h>

enum {
    DNN_MOST_PROCESSORS = 8192, /* of Linux's settings (NR_CPUS) */
    DNN_AFFINITY_WORDS = DNN_MOST_PROCESSORS / (8 * sizeof(unsigned long))
};

typedef struct digitnet__affinity {
    unsigned long words[DNN_AFFINITY_WORDS]; /* a bit each, from the lowest of the first word on */
} digitnet__affinity;

/* The calling thread's. */
void digitnet__affinity_get(digitnet__affinity *out);
/* Leaves the thread as it is where the set is empty. */
void digitnet__affinity_set(pthread_t thread, const digitnet__affinity *affinity);
size_t digitnet__affinity_count(const digitnet__affinity *affinity);
/* The index-th of the processors alone, counted from the first again where there are fewer. */
void digitnet__affinity_pick(digitnet__affinity *out, const digitnet__affinity *affinity, size_t index);

#endif
