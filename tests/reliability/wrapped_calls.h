/* The system calls by which the library reads and writes files, led here by the linker's --wrap: a test watches them,
 * fails them, or shortens what they transfer. */
#ifndef WRAPPED_CALLS_H
#define WRAPPED_CALLS_H

#include <stddef.h>

typedef enum call_kind {
    CALL_CLOSE,
    CALL_FACCESSAT,
    CALL_FCHMOD,
    CALL_FCHOWN,
    CALL_FLOCK,
    CALL_FSTAT,
    CALL_FSYNC,
    CALL_LSEEK,
    CALL_LSTAT,
    CALL_OPEN,
    CALL_OPENAT,
    CALL_READ,
    CALL_READLINK,
    CALL_RENAME,
    CALL_STAT,
    CALL_UNLINK,
    CALL_WRITE,
    CALL_KINDS
} call_kind;

/* A call with those arguments that its kind has. */
typedef struct file_call {
    call_kind kind;
    int file;
    const char *path, *new_path;
    int flags;
    const void *bytes;
    size_t size;
} file_call;

typedef struct call_watch {
    /* Comes before each call: 0 lets it be made, an errno makes it fail. May lower call->size, and lead
     * lstat and stat to another call->path. */
    int (*before)(file_call *call, void *context);
    /* Comes after each call that was made, with its result; may be NULL. */
    void (*after)(const file_call *call, int result, void *context);
    void *context;
} call_watch;

/* From now on; NULL: no more. One thread at a time. */
void watch_calls(const call_watch *watch);

/* From now on fsync succeeds and does nothing: for tests that save thousands of files and do not wait for a disk. */
void skip_syncs(void);

const char *call_name(call_kind kind);

#endif
