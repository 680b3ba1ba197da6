#include "training/callbacks.h"

#include "core/status.h"
#include "model/model.h"

/* `before`: how many messages there were before the callback was called. */
static digitnet_status status_of(int result, size_t index, uint64_t before) {
    if (result < DIGITNET_ENOTFOUND || result > 1) {
        const char *words = digitnet__message_since(before, DIGITNET_ECALLBACK);
        return digitnet__fail(DIGITNET_ECALLBACK, "callback %zu returned %d, which is no status%s%s", index, result,
                              *words ? ": " : "", words);
    }
    if (result < 0) {
        const char *words = digitnet__message_since(before, (digitnet_status)result);
        return digitnet__fail((digitnet_status)result, "callback %zu ended the fit: %s%s%s", index,
                              digitnet_status_string((digitnet_status)result), *words ? ": " : "", words);
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__callbacks_tell(digitnet__callbacks *callbacks, const digitnet_event *event, bool *stop) {
    bool end = event->kind == DIGITNET_EVENT_FIT_END;
    size_t count = end ? callbacks->begun : callbacks->count;
    const digitnet__message message = digitnet__message_keep(); /* why the fit failed, at its end */
    for (size_t i = 0; i < count; i++) {
        if (event->kind == DIGITNET_EVENT_FIT_BEGIN)
            callbacks->begun = i + 1;
        uint64_t before = digitnet__message_count();
        digitnet__model_begin_callback(event->model);
        int result = callbacks->list[i].call(event, callbacks->list[i].user_data);
        digitnet__model_end_callback(event->model);
        digitnet_status status = end ? DIGITNET_OK : status_of(result, i, before);
        if (status != DIGITNET_OK)
            return status;
        *stop = *stop || result == 1;
    }
    if (end)
        digitnet__message_restore(&message);
    return DIGITNET_OK;
}
