/* Products by OpenBLAS, in builds that have it. */
#ifndef DNN_KERNELS_GEMM_OPENBLAS_H
#define DNN_KERNELS_GEMM_OPENBLAS_H

#include "kernels/kernels.h"

/* False, with nothing done, where a size does not fit in its integers. Only between digitnet__blas_enter() and
 * digitnet__blas_leave(). */
bool digitnet__openblas_gemm(const digitnet__gemm *gemm);

#endif
