/* Compresses any two files and reads them: they are refused, or read, as they are without compression. */
#include "idx_pair.h"

#include <stdlib.h>
#include <zlib.h>

/* The least that zlib needs: time goes into the reader. */
enum { WINDOW = 9 + 16, MEMORY_LEVEL = 1 };

/* To be released with free(). */
static idx_bytes compress_bytes(const idx_bytes *in) {
    static z_stream stream;
    if (stream.state == Z_NULL)
        REQUIRE(deflateInit2(&stream, 1, Z_DEFLATED, WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK);
    REQUIRE(deflateReset(&stream) == Z_OK);
    size_t room = deflateBound(&stream, in->size);
    uint8_t *bytes = malloc(room);
    REQUIRE(bytes != NULL);
    stream.next_in = (z_const Bytef *)in->bytes;
    stream.avail_in = (uInt)in->size;
    stream.next_out = bytes;
    stream.avail_out = (uInt)room;
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    return (idx_bytes){bytes, stream.total_out};
}

static bool is_gzip(const idx_bytes *file) {
    return file->size >= 2 && file->bytes[0] == 0x1f && file->bytes[1] == 0x8b;
}

void try_input(const uint8_t *data, size_t size) {
    idx_pair plain = split_pair(data, size);
    if (is_gzip(&plain.images) || is_gzip(&plain.labels))
        return;
    idx_pair packed = {compress_bytes(&plain.images), compress_bytes(&plain.labels)};
    const digitnet_dataset_load_options all = DIGITNET_INIT(digitnet_dataset_load_options);
    digitnet_dataset *raw, *inflated;
    digitnet_status status = load_pair(&raw, &plain, &all);
    REQUIRE(load_pair(&inflated, &packed, &all) == status);
    require_same(raw, inflated);
    digitnet_dataset_free(raw);
    digitnet_dataset_free(inflated);
    free((void *)packed.images.bytes);
    free((void *)packed.labels.bytes);
}
