#define _GNU_SOURCE /* memfd_create() */
#include "fuzz.h"

#include "own_memory.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

void require(bool holds, const char *condition, const char *file, int line) {
    if (holds)
        return;
    fprintf(stderr, "%s:%d: not so: %s (last error: %s)\n", file, line, condition, digitnet_last_error());
    abort();
}

static atomic_size_t live_bytes;

static void *allocate(void *unused, size_t size, size_t alignment) {
    (void)unused;
    REQUIRE(atomic_fetch_add(&live_bytes, size) + size <= memory_limit);
    return own_memory(size, alignment);
}

static void release(void *unused, void *block, size_t size, size_t alignment) {
    (void)unused, (void)alignment;
    atomic_fetch_sub(&live_bytes, size);
    free(block);
}

static void end_of_time(int signal_number) {
    (void)signal_number;
    abort();
}

static void prepare(void) {
    static bool prepared;
    if (prepared)
        return;
    prepared = true;
    signal(SIGPROF, end_of_time);
    digitnet_allocator hook = {.struct_size = sizeof hook, .allocate = allocate, .release = release};
    REQUIRE(digitnet_set_allocator(&hook) == DIGITNET_OK);
}

/* The clock is the process's own: on a busy machine libFuzzer's tells more of others. */
static void set_time_limit(time_t seconds) {
    const struct itimerval limit = {.it_value.tv_sec = seconds};
    REQUIRE(setitimer(ITIMER_PROF, &limit, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    prepare();
    set_time_limit(time_limit);
    try_input(data, size);
    set_time_limit(0);
    return 0;
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
