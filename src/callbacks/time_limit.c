/* The end of a fit after some seconds. */
#include "callbacks/callback.h"
#include "core/call.h"
#include "core/clock.h"
#include "core/number.h"
#include "core/status.h"

#include <math.h>

typedef struct time_limit {
    digitnet__ready_callback head;
    double seconds, begin;
} time_limit;

static int call(digitnet__ready_callback *head, const digitnet_event *event) {
    time_limit *self = (time_limit *)head;
    if (event->kind == DIGITNET_EVENT_FIT_BEGIN)
        self->begin = digitnet__seconds_now();
    bool may_stop = event->kind == DIGITNET_EVENT_BATCH_END || event->kind == DIGITNET_EVENT_EPOCH_END;
    return may_stop && digitnet__seconds_now() - self->begin >= self->seconds ? DIGITNET_CALLBACK_STOP
                                                                              : DIGITNET_CALLBACK_CONTINUE;
}

static const digitnet__callback_kind kind = {.size = sizeof(time_limit), .call = call};

static digitnet_status check_and_create(digitnet_callback **out, double seconds) {
    static const char caller[] = "digitnet_callback_create_time_limit";
    digitnet__ready_callback *made;
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "%s: out is NULL", caller);
    *out = NULL;
    if (!(isfinite(seconds) && seconds > 0))
        return digitnet__fail(DIGITNET_EINVAL, "%s: seconds is %s; it must be finite and positive", caller,
                              digitnet__number_text(seconds).text);
    DNN_TRY(digitnet__callback_create(&made, &kind));
    ((time_limit *)made)->seconds = seconds;
    *out = &made->callback;
    return DIGITNET_OK;
}

digitnet_status digitnet_callback_create_time_limit(digitnet_callback **out, double seconds) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, check_and_create(out, seconds));
}
