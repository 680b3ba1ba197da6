/* Failing with a message. */
#ifndef DNN_CORE_STATUS_H
#define DNN_CORE_STATUS_H

#include "digitnet/status.h"

#include <stdbool.h>

/* Keeps the message for digitnet_last_error() and returns `status`. The format has no %f, %e or %g, whose output
 * follows the host's locale: numbers with a fraction go through digitnet__number_text(). */
digitnet_status digitnet__fail(digitnet_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3), cold));

/* Fails with the message "ACTION PATH: what errno says". */
digitnet_status digitnet__fail_errno(digitnet_status status, const char *action, const char *path)
    __attribute__((cold));
/* Of what a function of the host returned. */
bool digitnet__is_status(int number);

#endif
