#include "core/floating_point.h"

#if DNN_CONTROL_WORDS

#include <xmmintrin.h>

/* What a process starts with. */
#define DEFAULT_SSE 0x1f80u
#define DEFAULT_X87 0x037fu

static void load_x87(uint16_t control) {
    __asm__ volatile("fldcw %0" : : "m"(control));
}

void digitnet__floating_point_hold(digitnet__floating_point *host) {
    host->sse = _mm_getcsr();
    __asm__ volatile("fnstcw %0" : "=m"(host->x87));
    _mm_setcsr(DEFAULT_SSE);
    load_x87(DEFAULT_X87);
}

void digitnet__floating_point_restore(const digitnet__floating_point *host) {
    _mm_setcsr(host->sse);
    load_x87(host->x87);
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
