/* A simulated disk that loses power, as POSIX leaves it open: what was written is sure once its file is synced, what
 * was made, renamed or removed is sure once the folder is synced. Of the rest anything may be left, in any order. */
#ifndef DISK_H
#define DISK_H

#include <stddef.h>
#include <stdint.h>

enum { DISK_FILES = 4, DISK_FILE_BYTES = 128 * 1024 };

/* The names in its folder. */
typedef enum disk_name { DISK_MODEL, DISK_TEMPORARY, DISK_NAMES } disk_name;

typedef enum operation_kind {
    OPERATION_CREATE,
    OPERATION_WRITE,
    OPERATION_SYNC,
    OPERATION_RENAME,
    OPERATION_REMOVE,
    OPERATION_SYNC_FOLDER
} operation_kind;

/* With those members that its kind has. Files are numbered. */
typedef struct operation {
    operation_kind kind;
    disk_name name, new_name;
    int file;
    size_t offset, size;
    const unsigned char *bytes;
} operation;

typedef struct disk_file {
    unsigned char bytes[DISK_FILE_BYTES];
    size_t size;
} disk_file;

typedef struct disk {
    disk_file files[DISK_FILES];
    int names[DISK_NAMES]; /* the file of that name, or -1 */
} disk;

/* How many of the operations made, renamed or removed something that is not sure yet. */
size_t count_unsure_names(const operation *operations, size_t count);

/* Does the operations, and loses power after them. Of the names that are not sure those are left whose bit is set in
 * `names_left`. Of the bytes that are not sure nothing is left for `bytes_left` 0, all for 1, the files' lengths alone
 * for 2, and for others this and that sector. */
void lose_power(disk *self, const operation *operations, size_t count, unsigned names_left, uint64_t bytes_left);

#endif
