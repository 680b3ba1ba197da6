/* Counts of the names in a folder, and of the files that this process has open. */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include "expect.h"

#include <dirent.h>
#include <stddef.h>

/* The names in a folder, but for "." and "..". */
static inline size_t count_entries(const char *folder) {
    DIR *entries = opendir(folder);
    size_t count = 0;
    assert_non_null(entries);
    while (readdir(entries) != NULL)
        ++count;
    closedir(entries);
    return count - 2;
}

/* With the one that this count takes itself. */
static inline size_t count_descriptors(void) {
    return count_entries("/proc/self/fd");
}

#endif
