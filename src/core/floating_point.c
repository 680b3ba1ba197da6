#include "core/floating_point.h"

#if defined(__x86_64__)

#include <xmmintrin.h>

enum { DEFAULT_SSE = 0x1f80 }; /* as FNINIT has it for x87 */

/* What fenv's functions do, in less than half of their time, which is that of a small layer: each of them loads the
 * whole x87 unit. It is loaded at all because text of numbers rounds as it says. */
void digitnet__floating_point_hold(digitnet__floating_point *host) {
    __asm__ volatile("fnstenv %0\n\tfninit" : "=m"(host->x87));
    host->sse = _mm_getcsr();
    _mm_setcsr(DEFAULT_SSE);
}

void digitnet__floating_point_restore(const digitnet__floating_point *host) {
    __asm__ volatile("fldenv %0" : : "m"(host->x87));
    _mm_setcsr(host->sse);
}

#else

void digitnet__floating_point_hold(digitnet__floating_point *host) {
    fegetenv(host);
    fesetenv(FE_DFL_ENV);
}

void digitnet__floating_point_restore(const digitnet__floating_point *host) {
    fesetenv(host);
}

#endif
