#include "wrapped_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int __real_close(int file);
int __real_faccessat(int folder, const char *path, int mode, int flags);
int __real_fchmod(int file, mode_t mode);
int __real_fchown(int file, uid_t owner, gid_t group);
int __real_flock(int file, int operation);
int __real_fstat(int file, struct stat *info);
int __real_fsync(int file);
off_t __real_lseek(int file, off_t offset, int from);
int __real_lstat(const char *path, struct stat *info);
int __real_open(const char *path, int flags, ...);
int __real_openat(int folder, const char *path, int flags, ...);
ssize_t __real_read(int file, void *bytes, size_t size);
ssize_t __real_readlink(const char *path, char *text, size_t size);
int __real_rename(const char *path, const char *new_path);
int __real_stat(const char *path, struct stat *info);
int __real_unlink(const char *path);
ssize_t __real_write(int file, const void *bytes, size_t size);

int __wrap_close(int file);
int __wrap_faccessat(int folder, const char *path, int mode, int flags);
int __wrap_fchmod(int file, mode_t mode);
int __wrap_fchown(int file, uid_t owner, gid_t group);
int __wrap_flock(int file, int operation);
int __wrap_fstat(int file, struct stat *info);
int __wrap_fsync(int file);
off_t __wrap_lseek(int file, off_t offset, int from);
int __wrap_lstat(const char *path, struct stat *info);
int __wrap_open(const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...);
ssize_t __wrap_read(int file, void *bytes, size_t size);
ssize_t __wrap_readlink(const char *path, char *text, size_t size);
int __wrap_rename(const char *path, const char *new_path);
int __wrap_stat(const char *path, struct stat *info);
int __wrap_unlink(const char *path);
ssize_t __wrap_write(int file, const void *bytes, size_t size);

static const call_watch *watching;
static bool syncs_are_skipped;

void watch_calls(const call_watch *watch) {
    watching = watch;
}

void skip_syncs(void) {
    syncs_are_skipped = true;
}

const char *call_name(call_kind kind) {
    static const char *const names[CALL_KINDS] = {
        [CALL_CLOSE] = "close",       [CALL_FACCESSAT] = "faccessat", [CALL_FCHMOD] = "fchmod",
        [CALL_FCHOWN] = "fchown",     [CALL_FLOCK] = "flock",         [CALL_FSTAT] = "fstat",
        [CALL_FSYNC] = "fsync",       [CALL_LSEEK] = "lseek",         [CALL_LSTAT] = "lstat",
        [CALL_OPEN] = "open",         [CALL_OPENAT] = "openat",       [CALL_READ] = "read",
        [CALL_READLINK] = "readlink", [CALL_RENAME] = "rename",       [CALL_STAT] = "stat",
        [CALL_UNLINK] = "unlink",     [CALL_WRITE] = "write"};
    return names[kind];
}

static bool is_made(file_call *call) {
    int error = watching != NULL ? watching->before(call, watching->context) : 0;
    if (error != 0)
        errno = error;
    return error == 0;
}

/* Tells of the call that was made, and returns its result. errno stays what the call has left. */
static long told(const file_call *call, long result) {
    int error = errno;
    if (watching != NULL && watching->after != NULL)
        watching->after(call, (int)result, watching->context);
    errno = error;
    return result;
}

/* A close that fails closes all the same. */
int __wrap_close(int file) {
    file_call call = {.kind = CALL_CLOSE, .file = file};
    bool succeeds = is_made(&call);
    int error = errno;
    int result = __real_close(file);
    if (succeeds)
        return (int)told(&call, result);
    errno = error;
    return -1;
}

int __wrap_faccessat(int folder, const char *path, int mode, int flags) {
    file_call call = {.kind = CALL_FACCESSAT, .path = path};
    return is_made(&call) ? (int)told(&call, __real_faccessat(folder, path, mode, flags)) : -1;
}

int __wrap_fchmod(int file, mode_t mode) {
    file_call call = {.kind = CALL_FCHMOD, .file = file};
    return is_made(&call) ? (int)told(&call, __real_fchmod(file, mode)) : -1;
}

int __wrap_fchown(int file, uid_t owner, gid_t group) {
    file_call call = {.kind = CALL_FCHOWN, .file = file};
    return is_made(&call) ? (int)told(&call, __real_fchown(file, owner, group)) : -1;
}

int __wrap_flock(int file, int operation) {
    file_call call = {.kind = CALL_FLOCK, .file = file};
    return is_made(&call) ? (int)told(&call, __real_flock(file, operation)) : -1;
}

int __wrap_fstat(int file, struct stat *info) {
    file_call call = {.kind = CALL_FSTAT, .file = file};
    return is_made(&call) ? (int)told(&call, __real_fstat(file, info)) : -1;
}

int __wrap_fsync(int file) {
    file_call call = {.kind = CALL_FSYNC, .file = file};
    return is_made(&call) ? (int)told(&call, syncs_are_skipped ? 0 : __real_fsync(file)) : -1;
}

off_t __wrap_lseek(int file, off_t offset, int from) {
    file_call call = {.kind = CALL_LSEEK, .file = file};
    return is_made(&call) ? told(&call, __real_lseek(file, offset, from)) : -1;
}

int __wrap_lstat(const char *path, struct stat *info) {
    file_call call = {.kind = CALL_LSTAT, .path = path};
    return is_made(&call) ? (int)told(&call, __real_lstat(call.path, info)) : -1;
}

int __wrap_open(const char *path, int flags, ...) {
    file_call call = {.kind = CALL_OPEN, .path = path, .flags = flags};
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return is_made(&call) ? (int)told(&call, __real_open(path, flags, mode)) : -1;
}

/* The library makes no file by it. */
int __wrap_openat(int folder, const char *path, int flags, ...) {
    file_call call = {.kind = CALL_OPENAT, .path = path, .flags = flags};
    return is_made(&call) ? (int)told(&call, __real_openat(folder, path, flags)) : -1;
}

ssize_t __wrap_read(int file, void *bytes, size_t size) {
    file_call call = {.kind = CALL_READ, .file = file, .size = size};
    return is_made(&call) ? told(&call, __real_read(file, bytes, call.size)) : -1;
}

ssize_t __wrap_readlink(const char *path, char *text, size_t size) {
    file_call call = {.kind = CALL_READLINK, .path = path};
    return is_made(&call) ? told(&call, __real_readlink(path, text, size)) : -1;
}

int __wrap_rename(const char *path, const char *new_path) {
    file_call call = {.kind = CALL_RENAME, .path = path, .new_path = new_path};
    return is_made(&call) ? (int)told(&call, __real_rename(path, new_path)) : -1;
}

int __wrap_stat(const char *path, struct stat *info) {
    file_call call = {.kind = CALL_STAT, .path = path};
    return is_made(&call) ? (int)told(&call, __real_stat(call.path, info)) : -1;
}

int __wrap_unlink(const char *path) {
    file_call call = {.kind = CALL_UNLINK, .path = path};
    return is_made(&call) ? (int)told(&call, __real_unlink(path)) : -1;
}

ssize_t __wrap_write(int file, const void *bytes, size_t size) {
    file_call call = {.kind = CALL_WRITE, .file = file, .bytes = bytes, .size = size};
    return is_made(&call) ? told(&call, __real_write(file, bytes, call.size)) : -1;
}
