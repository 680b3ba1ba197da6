#include "core/target.h"

#include "core/status.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Puts the text of the link in the place of its name: an absolute one, or one that counts from the link's folder. */
static digitnet_status follow_link(char *path) {
    char text[DNN_PATH_CAPACITY] = "";
    ssize_t length = readlink(path, text, sizeof text);
    if (length < 0)
        return digitnet__fail_errno(DIGITNET_EIO, "cannot follow the symbolic link", path);
    char *slash = strrchr(path, '/');
    char *name = *text == '/' || !slash ? path : slash + 1;
    if ((size_t)(name - path) + (size_t)length >= DNN_PATH_CAPACITY)
        return digitnet__fail(DIGITNET_EIO, "cannot follow %s: the path of the symbolic link's target is too long",
                              path);
    memcpy(name, text, (size_t)length);
    name[length] = '\0';
    return DIGITNET_OK;
}

/* *links is how many were followed. */
static digitnet_status follow_links(digitnet__target *target, int *links, const char *path) {
    enum { MAX_LINKS = 40 }; /* as many as Linux follows */
    for (*links = 0; *links <= MAX_LINKS; ++*links) {
        target->exists = lstat(target->path, &target->info) == 0;
        if (!target->exists)
            return errno == ENOENT ? DIGITNET_OK : digitnet__fail_errno(DIGITNET_EIO, "cannot write", target->path);
        if (!S_ISLNK(target->info.st_mode))
            return DIGITNET_OK;
        digitnet_status status = follow_link(target->path);
        if (status != DIGITNET_OK)
            return status;
    }
    errno = ELOOP;
    return digitnet__fail_errno(DIGITNET_EIO, "cannot write", path);
}

static digitnet_status check_regular(const struct stat *info, const char *path) {
    if (S_ISREG(info->st_mode))
        return DIGITNET_OK;
    return digitnet__fail(DIGITNET_EIO, "cannot write %s: it is %s", path,
                          S_ISDIR(info->st_mode) ? "a folder" : "not a regular file");
}

/* *same: whether the system, which need not go by a link's text, finds the same file. */
static digitnet_status compare(bool *same, const digitnet__target *target, const char *path) {
    struct stat found;
    bool exists = stat(path, &found) == 0;
    if (!exists && errno != ENOENT)
        return digitnet__fail_errno(DIGITNET_EIO, "cannot write", path);
    *same = exists == target->exists &&
            (!exists || (found.st_dev == target->info.st_dev && found.st_ino == target->info.st_ino));
    return exists ? check_regular(&found, path) : DIGITNET_OK;
}

static digitnet_status look_for(bool *found, digitnet__target *target, const char *path) {
    int links;
    strcpy(target->path, path);
    digitnet_status status = follow_links(target, &links, path);
    if (status != DIGITNET_OK)
        return status;
    *found = links == 0;
    if (!*found)
        status = compare(found, target, path);
    return status;
}

digitnet_status digitnet__target_find(digitnet__target *target, const char *path) {
    enum { ATTEMPTS = 32 }; /* each that fails saw another writer replace the file meanwhile */
    bool found = false;
    if (strlen(path) >= DNN_PATH_CAPACITY)
        return digitnet__fail(DIGITNET_EIO, "cannot write a file: its path has %zu bytes, of %zu at most", strlen(path),
                              (size_t)DNN_PATH_CAPACITY - 1);
    for (int attempt = 0; attempt < ATTEMPTS && !found; attempt++) {
        digitnet_status status = look_for(&found, target, path);
        if (status != DIGITNET_OK)
            return status;
    }
    if (!found)
        return digitnet__fail(DIGITNET_EIO, "cannot write %s: the file that it leads to has no path", path);
    if (!target->exists)
        return DIGITNET_OK;
    digitnet_status status = check_regular(&target->info, target->path);
    if (status == DIGITNET_OK && faccessat(AT_FDCWD, target->path, W_OK, AT_EACCESS) != 0)
        status = digitnet__fail_errno(DIGITNET_EIO, "cannot write", target->path);
    return status;
}
