/* The callbacks of a fit. */
#ifndef DNN_TRAINING_CALLBACKS_H
#define DNN_TRAINING_CALLBACKS_H

#include "digitnet/training.h"

#include <stdbool.h>

typedef struct digitnet__callbacks {
    const digitnet_callback *list; /* borrowed */
    size_t count;
    size_t begun; /* those that were told of FIT_BEGIN, and so will be told of FIT_END */
} digitnet__callbacks;

/* Tells every callback in turn, with the event's model open to readers on this thread. *stop is set where one asks to
 * stop; a failure ends the round with its status. */
digitnet_status digitnet__callbacks_tell(digitnet__callbacks *callbacks, const digitnet_event *event, bool *stop);

#endif
