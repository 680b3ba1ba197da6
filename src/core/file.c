#include "core/file.h"

#include "core/memory.h"
#include "core/status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes a call again where a signal has interrupted it. */
#define RETRY(result, call) \
    do                      \
        (result) = (call);  \
    while ((result) < 0 && errno == EINTR)

/* Fails with the message "ACTION PATH: what errno says". */
static digitnet_status fail_errno(digitnet_status status, const char *action, const char *path) {
    int error = errno;
    char reason[128];
    if (strerror_r(error, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", error);
    return digitnet__fail(status, "%s %s: %s", action, path, reason);
}

static digitnet_status read_all(int file, unsigned char *bytes, size_t size, const char *path) {
    for (size_t done = 0; done < size;) {
        ssize_t count;
        RETRY(count, read(file, bytes + done, size - done));
        if (count < 0)
            return fail_errno(DIGITNET_EIO, "cannot read", path);
        if (count == 0)
            return digitnet__fail(DIGITNET_EIO, "cannot read %s: it has become shorter meanwhile", path);
        done += (size_t)count;
    }
    return DIGITNET_OK;
}

static digitnet_status write_all(int file, const unsigned char *bytes, size_t size, const char *path) {
    for (size_t done = 0; done < size;) {
        ssize_t count;
        RETRY(count, write(file, bytes + done, size - done));
        if (count < 0)
            return fail_errno(DIGITNET_EIO, "cannot write", path);
        if (count == 0)
            return digitnet__fail(DIGITNET_EIO, "cannot write %s: none of %zu bytes are taken", path, size - done);
        done += (size_t)count;
    }
    return DIGITNET_OK;
}

/* A new file is made with `mode`. */
static int open_file(const char *path, int flags, mode_t mode) {
    int file;
    RETRY(file, open(path, flags | O_CLOEXEC, mode));
    return file;
}

static int sync_file(int file) {
    int result;
    RETRY(result, fsync(file));
    return result;
}

bool digitnet__file_exists(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* Opens a regular file; O_NONBLOCK, so that a FIFO does not wait for its other end. */
static digitnet_status open_for_reading(int *file, struct stat *info, const char *path) {
    *file = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (*file < 0)
        return fail_errno(errno == ENOENT || errno == ENOTDIR ? DIGITNET_ENOTFOUND : DIGITNET_EIO, "cannot open", path);
    if (fstat(*file, info) != 0)
        return fail_errno(DIGITNET_EIO, "cannot read", path);
    if (!S_ISREG(info->st_mode))
        return digitnet__fail(DIGITNET_EIO, "cannot read %s: %s", path,
                              S_ISDIR(info->st_mode) ? "it is a folder" : "it is not a regular file");
    return DIGITNET_OK;
}

digitnet_status digitnet__file_read(unsigned char **bytes, size_t *size, const char *path, size_t limit) {
    int file = -1;
    struct stat info;
    unsigned char *buffer = NULL;
    *bytes = NULL;
    *size = 0;
    digitnet_status status = open_for_reading(&file, &info, path);
    if (status != DIGITNET_OK)
        goto out;
    if ((uintmax_t)info.st_size > limit) {
        status = digitnet__fail(DIGITNET_ELIMIT, "cannot read %s: its %ju bytes exceed the limit of %zu", path,
                                (uintmax_t)info.st_size, limit);
        goto out;
    }
    buffer = digitnet__allocate((size_t)info.st_size);
    if (!buffer) {
        status = digitnet__fail(DIGITNET_ENOMEM, "cannot read %s: out of memory for its %ju bytes", path,
                                (uintmax_t)info.st_size);
        goto out;
    }
    status = read_all(file, buffer, (size_t)info.st_size, path);
    if (status != DIGITNET_OK)
        goto out;
    *bytes = buffer;
    *size = (size_t)info.st_size;
    buffer = NULL;
out:
    digitnet__release(buffer);
    if (file >= 0)
        close(file);
    return status;
}

/* The new file gets the mode of the old one. What is not a regular file is not replaced. */
static digitnet_status examine_target(bool *exists, mode_t *mode, const char *path) {
    struct stat info;
    *exists = stat(path, &info) == 0;
    if (!*exists)
        return errno == ENOENT ? DIGITNET_OK : fail_errno(DIGITNET_EIO, "cannot write", path);
    if (!S_ISREG(info.st_mode))
        return digitnet__fail(DIGITNET_EIO, "cannot write %s: %s", path,
                              S_ISDIR(info.st_mode) ? "it is a folder" : "it is not a regular file");
    *mode = info.st_mode & 0777;
    return DIGITNET_OK;
}

static digitnet_status fail_held(const char *path) {
    return digitnet__fail(DIGITNET_ESTATE, "cannot write %s: it is being written at this moment", path);
}

/* Locks the open file. *ours where it still stands at `path`: another writer may have renamed or removed it. */
static digitnet_status lock(bool *ours, int file, const char *path) {
    struct stat opened, standing;
    int result;
    RETRY(result, flock(file, LOCK_EX | LOCK_NB));
    if (result != 0)
        return errno == EWOULDBLOCK ? fail_held(path) : fail_errno(DIGITNET_EIO, "cannot lock", path);
    if (fstat(file, &opened) != 0)
        return fail_errno(DIGITNET_EIO, "cannot lock", path);
    *ours = lstat(path, &standing) == 0;
    if (!*ours)
        return errno == ENOENT ? DIGITNET_OK : fail_errno(DIGITNET_EIO, "cannot lock", path);
    *ours = opened.st_dev == standing.st_dev && opened.st_ino == standing.st_ino;
    return DIGITNET_OK;
}

/* Makes the temporary file and locks it. One that is there already is another writer's, who holds its lock, or was left
 * behind by a process that died: that one is removed, under its lock, and made anew, so that it has the right owner and
 * mode. *file may be open after a failure too. */
static digitnet_status open_temporary(int *file, const char *path, mode_t mode) {
    enum { ATTEMPTS = 32 }; /* each that fails was lost to another writer */
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        bool ours;
        *file = open_file(path, O_WRONLY | O_CREAT | O_EXCL, mode);
        bool fresh = *file >= 0;
        if (!fresh && errno == EEXIST) {
            *file = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
            if (*file < 0 && errno == ENOENT)
                continue;
        }
        if (*file < 0)
            return fail_errno(DIGITNET_EIO, "cannot write", path);
        digitnet_status status = lock(&ours, *file, path);
        if (status == DIGITNET_EIO && fresh)
            unlink(path);
        if (status != DIGITNET_OK || (ours && fresh))
            return status;
        if (ours && unlink(path) != 0)
            return fail_errno(DIGITNET_EIO, "cannot replace", path);
        close(*file);
        *file = -1;
    }
    return fail_held(path);
}

/* Fills the temporary file and lets it take the place of the old one; on the disk before, so that a power loss leaves
 * the one or the other. */
static digitnet_status replace(int file, const char *temporary, const char *path, const void *bytes, size_t size) {
    digitnet_status status = write_all(file, bytes, size, path);
    if (status != DIGITNET_OK)
        return status;
    if (sync_file(file) != 0)
        return fail_errno(DIGITNET_EIO, "cannot sync", path);
    if (rename(temporary, path) != 0)
        return fail_errno(DIGITNET_EIO, "cannot rename the temporary file to", path);
    return DIGITNET_OK;
}

/* The new file is in place already: a file system that cannot sync a folder does not undo that. `path` is shortened. */
static void sync_folder(char *path) {
    char *slash = strrchr(path, '/');
    if (!slash)
        strcpy(path, ".");
    else
        slash[slash == path] = '\0';
    int folder = open_file(path, O_RDONLY | O_DIRECTORY, 0);
    if (folder < 0)
        return;
    sync_file(folder);
    close(folder);
}

digitnet_status digitnet__file_write(const char *path, const void *bytes, size_t size) {
    int file = -1;
    bool exists;
    mode_t mode = 0666;
    size_t length = strlen(path);
    char *temporary = digitnet__allocate(length + sizeof ".tmp");
    if (!temporary)
        return DIGITNET_ENOMEM;
    memcpy(temporary, path, length);
    memcpy(temporary + length, ".tmp", sizeof ".tmp");
    digitnet_status status = examine_target(&exists, &mode, path);
    if (status == DIGITNET_OK)
        status = open_temporary(&file, temporary, mode);
    if (status != DIGITNET_OK)
        goto out;
    int result = 0;
    if (exists) /* whatever the umask has taken */
        RETRY(result, fchmod(file, mode));
    status = result == 0 ? replace(file, temporary, path, bytes, size)
                         : fail_errno(DIGITNET_EIO, "cannot set the mode of", temporary);
    if (status == DIGITNET_OK)
        sync_folder(temporary);
    else
        unlink(temporary);
out:
    if (file >= 0)
        close(file);
    digitnet__release(temporary);
    return status;
}
