#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/status.h"

/* Fails with the message "ACTION PATH: what errno says". */
static digitnet_status fail_errno(digitnet_status status, const char *action, const char *path) {
    int error = errno;
    char reason[128];
    if (strerror_r(error, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", error);
    return dnn_fail(status, "%s %s: %s", action, path, reason);
}

static bool read_all(int file, unsigned char *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t count = read(file, bytes + done, size - done);
        if (count > 0)
            done += (size_t)count;
        else if (count == 0) {
            errno = ESTALE; /* the file has become shorter */
            return false;
        } else if (errno != EINTR)
            return false;
    }
    return true;
}

static bool write_all(int file, const unsigned char *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t count = write(file, bytes + done, size - done);
        if (count >= 0)
            done += (size_t)count;
        else if (errno != EINTR)
            return false;
    }
    return true;
}

bool dnn_file_exists(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* Opens a regular file; O_NONBLOCK, so that a FIFO does not wait for its other end. */
static digitnet_status open_for_reading(int *file, struct stat *info, const char *path) {
    *file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*file < 0)
        return fail_errno(errno == ENOENT || errno == ENOTDIR ? DIGITNET_ENOTFOUND : DIGITNET_EIO, "cannot open", path);
    if (fstat(*file, info) != 0)
        return fail_errno(DIGITNET_EIO, "cannot read", path);
    if (!S_ISREG(info->st_mode))
        return dnn_fail(DIGITNET_EIO, "cannot read %s: %s", path,
                        S_ISDIR(info->st_mode) ? "it is a folder" : "it is not a regular file");
    return DIGITNET_OK;
}

digitnet_status dnn_file_read(unsigned char **bytes, size_t *size, const char *path, size_t limit) {
    int file = -1;
    struct stat info;
    unsigned char *buffer = NULL;
    *bytes = NULL;
    *size = 0;
    digitnet_status status = open_for_reading(&file, &info, path);
    if (status != DIGITNET_OK)
        goto out;
    if ((uintmax_t)info.st_size > limit) {
        status = dnn_fail(DIGITNET_ELIMIT, "cannot read %s: its %ju bytes exceed the limit of %zu", path,
                          (uintmax_t)info.st_size, limit);
        goto out;
    }
    buffer = dnn_allocate((size_t)info.st_size);
    if (buffer == NULL) {
        status =
            dnn_fail(DIGITNET_ENOMEM, "cannot read %s: out of memory for its %ju bytes", path, (uintmax_t)info.st_size);
        goto out;
    }
    if (!read_all(file, buffer, (size_t)info.st_size)) {
        status = fail_errno(DIGITNET_EIO, "cannot read", path);
        goto out;
    }
    *bytes = buffer;
    *size = (size_t)info.st_size;
    buffer = NULL;
out:
    dnn_release(buffer);
    if (file >= 0)
        close(file);
    return status;
}

/* The mode that the new file is to have is that of the old one. What is not a regular file is not replaced. */
static digitnet_status examine_target(bool *exists, mode_t *mode, const char *path) {
    struct stat info;
    *exists = stat(path, &info) == 0;
    if (!*exists)
        return errno == ENOENT ? DIGITNET_OK : fail_errno(DIGITNET_EIO, "cannot write", path);
    if (!S_ISREG(info.st_mode))
        return dnn_fail(DIGITNET_EIO, "cannot write %s: %s", path,
                        S_ISDIR(info.st_mode) ? "it is a folder" : "it is not a regular file");
    *mode = info.st_mode & 0777;
    return DIGITNET_OK;
}

/* Whether the open file still stands at `path`: another writer may have renamed or removed it. */
static bool is_at(int file, const char *path) {
    struct stat opened, standing;
    return fstat(file, &opened) == 0 && lstat(path, &standing) == 0 && opened.st_dev == standing.st_dev &&
           opened.st_ino == standing.st_ino;
}

/* Makes the temporary file and locks it. One that is there already is another writer's, who holds its lock, or was left
 * behind by a process that died: that one is removed, under its lock, and made anew, so that it has the right owner and
 * mode. */
static digitnet_status open_temporary(int *file, const char *path) {
    enum { ATTEMPTS = 32 }; /* each that fails was lost to another writer */
    for (int attempt = 0; attempt < ATTEMPTS; ++attempt) {
        *file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        bool fresh = *file >= 0;
        if (!fresh && errno == EEXIST) {
            *file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
            if (*file < 0 && errno == ENOENT)
                continue;
        }
        if (*file < 0)
            return fail_errno(DIGITNET_EIO, "cannot write", path);
        if (flock(*file, LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK)
                break;
            digitnet_status status = fail_errno(DIGITNET_EIO, "cannot lock", path);
            if (fresh)
                unlink(path);
            return status;
        }
        if (fresh && is_at(*file, path))
            return DIGITNET_OK;
        if (!fresh && is_at(*file, path) && unlink(path) != 0)
            return fail_errno(DIGITNET_EIO, "cannot replace", path);
        close(*file);
        *file = -1;
    }
    return dnn_fail(DIGITNET_ESTATE, "cannot write %s: it is being written at this moment", path);
}

/* The new file is in place already: a file system that cannot sync a folder does not undo that. `path` is shortened. */
static void sync_folder(char *path) {
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        strcpy(path, ".");
    else
        slash[slash == path] = '\0';
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    fsync(folder);
    close(folder);
}

digitnet_status dnn_file_write(const char *path, const void *bytes, size_t size) {
    int file = -1;
    bool exists;
    mode_t mode = 0;
    size_t length = strlen(path);
    char *temporary = dnn_allocate(length + sizeof ".tmp");
    if (temporary == NULL)
        return DIGITNET_ENOMEM;
    memcpy(temporary, path, length);
    memcpy(temporary + length, ".tmp", sizeof ".tmp");
    digitnet_status status = examine_target(&exists, &mode, path);
    if (status == DIGITNET_OK)
        status = open_temporary(&file, temporary);
    if (status != DIGITNET_OK)
        goto out;
    if (!write_all(file, bytes, size) || (exists && fchmod(file, mode) != 0) || fsync(file) != 0 ||
        rename(temporary, path) != 0) {
        status = fail_errno(DIGITNET_EIO, "cannot write", path);
        unlink(temporary);
        goto out;
    }
    sync_folder(temporary);
out:
    if (file >= 0)
        close(file);
    dnn_release(temporary);
    return status;
}
