/* What the callbacks that the library has ready have in common. */
#ifndef DNN_CALLBACKS_CALLBACK_H
#define DNN_CALLBACKS_CALLBACK_H

#include "core/ieee.h"
#include "digitnet/callbacks.h"

typedef struct digitnet__ready_callback digitnet__ready_callback;

typedef struct digitnet__callback_kind {
    size_t size; /* of a struct that begins with a digitnet__ready_callback */
    /* As a digitnet_callback_fn, with the library's floating-point mode. */
    int (*call)(digitnet__ready_callback *self, const digitnet_event *event);
    void (*release)(digitnet__ready_callback *self); /* all but the struct itself; NULL: there is no more */
} digitnet__callback_kind;

struct digitnet__ready_callback {
    digitnet_callback callback; /* what the program knows of it */
    const digitnet__callback_kind *kind;
};

/* All behind the head is zero. */
digitnet_status digitnet__callback_create(digitnet__ready_callback **out, const digitnet__callback_kind *kind);

#endif
