#include "training/callbacks.h"

#include "core/options.h"
#include "core/status.h"
#include "kernels/compute.h"
#include "model/model.h"

enum {
    USES_SNAPSHOT = DIGITNET_CALLBACK_KEEP | DIGITNET_CALLBACK_RESTORE,
    ALL_RESULTS = DIGITNET_CALLBACK_STOP | USES_SNAPSHOT
};

static digitnet_status read_callback(digitnet_callback *own, const digitnet_callback *callback) {
    *own = (digitnet_callback){0};
    return DNN_OPTIONS_READ(own, callback, digitnet_callback, reserved);
}

/* One of a list that has been checked. */
static digitnet_callback callback_at(const digitnet__callbacks *callbacks, size_t index) {
    digitnet_callback own;
    read_callback(&own, callbacks->list[index]);
    return own;
}

static digitnet_status check_callback(digitnet_callback *own, const digitnet_callback *callback, size_t index) {
    if (!callback)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_fit: callbacks[%zu] is NULL", index);
    DNN_TRY(read_callback(own, callback));
    DNN_TRY(DNN_RESERVED_CHECK((size_t)own->reserved, digitnet_callback));
    if (!own->call)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_fit: callbacks[%zu].call is NULL", index);
    return DNN_FLAG_CHECK(own, digitnet_callback, uses_snapshot);
}

digitnet_status digitnet__callbacks_check(const digitnet_callback *const *list, size_t count) {
    digitnet_callback own;
    size_t users = 0;
    if (count && !list)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_model_fit: callbacks is NULL, but callback_count is %zu",
                              count);
    for (size_t i = 0; i < count; i++) {
        DNN_TRY(check_callback(&own, list[i], i));
        users += (size_t)own.uses_snapshot;
        if (users > 1)
            return digitnet__fail(DIGITNET_EINVAL,
                                  "digitnet_model_fit: callbacks[%zu] is the second with uses_snapshot", i);
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__callbacks_prepare(digitnet__callbacks *callbacks, const digitnet_model *model) {
    for (size_t i = 0; i < callbacks->count; i++)
        if (callback_at(callbacks, i).uses_snapshot)
            return digitnet__snapshot_create(&callbacks->snapshot, model);
    return DIGITNET_OK;
}

void digitnet__callbacks_release(digitnet__callbacks *callbacks) {
    digitnet__snapshot_release(&callbacks->snapshot);
}

void digitnet__callbacks_end(const digitnet_callback *const *list, size_t count) {
    digitnet_callback own;
    for (size_t i = 0; list && i < count; i++) {
        if (list[i] && read_callback(&own, list[i]) != DIGITNET_EINVAL && own.release) {
            digitnet__compute_begin_callback();
            own.release(own.user_data);
            digitnet__compute_end_callback();
        }
    }
}

/* `before`: how many messages there were before the callback was called. */
static digitnet_status status_of(int result, size_t index, uint64_t before) {
    if (result > ALL_RESULTS || (result < 0 && !digitnet__is_status(result))) {
        const char *words = digitnet__message_since(before, DIGITNET_ECALLBACK);
        return digitnet__fail(DIGITNET_ECALLBACK, "callback %zu returned %d, which is not a status%s%s", index, result,
                              *words ? ": " : "", words);
    }
    if (result < 0) {
        const char *words = digitnet__message_since(before, (digitnet_status)result);
        return digitnet__fail((digitnet_status)result, "callback %zu ended the fit: %s%s%s", index,
                              digitnet_status_string((digitnet_status)result), *words ? ": " : "", words);
    }
    return DIGITNET_OK;
}

static digitnet_status use_snapshot(digitnet__callbacks *callbacks, const digitnet_model *model, int result,
                                    size_t index) {
    if (!callback_at(callbacks, index).uses_snapshot)
        return digitnet__fail(DIGITNET_ECALLBACK, "callback %zu returned %d without uses_snapshot", index, result);
    if (result & DIGITNET_CALLBACK_KEEP) {
        digitnet_status status = digitnet__snapshot_check_finite(model);
        callbacks->diverged = status != DIGITNET_OK;
        if (status != DIGITNET_OK)
            return status;
        digitnet__snapshot_take(&callbacks->snapshot, model);
    }
    if (result & DIGITNET_CALLBACK_RESTORE) {
        if (!callbacks->snapshot.taken)
            return digitnet__fail(DIGITNET_ECALLBACK, "callback %zu restores a snapshot, but has kept none", index);
        callbacks->restore = true;
    }
    return DIGITNET_OK;
}

static digitnet_status answer(digitnet__callbacks *callbacks, const digitnet_model *model, int result, size_t index,
                              uint64_t before) {
    DNN_TRY(status_of(result, index, before));
    if (result & USES_SNAPSHOT)
        DNN_TRY(use_snapshot(callbacks, model, result, index));
    if (result & DIGITNET_CALLBACK_STOP)
        callbacks->stop = true;
    return DIGITNET_OK;
}

digitnet_status digitnet__callbacks_report(digitnet__callbacks *callbacks, const digitnet_event *event) {
    bool end = event->kind == DIGITNET_EVENT_FIT_END;
    size_t count = end ? callbacks->begun : callbacks->count;
    const digitnet__message message = digitnet__message_keep(); /* why the fit failed, at its end */
    for (size_t i = 0; i < count; i++) {
        if (event->kind == DIGITNET_EVENT_FIT_BEGIN)
            callbacks->begun = i + 1;
        const digitnet_callback own = callback_at(callbacks, i);
        uint64_t before = digitnet__message_count();
        digitnet__model_begin_callback(event->model);
        digitnet__compute_begin_callback();
        int result = own.call(event, own.user_data);
        digitnet__compute_end_callback();
        digitnet__model_end_callback(event->model);
        digitnet_status status = end ? DIGITNET_OK : answer(callbacks, event->model, result, i, before);
        if (status != DIGITNET_OK)
            return status;
    }
    if (end)
        digitnet__message_restore(&message);
    return DIGITNET_OK;
}
