/* The floating-point mode of a thread, which is its host's but while the library computes. */
#ifndef DNN_CORE_FLOATING_POINT_H
#define DNN_CORE_FLOATING_POINT_H

#include <fenv.h>
#include <stdint.h>

/* Traps, rounding, flush to zero, and the flags. On x86-64, fenv's functions save and load the whole x87 unit, which
 * takes longer than a small layer. In glibc nothing that the library calls computes there, but its text of numbers and
 * strtod() round as x87's control word says. In musl their sums are x87's. */
#if defined(__x86_64__) && defined(__GLIBC__)
#define DNN_CONTROL_WORDS 1
typedef struct digitnet__floating_point {
    uint32_t sse; /* control and flags */
    uint16_t x87; /* control */
} digitnet__floating_point;
#else
#define DNN_CONTROL_WORDS 0
typedef fenv_t digitnet__floating_point;
#endif

/* Keeps the host's mode, and sets the library's own: no traps, rounding to nearest, no flush to zero. */
void digitnet__floating_point_hold(digitnet__floating_point *host);
void digitnet__floating_point_restore(const digitnet__floating_point *host);

#endif
