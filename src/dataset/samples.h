/* The values of samples as a program gives them, and what they must be. */
#ifndef DNN_DATASET_SAMPLES_H
#define DNN_DATASET_SAMPLES_H

#include "dataset/dataset.h"

/* An array for each kind of value; NULL where there are none. */
typedef struct digitnet__samples {
    size_t count;
    const size_t *indices; /* the samples' numbers, for messages; NULL: from 0 */
    const float *images;
    const int32_t *labels, *label_counts; /* without counts each sample has max_labels */
    const float *targets, *sample_weights;
} digitnet__samples;

/* What a storage can own. */
enum { DNN_IMAGES, DNN_LABELS, DNN_LABEL_COUNTS, DNN_TARGETS, DNN_SAMPLE_WEIGHTS, DNN_ARRAY_COUNT };

size_t digitnet__samples_label_count(const digitnet__samples *samples, const digitnet__sample_layout *layout,
                                     size_t sample);

/* Images and targets finite, labels not negative, their number at most max_labels, weights finite and not negative:
 * EINVAL naming the sample, the place and the value that is not so. `what` begins the message. */
digitnet_status digitnet__samples_check(const char *what, const digitnet__samples *samples,
                                        const digitnet__sample_layout *layout);

#endif
