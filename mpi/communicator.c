#include "digitnet/mpi.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* MPI-3 counts in ints: what is longer goes in pieces. */
#ifndef DNN_MPI_PIECE
#define DNN_MPI_PIECE ((size_t)INT_MAX)
#endif

typedef struct mpi_communicator {
    digitnet_communicator communicator; /* first: whoever has one has the other */
    MPI_Comm comm;
    int *counts, *places;  /* one a rank */
    MPI_Request *requests; /* two a rank */
    MPI_Status *statuses;  /* likewise */
} mpi_communicator;

static digitnet_status fail(digitnet_status status, const char *message) {
    digitnet_set_error(message);
    return status;
}

/* With MPI's own words. */
static digitnet_status check(int error, const char *function) {
    char words[MPI_MAX_ERROR_STRING] = "unknown error", message[MPI_MAX_ERROR_STRING + 64];
    int length;
    if (error == MPI_SUCCESS)
        return DIGITNET_OK;
    MPI_Error_string(error, words, &length);
    snprintf(message, sizeof message, "%s: %s", function, words);
    return fail(DIGITNET_EIO, message);
}

/* Counts and places as MPI wants them; 0 where they are too long for that. */
static int list_parts(int *counts, int *places, const size_t *bytes, size_t size) {
    size_t total = 0;
    for (size_t rank = 0; rank < size; rank++) {
        if (bytes[rank] > DNN_MPI_PIECE - total)
            return 0;
        counts[rank] = (int)bytes[rank];
        places[rank] = (int)total;
        total += bytes[rank];
    }
    return 1;
}

static size_t piece_of(size_t left) {
    return left < DNN_MPI_PIECE ? left : DNN_MPI_PIECE;
}

static int broadcast(void *buffer, size_t bytes, size_t root, void *user_data) {
    const mpi_communicator *own = user_data;
    size_t done = 0;
    do {
        size_t piece = piece_of(bytes - done);
        int error = MPI_Bcast((char *)buffer + done, (int)piece, MPI_BYTE, (int)root, own->comm);
        if (error != MPI_SUCCESS)
            return check(error, "MPI_Bcast");
        done += piece;
    } while (done < bytes);
    return DIGITNET_OK;
}

static int all_gather(void *buffer, const size_t *bytes, void *user_data) {
    const mpi_communicator *own = user_data;
    size_t size = own->communicator.size, at = 0;
    if (list_parts(own->counts, own->places, bytes, size))
        return check(
            MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, buffer, own->counts, own->places, MPI_BYTE, own->comm),
            "MPI_Allgatherv");
    for (size_t rank = 0; rank < size; rank++) {
        int status = broadcast((char *)buffer + at, bytes[rank], rank, user_data);
        if (status != DIGITNET_OK)
            return status;
        at += bytes[rank];
    }
    return DIGITNET_OK;
}

/* The next piece of each part that has one left, both ways; 0 of them: all is done. Both ends of a part know its
 * length, and so count its pieces alike. */
static int start_pieces(mpi_communicator *own, char *received, const size_t *received_bytes, const char *sent,
                        const size_t *sent_bytes, size_t done, int *error) {
    int started = 0;
    for (size_t rank = 0; rank < own->communicator.size && *error == MPI_SUCCESS; rank++) {
        if (received_bytes[rank] > done)
            *error = MPI_Irecv(received + done, (int)piece_of(received_bytes[rank] - done), MPI_BYTE, (int)rank, 0,
                               own->comm, &own->requests[started++]);
        received += received_bytes[rank];
    }
    for (size_t rank = 0; rank < own->communicator.size && *error == MPI_SUCCESS; rank++) {
        if (sent_bytes[rank] > done)
            *error = MPI_Isend(sent + done, (int)piece_of(sent_bytes[rank] - done), MPI_BYTE, (int)rank, 0, own->comm,
                               &own->requests[started++]);
        sent += sent_bytes[rank];
    }
    return started;
}

/* Before the buffers go. A cancelled request completes whatever the other ranks do (MPI 3.1, 3.8.4), while one that is
 * freed goes on to use its buffer. Some MPIs cancel no sends: these, which are last, complete first, so that this rank
 * still receives what it sends to itself. */
static void cancel(MPI_Request *requests, int count) {
    for (int i = count - 1; i >= 0; i--) {
        if (requests[i] == MPI_REQUEST_NULL)
            continue;
        MPI_Cancel(&requests[i]);
        MPI_Wait(&requests[i], MPI_STATUS_IGNORE);
    }
}

static int all_to_all(void *received, const size_t *received_bytes, const void *sent, const size_t *sent_bytes,
                      void *user_data) {
    mpi_communicator *own = user_data;
    int started, error = MPI_SUCCESS;
    size_t done = 0;
    do {
        started = start_pieces(own, received, received_bytes, sent, sent_bytes, done, &error);
        if (error == MPI_SUCCESS)
            error = MPI_Waitall(started, own->requests, own->statuses);
        done += DNN_MPI_PIECE;
    } while (error == MPI_SUCCESS && started > 0);
    if (error != MPI_SUCCESS)
        cancel(own->requests, started);
    return check(error, "MPI_Isend, MPI_Irecv or MPI_Waitall");
}

/* ---- Making one ---- */

static digitnet_status check_state(void) {
    int begun = 0, ended = 0, level = MPI_THREAD_SINGLE, is_main = 0;
    MPI_Initialized(&begun);
    MPI_Finalized(&ended);
    if (!begun || ended)
        return fail(DIGITNET_ESTATE, begun ? "digitnet_mpi_communicator_create: MPI is at its end"
                                           : "digitnet_mpi_communicator_create: MPI has not begun");
    MPI_Query_thread(&level);
    MPI_Is_thread_main(&is_main);
    if (level < MPI_THREAD_FUNNELED)
        return fail(DIGITNET_ESTATE, "digitnet_mpi_communicator_create: MPI began with MPI_THREAD_SINGLE; the library "
                                     "has threads of its own: MPI_Init_thread() with MPI_THREAD_FUNNELED");
    if (level < MPI_THREAD_SERIALIZED && !is_main)
        return fail(DIGITNET_ESTATE, "digitnet_mpi_communicator_create: with MPI_THREAD_FUNNELED, MPI is for the "
                                     "thread alone that began it");
    return DIGITNET_OK;
}

/* Errors of `comm` itself are returned meanwhile. */
static digitnet_status duplicate(MPI_Comm *out, MPI_Comm comm) {
    MPI_Errhandler before;
    int error = MPI_Comm_get_errhandler(comm, &before);
    if (error != MPI_SUCCESS)
        return check(error, "MPI_Comm_get_errhandler");
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    error = MPI_Comm_dup(comm, out);
    MPI_Comm_set_errhandler(comm, before);
    MPI_Errhandler_free(&before);
    if (error == MPI_SUCCESS)
        MPI_Comm_set_errhandler(*out, MPI_ERRORS_RETURN);
    return check(error, "MPI_Comm_dup");
}

static void release(mpi_communicator *own) {
    if (!own)
        return;
    free(own->counts);
    free(own->places);
    free(own->requests);
    free(own->statuses);
    free(own);
}

/* NULL: there is not enough memory. */
static mpi_communicator *allocate(MPI_Comm comm) {
    int rank = 0, size = 1;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    mpi_communicator *own = calloc(1, sizeof *own);
    if (!own)
        return NULL;
    *own = (mpi_communicator){.communicator = {.struct_size = sizeof own->communicator,
                                               .rank = (size_t)rank,
                                               .size = (size_t)size,
                                               .all_gather = all_gather,
                                               .all_to_all = all_to_all,
                                               .broadcast = broadcast,
                                               .user_data = own},
                              .comm = comm,
                              .counts = calloc((size_t)size, sizeof *own->counts),
                              .places = calloc((size_t)size, sizeof *own->places),
                              .requests = calloc((size_t)size, 2 * sizeof *own->requests),
                              .statuses = calloc((size_t)size, 2 * sizeof *own->statuses)};
    if (!own->counts || !own->places || !own->requests || !own->statuses) {
        release(own);
        return NULL;
    }
    for (int i = 0; i < 2 * size; i++)
        own->requests[i] = MPI_REQUEST_NULL; /* as each exchange leaves them */
    return own;
}

/* All ranks have their memory, or all fail. */
static digitnet_status agree(int has_memory, MPI_Comm comm) {
    int all_have = has_memory;
    digitnet_status status = check(MPI_Allreduce(MPI_IN_PLACE, &all_have, 1, MPI_INT, MPI_MIN, comm), "MPI_Allreduce");
    if (!has_memory)
        return fail(DIGITNET_ENOMEM, "digitnet_mpi_communicator_create: out of memory");
    if (status == DIGITNET_OK && !all_have)
        return fail(DIGITNET_ENOMEM, "digitnet_mpi_communicator_create: out of memory on another rank");
    return status;
}

/* Duplicates first: a rank that fails before that would leave the others waiting. */
static digitnet_status create(mpi_communicator **out, MPI_Comm comm) {
    MPI_Comm own_comm;
    digitnet_status status = duplicate(&own_comm, comm);
    if (status != DIGITNET_OK)
        return status;
    mpi_communicator *own = allocate(own_comm);
    status = agree(own != NULL, own_comm);
    if (status == DIGITNET_OK) {
        *out = own;
        return DIGITNET_OK;
    }
    release(own);
    MPI_Comm_free(&own_comm);
    return status;
}

digitnet_status digitnet_mpi_communicator_create(digitnet_communicator **out, MPI_Comm comm) {
    mpi_communicator *own;
    int inter = 0;
    if (!out)
        return fail(DIGITNET_EINVAL, "digitnet_mpi_communicator_create: out is NULL");
    *out = NULL;
    digitnet_status status = check_state();
    if (status != DIGITNET_OK)
        return status;
    if (comm == MPI_COMM_NULL)
        return fail(DIGITNET_EINVAL, "digitnet_mpi_communicator_create: comm is MPI_COMM_NULL");
    MPI_Comm_test_inter(comm, &inter);
    if (inter)
        return fail(DIGITNET_EINVAL, "digitnet_mpi_communicator_create: comm is an intercommunicator");
    status = create(&own, comm);
    if (status == DIGITNET_OK)
        *out = &own->communicator;
    return status;
}

void digitnet_mpi_communicator_free(digitnet_communicator *communicator) {
    int ended = 0;
    if (!communicator)
        return;
    mpi_communicator *own = communicator->user_data;
    MPI_Finalized(&ended);
    if (!ended)
        MPI_Comm_free(&own->comm);
    release(own);
}
