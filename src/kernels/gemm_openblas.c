/* The only file that knows OpenBLAS. */
#include "kernels/gemm_openblas.h"

#include "kernels/gemm.h"

#include <cblas.h>
#include <limits.h>
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static size_t users;
static int found_threads; /* 0 where this OpenBLAS has no threads */

/* Which variant of OpenBLAS is loaded is not known before run time, since Debian swaps them under one soname. */
void digitnet__blas_enter(void) {
    pthread_mutex_lock(&mutex);
    if (users++ == 0) {
        found_threads = openblas_get_parallel() != 0 ? openblas_get_num_threads() : 0;
        if (found_threads > 1)
            openblas_set_num_threads(1);
    }
    pthread_mutex_unlock(&mutex);
}

void digitnet__blas_leave(void) {
    pthread_mutex_lock(&mutex);
    if (--users == 0 && found_threads > 1)
        openblas_set_num_threads(found_threads);
    pthread_mutex_unlock(&mutex);
}

static bool fits(size_t size) {
    return size <= INT_MAX;
}

bool digitnet__openblas_gemm(const digitnet__gemm *gemm) {
    if (!fits(gemm->rows) || !fits(gemm->columns) || !fits(gemm->depth) || !fits(gemm->a_stride) ||
        !fits(gemm->b_stride) || !fits(gemm->c_stride))
        return false;
    cblas_sgemm(CblasRowMajor, gemm->transpose_a == DNN_PLAIN ? CblasNoTrans : CblasTrans,
                gemm->transpose_b == DNN_PLAIN ? CblasNoTrans : CblasTrans, (int)gemm->rows, (int)gemm->columns,
                (int)gemm->depth, 1, gemm->a, (int)gemm->a_stride, gemm->b, (int)gemm->b_stride, gemm->beta, gemm->c,
                (int)gemm->c_stride);
    return true;
}
