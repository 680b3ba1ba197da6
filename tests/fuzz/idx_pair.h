/* Two files of a data set in one input: 2 bytes, little-endian, say how many of those that follow are the images'; the
 * labels' are the rest. */
#ifndef DIGITNET_TESTS_IDX_PAIR_H
#define DIGITNET_TESTS_IDX_PAIR_H

#include "fuzz.h"

typedef struct idx_bytes {
    const uint8_t *bytes;
    size_t size;
} idx_bytes;

typedef struct idx_pair {
    idx_bytes images, labels;
} idx_pair;

idx_pair split_pair(const uint8_t *data, size_t size);
/* Loads the two files under a limit of memory, with these options. *out is NULL where they are refused. */
digitnet_status load_pair(digitnet_dataset **out, const idx_pair *pair, const digitnet_dataset_load_options *options);
/* The two data sets, either of which may be NULL, hold the same. */
void require_same(const digitnet_dataset *a, const digitnet_dataset *b);
/* The second is the first with rows and columns swapped, and labels that begin at the offset. */
void require_turned(const digitnet_dataset *dataset, const digitnet_dataset *turned, int32_t label_offset);

#endif
