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
/* The last message, to be put back where calls in between may have failed with others. */
typedef struct digitnet__message {
    char text[512];
} digitnet__message;
digitnet__message digitnet__message_get(void);
void digitnet__message_set(const digitnet__message *message);

#endif
