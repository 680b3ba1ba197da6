/* The processes that mpirun has started, ranks, where the program is built with MPI; else it is the only one. */
#ifndef RANKS_H
#define RANKS_H

#include <digitnet/digitnet.h>

/* At the program's beginning, and at its end with its exit code, which is returned. A rank that fails ends all. What
 * others than the first print to stdout is dropped. begin_ranks() returns 0, or -1 with a message. */
int begin_ranks(int *argc, char ***argv);
int end_ranks(int code);

/* For fit; NULL: there is one rank. */
const digitnet_communicator *communicator_of_ranks(void);
/* The sum of what all ranks call it with. */
size_t sum_over_ranks(size_t value);
/* It alone writes files. */
int is_first_rank(void);

#endif
