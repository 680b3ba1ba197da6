/* Reads any bytes as a data set's two files, raw or compressed, as they are and transposed. */
#include "idx_pair.h"

void try_input(const uint8_t *data, size_t size) {
    idx_pair pair = split_pair(data, size);
    digitnet_dataset *dataset, *slice, *turned;
    if (load_pair(&dataset, &pair, 0, 0) != DIGITNET_OK)
        return;
    for (int32_t offset = 0; offset < 2; offset++) {
        digitnet_status status = load_pair(&turned, &pair, 1, offset);
        REQUIRE(status == DIGITNET_OK || (offset > 0 && status == DIGITNET_EFORMAT));
        if (status == DIGITNET_OK)
            require_turned(dataset, turned, offset);
        digitnet_dataset_free(turned);
    }
    /* A slice of all samples outlives the whole. */
    REQUIRE(digitnet_dataset_slice(&slice, dataset, 0, digitnet_dataset_count(dataset)) == DIGITNET_OK);
    require_same(dataset, slice);
    digitnet_dataset_free(dataset);
    require_same(slice, slice);
    digitnet_dataset_free(slice);
}
