#include "core/memory.h"

#include "core/options.h"
#include "core/status.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Stands in front of every allocation, so that the hook is given the size back. */
typedef union header {
    size_t size; /* header included */
    unsigned char padding[64];
} header;
_Static_assert(sizeof(header) == DNN_ALIGNMENT, "what follows the header must be aligned as the header is");

static void *system_allocate(void *user_data, size_t size, size_t alignment) {
    (void)user_data;
    void *memory = NULL;
    return posix_memalign(&memory, alignment, size) == 0 ? memory : NULL;
}

static void system_release(void *user_data, void *memory, size_t size, size_t alignment) {
    (void)user_data, (void)size, (void)alignment;
    free(memory);
}

static const digitnet_allocator system_allocator = {
    .struct_size = sizeof(digitnet_allocator), .allocate = system_allocate, .release = system_release};

static digitnet_allocator allocator = {
    .struct_size = sizeof(digitnet_allocator), .allocate = system_allocate, .release = system_release};
static atomic_size_t live_allocations;

digitnet_status digitnet_set_allocator(const digitnet_allocator *hook) {
    digitnet_allocator own = {0};
    digitnet_status status = DNN_OPTIONS_READ(&own, hook, digitnet_allocator, release);
    if (status != DIGITNET_OK)
        return status;
    if (hook && (!own.allocate || !own.release))
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_set_allocator: %s is NULL",
                              !own.allocate ? "allocate" : "release");
    size_t live = atomic_load(&live_allocations);
    if (live != 0)
        return digitnet__fail(
            DIGITNET_ESTATE, "digitnet_set_allocator: %zu allocations of the current allocator are still in use", live);
    allocator = hook ? own : system_allocator;
    return DIGITNET_OK;
}

void *digitnet__allocate(size_t size) {
    size_t total;
    header *start = NULL;
    if (size == 0)
        size = 1;
    if (digitnet__size_add(&total, size, sizeof(header)))
        start = allocator.allocate(allocator.user_data, total, DNN_ALIGNMENT);
    if (!start) {
        digitnet__fail(DIGITNET_ENOMEM, "out of memory: cannot allocate %zu bytes", size);
        return NULL;
    }
    atomic_fetch_add(&live_allocations, 1);
    start->size = total;
    return start + 1;
}

void *digitnet__allocate_zeroed(size_t size) {
    void *memory = digitnet__allocate(size);
    if (memory)
        memset(memory, 0, size);
    return memory;
}

/* Everything where that overflows, which nobody has. */
static size_t array_size(size_t count, size_t element_size) {
    size_t size;
    return digitnet__size_multiply(&size, count, element_size) ? size : SIZE_MAX;
}

void *digitnet__allocate_array(size_t count, size_t element_size) {
    return digitnet__allocate(array_size(count, element_size));
}

void *digitnet__allocate_zeroed_array(size_t count, size_t element_size) {
    return digitnet__allocate_zeroed(array_size(count, element_size));
}

char *digitnet__copy_string(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = digitnet__allocate(size);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

void digitnet__release(void *memory) {
    if (!memory)
        return;
    header *start = (header *)memory - 1;
    allocator.release(allocator.user_data, start, start->size, DNN_ALIGNMENT);
    atomic_fetch_sub(&live_allocations, 1);
}

bool digitnet__size_add(size_t *result, size_t a, size_t b) {
    if (a > SIZE_MAX - b)
        return false;
    *result = a + b;
    return true;
}

bool digitnet__size_multiply(size_t *result, size_t a, size_t b) {
    if (b != 0 && a > SIZE_MAX / b)
        return false;
    *result = a * b;
    return true;
}

bool digitnet__size_product(size_t *result, const size_t *factors, size_t count) {
    size_t product = 1;
    for (size_t i = 0; i < count; i++)
        if (!digitnet__size_multiply(&product, product, factors[i]))
            return false;
    *result = product;
    return true;
}

size_t digitnet__arena_reserve(digitnet__arena *arena, size_t count, size_t element_size) {
    size_t offset = arena->size;
    size_t bytes, end;
    if (arena->overflow || !digitnet__size_multiply(&bytes, count, element_size) ||
        !digitnet__size_add(&end, offset, bytes) || !digitnet__size_add(&end, end, DNN_ALIGNMENT - 1)) {
        arena->overflow = true;
        return 0;
    }
    arena->size = end / DNN_ALIGNMENT * DNN_ALIGNMENT;
    return offset;
}

bool digitnet__arena_allocate_unset(digitnet__arena *arena) {
    if (arena->overflow) {
        digitnet__fail(DIGITNET_ENOMEM, "out of memory: the number of bytes to allocate overflows");
        return false;
    }
    arena->memory = digitnet__allocate(arena->size);
    return arena->memory != NULL;
}

void digitnet__arena_clear(const digitnet__arena *arena, size_t offset, size_t first, size_t count,
                           size_t element_size) {
    memset(arena->memory + offset + first * element_size, 0, count * element_size);
}

bool digitnet__arena_allocate(digitnet__arena *arena) {
    if (!digitnet__arena_allocate_unset(arena))
        return false;
    digitnet__arena_clear(arena, 0, 0, arena->size, 1);
    return true;
}

void *digitnet__arena_at(const digitnet__arena *arena, size_t offset) {
    return arena->memory + offset;
}

void digitnet__arena_release(digitnet__arena *arena) {
    digitnet__release(arena->memory);
    *arena = (digitnet__arena){0};
}
