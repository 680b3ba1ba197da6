#define _GNU_SOURCE /* memfd_create() */
#include "fuzz.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void require(bool holds, const char *condition, const char *file, int line) {
    if (holds)
        return;
    fprintf(stderr, "%s:%d: not so: %s (last error: %s)\n", file, line, condition, digitnet_last_error());
    abort();
}

static struct memory {
    size_t limit;
    atomic_size_t live;
} memory;

static void *allocate(void *unused, size_t size, size_t alignment) {
    void *result = NULL;
    (void)unused;
    REQUIRE(atomic_fetch_add(&memory.live, size) + size <= memory.limit);
    return posix_memalign(&result, alignment, size) == 0 ? result : NULL;
}

static void release(void *unused, void *block, size_t size, size_t alignment) {
    (void)unused, (void)alignment;
    atomic_fetch_sub(&memory.live, size);
    free(block);
}

void limit_memory(size_t bytes) {
    if (memory.limit > 0)
        return;
    memory.limit = bytes;
    REQUIRE(digitnet_set_allocator(DIGITNET_WITH(digitnet_allocator, .allocate = allocate, .release = release)) ==
            DIGITNET_OK);
}

void fill_memory_file(memory_file *file, const void *bytes, size_t size) {
    if (file->descriptor == 0) {
        file->descriptor = memfd_create("fuzz", MFD_CLOEXEC);
        REQUIRE(file->descriptor > 0);
        snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->descriptor);
    }
    REQUIRE(ftruncate(file->descriptor, 0) == 0);
    REQUIRE(pwrite(file->descriptor, bytes, size, 0) == (ssize_t)size);
}
