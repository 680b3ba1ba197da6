/* What reading and writing of IDX files share. */
#ifndef DNN_DATASET_IDX_H
#define DNN_DATASET_IDX_H

#include <stddef.h>
#include <zlib.h>

enum { DNN_IDX_UNSIGNED_BYTES = 0x08, DNN_GZIP_WINDOW = 15 + 16 };

/* zlib's memory is the library's. */
void *digitnet__zlib_allocate(void *unused, uInt count, uInt size);
void digitnet__zlib_release(void *unused, void *memory);
/* zlib counts in unsigned int. */
uInt digitnet__zlib_count(size_t count);

#endif
