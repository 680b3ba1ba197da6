/* The seam of matrix products: OpenBLAS or the built-in kernel, chosen by shape in one place. */
#ifndef DNN_KERNELS_GEMM_H
#define DNN_KERNELS_GEMM_H

#include "kernels/kernels.h"

/* Call the first before and the second after all work of one digitnet call that computes: between them OpenBLAS, whose
 * thread count is one for the process, is held at one thread; the last user restores the count that the first one
 * found. Nests, and may be called from several threads. Nothing to do with the built-in kernels alone. */
void dnn_blas_enter(void);
void dnn_blas_leave(void);

void dnn_gemm_run(const dnn_kernels *kernels, const dnn_gemm *gemm);

#endif
