/* Whether numbers are finite: neither infinite nor NaN. */
#ifndef DNN_CORE_FINITE_H
#define DNN_CORE_FINITE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

static inline bool digitnet__all_finite(const float *values, size_t count) {
    size_t i = 0;
    while (i < count && isfinite(values[i]))
        i++;
    return i == count;
}

#endif
