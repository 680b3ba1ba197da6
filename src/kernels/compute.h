/* A call that runs kernels, and the callbacks in it. */
#ifndef DNN_KERNELS_COMPUTE_H
#define DNN_KERNELS_COMPUTE_H

#include "core/affinity.h"
#include "core/call.h"

#include <stdbool.h>

typedef struct digitnet__compute {
    digitnet__call call;
    bool is_bound;
    digitnet__affinity affinity;     /* where it is bound, the host's */
    struct digitnet__compute *outer; /* in whose callback this one is made; NULL: none */
} digitnet__compute;

/* digitnet__call_enter() and digitnet__call_leave(), and OpenBLAS is held at one thread in between. */
void digitnet__compute_enter(digitnet__compute *compute);
digitnet_status digitnet__compute_leave(const digitnet__compute *compute, digitnet_status status);

/* From here to the end of the innermost call its thread keeps to the first processor of those that it may use. */
void digitnet__compute_bind(void);

/* Around a function of the host, which is called within the thread's innermost digitnet__compute_enter(): it gets back
 * the floating-point mode, OpenBLAS's threads and the processors, and what it makes of them is kept. The thread is
 * still not cancelled, since it would not return to the library. */
void digitnet__compute_begin_callback(void);
void digitnet__compute_end_callback(void);

/* The innermost call that this thread is in; NULL: none. */
const digitnet__compute *digitnet__compute_innermost(void);

/* Around a function of the host on any thread that works for the caller, on several at once: it has the floating-point
 * mode and the processors that the caller's host has, and what it makes of them is dropped. OpenBLAS stays at one
 * thread, since the other threads compute. */
void digitnet__compute_begin_worker_callback(digitnet__affinity *own, const digitnet__compute *caller);
void digitnet__compute_end_worker_callback(const digitnet__affinity *own, const digitnet__compute *caller);

#endif
