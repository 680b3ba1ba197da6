/* A batch that several ranks share: which of it each computes, and how it becomes whole. */
#ifndef DNN_TRAINING_EXCHANGE_H
#define DNN_TRAINING_EXCHANGE_H

#include "core/threads.h"
#include "engine/pass.h"
#include "training/ranks.h"

/* Which of the ranges, or of the samples, of a batch of `count` are a rank's. */
digitnet__share digitnet__exchange_share(const digitnet__ranks *ranks, const digitnet__pass *pass, size_t count,
                                         size_t rank, bool of_ranges);
/* What the ranks' buffer must hold for these rows of the largest batch; SIZE_MAX where that overflows. */
size_t digitnet__exchange_bytes(const digitnet__pass *pass, const digitnet__rows *rows, size_t row_count);
/* What it must hold for digitnet__exchange_sum_copies() and digitnet__exchange_gradients(); likewise. */
size_t digitnet__exchange_copy_bytes(const digitnet__ranks *ranks, const digitnet__pass *pass);
size_t digitnet__exchange_gradient_bytes(const digitnet__pass *pass);
/* Each rank gets the rows that the others have computed of a batch of `count`. */
digitnet_status digitnet__exchange_run(digitnet__ranks *ranks, const digitnet__pass *pass, size_t count,
                                       const digitnet__rows *rows, size_t row_count);
/* Each rank sums a part of the copies of the gradient over all ranges, in their order; then all have the sum in the
 * first copy. */
digitnet_status digitnet__exchange_sum_copies(digitnet__ranks *ranks, const digitnet__pass *pass, size_t count,
                                              digitnet__thread_pool *threads);
/* Then: completes the gradient. Products over the whole batch are dealt to the ranks, as evenly as their blocks allow,
 * and gathered. */
digitnet_status digitnet__exchange_gradients(digitnet__ranks *ranks, const digitnet__pass *pass, size_t count,
                                             digitnet__thread_pool *threads);

#endif
