#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain(const char *what, const char *path) {
    fprintf(stderr, "%s %s: %s\n", what, path, strerror(errno));
    return -1;
}

static char *concatenate(const char *folder, const char *name, const char *suffix) {
    size_t size = strlen(folder) + strlen(name) + strlen(suffix) + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s/%s%s", folder, name, suffix);
    else
        complain("cannot name", name);
    return path;
}

char *join_path(const char *folder, const char *name) {
    return concatenate(folder, name, "");
}

int make_folder(const char *folder) {
    struct stat found;
    char *path = concatenate(folder, "", "");
    if (!path)
        return -1;
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0777); /* one that is there already is fine; the check below finds what is not */
        *slash = '/';
    }
    int result = stat(path, &found) == 0 && S_ISDIR(found.st_mode) ? 0 : complain("cannot make the folder", folder);
    free(path);
    return result;
}

/* The folder that `path` is in, in memory that is the caller's to free(). */
static char *folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    char *folder = strdup(slash ? path : ".");
    if (!folder)
        complain("cannot name", path);
    else if (slash)
        folder[slash == path ? 1 : slash - path] = '\0';
    return folder;
}

int check_path(const char *path) {
    int file = open(path, O_WRONLY | O_NONBLOCK); /* a pipe that nobody reads must not keep it */
    if (file >= 0)
        close(file);
    else if (errno != ENOENT)
        return complain("cannot write", path);
    char *folder = folder_of(path);
    int result = folder ? 0 : -1;
    if (folder && access(folder, W_OK | X_OK))
        result = complain("cannot write into", folder);
    free(folder);
    return result;
}

FILE *open_output(const char *folder, const char *name) {
    char *path = concatenate(folder, name, ".tmp");
    FILE *file = path ? fopen(path, "w+") : NULL;
    if (path && !file)
        complain("cannot write", path);
    free(path);
    return file;
}

static void remove_suffixed(const char *folder, const char *name, const char *suffix) {
    char *path = concatenate(folder, name, suffix);
    if (path)
        (void)remove(path);
    free(path);
}

void discard_output(FILE *file, const char *folder, const char *name) {
    fclose(file);
    remove_suffixed(folder, name, ".tmp");
}

int has_output(const char *folder, const char *name) {
    char *path = join_path(folder, name);
    int found = path && access(path, F_OK) == 0;
    free(path);
    return found;
}

void remove_output(const char *folder, const char *name) {
    remove_suffixed(folder, name, "");
}

int close_output(FILE *file, const char *folder, const char *name) {
    char *path = concatenate(folder, name, ""), *temporary = concatenate(folder, name, ".tmp");
    int result = -1;
    if (file && path && temporary) {
        int lost = ferror(file);
        lost |= fclose(file);
        result = lost || rename(temporary, path) != 0 ? complain("cannot write", path) : 0;
        if (result)
            (void)remove(temporary);
    } else if (file) {
        fclose(file);
    }
    free(temporary);
    free(path);
    return result;
}
