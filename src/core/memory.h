/* Memory through the allocator hook, and checked sizes. */
#ifndef DNN_CORE_MEMORY_H
#define DNN_CORE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* All memory is aligned for the widest vectors and for cache lines. */
#define DNN_ALIGNMENT ((size_t)64)

/* NULL, with the message set, where there is none. Size 0 is allocated as 1. */
void *digitnet__allocate(size_t size);
void *digitnet__allocate_zeroed(size_t size);
/* Of elements whose size together is checked. */
void *digitnet__allocate_array(size_t count, size_t element_size);
void *digitnet__allocate_zeroed_array(size_t count, size_t element_size);
char *digitnet__copy_string(const char *text);
/* NULL is fine. */
void digitnet__release(void *memory);

/* False, and *result untouched, where it overflows. */
bool digitnet__size_add(size_t *result, size_t a, size_t b);
bool digitnet__size_multiply(size_t *result, size_t a, size_t b);
/* The product of `count` factors. */
bool digitnet__size_product(size_t *result, const size_t *factors, size_t count);

/* Several arrays in one allocation: each is reserved, then the block is allocated, then places are taken from it by
 * offset. */
typedef struct digitnet__arena {
    size_t size;
    bool overflow;
    unsigned char *memory;
} digitnet__arena;

/* Reserves `count` elements of `element_size` and returns their offset, a multiple of DNN_ALIGNMENT; an overflow is
 * kept until digitnet__arena_allocate(), which then fails. */
size_t digitnet__arena_reserve(digitnet__arena *arena, size_t count, size_t element_size);
/* False, with the message set, where it overflowed or there is no memory. The memory is zeroed. */
bool digitnet__arena_allocate(digitnet__arena *arena);
/* Likewise, but not zeroed: for memory of which each thread clears what it will use. Where every socket has memory of
 * its own, the system takes a page from that of the thread that writes to it first. */
bool digitnet__arena_allocate_unset(digitnet__arena *arena);
/* Zeroes `count` elements of `element_size` from the element `first` on, of those reserved at `offset`. */
void digitnet__arena_clear(const digitnet__arena *arena, size_t offset, size_t first, size_t count,
                           size_t element_size);
void *digitnet__arena_at(const digitnet__arena *arena, size_t offset);
void digitnet__arena_release(digitnet__arena *arena);

#endif
