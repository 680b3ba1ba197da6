/* Which sets run here. */
#include "kernels/kernels.h"

extern const digitnet__kernels digitnet__kernels_baseline;

#ifdef DNN_WITH_X86_SETS
extern const digitnet__kernels digitnet__kernels_avx512, digitnet__kernels_avx2;

/* __builtin_cpu_supports() asks whether the operating system keeps the registers, too. */
static bool runs_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}

static bool runs_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

const digitnet__kernels *digitnet__kernels_at(size_t index) {
#ifdef DNN_WITH_X86_SETS
    if (runs_avx512() && index-- == 0)
        return &digitnet__kernels_avx512;
    if (runs_avx2() && index-- == 0)
        return &digitnet__kernels_avx2;
#endif
    return index == 0 ? &digitnet__kernels_baseline : NULL;
}

const digitnet__kernels *digitnet__kernels_best(void) {
    return digitnet__kernels_at(0);
}
