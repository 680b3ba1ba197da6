#define _GNU_SOURCE /* feenableexcept */
#include "floating_mode.h"

#if defined(__SSE__)
#include <xmmintrin.h>
enum { FLUSH_TO_ZERO = 0x8040 }; /* and denormals are zeros */
#elif defined(__aarch64__)
enum { FLUSH_TO_ZERO = 1 << 24 };
#endif

static void flush_to_zero(void) {
#if defined(__SSE__)
    _mm_setcsr(_mm_getcsr() | FLUSH_TO_ZERO);
#elif defined(__aarch64__)
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("msr fpcr, %0" : : "r"(control | FLUSH_TO_ZERO));
#endif
}

static bool set_traps(int traps) {
#if defined(__GLIBC__)
    return feenableexcept(traps) != -1 && fegetexcept() == traps;
#else
    return traps == 0;
#endif
}

void set_usual_floating_mode(void) {
    fesetenv(FE_DFL_ENV);
}

bool set_floating_mode(const floating_mode *mode) {
    set_usual_floating_mode();
    feraiseexcept(mode->flags);
    if (mode->flushes)
        flush_to_zero();
    if (fesetround(mode->rounding) == 0 && set_traps(mode->traps))
        return true;
    set_usual_floating_mode();
    return false;
}

floating_state look_at_floating_point(void) {
    floating_state state = {.rounding = fegetround(), .flags = fetestexcept(FE_ALL_EXCEPT)};
#if defined(__GLIBC__)
    state.traps = fegetexcept();
#endif
#if defined(__SSE__)
    uint16_t control;
    __asm__ volatile("fnstcw %0" : "=m"(control));
    state.vector = _mm_getcsr();
    state.x87 = control;
#elif defined(__aarch64__)
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    state.vector = (uint32_t)control;
#endif
    return state;
}
