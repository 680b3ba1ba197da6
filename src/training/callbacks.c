#include "training/callbacks.h"

#include "core/status.h"
#include "model/model.h"

static digitnet_status status_of(int result, size_t index) {
    if (result < DIGITNET_ENOTFINITE || result > 1)
        return digitnet__fail(DIGITNET_ECALLBACK, "callback %zu returned %d, which is no status", index, result);
    if (result < 0) {
        return digitnet__fail((digitnet_status)result, "callback %zu ended the fit: %s", index,
                              digitnet_status_string((digitnet_status)result));
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__callbacks_tell(digitnet__callbacks *callbacks, const digitnet_event *event, bool *stop) {
    bool end = event->kind == DIGITNET_EVENT_FIT_END;
    size_t count = end ? callbacks->begun : callbacks->count;
    for (size_t i = 0; i < count; i++) {
        if (event->kind == DIGITNET_EVENT_FIT_BEGIN)
            callbacks->begun = i + 1;
        digitnet__model_begin_callback(event->model);
        int result = callbacks->list[i].call(event, callbacks->list[i].user_data);
        digitnet__model_end_callback(event->model);
        digitnet_status status = end ? DIGITNET_OK : status_of(result, i);
        if (status != DIGITNET_OK)
            return status;
        *stop = *stop || result == 1;
    }
    return DIGITNET_OK;
}
