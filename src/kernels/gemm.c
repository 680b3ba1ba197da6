#include "kernels/gemm.h"

#if DNN_OPENBLAS
#include "kernels/gemm_openblas.h"

/* Large products, where its packing of both factors pays. Measured, at the shapes of small networks: below this the
 * built-in kernels are as fast or faster (32 x 128 x 1600 takes half the time). */
static bool openblas_is_faster(const digitnet__gemm *gemm) {
    return gemm->rows >= 128 && gemm->columns >= 256 && gemm->depth >= 128;
}

const char *digitnet__gemm_library(void) {
    return "OpenBLAS";
}
#else
const char *digitnet__gemm_library(void) {
    return "the built-in kernels";
}

void digitnet__blas_enter(void) {
}

void digitnet__blas_leave(void) {
}
#endif

void digitnet__gemm_run(const digitnet__kernels *kernels, const digitnet__gemm *gemm) {
#if DNN_OPENBLAS
    if (openblas_is_faster(gemm) && digitnet__openblas_gemm(gemm))
        return;
#endif
    kernels->gemm(gemm);
}
