#include "core/pool.h"

#include "core/memory.h"
#include "core/status.h"

#include <string.h>

/* The first bytes of each allocation. */
typedef struct digitnet__pool_block {
    struct digitnet__pool_block *before;
} block;

digitnet_status digitnet__pool_allocate(void **memory, digitnet__pool *pool, size_t count, size_t element_size) {
    size_t bytes;
    if (!digitnet__size_multiply(&bytes, count, element_size) || bytes > pool->left)
        return digitnet__fail(DIGITNET_ELIMIT, "%zu elements of %zu bytes exceed the limit of memory", count,
                              element_size);
    size_t size;
    block *made = digitnet__size_add(&size, bytes, DNN_ALIGNMENT) ? digitnet__allocate_zeroed(size) : NULL;
    if (!made)
        return DIGITNET_ENOMEM;
    pool->left -= bytes;
    made->before = pool->last;
    pool->last = made;
    *memory = (unsigned char *)made + DNN_ALIGNMENT;
    return DIGITNET_OK;
}

digitnet_status digitnet__pool_grow(void **array, size_t *capacity, digitnet__pool *pool, size_t count,
                                    size_t element_size) {
    enum { FIRST = 16 };
    if (count < *capacity)
        return DIGITNET_OK;
    void *grown;
    size_t twice = *capacity ? *capacity : FIRST / 2;
    if (!digitnet__size_multiply(&twice, twice, 2))
        return digitnet__fail(DIGITNET_ELIMIT, "%zu elements exceed the limit of memory", count);
    DNN_TRY(digitnet__pool_allocate(&grown, pool, twice, element_size));
    if (count > 0)
        memcpy(grown, *array, count * element_size);
    *array = grown;
    *capacity = twice;
    return DIGITNET_OK;
}

void digitnet__pool_release(digitnet__pool *pool) {
    while (pool->last) {
        block *before = pool->last->before;
        digitnet__release(pool->last);
        pool->last = before;
    }
}
