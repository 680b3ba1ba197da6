#include "core/file.h"

#include "core/memory.h"
#include "core/status.h"
#include "core/target.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Makes a call again where a signal has interrupted it. */
#define RETRY(result, call) \
    do                      \
        (result) = (call);  \
    while ((result) < 0 && errno == EINTR)

static digitnet_status read_all(int file, unsigned char *bytes, size_t size, const char *path) {
    for (size_t done = 0; done < size;) {
        ssize_t count;
        RETRY(count, read(file, bytes + done, size - done));
        if (count < 0)
            return digitnet__fail_errno(DIGITNET_EIO, "cannot read", path);
        if (count == 0)
            return digitnet__fail(DIGITNET_EIO, "cannot read %s: the file became shorter while it was read", path);
        done += (size_t)count;
    }
    return DIGITNET_OK;
}

static digitnet_status write_all(int file, const unsigned char *bytes, size_t size, const char *path) {
    for (size_t done = 0; done < size;) {
        ssize_t count;
        RETRY(count, write(file, bytes + done, size - done));
        if (count < 0)
            return digitnet__fail_errno(DIGITNET_EIO, "cannot write", path);
        if (count == 0)
            return digitnet__fail(DIGITNET_EIO, "cannot write %s: the system writes none of the remaining %zu bytes",
                                  path, size - done);
        done += (size_t)count;
    }
    return DIGITNET_OK;
}

/* The same where a limit of file sizes (RLIMIT_FSIZE) may raise SIGXFSZ in this thread, whose default ends the process:
 * write() fails then, and the signal goes no further. SIGPIPE cannot be raised, since the file is always a regular one.
 */
digitnet_status digitnet__file_append(int file, const void *bytes, size_t size, const char *path) {
    static const struct timespec at_once = {0};
    sigset_t exceeded, pending, mask;
    sigemptyset(&exceeded);
    sigaddset(&exceeded, SIGXFSZ);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &exceeded, &mask);
    digitnet_status status = write_all(file, bytes, size, path);
    if (status != DIGITNET_OK && !sigismember(&pending, SIGXFSZ))
        sigtimedwait(&exceeded, NULL, &at_once);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    return status;
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
    if (*path == '\0')
        return digitnet__fail(DIGITNET_EINVAL, "cannot read a file: path is empty");
    *file = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (*file < 0)
        return digitnet__fail_errno(errno == ENOENT || errno == ENOTDIR ? DIGITNET_ENOTFOUND : DIGITNET_EIO,
                                    "cannot open", path);
    if (fstat(*file, info) != 0)
        return digitnet__fail_errno(DIGITNET_EIO, "cannot read", path);
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

digitnet_status digitnet__file_read_part(unsigned char *bytes, size_t size, size_t *done, uint64_t *length,
                                         const char *path, uint64_t offset) {
    int file = -1;
    struct stat info;
    digitnet_status status = open_for_reading(&file, &info, path);
    if (status == DIGITNET_OK) {
        *length = (uint64_t)info.st_size;
        uint64_t left = offset < *length ? *length - offset : 0;
        *done = left < size ? (size_t)left : size;
        if (lseek(file, (off_t)offset, SEEK_SET) < 0)
            status = digitnet__fail_errno(DIGITNET_EIO, "cannot read", path);
        else
            status = read_all(file, bytes, *done, path);
    }
    if (file >= 0)
        close(file);
    return status;
}

/* Opens what stands in the folder, which is no link. */
static digitnet_status open_in(int *file, int folder, const char *name, int flags) {
    RETRY(*file, openat(folder, name, flags | O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (*file >= 0)
        return DIGITNET_OK;
    if (errno == ELOOP || errno == ENOTDIR)
        return digitnet__fail(DIGITNET_EFORMAT, "'%.200s' is a symbolic link or no folder, which is not followed",
                              name);
    return digitnet__fail_errno(errno == ENOENT ? DIGITNET_ENOTFOUND : DIGITNET_EIO, "cannot open", name);
}

/* Goes down from `*folder`, which is closed, folder by folder; `*folder` is then the file. `name` is changed. */
static digitnet_status open_below(int *folder, char *name) {
    for (char *rest = name; rest;) {
        char *part = rest;
        rest = strchr(part, '/');
        if (rest)
            *rest++ = '\0';
        if (strcmp(part, "..") == 0 || *part == '\0')
            return digitnet__fail(DIGITNET_EFORMAT, "its name leads out of the folder of the model");
        if (strcmp(part, ".") == 0)
            continue;
        int next;
        DNN_TRY(open_in(&next, *folder, part, rest ? O_DIRECTORY : 0));
        close(*folder);
        *folder = next;
    }
    return DIGITNET_OK;
}

static digitnet_status read_at(int file, unsigned char *bytes, size_t size, uint64_t offset, const char *name) {
    struct stat info;
    if (fstat(file, &info) != 0)
        return digitnet__fail_errno(DIGITNET_EIO, "cannot read", name);
    if (!S_ISREG(info.st_mode))
        return digitnet__fail(DIGITNET_EFORMAT, "'%.200s' is not a regular file", name);
    uint64_t length = (uint64_t)info.st_size;
    if (offset > length || size > length - offset)
        return digitnet__fail(DIGITNET_EFORMAT, "'%.200s' has %ju bytes, too few for %zu at byte %ju", name,
                              (uintmax_t)length, size, (uintmax_t)offset);
    if (lseek(file, (off_t)offset, SEEK_SET) < 0)
        return digitnet__fail_errno(DIGITNET_EIO, "cannot read", name);
    return read_all(file, bytes, size, name);
}

digitnet_status digitnet__file_read_beside(unsigned char *bytes, size_t size, const char *path, const char *name,
                                           uint64_t offset) {
    const char *slash = strrchr(path, '/');
    char *folder_path = digitnet__copy_string(slash ? path : "./"), *own_name = digitnet__copy_string(name);
    digitnet_status status = folder_path && own_name ? DIGITNET_OK : DIGITNET_ENOMEM;
    int file = -1;
    if (status == DIGITNET_OK) {
        folder_path[slash ? slash - path + 1 : 2] = '\0';
        file = open_file(folder_path, O_RDONLY | O_DIRECTORY, 0);
        status =
            file < 0 ? digitnet__fail_errno(DIGITNET_EIO, "cannot open", folder_path) : open_below(&file, own_name);
    }
    if (status == DIGITNET_OK)
        status = read_at(file, bytes, size, offset, name);
    if (file >= 0)
        close(file);
    digitnet__release(folder_path);
    digitnet__release(own_name);
    return status;
}

static digitnet_status fail_held(const char *path) {
    return digitnet__fail(DIGITNET_ESTATE, "cannot write %s: it is being written by another call", path);
}

/* Locks the open file. *ours where it still stands at `path`: another writer may have renamed or removed it. */
static digitnet_status lock(bool *ours, int file, const char *path) {
    struct stat opened, standing;
    int result;
    RETRY(result, flock(file, LOCK_EX | LOCK_NB));
    if (result != 0)
        return errno == EWOULDBLOCK ? fail_held(path) : digitnet__fail_errno(DIGITNET_EIO, "cannot lock", path);
    if (fstat(file, &opened) != 0)
        return digitnet__fail_errno(DIGITNET_EIO, "cannot lock", path);
    *ours = lstat(path, &standing) == 0;
    if (!*ours)
        return errno == ENOENT ? DIGITNET_OK : digitnet__fail_errno(DIGITNET_EIO, "cannot lock", path);
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
            return digitnet__fail_errno(DIGITNET_EIO, "cannot write", path);
        digitnet_status status = lock(&ours, *file, path);
        if (status == DIGITNET_EIO && fresh)
            unlink(path);
        if (status != DIGITNET_OK || (ours && fresh))
            return status;
        if (ours && unlink(path) != 0)
            return digitnet__fail_errno(DIGITNET_EIO, "cannot replace", path);
        close(*file);
        *file = -1;
    }
    return fail_held(path);
}

/* Gives the new file the owner, group and mode of the old one, or fails: no user loses or gains access unasked. The
 * mode comes last, since write() and fchown() clear setuid and setgid, and is checked, since fchmod() leaves setgid out
 * silently where the process is not in the group. */
static digitnet_status keep_owner_and_mode(int file, const struct stat *old, const char *path) {
    struct stat made;
    int result;
    if (fstat(file, &made) != 0)
        return digitnet__fail_errno(DIGITNET_EIO, "cannot keep the owner of", path);
    if (made.st_uid != old->st_uid || made.st_gid != old->st_gid) {
        RETRY(result, fchown(file, old->st_uid, old->st_gid));
        if (result != 0)
            return digitnet__fail_errno(
                DIGITNET_EIO, made.st_uid != old->st_uid ? "cannot keep the owner of" : "cannot keep the group of",
                path);
    }
    RETRY(result, fchmod(file, old->st_mode & 07777));
    if (result != 0 || fstat(file, &made) != 0)
        return digitnet__fail_errno(DIGITNET_EIO, "cannot keep the mode of", path);
    if (made.st_mode != old->st_mode)
        return digitnet__fail(DIGITNET_EIO, "cannot keep the mode of %s: %04o becomes %04o", path,
                              (unsigned)old->st_mode & 07777, (unsigned)made.st_mode & 07777);
    return DIGITNET_OK;
}

/* Fills the temporary file and lets it take the place of the target; on the disk before, so that a power loss leaves
 * the one or the other. */
static digitnet_status replace(int file, const char *temporary, const digitnet__target *target, const void *bytes,
                               size_t size) {
    digitnet_status status = digitnet__file_append(file, bytes, size, target->path);
    if (status == DIGITNET_OK && target->exists)
        status = keep_owner_and_mode(file, &target->info, target->path);
    if (status != DIGITNET_OK)
        return status;
    if (sync_file(file) != 0)
        return digitnet__fail_errno(DIGITNET_EIO, "cannot sync", target->path);
    if (rename(temporary, target->path) != 0)
        return digitnet__fail_errno(DIGITNET_EIO, "cannot rename the temporary file to", target->path);
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

typedef struct replacement {
    digitnet__target target;
    char temporary[DNN_PATH_CAPACITY + 4];
} replacement;

digitnet_status digitnet__file_write(const char *path, const void *bytes, size_t size) {
    int file = -1;
    if (*path == '\0')
        return digitnet__fail(DIGITNET_EINVAL, "cannot write a file: path is empty");
    replacement *own = digitnet__allocate(sizeof *own);
    if (!own)
        return DIGITNET_ENOMEM;
    digitnet_status status = digitnet__target_find(&own->target, path);
    if (status != DIGITNET_OK)
        goto out;
    snprintf(own->temporary, sizeof own->temporary, "%s.tmp", own->target.path);
    /* Nobody else may open it before it has the old file's owner and mode. */
    status = open_temporary(&file, own->temporary, own->target.exists ? 0600 : 0666);
    if (status != DIGITNET_OK)
        goto out;
    status = replace(file, own->temporary, &own->target, bytes, size);
    if (status == DIGITNET_OK)
        sync_folder(own->temporary);
    else
        unlink(own->temporary);
out:
    if (file >= 0)
        close(file);
    digitnet__release(own);
    return status;
}

static digitnet_status check_end(bool *empty, int file, const char *path) {
    struct stat info;
    if (fstat(file, &info) != 0)
        return digitnet__fail_errno(DIGITNET_EIO, "cannot write", path);
    if (!S_ISREG(info.st_mode))
        return digitnet__fail(DIGITNET_EIO, "cannot write %s: it is not a regular file", path);
    *empty = info.st_size == 0;
    return DIGITNET_OK;
}

digitnet_status digitnet__file_open_end(int *file, bool *empty, const char *path, bool keep) {
    /* O_NONBLOCK, so that a FIFO does not wait for its other end. */
    *file = open_file(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | (keep ? 0 : O_TRUNC), 0666);
    if (*file < 0)
        return digitnet__fail_errno(DIGITNET_EIO, "cannot open", path);
    digitnet_status status = check_end(empty, *file, path);
    if (status != DIGITNET_OK)
        digitnet__file_close(*file);
    return status;
}

void digitnet__file_close(int file) {
    close(file);
}
