/* Failing with a message. */
#ifndef DNN_CORE_STATUS_H
#define DNN_CORE_STATUS_H

#include "core/ieee.h"
#include "digitnet/status.h"

/* Keeps the message for digitnet_last_error() and returns `status`. The format has no %f, %e or %g, whose output
 * follows the host's locale: numbers with a fraction go through digitnet__number_text(). */
digitnet_status digitnet__fail(digitnet_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3), cold));

#endif
