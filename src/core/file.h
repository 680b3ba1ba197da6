/* Files: read at once, written atomically, or written to at their end. */
#ifndef DNN_CORE_FILE_H
#define DNN_CORE_FILE_H

#include "digitnet/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether anything stands at the path, readable or not. */
bool digitnet__file_exists(const char *path);

/* Reads a whole regular file of at most `limit` bytes into `*bytes`, to be released with digitnet__release().
 * ENOTFOUND, EIO, ELIMIT, ENOMEM, each with the path in the message; EINVAL for an empty path. An empty file is OK with
 * *size 0. */
digitnet_status digitnet__file_read(unsigned char **bytes, size_t *size, const char *path, size_t limit);

/* Reads `size` bytes of a regular file from `offset` on, or those that there are: *done says how many, and *length how
 * long the file is. ENOTFOUND, EIO; EINVAL for an empty path. */
digitnet_status digitnet__file_read_part(unsigned char *bytes, size_t size, size_t *done, uint64_t *length,
                                         const char *path, uint64_t offset);

/* Reads `size` bytes at an offset of the regular file `name` in the folder of the file `path`. EFORMAT for a name that
 * could lead out of that folder: an absolute one, one with "..", or one through a symbolic link; ENOTFOUND; EIO, also
 * where the file is too short. */
digitnet_status digitnet__file_read_beside(unsigned char *bytes, size_t size, const char *path, const char *name,
                                           uint64_t offset);

/* Writes the file that `path` leads to, through symbolic links. TARGET.tmp is made beside it (locked, so that a second
 * writer meanwhile is ESTATE; a stale one is replaced), gets the old file's owner, group and mode, or 0666 less umask,
 * is synced and renamed, and the folder is synced. After a failure, EIO mostly, the old file is untouched and no
 * TARGET.tmp is left. EINVAL: `path` is empty. */
digitnet_status digitnet__file_write(const char *path, const void *bytes, size_t size);

/* Opens the regular file at `path`, made where there is none, to write at its end; emptied before, unless `keep`.
 * EIO. */
digitnet_status digitnet__file_open_end(int *file, bool *empty, const char *path, bool keep);
/* All of it has left the process when this returns. EIO. */
digitnet_status digitnet__file_append(int file, const void *bytes, size_t size, const char *path);
void digitnet__file_close(int file);

#endif
