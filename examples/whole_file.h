/* A file's bytes in memory. */
#ifndef WHOLE_FILE_H
#define WHOLE_FILE_H

#include <stddef.h>
#include <stdint.h>

/* All bytes of a regular file, the caller's to free(); NULL, with errno set, where it cannot be read. */
uint8_t *read_whole_file(size_t *size, const char *path);

#endif
