/* What a communicator of MPI moves, with parts of many lengths, some of them nothing; and what it is refused for. Built
 * once more with pieces of some bytes, so that parts go in several. Started by mpirun. */
#include "check.h"
#include "digitnet/digitnet.h"
#include "digitnet/mpi.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1000, ROUNDS = 20 };

static void check_failure(digitnet_status status, digitnet_status wanted, const char *words) {
    check(status == wanted);
    check(strstr(digitnet_last_error(), words) != NULL);
}

/* How long the part is that one rank has for another, and what it holds. */
static size_t length_of(size_t from, size_t to, size_t round) {
    size_t length = (from * 977 + to * 131 + round * 389) % MOST_BYTES;
    return length % 5 == 0 ? 0 : length;
}

static char byte_of(size_t from, size_t to, size_t round, size_t place) {
    return (char)(from * 31 + to * 17 + round * 7 + place);
}

static void put_part(char *to, size_t from, size_t rank, size_t round) {
    for (size_t i = 0; i < length_of(from, rank, round); i++)
        to[i] = byte_of(from, rank, round, i);
}

static int is_part(const char *part, size_t from, size_t rank, size_t round) {
    size_t i = 0;
    while (i < length_of(from, rank, round) && part[i] == byte_of(from, rank, round, i))
        i++;
    return i == length_of(from, rank, round);
}

static void check_all_gather(const digitnet_communicator *own, size_t round, char *buffer, size_t *bytes) {
    size_t at = 0;
    for (size_t rank = 0; rank < own->size; rank++) {
        bytes[rank] = length_of(rank, 0, round);
        if (rank == own->rank)
            put_part(buffer + at, rank, 0, round);
        at += bytes[rank];
    }
    check(own->all_gather(buffer, bytes, own->user_data) == DIGITNET_OK);
    at = 0;
    for (size_t rank = 0; rank < own->size; rank++) {
        check(is_part(buffer + at, rank, 0, round));
        at += bytes[rank];
    }
}

static void check_all_to_all(const digitnet_communicator *own, size_t round, char *received, char *sent,
                             size_t *received_bytes, size_t *sent_bytes) {
    size_t at = 0;
    for (size_t rank = 0; rank < own->size; rank++) {
        sent_bytes[rank] = length_of(own->rank, rank, round);
        received_bytes[rank] = length_of(rank, own->rank, round);
        put_part(sent + at, own->rank, rank, round);
        at += sent_bytes[rank];
    }
    check(own->all_to_all(received, received_bytes, sent, sent_bytes, own->user_data) == DIGITNET_OK);
    at = 0;
    for (size_t rank = 0; rank < own->size; rank++) {
        check(is_part(received + at, rank, own->rank, round));
        at += received_bytes[rank];
    }
}

static void check_broadcast(const digitnet_communicator *own, size_t round, char *buffer) {
    size_t root = round % own->size;
    if (own->rank == root)
        put_part(buffer, root, 0, round);
    check(own->broadcast(buffer, length_of(root, 0, round), root, own->user_data) == DIGITNET_OK);
    check(is_part(buffer, root, 0, round));
}

static void check_moves(const digitnet_communicator *own) {
    char *buffers = calloc(own->size, 2 * MOST_BYTES);
    size_t *bytes = calloc(own->size, 2 * sizeof *bytes);
    check(buffers && bytes);
    for (size_t round = 0; round < ROUNDS; round++) {
        check_all_gather(own, round, buffers, bytes);
        check_all_to_all(own, round, buffers, buffers + own->size * MOST_BYTES, bytes, bytes + own->size);
        check_broadcast(own, round, buffers);
    }
    free(bytes);
    free(buffers);
}

/* MPI's own words, from the duplicate, which does not abort. */
static void check_errors(const digitnet_communicator *own) {
    char byte = 0;
    check_failure((digitnet_status)own->broadcast(&byte, 1, own->size, own->user_data), DIGITNET_EIO, "MPI_Bcast: ");
}

/* The program's own communicator stays as it is. */
static void check_handler(void) {
    MPI_Errhandler handler;
    MPI_Comm_get_errhandler(MPI_COMM_WORLD, &handler);
    check(handler == MPI_ERRORS_ARE_FATAL);
    MPI_Errhandler_free(&handler);
}

int main(int argc, char **argv) {
    digitnet_communicator *own = (digitnet_communicator *)&own;
    int level, rank, size;
    check_failure(digitnet_mpi_communicator_create(&own, MPI_COMM_WORLD), DIGITNET_ESTATE, "MPI has not begun");
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    check(own == NULL);
    check_failure(digitnet_mpi_communicator_create(NULL, MPI_COMM_WORLD), DIGITNET_EINVAL, "out is NULL");
    check_failure(digitnet_mpi_communicator_create(&own, MPI_COMM_NULL), DIGITNET_EINVAL, "MPI_COMM_NULL");
    check(digitnet_mpi_communicator_create(&own, MPI_COMM_WORLD) == DIGITNET_OK);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    check(own->rank == (size_t)rank && own->size == (size_t)size);
    check_moves(own);
    check_errors(own);
    check_handler();
    digitnet_mpi_communicator_free(own);
    digitnet_mpi_communicator_free(NULL);
    MPI_Finalize();
    check_failure(digitnet_mpi_communicator_create(&own, MPI_COMM_WORLD), DIGITNET_ESTATE, "MPI is at its end");
    return 0;
}
