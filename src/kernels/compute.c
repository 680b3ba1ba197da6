#include "kernels/compute.h"

#include "kernels/gemm.h"

#include <stddef.h>

static _Thread_local digitnet__compute *innermost;

void digitnet__compute_enter(digitnet__compute *compute) {
    digitnet__call_enter(&compute->call);
    digitnet__blas_enter();
    compute->is_bound = false;
    compute->outer = innermost;
    innermost = compute;
}

static void unbind(const digitnet__compute *compute) {
    if (compute->is_bound)
        digitnet__affinity_set(pthread_self(), &compute->affinity);
}

digitnet_status digitnet__compute_leave(const digitnet__compute *compute, digitnet_status status) {
    unbind(compute);
    innermost = compute->outer;
    digitnet__blas_leave();
    return digitnet__call_leave(&compute->call, status);
}

void digitnet__compute_bind(void) {
    digitnet__affinity own;
    digitnet__affinity_get(&innermost->affinity);
    digitnet__affinity_pick(&own, &innermost->affinity, 0);
    digitnet__affinity_set(pthread_self(), &own);
    innermost->is_bound = true;
}

void digitnet__compute_begin_callback(void) {
    unbind(innermost);
    digitnet__blas_leave();
    digitnet__floating_point_restore(&innermost->call.floating_point);
}

void digitnet__compute_end_callback(void) {
    digitnet__floating_point_hold(&innermost->call.floating_point);
    digitnet__blas_enter();
    if (innermost->is_bound)
        digitnet__compute_bind();
}

const digitnet__compute *digitnet__compute_innermost(void) {
    return innermost;
}

void digitnet__compute_begin_worker_callback(digitnet__affinity *own, const digitnet__compute *caller) {
    if (caller->is_bound) {
        digitnet__affinity_get(own);
        digitnet__affinity_set(pthread_self(), &caller->affinity);
    }
    digitnet__floating_point_restore(&caller->call.floating_point);
}

void digitnet__compute_end_worker_callback(const digitnet__affinity *own, const digitnet__compute *caller) {
    digitnet__floating_point dropped;
    digitnet__floating_point_hold(&dropped);
    if (caller->is_bound)
        digitnet__affinity_set(pthread_self(), own);
}
