/* The processes that train together, ranks, as a fit sees them. A fit without a communicator is the only rank: then
 * nothing is moved, and nothing here fails. */
#ifndef DNN_TRAINING_RANKS_H
#define DNN_TRAINING_RANKS_H

#include "core/share.h"
#include "digitnet/communicator.h"
#include "digitnet/status.h"

#include <stdbool.h>
#include <stdint.h>

/* What a rank says of itself when all agree. */
typedef struct digitnet__verdict {
    int32_t status;
    uint32_t flags;
} digitnet__verdict;

typedef struct digitnet__ranks {
    digitnet_communicator communicator;
    digitnet__verdict *verdicts;    /* of the last agreement, one a rank */
    size_t *bytes, *received_bytes; /* of the next call, likewise */
    unsigned char *buffer;          /* what is on its way, of all ranks */
    bool lost;                      /* a function of the communicator has failed; none is called any more */
} digitnet__ranks;

/* With the program's communicator, checked; NULL: this process is alone. */
digitnet_status digitnet__ranks_init(digitnet__ranks *ranks, const digitnet_communicator *communicator);
/* All memory, with a buffer for so many bytes of all ranks together; none for one that is alone. */
digitnet_status digitnet__ranks_allocate(digitnet__ranks *ranks, size_t buffer_bytes);
void digitnet__ranks_release(digitnet__ranks *ranks);
bool digitnet__ranks_are_many(const digitnet__ranks *ranks);

/* Which of `count` things are a rank's. */
digitnet__share digitnet__ranks_share(const digitnet__ranks *ranks, size_t rank, size_t count);

/* Fail where the communicator does, and once it has. */
digitnet_status digitnet__ranks_broadcast(digitnet__ranks *ranks, void *bytes, size_t count, size_t root);
/* The buffer has the parts of all ranks, ranks->bytes their sizes. */
digitnet_status digitnet__ranks_gather(digitnet__ranks *ranks, void *buffer);
/* ranks->bytes has the sizes of what is sent, ranks->received_bytes those of what is received. */
digitnet_status digitnet__ranks_exchange(digitnet__ranks *ranks, void *received, const void *sent);
/* All ranks go on, or all fail, with the status and the message of the first that did. Of the flags, unless NULL, each
 * gets those that any has. */
digitnet_status digitnet__ranks_agree(digitnet__ranks *ranks, digitnet_status status, uint32_t *flags);
/* The same without ranks->verdicts, and so before there is memory: each rank speaks in turn. */
digitnet_status digitnet__ranks_agree_at_first(digitnet__ranks *ranks, digitnet_status status);
/* The first rank that had a flag in the last agreement; the number of ranks where none had. */
size_t digitnet__ranks_first_with(const digitnet__ranks *ranks, uint32_t flag);

#endif
