/* What a library must leave to the program that it lives in. */
#ifndef HOST_H
#define HOST_H

#include "floating_mode.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum { HOST_SIGNALS = 65, HOST_TEXT = 4096, HOST_PROCESSORS = 1024 };

typedef struct host_handler {
    uintptr_t handler;
    uint64_t flags, blocked;
} host_handler;

typedef struct host {
    host_handler handlers[HOST_SIGNALS];
    uint64_t blocked; /* signals, as bits */
    uint64_t timer;
    char locale[HOST_TEXT], folder[HOST_TEXT], descriptors[HOST_TEXT];
    mode_t umask;
    floating_state floating_point;
    uint64_t environment;                      /* a hash of all variables */
    int blas_threads;                          /* 0 without OpenBLAS */
    int cancellation;                          /* of the thread */
    uint64_t processors[HOST_PROCESSORS / 64]; /* of the thread, as bits */
} host;

/* The process as it is, all bytes defined. */
void look_at_host(host *seen);
/* What differs, or NULL. */
const char *host_difference(const host *before, const host *after);

#endif
