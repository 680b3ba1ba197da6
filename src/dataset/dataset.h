/* How the library reads a data set. */
#ifndef DNN_DATASET_DATASET_H
#define DNN_DATASET_DATASET_H

#include "core/shape.h"
#include "digitnet/dataset.h"
#include "kernels/kernels.h"

digitnet__shape digitnet__dataset_shape(const digitnet_dataset *dataset);
/* True for a source, which is gathered on the thread of the call; other data sets may be gathered on any. */
bool digitnet__dataset_is_source(const digitnet_dataset *dataset);
/* Labels must be in 0 .. classes - 1: EINVAL naming the first that is not. OK for a source, whose labels are checked as
 * they come. */
digitnet_status digitnet__dataset_check_labels(const digitnet_dataset *dataset, size_t classes);
/* Gathers samples by index, bytes scaled to [0, 1]; images or labels may be NULL. Indices are known to be in range.
 * A source is gathered within digitnet__compute_enter() alone, which its callback is taken out of. Fails only for a
 * source: the callback's status, ECALLBACK for a positive number, EINVAL for a value that is not
 * finite or a negative label. */
digitnet_status digitnet__dataset_gather(float *images, int32_t *labels, const digitnet_dataset *dataset,
                                         const digitnet__kernels *kernels, const size_t *indices, const uint64_t *seeds,
                                         size_t count);

#endif
