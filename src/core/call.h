/* A call of the library, which its host may make with any floating-point mode and be cancelled in. */
#ifndef DNN_CORE_CALL_H
#define DNN_CORE_CALL_H

#include "core/floating_point.h"
#include "digitnet/status.h"

/* What the host's thread had. */
typedef struct digitnet__call {
    digitnet__floating_point floating_point;
    int cancellation;
} digitnet__call;

/* Around all work of a public function that computes, waits, or reads or writes files: in between, the library has a
 * floating-point mode of its own, and the thread is not cancelled, which would leave memory, files and objects as they
 * are at that moment. Nests. */
void digitnet__call_enter(digitnet__call *call);
/* Returns the status, so that a function may end with it. */
digitnet_status digitnet__call_leave(const digitnet__call *call, digitnet_status status);

#endif
