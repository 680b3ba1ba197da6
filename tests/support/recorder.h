/* What public functions returned where tests look at it. Where the environment names a file in DIGITNET_STATUSES, it
 * holds at the program's end a line with a function and a status for each pair that came up: check_statuses.py reads
 * it.
 */
#ifndef DIGITNET_TESTS_RECORDER_H
#define DIGITNET_TESTS_RECORDER_H

#include "digitnet/status.h"

/* `call` is a constant: a public function's name, or the text of a call of it; what else it is is not recorded. Returns
 * `status`. */
digitnet_status record_status(const char *call, digitnet_status status);

#endif
