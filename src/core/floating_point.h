/* The floating-point mode of a thread, which is its host's but while the library computes. */
#ifndef DNN_CORE_FLOATING_POINT_H
#define DNN_CORE_FLOATING_POINT_H

#include "core/ieee.h"

#include <fenv.h>
#include <stdint.h>

/* Traps, rounding, flush to zero, and the flags. */
#if defined(__x86_64__)
typedef struct digitnet__floating_point {
    uint32_t x87[7], sse;
} digitnet__floating_point;
#else
typedef fenv_t digitnet__floating_point;
#endif

/* Keeps the host's mode, and sets the library's own: no traps, rounding to nearest, no flush to zero. */
void digitnet__floating_point_hold(digitnet__floating_point *host);
void digitnet__floating_point_restore(const digitnet__floating_point *host);

#endif
