/* What is left behind where a call of MPI or an allocation fails. MPI's functions are wrapped by its profiling
 * interface, calloc() by the linker (--wrap). Started by mpirun. */
#include "check.h"
#include "digitnet/digitnet.h"
#include "digitnet/mpi.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_RANKS = 16, PART = 8 };

/* ---- What fails, and what is open ---- */

static int sends_left = -1, receives_left = -1, waits_left = -1, allocations_left = -1; /* before one fails; -1: none */
static int open_requests, open_communicators;

static int fails(int *left) {
    return *left >= 0 && (*left)-- == 0;
}

int MPI_Irecv(void *buffer, int count, MPI_Datatype type, int source, int tag, MPI_Comm comm, MPI_Request *request) {
    int error = fails(&receives_left) ? MPI_ERR_OTHER : PMPI_Irecv(buffer, count, type, source, tag, comm, request);
    open_requests += error == MPI_SUCCESS;
    return error;
}

int MPI_Isend(const void *buffer, int count, MPI_Datatype type, int target, int tag, MPI_Comm comm,
              MPI_Request *request) {
    int error = fails(&sends_left) ? MPI_ERR_OTHER : PMPI_Isend(buffer, count, type, target, tag, comm, request);
    open_requests += error == MPI_SUCCESS;
    return error;
}

int MPI_Wait(MPI_Request *request, MPI_Status *status) {
    open_requests -= *request != MPI_REQUEST_NULL;
    return PMPI_Wait(request, status);
}

/* One that fails has waited for none. */
int MPI_Waitall(int count, MPI_Request *requests, MPI_Status *statuses) {
    if (fails(&waits_left))
        return MPI_ERR_OTHER;
    open_requests -= count;
    return PMPI_Waitall(count, requests, statuses);
}

int MPI_Comm_dup(MPI_Comm comm, MPI_Comm *out) {
    open_communicators++;
    return PMPI_Comm_dup(comm, out);
}

int MPI_Comm_free(MPI_Comm *comm) {
    open_communicators--;
    return PMPI_Comm_free(comm);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size) {
    return fails(&allocations_left) ? NULL : __real_calloc(count, size);
}

/* ---- Requests ---- */

/* Each rank sends every rank a part of these bytes. */
static int exchange(const digitnet_communicator *own, char *received, char byte) {
    char sent[MOST_RANKS * PART];
    size_t bytes[MOST_RANKS];
    memset(sent, byte, sizeof sent);
    memset(received, 0, MOST_RANKS * PART);
    for (size_t rank = 0; rank < own->size; rank++)
        bytes[rank] = PART;
    return own->all_to_all(received, bytes, sent, bytes, own->user_data);
}

/* `left` is how many calls of one function succeed. Nothing that was begun is open afterwards. */
static void check_failed_exchange(const digitnet_communicator *own, char *received, int *left, int value) {
    *left = value;
    check(exchange(own, received, 'a') == DIGITNET_EIO);
    check(strstr(digitnet_last_error(), "MPI_Isend, MPI_Irecv or MPI_Waitall: ") != NULL);
    check(open_requests == 0);
    check(*left == -1);
    MPI_Barrier(MPI_COMM_WORLD); /* before the next exchange, whose messages have the same tag */
}

/* What is received next goes to its own place alone, after a failure before anything was sent. */
static void check_next_exchange(const digitnet_communicator *own, int *left, int value) {
    char old[MOST_RANKS * PART], received[MOST_RANKS * PART];
    check_failed_exchange(own, old, left, value);
    check(exchange(own, received, 'b') == DIGITNET_OK);
    for (size_t i = 0; i < own->size * PART; i++)
        check(old[i] == 0 && received[i] == 'b');
    check(open_requests == 0);
}

static void check_requests(void) {
    digitnet_communicator *own;
    char received[MOST_RANKS * PART];
    check(digitnet_mpi_communicator_create(&own, MPI_COMM_WORLD) == DIGITNET_OK);
    check(own->size <= MOST_RANKS);
    int last = (int)own->size - 1;
    check_next_exchange(own, &receives_left, last);
    check_next_exchange(own, &sends_left, 0);
    check_failed_exchange(own, received, &sends_left, last);
    check_failed_exchange(own, received, &waits_left, 0); /* of the one before, messages may still be about */
    digitnet_mpi_communicator_free(own);
    check(open_communicators == 0);
}

/* ---- Memory ---- */

/* Each allocation of the last rank fails in turn: all fail, and none waits for ever. */
static void check_memory(void) {
    int rank, size, allocations = 0;
    digitnet_status status = DIGITNET_ENOMEM;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (; status == DIGITNET_ENOMEM; allocations++) {
        digitnet_communicator *own;
        allocations_left = rank == size - 1 ? allocations : -1;
        status = digitnet_mpi_communicator_create(&own, MPI_COMM_WORLD);
        allocations_left = -1;
        check(open_communicators == (status == DIGITNET_OK) && (own != NULL) == (status == DIGITNET_OK));
        check(status == DIGITNET_OK ||
              strcmp(digitnet_last_error(),
                     rank == size - 1 ? "digitnet_mpi_communicator_create: out of memory"
                                      : "digitnet_mpi_communicator_create: out of memory on another rank") == 0);
        digitnet_mpi_communicator_free(own);
    }
    check(status == DIGITNET_OK && allocations > 3);
}

int main(int argc, char **argv) {
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    check_requests();
    check_memory();
    MPI_Finalize();
    return 0;
}
