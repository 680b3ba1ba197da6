/* What the fuzz targets share. Each target is one function of any bytes; it ends the program where a promise is broken.
 * run.sh runs them with libFuzzer; replay.c runs them over the files of corpus/. */
#ifndef DIGITNET_TESTS_FUZZ_H
#define DIGITNET_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digitnet/digitnet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what does not hold, and ends the program. */
#define REQUIRE(condition) require((condition), #condition, __FILE__, __LINE__)
void require(bool holds, const char *condition, const char *file, int line);

/* From now on the library may never hold more than this; it must hold no memory yet. A second call does nothing. */
void limit_memory(size_t bytes);

/* A file without a place on any disk, under a path that can be opened. */
typedef struct memory_file {
    int descriptor;
    char path[32];
} memory_file;
/* Fills the file, which is opened where it is zero, anew. */
void fill_memory_file(memory_file *file, const void *bytes, size_t size);

#endif
