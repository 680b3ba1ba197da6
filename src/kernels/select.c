/* Which sets run here. */
#include "kernels/kernels.h"

extern const dnn_kernels dnn_kernels_baseline;

#ifdef DNN_WITH_X86_SETS
extern const dnn_kernels dnn_kernels_avx512, dnn_kernels_avx2;

/* __builtin_cpu_supports() asks whether the operating system keeps the registers, too. */
static bool runs_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}

static bool runs_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

const dnn_kernels *dnn_kernels_at(size_t index) {
#ifdef DNN_WITH_X86_SETS
    if (runs_avx512() && index-- == 0)
        return &dnn_kernels_avx512;
    if (runs_avx2() && index-- == 0)
        return &dnn_kernels_avx2;
#endif
    return index == 0 ? &dnn_kernels_baseline : NULL;
}

const dnn_kernels *dnn_kernels_best(void) {
    return dnn_kernels_at(0);
}
