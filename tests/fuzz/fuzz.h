/* What the fuzz targets share. Each target is a function of any bytes, in which the program ends where a promise is
 * broken. run.sh runs them with libFuzzer; replay.c runs them over the files of corpus/. */
#ifndef DIGITNET_TESTS_FUZZ_H
#define DIGITNET_TESTS_FUZZ_H

#include "digitnet/digitnet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* A target defines these three. */
void try_input(const uint8_t *data, size_t size);
extern const size_t memory_limit; /* what the library may hold at one time */
extern const time_t time_limit;   /* seconds of processor time */

/* libFuzzer's entry: tries the input within both limits. The library must hold
 * no memory before the first call. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what does not hold, and ends the program. */
#define REQUIRE(condition) require((condition), #condition, __FILE__, __LINE__)
void require(bool holds, const char *condition, const char *file, int line);

/* A file without a place on any disk, under a path that can be opened. */
typedef struct memory_file {
    int descriptor;
    char path[32];
} memory_file;
/* Fills the file, which is opened where it is zero, anew. */
void fill_memory_file(memory_file *file, const void *bytes, size_t size);

#endif
