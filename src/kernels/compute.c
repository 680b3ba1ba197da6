#include "kernels/compute.h"

#include "kernels/gemm.h"

#include <stddef.h>

static _Thread_local digitnet__compute *innermost;

void digitnet__compute_enter(digitnet__compute *compute) {
    digitnet__call_enter(&compute->call);
    digitnet__blas_enter();
    compute->outer = innermost;
    innermost = compute;
}

digitnet_status digitnet__compute_leave(const digitnet__compute *compute, digitnet_status status) {
    innermost = compute->outer;
    digitnet__blas_leave();
    return digitnet__call_leave(&compute->call, status);
}

void digitnet__compute_begin_callback(void) {
    digitnet__blas_leave();
    digitnet__floating_point_restore(&innermost->call.floating_point);
}

void digitnet__compute_end_callback(void) {
    digitnet__floating_point_hold(&innermost->call.floating_point);
    digitnet__blas_enter();
}

const digitnet__compute *digitnet__compute_innermost(void) {
    return innermost;
}

void digitnet__compute_begin_worker_callback(const digitnet__compute *caller) {
    digitnet__floating_point_restore(&caller->call.floating_point);
}

void digitnet__compute_end_worker_callback(void) {
    digitnet__floating_point dropped;
    digitnet__floating_point_hold(&dropped);
}
