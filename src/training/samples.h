/* Whether a data set is what a network and its loss want. */
#ifndef DNN_TRAINING_SAMPLES_H
#define DNN_TRAINING_SAMPLES_H

#include "digitnet/dataset.h"
#include "training/loss.h"

/* ESHAPE where a data set's images do not fit the network, EINVAL where its labels do not. */
digitnet_status digitnet__samples_check(const digitnet__graph *graph, const digitnet__loss_kind *loss,
                                        const digitnet_dataset *dataset, const char *role);
/* EINVAL naming the first of these labels, of the samples with these indices, that is no class. */
digitnet_status digitnet__samples_check_labels(const digitnet__graph *graph, const int32_t *labels,
                                               const size_t *indices, size_t count);

#endif
