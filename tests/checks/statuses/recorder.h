/* What public functions return to the tests, but for statuses that they pass on from callbacks and sources. Where the
 * environment names a file in DIGITNET_STATUSES, it holds at the program's end a line with a function and a status for
 * each pair that came up: check_statuses.py reads it. */
#ifndef DIGITNET_TESTS_RECORDER_H
#define DIGITNET_TESTS_RECORDER_H

#include "digitnet/status.h"

/* Returns `status`. */
digitnet_status record_status(const char *function, digitnet_status status);

#endif
