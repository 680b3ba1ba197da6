#include "whole_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* What stat() says of the file, -1 where it is none that can be held; a pipe would be waited for. */
static int measure(size_t *size, const char *path) {
    struct stat found;
    if (stat(path, &found) != 0)
        return -1;
    if (!S_ISREG(found.st_mode) || found.st_size > PTRDIFF_MAX - 1) {
        errno = S_ISDIR(found.st_mode) ? EISDIR : S_ISREG(found.st_mode) ? EFBIG : EINVAL;
        return -1;
    }
    *size = (size_t)found.st_size;
    return 0;
}

uint8_t *read_whole_file(size_t *size, const char *path) {
    size_t capacity;
    FILE *file = measure(&capacity, path) == 0 ? fopen(path, "rb") : NULL;
    if (!file)
        return NULL;
    uint8_t *bytes = malloc(capacity + 1);
    if (bytes)
        *size = fread(bytes, 1, capacity, file);
    if (bytes && ferror(file)) {
        free(bytes);
        bytes = NULL;
    }
    int error = errno;
    fclose(file);
    errno = error;
    return bytes;
}
