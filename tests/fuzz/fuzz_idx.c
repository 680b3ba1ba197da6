/* Reads any bytes as a data set's two files, raw or compressed. */
#include "idx_pair.h"

void try_input(const uint8_t *data, size_t size) {
    idx_pair pair = split_pair(data, size);
    digitnet_dataset *dataset, *slice;
    if (load_pair(&dataset, &pair) != DIGITNET_OK)
        return;
    /* A slice of all samples outlives the whole. */
    REQUIRE(digitnet_dataset_slice(&slice, dataset, 0, digitnet_dataset_count(dataset)) == DIGITNET_OK);
    require_same(dataset, slice);
    digitnet_dataset_free(dataset);
    require_same(slice, slice);
    digitnet_dataset_free(slice);
}
