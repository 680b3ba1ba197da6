/* Where the values of a plan lie in one arena: values that are not needed at the same time share their place. In
 * training the gradients by them do, which are needed from and to the same ops, in the opposite order. */
#ifndef DNN_ENGINE_PLACEMENT_H
#define DNN_ENGINE_PLACEMENT_H

#include "engine/plan.h"

typedef struct digitnet__placement {
    size_t *offsets; /* of each value, in floats; meaningless for unused ones */
    size_t size;     /* floats in all */
} digitnet__placement;

/* For `capacity` samples. ELIMIT where a size overflows. */
digitnet_status digitnet__placement_create(digitnet__placement *placement, const digitnet__plan *plan, size_t capacity);
void digitnet__placement_release(digitnet__placement *placement);

#endif
