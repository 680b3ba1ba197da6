#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity, pthread_setaffinity_np */
#endif
#include "core/affinity.h"

#include <sched.h>

void digitnet__affinity_get(digitnet__affinity *out) {
    *out = (digitnet__affinity){0};
#ifdef __linux__
    if (sched_getaffinity(0, sizeof out->words, (cpu_set_t *)out->words) != 0)
        *out = (digitnet__affinity){0};
#endif
}

void digitnet__affinity_set(pthread_t thread, const digitnet__affinity *affinity) {
#ifdef __linux__
    if (digitnet__affinity_count(affinity) > 0)
        pthread_setaffinity_np(thread, sizeof affinity->words, (const cpu_set_t *)affinity->words);
#else
    (void)thread, (void)affinity;
#endif
}

size_t digitnet__affinity_count(const digitnet__affinity *affinity) {
    size_t count = 0;
    for (size_t i = 0; i < DNN_AFFINITY_WORDS; i++)
        count += (size_t)__builtin_popcountl(affinity->words[i]);
    return count;
}

void digitnet__affinity_pick(digitnet__affinity *out, const digitnet__affinity *affinity, size_t index) {
    size_t count = digitnet__affinity_count(affinity);
    size_t left = count ? index % count : 0;
    *out = (digitnet__affinity){0};
    for (size_t i = 0; i < DNN_AFFINITY_WORDS; i++) {
        for (unsigned long rest = affinity->words[i]; rest; rest &= rest - 1) {
            if (left-- == 0) {
                out->words[i] = rest & -rest;
                return;
            }
        }
    }
}
