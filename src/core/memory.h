/* Memory through the allocator hook, and checked sizes. */
#ifndef DNN_CORE_MEMORY_H
#define DNN_CORE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* All memory is aligned for the widest vectors and for cache lines. */
#define DNN_ALIGNMENT ((size_t)64)

/* NULL, with the message set, where there is none. Size 0 is allocated as 1. */
void *dnn_allocate(size_t size);
void *dnn_allocate_zeroed(size_t size);
/* Of elements whose size together is checked. */
void *dnn_allocate_array(size_t count, size_t element_size);
void *dnn_allocate_zeroed_array(size_t count, size_t element_size);
char *dnn_copy_string(const char *text);
/* NULL is fine. */
void dnn_release(void *memory);

/* False, and *result untouched, where it overflows. */
bool dnn_size_add(size_t *result, size_t a, size_t b);
bool dnn_size_multiply(size_t *result, size_t a, size_t b);
/* The product of `count` factors. */
bool dnn_size_product(size_t *result, const size_t *factors, size_t count);

/* Several arrays in one allocation: each is booked, then the block is allocated, then places are taken from it by
 * offset. */
typedef struct dnn_arena {
    size_t size;
    bool overflow;
    unsigned char *memory;
} dnn_arena;

/* Books `count` elements of `element_size` and returns their offset, a multiple of DNN_ALIGNMENT; an overflow is kept
 * until dnn_arena_allocate(), which then fails. */
size_t dnn_arena_book(dnn_arena *arena, size_t count, size_t element_size);
/* False, with the message set, where it overflowed or there is no memory. The memory is zeroed. */
bool dnn_arena_allocate(dnn_arena *arena);
void *dnn_arena_at(const dnn_arena *arena, size_t offset);
void dnn_arena_release(dnn_arena *arena);

#endif
