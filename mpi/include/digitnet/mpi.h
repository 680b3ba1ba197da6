/**
 * @file mpi.h
 * The processes that mpirun starts train one model: communicators of MPI, in a library of its own, digitnet-mpi.
 *
 *     MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
 *     digitnet_communicator *communicator = NULL;
 *     status = digitnet_mpi_communicator_create(&communicator, MPI_COMM_WORLD);
 *     if (status == DIGITNET_OK)
 *         status = digitnet_model_fit(model, train, DIGITNET_WITH(digitnet_fit_options, .epochs = 5,
 *                                                                 .communicator = communicator));
 *     digitnet_mpi_communicator_free(communicator);
 *     MPI_Finalize();
 *
 * The program begins and ends MPI, from version 3.0 on, and the library never aborts it. A library that is built with
 * one MPI does not work with another one.
 */
#ifndef DIGITNET_MPI_H
#define DIGITNET_MPI_H

#include "digitnet/communicator.h"
#include "digitnet/status.h"

#include <mpi.h>

DIGITNET_BEGIN_DECLARATIONS

/**
 * Makes a communicator of the processes of an MPI communicator.
 *
 * All of these call it, at the same time, each from the thread that will call digitnet_model_fit(): the one that began
 * MPI, unless that offers MPI_THREAD_SERIALIZED or more. It duplicates `comm`, so that its messages meet no others, and
 * has errors returned in the duplicate: a function that fails returns DIGITNET_EIO with MPI's own words. What the
 * other processes then do, MPI says: often they wait, until mpirun ends them. Its memory is malloc()'s.
 *
 * @param out   receives the communicator, to be released with digitnet_mpi_communicator_free(); NULL after a failure
 * @param comm  an intracommunicator
 * @retval DIGITNET_OK      the communicator is made
 * @retval DIGITNET_EINVAL  `out` is NULL, or `comm` is MPI_COMM_NULL or an intercommunicator
 * @retval DIGITNET_ENOMEM  there is not enough memory, here or on another rank
 * @retval DIGITNET_ESTATE  MPI has not begun, or is at its end, or began with MPI_THREAD_SINGLE, or, with
 *                          MPI_THREAD_FUNNELED, on another thread
 * @retval DIGITNET_EIO     MPI cannot duplicate `comm`
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_mpi_communicator_create(digitnet_communicator **out,
                                                                                   MPI_Comm comm);

/**
 * Releases a communicator, with the duplicate of MPI's.
 *
 * All of its processes call it, before MPI_Finalize(), and while none uses it.
 *
 * @param communicator  NULL is fine
 */
DIGITNET_API void digitnet_mpi_communicator_free(digitnet_communicator *communicator);

DIGITNET_END_DECLARATIONS
#endif
