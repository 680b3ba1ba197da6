#include "content.h"

#include "digitnet/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

void require(int holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "%s: %s\n", what, digitnet_last_error());
    exit(EXIT_FAILURE);
}

void append(content *out, const void *bytes, size_t size) {
    require(out->size + size <= sizeof out->bytes, "a file is too long");
    memcpy(out->bytes + out->size, bytes, size);
    out->size += size;
}

void append_number(content *out, uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8)
        append(out, &(unsigned char){(unsigned char)(number >> shift)}, 1);
}

content compress_content(const content *in) {
    content out = {.size = 0};
    z_stream stream = {0};
    require(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib");
    stream.next_in = (z_const Bytef *)in->bytes;
    stream.avail_in = (uInt)in->size;
    stream.next_out = out.bytes;
    stream.avail_out = sizeof out.bytes;
    require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib");
    out.size = stream.total_out;
    deflateEnd(&stream);
    return out;
}
