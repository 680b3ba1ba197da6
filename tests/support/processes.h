/* Waiting for other processes, whatever signals come meanwhile. */
#ifndef PROCESSES_H
#define PROCESSES_H

#include "expect.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

/* The end of a child, as waitpid() tells it. */
static inline int wait_for_child(pid_t child) {
    int result = -1;
    pid_t ended;
    do
        ended = waitpid(child, &result, 0);
    while (ended < 0 && errno == EINTR);
    assert_int_equal(ended, child);
    return result;
}

static inline ssize_t read_from_child(int file, void *bytes, size_t size) {
    ssize_t count;
    do
        count = read(file, bytes, size);
    while (count < 0 && errno == EINTR);
    return count;
}

#endif
