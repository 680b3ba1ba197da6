/* How often a test repeats what it does: a number in the command, which run.sh gives in full, or the test's own. */
#ifndef COUNTS_H
#define COUNTS_H

#include <stddef.h>
#include <stdlib.h>

static inline size_t count_from(int argc, char **argv, size_t usual) {
    return argc > 1 ? strtoul(argv[1], NULL, 10) : usual;
}

#endif
