/* Memory that grows piece by piece and is released as a whole. */
#ifndef DNN_CORE_POOL_H
#define DNN_CORE_POOL_H

#include "digitnet/status.h"

#include <stddef.h>

typedef struct digitnet__pool {
    struct digitnet__pool_block *last;
    size_t left; /* bytes that may still be asked for */
} digitnet__pool;

/* Zeroed memory for `count` elements. ENOMEM; ELIMIT where the pool has no bytes left. */
digitnet_status digitnet__pool_allocate(void **memory, digitnet__pool *pool, size_t count, size_t element_size);
/* Makes room for one more element of an array of `count`, in memory that may be another one after. */
digitnet_status digitnet__pool_grow(void **array, size_t *capacity, digitnet__pool *pool, size_t count,
                                    size_t element_size);
void digitnet__pool_release(digitnet__pool *pool);

#endif
