/* The only file that knows OpenBLAS. */
#include "kernels/gemm_openblas.h"

#include "kernels/gemm.h"

#include <cblas.h>
#include <limits.h>
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static size_t users;
static int host_threads = 1;

/* The host may have set a count, in a callback or on another thread, while the library had one thread: that is the
 * count to restore. */
static void hold_one_thread(void) {
    int threads = openblas_get_num_threads();
    if (threads > 1) {
        host_threads = threads;
        openblas_set_num_threads(1);
    }
}

void digitnet__blas_enter(void) {
    pthread_mutex_lock(&mutex);
    users++;
    hold_one_thread();
    pthread_mutex_unlock(&mutex);
}

void digitnet__blas_leave(void) {
    pthread_mutex_lock(&mutex);
    hold_one_thread();
    if (--users == 0 && host_threads > 1) {
        openblas_set_num_threads(host_threads);
        host_threads = 1;
    }
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
