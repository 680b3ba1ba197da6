/**
 * @file communicator.h
 * How the processes that train one model together reach each other.
 *
 * Several processes, called ranks, may call digitnet_model_fit() for the same training, each with a communicator in
 * its options. Each computes a part of every batch, and all end with the same weights, bit for bit those of one
 * process. `digitnet/mpi.h` makes a communicator of MPI; a program may write one for any other transport: three
 * functions of its own, without sums.
 *
 *     static int all_gather(void *buffer, const size_t *bytes, void *user_data);
 *     ...
 *     status = digitnet_model_fit(model, train, DIGITNET_WITH(digitnet_fit_options, .epochs = 5,
 *                                 .communicator = DIGITNET_WITH(digitnet_communicator, .rank = 2, .size = 4,
 *                                                               .all_gather = all_gather, ...)));
 */
#ifndef DIGITNET_COMMUNICATOR_H
#define DIGITNET_COMMUNICATOR_H

#include "digitnet/export.h"

#include <stddef.h>

DIGITNET_BEGIN_DECLARATIONS

/**
 * Gathers the parts that all ranks have of a buffer.
 *
 * @param buffer     the parts of all ranks, one behind the other in their order; on the call this rank's own is there,
 *                   on the return all are
 * @param bytes      how long each rank's part is, one number for each; the same on all ranks; some may be zero
 * @param user_data  the communicator's
 * @return DIGITNET_OK or another status
 */
typedef int (*digitnet_all_gather_fn)(void *buffer, const size_t *bytes, void *user_data);

/**
 * Sends each rank a part of its own, and receives one from each.
 *
 * @param received        receives the parts, one behind the other in the order of the ranks that sent them
 * @param received_bytes  how long the part from each rank is; what that rank has as `sent_bytes` for this one
 * @param sent            the parts for all ranks, this one included, likewise
 * @param sent_bytes      how long the part for each rank is; some may be zero
 * @param user_data       the communicator's
 * @return DIGITNET_OK or another status
 */
typedef int (*digitnet_all_to_all_fn)(void *received, const size_t *received_bytes, const void *sent,
                                      const size_t *sent_bytes, void *user_data);

/**
 * Copies a buffer of one rank to all others.
 *
 * @param buffer     the bytes: read on the rank `root`, written on the others
 * @param bytes      how many; the same on all ranks
 * @param root       the rank that sends
 * @param user_data  the communicator's
 * @return DIGITNET_OK or another status
 */
typedef int (*digitnet_broadcast_fn)(void *buffer, size_t bytes, size_t root, void *user_data);

/**
 * A process's place among those that train together, and what moves bytes between them.
 *
 * Each function is collective: all ranks call it, the same calls in the same order, and it may wait until all have. It
 * is called on the thread of the fit, in its host's floating-point mode, and never by two threads at once. It moves
 * bytes and looks at none: what counts is that they arrive as they were sent. It may say with digitnet_set_error() why
 * it failed.
 *
 * A function that fails ends the fit on its rank with its status, and none is called again. The other ranks learn of it
 * from their own calls alone: these must then fail in the end, and not wait for ever.
 */
typedef struct digitnet_communicator {
    size_t struct_size;                /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    size_t rank;                       /**< This process's number, from 0; another one for each. */
    size_t size;                       /**< How many ranks there are, 1 to 65,536. */
    digitnet_all_gather_fn all_gather; /**< Not NULL. */
    digitnet_all_to_all_fn all_to_all; /**< Not NULL. */
    digitnet_broadcast_fn broadcast;   /**< Not NULL. */
    void *user_data;                   /**< Handed to each function. */
} digitnet_communicator;

DIGITNET_END_DECLARATIONS
#endif
