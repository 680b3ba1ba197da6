/* The callbacks of a fit, and the snapshot that one of them may keep. */
#ifndef DNN_TRAINING_CALLBACKS_H
#define DNN_TRAINING_CALLBACKS_H

#include "digitnet/training.h"
#include "training/snapshot.h"

typedef struct digitnet__callbacks {
    const digitnet_callback *const *list; /* borrowed, as what it points to */
    size_t count;
    size_t begun; /* those that FIT_BEGIN was reported to, and so FIT_END will be */
    digitnet__snapshot snapshot;
    bool stop, restore; /* what one of them has asked for */
    bool diverged;      /* a state that one wants to keep is not finite */
} digitnet__callbacks;

digitnet_status digitnet__callbacks_check(const digitnet_callback *const *list, size_t count);
/* The memory for the snapshot, where one of them uses it. */
digitnet_status digitnet__callbacks_prepare(digitnet__callbacks *callbacks, const digitnet_model *model);
/* Takes memory that digitnet__callbacks_prepare() gave; the callbacks themselves are left. */
void digitnet__callbacks_release(digitnet__callbacks *callbacks);
/* Each callback that can be read releases what it owns; NULL is fine. */
void digitnet__callbacks_end(const digitnet_callback *const *list, size_t count);

/* Calls every callback in turn, with the event's model open to readers on this thread, and does what each asks for. A
 * failure ends the round with its status. */
digitnet_status digitnet__callbacks_report(digitnet__callbacks *callbacks, const digitnet_event *event);

#endif
