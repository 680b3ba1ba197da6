/* The C library's functions that give memory and threads, led here by the linker's --wrap: a test counts them and lets
 * them fail. */
#ifndef WRAPPED_MEMORY_H
#define WRAPPED_MEMORY_H

#include "support.h"

/* From now on; NULL: no more. What is taken while they are watched must be given back while they are. Mutexes and
 * conditions count as memory. */
void watch_memory(allocation_counts *counts);
void watch_threads(allocation_counts *counts);

#endif
