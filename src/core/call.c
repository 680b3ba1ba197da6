#include "core/call.h"

#include <pthread.h>

void digitnet__call_enter(digitnet__call *call) {
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &call->cancellation);
    digitnet__floating_point_hold(&call->floating_point);
}

digitnet_status digitnet__call_leave(const digitnet__call *call, digitnet_status status) {
    int disabled;
    digitnet__floating_point_restore(&call->floating_point);
    pthread_setcancelstate(call->cancellation, &disabled);
    return status;
}
