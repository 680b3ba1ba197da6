/* An allocator that gives memory a number of times, and then none; it counts what is live. */
#ifndef FAILING_ALLOCATOR_H
#define FAILING_ALLOCATOR_H

#include <stddef.h>
#include <stdlib.h>

typedef struct failing_allocator {
    size_t live, until_failure;
} failing_allocator;

static inline void *allocate_or_fail(void *user_data, size_t size, size_t alignment) {
    failing_allocator *self = user_data;
    void *memory = NULL;
    if (self->until_failure == 0 || posix_memalign(&memory, alignment, size) != 0)
        return NULL;
    --self->until_failure;
    ++self->live;
    return memory;
}

static inline void release_counted(void *user_data, void *memory, size_t size, size_t alignment) {
    (void)size, (void)alignment;
    --((failing_allocator *)user_data)->live;
    free(memory);
}

#endif
