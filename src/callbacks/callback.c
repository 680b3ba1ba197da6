#include "callbacks/callback.h"

#include "core/call.h"
#include "core/memory.h"

static int call_ready(const digitnet_event *event, void *user_data) {
    digitnet__ready_callback *self = user_data;
    digitnet__call call;
    digitnet__call_enter(&call);
    int result = self->kind->call(self, event);
    digitnet__call_leave(&call, DIGITNET_OK);
    return result;
}

digitnet_status digitnet__callback_create(digitnet__ready_callback **out, const digitnet__callback_kind *kind) {
    digitnet__ready_callback *made = digitnet__allocate_zeroed(kind->size);
    if (!made)
        return DIGITNET_ENOMEM;
    made->kind = kind;
    made->callback.struct_size = sizeof made->callback;
    made->callback.call = call_ready;
    made->callback.user_data = made;
    *out = made;
    return DIGITNET_OK;
}

void digitnet_callback_free(digitnet_callback *callback) {
    if (!callback)
        return;
    digitnet__ready_callback *self = callback->user_data;
    if (self->kind->release)
        self->kind->release(self);
    digitnet__release(self);
}
