/* The file that a path leads to, for one that is to be replaced. */
#ifndef DNN_CORE_TARGET_H
#define DNN_CORE_TARGET_H

#include "digitnet/status.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

/* With the zero at its end. There is room for ".tmp" within what the system takes. */
#define DNN_PATH_CAPACITY (PATH_MAX - 4)

typedef struct digitnet__target {
    bool exists;
    struct stat info;             /* where it exists */
    char path[DNN_PATH_CAPACITY]; /* no symbolic link: a regular file, or nothing yet */
} digitnet__target;

/* Follows symbolic links, also one that dangles. EIO where anything but a regular file is there, where this user may
 * not write to it, or where the path leads to a file that no other path names, as links in /proc can. */
digitnet_status digitnet__target_find(digitnet__target *target, const char *path);

#endif
