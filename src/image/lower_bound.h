/* Binary search. */
#ifndef DNN_IMAGE_LOWER_BOUND_H
#define DNN_IMAGE_LOWER_BOUND_H

#include <stddef.h>

/* The first of the items low .. high - 1 whose key is not below `least`; `high` where there is none. `keys` is the key
 * of item 0; the others follow `stride` bytes apart, in ascending order. */
static inline size_t digitnet__lower_bound(const double *keys, size_t stride, size_t low, size_t high, double least) {
    while (low < high) {
        size_t middle = (low + high) / 2;
        const void *key = (const char *)keys + middle * stride;
        if (*(const double *)key < least)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
