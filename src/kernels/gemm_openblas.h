/* Products by OpenBLAS, in builds that have it. */
#ifndef DNN_KERNELS_GEMM_OPENBLAS_H
#define DNN_KERNELS_GEMM_OPENBLAS_H

#include "kernels/kernels.h"

/* False, with nothing done, where a size does not fit in its integers. Only between dnn_blas_enter() and
 * dnn_blas_leave(). */
bool dnn_openblas_gemm(const dnn_gemm *gemm);

#endif
