#include "ranks.h"

#include "arguments.h"

#ifdef WITH_MPI

#include "console.h"

#include <digitnet/mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

static digitnet_communicator *communicator;

int begin_ranks(int *argc, char ***argv) {
    int level;
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &level);
    if (digitnet_mpi_communicator_create(&communicator, MPI_COMM_WORLD)) {
        failed("mpirun", "making the communicator");
        return -1;
    }
    return is_first_rank() || freopen("/dev/null", "w", stdout) ? 0 : -1;
}

/* Whether all ranks are here within a second, having failed alike and said so. */
static int are_all_here(void) {
    MPI_Request request;
    int here = 0;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    for (int i = 0; i < 100 && !here; i++) {
        MPI_Test(&request, &here, MPI_STATUS_IGNORE);
        if (!here)
            nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return here;
}

/* A rank that fails alone would leave the others waiting; but one that aborts may do so before others are heard. */
int end_ranks(int code) {
    if (code == EXIT_FAILED && !are_all_here())
        MPI_Abort(MPI_COMM_WORLD, code);
    digitnet_mpi_communicator_free(communicator);
    MPI_Finalize();
    return code;
}

const digitnet_communicator *communicator_of_ranks(void) {
    return communicator;
}

size_t sum_over_ranks(size_t value) {
    uint64_t sum = value;
    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    return (size_t)sum;
}

int is_first_rank(void) {
    return communicator->rank == 0;
}

#else

int begin_ranks(int *argc, char ***argv) {
    (void)argc, (void)argv;
    return 0;
}

int end_ranks(int code) {
    return code;
}

const digitnet_communicator *communicator_of_ranks(void) {
    return NULL;
}

size_t sum_over_ranks(size_t value) {
    return value;
}

int is_first_rank(void) {
    return 1;
}

#endif
