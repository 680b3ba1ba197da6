/* The seam of matrix products: OpenBLAS or the built-in kernel, chosen by shape in one place. */
#ifndef DNN_KERNELS_GEMM_H
#define DNN_KERNELS_GEMM_H

#include "kernels/kernels.h"

/* Between the two OpenBLAS, whose thread count is one for the process, is held at one thread; the last user restores
 * the count that the host set last. Nests, and may be called from several threads. Nothing to do with the built-in
 * kernels alone. digitnet__compute_enter() is what calls them. */
void digitnet__blas_enter(void);
void digitnet__blas_leave(void);

/* What computes large products. */
const char *digitnet__gemm_library(void);

void digitnet__gemm_run(const digitnet__kernels *kernels, const digitnet__gemm *gemm);

#endif
