/* What an allocator that a test sets gives, and how it takes it back. */
#ifndef OWN_MEMORY_H
#define OWN_MEMORY_H

#include <stddef.h>
#include <stdlib.h>

static inline void *own_memory(size_t size, size_t alignment) {
    void *memory;
    return posix_memalign(&memory, alignment, size) == 0 ? memory : NULL;
}

/* A `digitnet_allocator.release`. */
static inline void give_back(void *user_data, void *memory, size_t size, size_t alignment) {
    (void)user_data, (void)size, (void)alignment;
    free(memory);
}

#endif
