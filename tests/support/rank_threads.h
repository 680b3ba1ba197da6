/* Ranks that are threads of one process, with a communicator that moves bytes between them, and holds them to the
 * contract: all make the same calls in the same order, with sizes that fit. */
#ifndef RANK_THREADS_H
#define RANK_THREADS_H

#include "digitnet/communicator.h"

/* One rank's work, on a thread of its own: it must not use cmocka. */
typedef void (*rank_fn)(const digitnet_communicator *communicator, void *context);

typedef struct rank_threads {
    size_t size;
    size_t fails_on, fails_at; /* this rank's call with this number, from 1, fails with EIO; 0: none does */
    size_t calls, received;    /* afterwards: of rank 0, and the bytes that others have sent it */
} rank_threads;

void run_ranks(rank_threads *ranks, rank_fn run, void *context);

#endif
