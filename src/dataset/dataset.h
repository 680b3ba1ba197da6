/* How the library reads a data set. */
#ifndef DNN_DATASET_DATASET_H
#define DNN_DATASET_DATASET_H

#include "core/shape.h"
#include "digitnet/augmentation.h"
#include "digitnet/dataset.h"
#include "kernels/kernels.h"

/* What each sample of a data set holds. */
typedef struct digitnet__sample_layout {
    digitnet__shape shape;
    size_t values;        /* in one image */
    size_t max_labels;    /* 0: there are none; 1: each has one */
    size_t target_values; /* 0: there are none */
    bool weighted;        /* else each weight is 1 */
} digitnet__sample_layout;

/* Where samples stand that were read as a shard of a file. */
typedef struct digitnet__shard {
    size_t first, total; /* of all samples; 0 and 0: it is not known, or they are no shard */
} digitnet__shard;

const digitnet__sample_layout *digitnet__dataset_layout(const digitnet_dataset *dataset);
digitnet__shard digitnet__dataset_shard(const digitnet_dataset *dataset);
/* True for a source, which is gathered on the thread of the call; other data sets may be gathered on any. */
bool digitnet__dataset_is_source(const digitnet_dataset *dataset);
/* Whether samples are mixed with others of the same data set, where there are seeds. */
bool digitnet__dataset_mixes(const digitnet_dataset *dataset);
/* How samples are changed, with defaults filled in; NULL: not at all. */
const digitnet_augment_options *digitnet__dataset_augmentation(const digitnet_dataset *dataset);
/* The highest label of what is in memory plus one, whatever becomes of labels; 0 without, and for a source. */
size_t digitnet__dataset_classes(const digitnet_dataset *dataset);
/* digitnet_dataset_split(), within digitnet__compute_enter(); `what` names the fraction in messages. Results are
 * written as a whole. */
digitnet_status digitnet__dataset_split(digitnet_dataset **first, digitnet_dataset **second, const char *what,
                                        const digitnet_dataset *dataset, double fraction,
                                        const digitnet_split_options *options);
/* Each sample must have one label, in 0 .. classes - 1: EINVAL naming the first that is not. The labels of a source are
 * checked as they are gathered. */
digitnet_status digitnet__dataset_check_labels(const digitnet_dataset *dataset, size_t classes);
/* The labels of one sample; none where they are not in memory. */
const int32_t *digitnet__dataset_labels(size_t *count, const digitnet_dataset *dataset, size_t sample);
/* Memory that gathering a data set with seeds takes: so many bytes for each worker; 0 where nothing is augmented. */
size_t digitnet__dataset_scratch(const digitnet_dataset *dataset);
/* Gathers samples by index, bytes scaled to [0, 1]. Known to be right: the indices are in range; labels and targets are
 * wanted only where the data set has them; label counts come with labels, and must where max_labels is above 1. Sample
 * weights can always be wanted. A source is gathered within digitnet__compute_enter() alone, which its callback is
 * taken out of. Fails only for a source: the callback's status, ECALLBACK for a number that is no status, EINVAL for a
 * value that digitnet__samples_check() refuses. An augmented data set changes samples where there are seeds, with
 * `scratch` (aligned to DNN_ALIGNMENT), which may be NULL else. */
digitnet_status digitnet__dataset_gather(const digitnet_batch *batch, const digitnet_dataset *dataset,
                                         const digitnet__kernels *kernels, void *scratch);
/* Samples first .. first + count - 1 of a batch. */
digitnet_batch digitnet__batch_part(const digitnet_batch *batch, const digitnet__sample_layout *layout, size_t first,
                                    size_t count);

#endif
