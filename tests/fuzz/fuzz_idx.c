/* Reads any bytes as a data set's two files, raw or compressed, as they are, transposed, and a part of them. */
#include "idx_pair.h"

/* The second half, of files that can be read, or cannot, as `whole` says: NULL. */
static void try_shard(const idx_pair *pair, const digitnet_dataset *whole) {
    digitnet_dataset *shard, *slice;
    size_t count = digitnet_dataset_count(whole), first = count - count / 2;
    digitnet_status status =
        load_pair(&shard, pair, DIGITNET_WITH(digitnet_dataset_load_options, .shards = 2, .shard = 1));
    REQUIRE((status == DIGITNET_OK) == (count > 1));
    if (status != DIGITNET_OK)
        return;
    REQUIRE(digitnet_dataset_slice(&slice, whole, first, count - first) == DIGITNET_OK);
    require_same(shard, slice);
    digitnet_dataset_free(slice);
    digitnet_dataset_free(shard);
}

void try_input(const uint8_t *data, size_t size) {
    idx_pair pair = split_pair(data, size);
    digitnet_dataset *dataset, *slice, *turned;
    digitnet_status read = load_pair(&dataset, &pair, DIGITNET_WITH(digitnet_dataset_load_options, .shards = 1));
    try_shard(&pair, dataset);
    if (read != DIGITNET_OK)
        return;
    for (int32_t offset = 0; offset < 2; offset++) {
        digitnet_status status = load_pair(
            &turned, &pair, DIGITNET_WITH(digitnet_dataset_load_options, .transpose = 1, .label_offset = offset));
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
