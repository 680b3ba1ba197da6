/* Whether a data set is what a network and its loss want. */
#ifndef DNN_TRAINING_DATASET_CHECK_H
#define DNN_TRAINING_DATASET_CHECK_H

#include "digitnet/dataset.h"
#include "training/loss.h"

/* ESHAPE where a data set's images or targets do not fit the network, EINVAL where the loss wants what it does not
 * have, a label is no class, or a sequence of labels does not fit into the network's columns. */
digitnet_status digitnet__dataset_check(const digitnet__graph *graph, const digitnet__loss_kind *loss,
                                        const digitnet_dataset *dataset, const char *role);
/* Whether the loss is to be given targets of such a data set; else it is given labels. */
bool digitnet__dataset_gives_targets(const digitnet__loss_kind *loss, const digitnet_dataset *dataset);
/* The same of a source's batch as it comes; samples have up to `max_labels`, and without counts as many. */
digitnet_status digitnet__batch_check(const digitnet__graph *graph, const digitnet__loss_kind *loss,
                                      const digitnet_batch *batch, size_t max_labels);
/* EINVAL where the classes' weights are not as many as the classes, or a weight is not finite or is negative. NULL and
 * 0: there are none. */
digitnet_status digitnet__class_weights_check(const digitnet__graph *graph, const digitnet__loss_kind *loss,
                                              const float *weights, size_t count);

#endif
